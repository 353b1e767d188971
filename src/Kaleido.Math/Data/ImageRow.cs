using Kaleido.Files;

namespace Kaleido.Data;

/// <summary>A picture read from a file, as a row of a data set: channels as planes, see <see cref="ImageShape"/>.</summary>
/// <param name="Shape">Its sizes; 1 or 3 channels.</param>
/// <param name="Values">Levels from 0 to 1.</param>
internal sealed record ImageRow(ImageShape Shape, float[] Values)
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

    /// <summary>Whether a file is a picture of a known format, told by its contents; also those that are only refused by name.</summary>
    public static bool IsPicture(Stream stream) => ImageFormat.Of(stream) is not (ImageKind.Unknown or ImageKind.Bmp);

    /// <summary>Reads a picture file.</summary>
    /// <exception cref="InvalidDataException">It cannot be read: path, offset, expected, found.</exception>
    public static ImageRow Read(string path)
    {
        Image image = ImageReader.Read(path);
        var values = new float[image.Count];
        image.CopyPlanesTo(values);
        return new ImageRow(new ImageShape(image.Width, image.Height, image.Channels), values);
    }

    /// <summary>The picture in another size, by <see cref="AreaResampling"/>; planes that are equal stay equal.</summary>
    public ImageRow Resized(ImageSize size)
    {
        if ((Shape.Width, Shape.Height) == (size.Width, size.Height)) return this;
        ImageShape shape = Shape with { Width = size.Width, Height = size.Height };
        var values = new float[shape.Features];
        Resize(Values, Shape, values, shape);
        return new ImageRow(shape, values);
    }

    /// <summary>All pictures of a data set in another size.</summary>
    public static Dataset Resized(Dataset data, ImageSize size, string path, long memoryLimit)
    {
        if (data.Image is not { } shape)
        {
            throw new InvalidDataException(
                $"{path}: expected pictures to bring to {size.Width} × {size.Height}, found samples that are none.");
        }

        if ((shape.Width, shape.Height) == (size.Width, size.Height)) return data;
        ImageShape resized = shape with { Width = size.Width, Height = size.Height };
        long features = (long)size.Width * size.Height * shape.Channels;
        MemoryLimit.Check(path, data.Samples, features, data.Values.Length * sizeof(float), memoryLimit);
        var values = new float[data.Samples * features];
        for (int i = 0; i < data.Samples; i++)
        {
            Resize(data.Row(i), shape, values.AsSpan(i * resized.Features, resized.Features), resized);
        }

        return Dataset.Own(data.Name, values, resized.Features, resized, data.Labels?.ToArray(), data.ClassNames, data.Classes);
    }

    private static void Resize(ReadOnlySpan<float> from, ImageShape old, Span<float> to, ImageShape shape)
    {
        int plane = old.Width * old.Height, newPlane = shape.Width * shape.Height;
        for (int c = 0; c < shape.Channels; c++)
        {
            AreaResampling.Resize(
                from.Slice(c * plane, plane), old.Width, old.Height, 1, to.Slice(c * newPlane, newPlane), shape.Width, shape.Height);
        }
    }
}
