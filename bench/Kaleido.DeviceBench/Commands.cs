using Kaleido.Cuda;

namespace Kaleido.DeviceBench;

/// <summary>The verbs of this program.</summary>
internal static class Commands
{
    private const string Usage = """
        kaleido-devices info
            the GPU, and how long it takes to open it; exit code 1 and the reason if there is none
        kaleido-devices measure [--device cpu|cuda|both] [--precision float32|tf32|both] [--epilogues] [--threads N] [--quick] [--only TEXT]
                            [--json FILE]
            the same work on the processor and on the GPU: medians, crossover (docs/benchmarks.md); --epilogues: cublasLt adds biases
            and applies ReLUs where it offers to
        kaleido-devices profile [--precision float32|tf32] [--epilogues] [--only TEXT]
            where the GPU's time goes: every launch of a training step and of a sampling iteration, timed by itself
        kaleido-devices check
            trainings captured and not, on the GPU and on the processor, compared bit by bit; exit code 1 if they differ or there is no GPU
        kaleido-devices laws [--only TEXT] [--verbose]
            the contract suite on every device that there is; with KALEIDO_REQUIRE_CUDA=1 a missing GPU is a failure
        kaleido-devices table FILE...
            the figures of measure and of bench/peers/device.py, joined, as Markdown; a FILE that is not there is passed over
        Exit codes: 0 all well, 1 a failure, 2 a line that is not understood.
        """;

    /// <summary>Runs what a command line says; returns the program's exit code.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">For what was found.</param>
    /// <param name="errors">For what goes wrong, and for progress.</param>
    /// <param name="laws">Runs the laws whose names contain a text, and tells of each if so wished; returns an exit code.</param>
    public static int Run(string[] args, TextWriter output, TextWriter errors, Func<string, bool, int> laws)
    {
        if (args.Contains("--help") || args.Contains("-h"))
        {
            output.WriteLine(Usage);
            return 0;
        }

        var commands = new DeviceCommands(options => new CudaProvider(options), output, errors);
        try
        {
            var arguments = new Queue<string>(args);
            switch (arguments.TryDequeue(out string? verb) ? verb : "")
            {
                case "info":
                    Flags(arguments);
                    return commands.Info();
                case "measure":
                    return commands.Measure(Flags(arguments, "--device", "--precision", "--threads", "--only", "--json", "--quick:", "--epilogues:"));
                case "profile":
                    return commands.Profile(Flags(arguments, "--precision", "--only", "--epilogues:"));
                case "check":
                    Flags(arguments);
                    return commands.Check(CheckOptions.Mnist);
                case "laws":
                    var flags = Flags(arguments, "--only", "--verbose:");
                    return laws(flags.GetValueOrDefault("--only", ""), flags.ContainsKey("--verbose"));
                case "table" when arguments.Count > 0:
                    var reports = arguments.Where(File.Exists).Select(DeviceReport.ReadFile).ToList();
                    if (reports.Count == 0) throw new UsageException("none of these files exists");
                    foreach (string line in DeviceTables.Lines(DeviceReport.Join(reports))) output.WriteLine(line);
                    return 0;
                case "table":
                    throw new UsageException("table: a FILE is missing");
                case "" or null:
                    throw new UsageException("a verb is missing: info, measure, profile, check, laws or table");
                default:
                    throw new UsageException($"unknown: {verb}");
            }
        }
        catch (UsageException wrong)
        {
            errors.WriteLine(wrong.Message);
            errors.WriteLine("kaleido-devices --help");
            return 2;
        }
        catch (Exception wrong) when (wrong is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            errors.WriteLine(wrong.Message);
            return 1;
        }
    }

    // Names and values; a name with a colon takes none.
    private static Dictionary<string, string> Flags(Queue<string> arguments, params string[] known)
    {
        var flags = new Dictionary<string, string>();
        while (arguments.TryDequeue(out string? name))
        {
            if (known.Contains(name + ":")) flags[name] = "";
            else if (known.Contains(name) && arguments.TryDequeue(out string? value) && !value.StartsWith("--", StringComparison.Ordinal))
                flags[name] = value;
            else throw new UsageException($"{name} is unknown here, or lacks its value");
        }

        return flags;
    }
}
