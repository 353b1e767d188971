using System.Text.Json;
using Kaleido.Lab.Figures;

namespace Kaleido.Cli;

/// <summary>A figure that was made.</summary>
/// <param name="Result">What it came to.</param>
/// <param name="Seconds">How long it took, drawing and writing included.</param>
/// <param name="Files">What was written.</param>
internal sealed record FigureMade(FigureResult Result, double Seconds, IReadOnlyList<string> Files);

/// <summary>What <c>kaleido figure --json</c> prints.</summary>
internal static class FigureJson
{
    /// <summary>What there is: names, titles, the data sets needed.</summary>
    public static string List(IReadOnlyList<Experiment> figures) => JsonText.Of(writer => Each(writer, "figures", figures, figure =>
    {
        writer.WriteString("figure", figure.Name);
        writer.WriteString("title", figure.Title);
        writer.WriteString("data_set", figure.DataSet);
        writer.WriteBoolean("has_seeds", figure.HasSeeds);
    }));

    /// <summary>What was made: each figure as in its own file, with the time it took and the files.</summary>
    /// <param name="made">The figures, in their order.</param>
    /// <param name="leftOut">Those whose data set is not at hand.</param>
    /// <param name="options">How they were made.</param>
    /// <param name="isCancelled">Whether the command was cancelled before all were made.</param>
    /// <param name="verdicts">The table of all verdicts, or null where there is none.</param>
    /// <param name="seconds">The time in all.</param>
    public static string Of(
        IReadOnlyList<FigureMade> made, IReadOnlyList<Experiment> leftOut, FigureOptions options, bool isCancelled, string? verdicts,
        double seconds) => JsonText.Of(writer =>
    {
        FigureReport.WriteOrigin(writer, "kaleido-figures-1");
        writer.WriteString("stop_reason", isCancelled ? "cancelled" : "completed");
        writer.WriteBoolean("accepted", made.All(figure => figure.Result.IsAccepted));
        writer.WriteNumber("seconds", seconds);
        Each(writer, "figures", made, figure =>
        {
            FigureReport.WriteFigure(writer, figure.Result, options);
            writer.WriteNumber("seconds", figure.Seconds);
            JsonText.Value(writer, "files", figure.Files);
        });
        Each(writer, "left_out", leftOut, figure =>
        {
            writer.WriteString("figure", figure.Name);
            writer.WriteString("data_set", figure.DataSet);
        });
        writer.WriteString("verdict_table", verdicts);
    });

    private static void Each<T>(Utf8JsonWriter writer, string name, IReadOnlyList<T> items, Action<T> write)
    {
        writer.WriteStartArray(name);
        foreach (var item in items)
        {
            writer.WriteStartObject();
            write(item);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
