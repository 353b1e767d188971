namespace Kaleido.Data;

/// <summary>A picture read from a file, as a row of a data set: channels as planes, see <see cref="ImageShape"/>.</summary>
/// <param name="Shape">Its sizes; 1 or 3 channels.</param>
/// <param name="Values">Levels from 0 to 1.</param>
internal sealed record DecodedImage(ImageShape Shape, float[] Values)
{
    /// <summary>Whether red, green and blue are equal in every pixel; a picture of one channel is grey.</summary>
    public bool IsGrey
    {
        get
        {
            int plane = Shape.Width * Shape.Height;
            ReadOnlySpan<float> values = Values;
            return Shape.Channels == 1
                || (values[..plane].SequenceEqual(values.Slice(plane, plane)) && values[..plane].SequenceEqual(values[(2 * plane)..]));
        }
    }
}

/// <summary>What a folder of pictures needs to know about picture files.</summary>
internal interface IImageDecoder
{
    /// <summary>Whether a file is a picture of a known format, told by its first bytes; also those that are only refused by name.</summary>
    bool Recognises(Stream stream);

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">It cannot be read: path, offset, expected, found.</exception>
    DecodedImage Read(string path);

    /// <summary>The picture in another size; channels that are equal stay equal.</summary>
    DecodedImage Resize(DecodedImage image, int width, int height);
}
