namespace Kaleido.Files;

/// <summary>Picture formats that are told apart by their first bytes.</summary>
internal enum ImageKind
{
    Unknown,
    Png,
    Pnm,
    Jpeg,
    Gif,
    Bmp,
    WebP,
    Tiff,
}

/// <summary>Recognises pictures by content and refuses those that are not read with the command that converts them.</summary>
internal static class ImageFormat
{
    /// <summary>The format; the stream is rewound.</summary>
    public static ImageKind Of(Stream stream)
    {
        Span<byte> start = stackalloc byte[12];
        return Of(start[..Start(stream, start)]);
    }

    /// <summary>Refuses everything but one format.</summary>
    public static void Demand(Stream stream, string path, ImageKind expected)
    {
        Span<byte> buffer = stackalloc byte[12];
        ReadOnlySpan<byte> start = buffer[..Start(stream, buffer)];
        ImageKind found = Of(start);
        if (found != expected)
        {
            string name = expected == ImageKind.Png ? "a PNG picture" : "a PGM or PPM picture";
            throw BadFile.At(path, 0, found > ImageKind.Pnm ? $"{name} (ImageMagick's {Command(path)} makes one)" : name,
                Found(found, start));
        }
    }

    /// <summary>The refusal of what no reader here reads.</summary>
    public static InvalidDataException Refusal(Stream stream, string path)
    {
        Span<byte> buffer = stackalloc byte[12];
        ReadOnlySpan<byte> start = buffer[..Start(stream, buffer)];
        ImageKind found = Of(start);
        string name = "a PNG, PGM or PPM picture";
        return BadFile.At(path, 0, found > ImageKind.Pnm ? $"{name} (ImageMagick's {Command(path)} makes one)" : name, Found(found, start));
    }

    private static int Start(Stream stream, Span<byte> start)
    {
        stream.Position = 0;
        int got = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return got;
    }

    private static ImageKind Of(ReadOnlySpan<byte> start) =>
        start.StartsWith<byte>([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]) ? ImageKind.Png
        : start.Length >= 2 && start[0] == 'P' && start[1] is >= (byte)'1' and <= (byte)'7' ? ImageKind.Pnm
        : start.StartsWith<byte>([0xFF, 0xD8, 0xFF]) ? ImageKind.Jpeg
        : start.StartsWith("GIF8"u8) ? ImageKind.Gif
        : start.StartsWith("BM"u8) ? ImageKind.Bmp
        : start.StartsWith("RIFF"u8) && start[4..].EndsWith("WEBP"u8) ? ImageKind.WebP
        : start.StartsWith("II*\0"u8) || start.StartsWith("MM\0*"u8) ? ImageKind.Tiff
        : ImageKind.Unknown;

    private static string Found(ImageKind kind, ReadOnlySpan<byte> start) => kind switch
    {
        ImageKind.Png => "a PNG",
        ImageKind.Pnm => "a PGM, PPM or PBM",
        ImageKind.Jpeg => "a JPEG",
        ImageKind.Gif => "a GIF",
        ImageKind.Bmp => "a BMP",
        ImageKind.WebP => "a WebP",
        ImageKind.Tiff => "a TIFF",
        _ when start.IsEmpty => "an empty file",
        _ => $"other bytes, 0x{Convert.ToHexString(start)}",
    };

    /// <summary>ImageMagick's command, with names in quotes where a shell would take them apart.</summary>
    private static string Command(string path)
    {
        string png = Path.ChangeExtension(path, ".png");
        return $"convert {Quote(path)} {Quote(png == path ? Path.ChangeExtension(path, ".converted.png") : png)}";
    }

    private static string Quote(string path)
    {
        foreach (char c in path)
        {
            if (!char.IsLetterOrDigit(c) && c is not ('/' or '.' or '_' or '-' or '\\' or ':'))
            {
                return $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
            }
        }

        return path;
    }
}
