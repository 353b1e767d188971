using Kaleido.Backends;

namespace Kaleido.Optimizers;

/// <summary>
/// How parameters follow gradients. Hyperparameters are double; the defaults and the semantics are PyTorch's (torch.optim).
/// </summary>
public abstract record Optimizer
{
    /// <summary>The learning rate η, constant unless <see cref="Schedule"/> is given.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>A schedule instead of the constant <see cref="LearningRate"/>.</summary>
    public LearningRateSchedule? Schedule { get; init; }

    /// <summary>λ: adds λw to the gradient (AdamW: shrinks w by ηλ).</summary>
    public double WeightDecay { get; init; }

    /// <summary>The update as plain data for a backend.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A hyperparameter is out of range.</exception>
    public OptimizerRule ToRule()
    {
        var rule = Complete(
            new OptimizerRule(OptimizerKind.Sgd, Schedule ?? LearningRateSchedule.Constant(LearningRate)) { WeightDecay = WeightDecay });
        rule.Validate();
        return rule;
    }

    /// <summary>Fills in what is particular to the optimiser.</summary>
    protected abstract OptimizerRule Complete(OptimizerRule rule);
}

/// <summary>
/// Stochastic gradient descent; with momentum H. Robbins, S. Monro 1951, B. Polyak 1964; Nesterov 1983 as in I. Sutskever et al., ICML
/// 2013.
/// </summary>
public sealed record Sgd : Optimizer
{
    /// <summary>μ.</summary>
    public double Momentum { get; init; }

    /// <summary>τ: the share of the gradient that does not enter the momentum.</summary>
    public double Dampening { get; init; }

    /// <summary>Nesterov's variant; needs a momentum and no dampening.</summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    protected override OptimizerRule Complete(OptimizerRule rule) =>
        rule with { Kind = OptimizerKind.Sgd, Momentum = Momentum, Dampening = Dampening, Nesterov = Nesterov };
}

/// <summary>AdaGrad (J. Duchi, E. Hazan, Y. Singer, JMLR 12, 2011).</summary>
public sealed record AdaGrad : Optimizer
{
    /// <summary>PyTorch's default rate, 0.01.</summary>
    public AdaGrad() => LearningRate = 1e-2;

    /// <summary>δ: the rate of step t is η/(1 + tδ).</summary>
    public double RateDecay { get; init; }

    /// <summary>ε.</summary>
    public double Epsilon { get; init; } = 1e-10;

    /// <inheritdoc/>
    protected override OptimizerRule Complete(OptimizerRule rule) =>
        rule with { Kind = OptimizerKind.AdaGrad, RateDecay = RateDecay, Epsilon = Epsilon };
}

/// <summary>RMSprop (T. Tieleman, G. Hinton, 2012), not centred.</summary>
public sealed record RmsProp : Optimizer
{
    /// <summary>PyTorch's default rate, 0.01.</summary>
    public RmsProp() => LearningRate = 1e-2;

    /// <summary>α, the memory of the squared gradient.</summary>
    public double Alpha { get; init; } = 0.99;

    /// <summary>μ.</summary>
    public double Momentum { get; init; }

    /// <summary>ε.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <inheritdoc/>
    protected override OptimizerRule Complete(OptimizerRule rule) =>
        rule with { Kind = OptimizerKind.RmsProp, Beta2 = Alpha, Momentum = Momentum, Epsilon = Epsilon };
}

/// <summary>Adam (D. Kingma, J. Ba, ICLR 2015), bias-corrected.</summary>
public record Adam : Optimizer
{
    /// <summary>β₁.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>β₂.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>ε.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <inheritdoc/>
    protected override OptimizerRule Complete(OptimizerRule rule) =>
        rule with { Kind = OptimizerKind.Adam, Beta1 = Beta1, Beta2 = Beta2, Epsilon = Epsilon };
}

/// <summary>Adam with decoupled weight decay (I. Loshchilov, F. Hutter, ICLR 2019).</summary>
public sealed record AdamW : Adam
{
    /// <summary>PyTorch's default decay, 0.01.</summary>
    public AdamW() => WeightDecay = 1e-2;

    /// <inheritdoc/>
    protected override OptimizerRule Complete(OptimizerRule rule) => base.Complete(rule) with { Decoupled = true };
}
