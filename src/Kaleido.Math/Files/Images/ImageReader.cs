namespace Kaleido.Files;

/// <summary>Reads a picture of any format that Kaleido knows: PNG, PGM or PPM, told by the contents, not by the name.</summary>
public static class ImageReader
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">
    /// Wrong contents: path, offset, expected, found. For a JPEG, GIF, BMP, TIFF or WebP the sentence holds ImageMagick's command that
    /// converts it.
    /// </exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the file does not exist.</exception>
    public static Image Read(string path)
    {
        using FileStream file = BadFile.Open(path);
        return Read(file, path);
    }

    /// <summary>Reads from a seekable stream, from its start to its end.</summary>
    /// <param name="stream">A seekable stream; it stays open.</param>
    /// <param name="path">The name to use in messages.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Read(string)"/>.</exception>
    public static Image Read(Stream stream, string path)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(path);
        return ImageFormat.Of(stream) switch
        {
            ImageKind.Png => PngReader.Read(stream, path),
            ImageKind.Pnm => PnmReader.Read(stream, path),
            _ => throw ImageFormat.Refusal(stream, path),
        };
    }
}
