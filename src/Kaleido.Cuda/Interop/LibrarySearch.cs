using System.Globalization;

namespace Kaleido.Cuda.Interop;

/// <summary>Where the CUDA driver and cuBLAS may be, in the order in which they are tried.</summary>
internal sealed class LibrarySearch(ISystemProbe probe)
{
    /// <summary>An environment variable that names the driver's library and so replaces the search for it.</summary>
    public const string DriverVariable = "KALEIDO_CUDA_DRIVER";

    /// <summary>An environment variable that names cuBLAS (the file, or its folder) and so replaces the search for it.</summary>
    public const string BlasVariable = "KALEIDO_CUBLAS";

    private static readonly int[] Majors = [13, 12, 11];

    /// <summary>Names and paths of the driver's library.</summary>
    public IEnumerable<string> DriverCandidates()
    {
        if (Given(DriverVariable) is { } given) return [given];
        return probe.IsWindows ? ["nvcuda.dll"] : ["libcuda.so.1", "libcuda.so", "/usr/lib/wsl/lib/libcuda.so.1"];
    }

    /// <summary>
    /// Names and paths of cuBLAS: of the versions that a driver of this CUDA version can run (a driver runs libraries of its own major
    /// version and older ones) the highest first, each by the system's loader and then in the toolkits' folders; then without a version.
    /// </summary>
    /// <param name="driverVersion">1000·major + 10·minor.</param>
    public IEnumerable<string> BlasCandidates(int driverVersion)
    {
        string plain = probe.IsWindows ? "cublas64.dll" : "libcublas.so";
        var names = Majors.Where(major => major <= driverVersion / 1000).Select(Name).Append(plain);
        if (Given(BlasVariable) is { } given)
            return probe.FolderExists(given) ? names.Select(name => Join(given, name)) : [given];
        string[] folders = [.. ToolkitFolders()];
        return names.SelectMany(name => folders.Select(folder => Join(folder, name)).Prepend(name));
    }

    /// <summary>
    /// cublasLt of the same version in the same folder: libcublasLt.so.12 beside libcublas.so.12, cublasLt64_12.dll beside cublas64_12.dll.
    /// </summary>
    public static string LtBeside(string blas)
    {
        int name = blas.LastIndexOfAny(['/', '\\']) + 1;
        return string.Concat(blas.AsSpan(0, name), blas[name..].Replace("cublas", "cublasLt", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Folders of toolkits in which cuBLAS is looked for.</summary>
    public IEnumerable<string> ToolkitFolders()
    {
        string[] roots = [.. new[] { Given("CUDA_PATH"), Given("CUDA_HOME") }.OfType<string>(), .. Installed()];
        string[] below = probe.IsWindows ? [@"bin\x64", "bin"] : ["lib64", "targets/x86_64-linux/lib", "targets/sbsa-linux/lib", "lib"];
        return roots.Distinct().SelectMany(root => below.Select(folder => Join(root, folder))).Where(probe.FolderExists);
    }

    private IEnumerable<string> Installed()
    {
        if (!probe.IsWindows) return probe.Folders("/usr/local", "cuda*");
        string programs = Given("ProgramFiles") ?? @"C:\Program Files";
        return probe.Folders(Join(programs, @"NVIDIA GPU Computing Toolkit\CUDA"), "v*");
    }

    private string Name(int major) =>
        string.Create(CultureInfo.InvariantCulture, $"{(probe.IsWindows ? $"cublas64_{major}.dll" : $"libcublas.so.{major}")}");

    private string? Given(string variable) => probe.Variable(variable) is { } value && value.Trim().Length > 0 ? value.Trim() : null;

    // Not Path.Combine: the rules are the probed system's, not those of the system that a test runs on.
    private string Join(string folder, string name) => folder.TrimEnd('/', '\\') + (probe.IsWindows ? '\\' : '/') + name;
}
