using System.Text;

namespace Kaleido.Files;

/// <summary>What the header of a .npy file states, and the parser of the Python literal in which it stands.</summary>
internal sealed class NpyHeader
{
    /// <summary>NumPy 1.x keeps arrays of at most 32 dimensions.</summary>
    public const int MaximumRank = 32;

    /// <summary>The longest header that NumPy itself accepts (its max_header_size).</summary>
    public const int MaximumLength = 10_000;

    private NpyHeader(NpyType type, bool bigEndian, bool columnMajor, int[] shape, int bytes, int dataOffset) =>
        (Type, BigEndian, ColumnMajor, Shape, Bytes, DataOffset) = (type, bigEndian, columnMajor, shape, bytes, dataOffset);

    public NpyType Type { get; }

    public bool BigEndian { get; }

    public bool ColumnMajor { get; }

    public int[] Shape { get; }

    /// <summary>The bytes of all elements.</summary>
    public int Bytes { get; }

    /// <summary>Where the elements begin.</summary>
    public int DataOffset { get; }

    /// <summary>The six bytes that begin every file.</summary>
    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads from the first byte to the last one before the elements.</summary>
    public static NpyHeader Read(Stream stream, string path)
    {
        Span<byte> start = stackalloc byte[12];
        int got = stream.ReadAtLeast(start[..8], 8, throwOnEndOfStream: false);
        if (got < 8)
        {
            throw BadFile.At(path, got, "the 8 bytes that begin a .npy file", got == 0 ? "an empty file" : "the end of the file");
        }

        if (!start[..6].SequenceEqual(Magic))
        {
            throw BadFile.At(path, 0, "the bytes 0x93 \"NUMPY\" that begin a .npy file", $"0x{start[0]:X2} 0x{start[1]:X2}");
        }

        if (start[6] is < 1 or > 3 || start[7] != 0)
        {
            throw BadFile.At(path, 6, "version 1.0, 2.0 or 3.0", $"{BadFile.Text(start[6])}.{BadFile.Text(start[7])}");
        }

        int lengthBytes = start[6] == 1 ? 2 : 4;
        got = stream.ReadAtLeast(start.Slice(8, lengthBytes), lengthBytes, throwOnEndOfStream: false);
        if (got < lengthBytes)
        {
            throw BadFile.At(path, 8 + got, $"the {lengthBytes} bytes of the header's length", "the end of the file");
        }

        long length = 0;
        for (int i = lengthBytes - 1; i >= 0; i--)
        {
            length = (length << 8) | start[8 + i];
        }

        if (length is < 2 or > MaximumLength)
        {
            throw BadFile.At(path, 8, $"a header length from 2 to {BadFile.Text(MaximumLength)}", BadFile.Text(length));
        }

        var text = new byte[(int)length];
        got = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        if (got < text.Length)
        {
            throw BadFile.At(path, 8 + lengthBytes + got, $"{BadFile.Text(length)} bytes of header", "the end of the file");
        }

        return new Parser(text, path, 8 + lengthBytes).Parse();
    }

    /// <summary>A header of version 1.0 with the six bytes before it, padded so that the elements begin at a multiple of 64.</summary>
    public static byte[] Build(NpyType type, ReadOnlySpan<int> shape)
    {
        string code = type switch
        {
            NpyType.Boolean => "|b1",
            NpyType.Int8 => "|i1",
            NpyType.UInt8 => "|u1",
            NpyType.Float16 or NpyType.Float32 or NpyType.Float64 => $"<f{NpyArray.SizeOf(type)}",
            NpyType.Int16 or NpyType.Int32 or NpyType.Int64 => $"<i{NpyArray.SizeOf(type)}",
            _ => $"<u{NpyArray.SizeOf(type)}",
        };
        var text = new StringBuilder($"{{'descr': '{code}', 'fortran_order': False, 'shape': (");
        for (int i = 0; i < shape.Length; i++)
        {
            text.Append(i == 0 ? "" : " ").Append(BadFile.Text(shape[i])).Append(i < shape.Length - 1 || i == 0 ? "," : "");
        }

        text.Append("), }");
        int total = (10 + text.Length + 1 + 63) & ~63;
        text.Append(' ', total - 10 - text.Length - 1).Append('\n');
        var bytes = new byte[total];
        Magic.CopyTo(bytes);
        (bytes[6], bytes[7], bytes[8], bytes[9]) = (1, 0, (byte)(total - 10), (byte)((total - 10) >> 8));
        Encoding.ASCII.GetBytes(text.ToString(), bytes.AsSpan(10));
        return bytes;
    }

    /// <summary>Reads "{'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }" and nothing else of Python.</summary>
    private ref struct Parser(ReadOnlySpan<byte> text, string path, int offset)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _at;

        public NpyHeader Parse()
        {
            (NpyType Type, bool BigEndian)? type = null;
            bool? columnMajor = null;
            int[]? shape = null;
            Expect('{');
            while (!Take('}'))
            {
                int start = _at;
                ReadOnlySpan<byte> key = Quoted();
                Expect(':');
                if (key.SequenceEqual("descr"u8) && type is null) type = ReadType();
                else if (key.SequenceEqual("fortran_order"u8) && columnMajor is null) columnMajor = ReadBoolean();
                else if (key.SequenceEqual("shape"u8) && shape is null) shape = ReadShape();
                else throw Bad(start, "the keys 'descr', 'fortran_order' and 'shape', once each", Printable(key));
                if (!Take(','))
                {
                    Expect('}');
                    break;
                }
            }

            Skip();
            if (_at < _text.Length) throw Bad(_at, "spaces after the header's dictionary", Here());
            if (type is null || columnMajor is null || shape is null) throw Bad(0, "'descr', 'fortran_order' and 'shape'", "fewer keys");
            return new NpyHeader(type.Value.Type, type.Value.BigEndian, columnMajor.Value, shape,
                Claim(shape, NpyArray.SizeOf(type.Value.Type)), offset + _text.Length);
        }

        private readonly int Claim(int[] shape, int elementSize)
        {
            Int128 bytes = elementSize;
            bool empty = false;
            foreach (int size in shape)
            {
                empty |= size == 0;
                bytes = size == 0 || bytes > Array.MaxLength ? bytes : bytes * size;
            }

            return empty ? 0 : bytes <= Array.MaxLength ? (int)bytes : throw Bad(0, $"at most {BadFile.Text(Array.MaxLength)} bytes in all",
                $"the shape {BadFile.Sizes(shape)}");
        }

        private (NpyType Type, bool BigEndian) ReadType()
        {
            Skip();
            int start = _at;
            if (Peek() == '[') throw Bad(start, "an array of numbers", "a structured type");
            ReadOnlySpan<byte> code = Quoted();
            if (code.Length > 1 && code[1] == 'O') throw Bad(start, "an array of numbers", "Python objects (pickled), which are not read");
            NpyType? type = code.Length == 3 && code[0] is (byte)'<' or (byte)'>' or (byte)'|' ? (code[1], code[2]) switch
            {
                ((byte)'b', (byte)'1') => NpyType.Boolean,
                ((byte)'i', (byte)'1') => NpyType.Int8,
                ((byte)'u', (byte)'1') => NpyType.UInt8,
                ((byte)'i', (byte)'2') => NpyType.Int16,
                ((byte)'u', (byte)'2') => NpyType.UInt16,
                ((byte)'i', (byte)'4') => NpyType.Int32,
                ((byte)'u', (byte)'4') => NpyType.UInt32,
                ((byte)'i', (byte)'8') => NpyType.Int64,
                ((byte)'u', (byte)'8') => NpyType.UInt64,
                ((byte)'f', (byte)'2') => NpyType.Float16,
                ((byte)'f', (byte)'4') => NpyType.Float32,
                ((byte)'f', (byte)'8') => NpyType.Float64,
                _ => null,
            } : null;
            if (type is not { } known || (code[0] == '|' && NpyArray.SizeOf(known) > 1))
            {
                throw Bad(start, "one of the types b1, i1 to i8, u1 to u8, f2, f4, f8, with < or > before it", Printable(code));
            }

            return (known, code[0] == '>');
        }

        private bool ReadBoolean()
        {
            Skip();
            if (_text[_at..].StartsWith("True"u8))
            {
                _at += 4;
                return true;
            }

            if (!_text[_at..].StartsWith("False"u8)) throw Bad(_at, "True or False", Here());
            _at += 5;
            return false;
        }

        private int[] ReadShape()
        {
            Span<int> sizes = stackalloc int[MaximumRank];
            int rank = 0;
            Expect('(');
            while (!Take(')'))
            {
                Skip();
                int start = _at;
                long size = 0;
                while (_at < _text.Length && _text[_at] is >= (byte)'0' and <= (byte)'9')
                {
                    size = Math.Min((size * 10) + (_text[_at++] - '0'), 1L << 40);
                }

                if (_at == start || size > int.MaxValue) throw Bad(start, $"a size from 0 to {BadFile.Text(int.MaxValue)}", Here(start));
                if (rank == MaximumRank) throw Bad(start, $"at most {MaximumRank} sizes", "more");
                sizes[rank++] = (int)size;
                Take('L');
                if (!Take(','))
                {
                    Expect(')');
                    break;
                }
            }

            return sizes[..rank].ToArray();
        }

        private ReadOnlySpan<byte> Quoted()
        {
            Skip();
            int quote = Peek(), start = _at + 1;
            if (quote is not ('\'' or '"')) throw Bad(_at, "a text in quotes", Here());
            int length = _text[start..].IndexOf((byte)quote);
            if (length < 0) throw Bad(start, "the end of a text in quotes", "the end of the header");
            _at = start + length + 1;
            return _text.Slice(start, length);
        }

        private void Skip()
        {
            while (Peek() is ' ' or '\n' or '\t' or '\r') _at++;
        }

        private readonly int Peek() => _at < _text.Length ? _text[_at] : -1;

        private bool Take(char symbol)
        {
            Skip();
            if (Peek() != symbol) return false;
            _at++;
            return true;
        }

        private void Expect(char symbol)
        {
            if (!Take(symbol)) throw Bad(_at, $"'{symbol}'", Here());
        }

        private readonly string Here() => Here(_at);

        private readonly string Here(int at) =>
            at < _text.Length ? Printable(_text.Slice(at, Math.Min(24, _text.Length - at))) : "the end of the header";

        private readonly InvalidDataException Bad(int at, string expected, string found) => BadFile.At(path, offset + at, expected, found);

        /// <summary>Bytes as they may stand in a sentence.</summary>
        private static string Printable(ReadOnlySpan<byte> bytes)
        {
            Span<char> shown = stackalloc char[Math.Min(bytes.Length, 40)];
            for (int i = 0; i < shown.Length; i++)
            {
                shown[i] = bytes[i] is >= 32 and < 127 ? (char)bytes[i] : '·';
            }

            return $"\"{shown}{(bytes.Length > 40 ? "…" : "")}\"";
        }
    }
}
