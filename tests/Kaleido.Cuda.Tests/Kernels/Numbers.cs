using System.Runtime.InteropServices;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>Inputs and comparisons.</summary>
internal static class Numbers
{
    // Zeros, the ends of the subnormal and normal numbers, infinities, NaN, and where a formula changes to another one.
    private static readonly uint[] s_special =
    [
        0x00000000, 0x00000001, 0x00000002, 0x00400000, 0x007FFFFF, 0x00800000, 0x00800001, 0x01000000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000,
        0x7F800001, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3F000000, 0x3F3504F3, 0x3F3504F4, 0x3FB504F3, 0x3F1FFFFF, 0x3F200000, 0x3ED413CD,
        0x41A00000, 0x42B17217, 0x42B17218, 0x42B20000, 0x42AEAC50, 0x42CFF1B4, 0x42D00000, 0x41100000, 0x41105000, 0x42D20000, 0x1E3CE508,
        0x33000000, 0x32FFFFFF, 0x33800000, 0x5D7FFFFF, 0x5D800000, 0x5D800001, 0x40490FDB, 0x3FC90FDB, 0x3F490FDB, 0x47C34FFF, 0x47C35000,
        0x47C35001, 0x4CFFFFFF, 0x4D000000, 0x4D000001, 0x7E800000, 0x40C00000, 0x416B3333, 0x41700000, 0x40BFFFFF, 0x3F7FFFFE, 0x35800000,
    ];

    /// <summary>Every special number and its negative.</summary>
    public static float[] Special { get; } = [.. s_special.SelectMany(bits => new[] { Of(bits), Of(bits | 0x8000_0000) })];

    private static float Of(uint bits) => BitConverter.UInt32BitsToSingle(bits);

    /// <summary>
    /// The special numbers, then in turn any bit pattern, numbers in [-128, 128) and in [-2, 2), numbers from 2⁻⁶ to 2⁷ and large ones of
    /// any magnitude: with 60,000 of them a coefficient that is wrong in its last place is seen in most formulas.
    /// </summary>
    public static float[] Patterns(int count, int seed)
    {
        var random = new Random(seed);
        var numbers = new float[count];
        for (int i = 0; i < count; i++)
        {
            uint mantissa = (uint)random.Next(1 << 23), sign = (uint)random.Next(2) << 31;
            numbers[i] = i < Special.Length ? Special[i] : (i % 5) switch
            {
                0 => Of((uint)random.NextInt64(1L << 32)),
                1 => random.Next(-1 << 23, 1 << 23) / 65536f,
                2 => random.Next(-1 << 23, 1 << 23) / 4194304f,
                3 => Of(sign | (uint)random.Next(127 - 6, 127 + 7) << 23 | mantissa),
                _ => Of(sign | (uint)random.Next(127, 255) << 23 | mantissa),
            };
        }

        return numbers;
    }

    /// <summary>Numbers in [-1, 1); every sixtieth or so is special if <paramref name="special"/>.</summary>
    public static float[] Mixed(long count, Random random, bool special = false)
    {
        var numbers = new float[count];
        for (long i = 0; i < count; i++)
            numbers[i] = special && random.Next(60) == 0 ? Special[random.Next(Special.Length)] : random.Next(-1 << 23, 1 << 23) / 8388608f;
        return numbers;
    }

    /// <summary>The same bits; NaNs are equal.</summary>
    public static void Same(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string where)
    {
        Assert.True(expected.Length == actual.Length, $"{where}: {expected.Length} numbers are expected, not {actual.Length}");
        var left = MemoryMarshal.Cast<float, uint>(expected);
        var right = MemoryMarshal.Cast<float, uint>(actual);
        for (int i = 0; i < expected.Length; i++)
        {
            // A NaN of this pattern is what no kernel wrote.
            if ((left[i] == right[i] || (float.IsNaN(expected[i]) && float.IsNaN(actual[i]))) && right[i] != 0xFFFA5A5A) continue;
            Assert.Fail($"{where}: number {i} of {expected.Length} is {actual[i]:R} (0x{right[i]:X8}), "
                + $"expected is {expected[i]:R} (0x{left[i]:X8})");
        }
    }
}
