using Kaleido.Cuda.Interop;

namespace Kaleido.Cuda.Tests.Fake;

/// <summary>A system on which the fake's two libraries are installed.</summary>
internal sealed class FakeSystem : ISystemProbe
{
    private const nint Driver = 1, Blas = 2, Lt = 3;

    /// <summary>The file names that load.</summary>
    public HashSet<string> Installed { get; init; } = ["libcuda.so.1", "libcublas.so.12", "libcublasLt.so.12"];

    /// <summary>Folders that exist.</summary>
    public HashSet<string> Existing { get; init; } = [];

    /// <summary>Folders below others: what a search for a pattern there gives.</summary>
    public Dictionary<string, string[]> Below { get; init; } = [];

    public Dictionary<string, string> Variables { get; init; } = [];

    /// <summary>Functions that the libraries lack.</summary>
    public HashSet<string> Missing { get; init; } = [];

    /// <summary>What was asked to be loaded, in order.</summary>
    public List<string> Tried { get; } = [];

    /// <summary>The functions that were asked for and found.</summary>
    public List<string> Found { get; } = [];

    public bool IsWindows { get; init; }

    /// <summary>True: cuBLAS does not load before cublasLt was loaded by its path, as the system does not look into that folder.</summary>
    public bool NeedsLt { get; init; }

    public string? Variable(string name) => Variables.GetValueOrDefault(name);

    public IEnumerable<string> Folders(string parent, string pattern) => Below.GetValueOrDefault($"{parent}|{pattern}", []);

    public bool FolderExists(string path) => Existing.Contains(path);

    public bool TryLoad(string nameOrPath, out nint library)
    {
        Tried.Add(nameOrPath);
        bool isBlas = nameOrPath.Contains("blas", StringComparison.Ordinal), isLt = nameOrPath.Contains("blasLt", StringComparison.Ordinal);
        if (NeedsLt && isBlas && !isLt && !Tried.Any(it => it.Contains("/libcublasLt.", StringComparison.Ordinal)))
        {
            library = 0;
            return false;
        }

        library = isLt ? Lt : isBlas ? Blas : Driver;
        return Installed.Contains(nameOrPath);
    }

    public nint Find(nint library, string function)
    {
        var table = library == Driver ? FakeDriver.Table : library == Lt ? FakeLt.Table : FakeBlas.Table;
        if (Missing.Contains(function) || !table.TryGetValue(function, out nint address)) return 0;
        Found.Add(function);
        return address;
    }
}

/// <summary>Opens the fake's device.</summary>
internal static class FakeDevice
{
    /// <summary>A device on a machine, which becomes the one of this flow of execution.</summary>
    public static CudaBackend Open(FakeMachine machine, CudaOptions? options = null)
    {
        FakeMachine.Current = machine;
        return new CudaProvider(options ?? new(), new FakeSystem()).TryOpen(out var device, out string reason)
            ? (CudaBackend)device!.Backend : throw new Backends.DeviceException("CudaProvider.TryOpen", reason);
    }
}
