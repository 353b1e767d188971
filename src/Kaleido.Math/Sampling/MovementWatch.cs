using Kaleido.Autodiff;
using Kaleido.Tensors;

namespace Kaleido.Sampling;

/// <summary>
/// How far the median chain moved in each iteration, and whether the chains have settled, without holding the device up: the distances of
/// an iteration are sent for as soon as it is issued, and looked at when somebody asks, or when the host is <see cref="Ahead"/> iterations
/// ahead. Where the device computes in the host's own memory there is nothing to run ahead of, and one place for the distances is enough.
/// </summary>
internal sealed class MovementWatch : IDisposable
{
    /// <summary>How many iterations may be under way on a device of its own memory.</summary>
    public const int Ahead = 16;

    private readonly Plan _plan;
    private readonly (Node ToPrevious, Node ToBeforePrevious) _columns;
    private readonly (Readback ToPrevious, Readback ToBeforePrevious)[] _copies;
    private readonly float[] _distances;
    private readonly Func<BurnInDetector> _newDetector;
    private BurnInDetector _detector;
    private int _observed, _issued; // iterations

    /// <param name="plan">Makes an iteration.</param>
    /// <param name="toPrevious">[chains, 1]: each chain's distance to the sample one iteration before.</param>
    /// <param name="toBeforePrevious">The same, to two iterations before.</param>
    /// <param name="newDetector">A detector at its start.</param>
    public MovementWatch(Plan plan, Node toPrevious, Node toBeforePrevious, Func<BurnInDetector> newDetector)
    {
        (_plan, _columns, _newDetector, _detector) = (plan, (toPrevious, toBeforePrevious), newDetector, newDetector());
        _distances = new float[plan.Capacity];
        _copies = new (Readback, Readback)[plan.OutputView(toPrevious).Memory.TryGetHostMemory(out _) ? 1 : Ahead];
        try
        {
            for (int i = 0; i < _copies.Length; i++) _copies[i] = (Copy(toPrevious), null!);
            for (int i = 0; i < _copies.Length; i++) _copies[i].ToBeforePrevious = Copy(toBeforePrevious);
        }
        catch
        {
            Dispose();
            throw;
        }

        Readback Copy(Node column) => plan.OutputView(column).Memory.CreateReadback(plan.Capacity);
    }

    /// <summary>The median distance of the last iteration that was looked at; NaN before the second.</summary>
    public double MedianStep { get; private set; } = double.NaN;

    /// <inheritdoc cref="BurnInDetector.BurnIn"/>
    public int? BurnIn => _detector.BurnIn;

    /// <inheritdoc cref="BurnInDetector.IsCycle"/>
    public bool IsCycle => _detector.IsCycle;

    /// <summary>Told after each iteration that was issued.</summary>
    public void Note()
    {
        if (_issued - _observed == _copies.Length) Observe();
        _issued++;
        var (toPrevious, toBeforePrevious) = _copies[_issued % _copies.Length];
        // Distances to earlier samples exist from the second and the third iteration on.
        if (_issued >= 2) Send(_columns.ToPrevious, toPrevious);
        if (_issued >= 3) Send(_columns.ToBeforePrevious, toBeforePrevious);
    }

    private void Send(Node column, Readback copy)
    {
        var view = _plan.OutputView(column);
        copy.Begin(view.Offset, (int)view.Count);
    }

    /// <summary>Looks at every iteration that was issued, waiting for those that are under way.</summary>
    public void Complete()
    {
        while (_observed < _issued) Observe();
    }

    private void Observe()
    {
        int iteration = _observed + 1;
        var (toPrevious, toBeforePrevious) = _copies[iteration % _copies.Length];
        double change = iteration >= 2 ? Median(toPrevious) : double.NaN, change2 = iteration >= 3 ? Median(toBeforePrevious) : double.NaN;
        _detector.Observe(iteration, change, change2);
        (MedianStep, _observed) = (change, iteration);
    }

    private double Median(Readback copy)
    {
        copy.Read(_distances);
        return Kaleidoscope.LowerMedian(_distances);
    }

    /// <summary>Begins anew; what is under way is forgotten.</summary>
    public void Reset() => (_detector, MedianStep, _observed, _issued) = (_newDetector(), double.NaN, 0, 0);

    public void Dispose()
    {
        foreach (var (toPrevious, toBeforePrevious) in _copies)
        {
            toPrevious?.Dispose();
            toBeforePrevious?.Dispose();
        }
    }
}
