using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Kaleido.Backends;
using Kaleido.Cuda;
using Kaleido.Lab.Creation;

namespace Kaleido.DeviceBench;

/// <summary>The verbs of this program.</summary>
internal static class Commands
{
    private const string Usage = """
        kaleido-devices info
            the GPU, and how long it takes to open it; exit code 1 and the reason if there is none
        kaleido-devices measure [--device cpu|cuda|both] [--precision float32|tf32|both] [--threads N] [--quick] [--only TEXT] [--json FILE]
            the same work on the processor and on the GPU: medians, crossover (docs/benchmarks.md)
        kaleido-devices check
            trainings captured and not, on the GPU and on the processor, compared bit by bit; exit code 1 if they differ or there is no GPU
        kaleido-devices laws [--only TEXT] [--verbose]
            the contract suite on every device that there is; with KALEIDO_REQUIRE_CUDA=1 a missing GPU is a failure
        kaleido-devices table FILE...
            the figures of measure and of bench/peers/device.py, joined, as Markdown
        """;

    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        try
        {
            var arguments = new Queue<string>(args);
            switch (arguments.TryDequeue(out string? verb) ? verb : "")
            {
                case "info":
                    Flags(arguments);
                    return Info(output, errors);
                case "measure":
                    return Measure(Flags(arguments, "--device", "--precision", "--threads", "--only", "--json", "--quick:"),
                        output, errors);
                case "check":
                    Flags(arguments);
                    return Check(output, errors);
                case "laws":
                    var flags = Flags(arguments, "--only", "--verbose:");
                    return new LawRun(flags.GetValueOrDefault("--only", ""), flags.ContainsKey("--verbose"), output).Run();
                case "table" when arguments.Count > 0:
                    var reports = arguments.Where(File.Exists).Select(path => DeviceReport.Read(File.ReadAllText(path))).ToList();
                    if (reports.Count == 0) throw new UsageException("none of these files exists");
                    foreach (string line in DeviceTables.Lines(DeviceReport.Join(reports))) output.WriteLine(line);
                    return 0;
                default:
                    throw new UsageException("");
            }
        }
        catch (UsageException wrong)
        {
            errors.WriteLine($"{wrong.Message}\n{Usage}".Trim());
            return 2;
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or IOException or FormatException)
        {
            errors.WriteLine(wrong.Message);
            return 2;
        }
    }

    // Names and values; a name with a colon takes none.
    private static Dictionary<string, string> Flags(Queue<string> arguments, params string[] known)
    {
        var flags = new Dictionary<string, string>();
        while (arguments.TryDequeue(out string? name))
        {
            if (known.Contains(name + ":")) flags[name] = "";
            else if (known.Contains(name) && arguments.TryDequeue(out string? value)) flags[name] = value;
            else throw new UsageException($"{name} is unknown here, or lacks its value");
        }

        return flags;
    }

    private static string Choice(Dictionary<string, string> flags, string name, params string[] choices)
    {
        string value = flags.GetValueOrDefault(name, choices[^1]);
        return choices.Contains(value) ? value : throw new UsageException($"{name} is one of {string.Join(", ", choices)}");
    }

    private static int Measure(Dictionary<string, string> flags, TextWriter output, TextWriter errors)
    {
        string kind = Choice(flags, "--device", "cpu", "cuda", "both"), precision = Choice(flags, "--precision", "float32", "tf32", "both");
        int threads = flags.TryGetValue("--threads", out string? text)
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : 0;
        var options = flags.ContainsKey("--quick") ? RaceOptions.Quick : RaceOptions.Full;
        if (flags.TryGetValue("--only", out string? only))
            options = options with { Works = [.. options.Works.Where(it => it.Name.StartsWith(only, StringComparison.Ordinal))] };
        if (options.Works.Count == 0) throw new UsageException($"no work's name starts with \"{only}\"");
        var contenders = new List<(Contender, Device)>();
        var report = new DeviceReport(
            DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture),
            $"{HostEnvironment.Processor}, {Environment.ProcessorCount} cores");
        try
        {
            if (kind != "cuda")
            {
                var cpu = Device.Cpu(threads);
                contenders.Add((new("Kaleido CPU", "Kaleido", false, "float32", cpu.Description), cpu));
            }

            foreach (string mode in kind == "cpu" ? []
                : precision == "both" ? ["float32", "TF32"] : new[] { precision == "tf32" ? "TF32" : "float32" })
            {
                if (new CudaProvider(new() { AllowTensorFloat32 = mode == "TF32" }).TryOpen(out var device, out string reason))
                    contenders.Add((new("Kaleido CUDA", "Kaleido", true, mode, device!.Description), device));
                else
                {
                    errors.WriteLine($"no CUDA: {reason}");
                    if (kind == "cuda") return 1;
                    report.Omissions.Add(new("CUDA", reason));
                    break;
                }
            }

            new DeviceRace(contenders, options, work => errors.WriteLine($"… {work}")).Run(report);
        }
        finally
        {
            foreach (var (_, device) in contenders) device.Dispose();
        }

        foreach (string line in DeviceTables.Lines(report)) output.WriteLine(line);
        if (flags.TryGetValue("--json", out string? path)) File.WriteAllText(path, report.Write());
        return report.Omissions.Any(it => it.What != "CUDA") ? 1 : 0;
    }

    private static int Info(TextWriter output, TextWriter errors)
    {
        output.WriteLine($"{HostEnvironment.Processor}, {Environment.ProcessorCount} cores");
        // The driver compiles the kernels at the first opening and keeps what it made.
        for (int time = 1; time <= 3; time++)
        {
            long start = Stopwatch.GetTimestamp();
            if (!CudaProvider.Instance.TryOpen(out var device, out string reason))
            {
                errors.WriteLine($"no CUDA: {reason}");
                return 1;
            }

            using (device)
            {
                double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                if (time == 1 && device!.Backend is CudaBackend cuda)
                {
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{device.Description}, compute capability "
                        + $"{cuda.ComputeCapability}, {cuda.MemoryBytes / (double)(1 << 30):f1} GiB"));
                }

                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"opening no. {time}: {milliseconds:f0} ms"));
            }
        }

        return 0;
    }

    private static int Check(TextWriter output, TextWriter errors)
    {
        if (!CudaProvider.Instance.TryOpen(out var first, out string reason))
        {
            errors.WriteLine($"no CUDA: {reason}");
            return 1;
        }

        output.WriteLine(first!.Description);
        first.Dispose();
        return new DeviceCheck(
            options => new CudaProvider(options).TryOpen(out var device, out string why)
                ? device! : throw new DeviceException("opening CUDA", why),
            CheckOptions.Mnist, output.WriteLine).Run() == 0 ? 0 : 1;
    }

    private sealed class UsageException(string message) : Exception(message);
}
