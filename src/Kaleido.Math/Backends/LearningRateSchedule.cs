using Kaleido.Numerics;

namespace Kaleido.Backends;

/// <summary>How the learning rate follows the step.</summary>
public enum ScheduleKind
{
    /// <summary>η.</summary>
    Constant,
    /// <summary>η·γ^⌊t/period⌋ (PyTorch's StepLR).</summary>
    Step,
    /// <summary>
    /// η_min + (η - η_min)·(1 + cos(π·min(t, T)/T))/2 (I. Loshchilov, F. Hutter, SGDR, ICLR 2017; PyTorch's CosineAnnealingLR).
    /// </summary>
    Cosine,
}

/// <summary>
/// The learning rate as a pure function of the step t = 0, 1, 2, …: a base rate, a decay and, before it, a linear warm-up in which the
/// rate is multiplied by (t + 1)/(warm-up steps). Computed in double on the device, so that a captured plan follows it.
/// </summary>
/// <param name="Rate">The base rate η &gt; 0.</param>
public sealed record LearningRateSchedule(double Rate)
{
    /// <summary>The decay.</summary>
    public ScheduleKind Kind { get; init; }

    /// <summary>Steps of linear warm-up; 0 for none. The decay counts from the end of the warm-up.</summary>
    public long WarmUpSteps { get; init; }

    /// <summary>Period of a step decay or length T of a cosine, in steps.</summary>
    public long Period { get; init; } = 1;

    /// <summary>Factor γ of a step decay.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Smallest rate η_min of a cosine.</summary>
    public double MinimumRate { get; init; }

    /// <summary>The constant rate.</summary>
    public static LearningRateSchedule Constant(double rate) => new(rate);

    /// <summary>Multiplies the rate by <paramref name="factor"/> every <paramref name="period"/> steps.</summary>
    public static LearningRateSchedule Step(double rate, long period, double factor) =>
        new(rate) { Kind = ScheduleKind.Step, Period = period, Factor = factor };

    /// <summary>
    /// Half a cosine from <paramref name="rate"/> down to <paramref name="minimumRate"/> over <paramref name="steps"/> steps.
    /// </summary>
    public static LearningRateSchedule Cosine(double rate, long steps, double minimumRate = 0) =>
        new(rate) { Kind = ScheduleKind.Cosine, Period = steps, MinimumRate = minimumRate };

    /// <summary>The same schedule after a linear warm-up.</summary>
    public LearningRateSchedule WithWarmUp(long steps) => this with { WarmUpSteps = steps };

    /// <summary>The rate of step <paramref name="step"/>, counted from 0.</summary>
    public double At(ulong step)
    {
        if (step < (ulong)WarmUpSteps) return Rate * (step + 1) / WarmUpSteps;
        long t = (long)(step - (ulong)WarmUpSteps);
        switch (Kind)
        {
            case ScheduleKind.Step:
                return Rate * Elementary.Pow(Factor, t / Period);
            case ScheduleKind.Cosine:
                double turns = (double)Math.Min(t, Period) / Period / 2;
                return MinimumRate + (Rate - MinimumRate) * (1 + Elementary.SinCosTurns(turns).Cos) / 2;
            default:
                return Rate;
        }
    }

    /// <summary>Refuses values that make no schedule.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A rate, period or factor is out of range.</exception>
    public void Validate()
    {
        if (!(Rate > 0) || !double.IsFinite(Rate))
            throw new ArgumentOutOfRangeException(nameof(Rate), Rate, "the learning rate must be a positive number");
        ArgumentOutOfRangeException.ThrowIfNegative(WarmUpSteps);
        ArgumentOutOfRangeException.ThrowIfLessThan(Period, 1);
        if (!(Factor > 0) || !double.IsFinite(Factor))
            throw new ArgumentOutOfRangeException(nameof(Factor), Factor, "the factor must be a positive number");
        if (!(MinimumRate >= 0 && MinimumRate <= Rate))
            throw new ArgumentOutOfRangeException(nameof(MinimumRate), MinimumRate, "the smallest rate must lie between 0 and the rate");
    }
}
