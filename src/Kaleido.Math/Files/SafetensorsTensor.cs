using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Kaleido.Files;

/// <summary>The element types of a safetensors file that Kaleido reads.</summary>
public enum SafetensorsType
{
    /// <summary>IEEE binary32; read and written.</summary>
    F32,

    /// <summary>IEEE binary64; read and written.</summary>
    F64,

    /// <summary>IEEE binary16; read, each value exactly as a float.</summary>
    F16,

    /// <summary>bfloat16, the upper half of a binary32; read, each value exactly as a float.</summary>
    BF16,
}

/// <summary>A named array of a safetensors file, row-major (last index fastest).</summary>
public sealed class SafetensorsTensor
{
    private readonly int[] _shape;

    /// <summary>A tensor of floats over the caller's memory, which is not copied.</summary>
    /// <param name="name">The key in the file; not "__metadata__".</param>
    /// <param name="shape">The sizes, each at least 0; empty for a scalar.</param>
    /// <param name="values">As many values as the product of the sizes.</param>
    /// <exception cref="ArgumentException">The shape does not fit the values, or the name is reserved.</exception>
    public SafetensorsTensor(string name, ReadOnlySpan<int> shape, ReadOnlyMemory<float> values)
        : this(name, shape.ToArray(), SafetensorsType.F32, values, default)
    {
    }

    /// <summary>A tensor of doubles over the caller's memory, which is not copied.</summary>
    /// <inheritdoc cref="SafetensorsTensor(string, ReadOnlySpan{int}, ReadOnlyMemory{float})"/>
    public SafetensorsTensor(string name, ReadOnlySpan<int> shape, ReadOnlyMemory<double> values)
        : this(name, shape.ToArray(), SafetensorsType.F64, default, values)
    {
    }

    private SafetensorsTensor(
        string name, int[] shape, SafetensorsType type, ReadOnlyMemory<float> singles, ReadOnlyMemory<double> doubles)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == SafetensorsFile.MetadataKey)
        {
            throw new ArgumentException($"A tensor cannot be called {name}.", nameof(name));
        }

        Name = name;
        _shape = shape;
        Type = type;
        Singles = singles;
        Doubles = doubles;
        Int128 count = 1;
        foreach (int size in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
            count = count > int.MaxValue && size > 0 ? count : count * size;
        }

        if (count != Count)
        {
            throw new ArgumentException($"Tensor {name}: {BadFile.Sizes(shape)} does not fit {Count} values.", nameof(shape));
        }
    }

    /// <summary>The key in the file.</summary>
    public string Name { get; }

    /// <summary>The sizes, slowest index first; empty for a scalar.</summary>
    public ReadOnlySpan<int> Shape => _shape;

    /// <summary>The type in the file.</summary>
    public SafetensorsType Type { get; }

    /// <summary>The values of F32, F16 and BF16; empty for F64.</summary>
    public ReadOnlyMemory<float> Singles { get; }

    /// <summary>The values of F64; empty for the others.</summary>
    public ReadOnlyMemory<double> Doubles { get; }

    /// <summary>The number of values.</summary>
    public int Count => Type == SafetensorsType.F64 ? Doubles.Length : Singles.Length;

    /// <summary>A copy as doubles, exact.</summary>
    public double[] ToDoubles()
    {
        if (Type == SafetensorsType.F64)
        {
            return Doubles.ToArray();
        }

        ReadOnlySpan<float> singles = Singles.Span;
        var values = new double[singles.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = singles[i];
        }

        return values;
    }

    /// <summary>A copy as floats; F64 values are rounded once.</summary>
    public float[] ToSingles()
    {
        if (Type != SafetensorsType.F64)
        {
            return Singles.ToArray();
        }

        ReadOnlySpan<double> doubles = Doubles.Span;
        var values = new float[doubles.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)doubles[i];
        }

        return values;
    }

    /// <summary>Bytes per element in the file.</summary>
    internal static int SizeOf(SafetensorsType type) => type switch
    {
        SafetensorsType.F64 => 8,
        SafetensorsType.F32 => 4,
        _ => 2,
    };

    /// <summary>Reads the elements from the stream's place; the caller has checked that they are there.</summary>
    internal static SafetensorsTensor ReadFrom(Stream stream, string name, int[] shape, SafetensorsType type, int count)
    {
        if (type == SafetensorsType.F64)
        {
            var doubles = new double[count];
            stream.ReadExactly(MemoryMarshal.AsBytes(doubles.AsSpan()));
            if (!BitConverter.IsLittleEndian)
            {
                var words = MemoryMarshal.Cast<double, long>(doubles.AsSpan());
                BinaryPrimitives.ReverseEndianness(words, words);
            }

            return new(name, shape, type, default, doubles);
        }

        var singles = new float[count];
        if (type == SafetensorsType.F32)
        {
            stream.ReadExactly(MemoryMarshal.AsBytes(singles.AsSpan()));
            if (!BitConverter.IsLittleEndian)
            {
                var words = MemoryMarshal.Cast<float, int>(singles.AsSpan());
                BinaryPrimitives.ReverseEndianness(words, words);
            }
        }
        else
        {
            var halves = new byte[2 * count];
            stream.ReadExactly(halves);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> at = halves.AsSpan(2 * i, 2);
                singles[i] = type == SafetensorsType.F16
                    ? (float)BinaryPrimitives.ReadHalfLittleEndian(at)
                    : BitConverter.Int32BitsToSingle(BinaryPrimitives.ReadUInt16LittleEndian(at) << 16);
            }
        }

        return new(name, shape, type, singles, default);
    }

    /// <summary>Writes the elements, little-endian, F32 or F64.</summary>
    internal void WriteTo(Stream stream)
    {
        if (BitConverter.IsLittleEndian)
        {
            stream.Write(Type == SafetensorsType.F64 ? MemoryMarshal.AsBytes(Doubles.Span) : MemoryMarshal.AsBytes(Singles.Span));
            return;
        }

        Span<byte> bytes = stackalloc byte[8];
        for (int i = 0; i < Count; i++)
        {
            if (Type == SafetensorsType.F64)
            {
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, Doubles.Span[i]);
                stream.Write(bytes);
            }
            else
            {
                BinaryPrimitives.WriteSingleLittleEndian(bytes, Singles.Span[i]);
                stream.Write(bytes[..4]);
            }
        }
    }
}
