using Kaleido.Data;

namespace Kaleido.Lab.Pictures;

/// <summary>How rows become tiles of a picture.</summary>
public sealed record ImageGridOptions
{
    /// <summary>Tiles in a row; 0 takes the smallest number whose square holds all samples.</summary>
    public int Columns { get; init; }

    /// <summary>Pixels between tiles and around them, not enlarged.</summary>
    public int Padding { get; init; } = 1;

    /// <summary>Every value becomes a square of Upscale × Upscale pixels.</summary>
    public int Upscale { get; init; } = 1;

    /// <summary>The value that becomes 0 (black).</summary>
    public float Low { get; init; }

    /// <summary>The value that becomes 255; greater than Low.</summary>
    public float High { get; init; } = 1;

    /// <summary>The shade between tiles.</summary>
    public byte Background { get; init; } = 64;
}

/// <summary>Lays samples out as a grid of small pictures.</summary>
public static class ImageGrid
{
    /// <summary>
    /// Draws rows [samples, features] as tiles, left to right, then down. A value v becomes round(255 (v - Low)/(High - Low)) to
    /// nearest even, clamped to 0..255; NaN becomes 0. One plane gives grey, three planes give red, green, blue.
    /// </summary>
    /// <param name="rows">Row-major, at least one sample.</param>
    /// <param name="shape">The shape of a sample, with 1 or 3 channels.</param>
    /// <param name="options">Layout and range; null for the defaults.</param>
    /// <exception cref="ArgumentException">The rows do not fit the shape, or an option is out of range.</exception>
    public static Picture Draw(ReadOnlySpan<float> rows, ImageShape shape, ImageGridOptions? options = null)
    {
        options ??= new ImageGridOptions();
        int features = shape.Features;
        if (features < 1 || rows.IsEmpty || rows.Length % features != 0 || shape.Channels is not (1 or 3))
        {
            throw new ArgumentException(
                $"Grid: {rows.Length} values are not whole pictures of {shape} with 1 or 3 channels.",
                nameof(rows));
        }

        if (options.Columns < 0 || options.Padding < 0 || options.Upscale < 1
            || !float.IsFinite(options.Low) || !float.IsFinite(options.High) || !(options.High > options.Low))
        {
            throw new ArgumentException($"Grid: {options} is out of range.", nameof(options));
        }

        int samples = rows.Length / features, columns = options.Columns > 0 ? Math.Min(options.Columns, samples) : SquareSide(samples);
        int lines = (samples + columns - 1) / columns, padding = options.Padding;
        int tileWidth = checked(shape.Width * options.Upscale), tileHeight = checked(shape.Height * options.Upscale);
        var grid = new Picture(
            checked((columns * (tileWidth + padding)) + padding),
            checked((lines * (tileHeight + padding)) + padding),
            shape.Channels,
            options.Background);
        for (int i = 0; i < samples; i++)
        {
            Picture tile = Tile(rows.Slice(i * features, features), shape, options).Enlarge(options.Upscale);
            grid.Paste(tile, padding + (i % columns * (tileWidth + padding)), padding + (i / columns * (tileHeight + padding)));
        }

        return grid;
    }

    private static int SquareSide(int samples)
    {
        int side = 1;
        while ((long)side * side < samples)
        {
            side++;
        }

        return side;
    }

    private static Picture Tile(ReadOnlySpan<float> row, ImageShape shape, ImageGridOptions options)
    {
        var tile = new Picture(shape.Width, shape.Height, shape.Channels);
        int plane = shape.Width * shape.Height;
        double scale = 255.0 / ((double)options.High - options.Low);
        for (int i = 0; i < row.Length; i++)
        {
            double level = Math.Round(((double)row[i] - options.Low) * scale);
            tile.Pixels[(i % plane * shape.Channels) + (i / plane)] = level >= 255 ? (byte)255 : level > 0 ? (byte)level : (byte)0;
        }

        return tile;
    }
}
