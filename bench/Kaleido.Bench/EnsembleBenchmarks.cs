using BenchmarkDotNet.Attributes;
using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Numerics;
using Kaleido.Training;

namespace Kaleido.Bench;

/// <summary>
/// 512 of the smallest network of the paper (1, 6 × 10 ReLU, 1 sigmoid), 2,000 steps of batch 2 with Adam, loss record and divergence
/// check; per network and step. 2 samples: every step sees both; 20: each network draws its own minibatches.
/// </summary>
public class EnsembleBenchmarks : ICountsFlops, IDisposable
{
    private const int Networks = 512, Steps = 2000;
    private Device? _device;
    private EnsembleMember[] _members = [];

    [Params(1, 4)]
    public int Threads { get; set; } = 1;

    /// <inheritdoc cref="NetworkBenchmarks.Flops"/>
    public double Flops(string method) => 2 * 2 * (3 * (10 + 5 * 100 + 10) - 10);

    [Params(2, 20)]
    public int Samples { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _device = Device.Cpu(Threads);
        var data = new float[Samples];
        for (int i = 0; i < Samples; i++) data[i] = Philox.ToUniform(Philox.Word(1, RandomStreams.DrawnData, 0, (ulong)i));
        _members = [.. Enumerable.Range(0, Networks).Select(i => new EnsembleMember(data, data) { WeightSeed = (uint)i, TrainingSeed = (uint)i })];
    }

    [Benchmark(OperationsPerInvoke = Networks * Steps)]
    public EnsembleResult NetworkStep() => EnsembleTrainer.Fit(_device!, new(1, 10, 6) { Output = Activation.Sigmoid }, _members,
        LossFunction.SquaredError, new() { BatchSize = 2, Steps = Steps, EvaluationInterval = 100 });

    [GlobalCleanup]
    public void Dispose()
    {
        _device?.Dispose();
        GC.SuppressFinalize(this);
    }
}
