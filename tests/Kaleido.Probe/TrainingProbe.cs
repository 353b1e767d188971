using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Training;

namespace Kaleido.Probe;

/// <summary>Contract rule 19 for the trainer and for evaluation.</summary>
internal static class TrainingProbe
{
    private const int First = 100, Last = 1100, Features = 48, Samples = 300;

    /// <summary>
    /// What all threads allocate between steps 100 and 1100 of one training, with the draw of minibatches and noise, clipping, the record
    /// of losses, evaluations that keep the best weights, the watch for divergence, and a report after every step.
    /// </summary>
    /// <param name="threads">Threads of the device.</param>
    /// <param name="batch">Rows of a step; 300 or more for all samples in order.</param>
    public static long BytesPerThousandSteps(int threads, int batch)
    {
        using var device = Device.Cpu(threads);
        using var network = Create(device);
        var listener = new Listener();
        float[] data = Data(Samples * Features);
        var fit = Trainer.Fit(network, data, data, LossFunction.SquaredError, new()
        {
            BatchSize = batch,
            Steps = Last + 50,
            Optimizer = new AdamW { Schedule = LearningRateSchedule.Cosine(1e-3, Last).WithWarmUp(50) },
            Clipping = new(Norm: 1),
            InputNoise = 0.02,
            EvaluationInterval = 20,
            Patience = 1000,
            TargetLoss = 0,
            ReportInterval = TimeSpan.Zero,
        }, listener);
        if (fit.StopReason != StopReason.Completed || fit.BestStep < Last / 2)
            throw new InvalidOperationException($"{fit.StopReason} after {fit.Steps} steps, best after {fit.BestStep}");
        return listener.After - listener.Before;
    }

    /// <summary>What 1000 evaluations after 100 allocate, of one row up to several batches.</summary>
    public static long BytesPerThousandEvaluations(int threads)
    {
        using var device = Device.Cpu(threads);
        using var network = Create(device);
        float[] inputs = Data(600 * Features), outputs = new float[inputs.Length];
        Run(100);
        long before = GC.GetTotalAllocatedBytes(true);
        Run(1000);
        return GC.GetTotalAllocatedBytes(true) - before;

        void Run(int times)
        {
            for (int i = 0; i < times; i++)
            {
                int count = (i % 4) switch { 0 => 1, 1 => 256, 2 => 17, _ => 600 } * Features;
                network.Evaluate(inputs.AsSpan(0, count), outputs.AsSpan(0, count));
            }
        }
    }

    public static Mlp Create(Device device) => Mlp.Create(device, new(Features, 64, 2) { Output = Activation.Sigmoid, Seed = 1 });

    // Numbers in [0, 1] from integers alone.
    public static float[] Data(int count)
    {
        var values = new float[count];
        uint state = 12345;
        for (int i = 0; i < count; i++)
        {
            state = state * 1664525 + 1013904223;
            values[i] = (state >> 8) / 16777216f;
        }

        return values;
    }

    private sealed class Listener : IProgress<TrainingProgress>
    {
        public long Before { get; private set; } = -1;

        public long After { get; private set; } = -1;

        public void Report(TrainingProgress value)
        {
            if (value.Step == First) Before = GC.GetTotalAllocatedBytes(true);
            if (value.Step == Last) After = GC.GetTotalAllocatedBytes(true);
        }
    }
}
