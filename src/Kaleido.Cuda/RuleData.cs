using Kaleido.Backends;

namespace Kaleido.Cuda;

/// <summary>An optimiser's rule as the kernels read it: sixteen words of eight bytes (Kernels/README.md).</summary>
internal static class RuleData
{
    public const int Length = 16, ScalarBytes = 64;

    public static long[] Of(OptimizerRule rule)
    {
        var schedule = rule.Schedule;
        return
        [
            (long)rule.Kind + 16 * (long)schedule.Kind, Bits(schedule.Rate), schedule.WarmUpSteps, schedule.Period, Bits(schedule.Factor),
            Bits(schedule.MinimumRate), Bits(rule.Beta1), Bits(rule.Beta2), Bits(rule.Epsilon), Bits(rule.Momentum), Bits(rule.Dampening),
            (rule.Nesterov ? 1 : 0) + (rule.Decoupled ? 2 : 0), Bits(rule.RateDecay), Bits(rule.WeightDecay), 0, 0,
        ];
    }

    private static long Bits(double value) => BitConverter.DoubleToInt64Bits(value);
}
