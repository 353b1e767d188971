using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// The innermost loop of a product where there is no fused multiply-add: up to four rows by four columns of C, in float64.
/// </summary>
/// <remarks>
/// It takes for granted that rounding each sum to float64 and then to float32 rounds no sum twice, and watches for what would break
/// that: a sum half-way between two float32 numbers, or one outside their normal range. For numbers of many bits that is rare; then nothing
/// is written, the answer is false, and the caller computes the block anew by <see cref="MicroKernel"/> with <see cref="SoftwareLanes"/>,
/// which is right for every sum. Otherwise as <see cref="MicroKernel"/>: the same chains.
/// </remarks>
internal static unsafe class SoftwareKernel
{
    /// <summary>Rows of C that one call covers at most; four, two or one.</summary>
    public const int Rows = 4;

    /// <summary>Twice the upper halves of the bits of 2⁻¹²⁶ and 2¹²⁸ as float64: doubling drops the sign.</summary>
    private const uint SmallestNormal = 2 * 0x3810_0000u, Overflow = 2 * 0x47F0_0000u;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryRun<TRows>(float* a, long aRow, long aDepth, float* b, long bDepth, int depth, float* c, long cRow, bool load)
        where TRows : struct, IConstant
    {
        float* c1 = c + cRow, c2 = c1 + cRow, c3 = c2 + cRow;
        Vector128<double> x0 = default, x1 = default, x2 = default, x3 = default;
        Vector128<double> y0 = default, y1 = default, y2 = default, y3 = default;
        if (load)
        {
            x0 = Vector128.WidenLower(Vector128.Load(c));
            y0 = Vector128.WidenUpper(Vector128.Load(c));
            if (TRows.Value > 1)
            {
                x1 = Vector128.WidenLower(Vector128.Load(c1));
                y1 = Vector128.WidenUpper(Vector128.Load(c1));
            }
            if (TRows.Value > 2)
            {
                x2 = Vector128.WidenLower(Vector128.Load(c2));
                y2 = Vector128.WidenUpper(Vector128.Load(c2));
                x3 = Vector128.WidenLower(Vector128.Load(c3));
                y3 = Vector128.WidenUpper(Vector128.Load(c3));
            }
        }

        // The least of the 29 bits that are cut off, after half a unit was added: 0 for a sum half-way. The least of (magnitude - 1),
        // which lets zero pass, and the greatest magnitude.
        Vector128<uint> cut = Vector128<uint>.AllBitsSet, least = Vector128<uint>.AllBitsSet, greatest = Vector128<uint>.Zero, w;
        Vector128<long> half = Vector128.Create(0x1000_0000L), kept = Vector128.Create(~0x1FFF_FFFFL), u, v;
        Vector128<double> t, b0, b1;
        float* a2 = a + 2 * aRow;
        for (; depth > 0; depth--, a += aDepth, b += bDepth)
        {
            Vector128<float> four = Vector128.Load(b);
            b0 = Vector128.WidenLower(four);
            b1 = Vector128.WidenUpper(four);

            t = Broadcast(a);
            u = (t * b0 + x0).AsInt64() + half;
            v = (t * b1 + y0).AsInt64() + half;
            x0 = (u & kept).AsDouble();
            y0 = (v & kept).AsDouble();
            cut = Vector128.Min(cut, LowerHalves(u, v) << 3);
            w = UpperHalves(u, v);
            w += w;
            greatest = Vector128.Max(greatest, w);
            least = Vector128.Min(least, w + Vector128<uint>.AllBitsSet);

            if (TRows.Value > 1)
            {
                t = Broadcast(a + aRow);
                u = (t * b0 + x1).AsInt64() + half;
                v = (t * b1 + y1).AsInt64() + half;
                x1 = (u & kept).AsDouble();
                y1 = (v & kept).AsDouble();
                cut = Vector128.Min(cut, LowerHalves(u, v) << 3);
                w = UpperHalves(u, v);
                w += w;
                greatest = Vector128.Max(greatest, w);
                least = Vector128.Min(least, w + Vector128<uint>.AllBitsSet);
            }
            if (TRows.Value > 2)
            {
                t = Broadcast(a2);
                u = (t * b0 + x2).AsInt64() + half;
                v = (t * b1 + y2).AsInt64() + half;
                x2 = (u & kept).AsDouble();
                y2 = (v & kept).AsDouble();
                cut = Vector128.Min(cut, LowerHalves(u, v) << 3);
                w = UpperHalves(u, v);
                w += w;
                greatest = Vector128.Max(greatest, w);
                least = Vector128.Min(least, w + Vector128<uint>.AllBitsSet);

                t = Broadcast(a2 + aRow);
                u = (t * b0 + x3).AsInt64() + half;
                v = (t * b1 + y3).AsInt64() + half;
                x3 = (u & kept).AsDouble();
                y3 = (v & kept).AsDouble();
                cut = Vector128.Min(cut, LowerHalves(u, v) << 3);
                w = UpperHalves(u, v);
                w += w;
                greatest = Vector128.Max(greatest, w);
                least = Vector128.Min(least, w + Vector128<uint>.AllBitsSet);
                a2 += aDepth;
            }
        }

        if (Vector128.EqualsAny(cut, Vector128<uint>.Zero)
            || Vector128.LessThanAny(least, Vector128.Create(SmallestNormal - 1))
            || Vector128.GreaterThanOrEqualAny(greatest, Vector128.Create(Overflow)))
        {
            return false;
        }

        Vector128.Narrow(x0, y0).Store(c);
        if (TRows.Value > 1)
            Vector128.Narrow(x1, y1).Store(c1);
        if (TRows.Value > 2)
        {
            Vector128.Narrow(x2, y2).Store(c2);
            Vector128.Narrow(x3, y3).Store(c3);
        }

        return true;
    }

    /// <summary>Four neighbouring elements of C without any vectors: four chains at once hide the latency of each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourChains(float* a, long aDepth, float* b, long bColumn, long bDepth, int depth, float* c, bool load)
    {
        float x0 = 0f, x1 = 0f, x2 = 0f, x3 = 0f;
        if (load)
        {
            x0 = c[0];
            x1 = c[1];
            x2 = c[2];
            x3 = c[3];
        }

        float* b2 = b + 2 * bColumn;
        for (; depth > 0; depth--, a += aDepth, b += bDepth, b2 += bDepth)
        {
            x0 = SoftwareFusedMultiplyAdd.Single(*a, *b, x0);
            x1 = SoftwareFusedMultiplyAdd.Single(*a, b[bColumn], x1);
            x2 = SoftwareFusedMultiplyAdd.Single(*a, *b2, x2);
            x3 = SoftwareFusedMultiplyAdd.Single(*a, b2[bColumn], x3);
        }

        c[0] = x0;
        c[1] = x1;
        c[2] = x2;
        c[3] = x3;
    }

    /// <summary>Two copies. Converting one float alone would wait for what its register held before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Broadcast(float* source) => Vector128.WidenLower(Vector128.Create(*source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> LowerHalves(Vector128<long> u, Vector128<long> v)
        => Sse.IsSupported ? Sse.Shuffle(u.AsSingle(), v.AsSingle(), 0x88).AsUInt32() : Vector128.Narrow(u.AsUInt64(), v.AsUInt64());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<uint> UpperHalves(Vector128<long> u, Vector128<long> v)
        => Sse.IsSupported ? Sse.Shuffle(u.AsSingle(), v.AsSingle(), 0xDD).AsUInt32()
            : Vector128.Narrow(u.AsUInt64() >> 32, v.AsUInt64() >> 32);
}
