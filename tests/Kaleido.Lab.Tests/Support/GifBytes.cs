using System.Buffers.Binary;
using System.Text;

namespace Kaleido.Lab.Tests.Support;

/// <summary>
/// A small strict GIF decoder for files with a palette for all frames or one
/// for each and frames that cover the screen, written apart from the encoder.
/// </summary>
internal sealed class GifBytes
{
    private readonly byte[] _file;
    private int _at;

    public GifBytes(byte[] file)
    {
        _file = file;
        Assert.Equal("GIF89a", Encoding.ASCII.GetString(file, 0, 6));
        (Width, Height) = (Word(6), Word(8));
        _at = 13;
        byte[]? common = PaletteOf(file[10]);
        while (file[_at] != 0x3B)
        {
            byte[] head = [file[_at], file[_at + 1]];
            if (head is [0x21, 0xFF])
            {
                Assert.Equal("\vNETSCAPE2.0", Encoding.ASCII.GetString(file, _at + 2, 12));
                Assert.Equal([3, 1], file[(_at + 14)..(_at + 16)]);
                Assert.Equal(0, file[_at + 18]);
                Repetitions = Word(_at + 16);
                _at += 19;
                continue;
            }

            Assert.Equal([0x21, 0xF9, 4, 4], file[_at..(_at + 4)]);
            Delays.Add(Word(_at + 4));
            Assert.Equal([0, 0, 0x2C, 0, 0, 0, 0], file[(_at + 6)..(_at + 13)]);
            Assert.Equal((Width, Height, 0), (Word(_at + 13), Word(_at + 15), file[_at + 17] & 0x78));
            byte flags = file[_at + 17];
            _at += 18;
            byte[] palette = PaletteOf(flags) ?? common ?? throw new InvalidDataException("a frame without a palette");
            Palettes.Add(palette);
            int bits = file[_at++];
            Frames.Add([.. Unpack(Blocks(), bits).SelectMany(index => palette[(3 * index)..((3 * index) + 3)])]);
            Assert.Equal(3 * Width * Height, Frames[^1].Length);
        }

        Assert.Equal(file.Length, _at + 1);
    }

    public int Width { get; }

    public int Height { get; }

    public int? Repetitions { get; }

    /// <summary>The palette of each frame.</summary>
    public List<byte[]> Palettes { get; } = [];

    public List<int> Delays { get; } = [];

    /// <summary>The RGB bytes of each frame.</summary>
    public List<byte[]> Frames { get; } = [];

    private byte[]? PaletteOf(byte flags)
    {
        if ((flags & 0x80) == 0) return null;
        int length = 3 << ((flags & 7) + 1);
        _at += length;
        return _file[(_at - length).._at];
    }

    private int Word(int at) => BinaryPrimitives.ReadUInt16LittleEndian(_file.AsSpan(at));

    private byte[] Blocks()
    {
        var data = new List<byte>();
        while (_file[_at] != 0)
        {
            data.AddRange(_file[(_at + 1)..(_at + 1 + _file[_at])]);
            _at += 1 + _file[_at];
        }

        _at++;
        return [.. data];
    }

    /// <summary>Entries are kept as whole strings, as the description of the format has them.</summary>
    private static List<byte> Unpack(byte[] data, int bits)
    {
        int clear = 1 << bits, length = bits + 1, at = 0;
        var strings = new List<byte[]?>();
        var output = new List<byte>();
        byte[]? previous = null;
        while (true)
        {
            int code = 0;
            for (int bit = 0; bit < length; bit++, at++)
            {
                code |= ((data[at / 8] >> (at % 8)) & 1) << bit;
            }

            Assert.True(output.Count > 0 || strings.Count > 0 || code == clear, "the first code clears the table");
            if (code == clear)
            {
                strings = [.. Enumerable.Range(0, clear).Select(i => new[] { (byte)i }), null, null];
                (length, previous) = (bits + 1, null);
                continue;
            }

            if (code == clear + 1)
            {
                Assert.InRange((data.Length * 8) - at, 0, 7);
                return output;
            }

            Assert.True(code < strings.Count || (code == strings.Count && previous is not null), $"code {code} of {strings.Count}");
            byte[] entry = code < strings.Count ? strings[code]! : [.. previous!, previous![0]];
            output.AddRange(entry);
            if (previous is not null && strings.Count < 4096)
            {
                strings.Add([.. previous, entry[0]]);
                length = strings.Count == 1 << length && length < 12 ? length + 1 : length;
            }

            previous = entry;
        }
    }
}
