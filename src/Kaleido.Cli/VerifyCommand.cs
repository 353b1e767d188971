using System.CommandLine;
using System.Globalization;
using Kaleido.Lab.Verification;

namespace Kaleido.Cli;

/// <summary><c>kaleido verify</c>: the same bits for every thread count and instruction set, or exit code 1.</summary>
internal static class VerifyCommand
{
    public static Command Build(Terminal terminal, CancellationToken cancellation)
    {
        var (large, json) = (Large(), Flags.Json());
        var command = new Command("verify",
            "Check the promise of equal bits on this machine: train with several numbers of threads and every "
            + "instruction set, and compare all weights.")
        {
            large, json,
        };
        command.SetAction(result => Run(result.GetValue(large), result.GetValue(json), terminal, cancellation));
        return command;
    }

    /// <summary>The child that <see cref="VerificationRun"/> starts; not for people.</summary>
    public static Command BuildChild(Terminal terminal)
    {
        var large = Large();
        var command = new Command(VerificationRun.ChildVerb) { large };
        command.Hidden = true;
        command.SetAction(result =>
        {
            foreach (string line in VerificationRun.ChildLines(result.GetValue(large))) terminal.Output.WriteLine(line);
            return ExitCode.Success;
        });
        return command;
    }

    private static Option<bool> Large() =>
        new("--large") { Description = "A larger case: several tiles in every direction (slow without FMA)" };

    private static int Run(bool large, bool json, Terminal terminal, CancellationToken cancellation)
    {
        try
        {
            using var status = new StatusLine(terminal, json);
            var results = Enum.GetValues<InstructionSwitch>().Select(off =>
            {
                status.Show($"training with {Name(off)}");
                var found = VerificationRun.Execute(off, large, cancellation);
                status.Clear();
                return found;
            });
            return json ? JudgeAsJson([.. results], terminal) : Judge(results, terminal);
        }
        catch (OperationCanceledException)
        {
            terminal.Fail("cancelled before all was compared.");
            return ExitCode.Cancelled;
        }
    }

    private static string Name(InstructionSwitch off) =>
        off == InstructionSwitch.None ? "all on" : $"{off.ToString().ToLowerInvariant()} off";

    /// <summary>Prints one JSON object; success as <see cref="Judge"/>.</summary>
    public static int JudgeAsJson(IReadOnlyList<VerificationResult> results, Terminal terminal)
    {
        int different = results.SelectMany(result => result.Hashes).Select(hash => hash.Hash).Distinct(StringComparer.Ordinal).Count();
        bool equal = different == 1 && results.All(result => result.Problem is null);
        terminal.Output.WriteLine(JsonText.Of(writer =>
        {
            writer.WriteBoolean("all_equal", equal);
            writer.WriteStartArray("results");
            foreach (var result in results)
            {
                foreach (var (threads, hash) in result.Hashes)
                {
                    writer.WriteStartObject();
                    writer.WriteString("off", result.Switch.ToString().ToLowerInvariant());
                    writer.WriteString("instruction_set", result.Description);
                    writer.WriteNumber("threads", threads);
                    writer.WriteString("sha256", hash);
                    writer.WriteEndObject();
                }
            }

            writer.WriteEndArray();
            writer.WriteStartArray("problems");
            foreach (var result in results.Where(result => result.Problem is not null))
                writer.WriteStringValue($"{result.Switch}: {result.Problem}");
            writer.WriteEndArray();
        }));
        return equal ? ExitCode.Success : ExitCode.Failed;
    }

    /// <summary>Prints the results one by one; success if every one of them counts and all hashes are equal.</summary>
    public static int Judge(IEnumerable<VerificationResult> results, Terminal terminal)
    {
        var hashes = new HashSet<string>(StringComparer.Ordinal);
        bool failed = false;
        foreach (var result in results)
        {
            string off = Name(result.Switch);
            foreach (var (threads, hash) in result.Hashes)
            {
                hashes.Add(hash);
                terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{off,-15} {result.Description,-22} {threads,3} thread{(threads == 1 ? " " : "s")}  {hash}"));
            }

            if (result.Problem is null) continue;
            failed = true;
            terminal.Fail($"{off}: {result.Problem}.");
        }

        if (hashes.Count > 1) terminal.Fail($"{hashes.Count} different results; all must be equal.");
        else if (!failed) terminal.Output.WriteLine("all equal");
        return failed || hashes.Count != 1 ? ExitCode.Failed : ExitCode.Success;
    }
}
