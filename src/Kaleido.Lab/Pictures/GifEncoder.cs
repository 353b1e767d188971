using System.Buffers.Binary;
using Kaleido.Files;

namespace Kaleido.Lab.Pictures;

/// <summary>Writes animated GIF files.</summary>
/// <remarks>
/// Source: CompuServe, "Graphics Interchange Format, Version 89a"; the repetition is the application extension NETSCAPE2.0. Frames with at
/// most 256 colours in all, so all grey ones, are kept without loss, with one palette. Else each frame has a palette of its own, without
/// loss if it has at most 256 colours, or of 256 colours by <see cref="ColourPalette"/>; then it is dithered by <see cref="Dithering"/>.
/// </remarks>
public static class GifEncoder
{
    /// <summary>Writes a file by <see cref="AtomicFile"/>.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Encode"/>.</exception>
    /// <exception cref="IOException">The disk refused; an old file of that name is untouched.</exception>
    public static void Write(string path, IReadOnlyList<Picture> frames, AnimationOptions? options = null)
    {
        byte[] bytes = Encode(frames, options);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>The bytes of a GIF file.</summary>
    /// <param name="frames">At least one; all of one size, at most 65535 in each direction, and one number of channels.</param>
    /// <param name="options">
    /// Delays and repetitions; null for the defaults. A delay is rounded to hundredths of a second, halves up; many viewers show one below
    /// 20 ms for 100 ms. Of n plays the file asks for n - 1 repetitions, as browsers count.
    /// </param>
    /// <exception cref="ArgumentException">The frames differ or are too large, there is none, or an option is out of range.</exception>
    public static byte[] Encode(IReadOnlyList<Picture> frames, AnimationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(frames);
        options ??= new AnimationOptions();
        options.Check(frames, "GIF");
        if (frames[0].Width > ushort.MaxValue || frames[0].Height > ushort.MaxValue)
        {
            throw new ArgumentException(
                $"GIF: {frames[0].Width} × {frames[0].Height} exceeds {ushort.MaxValue} in a direction.", nameof(frames));
        }

        ColourPalette common = ColourPalette.Of(frames);
        using var file = new MemoryStream();
        WriteScreen(file, frames[0], common.IsExact ? common : null);
        if (options.Plays != 1)
        {
            WriteRepetition(file, options.Plays == 0 ? 0 : options.Plays - 1);
        }

        for (int i = 0; i < frames.Count; i++)
        {
            Picture frame = frames[i];
            ColourPalette palette = common.IsExact ? common : ColourPalette.Of([frame]);
            WriteFrameHeader(file, frame, options.DelayOf(i), common.IsExact ? null : palette);
            new LzwWriter(file, Math.Max(2, Bits(palette)))
                .Write(palette.IsExact ? palette.Indices(frame) : Dithering.FloydSteinberg(frame, palette));
        }

        file.WriteByte(0x3B);
        return file.ToArray();
    }

    // A palette has 2^bits entries.
    private static int Bits(ColourPalette palette)
    {
        int bits = 1;
        while (1 << bits < palette.Count)
        {
            bits++;
        }

        return bits;
    }

    private static void WritePalette(Stream file, ColourPalette palette)
    {
        Span<byte> table = stackalloc byte[3 << Bits(palette)];
        table.Clear();
        palette.Colours.CopyTo(table);
        file.Write(table);
    }

    private static void WriteScreen(Stream file, Picture first, ColourPalette? palette)
    {
        file.Write("GIF89a"u8);
        Span<byte> screen = stackalloc byte[7];
        BinaryPrimitives.WriteUInt16LittleEndian(screen, (ushort)first.Width);
        BinaryPrimitives.WriteUInt16LittleEndian(screen[2..], (ushort)first.Height);

        // A palette for all frames or none, 8 bits of each colour.
        screen[4] = (byte)(palette is null ? 0x70 : 0xF0 | (Bits(palette) - 1));
        screen[5..].Clear();
        file.Write(screen);
        if (palette is not null)
        {
            WritePalette(file, palette);
        }
    }

    private static void WriteRepetition(Stream file, int repetitions)
    {
        file.Write([0x21, 0xFF, 11]);
        file.Write("NETSCAPE2.0"u8);
        file.Write([3, 1, (byte)repetitions, (byte)(repetitions >> 8), 0]);
    }

    private static void WriteFrameHeader(Stream file, Picture frame, int delay, ColourPalette? palette)
    {
        // Graphic control: leave the frame standing, no transparent colour. Then the image descriptor at the corner.
        Span<byte> header = stackalloc byte[18];
        header.Clear();
        (header[0], header[1], header[2], header[3]) = (0x21, 0xF9, 4, 0x04);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], (ushort)((delay + 5) / 10));
        header[8] = 0x2C;
        BinaryPrimitives.WriteUInt16LittleEndian(header[13..], (ushort)frame.Width);
        BinaryPrimitives.WriteUInt16LittleEndian(header[15..], (ushort)frame.Height);
        header[17] = (byte)(palette is null ? 0 : 0x80 | (Bits(palette) - 1));
        file.Write(header);
        if (palette is not null)
        {
            WritePalette(file, palette);
        }
    }
}
