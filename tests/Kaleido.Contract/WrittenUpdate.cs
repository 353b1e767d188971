using Kaleido.Backends;

namespace Kaleido.Contract;

/// <summary>One optimiser step in the device's arithmetic, in the order that <see cref="OptimizerRule"/> writes down.</summary>
public static class WrittenUpdate
{
    /// <summary>The parameter and both moments after the step.</summary>
    public static (double W, double A, double B) Apply(Bench bench, OptimizerRule rule, ulong step, double g, double w, double a, double b)
    {
        var scalars = rule.At(step);
        double Round(double value) => bench.Round(value);
        double Fma(double x, double y, double z) => bench.FusedMultiplyAdd(x, y, z);
        double Quotient(double root) => Round(g / Round(Round(Math.Sqrt(root)) + Round(rule.Epsilon)));
        double Flush(double moment) => Math.Abs(moment) < bench.SmallestNormal ? 0 : moment;

        if (rule.WeightDecay != 0 && !rule.Decoupled) g = Fma(Round(rule.WeightDecay), w, g);
        if (rule.WeightDecay != 0 && rule.Decoupled) w = Round(Round(1 - rule.Schedule.At(step) * rule.WeightDecay) * w);
        double direction = g;
        double momentum = Round(rule.Momentum), beta1 = Round(rule.Beta1), beta2 = Round(rule.Beta2), rest2 = Round(1 - rule.Beta2);
        if (rule.Kind == OptimizerKind.Sgd && rule.Momentum != 0)
        {
            a = step == 0 ? g : Fma(momentum, a, Round(Round(1 - rule.Dampening) * g));
            direction = rule.Nesterov ? Fma(momentum, a, g) : a;
        }
        else if (rule.Kind == OptimizerKind.AdaGrad)
        {
            a = Fma(g, g, a);
            direction = Quotient(a);
        }
        else if (rule.Kind == OptimizerKind.RmsProp)
        {
            a = Fma(beta2, a, Round(Round(rest2 * g) * g));
            direction = Quotient(a);
            if (rule.Momentum != 0) direction = b = Fma(momentum, b, direction);
        }
        else if (rule.Kind == OptimizerKind.Adam)
        {
            a = Flush(Fma(beta1, a, Round(Round(1 - rule.Beta1) * g)));
            b = Flush(Fma(beta2, b, Round(Round(rest2 * g) * g)));
            direction = Round(a / Fma(Round(Math.Sqrt(b)), Round(scalars.RootScale), Round(rule.Epsilon)));
        }

        return (Fma(Round(-scalars.Rate), direction, w), a, b);
    }
}
