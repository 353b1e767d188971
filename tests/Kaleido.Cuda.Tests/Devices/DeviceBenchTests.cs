using System.Globalization;
using Kaleido.Backends;
using Kaleido.Cuda.Tests.Fake;
using Kaleido.DeviceBench;
using Kaleido.Networks;
using Kaleido.Tensors;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>bench/Kaleido.DeviceBench at tiny sizes on the imagined GPU, so that its first run on a real one tells of that GPU.</summary>
public sealed class DeviceBenchTests
{
    private static readonly MlpOptions Net = new(6, 10, 2) { Output = Activation.Tanh };

    private static readonly RaceOptions Tiny = new(
        [WorkItem.Product(5), WorkItem.Product(9), WorkItem.Step(Net, 8), WorkItem.Sampling(Net, 4),
            WorkItem.Step(new(1, 5, 2) { Output = Activation.Sigmoid }, 2, "tiny 2x5")],
        Rounds: 2, RoundSeconds: 1e-3, WarmUpSeconds: 1e-3);

    private static DeviceReport Race(FakeMachine machine, Action? before = null)
    {
        var report = new DeviceReport("today", "here");
        using (Device cpu = Device.Cpu(1), strict = new(FakeDevice.Open(machine)),
            tf32 = new(FakeDevice.Open(machine, new() { AllowTensorFloat32 = true })))
        {
            before?.Invoke();
            new DeviceRace(
            [
                (new("Kaleido CPU", "Kaleido", false, "float32", cpu.Description), cpu),
                (new("Kaleido CUDA", "Kaleido", true, "float32", strict.Description), strict),
                (new("Kaleido CUDA", "Kaleido", true, "TF32", tf32.Description), tf32),
            ], Tiny, _ => { }).Run(report);
        }

        Assert.Empty(machine.Violations);
        Assert.Empty(machine.Faults);
        Assert.Empty(machine.Leaks());
        return report;
    }

    [Fact]
    public void Every_work_is_measured_on_every_device_and_nothing_is_left_there()
    {
        var report = Race(new());
        Assert.Empty(report.Omissions);
        Assert.Equal(
            from work in Tiny.Works from contender in report.Contenders select (work.Name, contender.Title),
                report.Timings.Select(it => (it.Work, it.Contender)));
        Assert.All(report.Timings, it =>
        {
            Assert.True(it.Low > 0 && it.Low <= it.Milliseconds && it.Milliseconds <= it.High);
            Assert.True(it.CompileMilliseconds > 0 && it.FirstMilliseconds > 0 && it.SecondMilliseconds > 0);
            Assert.InRange(it.IssueMilliseconds, 0, it.High);
        });
        string[] lines = [.. DeviceTables.Lines(report)];
        Assert.Contains(lines, line => line.StartsWith("| the GPU is faster than Kaleido CPU, float32 from |", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.Contains("NaN", StringComparison.Ordinal));
    }

    [Fact]
    public void A_work_that_a_device_refuses_is_an_omission_and_the_others_are_measured()
    {
        var machine = new FakeMachine();
        var report = Race(machine, () => machine.Fail("cuLaunchKernel", 2));
        var refused = Assert.Single(report.Omissions);
        Assert.Contains("cuLaunchKernel", refused.Reason, StringComparison.Ordinal);
        Assert.Equal(3 * Tiny.Works.Count - 1, report.Timings.Count);
    }

    [Theory]
    [InlineData(true, "both", 0)]
    [InlineData(true, "cuda", 0)]
    [InlineData(false, "both", 0)]
    [InlineData(false, "cuda", 1)]
    public void The_commands_measure_what_there_is_and_say_why_there_is_no_more(bool installed, string devices, int exitCode)
    {
        using var folder = new Kaleido.Tests.Support.TemporaryFolder();
        string path = folder.File("figures.json");
        StringWriter output = new(), errors = new();
        FakeMachine.Current = new();
        HashSet<string> libraries = installed ? ["libcuda.so.1", "libcublas.so.12"] : [];
        var commands = new DeviceCommands(options => new CudaProvider(options, new FakeSystem { Installed = libraries }), output, errors);
        var flags = new Dictionary<string, string>
        {
            ["--device"] = devices, ["--quick"] = "", ["--only"] = "tiny 2x5", ["--threads"] = "1", ["--json"] = path,
        };
        Assert.Equal(exitCode, commands.Measure(flags));
        Assert.Equal(installed ? 0 : 1, commands.Info());
        Assert.Equal(installed ? 0 : 1, commands.Check(Small));
        Assert.Equal(installed ? 0 : 1, commands.Profile(new Dictionary<string, string> { ["--only"] = "tiny 2x5" }));
        int refusals = errors.ToString().Split("no CUDA: no CUDA driver was found").Length - 1;
        Assert.Equal(installed ? 0 : 4, refusals);
        Assert.Throws<UsageException>(() => commands.Measure(new Dictionary<string, string> { ["--device"] = "abacus" }));
        Assert.Throws<UsageException>(() => commands.Measure(new Dictionary<string, string> { ["--only"] = "tin" }));
        if (exitCode != 0) return;
        string[] onCpu = devices == "cuda" ? [] : ["Kaleido CPU, float32"];
        string[] onGpu = installed ? ["Kaleido CUDA, float32", "Kaleido CUDA, TF32"] : [];
        string[] expected = [.. onCpu, .. onGpu];
        Assert.Equal(expected, DeviceReport.Read(File.ReadAllText(path)).Timings.Select(it => it.Contender));
        flags["--epilogues"] = "";
        Assert.Equal(0, commands.Measure(flags));
        Assert.Equal(expected.Select(it => it.Replace("CUDA", "CUDA, epilogues", StringComparison.Ordinal)),
            DeviceReport.Read(File.ReadAllText(path)).Timings.Select(it => it.Contender));
        Assert.Empty(FakeMachine.Current.Leaks());
    }

    [Fact]
    public void A_profile_has_every_launch_of_a_step_once_and_leaves_nothing_behind()
    {
        var machine = new FakeMachine();
        string[] lines;
        using (var backend = FakeDevice.Open(machine))
        {
            // What a device keeps for itself, such as an optimiser's rule, it makes once.
            lines = [.. DeviceProfile.Lines(backend, WorkItem.Step(Net, 8))];
            int before = backend.LiveAllocations;
            lines = [.. DeviceProfile.Lines(backend, WorkItem.Step(Net, 8)), .. DeviceProfile.Lines(backend, WorkItem.Sampling(Net, 4))];
            Assert.Equal(before, backend.LiveAllocations);
        }

        Assert.Empty(machine.Violations);
        Assert.Empty(machine.Faults);
        Assert.Empty(machine.Leaks());
        Assert.Equal(2, lines.Count(line => line.StartsWith("### ", StringComparison.Ordinal)));
        string[][] rows = [.. lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(line[2]))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..^1])];
        int Count(string name) => rows.Where(row => row[3].StartsWith(name, StringComparison.Ordinal)).Sum(row => int.Parse(row[0], CultureInfo.InvariantCulture));
        // Three layers: forward, dW and all but one dX; then forward again.
        Assert.Equal(3 + 3 + 2 + 3, Count("Product"));
        Assert.Equal((1, 1), (Count(nameof(UpdateEffect)), Count(nameof(RecordEffect))));
        Assert.Contains(rows, row => (row[3], row[4]) == ("Product NT", "[8, 6] [10, 6] -> [8, 10]"));
        // On the imagined clock a launch takes a millisecond; a sum of everything and an update are two.
        string[] two = [nameof(ReduceOperation.FullSum), nameof(UpdateEffect)];
        Assert.All(rows, row => Assert.Equal(two.Contains(row[3]) ? "2000.00" : "1000.00", row[1]));
        Assert.StartsWith("### step 8: ", lines[0], StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Errors) Run(params string[] args)
    {
        StringWriter output = new(), errors = new();
        int code = Commands.Run(args, output, errors, (_, _) => throw new UsageException("no such law"));
        return (code, output.ToString(), errors.ToString());
    }

    [Theory]
    [InlineData("nonsense", "unknown: nonsense")]
    [InlineData("", "a verb is missing: info, measure, profile, check, laws or table")]
    [InlineData("table", "table: a FILE is missing")]
    [InlineData("info --json", "--json is unknown here, or lacks its value")]
    [InlineData("measure --json --quick", "--json is unknown here, or lacks its value")]
    [InlineData("measure --threads 0", "--threads must be a whole number from 1 to 64, not \"0\"")]
    [InlineData("measure --threads 65", "--threads must be a whole number from 1 to 64, not \"65\"")]
    [InlineData("measure --threads many", "--threads must be a whole number from 1 to 64, not \"many\"")]
    [InlineData("laws --only Nonsense", "no such law")]
    public void A_line_that_is_not_understood_is_a_sentence_and_where_help_is(string line, string sentence) => Assert.Equal(
        (2, "", $"{sentence}{Environment.NewLine}kaleido-devices --help{Environment.NewLine}"),
        Run(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("measure --help")]
    public void Help_is_never_an_error(string line)
    {
        var run = Run(line.Split(' '));
        Assert.Equal((0, ""), (run.Code, run.Errors));
        Assert.All((string[])["info", "measure", "check", "laws", "table"],
            verb => Assert.Contains($"kaleido-devices {verb}", run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_cannot_be_written_or_read_is_one_sentence_with_its_name()
    {
        using var folder = new Kaleido.Tests.Support.TemporaryFolder();
        string lost = folder.File("no/x.json"), empty = folder.File("empty.json"), text = folder.File("text.md"),
            other = folder.File("other.json");
        Assert.Equal((1, "", $"{lost}: its folder does not exist{Environment.NewLine}"),
            Run("measure", "--device", "cpu", "--quick", "--only", "tiny 2x5", "--json", lost));
        Assert.Equal((1, "", $"--json: \"{folder.Path}\" names no file{Environment.NewLine}"),
            Run("measure", "--device", "cpu", "--quick", "--only", "tiny 2x5", "--json", folder.Path));
        if (OperatingSystem.IsLinux())
        {
            var refused = Run("measure", "--device", "cpu", "--quick", "--only", "tiny 2x5", "--json", "/proc/x.json");
            Assert.Equal((1, ""), (refused.Code, refused.Output));
            Assert.StartsWith("/proc/x.json: cannot be written: ", refused.Errors, StringComparison.Ordinal);
        }

        File.WriteAllText(empty, "");
        File.WriteAllText(text, "# Benchmarks");
        File.WriteAllText(other, "[3]");
        foreach (string path in (string[])[empty, text, other])
        {
            Assert.Equal((1, "",
                $"{path}: expected figures as measure --json or device.py --json writes them, found something else{Environment.NewLine}"),
                Run("table", path));
        }
    }

    [Fact]
    public void The_check_passes_on_a_sound_device()
    {
        var machine = new FakeMachine();
        var lines = new List<string>();
        int failures = new DeviceCheck(options => new(FakeDevice.Open(machine, options)), Small, lines.Add).Run();
        Assert.Equal("all passed", lines[^1]);
        Assert.Equal(0, failures);
        Assert.All(lines.SkipLast(1), line => Assert.StartsWith("PASS ", line, StringComparison.Ordinal));
        Assert.Equal(5 + 2 + 2 * Small.Products.Count, lines.Count - 1);
        Assert.Empty(machine.Violations);
        Assert.Empty(machine.Faults);
        Assert.Empty(machine.Leaks());
    }

    [Fact]
    public void The_check_fails_on_a_device_with_bits_of_its_own()
    {
        // Asked for exact products, this one gives cuBLAS's; asked for single launches, it follows another order of additions.
        Device Open(CudaOptions options) =>
            new(FakeDevice.Open(new(), options with { ExactProducts = !options.CaptureGraphs, Epilogues = CudaEpilogues.None }));
        var lines = new List<string>();
        int failures = new DeviceCheck(Open, Small, lines.Add).Run();
        Assert.Equal(7, failures);
        Assert.Equal(7, lines.Count(line => line.StartsWith("FAIL ", StringComparison.Ordinal)));
        Assert.Equal("7 failed", lines[^1]);
    }

    [Fact]
    public void The_check_fails_where_no_device_opens()
    {
        var lines = new List<string>();
        Assert.Equal(7 + 2 * Small.Products.Count,
            new DeviceCheck(_ => throw new DeviceException("opening CUDA", "busy"), Small, lines.Add).Run());
        Assert.All(lines.SkipLast(1), line => Assert.Contains("busy", line, StringComparison.Ordinal));
    }

    [Fact]
    public void The_check_sees_memory_that_is_not_given_back_and_numbers_that_change()
    {
        var kept = new List<DeviceMemory>();
        Assert.Equal([1f], DeviceCheck.OnDevice(new(FakeDevice.Open(new())), () => [1f]));
        var device = new Device(FakeDevice.Open(new()));
        var leak = Assert.Throws<InvalidOperationException>(() => DeviceCheck.OnDevice(device, () =>
        {
            kept.Add(device.Backend.Allocate(3));
            return [1f];
        }));
        Assert.Contains("memory leaks", leak.Message, StringComparison.Ordinal);
        float next = 0;
        Assert.Throws<InvalidOperationException>(() => DeviceCheck.OnDevice(new(FakeDevice.Open(new())), () => [next++]));

        // What the driver keeps at every work is a leak, though all that we know of was given back; what it keeps at three is not.
        float[] Keep(int times)
        {
            var machine = new FakeMachine();
            return DeviceCheck.OnDevice(new(FakeDevice.Open(machine)), () =>
            {
                if (times-- > 0) machine.Elsewhere += 4096;
                return [1f];
            });
        }

        Assert.Equal([1f], Keep(3));
        leak = Assert.Throws<InvalidOperationException>(() => Keep(int.MaxValue));
        Assert.Contains("4096 bytes less", leak.Message, StringComparison.Ordinal);
    }

    private static readonly CheckOptions Small = new(Net, Batch: 9, Steps: 9, Chains: 4, Iterations: 5, Products: [7, 33]);

    [Fact]
    public void A_report_is_read_as_it_was_written_and_joined_by_contender_and_work()
    {
        var report = Sample();
        var read = DeviceReport.Read(report.Write());
        Assert.Equal((report.Date, report.Host), (read.Date, read.Host));
        Assert.Equal(report.Contenders, read.Contenders);
        Assert.Equal(report.Timings, read.Timings);
        Assert.Equal(report.Omissions, read.Omissions);
        var again = new DeviceReport("tomorrow", "here")
            { Contenders = [report.Contenders[0]], Timings = [report.Timings[0] with { Milliseconds = 9 }] };
        var joined = DeviceReport.Join([report, again]);
        Assert.Equal(("today; tomorrow", "here"), (joined.Date, joined.Host));
        Assert.Equal(report.Contenders.Count, joined.Contenders.Count);
        Assert.Equal(report.Timings.Count, joined.Timings.Count);
        Assert.Equal(9, joined.Timings.Single(it => (it.Work, it.Contender) == ("product 64", "Kaleido CPU, float32")).Milliseconds);
    }

    [Fact]
    public void The_tables_tell_the_crossover_the_ratio_to_PyTorchs_best_and_whether_the_aims_are_met()
    {
        string[] lines = [.. DeviceTables.Lines(Sample())];
        Assert.Contains("| product | 256 (at 256: × 4.00) | none |", lines);
        Assert.Contains("| step | 1000 (at 1000: × 40.0) | 1000 (at 1000: × 66.7) |", lines);
        Assert.Contains("| step 1000 | float32 | 0.500 | 0.600 | PyTorch captured, float32 | × 1.20 |", lines);
        Assert.Contains("| step 1000 | 0.871 | 34.8 | 58.1 |", lines);
        Assert.Contains("| step, float32: at most 0.550 ms | 0.500 | met |", lines);
        Assert.Contains("| step, TF32: at most 0.280 ms | 0.300 | missed |", lines);
        Assert.Contains("| step, TF32: faster than PyTorch's best | – | not measured |", lines);
        Assert.Contains("- Not measured: PyTorch compiled, TF32: no triton", lines);
    }

    private static DeviceReport Sample()
    {
        Timing Of(string work, string contender, double ms) => new(work, contender, ms, ms, ms);
        return new("today", "here")
        {
            Contenders =
            [
                new("Kaleido CPU", "Kaleido", false, "float32", "CPU"),
                new("Kaleido CUDA", "Kaleido", true, "float32", "CUDA, NVIDIA H100"),
                new("Kaleido CUDA", "Kaleido", true, "TF32", "CUDA, NVIDIA H100"),
                new("PyTorch eager", "PyTorch", true, "float32", "NVIDIA H100"),
                new("PyTorch captured", "PyTorch", true, "float32", "NVIDIA H100"),
            ],
            Timings =
            [
                Of("product 64", "Kaleido CPU, float32", 1), Of("product 128", "Kaleido CPU, float32", 2),
                Of("product 256", "Kaleido CPU, float32", 4),
                Of("product 64", "Kaleido CUDA, float32", 0.5), Of("product 128", "Kaleido CUDA, float32", 3),
                Of("product 256", "Kaleido CUDA, float32", 1),
                Of("product 64", "Kaleido CUDA, TF32", 1), Of("product 128", "Kaleido CUDA, TF32", 2),
                Of("product 256", "Kaleido CUDA, TF32", 4),
                Of("step 1000", "Kaleido CPU, float32", 20),
                Of("step 1000", "Kaleido CUDA, float32", 0.5) with { FirstMilliseconds = 12.5 },
                Of("step 1000", "Kaleido CUDA, TF32", 0.3), Of("step 1000", "PyTorch eager, float32", 1),
                Of("step 1000", "PyTorch captured, float32", 0.6),
            ],
            Omissions = [new("PyTorch compiled, TF32", "no triton")],
        };
    }
}
