using BenchmarkDotNet.Attributes;
using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Lab.Benchmarking;
using Kaleido.Networks;
using Kaleido.Numerics;
using Kaleido.Optimizers;
using Kaleido.Sampling;

namespace Kaleido.Bench;

/// <summary>
/// The network of the paper's MNIST figure (784, 10 × 500 ReLU, 784 tanh): a training step and a sampling iteration, batch 1000.
/// </summary>
public class NetworkBenchmarks : ICountsFlops, IDisposable
{
    private Device? _device;
    private Mlp? _network;
    private GradientDescent? _descent;
    private Plan? _step;
    private Kaleidoscope? _kaleidoscope;

    [Params(1, 4)]
    public int Threads { get; set; } = 1;

    /// <summary>
    /// Two operations for each weight and sample forward, as many for the gradient of each weight, and of each input but the first layer's.
    /// </summary>
    public double Flops(string method)
    {
        const double First = 784 * 500, Hidden = 9 * 500 * 500, Last = 500 * 784;
        double forward = 2 * 1000 * (First + Hidden + Last);
        return method == nameof(SamplingIteration) ? forward : 3 * forward - 2 * 1000 * First;
    }

    [GlobalSetup]
    public void Setup()
    {
        _device = Device.Cpu(Threads);
        _network = Mlp.Create(_device, new(784, 500, 10) { Output = Activation.Tanh });
        _descent = new GradientDescent(_network.Parameters, new Adam { LearningRate = 1e-4 });
        _step = TrainingStep.Compile(_network, _descent, samples: 4000, batch: 1000);
        _kaleidoscope = new Kaleidoscope(_network, new() { Samples = 1000, Epsilon = 0.01 });
    }

    [Benchmark]
    public void Step() => _step!.Run();

    [Benchmark(OperationsPerInvoke = 10)]
    public KaleidoscopeFrame SamplingIteration() => _kaleidoscope!.Advance(10);

    [GlobalCleanup]
    public void Dispose()
    {
        _kaleidoscope?.Dispose();
        _step?.Dispose();
        _descent?.Dispose();
        _network?.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The smallest network of the paper (1, 6 × 10 ReLU, 1 sigmoid), batch 2: where overhead decides.</summary>
public class TinyNetworkBenchmarks : ICountsFlops, IDisposable
{
    private Mlp? _network;
    private GradientDescent? _descent;
    private Plan? _step;

    /// <inheritdoc/>
    public int Threads => 1;

    /// <inheritdoc cref="NetworkBenchmarks.Flops"/>
    public double Flops(string method) => 2 * 2 * (3 * (10 + 5 * 100 + 10) - 10);

    [GlobalSetup]
    public void Setup()
    {
        _network = Mlp.Create(Device.Cpu(1), new(1, 10, 6) { Output = Activation.Sigmoid });
        _descent = new GradientDescent(_network.Parameters, new Adam());
        _step = TrainingStep.Compile(_network, _descent, samples: 2, batch: 2);
    }

    [Benchmark]
    public void Step() => _step!.Run();

    [GlobalCleanup]
    public void Dispose()
    {
        _step?.Dispose();
        _descent?.Dispose();
        _network?.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>A training step as the trainer makes it: minibatch draw, loss record, gradients, update.</summary>
internal static class TrainingStep
{
    public static Plan Compile(Mlp network, GradientDescent descent, int samples, int batch)
    {
        var data = network.Device.CreateTensor(samples, network.Inputs);
        data.Upload(Workloads.Uniform(data.Count, 1));
        return Workloads.Step(network, descent, data, network.Device.CreateTensor(1, 1024), batch);
    }
}
