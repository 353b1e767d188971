namespace Kaleido.Probe.Oracle;

/// <summary>The inputs of tests/oracle/inputs.c: numbers made from integers alone.</summary>
internal static class OracleInputs
{
    private static readonly uint[] s_specials =
    [
        0x00000000, 0x00000001, 0x00000002, 0x00400000, 0x007FFFFF, 0x00800000, 0x00800001, 0x01000000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000,
        0x7F800001, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3F000000, 0x3F3504F3, 0x3F3504F4, 0x3FB504F3, 0x3F1FFFFF, 0x3F200000, 0x3ED413CD,
        0x41A00000, 0x42B17217, 0x42B17218, 0x42B20000, 0x42AEAC50, 0x42CFF1B4, 0x42D00000, 0x41100000, 0x41105000, 0x42D20000, 0x1E3CE508,
        0x33000000, 0x32FFFFFF, 0x33800000, 0x5D7FFFFF, 0x5D800000, 0x5D800001, 0x40490FDB, 0x3FC90FDB, 0x3F490FDB, 0x47C34FFF, 0x47C35000,
        0x47C35001, 0x4CFFFFFF, 0x4D000000, 0x4D000001, 0x7E800000, 0x40C00000, 0x416B3333, 0x41700000, 0x40BFFFFF, 0x3F7FFFFE, 0x35800000,
    ];

    /// <summary>The special numbers, each with both signs, are the first patterns.</summary>
    public static uint Specials => 2 * (uint)s_specials.Length;

    public static ulong Mixed(uint seed, uint index)
    {
        ulong z = (((ulong)seed << 32 | index) + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    public static float Pattern(uint index)
    {
        if (index < Specials) return Special(index);
        ulong word = Mixed(1, index);
        return index % 2 != 0 ? ((int)(word >> 40) - 0x800000) / 65536f : BitConverter.UInt32BitsToSingle((uint)(word >> 32));
    }

    public static double PatternDouble(uint index)
    {
        if (index < Specials) return Special(index);
        ulong word = Mixed(2, index);
        return index % 2 != 0 ? ((double)(word >> 11) - (1L << 52)) / (1L << 42) : BitConverter.UInt64BitsToDouble(word);
    }

    public static float Unit(uint seed, uint index) => ((int)(Mixed(seed, index) >> 40) - 0x800000) / 8388608f;

    public static float UnitOrSpecial(uint seed, uint index)
    {
        ulong word = Mixed(seed, index);
        return word % 61 == 0 ? Pattern((uint)(word >> 32) % (2 * Specials)) : Unit(seed, index);
    }

    private static float Special(uint index) => BitConverter.UInt32BitsToSingle(s_specials[index / 2] | index % 2 << 31);
}
