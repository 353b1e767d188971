namespace Kaleido.Files;

/// <summary>Reads the elements that a header claims, never allocating much more than what has really arrived.</summary>
internal static class BodyReader
{
    // Deflate: at most 258 bytes from 2 bits, so 1032 bytes per byte (zlib's technical note).
    public const long MaximumRatio = 1032;

    private const int FirstBuffer = 1 << 14;

    /// <summary>Reads exactly <paramref name="bytes"/> bytes and refuses a stream that ends before or goes on after them.</summary>
    /// <param name="stream">Stands at the first element.</param>
    /// <param name="path">The name to use in messages.</param>
    /// <param name="offset">What the place of the first element is called in messages.</param>
    /// <param name="bytes">What the header claims.</param>
    /// <param name="proved">Whether the length of the file has proved the claim; else the buffer grows as the bytes arrive.</param>
    public static byte[] Read(Stream stream, string path, long offset, int bytes, bool proved)
    {
        var body = new byte[proved ? bytes : Math.Min(bytes, FirstBuffer)];
        int filled = 0;
        while (true)
        {
            int read = stream.ReadAtLeast(body.AsSpan(filled), body.Length - filled, throwOnEndOfStream: false);
            filled += read;
            if (filled < body.Length)
            {
                throw BadFile.At(path, offset + filled, $"{BadFile.Text(bytes)} bytes of elements",
                    $"the end after {BadFile.Text(filled)}");
            }

            if (filled == bytes)
            {
                break;
            }

            Array.Resize(ref body, (int)Math.Min(bytes, 2L * body.Length));
        }

        Span<byte> more = stackalloc byte[1];
        return stream.Read(more) == 0
            ? body
            : throw BadFile.At(path, offset + filled, "the end of the file", "more bytes");
    }
}
