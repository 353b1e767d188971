using Kaleido.Autodiff;
using Kaleido.Networks;
using Kaleido.Numerics;
using Kaleido.Tensors;

namespace Kaleido.Sampling;

/// <summary>
/// A generative kaleidoscope: a trained network f applied again and again to noise, many chains at once,
/// xₜ = f(zₜ₋₁), zₜ = boundary(xₜ + ε·noiseₜ), z₀ ~ start.
/// </summary>
/// <remarks>
/// Source: H. Shrivastava, Generative Kaleidoscopic Networks, arXiv 2402.11793, Eq. 2 (ε = 0) and Eq. 3. The noise of chain c and iteration
/// t is a function of (seed, t, c), so one seed gives one result, and the first chains of a larger run are those of a smaller one.
/// Chains, states and noise live on the network's device; an iteration allocates nothing, and on a device that works while the host goes on
/// it waits for nothing but what is asked of its frame.
/// </remarks>
public sealed class Kaleidoscope : IDisposable
{
    private readonly KaleidoscopeOptions _options;
    private readonly Tensor _state, _previous, _beforePrevious;
    private readonly Plan _start, _iterate;
    private readonly Node _samples, _noisy;
    private readonly KaleidoscopeFrame _frame;
    private readonly MovementWatch _watch;
    private bool _disposed;

    /// <summary>A kaleidoscope at its start.</summary>
    /// <exception cref="ArgumentException">The network is no map of a space to itself, or its output has no bounded range.</exception>
    public Kaleidoscope(Mlp network, KaleidoscopeOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (network.Inputs != network.Outputs)
        {
            throw new ArgumentException(
                $"Kaleidoscope: the network maps {network.Inputs} features to {network.Outputs}; they must be equal");
        }
        Range = network.Options.Output.Range ?? throw new ArgumentException(
            $"Kaleidoscope: the output activation {network.Options.Output} is not bounded; "
            + "iteration needs a bounded one, such as sigmoid or tanh");
        (Network, _options, Start) = (network, options, options.Start ?? Noise.Uniform(Range.Low, Range.High));
        int chains = options.Samples, features = network.Inputs;
        var device = network.Device;
        _state = device.CreateTensor(chains, features);
        _previous = device.CreateTensor(chains, features);
        _beforePrevious = device.CreateTensor(chains, features);
        _start = CompileStart();
        (_iterate, _samples, _noisy, var change, var change2) = CompileIteration();
        _watch = new(_iterate, change, change2, () => new(options.Tolerance + options.Epsilon, options.Patience));
        _frame = new(this, chains, features);
        Reset();
    }

    /// <summary>The network.</summary>
    public Mlp Network { get; }

    /// <summary>The range of the network's output, which the state is kept in.</summary>
    public (double Low, double High) Range { get; }

    /// <summary>The distribution of the starts.</summary>
    public Noise Start { get; }

    /// <summary>Iterations made since the start.</summary>
    public int Iteration => _frame.Iteration;

    /// <summary>The current frame, the same object at every call.</summary>
    public KaleidoscopeFrame Frame => _frame;

    private Plan CompileStart()
    {
        var graph = new Graph();
        var state = graph.RowsVariable("state", _state);
        var start = Start.Draw(graph, state.Shape, _options.Seed, RandomStreams.ChainStart).Clamp(Range.Low, Range.High);
        return Plan.Compile(graph, Network.Device, _options.Samples, [], [new Assignment(state, start)]);
    }

    private (Plan Plan, Node Samples, Node Noisy, Node Change, Node Change2) CompileIteration()
    {
        var graph = new Graph();
        var state = graph.RowsVariable("state", _state);
        var previous = graph.RowsVariable("previous", _previous);
        var beforePrevious = graph.RowsVariable("before previous", _beforePrevious);
        var samples = Network.Forward(state).Output;
        var noisy = samples;
        if (_options.Epsilon > 0)
        {
            var moved = samples
                + _options.Perturbation.Scaled(_options.Epsilon).Draw(graph, samples.Shape, _options.Seed, RandomStreams.ChainNoise);
            noisy = Contain(moved);
        }

        Node change = MeanSquare(samples - previous), change2 = MeanSquare(samples - beforePrevious);
        var plan = Plan.Compile(graph, Network.Device, _options.Samples, [samples, noisy, change, change2],
            [new Assignment(state, noisy), new Assignment(beforePrevious, previous), new Assignment(previous, samples)], repeats: true);
        return (plan, samples, noisy, change, change2);
    }

    private Node Contain(Node x)
    {
        if (_options.Boundary == Boundary.Reflect)
        {
            Node low = x.Graph.Constant(Range.Low), high = x.Graph.Constant(Range.High);
            x = x.LessThan(low).Select(2 * Range.Low - x, high.LessThan(x).Select(2 * Range.High - x, x));
        }

        return x.Clamp(Range.Low, Range.High);
    }

    private Node MeanSquare(Node x) => (x.Square().RowSum() / Network.Inputs).Sqrt();

    /// <summary>Puts all chains back to their starts; the same numbers follow.</summary>
    public void Reset()
    {
        _start.Step = 0;
        _start.Run();
        _iterate.Step = 0;
        _previous.Upload(new float[_previous.Count]);
        _beforePrevious.Upload(new float[_beforePrevious.Count]);
        _frame.Start(values => _state.Download(values));
        _frame.Iteration = 0;
        _watch.Reset();
        Observe();
    }

    /// <summary>Applies the network once to all chains and returns the frame, valid until the next call.</summary>
    public KaleidoscopeFrame Step() => Step(again: false);

    /// <summary>
    /// Applies the network <paramref name="iterations"/> times to all chains and returns the last frame, valid until the next call: the
    /// numbers of as many calls of <see cref="Step()"/>, but faster, because the network's weights are prepared once. They must not be
    /// changed by another thread meanwhile.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">iterations is negative.</exception>
    public KaleidoscopeFrame Advance(int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        for (int i = 0; i < iterations; i++) Step(again: i > 0);
        return _frame;
    }

    private KaleidoscopeFrame Step(bool again)
    {
        if (again) _iterate.RunAgain();
        else _iterate.Run();
        _watch.Note();
        _frame.Iteration++;
        _frame.Outdate();
        return _frame;
    }

    /// <summary>Gives the frame what is known of the chains' movement after all iterations that were issued; waits for them.</summary>
    internal void Observe()
    {
        _watch.Complete();
        _frame.Observe(_watch.MedianStep, _watch.BurnIn, _watch.IsCycle);
    }

    internal void DownloadSamples(Span<float> values) => _iterate.Download(_samples, values);

    internal void DownloadNoisy(Span<float> values) => _iterate.Download(_noisy, values);

    /// <summary>The lower median of distances, which it sorts; a chain that has become NaN counts as one that moved farthest.</summary>
    internal static double LowerMedian(Span<float> changes)
    {
        // Sorting puts NaN first.
        changes.Sort();
        int lost = 0, middle = (changes.Length - 1) / 2;
        while (lost < changes.Length && float.IsNaN(changes[lost])) lost++;
        return lost + middle < changes.Length ? changes[lost + middle] : double.NaN;
    }

    /// <summary>
    /// The next <paramref name="iterations"/> iterations, one frame each. The frame is the same object every time: use it before the next
    /// one, or <see cref="KaleidoscopeFrame.Copy"/> it.
    /// </summary>
    public IEnumerable<KaleidoscopeFrame> Run(int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(iterations);
        return Iterate(iterations);
    }

    private IEnumerable<KaleidoscopeFrame> Iterate(int iterations)
    {
        for (int i = 0; i < iterations; i++) yield return Step();
    }

    /// <summary>Gives device memory back; the network stays, and so does the last frame.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _ = (_frame.Samples, _frame.Noisy, _frame.MedianStep);
        _watch.Dispose();
        _start.Dispose();
        _iterate.Dispose();
        _state.Dispose();
        _previous.Dispose();
        _beforePrevious.Dispose();
    }
}
