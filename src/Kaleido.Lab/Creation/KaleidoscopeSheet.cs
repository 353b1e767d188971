using System.Globalization;
using Kaleido.Data;
using Kaleido.Lab.Pictures;
using Kaleido.Sampling;

namespace Kaleido.Lab.Creation;

/// <summary>The picture of a kaleidoscope: grids of the same chains at several iterations, side by side.</summary>
public static class KaleidoscopeSheet
{
    /// <summary>How many chains a grid shows at most: the first ones.</summary>
    public const int MaximumTiles = 100;

    private const int MaximumWidth = 4096, Panels = 7, CaptionSize = 12, SmallestTile = 24, SmallestGrid = 96;

    private const double AnimationStride = 1.12;

    /// <summary>
    /// Which iterations are shown: 0 (the start), 1, then powers of <paramref name="iterations"/>^(1/5), rounded, and the last.
    /// </summary>
    public static int[] Choose(int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        var chosen = new SortedSet<int> { 0, 1, iterations };
        for (int i = 1; i < Panels - 2; i++) chosen.Add((int)Math.Round(Math.Pow(iterations, i / (Panels - 2.0))));
        return [.. chosen];
    }

    /// <summary>Which iterations an animation shows: all of the first ones, then ever fewer, at most about forty, and the last.</summary>
    public static int[] ChooseForAnimation(int iterations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        var chosen = new SortedSet<int> { 0, iterations };
        for (double next = 1; next < iterations; next = Math.Max(next + 1, next * AnimationStride)) chosen.Add((int)next);
        return [.. chosen];
    }

    /// <summary>
    /// How a row is drawn: the shape of its pictures, else, for rows that are none, the rectangle nearest to a square that holds them.
    /// </summary>
    /// <exception cref="InvalidDataException">Pictures of this shape cannot be drawn.</exception>
    public static ImageShape ShapeOf(Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        ImageShape shape = data.Image ?? Rectangle(data.Features);
        if (shape.Channels is not (1 or 3))
            throw new InvalidDataException($"{data.Name}: pictures of {shape.Channels} channels cannot be drawn, only those of 1 or 3.");
        return shape.Width <= MaximumWidth && shape.Height <= MaximumWidth
            ? shape
            : throw new InvalidDataException($"{data.Name}: samples of {shape.Width} × {shape.Height} are too large to draw "
                + $"(at most {MaximumWidth}).");
    }

    /// <summary>
    /// The shape of rows of which only the number of features is known: a grey square, else a red-green-blue square, else the grey
    /// rectangle nearest to a square.
    /// </summary>
    public static ImageShape GuessShape(int features)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(features, 1);
        return Side(features) is { } grey ? new(grey, grey, 1)
            : features % 3 == 0 && Side(features / 3) is { } colour ? new(colour, colour, 3)
            : Rectangle(features);

        static int? Side(int area)
        {
            int side = (int)Math.Round(Math.Sqrt(area));
            return side * side == area ? side : null;
        }
    }

    private static ImageShape Rectangle(int features)
    {
        int height = (int)Math.Sqrt(features);
        while (features % height != 0) height--;
        return new(features / height, height, 1);
    }

    /// <summary>Draws the frames' samples, in the data's units, each under its caption.</summary>
    /// <param name="frames">The iterations and the samples [chains, features] of each, scaled back to the data's units.</param>
    /// <param name="shape">The shape of a sample.</param>
    public static Picture Draw(IReadOnlyList<(int Iteration, float[] Samples)> frames, ImageShape shape)
    {
        ArgumentNullException.ThrowIfNull(frames);
        var panels = frames.Select((frame, i) =>
        {
            return (DrawGrid(frame.Samples, shape), Caption(frame.Iteration, i == frames.Count - 1));
        });
        return PictureStrip.Join([.. panels], gap: 8, captionSize: CaptionSize);
    }

    /// <summary>
    /// The first samples, at most <see cref="MaximumTiles"/>, in the data's units, as a grid. Small ones are enlarged by a whole factor,
    /// until the longer side of a tile has 24 pixels and that of the grid 96.
    /// </summary>
    public static Picture DrawGrid(ReadOnlySpan<float> samples, ImageShape shape)
    {
        int shown = Math.Min(samples.Length, MaximumTiles * shape.Features);
        int side = Math.Max(shape.Width, shape.Height), columns = Math.Max(1, (int)Math.Ceiling(Math.Sqrt(shown / shape.Features)));
        int upscale = Math.Max((SmallestTile + side - 1) / side, (SmallestGrid + (columns * side) - 1) / (columns * side));
        return ImageGrid.Draw(samples[..shown], shape, new() { Upscale = upscale });
    }

    private static string Caption(int iteration, bool last) => iteration switch
    {
        0 => "noise",
        1 => "1 application",
        _ => string.Create(CultureInfo.InvariantCulture, $"{iteration}{(last ? " (last)" : "")}"),
    };

    /// <summary>
    /// Iterates and collects the chosen frames, in ascending order, in the data's units.
    /// Cancelling ends it after the current iteration, whose frame is then the last; one iteration
    /// is always made. Of all frames but the last only the chains are kept that a picture shows.
    /// </summary>
    internal static List<(int Iteration, float[] Samples)> Collect(
        Kaleidoscope kaleidoscope, int iterations, int[] chosen, IProgress<CreateProgress>? progress, CancellationToken cancellation)
    {
        var frames = new List<(int Iteration, float[] Samples)>();
        Keep(kaleidoscope.Frame, all: false);
        foreach (var frame in kaleidoscope.Run(iterations))
        {
            bool stop = cancellation.IsCancellationRequested && iterations > 1;
            if (stop || Array.BinarySearch(chosen, frame.Iteration) >= 0) Keep(frame, all: stop || frame.Iteration == iterations);
            progress?.Report(new(CreatePhase.Sampling, Iteration: frame.Iteration, Iterations: iterations));
            if (stop) break;
        }

        return frames;

        void Keep(KaleidoscopeFrame frame, bool all)
        {
            int length = frame.Samples.Length;
            if (!all) length = (int)Math.Min(length, (long)MaximumTiles * kaleidoscope.Network.Outputs);
            var samples = new float[length];
            kaleidoscope.Network.OutputScaling.Invert(frame.Samples.Span[..length], samples);
            frames.Add((frame.Iteration, samples));
        }
    }
}
