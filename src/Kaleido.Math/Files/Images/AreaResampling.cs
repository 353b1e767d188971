namespace Kaleido.Files;

/// <summary>
/// Resizes pictures by averaging over areas: each new pixel is the mean of the old ones under it, each weighted by the part covered.
/// </summary>
/// <remarks>
/// With W old and w new columns, new column i lies over the old interval [i·W/w, (i+1)·W/w), and likewise for rows. Parts are whole numbers
/// of 1/w and 1/h of a pixel; their products with levels are summed in double, column by column within a row, then row by row, and divided
/// once by W·H. An equal size changes nothing, a constant picture stays what it is (while W·H ≤ 2²⁹, where a sum of equal float32 levels is
/// exact), a whole factor down gives the mean of blocks and a whole factor up repeats pixels. Levels are averaged as stored, without regard
/// to gamma.
/// </remarks>
public static class AreaResampling
{
    /// <summary>Resizes a picture; the result holds float32 levels, or is the picture itself where the size is the same.</summary>
    /// <param name="image">Any picture.</param>
    /// <param name="width">New columns, at least 1.</param>
    /// <param name="height">New rows, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the new picture too large for an array.</exception>
    public static Image Resize(Image image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        CheckSize(width, height, image.Channels);
        if (width == image.Width && height == image.Height)
        {
            return image;
        }

        var levels = new float[width * height * image.Channels];
        Resize(image.ToSingle(), image.Width, image.Height, image.Channels, levels, width, height);
        return new Image(width, height, image.Channels, levels, image.HadAlpha);
    }

    /// <summary>
    /// Resizes levels whose channels lie side by side: channel c of the pixel (x, y) is at (y · width + x) · channels + c.
    /// </summary>
    /// <param name="levels">width · height · channels old levels.</param>
    /// <param name="width">Old columns, at least 1.</param>
    /// <param name="height">Old rows, at least 1.</param>
    /// <param name="channels">At least 1.</param>
    /// <param name="resized">Receives newWidth · newHeight · channels levels; must not overlap the old ones.</param>
    /// <param name="newWidth">New columns, at least 1.</param>
    /// <param name="newHeight">New rows, at least 1.</param>
    /// <exception cref="ArgumentException">A length does not match its sizes.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public static void Resize(
        ReadOnlySpan<float> levels, int width, int height, int channels, Span<float> resized, int newWidth, int newHeight)
    {
        CheckSize(width, height, channels);
        CheckSize(newWidth, newHeight, channels);
        if (levels.Length != width * height * channels || resized.Length != newWidth * newHeight * channels)
        {
            throw new ArgumentException($"Resize: {levels.Length} and {resized.Length} levels are not {width} × {height} and "
                + $"{newWidth} × {newHeight} with {channels} channels.");
        }

        int stride = newWidth * channels;
        double area = (double)width * height;
        double[] sums = new double[stride], row = new double[stride];
        int current = -1;
        for (int y = 0; y < newHeight; y++)
        {
            Array.Clear(sums);
            (int first, int last) = Cover(y, height, newHeight);
            for (int from = first; from <= last; from++)
            {
                // Consecutive new rows may share an old one.
                if (from != current)
                {
                    Across(levels.Slice(from * width * channels, width * channels), width, channels, row, newWidth);
                    current = from;
                }

                double part = Part(y, from, height, newHeight);
                for (int i = 0; i < stride; i++)
                {
                    sums[i] = double.FusedMultiplyAdd(part, row[i], sums[i]);
                }
            }

            for (int i = 0; i < stride; i++)
            {
                resized[(y * stride) + i] = (float)(sums[i] / area);
            }
        }
    }

    /// <summary>The sums of one old row under each new column, in units of 1/newWidth of a pixel.</summary>
    private static void Across(ReadOnlySpan<float> levels, int width, int channels, Span<double> sums, int newWidth)
    {
        for (int x = 0; x < newWidth; x++)
        {
            (int first, int last) = Cover(x, width, newWidth);
            Span<double> sum = sums.Slice(x * channels, channels);
            sum.Clear();
            for (int from = first; from <= last; from++)
            {
                double part = Part(x, from, width, newWidth);
                for (int c = 0; c < channels; c++)
                {
                    sum[c] = double.FusedMultiplyAdd(part, levels[(from * channels) + c], sum[c]);
                }
            }
        }
    }

    /// <summary>The first and the last old pixel under a new one.</summary>
    private static (int First, int Last) Cover(int index, int old, int resized) =>
        ((int)((long)index * old / resized), (int)(((((long)index + 1) * old) - 1) / resized));

    /// <summary>How much of an old pixel lies under a new one, in units of 1/resized.</summary>
    private static long Part(int index, int from, int old, int resized) =>
        Math.Min((from + 1L) * resized, (index + 1L) * old) - Math.Max((long)from * resized, (long)index * old);

    private static void CheckSize(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        if ((Int128)width * height * channels > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(nameof(height), height, $"A picture of {width} × {height} × {channels} is too large.");
        }
    }
}
