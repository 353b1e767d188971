using System.Diagnostics;
using System.Globalization;
using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Cuda;
using Kaleido.Lab.Benchmarking;
using Kaleido.Lab.Creation;

namespace Kaleido.DeviceBench;

/// <summary>A command line that means nothing.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>The verbs that need a GPU, or say why there is none; each returns the program's exit code.</summary>
internal sealed class DeviceCommands(Func<CudaOptions, IDeviceProvider> cuda, TextWriter output, TextWriter errors)
{
    private static string Choice(IReadOnlyDictionary<string, string> flags, string name, params string[] choices)
    {
        string value = flags.GetValueOrDefault(name, choices[^1]);
        return choices.Contains(value) ? value : throw new UsageException($"{name} is one of {string.Join(", ", choices)}");
    }

    /// <summary>
    /// The same work on the processor and on the GPU, which take turns. Without a GPU the processor alone is measured, unless the GPU was
    /// demanded.
    /// </summary>
    /// <exception cref="UsageException">A flag's value is unknown.</exception>
    /// <exception cref="IOException">The figures' file cannot be written: known before any work, unless the disk fills.</exception>
    public int Measure(IReadOnlyDictionary<string, string> flags)
    {
        string kind = Choice(flags, "--device", "cpu", "cuda", "both"), precision = Choice(flags, "--precision", "float32", "tf32", "both");
        int threads = 0;
        if (flags.TryGetValue("--threads", out string? text)
            && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out threads)
                && threads is > 0 and <= ThreadTeam.Limit))
            throw new UsageException($"--threads must be a whole number from 1 to {ThreadTeam.Limit}, not \"{text}\"");
        bool epilogues = flags.ContainsKey("--epilogues");
        var options = flags.ContainsKey("--quick") ? RaceOptions.Quick : RaceOptions.Full;
        options = options with { Works = Chosen(options.Works, flags) };
        string? path = flags.GetValueOrDefault("--json");
        if (path is not null) Try(path);
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
                var opened = new CudaOptions { AllowTensorFloat32 = mode == "TF32", Epilogues = epilogues ? DeviceCheck.AllEpilogues : 0 };
                if (cuda(opened).TryOpen(out var device, out string reason))
                    contenders.Add((new(epilogues ? "Kaleido CUDA, epilogues" : "Kaleido CUDA", "Kaleido", true, mode, device!.Description), device));
                else
                {
                    errors.WriteLine($"no CUDA: {reason}");
                    if (kind == "cuda") return 1;
                    report.Omissions.Add(new("CUDA", reason));
                    break;
                }
            }

            new DeviceRace(contenders, options, work =>
            {
                errors.WriteLine($"… {work}");
                Keep();
            }).Run(report);
        }
        finally
        {
            foreach (var (contender, device) in contenders) GiveBack(contender, device);
        }

        foreach (string line in DeviceTables.Lines(report)) output.WriteLine(line);
        Save();
        return report.Omissions.Any(it => it.What != "CUDA") ? 1 : 0;

        void Save()
        {
            if (path is not null) File.WriteAllText(path, report.Write());
        }

        // Between two works: whoever stops the program keeps what was measured. If it fails here, the tables come first all the same.
        void Keep()
        {
            try
            {
                Save();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                errors.WriteLine($"not saved yet: {failure.Message}");
            }
        }

        void GiveBack(Contender contender, Device device)
        {
            try
            {
                device.Dispose();
            }
            catch (DeviceException failure)
            {
                report.Omissions.Add(new($"{contender.Title}, giving the device back", failure.Message));
            }
        }
    }

    // Whole words: "step 1000" is not "step 10000".
    private static List<WorkItem> Chosen(IEnumerable<WorkItem> works, IReadOnlyDictionary<string, string> flags)
    {
        string? only = flags.GetValueOrDefault("--only");
        var chosen = works.Where(it => only is null || $"{it.Name} ".StartsWith($"{only} ", StringComparison.Ordinal)).ToList();
        return chosen.Count > 0 ? chosen : throw new UsageException($"no work's name starts with \"{only}\"");
    }

    /// <summary>The launches of steps and sampling iterations, by default of the MNIST network with 1000 rows.</summary>
    /// <exception cref="UsageException">A flag's value is unknown.</exception>
    public int Profile(IReadOnlyDictionary<string, string> flags)
    {
        bool isTensorFloat32 = Choice(flags, "--precision", "tf32", "float32") == "tf32";
        var works = flags.ContainsKey("--only") ? Chosen(RaceOptions.Full.Works, flags)
            : [WorkItem.Step(Workloads.Mnist, Workloads.Batch), WorkItem.Sampling(Workloads.Mnist, Workloads.Batch)];
        var options = new CudaOptions
        {
            AllowTensorFloat32 = isTensorFloat32, Epilogues = flags.ContainsKey("--epilogues") ? DeviceCheck.AllEpilogues : 0,
        };
        if (!cuda(options).TryOpen(out var device, out string reason))
        {
            errors.WriteLine($"no CUDA: {reason}");
            return 1;
        }

        using (device)
        {
            output.WriteLine(device!.Description);
            foreach (var work in works)
            {
                output.WriteLine();
                foreach (string line in DeviceProfile.Lines((CudaBackend)device.Backend, work)) output.WriteLine(line);
            }
        }

        return 0;
    }

    // That a file can be written; what is there stays.
    private static void Try(string path)
    {
        string? folder = path.Length == 0 ? null : Path.GetDirectoryName(Path.GetFullPath(path));
        if (folder is null || Directory.Exists(path)) throw new IOException($"--json: \"{path}\" names no file");
        if (!Directory.Exists(folder)) throw new IOException($"{path}: its folder does not exist");
        bool isNew = !File.Exists(path);
        try
        {
            using (File.Open(path, FileMode.OpenOrCreate, FileAccess.Write))
            {
                // That it could be opened is all there is to know.
            }

            if (isNew) File.Delete(path);
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new IOException($"{path}: cannot be written: permission is denied", refused);
        }
        catch (FileNotFoundException refused)
        {
            throw new IOException($"{path}: cannot be written: the system makes no file there", refused);
        }
    }

    /// <summary>The GPU in words, and how long it takes to open it.</summary>
    public int Info()
    {
        output.WriteLine($"{HostEnvironment.Processor}, {Environment.ProcessorCount} cores");
        // The driver compiles the kernels at the first opening and keeps what it made.
        for (int time = 1; time <= 3; time++)
        {
            long start = Stopwatch.GetTimestamp();
            if (!cuda(new()).TryOpen(out var device, out string reason))
            {
                errors.WriteLine($"no CUDA: {reason}");
                return 1;
            }

            using (device)
            {
                double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                if (time == 1 && device!.Backend is CudaBackend gpu)
                {
                    output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                        $"{device.Description}, compute capability "
                        + $"{gpu.ComputeCapability}, {gpu.MemoryBytes / (double)(1 << 30):f1} GiB"));
                }

                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"opening no. {time}: {milliseconds:f0} ms"));
            }
        }

        return 0;
    }

    /// <summary><see cref="DeviceCheck"/> on the GPU.</summary>
    public int Check(CheckOptions options)
    {
        if (!cuda(new()).TryOpen(out var first, out string reason))
        {
            errors.WriteLine($"no CUDA: {reason}");
            return 1;
        }

        output.WriteLine(first!.Description);
        first.Dispose();
        return new DeviceCheck(
            mode => cuda(mode).TryOpen(out var device, out string why)
                ? device! : throw new DeviceException("opening CUDA", why),
            options, output.WriteLine).Run() == 0 ? 0 : 1;
    }
}
