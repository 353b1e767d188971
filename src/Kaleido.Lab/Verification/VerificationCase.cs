using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Networks;
using Kaleido.Training;

namespace Kaleido.Lab.Verification;

/// <summary>A training that is always the same, for comparing its bits between thread counts and instruction sets.</summary>
public static class VerificationCase
{
    /// <summary>
    /// Trains and returns the hash of the last weights. The small case (about 0.1 GFLOP) has matrices smaller than a tile and odd edges, the
    /// large one (about 3 GFLOP) several tiles and blocks in every direction.
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
