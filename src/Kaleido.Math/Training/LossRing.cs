using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Training;

/// <summary>
/// The losses of the steps, from the ring on the device into which the plan records them to the host's list, without a wait: a copy of
/// each quarter of the ring is issued as soon as its steps are, and taken over when it has arrived.
/// </summary>
/// <remarks>
/// A copy comes behind its steps and before later ones, so the ring is never overwritten before. The host waits only if the device
/// is behind by all quarters; so it never runs further ahead than the ring is long.
/// </remarks>
internal sealed class LossRing : IDisposable
{
    /// <summary>How many losses the ring holds.</summary>
    public const int Length = 1024;

    private const int Quarter = Length / 4;

    private readonly FitRecord _record;
    private readonly Readback[] _copies = new Readback[Length / Quarter];
    private readonly float[] _arrived = new float[Quarter];
    private long _issued; // steps whose losses have arrived or are on their way
    private int _oldest, _underway;

    public LossRing(Device device, FitRecord record)
    {
        _record = record;
        Tensor = device.CreateTensor(1, Length);
        try
        {
            for (int i = 0; i < _copies.Length; i++) _copies[i] = Tensor.Memory.CreateReadback(Quarter);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The ring: the loss of step t (from 0 on) is element t mod <see cref="Length"/>.</summary>
    public Tensor Tensor { get; }

    /// <summary>Goes on after steps whose losses the record knows.</summary>
    public void Start() => _issued = _record.LossCount;

    /// <summary>Told after every step that was issued.</summary>
    public void Note(long step)
    {
        if (step % Quarter != 0) return;
        Collect();
        Issue(step);
    }

    /// <summary>Issues a copy of all losses up to this step that are not yet on their way.</summary>
    public void Issue(long step)
    {
        if (step == _issued) return;
        if (_underway == _copies.Length) TakeOldest();
        // Quarters are issued when they are full, so this is a part of one and lies in one piece.
        _copies[(_oldest + _underway) % _copies.Length].Begin(Tensor.Offset + _issued % Length, (int)(step - _issued));
        _underway++;
        _issued = step;
    }

    /// <summary>
    /// Takes over what has arrived. If nothing is left on its way the latest losses, up to this step, are sent for; where memory is the
    /// host's own they arrive at once.
    /// </summary>
    public void Collect(long step)
    {
        Collect();
        if (_underway > 0) return;
        Issue(step);
        Collect();
    }

    /// <summary>Takes over all losses up to this step, waiting for those that are still on their way.</summary>
    public void Complete(long step)
    {
        Issue(step);
        while (_underway > 0) TakeOldest();
    }

    private void Collect()
    {
        while (_underway > 0 && _copies[_oldest].IsReady) TakeOldest();
    }

    private void TakeOldest()
    {
        var copy = _copies[_oldest];
        copy.Read(_arrived);
        foreach (float loss in _arrived.AsSpan(0, copy.Count)) _record.AddLoss(loss);
        _oldest = (_oldest + 1) % _copies.Length;
        _underway--;
    }

    public void Dispose()
    {
        foreach (var copy in _copies) copy?.Dispose();
        Tensor.Dispose();
    }
}
