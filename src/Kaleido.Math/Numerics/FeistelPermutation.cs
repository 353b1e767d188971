using System.Numerics;

namespace Kaleido.Numerics;

/// <summary>
/// A keyed permutation of 0 … count-1, evaluated one element at a time without a table: a balanced Feistel network of six rounds
/// (round function: Philox) on the smallest even number of bits that holds count, walked along its cycle until it lands below count.
/// </summary>
/// <remarks>
/// Sources: J. Black, P. Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002 (cycle walking);
/// M. Luby, C. Rackoff, SIAM J. Comput. 17 (1988) (Feistel rounds). The domain is less than four times count, so fewer than
/// four walks are expected.
/// </remarks>
public readonly struct FeistelPermutation
{
    private const int Rounds = 6;
    private readonly uint _seed, _stream, _count, _halfMask;
    private readonly int _halfBits;
    private readonly ulong _step;

    /// <summary>The permutation of 0 … <paramref name="count"/>-1 for one (seed, stream, step).</summary>
    /// <exception cref="ArgumentOutOfRangeException">count is not between 1 and 2³⁰.</exception>
    public FeistelPermutation(int count, uint seed, uint stream, ulong step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1 << 30);
        _halfBits = HalfBits(count);
        _halfMask = (1u << _halfBits) - 1;
        (_seed, _stream, _step, _count) = (seed, stream, step, (uint)count);
    }

    /// <summary>Bits of each half of the network.</summary>
    internal static int HalfBits(int count) => Math.Max(1, (33 - BitOperations.LeadingZeroCount((uint)count - 1)) / 2);

    /// <summary>Where element <paramref name="index"/> of 0 … count-1 goes.</summary>
    public int this[int index]
    {
        get
        {
            if ((uint)index >= _count) throw new ArgumentOutOfRangeException(nameof(index), index, $"must be from 0 to {_count - 1}");
            uint value = (uint)index;
            do value = Encrypt(value);
            while (value >= _count);
            return (int)value;
        }
    }

    private uint Encrypt(uint value)
    {
        uint left = value >> _halfBits, right = value & _halfMask;
        for (uint round = 0; round < Rounds; round++)
        {
            uint f = Philox.Block(_seed, _stream, _step, ((ulong)round << 32) | right).W0 & _halfMask;
            (left, right) = (right, left ^ f);
        }

        return (left << _halfBits) | right;
    }
}
