using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Training;

namespace Kaleido.Tests.Training;

/// <summary>A small training: a device, a network and data, all functions of fixed seeds.</summary>
internal sealed class TrainingCase : IDisposable
{
    public TrainingCase(MlpOptions? options = null, int samples = 50, int threads = 1)
    {
        Device = Device.Cpu(threads);
        Network = Mlp.Create(Device, options ?? new(3, 12, 2) { Outputs = 2, Output = Activation.Sigmoid, Seed = 1 });
        Inputs = Uniform(samples * Network.Inputs, 1);
        Targets = Uniform(samples * Network.Outputs, 2);
    }

    public Device Device { get; }

    public Mlp Network { get; }

    public float[] Inputs { get; set; }

    public float[] Targets { get; set; }

    public static float[] Uniform(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
    }

    public FitResult Fit(TrainingOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        Trainer.Fit(Network, Inputs, Targets, LossFunction.SquaredError, options, progress, cancellation);

    public void Dispose()
    {
        Network.Dispose();
        Device.Dispose();
    }
}

/// <summary>Hears reports on the thread that makes them.</summary>
internal sealed class Listener(Action<TrainingProgress>? heard = null) : IProgress<TrainingProgress>
{
    public List<TrainingProgress> Reports { get; } = [];

    public void Report(TrainingProgress value)
    {
        Reports.Add(value);
        heard?.Invoke(value);
    }
}
