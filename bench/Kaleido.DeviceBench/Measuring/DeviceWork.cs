using System.Globalization;
using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Lab.Benchmarking;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Sampling;
using Kaleido.Tensors;

namespace Kaleido.DeviceBench;

/// <summary>One piece of work on one device, made ready; everything it took there goes back with it.</summary>
internal sealed class DeviceWork : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();
    private readonly Device _device;
    private Action _run = () => { };

    private DeviceWork(Device device) => _device = device;

    /// <summary>Network, for a work that has one.</summary>
    public Mlp? Network { get; private set; }

    /// <summary>The plan, for a work that is one.</summary>
    public Plan? Plan { get; private set; }

    /// <summary>The losses of the last steps, for a training.</summary>
    public Tensor? Losses { get; private set; }

    /// <summary>The kaleidoscope, for sampling.</summary>
    public Kaleidoscope? Kaleidoscope { get; private set; }

    /// <summary>A and B of a product.</summary>
    public Tensor[]? Operands { get; private set; }

    /// <summary>Where the product of a product's work is read.</summary>
    public Node? Result { get; private set; }

    /// <summary>How often one call does the work.</summary>
    public int Repeats { get; private set; } = 1;

    /// <summary>Issues one call.</summary>
    public void Run() => _run();

    /// <summary>Waits for all that was issued.</summary>
    public void Wait() => _device.Backend.Synchronize();

    /// <summary>C = A·B of square matrices with numbers in [-½, ½).</summary>
    public static DeviceWork Product(Device device, int size) => Build(device, work =>
    {
        var graph = new Graph();
        work.Operands = [work.Uniform(size, size, 1, -0.5f), work.Uniform(size, size, 2, -0.5f)];
        work.Result = graph.Variable("A", work.Operands[0]).Product(graph.Variable("B", work.Operands[1]), false, false);
        work.Plan = work.Own(Plan.Compile(graph, device, 0, [work.Result]));
        work._run = work.Plan.Run;
    });

    /// <summary>
    /// A training step as the trainer makes it: a minibatch drawn without replacement from four times as many samples, forward, mean
    /// squared error against the input, gradients, Adam, and the loss into a ring.
    /// </summary>
    public static DeviceWork Step(Device device, MlpOptions options, int batch) => Build(device, work =>
    {
        int samples = 4 * batch;
        work.Network = work.Own(Mlp.Create(device, options));
        var descent = work.Own(new GradientDescent(work.Network.Parameters, new Adam { LearningRate = 1e-4 }));
        work.Losses = work.Own(device.CreateTensor(1, 1024));
        work.Plan = work.Own(Workloads.Step(work.Network, descent, work.Uniform(samples, options.Inputs, 3, 0), work.Losses, batch));
        work._run = work.Plan.Run;
    });

    /// <summary>Iterations of a kaleidoscope with noise, as <see cref="Kaleidoscope.Advance"/> makes them, five to a call.</summary>
    public static DeviceWork Sampling(Device device, MlpOptions options, int chains) => Build(device, work =>
    {
        work.Network = work.Own(Mlp.Create(device, options));
        work.Kaleidoscope = work.Own(new Kaleidoscope(work.Network, new() { Samples = chains, Epsilon = 0.01 }));
        work.Repeats = 5;
        work._run = () => work.Kaleidoscope.Advance(work.Repeats);
    });

    private static DeviceWork Build(Device device, Action<DeviceWork> build)
    {
        ArgumentNullException.ThrowIfNull(device);
        var work = new DeviceWork(device);
        try
        {
            build(work);
            return work;
        }
        catch
        {
            work.Dispose();
            throw;
        }
    }

    private T Own<T>(T it) where T : IDisposable
    {
        _owned.Push(it);
        return it;
    }

    private Tensor Uniform(int rows, int columns, uint seed, float low)
    {
        float[] values = Workloads.Uniform(rows * columns, seed);
        for (int i = 0; i < values.Length; i++) values[i] += low;
        var tensor = Own(_device.CreateTensor(rows, columns));
        tensor.Upload(values);
        return tensor;
    }

    public void Dispose()
    {
        while (_owned.TryPop(out var it)) it.Dispose();
    }
}

/// <summary>What a work is, before it is on a device.</summary>
/// <param name="Name">For example "step 1000"; the first word is its kind, the rest its size.</param>
/// <param name="Build">Makes it ready on a device.</param>
internal sealed record WorkItem(string Name, Func<Device, DeviceWork> Build)
{
    public static WorkItem Product(int size) => new(Named("product", size), device => DeviceWork.Product(device, size));

    public static WorkItem Step(MlpOptions net, int batch, string? name = null) =>
        new(name ?? Named("step", batch), device => DeviceWork.Step(device, net, batch));

    public static WorkItem Sampling(MlpOptions net, int chains) =>
        new(Named("sampling", chains), device => DeviceWork.Sampling(device, net, chains));

    private static string Named(string kind, int size) => string.Create(CultureInfo.InvariantCulture, $"{kind} {size}");
}
