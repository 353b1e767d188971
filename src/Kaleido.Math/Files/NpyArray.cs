using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Kaleido.Files;

/// <summary>The element types of a .npy file that Kaleido reads and writes, with NumPy's names.</summary>
public enum NpyType
{
    /// <summary>b1: one byte, 0 or 1.</summary>
    Boolean,

    /// <summary>i1.</summary>
    Int8,

    /// <summary>u1.</summary>
    UInt8,

    /// <summary>i2.</summary>
    Int16,

    /// <summary>u2.</summary>
    UInt16,

    /// <summary>i4.</summary>
    Int32,

    /// <summary>u4.</summary>
    UInt32,

    /// <summary>i8.</summary>
    Int64,

    /// <summary>u8.</summary>
    UInt64,

    /// <summary>f2, IEEE binary16.</summary>
    Float16,

    /// <summary>f4, IEEE binary32.</summary>
    Float32,

    /// <summary>f8, IEEE binary64.</summary>
    Float64,
}

/// <summary>
/// An array of numbers as NumPy knows it. Whatever order and endianness the file has, the elements are kept row-major (last index
/// fastest) and little-endian.
/// </summary>
public sealed class NpyArray
{
    private readonly int[] _shape;
    private readonly byte[] _bytes;
    private readonly long _dataOffset;
    private readonly bool _columnMajor;

    internal NpyArray(NpyType type, int[] shape, byte[] bytes, long dataOffset, bool columnMajor)
    {
        (Type, _shape, _bytes, _dataOffset, _columnMajor) = (type, shape, bytes, dataOffset, columnMajor);
        Count = bytes.Length / SizeOf(type);
    }

    /// <summary>The type of every element.</summary>
    public NpyType Type { get; }

    /// <summary>The sizes, slowest index first; empty for a scalar.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>The number of elements: the product of <see cref="Shape"/>.</summary>
    public int Count { get; }

    /// <summary>The elements, row-major and little-endian.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Whether the elements are whole numbers (a Boolean is none).</summary>
    public bool IsInteger => Type is > NpyType.Boolean and < NpyType.Float16;

    /// <summary>An array of a copy of values.</summary>
    /// <typeparam name="T">bool, sbyte, byte, short, ushort, int, uint, long, ulong, Half, float or double.</typeparam>
    /// <param name="shape">The sizes, each at least 0, slowest index first; empty for a scalar.</param>
    /// <param name="values">Row-major, as many as the product of the sizes.</param>
    /// <exception cref="ArgumentException">The shape does not fit the values, they take more than an array can hold, or
    /// <typeparamref name="T"/> is another type.</exception>
    public static NpyArray From<T>(ReadOnlySpan<int> shape, ReadOnlySpan<T> values) where T : unmanaged
    {
        NpyType type = TypeOf<T>();
        Int128 count = 1;
        foreach (int size in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
            count = count > int.MaxValue && size > 0 ? count : count * size;
        }

        if (count != values.Length || (long)values.Length * SizeOf(type) > Array.MaxLength)
        {
            throw new ArgumentException($"An array of {BadFile.Sizes(shape)} does not fit {values.Length} values.", nameof(shape));
        }

        byte[] bytes = MemoryMarshal.AsBytes(values).ToArray();
        if (!BitConverter.IsLittleEndian)
        {
            Reverse(bytes, SizeOf(type));
        }

        return new NpyArray(type, shape.ToArray(), bytes, 0, false);
    }

    /// <summary>Bytes per element.</summary>
    public static int SizeOf(NpyType type) => type switch
    {
        NpyType.Boolean or NpyType.Int8 or NpyType.UInt8 => 1,
        NpyType.Int16 or NpyType.UInt16 or NpyType.Float16 => 2,
        NpyType.Int32 or NpyType.UInt32 or NpyType.Float32 => 4,
        NpyType.Int64 or NpyType.UInt64 or NpyType.Float64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not an element type of .npy files."),
    };

    /// <summary>One element as a double: exact except for 64-bit integers beyond 2⁵³, which are rounded once; true is 1.</summary>
    /// <param name="index">The place in row-major order, 0 ≤ index &lt; <see cref="Count"/>.</param>
    public double this[int index]
    {
        get
        {
            ReadOnlySpan<byte> at = At(index);
            return Type switch
            {
                NpyType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(at),
                NpyType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(at),
                NpyType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(at),
                NpyType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at),
                NpyType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(at),
                _ => Single(at),
            };
        }
    }

    /// <summary>All elements in row-major order, each rounded once to float.</summary>
    public float[] ToSingles()
    {
        var values = new float[Count];
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> at = At(i);
            values[i] = Type switch
            {
                NpyType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(at),
                NpyType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(at),
                NpyType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
                NpyType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(at),
                NpyType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(at),
                _ => Single(at),
            };
        }

        return values;
    }

    /// <summary>All elements in row-major order, as the indexer gives them.</summary>
    public double[] ToDoubles()
    {
        var values = new double[Count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = this[i];
        }

        return values;
    }

    /// <summary>A copy of the elements in their own type, row-major.</summary>
    /// <typeparam name="T">The type that belongs to <see cref="Type"/>.</typeparam>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is another type.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        if (TypeOf<T>() != Type)
        {
            throw new ArgumentException($"The elements are {Type}, not {typeof(T).Name}.");
        }

        var values = new T[Count];
        Span<byte> bytes = MemoryMarshal.AsBytes(values.AsSpan());
        _bytes.CopyTo(bytes);
        if (!BitConverter.IsLittleEndian)
        {
            Reverse(bytes, SizeOf(Type));
        }

        return values;
    }

    /// <summary>Where an element, named by its place in row-major order, stands in the file.</summary>
    internal long OffsetOf(int index)
    {
        if (_columnMajor)
        {
            long place = 0, rest = index;
            for (int i = _shape.Length - 1; i >= 0; i--)
            {
                long stride = 1;
                for (int j = 0; j < i; j++)
                {
                    stride *= _shape[j];
                }

                place += rest % _shape[i] * stride;
                rest /= _shape[i];
            }

            return _dataOffset + (place * SizeOf(Type));
        }

        return _dataOffset + ((long)index * SizeOf(Type));
    }

    /// <summary>Turns every element round in place.</summary>
    internal static void Reverse(Span<byte> bytes, int size)
    {
        switch (size)
        {
            case 2:
                Span<ushort> twos = MemoryMarshal.Cast<byte, ushort>(bytes);
                BinaryPrimitives.ReverseEndianness(twos, twos);
                break;
            case 4:
                Span<uint> fours = MemoryMarshal.Cast<byte, uint>(bytes);
                BinaryPrimitives.ReverseEndianness(fours, fours);
                break;
            case 8:
                Span<ulong> eights = MemoryMarshal.Cast<byte, ulong>(bytes);
                BinaryPrimitives.ReverseEndianness(eights, eights);
                break;
            default:
                break;
        }
    }

    private static NpyType TypeOf<T>() => default(T) switch
    {
        bool => NpyType.Boolean,
        sbyte => NpyType.Int8,
        byte => NpyType.UInt8,
        short => NpyType.Int16,
        ushort => NpyType.UInt16,
        int => NpyType.Int32,
        uint => NpyType.UInt32,
        long => NpyType.Int64,
        ulong => NpyType.UInt64,
        Half => NpyType.Float16,
        float => NpyType.Float32,
        double => NpyType.Float64,
        _ => throw new ArgumentException($"{typeof(T).Name} is not an element type of .npy files."),
    };

    private ReadOnlySpan<byte> At(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        int size = SizeOf(Type);
        return _bytes.AsSpan(index * size, size);
    }

    /// <summary>The types whose every value is a float.</summary>
    private float Single(ReadOnlySpan<byte> at) => Type switch
    {
        NpyType.Boolean or NpyType.UInt8 => at[0],
        NpyType.Int8 => (sbyte)at[0],
        NpyType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(at),
        NpyType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(at),
        NpyType.Float16 => (float)BinaryPrimitives.ReadHalfLittleEndian(at),
        _ => BinaryPrimitives.ReadSingleLittleEndian(at),
    };
}
