namespace Kaleido.Sampling;

/// <summary>
/// One iteration of all chains. Its memory is valid until the next iteration; <see cref="Copy"/> keeps it. Values are in the network's
/// units, chains in rows. They are fetched from the device when they are first looked at.
/// </summary>
public sealed class KaleidoscopeFrame
{
    private readonly float[] _samples, _noisy;
    private readonly Kaleidoscope? _owner;
    private bool _hasSamples = true, _hasNoisy = true, _hasMovement = true;
    private double _medianStep = double.NaN;
    private int? _burnIn;
    private bool _isCycle;

    internal KaleidoscopeFrame(Kaleidoscope owner, int chains, int features)
    {
        (_owner, Chains, Features) = (owner, chains, features);
        _samples = new float[chains * features];
        _noisy = new float[chains * features];
    }

    private KaleidoscopeFrame(KaleidoscopeFrame other)
    {
        (Chains, Features, Iteration, _burnIn, _isCycle, _medianStep) =
            (other.Chains, other.Features, other.Iteration, other.BurnIn, other.IsCycle, other.MedianStep);
        (_samples, _noisy) = ([.. other.Samples.Span], [.. other.Noisy.Span]);
    }

    /// <summary>Number of chains.</summary>
    public int Chains { get; }

    /// <summary>Features of a sample.</summary>
    public int Features { get; }

    /// <summary>How often the network was applied: 1 for the first frame; 0 for the start.</summary>
    public int Iteration { get; internal set; }

    /// <summary>The samples: what the network gave, before noise.</summary>
    public ReadOnlyMemory<float> Samples
    {
        get
        {
            if (!_hasSamples) _owner!.DownloadSamples(_samples);
            _hasSamples = true;
            return _samples;
        }
    }

    /// <summary>The state: the samples after noise and boundary, what the network is applied to next.</summary>
    public ReadOnlyMemory<float> Noisy
    {
        get
        {
            if (!_hasNoisy) _owner!.DownloadNoisy(_noisy);
            _hasNoisy = true;
            return _noisy;
        }
    }

    /// <summary>
    /// The median over the chains of the root mean square change per feature since the previous iteration; NaN at the start.
    /// </summary>
    public double MedianStep => Observed()._medianStep;

    /// <summary>True once burn-in was detected.</summary>
    public bool Converged => BurnIn is not null;

    /// <summary>The iteration at which the chains had settled, or null.</summary>
    public int? BurnIn => Observed()._burnIn;

    /// <summary>True if they settled on cycles of period two.</summary>
    public bool IsCycle => Observed()._isCycle;

    private KaleidoscopeFrame Observed()
    {
        if (!_hasMovement) _owner!.Observe();
        return this;
    }

    /// <summary>Takes what is known of the chains' movement.</summary>
    internal void Observe(double medianStep, int? burnIn, bool isCycle) =>
        (_medianStep, _burnIn, _isCycle, _hasMovement) = (medianStep, burnIn, isCycle, true);

    /// <summary>Forgets the values: the device has newer ones.</summary>
    internal void Outdate() => (_hasSamples, _hasNoisy, _hasMovement) = (false, false, false);

    /// <summary>Sets samples and state to the starts of the chains.</summary>
    internal void Start(Action<float[]> download)
    {
        download(_samples);
        _samples.CopyTo(_noisy, 0);
        (_hasSamples, _hasNoisy) = (true, true);
    }

    /// <summary>A frame of its own memory.</summary>
    public KaleidoscopeFrame Copy() => new(this);
}
