using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using Kaleido.Numerics;

namespace Kaleido.Probe;

/// <summary>Contract rules 8 and 9: a small training, and the hash of its last weights.</summary>
internal static class HashProbe
{
    private const int Steps = 3;

    /// <summary>What this process really has.</summary>
    public static void PrintInstructionSets()
    {
        Print("Avx512F", Avx512F.IsSupported);
        Print("Avx2", Avx2.IsSupported);
        Print("Fma", Fma.IsSupported);
        Print("Vector512", Vector512.IsHardwareAccelerated);
        Print("Vector256", Vector256.IsHardwareAccelerated);
        Print("Vector128", Vector128.IsHardwareAccelerated);
        Console.WriteLine($"Level {Simd.Level}");

        static void Print(string name, bool supported) => Console.WriteLine($"{name} {(supported ? "yes" : "no")}");
    }

    /// <summary>SHA-256 over the weights, little-endian float32, layer by layer, weight then bias, a NaN as 0x7FC00000.</summary>
    public static string WeightsSha256(int threads)
    {
        using var training = new TrainingPlan(threads, 40, 60, 20, 260, 34, 18, 20);
        training.ShareAlways();
        for (int step = 0; step < Steps; step++) training.Plan.Run(step == 1 ? 33 : 40);
        if (training.Workers != threads) throw new InvalidOperationException($"{training.Workers} threads took part, not {threads}");
        var weights = training.Parameters.ToArray();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = new byte[4];
        foreach (var (offset, rows, columns) in training.Places)
        {
            foreach (float weight in weights.AsSpan(offset, rows * columns))
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes, float.IsNaN(weight) ? BitConverter.Int32BitsToSingle(0x7FC00000) : weight);
                hash.AppendData(bytes);
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
