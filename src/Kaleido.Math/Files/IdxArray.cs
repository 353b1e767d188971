using System.Buffers.Binary;

namespace Kaleido.Files;

/// <summary>The element types of an IDX file, with the codes that stand in the third byte of its header.</summary>
public enum IdxType : byte
{
    /// <summary>Unsigned byte.</summary>
    UInt8 = 0x08,

    /// <summary>Signed byte.</summary>
    Int8 = 0x09,

    /// <summary>Signed 16-bit integer, big-endian.</summary>
    Int16 = 0x0B,

    /// <summary>Signed 32-bit integer, big-endian.</summary>
    Int32 = 0x0C,

    /// <summary>IEEE binary32, big-endian.</summary>
    Float32 = 0x0D,

    /// <summary>IEEE binary64, big-endian.</summary>
    Float64 = 0x0E,
}

/// <summary>An array as an IDX file stores it: type, sizes (slowest index first) and the elements in big-endian bytes.</summary>
public sealed class IdxArray
{
    private readonly int[] _dimensions;
    private readonly byte[] _bytes;

    internal IdxArray(IdxType type, int[] dimensions, byte[] bytes)
    {
        Type = type;
        _dimensions = dimensions;
        _bytes = bytes;
    }

    /// <summary>The type of every element.</summary>
    public IdxType Type { get; }

    /// <summary>The sizes, slowest index first; 1 to 4 of them.</summary>
    public ReadOnlySpan<int> Dimensions => _dimensions;

    /// <summary>The number of elements: the product of <see cref="Dimensions"/>.</summary>
    public int Count => _bytes.Length / SizeOf(Type);

    /// <summary>The elements as stored, big-endian.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Bytes per element.</summary>
    public static int SizeOf(IdxType type) => type switch
    {
        IdxType.UInt8 or IdxType.Int8 => 1,
        IdxType.Int16 => 2,
        IdxType.Int32 or IdxType.Float32 => 4,
        IdxType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an IDX element type."),
    };

    /// <summary>One element as a double, exactly.</summary>
    /// <param name="index">0 ≤ index &lt; <see cref="Count"/>.</param>
    public double this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            int size = SizeOf(Type);
            ReadOnlySpan<byte> at = _bytes.AsSpan(index * size, size);
            return Type switch
            {
                IdxType.UInt8 => at[0],
                IdxType.Int8 => (sbyte)at[0],
                IdxType.Int16 => BinaryPrimitives.ReadInt16BigEndian(at),
                IdxType.Int32 => BinaryPrimitives.ReadInt32BigEndian(at),
                IdxType.Float32 => BinaryPrimitives.ReadSingleBigEndian(at),
                _ => BinaryPrimitives.ReadDoubleBigEndian(at),
            };
        }
    }

    /// <summary>All elements, each rounded once to float (exact for bytes, 16-bit integers and binary32).</summary>
    public float[] ToSingle()
    {
        var values = new float[Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)this[i];
        }

        return values;
    }
}
