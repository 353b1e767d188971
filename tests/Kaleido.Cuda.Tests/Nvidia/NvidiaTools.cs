using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Kaleido.Cuda.Interop;
using Kaleido.Tests.Support;

namespace Kaleido.Cuda.Tests.Nvidia;

/// <summary>What of NVIDIA's a test judges by.</summary>
[Flags]
internal enum Needs
{
    /// <summary>ptxas, which makes machine code of PTX.</summary>
    Assembler = 1,

    /// <summary>nvdisasm, which makes machine code readable.</summary>
    Disassembler = 2,

    /// <summary>cuda.h, cublas_v2.h and cublasLt.h, and a C++ compiler to read them with.</summary>
    Headers = 4,

    /// <summary>libcuda, libcublas and libcublasLt.</summary>
    Libraries = 8,
}

/// <summary>
/// NVIDIA's tools where they are: below the folder that KALEIDO_NVIDIA names (packages unpacked there, or a toolkit), else on the search
/// path, in an installed toolkit, and where the system's loader looks.
/// </summary>
internal static partial class NvidiaTools
{
    /// <summary>The environment variable that names a folder and so replaces the search.</summary>
    public const string Variable = "KALEIDO_NVIDIA";

    // Architectures that a driver of CUDA 11.4 or later may have to compile for. Not sm_53 and sm_62, of boards whose last CUDA is 10.2.
    private static readonly int[] s_architectures =
        [50, 52, 60, 61, 70, 72, 75, 80, 86, 87, 88, 89, 90, 100, 101, 103, 110, 120, 121];

    private static readonly Lazy<int[]> s_known = new(FindArchitectures);
    private static readonly Lazy<(string Driver, string Blas)?> s_libraries = new(FindLibraries);

    private static string? Root { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } root ? root : null;

    /// <summary>ptxas, or null.</summary>
    public static string? Assembler { get; } = Program("ptxas");

    /// <summary>nvdisasm, or null.</summary>
    public static string? Disassembler { get; } = Program("nvdisasm");

    /// <summary>The folder of the headers, or null.</summary>
    public static string? Headers { get; } = (Root is null ? [.. Toolkits("include"), "/usr/include"] : Below("usr/include", "include"))
        .FirstOrDefault(folder => new[] { "cuda.h", "cublas_v2.h", "cublasLt.h" }.All(file => File.Exists(Path.Combine(folder, file))));

    /// <summary>The driver and cuBLAS as the system's loader takes them, or null.</summary>
    public static (string Driver, string Blas)? Libraries => s_libraries.Value;

    /// <summary>Those architectures, of all that matter, that ptxas knows.</summary>
    public static int[] Architectures => s_known.Value;

    /// <summary>Why a test cannot be run here, or null.</summary>
    public static string? WhyNot(Needs needs)
    {
        List<string> missing = [];
        if (needs.HasFlag(Needs.Assembler) && Assembler is null) missing.Add("ptxas");
        if (needs.HasFlag(Needs.Disassembler) && Disassembler is null) missing.Add("nvdisasm");
        if (needs.HasFlag(Needs.Headers) && Headers is null) missing.Add("headers of CUDA and cuBLAS");
        if (needs.HasFlag(Needs.Headers) && Executable.Find("c++") is null) missing.Add("c++");
        if (needs.HasFlag(Needs.Libraries) && Libraries is null) missing.Add("libcuda or libcublas");
        return missing.Count == 0
            ? null
            : $"Not found {(Root is null ? "on this machine" : $"below {Variable}")}: {string.Join(", ", missing)} (tests/nvidia/run.sh).";
    }

    /// <summary>Runs a program and returns its exit code and all that it writes.</summary>
    public static (int ExitCode, string Text) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text + errors.Result);
    }

    private static string? Program(string name)
    {
        if (Root is null && Executable.Find(name) is { } found) return found;
        var folders = Root is null ? Toolkits("bin") : Below("usr/bin", "bin");
        return folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
    }

    private static IEnumerable<string> Below(params string[] folders) => folders.Select(folder => Path.Combine(Root!, folder));

    private static IEnumerable<string> Toolkits(string folder) =>
        new[] { Environment.GetEnvironmentVariable("CUDA_PATH"), Environment.GetEnvironmentVariable("CUDA_HOME"), "/usr/local/cuda" }
            .OfType<string>().Select(toolkit => Path.Combine(toolkit, folder));

    private static int[] FindArchitectures()
    {
        if (Assembler is null) return [];
        string help = Run(Assembler, "--help").Text;
        var known = Architecture().Matches(help).Select(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).ToHashSet();
        return [.. s_architectures.Where(known.Contains)];
    }

    private static (string Driver, string Blas)? FindLibraries()
    {
        var system = new SystemProbe();
        string? driver, blas;
        if (Root is null)
        {
            const int AnyDriver = 13_990;
            var search = new LibrarySearch(system);
            driver = search.DriverCandidates().FirstOrDefault(path => system.TryLoad(path, out _));
            blas = search.BlasCandidates(AnyDriver).FirstOrDefault(path => system.TryLoad(path, out _));
        }
        else
        {
            string[] folders = [.. Below("usr/lib", "lib64", "lib", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib").SelectMany(
                folder => system.Folders(folder, "*-linux-gnu").Prepend(folder)).SelectMany(
                folder => new[] { folder, Path.Combine(folder, "nvidia/current") })];
            string? Find(params string[] names) =>
                names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
            driver = Find("libcuda.so.1");
            blas = Find("libcublas.so.13", "libcublas.so.12", "libcublas.so.11");
        }

        return driver is null || blas is null ? null : (driver, blas);
    }

    [GeneratedRegex(@"'sm_(\d+)'")]
    private static partial Regex Architecture();
}

/// <summary>A fact that NVIDIA's tools judge; skipped, with what is missing, where they are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfNvidiaAttribute : FactAttribute
{
    public FactIfNvidiaAttribute(Needs needs) => Skip = NvidiaTools.WhyNot(needs)!;
}

/// <summary>A theory that NVIDIA's tools judge; skipped, with what is missing, where they are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryIfNvidiaAttribute : TheoryAttribute
{
    public TheoryIfNvidiaAttribute(Needs needs) => Skip = NvidiaTools.WhyNot(needs)!;
}
