using Kaleido.Data;
using Kaleido.Lab.Creation;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Figures;

/// <summary>What there is to see of chains of pictures.</summary>
internal static class ImagePictures
{
    private const int CaptionSize = 12, SmallCaptionSize = 9, Gap = 3, TitleSize = 16, NameSize = 13, TitleRoom = TitleSize + 24;
    private const double MomentStride = 1.3;

    /// <summary>
    /// Strips one below the other, each in the middle with its name upright on its left, under the title; below them the panels.
    /// </summary>
    public static Picture Sheet(string title, IReadOnlyList<(string Name, Picture Strip)> strips, Picture panels)
    {
        int side = strips.Any(it => it.Name.Length > 0) ? NameSize + 12 : 0;
        var sheet = new Picture(Math.Max(panels.Width, strips.Max(it => it.Strip.Width) + 2 * side),
            TitleRoom + strips.Sum(it => it.Strip.Height) + panels.Height, 3, 255);
        StrokeFont.Draw(sheet, StrokeFont.Fit(title, TitleSize, sheet.Width - 16), sheet.Width / 2, 12 + TitleSize, TitleSize, Theme.Ink,
            TextAlignment.Middle, bold: true);
        int top = TitleRoom;
        foreach (var (name, strip) in strips)
        {
            int left = (sheet.Width - strip.Width) / 2;
            sheet.Paste(strip, left, top);
            StrokeFont.Draw(sheet, StrokeFont.Fit(name, NameSize, strip.Height), left - 4, top + strip.Height / 2, NameSize, Theme.Ink,
                TextAlignment.Middle, upright: true, bold: true);
            top += strip.Height;
        }

        sheet.Paste(panels, (sheet.Width - panels.Width) / 2, top);
        return sheet;
    }

    /// <summary>The iterations of an animation: all of the first ones, then ever fewer, and the last: about twenty of 300.</summary>
    public static int[] Moments(int iterations)
    {
        var chosen = new SortedSet<int> { 0, iterations };
        for (double next = 1; next < iterations; next = Math.Max(next + 1, next * MomentStride)) chosen.Add((int)next);
        return [.. chosen];
    }

    /// <summary>The first chains at chosen iterations side by side.</summary>
    public static Picture Strip(ImageChains chains, ImageShape shape, int tiles)
    {
        int[] chosen = KaleidoscopeSheet.Choose(chains.Frames[^1].Iteration);
        return KaleidoscopeSheet.Draw([.. chains.Frames.Where(frame => chosen.Contains(frame.Iteration))
            .Select(frame => (frame.Iteration, frame.Samples[..Math.Min(tiles * shape.Features, frame.Samples.Length)]))], shape);
    }

    /// <summary>Frames of the first chains of one or several sets, side by side, with the iteration above.</summary>
    /// <param name="sets">Name, chains and shape of each; all with the same iterations.</param>
    /// <param name="side">Chains on each side of a square.</param>
    /// <param name="upscale">Pixels of a pixel.</param>
    public static (IReadOnlyList<Picture> Frames, AnimationOptions Timing) Animate(
        IReadOnlyList<(string Name, ImageChains Chains, ImageShape Shape)> sets, int side, int upscale)
    {
        int[] chosen = Moments(sets[0].Chains.Frames[^1].Iteration);
        int size = sets.Count == 1 ? CaptionSize : SmallCaptionSize;
        // Frames are equally wide though captions are not.
        int widest = sets.SelectMany(set => chosen.Select(iteration => StrokeFont.Width(Caption(set.Name, iteration), size))).Max();
        var frames = new List<Picture>();
        foreach (int iteration in chosen)
        {
            frames.Add(PictureStrip.Join([.. sets.Select(set =>
            {
                float[] samples = set.Chains.Frames.First(frame => frame.Iteration == iteration).Samples;
                int shown = Math.Min(side * side, samples.Length / set.Shape.Features);
                var grid = ImageGrid.Draw(samples.AsSpan(0, shown * set.Shape.Features), set.Shape,
                    new() { Columns = side, Upscale = upscale });
                var room = new Picture(Math.Max(widest, grid.Width), grid.Height, grid.Channels, 255);
                room.Paste(grid, (room.Width - grid.Width) / 2, 0);
                return (room, Caption(set.Name, iteration));
            })], gap: Gap, captionSize: size));
        }

        return (frames, new() { Delays = [.. chosen.Select((_, i) => i == chosen.Length - 1 ? 2000 : i == 0 ? 700 : i < 6 ? 350 : 250)] });
    }

    private static string Caption(string name, int iteration) =>
        $"{name}{(name.Length > 0 ? ": " : "")}{SyntheticAnimations.Applications(iteration)}";

    /// <summary>The share of points with d₁/d₂ up to each value, for several sets of points.</summary>
    public static Plot Ratios(params IReadOnlyList<(string Name, IEnumerable<double> Ratios)> sets)
    {
        var plot = new Plot
        {
            Title = "nearest against second nearest training sample",
            X = new() { Label = "ratio of their distances, d1/d2", Minimum = 0, Maximum = 1.02 },
            Y = new() { Label = "share of the samples up to here", Minimum = 0, Maximum = 1.02 },
        };
        foreach (var (name, ratios) in sets)
        {
            double[] sorted = [.. ratios.Where(double.IsFinite).Order()];
            plot.Line([0, .. sorted, 1], [0, .. sorted.Select((_, i) => (i + 1.0) / sorted.Length), 1], name);
        }

        return plot.VerticalRule(Memorization.Threshold, "a copy, up to here");
    }

    /// <summary>How often jumps are larger than a size, for several sets of chains.</summary>
    public static Plot JumpTails(params IReadOnlyList<(string Name, double[] Jumps)> sets)
    {
        var plot = new Plot
        {
            Title = "jumps larger than …", X = new() { Label = "‖x(t+1) - x(t)‖/√D, data in [0, 1]", Logarithmic = true, Minimum = 1e-6,
                Maximum = 1 },
            Y = new() { Label = "share of all chain steps", Logarithmic = true }, Legend = LegendPlace.LowerLeft,
        };
        foreach (var (name, jumps) in sets)
        {
            // Each drawn step halves what is left, so that the tail is seen as well as the middle.
            var at = new SortedSet<int>(Enumerable.Range(0, 200).Select(i =>
                jumps.Length - 1 - (int)((jumps.Length - 1) * Math.Pow(0.93, i))));
            plot.Line([.. at.Select(i => jumps[i])], [.. at.Select(i => (jumps.Length - i) / (double)jumps.Length)], name);
        }

        return plot;
    }
}
