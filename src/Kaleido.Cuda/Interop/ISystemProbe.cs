using System.Runtime.InteropServices;

namespace Kaleido.Cuda.Interop;

/// <summary>What the search for libraries asks of the system; tests answer in its place.</summary>
internal interface ISystemProbe
{
    /// <summary>True on Windows.</summary>
    bool IsWindows { get; }

    /// <summary>An environment variable, or null.</summary>
    string? Variable(string name);

    /// <summary>The folders in <paramref name="parent"/> whose names match, the highest version first.</summary>
    IEnumerable<string> Folders(string parent, string pattern);

    /// <summary>True if a folder of that path exists.</summary>
    bool FolderExists(string path);

    /// <summary>Loads a library by name (as the system's loader finds it) or path. False if there is none or it does not load.</summary>
    bool TryLoad(string nameOrPath, out nint library);

    /// <summary>The address of an exported function, or 0.</summary>
    nint Find(nint library, string function);
}

/// <summary>The system at hand.</summary>
internal sealed class SystemProbe : ISystemProbe
{
    /// <inheritdoc/>
    public bool IsWindows => OperatingSystem.IsWindows();

    /// <inheritdoc/>
    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    /// <inheritdoc/>
    public bool FolderExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public IEnumerable<string> Folders(string parent, string pattern)
    {
        try
        {
            // "cuda-9.2" before "cuda-13.0" in the order of letters: compared by the numbers in the names.
            var found = Directory.EnumerateDirectories(parent, pattern);
            return [.. found.OrderByDescending(VersionOf).ThenBy(path => path, StringComparer.Ordinal)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The version in a folder's name, such as 12.4 in "cuda-12.4" and "v12.4"; 0.0 where there is none.</summary>
    internal static Version VersionOf(string path)
    {
        string digits = new([.. Path.GetFileName(path).Where(c => char.IsAsciiDigit(c) || c == '.')]);
        if (Version.TryParse(digits, out var version)) return version;
        return int.TryParse(digits, out int major) ? new(major, 0) : new(0, 0);
    }

    /// <inheritdoc/>
    public bool TryLoad(string nameOrPath, out nint library) => NativeLibrary.TryLoad(nameOrPath, out library);

    /// <inheritdoc/>
    public nint Find(nint library, string function) => NativeLibrary.TryGetExport(library, function, out nint address) ? address : 0;
}
