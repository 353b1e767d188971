using System.Runtime.Intrinsics;

namespace Kaleido.Numerics;

/// <summary>The vector width a kernel is written for. Every level gives the same bits; only the speed differs.</summary>
internal enum SimdLevel
{
    /// <summary>No vectors at all: one float at a time.</summary>
    Scalar = 0,

    /// <summary>Four floats (SSE, Neon).</summary>
    Vector128 = 128,

    /// <summary>Eight floats (AVX2).</summary>
    Vector256 = 256,

    /// <summary>Sixteen floats (AVX-512).</summary>
    Vector512 = 512,
}

/// <summary>Which vector width this process uses.</summary>
internal static class Simd
{
    /// <summary>The widest level the hardware and the runtime accelerate.</summary>
    public static readonly SimdLevel Widest =
        Vector512.IsHardwareAccelerated ? SimdLevel.Vector512
        : Vector256.IsHardwareAccelerated ? SimdLevel.Vector256
        : Vector128.IsHardwareAccelerated ? SimdLevel.Vector128
        : SimdLevel.Scalar;

    /// <summary>
    /// The level in use: <see cref="Widest"/>, or less where the environment variable <c>KALEIDO_VECTOR</c>
    /// (512, 256, 128 or scalar; read once) asks for less. It can never choose a width the hardware lacks.
    /// </summary>
    public static readonly SimdLevel Level = Choose(Environment.GetEnvironmentVariable("KALEIDO_VECTOR"), Widest);

    /// <summary>Whether kernels of this level may run here.</summary>
    public static bool IsAvailable(SimdLevel level) => level <= Widest;

    /// <summary>
    /// The level that a value of <c>KALEIDO_VECTOR</c> selects on hardware whose widest level is <paramref name="widest"/>.
    /// </summary>
    public static SimdLevel Choose(string? requested, SimdLevel widest) =>
        Parse(requested) is { } asked && asked <= widest ? asked : widest;

    /// <summary>Whether a value of <c>KALEIDO_VECTOR</c> names a level.</summary>
    public static bool IsKnown(string requested) => Parse(requested) is not null;

    private static SimdLevel? Parse(string? requested) => requested?.Trim().ToLowerInvariant() switch
    {
        "512" => SimdLevel.Vector512,
        "256" => SimdLevel.Vector256,
        "128" => SimdLevel.Vector128,
        "scalar" or "0" => SimdLevel.Scalar,
        _ => null,
    };
}
