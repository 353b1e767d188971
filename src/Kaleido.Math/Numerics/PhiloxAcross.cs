using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Kaleido.Numerics;

/// <summary>
/// Draws of sixteen seeds at once, one per lane, with the bits that each seed gives alone. (<see cref="PhiloxLanes"/> takes many numbers of
/// one seed.) Elements of 64 bits carry 32-bit words in their lower halves, as there.
/// </summary>
internal static unsafe class PhiloxAcross
{
    /// <summary>Seeds.</summary>
    public const int Seeds = 16;

    /// <summary>How many values <see cref="Encrypt(ulong*, ulong*, int, uint, uint, int)"/> takes at once on the widest vectors.</summary>
    public const int Walkers = 32;

    private const int FeistelRounds = 6;

    /// <summary>
    /// The normal numbers of <see cref="PhiloxFill.Normal"/>: number i of seed l is destination[16 i + l]. The count is rounded up to a
    /// multiple of four: the destination must have room.
    /// </summary>
    public static void Normal(ulong* seeds, uint stream, ulong step, double mean, double deviation, float* destination, int count)
    {
        if (Vector512.IsHardwareAccelerated) Normal<Double512>(seeds, stream, step, mean, deviation, destination, count);
        else if (Vector256.IsHardwareAccelerated) Normal<Double256>(seeds, stream, step, mean, deviation, destination, count);
        else if (Vector128.IsHardwareAccelerated) Normal<Double128>(seeds, stream, step, mean, deviation, destination, count);
        else Normal<DoubleScalar>(seeds, stream, step, mean, deviation, destination, count);
    }

    /// <summary>The same in lanes of a chosen width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Normal<TLane>(ulong* seeds, uint stream, ulong step, double mean, double deviation, float* destination, int count)
        where TLane : struct, IDoubleLane<TLane>
    {
        TLane factor = TLane.Create(deviation);
        for (int part = 0; part < Seeds; part += TLane.Count)
        {
            float* target = destination + part;
            for (int i = 0; i < count; i += 4, target += 4 * Seeds)
            {
                var (w0, w1, w2, w3) = Block(Load<TLane>(seeds + part), stream, TLane.CreateBits((ulong)i / 4), TLane.CreateBits(0), step);
                for (int pair = 0; pair < 2; pair++)
                {
                    // A loop, so that the formula is inlined once.
                    var (first, second) = PhiloxLanes.BoxMuller(pair == 0 ? w0 : w2, pair == 0 ? w1 : w3);
                    TLane.FusedMultiplyAdd(factor, first, mean).StoreSingle(ref target[2 * pair * Seeds]);
                    TLane.FusedMultiplyAdd(factor, second, mean).StoreSingle(ref target[(2 * pair + 1) * Seeds]);
                }
            }
        }
    }

    /// <summary>
    /// One pass of the Feistel network of <see cref="FeistelPermutation"/> over values in the lower halves of elements; the upper halves
    /// stay as they are.
    /// </summary>
    /// <param name="values">The values; room up to the next multiple of <see cref="Walkers"/>, where anything is written.</param>
    /// <param name="keys">The seed of each value, above it the lower half of its step; the same room.</param>
    /// <param name="count">How many.</param>
    /// <param name="upperStep">The upper half of all steps.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="halfBits">Bits of each half of the network.</param>
    public static void Encrypt(ulong* values, ulong* keys, int count, uint upperStep, uint stream, int halfBits)
    {
        if (Vector512.IsHardwareAccelerated) Encrypt<Double512>(values, keys, count, upperStep, stream, halfBits);
        else if (Vector256.IsHardwareAccelerated) Encrypt<Double256>(values, keys, count, upperStep, stream, halfBits);
        else if (Vector128.IsHardwareAccelerated) Encrypt<Double128>(values, keys, count, upperStep, stream, halfBits);
        else Encrypt<DoubleScalar>(values, keys, count, upperStep, stream, halfBits);
    }

    /// <summary>The same in lanes of a chosen width.</summary>
    public static void Encrypt<TLane>(ulong* values, ulong* keys, int count, uint upperStep, uint stream, int halfBits)
        where TLane : struct, IDoubleLane<TLane>
    {
        for (int i = 0; i < count; i += 4 * TLane.Count) EncryptFour<TLane>(values + i, keys + i, upperStep, stream, halfBits);
    }

    // Four vectors at once, a to d: a chain of sixty Philox rounds waits for its multiplications. Only the first word of a block is used,
    // so the last round makes no other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void EncryptFour<TLane>(ulong* values, ulong* keys, uint upperStep, uint stream, int halfBits)
        where TLane : struct, IDoubleLane<TLane>
    {
        TLane mask = TLane.CreateBits((1ul << halfBits) - 1);
        TLane multiplier0 = TLane.CreateBits(Philox.Multiplier0), multiplier1 = TLane.CreateBits(Philox.Multiplier1);
        TLane weyl = TLane.CreateBits(Philox.Weyl0);
        TLane aLeft = TLane.ShiftRight(Load<TLane>(values), halfBits) & mask;
        TLane aRight = Load<TLane>(values) & mask;
        TLane bLeft = TLane.ShiftRight(Load<TLane>(values + TLane.Count), halfBits) & mask;
        TLane bRight = Load<TLane>(values + TLane.Count) & mask;
        TLane cLeft = TLane.ShiftRight(Load<TLane>(values + 2 * TLane.Count), halfBits) & mask;
        TLane cRight = Load<TLane>(values + 2 * TLane.Count) & mask;
        TLane dLeft = TLane.ShiftRight(Load<TLane>(values + 3 * TLane.Count), halfBits) & mask;
        TLane dRight = Load<TLane>(values + 3 * TLane.Count) & mask;
        for (ulong feistel = 0; feistel < FeistelRounds; feistel++)
        {
            TLane aKey = Load<TLane>(keys), a0 = aRight, a1 = TLane.CreateBits(feistel);
            TLane a2 = TLane.ShiftRight(aKey, 32), a3 = TLane.CreateBits(upperStep);
            TLane bKey = Load<TLane>(keys + TLane.Count), b0 = bRight, b1 = TLane.CreateBits(feistel);
            TLane b2 = TLane.ShiftRight(bKey, 32), b3 = TLane.CreateBits(upperStep);
            TLane cKey = Load<TLane>(keys + 2 * TLane.Count), c0 = cRight, c1 = TLane.CreateBits(feistel);
            TLane c2 = TLane.ShiftRight(cKey, 32), c3 = TLane.CreateBits(upperStep);
            TLane dKey = Load<TLane>(keys + 3 * TLane.Count), d0 = dRight, d1 = TLane.CreateBits(feistel);
            TLane d2 = TLane.ShiftRight(dKey, 32), d3 = TLane.CreateBits(upperStep);
            uint key1 = stream;
            for (int round = 0; round < 9; round++)
            {
                TLane key = TLane.CreateBits(key1);
                TLane aP = TLane.MultiplyLowHalves(multiplier0, a0), aQ = TLane.MultiplyLowHalves(multiplier1, a2);
                a0 = TLane.ExclusiveOr(TLane.ShiftRight(aQ, 32), a1, aKey);
                a2 = TLane.ExclusiveOr(TLane.ShiftRight(aP, 32), a3, key);
                (a1, a3, aKey) = (aQ, aP, TLane.AddBits(aKey, weyl));
                TLane bP = TLane.MultiplyLowHalves(multiplier0, b0), bQ = TLane.MultiplyLowHalves(multiplier1, b2);
                b0 = TLane.ExclusiveOr(TLane.ShiftRight(bQ, 32), b1, bKey);
                b2 = TLane.ExclusiveOr(TLane.ShiftRight(bP, 32), b3, key);
                (b1, b3, bKey) = (bQ, bP, TLane.AddBits(bKey, weyl));
                TLane cP = TLane.MultiplyLowHalves(multiplier0, c0), cQ = TLane.MultiplyLowHalves(multiplier1, c2);
                c0 = TLane.ExclusiveOr(TLane.ShiftRight(cQ, 32), c1, cKey);
                c2 = TLane.ExclusiveOr(TLane.ShiftRight(cP, 32), c3, key);
                (c1, c3, cKey) = (cQ, cP, TLane.AddBits(cKey, weyl));
                TLane dP = TLane.MultiplyLowHalves(multiplier0, d0), dQ = TLane.MultiplyLowHalves(multiplier1, d2);
                d0 = TLane.ExclusiveOr(TLane.ShiftRight(dQ, 32), d1, dKey);
                d2 = TLane.ExclusiveOr(TLane.ShiftRight(dP, 32), d3, key);
                (d1, d3, dKey) = (dQ, dP, TLane.AddBits(dKey, weyl));
                key1 += Philox.Weyl1;
            }

            a0 = TLane.ExclusiveOr(TLane.ShiftRight(TLane.MultiplyLowHalves(multiplier1, a2), 32), a1, aKey);
            b0 = TLane.ExclusiveOr(TLane.ShiftRight(TLane.MultiplyLowHalves(multiplier1, b2), 32), b1, bKey);
            c0 = TLane.ExclusiveOr(TLane.ShiftRight(TLane.MultiplyLowHalves(multiplier1, c2), 32), c1, cKey);
            d0 = TLane.ExclusiveOr(TLane.ShiftRight(TLane.MultiplyLowHalves(multiplier1, d2), 32), d1, dKey);
            (aLeft, aRight) = (aRight, aLeft ^ (a0 & mask));
            (bLeft, bRight) = (bRight, bLeft ^ (b0 & mask));
            (cLeft, cRight) = (cRight, cLeft ^ (c0 & mask));
            (dLeft, dRight) = (dRight, dLeft ^ (d0 & mask));
        }

        Put(values, aLeft, aRight, halfBits);
        Put(values + TLane.Count, bLeft, bRight, halfBits);
        Put(values + 2 * TLane.Count, cLeft, cRight, halfBits);
        Put(values + 3 * TLane.Count, dLeft, dRight, halfBits);
    }

    // The two halves of a value beside what lies above it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TLane>(ulong* value, TLane left, TLane right, int halfBits) where TLane : struct, IDoubleLane<TLane>
    {
        TLane above = Load<TLane>(value) & TLane.CreateBits(0xFFFFFFFF_00000000ul);
        (TLane.ShiftLeft(left, halfBits) | right | above).Store(ref *(double*)value);
    }

    // The four words of one block of each seed. Only lower halves count: carries into the upper ones are never read.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TLane W0, TLane W1, TLane W2, TLane W3) Block<TLane>(TLane seed, uint stream, TLane c0, TLane c1, ulong step)
        where TLane : struct, IDoubleLane<TLane>
    {
        TLane c2 = TLane.CreateBits(step), c3 = TLane.CreateBits(step >> 32);
        TLane multiplier0 = TLane.CreateBits(Philox.Multiplier0), multiplier1 = TLane.CreateBits(Philox.Multiplier1);
        TLane weyl = TLane.CreateBits(Philox.Weyl0);
        uint k1 = stream;
        for (int round = 0; round < 10; round++)
        {
            TLane p0 = TLane.MultiplyLowHalves(multiplier0, c0), p1 = TLane.MultiplyLowHalves(multiplier1, c2);
            c0 = TLane.ShiftRight(p1, 32) ^ c1 ^ seed;
            c2 = TLane.ShiftRight(p0, 32) ^ c3 ^ TLane.CreateBits(k1);
            (c1, c3) = (p1, p0);
            seed = TLane.AddBits(seed, weyl);
            k1 += Philox.Weyl1;
        }

        return (c0, c1, c2, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane Load<TLane>(ulong* source) where TLane : struct, IDoubleLane<TLane> =>
        TLane.Load(in Unsafe.AsRef<double>(source));
}
