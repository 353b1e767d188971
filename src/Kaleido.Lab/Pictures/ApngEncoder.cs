using System.Buffers.Binary;
using Kaleido.Files;

namespace Kaleido.Lab.Pictures;

/// <summary>Writes animated PNG files: 8-bit grey or RGB frames of one size, without loss.</summary>
/// <remarks>
/// Source: W3C, "Portable Network Graphics (PNG) Specification", third edition, 4.11 and 11.3.6 (acTL, fcTL, fdAT). The first frame is also
/// the still picture that a decoder without animation shows. Every frame covers the whole picture and replaces the one before.
/// </remarks>
public static class ApngEncoder
{
    /// <summary>Writes a file by <see cref="AtomicFile"/>.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Encode"/>.</exception>
    /// <exception cref="IOException">The disk refused; an old file of that name is untouched.</exception>
    public static void Write(string path, IReadOnlyList<Picture> frames, AnimationOptions? options = null)
    {
        byte[] bytes = Encode(frames, options);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>The bytes of an animated PNG file.</summary>
    /// <param name="frames">At least one; all of one size and number of channels.</param>
    /// <param name="options">Delays and repetitions; null for the defaults.</param>
    /// <exception cref="ArgumentException">The frames differ, there is none, or an option is out of range.</exception>
    public static byte[] Encode(IReadOnlyList<Picture> frames, AnimationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(frames);
        options ??= new AnimationOptions();
        options.Check(frames, "APNG");
        using var file = new MemoryStream();
        file.Write(PngEncoder.Signature);
        PngEncoder.WriteHeader(file, frames[0]);

        Span<byte> control = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(control, frames.Count);
        BinaryPrimitives.WriteInt32BigEndian(control[4..], options.Plays);
        PngEncoder.WriteChunk(file, "acTL"u8, control);

        int sequence = 0;
        for (int i = 0; i < frames.Count; i++)
        {
            WriteFrameControl(file, frames[i], options.DelayOf(i), sequence++);
            ReadOnlySpan<byte> data = PngEncoder.Compress(frames[i]);
            if (i == 0)
            {
                PngEncoder.WriteChunk(file, "IDAT"u8, data);
                continue;
            }

            var numbered = new byte[4 + data.Length];
            BinaryPrimitives.WriteInt32BigEndian(numbered, sequence++);
            data.CopyTo(numbered.AsSpan(4));
            PngEncoder.WriteChunk(file, "fdAT"u8, numbered);
        }

        PngEncoder.WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static void WriteFrameControl(Stream file, Picture frame, int delay, int sequence)
    {
        Span<byte> control = stackalloc byte[26];
        control.Clear();
        BinaryPrimitives.WriteInt32BigEndian(control, sequence);
        BinaryPrimitives.WriteInt32BigEndian(control[4..], frame.Width);
        BinaryPrimitives.WriteInt32BigEndian(control[8..], frame.Height);

        // Offsets, disposal and blending stay 0: at the corner, left standing, replacing what was there.
        BinaryPrimitives.WriteUInt16BigEndian(control[20..], (ushort)delay);
        BinaryPrimitives.WriteUInt16BigEndian(control[22..], 1000);
        PngEncoder.WriteChunk(file, "fcTL"u8, control);
    }
}
