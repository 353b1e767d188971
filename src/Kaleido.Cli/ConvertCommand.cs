using System.CommandLine;
using Kaleido.Data;
using Kaleido.Lab.Conversion;
using Kaleido.Lab.Creation;

namespace Kaleido.Cli;

/// <summary><c>kaleido convert</c>: between pictures, arrays and tables.</summary>
internal static class ConvertCommand
{
    public static Command Build(Terminal terminal, CancellationToken cancellation)
    {
        var from = new Argument<string>("FROM") { Description = $"Data: {DataFlags.Sources}" };
        var to = new Argument<string>("TO") { Description = $"What to write, by its ending: {DatasetWriter.Endings}" };
        Flags.Demand(from, path => path.Length > 0, _ => "FROM must name a file or a folder, not \"\"");
        Flags.Demand(to, DatasetWriter.IsKnown, path => $"TO tells by its ending what to write: {DatasetWriter.Endings}; not \"{path}\"");
        var json = Flags.Json();
        var selection = new DataFlags();
        var command = new Command("convert", "Turn data from one format into another.") { from, to };
        selection.AddTo(command);
        command.Options.Add(json);
        command.SetAction(result =>
        {
            string source = result.GetValue(from)!, destination = result.GetValue(to)!;
            DatasetWriter.Check(destination);
            Dataset data;
            try
            {
                using var status = new StatusLine(terminal, result.GetValue(json));
                status.Show($"reading {source}");
                data = DataSource.Open(source, selection.Read(result));
                cancellation.ThrowIfCancellationRequested();
                status.Show($"writing {destination}");
                DatasetWriter.Write(destination, data, cancellation);
            }
            catch (OperationCanceledException)
            {
                terminal.Fail($"cancelled; nothing was written to {destination}.");
                return ExitCode.Cancelled;
            }

            bool labels = data.Labels is not null && DatasetWriter.KeepsLabels(destination);
            terminal.Output.WriteLine(result.GetValue(json) ? Json(source, destination, data, labels) : Line(destination, data, labels));
            return ExitCode.Success;
        });
        return command;
    }

    private static string Line(string destination, Dataset data, bool labels) =>
        (Wording.Header(data) is { } header ? header + Environment.NewLine : "")
        + $"wrote {destination}: {Wording.Count(data.Samples, "sample")} of {Wording.Count(data.Features, "feature")}"
        + (labels ? ", with labels" : data.Labels is null ? "" : ", without their labels");

    private static string Json(string source, string destination, Dataset data, bool labels) => JsonText.Of(writer =>
    {
        writer.WriteString("from", source);
        writer.WriteString("to", destination);
        writer.WriteNumber("samples", data.Samples);
        writer.WriteNumber("features", data.Features);
        JsonText.Value(writer, "classes", data.Labels is null ? null : data.Classes);
        writer.WriteBoolean("labels_written", labels);
        writer.WriteString("header", data.Header);
        writer.WriteString("fingerprint", data.Fingerprint);
    });
}
