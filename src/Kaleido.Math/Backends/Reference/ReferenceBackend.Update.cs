using Kaleido.Tensors;

namespace Kaleido.Backends.Reference;

// The optimisers, line by line as OptimizerRule's remarks write them.
public sealed partial class ReferenceBackend
{
    private const double SmallestNormal = 2.2250738585072014e-308; // 2⁻¹⁰²²

    /// <inheritdoc/>
    public void Update(
        StepCounter counter, OptimizerRule rule, in MatrixView gradients, in MatrixView parameters,
        in MatrixView moment1, in MatrixView moment2)
    {
        var g = ReferenceMemory.Elements(gradients);
        var w = ReferenceMemory.Elements(parameters);
        var a = ReferenceMemory.Elements(moment1);
        var b = ReferenceMemory.Elements(moment2);
        ulong step = counter.Value;
        var s = rule.At(step);
        for (int i = 0; i < w.Length; i++) UpdateOne(rule, s, step == 0, g[i], ref w[i], ref a[i], ref b[i]);
    }

    private static void UpdateOne(OptimizerRule rule, in OptimizerScalars s, bool first, double g, ref double w, ref double a, ref double b)
    {
        if (rule.WeightDecay != 0 && !rule.Decoupled) g = Math.FusedMultiplyAdd(s.L2, w, g);
        if (rule.WeightDecay != 0 && rule.Decoupled) w = s.Shrink * w;
        double direction = g;
        switch (rule.Kind)
        {
            case OptimizerKind.Sgd:
                if (rule.Momentum != 0)
                {
                    a = first ? g : Math.FusedMultiplyAdd(s.First, a, s.FirstInput * g);
                    direction = rule.Nesterov ? Math.FusedMultiplyAdd(s.First, a, g) : a;
                }

                break;
            case OptimizerKind.AdaGrad:
                a = Math.FusedMultiplyAdd(g, g, a);
                direction = g / (Math.Sqrt(a) + s.Epsilon);
                break;
            case OptimizerKind.RmsProp:
                a = Math.FusedMultiplyAdd(s.Second, a, s.SecondInput * g * g);
                direction = g / (Math.Sqrt(a) + s.Epsilon);
                if (rule.Momentum != 0) direction = b = Math.FusedMultiplyAdd(s.First, b, direction);
                break;
            case OptimizerKind.Adam:
                a = Flush(Math.FusedMultiplyAdd(s.First, a, s.FirstInput * g));
                b = Flush(Math.FusedMultiplyAdd(s.Second, b, s.SecondInput * g * g));
                direction = a / Math.FusedMultiplyAdd(Math.Sqrt(b), s.RootScale, s.Epsilon);
                break;
            default:
                throw new NotSupportedException($"the reference device does not know the optimiser {rule.Kind}");
        }

        w = Math.FusedMultiplyAdd(-s.Rate, direction, w);
    }

    private static double Flush(double moment) => Math.Abs(moment) < SmallestNormal ? 0 : moment;
}
