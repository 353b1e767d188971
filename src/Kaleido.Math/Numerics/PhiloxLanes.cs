using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Kaleido.Numerics;

/// <summary>Philox blocks side by side in 64-bit lanes, one block an element.</summary>
internal static class PhiloxLanes
{
    /// <summary>
    /// The words of <c>TLane.Count</c> consecutive blocks. Only the lower 32 bits of each element are meant, the others are arbitrary.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TLane W0, TLane W1, TLane W2, TLane W3) Blocks<TLane>(uint seed, uint stream, ulong step, ulong firstBlock)
        where TLane : struct, IDoubleLane<TLane>
    {
        TLane block = TLane.AddBits(TLane.CreateBits(firstBlock), Indices<TLane>());
        TLane c0 = block, c1 = TLane.ShiftRight(block, 32), c2 = TLane.CreateBits(step), c3 = TLane.CreateBits(step >> 32);
        TLane multiplier0 = TLane.CreateBits(Philox.Multiplier0), multiplier1 = TLane.CreateBits(Philox.Multiplier1);
        uint k0 = seed, k1 = stream;
        for (int round = 0; round < 10; round++)
        {
            TLane p0 = TLane.MultiplyLowHalves(multiplier0, c0), p1 = TLane.MultiplyLowHalves(multiplier1, c2);
            c0 = TLane.ShiftRight(p1, 32) ^ c1 ^ TLane.CreateBits(k0);
            c2 = TLane.ShiftRight(p0, 32) ^ c3 ^ TLane.CreateBits(k1);
            c1 = p1;
            c3 = p0;
            k0 += Philox.Weyl0;
            k1 += Philox.Weyl1;
        }

        return (c0, c1, c2, c3);
    }

    /// <summary>The words of consecutive blocks in element order; their number is a multiple of four.</summary>
    public static void Words(uint seed, uint stream, ulong step, ulong firstBlock, Span<uint> words)
    {
        if (Vector512.IsHardwareAccelerated) Words<Double512>(seed, stream, step, firstBlock, words);
        else if (Vector256.IsHardwareAccelerated) Words<Double256>(seed, stream, step, firstBlock, words);
        else if (Vector128.IsHardwareAccelerated) Words<Double128>(seed, stream, step, firstBlock, words);
        else Words<DoubleScalar>(seed, stream, step, firstBlock, words);
    }

    /// <summary>The same in lanes of a chosen width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Words<TLane>(uint seed, uint stream, ulong step, ulong firstBlock, Span<uint> words)
        where TLane : struct, IDoubleLane<TLane>
    {
        Span<ulong> first = stackalloc ulong[8], second = stackalloc ulong[8];
        TLane low = TLane.CreateBits(uint.MaxValue);
        while (words.Length > 0)
        {
            var (w0, w1, w2, w3) = Blocks<TLane>(seed, stream, step, firstBlock);
            ((w0 & low) | TLane.ShiftLeft(w1, 32)).Store(ref Unsafe.As<ulong, double>(ref MemoryMarshal.GetReference(first)));
            ((w2 & low) | TLane.ShiftLeft(w3, 32)).Store(ref Unsafe.As<ulong, double>(ref MemoryMarshal.GetReference(second)));
            int blocks = Math.Min(TLane.Count, words.Length / 4);
            for (int i = 0; i < blocks; i++)
            {
                words[4 * i] = (uint)first[i];
                words[4 * i + 1] = (uint)(first[i] >> 32);
                words[4 * i + 2] = (uint)second[i];
                words[4 * i + 3] = (uint)(second[i] >> 32);
            }

            words = words[(4 * blocks)..];
            firstBlock += (ulong)blocks;
        }
    }

    /// <summary>Normal numbers of consecutive blocks in element order; their number is a multiple of four.</summary>
    public static void Normal(
        uint seed, uint stream, ulong step, ulong firstBlock, double mean, double deviation, Span<float> destination)
    {
        if (Vector512.IsHardwareAccelerated) Normal<Double512>(seed, stream, step, firstBlock, mean, deviation, destination);
        else if (Vector256.IsHardwareAccelerated) Normal<Double256>(seed, stream, step, firstBlock, mean, deviation, destination);
        else if (Vector128.IsHardwareAccelerated) Normal<Double128>(seed, stream, step, firstBlock, mean, deviation, destination);
        else Normal<DoubleScalar>(seed, stream, step, firstBlock, mean, deviation, destination);
    }

    /// <summary>The same in lanes of a chosen width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Normal<TLane>(
        uint seed, uint stream, ulong step, ulong firstBlock, double mean, double deviation, Span<float> destination)
        where TLane : struct, IDoubleLane<TLane>
    {
        Span<float> values = stackalloc float[32];
        while (destination.Length > 0)
        {
            var (w0, w1, w2, w3) = Blocks<TLane>(seed, stream, step, firstBlock);
            for (int pair = 0; pair < 2; pair++)
            {
                // A loop, so that the formula is inlined once.
                var (first, second) = BoxMuller(pair == 0 ? w0 : w2, pair == 0 ? w1 : w3);
                TLane factor = TLane.Create(deviation);
                TLane.FusedMultiplyAdd(factor, first, mean).StoreSingle(ref values[16 * pair]);
                TLane.FusedMultiplyAdd(factor, second, mean).StoreSingle(ref values[16 * pair + 8]);
            }

            int blocks = Math.Min(TLane.Count, destination.Length / 4);
            for (int i = 0; i < blocks; i++)
                for (int word = 0; word < 4; word++) destination[4 * i + word] = values[8 * word + i];
            destination = destination[(4 * blocks)..];
            firstBlock += (ulong)blocks;
        }
    }

    /// <summary>
    /// Box and Muller's two normal numbers from the lower halves of two words; see <see cref="NormalDistribution.BoxMuller"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (TLane First, TLane Second) BoxMuller<TLane>(TLane word1, TLane word2) where TLane : struct, ILane<TLane, double>
    {
        TLane unit = TLane.Create(1 / 16777216.0);
        TLane u1 = (Upper24(word1) + TLane.Create(1)) * unit, u2 = Upper24(word2) * unit;
        TLane radius = TLane.Sqrt(TLane.Abs(DoubleFormulas.LogFinite(u1) * TLane.Create(-2)));
        var (sine, cosine) = TrigonometricFormulas.SinCosTurns(u2);
        return (radius * cosine, radius * sine);
    }

    /// <summary>Bits 8 to 31 of an element as a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Upper24<TLane>(TLane word) where TLane : struct, ILane<TLane, double>
    {
        TLane integer = TLane.ShiftRight(TLane.ShiftLeft(word, 32), 40);
        return (integer | TLane.CreateBits(0x4330000000000000)) - TLane.Create(4503599627370496.0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Indices<TLane>() where TLane : struct, IDoubleLane<TLane>
    {
        ReadOnlySpan<ulong> indices = [0, 1, 2, 3, 4, 5, 6, 7];
        return TLane.Load(in Unsafe.As<ulong, double>(ref MemoryMarshal.GetReference(indices)));
    }
}
