using System.CommandLine;
using System.Globalization;
using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Data;
using Kaleido.Lab.Creation;

namespace Kaleido.Cli;

/// <summary><c>kaleido sample</c>: a trained network applied again and again to noise.</summary>
internal static class SampleCommand
{
    private static readonly SampleOptions Defaults = new() { Network = "" };

    public static Command Build(Terminal terminal, CancellationToken cancellation)
    {
        var network = new Argument<string>("NETWORK")
        {
            Description = "A network, as kaleido create writes it (network.safetensors), or the folder it is in",
        };
        var chains = Flags.Whole(
            "--chains", Default("Chains, each from noise of its own; pictures show the first 100", Defaults.Chains), 1, int.MaxValue);
        var iterations = Flags.Whole("--iterations", Default("How often the network is applied", Defaults.Iterations), 1, int.MaxValue);
        var epsilon = Flags.Number("--epsilon", Default("Uniform noise of ±X between iterations", Defaults.Epsilon), zero: true);
        var seed = Flags.Whole("--seed", Default("Seed of starts and noise", Defaults.Seed), 0, uint.MaxValue);
        var shape = Flags.Shape(
            "--shape", "Width, height and channels of a sample, such as 28x28 or 32x32x3 [default: as in the run.json beside the network, "
                + "else guessed from the number of features]");
        var outFile = new Option<string?>("--out")
        {
            Description = $"What to write, by its ending: {SampleFiles.Endings} [default: {SampleFiles.Default}]",
            HelpName = "FILE",
        };
        Flags.Demand(outFile, SampleFiles.IsKnown,
            path => $"--out tells by its ending what to write: {SampleFiles.Endings}; not \"{path}\"");
        Flags.Demand(network, path => path.Length > 0, _ => "NETWORK must name a file, not \"\"");
        var device = Flags.Device();
        var threads = Flags.Threads();
        var json = Flags.Json();
        var command = new Command("sample", "Apply a trained network again and again to noise, and draw what appears.")
        {
            network, chains, iterations, epsilon, seed, shape, outFile, device, threads, json,
        };
        command.SetAction(result =>
        {
            string path = result.GetValue(outFile) ?? SampleFiles.Default;
            SampleFiles.Check(path);
            var options = new SampleOptions
            {
                Network = NetworkFile.Find(result.GetValue(network)!),
                Chains = (int)(result.GetValue(chains) ?? Defaults.Chains),
                Iterations = (int)(result.GetValue(iterations) ?? Defaults.Iterations),
                Epsilon = result.GetValue(epsilon) ?? Defaults.Epsilon,
                Seed = (uint)(result.GetValue(seed) ?? Defaults.Seed),
                Shape = result.GetValue(shape),
                ForAnimation = SampleFiles.IsAnimation(path),
            };
            using var on = Flags.Open(result.GetValue(device), (int)(result.GetValue(threads) ?? 0));
            return Run(options, path, on, result.GetValue(json), terminal, cancellation);
        });
        return command;
    }

    private static int Run(SampleOptions options, string path, Device device, bool json, Terminal terminal, CancellationToken cancellation)
    {
        SampleResult result;
        using (var status = new StatusLine(terminal, json))
        {
            result = SampleRun.Execute(options, device, new ProgressDisplay(terminal, status, json), cancellation);
            status.Show($"writing {path}");
            SampleFiles.Write(path, result);
        }

        if (json)
        {
            terminal.Output.WriteLine(JsonText.Of(writer =>
            {
                writer.WriteString("network", options.Network);
                writer.WriteString("weights_sha256", result.WeightsSha256);
                writer.WriteNumber("chains", options.Chains);
                writer.WriteNumber("iterations", result.Iterations);
                JsonText.Number(writer, "epsilon", options.Epsilon);
                writer.WriteNumber("seed", options.Seed);
                JsonText.Number(writer, "burn_in", result.BurnIn);
                writer.WriteBoolean("is_cycle", result.IsCycle);
                JsonText.Number(writer, "median_step", result.MedianStep);
                writer.WriteString("out", path);
            }));
        }
        else
        {
            string burnIn = result.BurnIn is { } settled
                ? string.Create(CultureInfo.InvariantCulture, $"settled {(result.IsCycle ? "on cycles " : "")}after {settled}")
                : "not settled yet";
            terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"sampled {Wording.Count(options.Chains, "chain")}, {Wording.Count(result.Iterations, "iteration")}, "
                + $"{burnIn}; wrote {path}"));
        }

        if (!cancellation.IsCancellationRequested || result.Iterations == options.Iterations) return ExitCode.Success;
        terminal.Fail($"cancelled after {Wording.Count(result.Iterations, "iteration")}; what was reached is in {path}.");
        return ExitCode.Cancelled;
    }

    private static string Default(string text, IFormattable value) =>
        $"{text} [default: {value.ToString(null, CultureInfo.InvariantCulture)}]";
}
