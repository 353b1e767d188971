using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>
/// Philox4x32-10, a counter-based random number generator: four 32-bit words as a pure function of a key (seed, stream) and
/// a counter (step, block). There is no hidden state, so any element of any step can be drawn alone and in any order.
/// </summary>
/// <remarks>
/// Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
/// The counter words are (block low, block high, step low, step high), the key words (seed, stream).
/// Element i of a draw is word i mod 4 of block i div 4.
/// </remarks>
public static class Philox
{
    internal const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    internal const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    /// <summary>The four words of one block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint W0, uint W1, uint W2, uint W3) Block(uint seed, uint stream, ulong step, ulong block)
    {
        uint c0 = (uint)block, c1 = (uint)(block >> 32), c2 = (uint)step, c3 = (uint)(step >> 32);
        uint k0 = seed, k1 = stream;
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = (ulong)Multiplier0 * c0, p1 = (ulong)Multiplier1 * c2;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += Weyl0;
            k1 += Weyl1;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>One 32-bit word: element <paramref name="index"/> of the draw at <paramref name="step"/>.</summary>
    public static uint Word(uint seed, uint stream, ulong step, ulong index)
    {
        var (w0, w1, w2, w3) = Block(seed, stream, step, index >> 2);
        return (index & 3) switch { 0 => w0, 1 => w1, 2 => w2, _ => w3 };
    }

    /// <summary>A uniform number in [0, 1), a multiple of 2⁻²⁴: the upper 24 bits of a word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToUniform(uint word) => (word >> 8) * (1f / 16777216f);
}
