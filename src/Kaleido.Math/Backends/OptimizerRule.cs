using Kaleido.Numerics;

namespace Kaleido.Backends;

/// <summary>The update formula of an optimiser.</summary>
public enum OptimizerKind
{
    /// <summary>Stochastic gradient descent, with momentum and Nesterov's variant.</summary>
    Sgd,
    /// <summary>J. Duchi, E. Hazan, Y. Singer, JMLR 12 (2011).</summary>
    AdaGrad,
    /// <summary>T. Tieleman, G. Hinton, lecture 6.5 (2012).</summary>
    RmsProp,
    /// <summary>D. Kingma, J. Ba, ICLR 2015; with decoupled weight decay AdamW: I. Loshchilov, F. Hutter, ICLR 2019.</summary>
    Adam,
}

/// <summary>
/// One optimiser update as plain data: what a backend needs to change parameters w by gradients g with the two moments a and b.
/// Hyperparameters are double; what follows from them is formed in double and rounded once to the device's precision.
/// </summary>
/// <remarks>
/// The order of operations is the same on every device (fma is fused multiply-add, every other operation is rounded by itself):
/// <code>
/// g = fma(λ, w, g)                             L2 penalty (not decoupled), where λ ≠ 0
/// w = (1 - ηλ)·w                               decoupled weight decay, where λ ≠ 0
/// Sgd      momentum μ ≠ 0: a = fma(μ, a, (1-τ)·g), in the first step a = g; d = Nesterov ? fma(μ, a, g) : a; else d = g
///          w = fma(-η, d, w)
/// AdaGrad  a = fma(g, g, a);            w = fma(-η/(1 + t·δ), g/(√a + ε), w)
/// RmsProp  a = fma(α, a, ((1-α)·g)·g);  d = g/(√a + ε);  momentum: b = fma(μ, b, d), d = b;  w = fma(-η, d, w)
/// Adam     a = fma(β₁, a, (1-β₁)·g);    b = fma(β₂, b, ((1-β₂)·g)·g);  a, b below the smallest normal number become +0
///          w = fma(-η/(1-β₁ᵗ⁺¹), a / fma(√b, 1/√(1-β₂ᵗ⁺¹), ε), w)
/// </code>
/// t counts from 0. The semantics are PyTorch's (torch.optim), up to rounding.
/// </remarks>
public sealed record OptimizerRule(OptimizerKind Kind, LearningRateSchedule Schedule)
{
    /// <summary>β₁ of Adam.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂ of Adam, α of RMSprop.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε in the denominator.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>μ of SGD and RMSprop.</summary>
    public double Momentum { get; init; }

    /// <summary>τ of SGD.</summary>
    public double Dampening { get; init; }

    /// <summary>Nesterov's variant of momentum.</summary>
    public bool Nesterov { get; init; }

    /// <summary>δ, the decay of AdaGrad's rate.</summary>
    public double RateDecay { get; init; }

    /// <summary>λ, the weight decay.</summary>
    public double WeightDecay { get; init; }

    /// <summary>True: λ shrinks the weights themselves (AdamW); false: λw is added to the gradient.</summary>
    public bool Decoupled { get; init; }

    /// <summary>Refuses values outside their ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hyperparameter is out of range.</exception>
    public void Validate()
    {
        Schedule.Validate();
        InUnit(Beta1, nameof(Beta1));
        InUnit(Beta2, nameof(Beta2));
        NotNegative(Epsilon, nameof(Epsilon));
        NotNegative(Momentum, nameof(Momentum));
        NotNegative(RateDecay, nameof(RateDecay));
        NotNegative(WeightDecay, nameof(WeightDecay));
        if (!double.IsFinite(Dampening)) throw new ArgumentOutOfRangeException(nameof(Dampening), Dampening, "must be a finite number");
        if (Nesterov && (Momentum == 0 || Dampening != 0))
            throw new ArgumentException("Nesterov's variant needs a momentum above 0 and no dampening", nameof(Nesterov));

        static void InUnit(double value, string name)
        {
            if (!(value >= 0 && value < 1)) throw new ArgumentOutOfRangeException(name, value, "must be at least 0 and below 1");
        }

        static void NotNegative(double value, string name)
        {
            if (!(value >= 0) || !double.IsFinite(value))
                throw new ArgumentOutOfRangeException(name, value, "must be a number not below 0");
        }
    }

    /// <summary>The scalars of step <paramref name="step"/> (counted from 0), in double.</summary>
    public OptimizerScalars At(ulong step)
    {
        double rate = Schedule.At(step);
        long completed = checked((long)step + 1);
        bool adam = Kind == OptimizerKind.Adam;
        return new OptimizerScalars
        {
            L2 = Decoupled ? 0 : WeightDecay,
            Shrink = Decoupled ? 1 - rate * WeightDecay : 1,
            First = adam ? Beta1 : Momentum,
            FirstInput = adam ? 1 - Beta1 : step == 0 ? 1 : 1 - Dampening,
            Second = Beta2,
            SecondInput = 1 - Beta2,
            Rate = Kind switch
            {
                OptimizerKind.Adam => rate / OneMinusPower(Beta1, completed),
                OptimizerKind.AdaGrad => rate / (1 + step * RateDecay),
                _ => rate,
            },
            RootScale = adam ? 1 / Math.Sqrt(OneMinusPower(Beta2, completed)) : 1,
            Epsilon = Epsilon,
        };
    }

    // 1 - βᵗ. Beyond t(1-β) = 40, βᵗ ≤ e^(-t(1-β)) is below 2⁻⁵⁴ and the difference rounds to 1: the same bits without the power.
    private static double OneMinusPower(double beta, long t) => (1 - beta) * t > 40 ? 1 : 1 - Elementary.Pow(beta, t);
}

/// <summary>What an optimiser update multiplies by in one step, before the rounding to the device's precision.</summary>
public readonly record struct OptimizerScalars
{
    /// <summary>Factor of w added to the gradient.</summary>
    public double L2 { get; init; }

    /// <summary>Factor of w before the update.</summary>
    public double Shrink { get; init; }

    /// <summary>Factor of the first moment or of the momentum buffer.</summary>
    public double First { get; init; }

    /// <summary>Factor of the gradient that enters it.</summary>
    public double FirstInput { get; init; }

    /// <summary>Factor of the second moment.</summary>
    public double Second { get; init; }

    /// <summary>Factor of the squared gradient that enters it.</summary>
    public double SecondInput { get; init; }

    /// <summary>Step size.</summary>
    public double Rate { get; init; }

    /// <summary>Factor of the root of the second moment.</summary>
    public double RootScale { get; init; }

    /// <summary>ε.</summary>
    public double Epsilon { get; init; }
}
