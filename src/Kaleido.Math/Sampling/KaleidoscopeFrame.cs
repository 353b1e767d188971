namespace Kaleido.Sampling;

/// <summary>
/// One iteration of all chains. Its memory is valid until the next iteration; <see cref="Copy"/> keeps it. Values are in the network's
/// units, chains in rows.
/// </summary>
public sealed class KaleidoscopeFrame
{
    private readonly float[] _samples, _noisy;

    internal KaleidoscopeFrame(int chains, int features)
    {
        (Chains, Features) = (chains, features);
        _samples = new float[chains * features];
        _noisy = new float[chains * features];
    }

    private KaleidoscopeFrame(KaleidoscopeFrame other)
    {
        (Chains, Features, Iteration, BurnIn, IsCycle, MedianStep) =
            (other.Chains, other.Features, other.Iteration, other.BurnIn, other.IsCycle, other.MedianStep);
        (_samples, _noisy) = ([.. other._samples], [.. other._noisy]);
    }

    /// <summary>Number of chains.</summary>
    public int Chains { get; }

    /// <summary>Features of a sample.</summary>
    public int Features { get; }

    /// <summary>How often the network was applied: 1 for the first frame; 0 for the start.</summary>
    public int Iteration { get; internal set; }

    /// <summary>The samples: what the network gave, before noise.</summary>
    public ReadOnlyMemory<float> Samples => _samples;

    /// <summary>The state: the samples after noise and boundary, what the network is applied to next.</summary>
    public ReadOnlyMemory<float> Noisy => _noisy;

    /// <summary>
    /// The median over the chains of the root mean square change per feature since the previous iteration; NaN at the start.
    /// </summary>
    public double MedianStep { get; internal set; } = double.NaN;

    /// <summary>True once burn-in was detected.</summary>
    public bool Converged => BurnIn is not null;

    /// <summary>The iteration at which the chains had settled, or null.</summary>
    public int? BurnIn { get; internal set; }

    /// <summary>True if they settled on cycles of period two.</summary>
    public bool IsCycle { get; internal set; }

    internal Span<float> SamplesBuffer => _samples;

    internal Span<float> NoisyBuffer => _noisy;

    /// <summary>A frame of its own memory.</summary>
    public KaleidoscopeFrame Copy() => new(this);
}
