namespace Kaleido.Numerics;

/// <summary>
/// The remainder of a large argument by π/2 with integers only: M. Payne, R. Hanek, "Radian reduction for trigonometric functions",
/// SIGNUM Newsletter 18 (1983).
/// </summary>
internal static class PayneHanek
{
    /// <summary>The first 320 bits after the point of 2/π.</summary>
    private static ReadOnlySpan<ulong> TwoOverPi =>
        [0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0];

    /// <summary>
    /// x = (4j + q)·π/2 + r with |r| ≤ π/4; q in the lowest bits of the first result. For |x| ≥ 2²⁷; an infinity or NaN gives r = NaN.
    /// </summary>
    public static (double Quadrant, double R) Reduce(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        int exponent = (int)((bits >> 23) & 255) - 150;
        if (exponent is > 104 or < 4) return (0, double.NaN);

        // x = m·2^exponent. Bits of 2/π that give multiples of four are dropped; 128 follow, and the product wraps modulo four.
        ulong mantissa = (bits & 0x7FFFFF) | 0x800000;
        int first = exponent - 2, word = first >> 6, shift = first & 63;
        ulong high = Window(word, shift), low = Window(word + 1, shift);
        UInt128 product = new UInt128(high, low) * mantissa;

        // Two integer bits, then a fraction; round to the nearest quadrant.
        ulong quadrant = (ulong)((product + (UInt128.One << 125)) >> 126);
        double fraction = (double)(long)((Int128)(product << 2) >> 64) * (1 / 18446744073709551616.0);
        double r = fraction * (Math.PI / 2);
        return x < 0 ? (Quadrant(0 - quadrant), -r) : (Quadrant(quadrant), r);
    }

    private static ulong Window(int word, int shift) =>
        shift == 0 ? TwoOverPi[word] : (TwoOverPi[word] << shift) | (TwoOverPi[word + 1] >> (64 - shift));

    private static double Quadrant(ulong value) => BitConverter.UInt64BitsToDouble(value & 3);
}
