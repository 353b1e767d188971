using Kaleido.Backends;
using Kaleido.Optimizers;

namespace Kaleido.Tests.Optimizers;

/// <summary>The optimisers as the documentation of torch.optim writes them, in plain double arithmetic.</summary>
internal sealed class TextbookOptimizer(Optimizer optimizer, GradientClipping? clipping, int count)
{
    private readonly double[] _a = new double[count], _b = new double[count];
    private int _step;

    public static double Rate(LearningRateSchedule schedule, int step)
    {
        if (step < schedule.WarmUpSteps) return schedule.Rate * (step + 1) / schedule.WarmUpSteps;
        double t = step - schedule.WarmUpSteps, period = schedule.Period;
        return schedule.Kind switch
        {
            ScheduleKind.Step => schedule.Rate * Math.Pow(schedule.Factor, Math.Floor(t / period)),
            ScheduleKind.Cosine => schedule.MinimumRate
                + 0.5 * (schedule.Rate - schedule.MinimumRate) * (1 + Math.Cos(Math.PI * Math.Min(t, period) / period)),
            _ => schedule.Rate,
        };
    }

    public void Step(double[] weights, double[] gradients)
    {
        double rate = Rate(optimizer.Schedule ?? LearningRateSchedule.Constant(optimizer.LearningRate), _step);
        double[] clipped = Clip(gradients);
        for (int i = 0; i < weights.Length; i++)
        {
            double gradient = clipped[i], decay = optimizer.WeightDecay;
            if (optimizer is AdamW) weights[i] -= rate * decay * weights[i];
            else gradient += decay * weights[i];
            weights[i] -= Change(i, gradient, rate);
        }

        _step++;
    }

    private double Change(int i, double gradient, double rate)
    {
        int t = _step + 1;
        switch (optimizer)
        {
            case Sgd sgd:
                if (sgd.Momentum == 0) return rate * gradient;
                _a[i] = _step == 0 ? gradient : sgd.Momentum * _a[i] + (1 - sgd.Dampening) * gradient;
                return rate * (sgd.Nesterov ? gradient + sgd.Momentum * _a[i] : _a[i]);
            case AdaGrad adaGrad:
                _a[i] += gradient * gradient;
                return rate / (1 + (t - 1) * adaGrad.RateDecay) * gradient / (Math.Sqrt(_a[i]) + adaGrad.Epsilon);
            case RmsProp rmsProp:
                _a[i] = rmsProp.Alpha * _a[i] + (1 - rmsProp.Alpha) * gradient * gradient;
                double scaled = gradient / (Math.Sqrt(_a[i]) + rmsProp.Epsilon);
                _b[i] = rmsProp.Momentum * _b[i] + scaled;
                return rate * _b[i];
            case Adam adam:
                _a[i] = adam.Beta1 * _a[i] + (1 - adam.Beta1) * gradient;
                _b[i] = adam.Beta2 * _b[i] + (1 - adam.Beta2) * gradient * gradient;
                double mean = _a[i] / (1 - Math.Pow(adam.Beta1, t)), square = _b[i] / (1 - Math.Pow(adam.Beta2, t));
                return rate * mean / (Math.Sqrt(square) + adam.Epsilon);
            default:
                throw new NotSupportedException(optimizer.ToString());
        }
    }

    private double[] Clip(double[] gradients)
    {
        double[] clipped = [.. gradients];
        if (clipping?.Value is { } value) clipped = [.. clipped.Select(g => Math.Clamp(g, -value, value))];
        if (clipping?.Norm is not { } limit) return clipped;
        double factor = Math.Min(1, limit / (Math.Sqrt(clipped.Sum(g => g * g)) + 1e-6));
        return [.. clipped.Select(g => g * factor)];
    }
}
