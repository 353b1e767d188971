using System.Security.Cryptography;
using System.Text;
using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Training;

namespace Kaleido.Probe;

/// <summary>Contract rules 8 and 19 for ensembles.</summary>
internal static class EnsembleProbe
{
    private const int First = 100, Last = 1100, Features = 3, Samples = 20;

    private static readonly MlpOptions s_shape = new(Features, 6, 2) { Outputs = 2, HiddenActivation = Activation.Tanh };

    /// <summary>
    /// What all threads allocate between steps 100 and 1100 of an ensemble of 40, with the draw of minibatches and noise, each member's own
    /// clip norm, the record of losses, evaluations that keep the best weights, the watch for divergence, and a report after every stretch.
    /// </summary>
    /// <param name="threads">Threads of the device.</param>
    /// <param name="batch">Rows of a step; 20 or more for all samples in order.</param>
    public static long BytesPerThousandSteps(int threads, int batch)
    {
        using var device = Device.Cpu(threads);
        var listener = new Listener();
        var result = EnsembleTrainer.Fit(device, s_shape, Members(40, Last + 50), LossFunction.SquaredError,
            Options(batch) with { EvaluationInterval = 20, Patience = 1000, TargetLoss = 0, ReportInterval = TimeSpan.Zero }, listener);
        if (result.Results.Any(r => r.StopReason != StopReason.Completed) || listener.Before < 0 || listener.After < 0)
            throw new InvalidOperationException($"not all members made {Last + 50} steps");
        return listener.After - listener.Before;
    }

    /// <summary>
    /// SHA-256 over the hashes of the last weights of 18 members that stop at different steps; first makes sure that the first and the last
    /// of them have the weights that the single trainer gives.
    /// </summary>
    public static string WeightsSha256(int threads)
    {
        using var device = Device.Cpu(threads);
        var members = Members(18, 6);
        var options = Options(3) with { EvaluationInterval = 4 };
        var result = EnsembleTrainer.Fit(device, s_shape, members, LossFunction.SquaredError, options);
        foreach (int i in new[] { 0, 17 })
        {
            using var network = Mlp.Create(device, s_shape with { Seed = members[i].WeightSeed });
            var alone = Trainer.Fit(network, members[i].Inputs, members[i].Targets, LossFunction.SquaredError, options with
            {
                Seed = members[i].TrainingSeed, Steps = members[i].Steps!.Value, Clipping = new(Norm: members[i].ClipNorm),
            });
            if (alone.LastWeightsSha256 != result.Results[i].LastWeightsSha256)
                throw new InvalidOperationException($"member {i} of the ensemble differs from the same network alone");
        }

        string hashes = string.Concat(result.Results.Select(r => r.LastWeightsSha256));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(hashes)));
    }

    private static TrainingOptions Options(int batch) => new() { BatchSize = batch, LearningRate = 0.01, InputNoise = 0.02 };

    private static List<EnsembleMember> Members(int count, long steps)
    {
        // Different steps only where there are few.
        float[] inputs = TrainingProbe.Data(Samples * Features), targets = TrainingProbe.Data(Samples * 2);
        return [.. Enumerable.Range(0, count).Select(i => new EnsembleMember(inputs, targets)
        {
            WeightSeed = (uint)i, TrainingSeed = (uint)(i + 1000), ClipNorm = 0.01 * (i + 1), Steps = steps < 100 ? steps + i % 3 : steps,
        })];
    }

    private sealed class Listener : IProgress<EnsembleProgress>
    {
        public long Before { get; private set; } = -1;

        public long After { get; private set; } = -1;

        public void Report(EnsembleProgress value)
        {
            if (value.Step == First) Before = GC.GetTotalAllocatedBytes(true);
            if (value.Step == Last) After = GC.GetTotalAllocatedBytes(true);
        }
    }
}
