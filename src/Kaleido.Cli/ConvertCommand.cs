using System.CommandLine;
using Kaleido.Data;
using Kaleido.Lab.Conversion;

namespace Kaleido.Cli;

/// <summary><c>kaleido convert</c>: between pictures, arrays and tables.</summary>
internal static class ConvertCommand
{
    public static Command Build(Terminal terminal)
    {
        var from = new Argument<string>("FROM") { Description = $"Data: {DataFlags.Sources}" };
        var to = new Argument<string>("TO") { Description = $"What to write, by its ending: {DatasetWriter.Endings}" };
        var json = Flags.Json();
        var selection = new DataFlags();
        var command = new Command("convert", "Turn data from one format into another.") { from, to, json };
        selection.AddTo(command);
        command.SetAction(result =>
        {
            string source = result.GetValue(from)!, destination = result.GetValue(to)!;
            var data = Dataset.Open(source, selection.Read(result));
            DatasetWriter.Write(destination, data);
            if (result.GetValue(json))
            {
                terminal.Output.WriteLine(JsonText.Of(writer =>
                {
                    writer.WriteString("from", source);
                    writer.WriteString("to", destination);
                    writer.WriteNumber("samples", data.Samples);
                    writer.WriteNumber("features", data.Features);
                    JsonText.Value(writer, "classes", data.Labels is null ? null : data.Classes);
                    writer.WriteString("fingerprint", data.Fingerprint);
                }));
            }
            else
            {
                terminal.Output.WriteLine(FormattableString.Invariant($"wrote {destination}: {data.Samples} samples of {data.Features} features"));
            }

            return ExitCode.Success;
        });
        return command;
    }
}
