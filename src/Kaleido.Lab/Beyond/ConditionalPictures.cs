using Kaleido.Data;
using Kaleido.Lab.Figures;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Beyond;

/// <summary>Pictures of <see cref="Conditional"/>: a row of samples for each label, curves, and who is taken for whom.</summary>
internal static class ConditionalPictures
{
    private const int Labels = 10, Scale = 4, Left = 60, Top = 96, Width = 1680, Height = 1290, Frames = 40;
    private static readonly int[] s_hues = [1, 2, 0, 3];
    private static readonly int[] s_columns = [0, 1, 2, 3, 5, 10, 20, 40, 60];

    /// <param name="tracks">Samples of each iteration, the starts first, chains ordered by label.</param>
    /// <param name="shape">The shape of a sample.</param>
    /// <param name="chains">Chains of each label.</param>
    /// <param name="curves">For each means P(class = label) by iteration.</param>
    /// <param name="confusion">Of each label the shares of the classes after the last iteration.</param>
    /// <param name="chance">P by chance.</param>
    public static Picture Draw(IReadOnlyList<float[]> tracks, ImageShape shape, int chains, double[][] curves, double[,] confusion,
        double chance)
    {
        int[] columns = [.. s_columns.Where(t => t < tracks.Count)];
        const int Others = 7;
        int features = shape.Features, tile = shape.Width * Scale + Scale;
        var sheet = new Picture(Width, Height, 3, 255);
        Text(sheet, "Conditional kaleidoscopes (fitted with noise, loud label): one label a row, put back after every application",
            Width / 2, 32, 16, bold: true);
        Text(sheet, "one chain, after so many applications", Left + columns.Length * tile / 2, 62, 13);
        int second = Left + columns.Length * tile + 30;
        Text(sheet, "seven others, at the end", second + Others * tile / 2, 62, 13);
        float[] first = new float[Labels * columns.Length * features], others = new float[Labels * Others * features];
        for (int label = 0; label < Labels; label++)
        {
            Text(sheet, $"{label}", Left / 2, Top + label * tile + tile / 2 + 8, 18, bold: true);
            for (int i = 0; i < columns.Length; i++) Sample(columns[i], label * chains)
                .CopyTo(first.AsSpan((label * columns.Length + i) * features));
            for (int i = 0; i < Others; i++) Sample(tracks.Count - 1, label * chains + 1 + i)
                .CopyTo(others.AsSpan((label * Others + i) * features));
        }

        for (int i = 0; i < columns.Length; i++) Text(sheet, columns[i] == 0 ? "start" : $"{columns[i]}", Left + i * tile + tile / 2,
            Top - 8, 11);
        sheet.Paste(ImageGrid.Draw(first, shape, new() { Columns = columns.Length, Padding = Scale, Upscale = Scale, Background = 255 }),
            Left, Top);
        sheet.Paste(ImageGrid.Draw(others, shape, new() { Columns = Others, Padding = Scale, Upscale = Scale, Background = 255 }), second,
            Top);
        int right = second + Others * tile + 20;
        sheet.Paste(Panels.Draw([Matrix(confusion)], 1, Width - right, 600), right, Top - 30);
        sheet.Paste(Panels.Draw([Curve(curves, chance)], 1, Width - 80, Height - Top - Labels * tile - 40), 40, Top + Labels * tile + 24);
        return sheet;

        ReadOnlySpan<float> Sample(int t, int chain) => tracks[t].AsSpan(chain * features, features);
    }

    private static Plot Curve(double[][] curves, double chance)
    {
        var plot = new Plot
        {
            Title = "Does the sample show its label? (mean over the networks)", X = new() { Label = "application" },
            Y = new() { Label = "P(class = label)", Minimum = 0, Maximum = 1 }, Legend = LegendPlace.Outside,
        };
        for (int m = 0; m < curves.Length; m++)
            plot.Line(curves[m], Conditional.Means[m].Name, new() { Colour = Palette.OkabeIto[s_hues[m]], Width = 2.2,
                Dash = LineStyle.DashOf(m) });
        return plot.HorizontalRule(chance, "chance");
    }

    // Label 0 above, as the rows of samples.
    private static HeatMap Matrix(double[,] confusion)
    {
        var turned = new double[Labels, Labels];
        for (int label = 0; label < Labels; label++)
            for (int c = 0; c < Labels; c++) turned[Labels - 1 - label, c] = confusion[label, c];
        string[] names = [.. Enumerable.Range(0, Labels).Select(label => $"{label}")];
        return new(turned)
        {
            Title = "what the judge sees at the end", X = new() { Label = "class seen", Categories = names },
            Y = new() { Label = "label given", Categories = [.. names.Reverse()] }, EqualUnits = true,
                Scale = new() { Label = "share", Minimum = 0, Maximum = 1 },
        };
    }

    /// <summary>Six chains of each label, a column for each, iteration by iteration; the end stands for a while.</summary>
    public static IReadOnlyList<Picture> Animate(IReadOnlyList<float[]> tracks, ImageShape shape, int chains)
    {
        const int Shown = 6;
        return
        [
            .. Enumerable.Range(0, Math.Min(Frames, tracks.Count)).Select(t =>
            {
                float[] tiles = [.. from row in Enumerable.Range(0, Shown) from label in Enumerable.Range(0, Labels)
                                    from k in Enumerable.Range(0, shape.Features)
                                        select tracks[t][(label * chains + row) * shape.Features + k]];
                return Captioned(ImageGrid.Draw(tiles, shape, new() { Columns = Labels, Padding = 1, Upscale = 3, Background = 96 }), t);
            }),
        ];
    }

    // The label above its column, and how often the network has been applied.
    private static Picture Captioned(Picture grid, int iteration)
    {
        const int Above = 62, Margin = 6, Size = 11;
        var frame = new Picture(grid.Width + 2 * Margin, Above + grid.Height + Margin, 3, 255);
        Text(frame, iteration == 0 ? "a column for each label: noise"
            : $"a column for each label: after {SyntheticAnimations.Applications(iteration)}", frame.Width / 2, 22, Size);
        for (int label = 0; label < Labels; label++)
            Text(frame, $"{label}", Margin + (2 * label + 1) * grid.Width / (2 * Labels), Above - 8, 13, bold: true);
        frame.Paste(grid, Margin, Above);
        return frame;
    }

    private static void Text(Picture sheet, string text, int x, int y, int size, bool bold = false) =>
        StrokeFont.Draw(sheet, text, x, y, size, Rgb.Of(0x262626), TextAlignment.Middle, bold: bold);
}
