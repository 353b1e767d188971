using System.Numerics;

namespace Kaleido.Lab.Geometry;

/// <summary>How a fixed point treats starts near it.</summary>
public enum FixedPointClass
{
    /// <summary>It attracts them all: ρ(J) &lt; 1.</summary>
    Sink,

    /// <summary>It attracts some and repels the rest: eigenvalues on both sides of the unit circle (in the plane only).</summary>
    Saddle,

    /// <summary>It repels all: every |λ| &gt; 1.</summary>
    Repeller,
}

/// <summary>A fixed point x* = f(x*), proved to be there.</summary>
/// <param name="Location">x* in float64, [features], in the network's units.</param>
/// <param name="Enclosure">The exact x* lies in this box.</param>
/// <param name="Alone">It is the only fixed point in this larger box.</param>
/// <param name="Index">sign det(I - J), constant over <paramref name="Alone"/>: +1 or -1.</param>
/// <param name="Class">Its class.</param>
/// <param name="IsClassProved">Whether bounds prove the class. If not, it is what float64 eigenvalues say.</param>
/// <param name="SpectralRadius">Bounds of ρ(J); on a kink over the hull of the Jacobians of all sides.</param>
/// <param name="Eigenvalues">Of J, in float64, the greatest modulus first; on a kink of the middle of all sides.</param>
/// <param name="Kinks">Neurons whose kink may pass through <paramref name="Enclosure"/>; 0 proves that f is smooth at x*.</param>
/// <param name="CertifiedRadius">Every start within this Euclidean distance converges to x*, proved; 0 where nothing is.</param>
/// <param name="NearestDatum">Which training point is nearest.</param>
/// <param name="DatumDistance">Its Euclidean distance.</param>
/// <param name="IsDatum">Whether that is within <see cref="CensusOptions.DatumTolerance"/>.</param>
public sealed record CensusPoint(
    double[] Location, Interval[] Enclosure, Interval[] Alone, int Index, FixedPointClass Class, bool IsClassProved, Interval SpectralRadius,
    Complex[] Eigenvalues, int Kinks, double CertifiedRadius, int NearestDatum, double DatumDistance, bool IsDatum)
{
    /// <summary>The share of starts, uniform over the domain, whose orbits come to it.</summary>
    public double BasinShare { get; internal set; }

    /// <summary>Ends of the share's 95 % Wilson interval if it was sampled; both equal to it where the basin's borders are known.</summary>
    public (double Low, double High) BasinInterval { get; internal set; }

    /// <summary>A sink that is no training point.</summary>
    public bool IsSpurious => Class == FixedPointClass.Sink && !IsDatum;

    internal Stability Stability { get; init; } = null!;
}

/// <summary>An attracting cycle x → f(x) → … → x that orbits came to, in float64; nothing is proved about it.</summary>
/// <param name="Points">[period][features], in order.</param>
/// <param name="BasinShare">The share of starts, uniform over the domain, whose orbits came to it.</param>
/// <param name="BasinInterval">The share's 95 % Wilson interval.</param>
public sealed record CensusCycle(double[][] Points, double BasinShare, (double Low, double High) BasinInterval);

/// <summary>How a <see cref="Census"/> is made.</summary>
public sealed record CensusOptions
{
    /// <summary>A fixed point within this Euclidean distance of a training point counts as that datum; in the network's units.</summary>
    public double DatumTolerance { get; init; } = 0.01;

    /// <summary>Starts for basin shares and cycles, drawn uniformly from the domain; 0 leaves both out.</summary>
    public int Samples { get; init; } = 4096;

    /// <summary>After so many applications an orbit that no sink has caught is looked at for a cycle.</summary>
    public int MostIterations { get; init; } = 2000;

    /// <summary>The seed of the starts (Philox, stream 0x43454E53).</summary>
    public uint Seed { get; init; }
}
