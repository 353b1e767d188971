using System.Buffers.Binary;

namespace Kaleido.Files;

/// <summary>Walks through the chunks of a PNG file: their order, lengths and checksums. The compressed rows are not looked into.</summary>
internal sealed class PngChunkReader(Stream stream, string path)
{
    // A chunk that is kept is at most a palette; all else passes through a buffer to its checksum.
    private const int LargestKept = 768;
    private readonly byte[] _buffer = new byte[4096];
    private PngHeader? _header;
    private byte[]? _palette, _transparency;
    private long _dataOffset = -1, _dataLength;
    private bool _dataEnded;

    /// <summary>Reads from the start to the end of the stream.</summary>
    public PngLayout Read()
    {
        stream.Position = 8;
        while (true)
        {
            long start = stream.Position;
            if (Chunk(start))
            {
                break;
            }
        }

        return stream.Position == stream.Length
            ? new PngLayout(_header!.Value, _palette, _transparency, _dataOffset, _dataLength)
            : throw BadFile.At(path, stream.Position, "the end of the file after IEND", "more bytes");
    }

    /// <summary>One chunk; true for the last.</summary>
    private bool Chunk(long start)
    {
        Span<byte> head = _buffer.AsSpan(0, 8);
        int got = stream.ReadAtLeast(head, 8, throwOnEndOfStream: false);
        if (got < 8)
        {
            throw BadFile.At(path, start + got, "a chunk of a PNG file", "the end of the file");
        }

        long length = BinaryPrimitives.ReadUInt32BigEndian(head);
        uint type = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
        foreach (byte letter in head[4..])
        {
            if (!char.IsAsciiLetter((char)letter))
            {
                throw BadFile.At(path, start + 4, "a chunk type of four letters", $"0x{type:X8}");
            }
        }

        string name = System.Text.Encoding.ASCII.GetString(head[4..]);
        long most = Math.Max(0, stream.Length - start - 12);
        if (length > stream.Length - start - 12)
        {
            throw BadFile.At(path, start, $"a length of {name} that the file can hold, at most {BadFile.Text(most)}", BadFile.Text(length));
        }

        if (_header is null != (name == "IHDR"))
        {
            throw BadFile.At(path, start + 4, _header is null ? "IHDR, the first chunk" : "one IHDR", name);
        }

        Order(name, start, length);
        byte[]? kept = name is "IHDR" or "PLTE" or "tRNS" ? new byte[length] : null;
        Body(head[4..], name, start, length, kept);
        switch (name)
        {
            case "IHDR":
                _header = Header(kept!, start + 8);
                break;
            case "PLTE":
                _palette = Palette(kept!, start);
                break;
            case "tRNS":
                _transparency = Transparency(kept!, start);
                break;
            case "IDAT":
                _dataOffset = _dataOffset < 0 ? start : _dataOffset;
                _dataLength += length;
                break;
            default:
                break;
        }

        return name == "IEND";
    }

    /// <summary>Refuses a chunk where it stands, before its contents are read.</summary>
    private void Order(string name, long start, long length)
    {
        bool dataSeen = _dataOffset >= 0;
        if (name == "IDAT")
        {
            if (_dataEnded)
            {
                throw BadFile.At(path, start + 4, "all IDAT chunks in one sequence", "IDAT after another chunk");
            }

            if (_header!.Value.Colour == PngColour.Palette && _palette is null)
            {
                throw BadFile.At(path, start + 4, "a palette (PLTE) before IDAT", "none");
            }

            return;
        }

        _dataEnded |= dataSeen;
        switch (name)
        {
            case "IHDR" when length != 13:
                throw BadFile.At(path, start, "13 bytes of IHDR", BadFile.Text(length));
            case "IHDR":
                break;
            case "PLTE" or "tRNS":
                if (dataSeen)
                {
                    throw BadFile.At(path, start + 4, $"{name} before IDAT", $"{name} after it");
                }

                if ((name == "PLTE" ? _palette : _transparency) is not null)
                {
                    throw BadFile.At(path, start + 4, $"one {name}", "a second one");
                }

                if (length is < 1 or > LargestKept)
                {
                    throw BadFile.At(path, start, $"1 to {LargestKept} bytes of {name}", BadFile.Text(length));
                }

                break;
            case "IEND" when !dataSeen:
                throw BadFile.At(path, start + 4, "IDAT", "IEND");
            case "IEND" when length != 0:
                throw BadFile.At(path, start, "an empty IEND", $"{BadFile.Text(length)} bytes");
            case "IEND":
                break;
            default:
                // A capital first letter: nobody may skip this chunk.
                if (char.IsAsciiLetterUpper(name[0]))
                {
                    throw BadFile.At(path, start + 4, "IHDR, PLTE, IDAT or IEND as a chunk that must be understood", name);
                }

                break;
        }
    }

    private void Body(ReadOnlySpan<byte> type, string name, long start, long length, byte[]? kept)
    {
        uint crc = Crc32.Append(0, type);
        long left = length;
        while (left > 0)
        {
            Span<byte> part = kept ?? _buffer.AsSpan(0, (int)Math.Min(left, _buffer.Length));
            stream.ReadExactly(part);
            crc = Crc32.Append(crc, part);
            left -= part.Length;
        }

        Span<byte> word = _buffer.AsSpan(0, 4);
        stream.ReadExactly(word);
        uint written = BinaryPrimitives.ReadUInt32BigEndian(word);
        if (written != crc)
        {
            throw BadFile.At(path, start + 8 + length, $"checksum 0x{crc:X8} of {name}", $"0x{written:X8}");
        }
    }

    private PngHeader Header(ReadOnlySpan<byte> body, long offset)
    {
        int width = BinaryPrimitives.ReadInt32BigEndian(body), height = BinaryPrimitives.ReadInt32BigEndian(body[4..]);
        if (width < 1 || height < 1)
        {
            throw BadFile.At(path, offset + (width < 1 ? 0 : 4), "a size from 1 to 2147483647",
                BadFile.Text((uint)(width < 1 ? width : height)));
        }

        int depth = body[8];
        var colour = (PngColour)body[9];
        bool good = colour switch
        {
            PngColour.Grey => depth is 1 or 2 or 4 or 8 or 16,
            PngColour.Palette => depth is 1 or 2 or 4 or 8,
            PngColour.Rgb or PngColour.GreyAlpha or PngColour.RgbAlpha => depth is 8 or 16,
            _ => throw BadFile.At(path, offset + 9, "a colour type (0, 2, 3, 4 or 6)", BadFile.Text(body[9])),
        };
        if (!good)
        {
            throw BadFile.At(path, offset + 8, $"a bit depth of colour type {BadFile.Text(body[9])}", BadFile.Text(depth));
        }

        if (body[10] != 0 || body[11] != 0)
        {
            throw BadFile.At(path, offset + 10, "compression and filter method 0",
                $"{BadFile.Text(body[10])} and {BadFile.Text(body[11])}");
        }

        return body[12] <= 1
            ? new PngHeader(width, height, depth, colour, body[12] == 1)
            : throw BadFile.At(path, offset + 12, "interlace method 0 or 1", BadFile.Text(body[12]));
    }

    private byte[] Palette(byte[] body, long start)
    {
        PngHeader header = _header!.Value;
        if (header.Channels == 1)
        {
            throw BadFile.At(path, start + 4, "no palette in a grey picture", "PLTE");
        }

        if (_transparency is not null)
        {
            throw BadFile.At(path, start + 4, "PLTE before tRNS", "PLTE after it");
        }

        int most = header.Colour == PngColour.Palette ? 1 << header.Depth : 256;
        return body.Length % 3 == 0 && body.Length / 3 <= most
            ? body
            : throw BadFile.At(path, start, $"a palette of 1 to {BadFile.Text(most)} entries of 3 bytes",
                $"{BadFile.Text(body.Length)} bytes");
    }

    private byte[] Transparency(byte[] body, long start)
    {
        PngHeader header = _header!.Value;
        switch (header.Colour)
        {
            case PngColour.Palette when _palette is null:
                throw BadFile.At(path, start + 4, "PLTE before tRNS", "none");
            case PngColour.Palette when body.Length > _palette.Length / 3:
                throw BadFile.At(path, start, $"transparency of at most {BadFile.Text(_palette.Length / 3)} entries",
                    BadFile.Text(body.Length));
            case PngColour.Palette:
                return body;
            case PngColour.Grey or PngColour.Rgb:
                int expected = 2 * header.Channels;
                return body.Length == expected
                    ? body
                    : throw BadFile.At(path, start, $"{BadFile.Text(expected)} bytes of tRNS", BadFile.Text(body.Length));
            default:
                throw BadFile.At(path, start + 4, "no tRNS beside an alpha channel", "tRNS");
        }
    }
}
