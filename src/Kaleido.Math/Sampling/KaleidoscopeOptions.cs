namespace Kaleido.Sampling;

/// <summary>How to sample.</summary>
public sealed record KaleidoscopeOptions
{
    /// <summary>Number of chains, run side by side.</summary>
    public int Samples { get; init; } = 100;

    /// <summary>Where the chains start, in the network's units; null for uniform over the range of its output.</summary>
    public Noise? Start { get; init; }

    /// <summary>Scale ε of the noise between iterations; 0 iterates the network alone (Eq. 2 of the paper), above 0 is Eq. 3.</summary>
    public double Epsilon { get; init; }

    /// <summary>The noise that ε scales; by default uniform in [-1, 1], of zero mean.</summary>
    public Noise Perturbation { get; init; } = Noise.Uniform(-1, 1);

    /// <summary>What happens at the ends of the range.</summary>
    public Boundary Boundary { get; init; } = Boundary.Clamp;

    /// <summary>The seed of starts and noise.</summary>
    public uint Seed { get; init; }

    /// <summary>
    /// Burn-in is over when the median chain moves less than this (root mean square per feature, beyond what ε itself causes).
    /// </summary>
    public double Tolerance { get; init; } = 1e-3;

    /// <summary>For how many iterations in a row it must move less.</summary>
    public int Patience { get; init; } = 5;

    /// <summary>The settings of the paper's published code for data in [low, high]: its start, its biased noise, clamping.</summary>
    public static KaleidoscopeOptions Reference(double low, double high, double epsilon = 0.01) => new()
    {
        Start = Noise.Uniform(low, high),
        Epsilon = epsilon,
        Perturbation = Noise.Reference(low, high),
        Boundary = Boundary.Clamp,
    };

    /// <summary>Refuses values outside their ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Samples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Patience, 1);
        if (!(Epsilon >= 0) || !double.IsFinite(Epsilon))
            throw new ArgumentOutOfRangeException(nameof(Epsilon), Epsilon, "must be a number not below 0");
        if (!(Tolerance > 0) || !double.IsFinite(Tolerance))
            throw new ArgumentOutOfRangeException(nameof(Tolerance), Tolerance, "must be a number above 0");
        Start?.Validate(nameof(Start));
        Perturbation.Validate(nameof(Perturbation));
    }
}
