using System.CommandLine;
using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Lab.Benchmarking;
using Kaleido.Lab.Creation;

namespace Kaleido.Cli;

/// <summary><c>kaleido bench</c>: how fast this machine is, in a minute.</summary>
internal static class BenchCommand
{
    public static Command Build(Terminal terminal, CancellationToken cancellation)
    {
        var json = new Option<bool>("--json") { Description = "Print one JSON object instead of tables" };
        var quick = new Option<bool>("--quick") { Description = "A rough look, in some seconds" };
        var threads = Flags.Threads();
        var rivals = new Option<string?>("--rivals")
        {
            Description = "Figures of others to compare with, as bench/peers/peers.py --json prints them",
            HelpName = "FILE",
        };
        var command = new Command("bench", "Measure matrix products, training and sampling beside the processor's peak (about half a minute).")
        {
            json, quick, threads, rivals,
        };
        command.SetAction(result =>
        {
            int count = (int)(result.GetValue(threads) ?? ThreadTeam.Shared.MaximumWorkers);
            var options = result.GetValue(quick) ? BenchmarkOptions.Quick(count) : BenchmarkOptions.Full(count);
            return Run(options, result.GetValue(json), result.GetValue(rivals), terminal, cancellation);
        });
        return command;
    }

    /// <summary>Measures and prints.</summary>
    public static int Run(BenchmarkOptions options, bool json, string? rivalsFile, Terminal terminal, CancellationToken cancellation)
    {
        // Read first: a mistake in a name is told at once, not after a minute.
        var rivals = rivalsFile is null ? [] : BenchmarkReport.ReadRivals(rivalsFile);
        try
        {
            BenchmarkResult result;
            using (var status = new StatusLine(terminal, json))
                result = BenchmarkRun.Execute(options, what => status.Show(what, always: true), cancellation);
            if (json) Print(result, rivals, terminal);
            else PrintTable(result, rivals, terminal);
            return ExitCode.Success;
        }
        catch (OperationCanceledException)
        {
            terminal.Fail("cancelled; nothing was measured to its end.");
            return ExitCode.Cancelled;
        }
    }

    private static void Print(BenchmarkResult result, IReadOnlyList<BenchmarkResult> rivals, Terminal terminal)
    {
        using var stream = new MemoryStream();
        BenchmarkReport.Write(stream, result, rivals);
        terminal.Output.WriteLine(System.Text.Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static void PrintTable(BenchmarkResult result, IReadOnlyList<BenchmarkResult> rivals, Terminal terminal)
    {
        terminal.Output.WriteLine(FormattableString.Invariant(
            $"{HostEnvironment.Processor}, {CpuBackend.InstructionSet}, {DateTime.UtcNow:yyyy-MM-dd}, kaleido {HostEnvironment.Version}"));
        foreach (string line in BenchmarkTable.Lines(result, rivals)) terminal.Output.WriteLine(line);
    }
}
