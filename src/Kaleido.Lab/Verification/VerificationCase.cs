using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using System.Text;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Numerics;
using Kaleido.Training;

namespace Kaleido.Lab.Verification;

/// <summary>Trainings that are always the same, for comparing their bits between thread counts and instruction sets.</summary>
public static class VerificationCase
{
    /// <summary>The hash over <see cref="WeightsSha256"/> and <see cref="EnsembleSha256"/>.</summary>
    /// <exception cref="InvalidOperationException">The ensemble and the single trainer differ.</exception>
    public static string Sha256(int threads, bool large) => Hashes(threads, large).All;

    /// <summary>The hash over everything, and that of the network's weights alone.</summary>
    /// <exception cref="InvalidOperationException">The ensemble and the single trainer differ.</exception>
    public static (string All, string Weights) Hashes(int threads, bool large)
    {
        string weights = WeightsSha256(threads, large);
        return (Sha256([weights, EnsembleSha256(threads)]), weights);
    }

    private static string Sha256(IEnumerable<string> hashes) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(hashes))));

    /// <summary>
    /// Trains and returns the hash of the last weights. The small case (about 0.1 GFLOP) has matrices smaller than a tile and odd edges,
    /// the large one (about 3 GFLOP) several tiles and blocks in every direction.
    /// </summary>
    public static string WeightsSha256(int threads, bool large)
    {
        using var device = Device.Cpu(threads);
        var digits = EmbeddedDigits.Create(large ? 400 : 40, seed: 3);
        var shape = large ? new MlpOptions(784, 203, 3) : new MlpOptions(784, 23, 3);
        using var network = Mlp.Create(device, shape with { Output = Activation.Tanh, Seed = 3 });
        var options = new TrainingOptions
        {
            BatchSize = large ? 131 : 17,
            Steps = large ? 8 : 20,
            InputNoise = 0.1,
            Seed = 3,
            EvaluationInterval = 5,
            Clipping = new(Norm: 1),
        };
        return ManifoldLearning.Fit(network, digits, options).LastWeightsSha256;
    }

    /// <summary>
    /// Trains an ensemble of 18 small networks, one per lane, that stop at
    /// different steps, and returns the hash over the hashes of their last weights.
    /// </summary>
    /// <exception cref="InvalidOperationException">A member, which is named, has other weights than the same network alone.</exception>
    public static string EnsembleSha256(int threads)
    {
        using var device = Device.Cpu(threads);
        var shape = new MlpOptions(4, 7, 2) { Outputs = 3, Output = Activation.Sigmoid };
        float[] data = MetricRandom.UniformFloats(3, RandomStreams.DrawnData, 0, 20 * 4);
        var members = Enumerable.Range(0, 18).Select(i => new EnsembleMember(data, data.AsMemory(0, 20 * 3))
        {
            WeightSeed = (uint)i, TrainingSeed = (uint)(i + 100), ClipNorm = 0.01 * (i + 1), Steps = 8 + i % 5,
        }).ToArray();
        var options = new TrainingOptions { BatchSize = 3, LearningRate = 0.01, InputNoise = 0.1, EvaluationInterval = 5 };
        var ensemble = EnsembleTrainer.Fit(device, shape, members, LossFunction.SquaredError, options);
        foreach (int i in new[] { 0, 7, 17 })
        {
            using var network = Mlp.Create(device, shape with { Seed = members[i].WeightSeed });
            var alone = Trainer.Fit(network, data, members[i].Targets, LossFunction.SquaredError, options with
            {
                Seed = members[i].TrainingSeed, Clipping = new(Norm: members[i].ClipNorm), Steps = members[i].Steps!.Value,
            });
            if (alone.LastWeightsSha256 != ensemble.Results[i].LastWeightsSha256)
                throw new InvalidOperationException($"member {i} of the ensemble has other weights than the same network trained alone");
        }

        return Sha256(ensemble.Results.Select(r => r.LastWeightsSha256));
    }

    /// <summary>What this process really uses of the instruction sets that the switches turn off.</summary>
    public static IReadOnlyDictionary<InstructionSwitch, bool> InUse() => new Dictionary<InstructionSwitch, bool>
    {
        [InstructionSwitch.Avx512] = Vector512.IsHardwareAccelerated,
        [InstructionSwitch.Avx2] = Avx2.IsSupported,
        [InstructionSwitch.Intrinsics] = Vector128.IsHardwareAccelerated,
    };
}

/// <summary>A switch of the runtime that makes a process do without some instructions. Each implies those before it.</summary>
public enum InstructionSwitch
{
    /// <summary>Nothing is turned off.</summary>
    None,
    /// <summary>DOTNET_EnableAVX512=0.</summary>
    Avx512,
    /// <summary>DOTNET_EnableAVX2=0: no AVX2 and no fused multiply-add.</summary>
    Avx2,
    /// <summary>DOTNET_EnableHWIntrinsic=0: no vector instruction at all.</summary>
    Intrinsics,
}
