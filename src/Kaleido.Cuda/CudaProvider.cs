using Kaleido.Backends;
using Kaleido.Cuda.Interop;
using Kaleido.Cuda.Sessions;

namespace Kaleido.Cuda;

/// <summary>
/// Opens NVIDIA GPUs: finds the CUDA driver and cuBLAS on this machine when it is asked, and says in one sentence why there is none.
/// </summary>
/// <example><code>using var device = Device.Best(CudaProvider.Instance);</code></example>
public sealed class CudaProvider : IDeviceProvider
{
    private const int OldestDriver = 11040;
    private const string Resource = "kernels.ptx";

    private readonly CudaOptions _options;
    private readonly LibrarySearch _search;
    private readonly ISystemProbe _system;
    private readonly Func<byte[]> _kernels;

    /// <summary>A provider that opens devices in this way. Nothing is looked for before <see cref="TryOpen"/>.</summary>
    /// <param name="options">How; an ordinal that is out of range is found, and said, when a device is opened.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    public CudaProvider(CudaOptions options) : this(options, new SystemProbe(), EmbeddedKernels)
    {
    }

    internal CudaProvider(CudaOptions options, ISystemProbe system, Func<byte[]>? kernels = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _system, _search, _kernels) = (options, system, new(system), kernels ?? EmbeddedKernels);
    }

    /// <summary>Opens the first device, in strict float32.</summary>
    public static CudaProvider Instance { get; } = new(new CudaOptions());

    /// <inheritdoc/>
    public string Name => "CUDA";

    /// <inheritdoc/>
    public bool TryOpen(out Device? device, out string reason)
    {
        try
        {
            device = new(Open());
            reason = "";
            return true;
        }
        catch (NoDeviceException none)
        {
            reason = none.Message;
        }
        catch (DeviceException refused)
        {
            reason = refused.Message;
        }
        catch (MissingExportException old)
        {
            reason = $"{old.Message}: CUDA {CudaProperties.Version(OldestDriver)} or later is needed";
        }
#pragma warning disable CA1031 // Never throws is the promise: a library of another make can fail in any way while it loads.
        catch (Exception failure)
        {
            reason = $"it could not be opened: {failure.Message}";
        }
#pragma warning restore CA1031

        device = null;
        return false;
    }

    private unsafe CudaBackend Open()
    {
        string[] drivers = [.. _search.DriverCandidates()];
        if (!TryLoad(drivers, _system.TryLoad, out nint library, out _))
            throw new NoDeviceException($"no CUDA driver was found (looked for {string.Join(", ", drivers)})");
        var driver = new DriverTable(name => _system.Find(library, name));
        int status = driver.Init(0);
        if (status != CudaStatus.Success)
        {
            throw new NoDeviceException(status == CudaStatus.NoDevice
                ? "the CUDA driver sees no device" : $"the CUDA driver does not start: cuInit gives {CudaStatus.Text(driver, status)}");
        }

        int version, count;
        Demand(driver, driver.DriverGetVersion(&version), "cuDriverGetVersion");
        if (version < OldestDriver)
        {
            throw new NoDeviceException($"the CUDA driver is too old: it is made for CUDA {CudaProperties.Version(version)}, and "
                + $"{CudaProperties.Version(OldestDriver)} or later is needed");
        }

        Demand(driver, driver.DeviceGetCount(&count), "cuDeviceGetCount");
        if (count == 0) throw new NoDeviceException("the CUDA driver sees no device");
        if (_options.Ordinal < 0 || _options.Ordinal >= count)
        {
            throw new NoDeviceException(
                FormattableString.Invariant($"there is no device {_options.Ordinal}: the CUDA driver sees {count}, counted from 0"));
        }

        var blas = LoadBlas(version, out string path);
        var lt = _options.Epilogues == CudaEpilogues.None || _options.ExactProducts ? null : LoadLt(path);
        return new(new CudaSession(driver, blas, lt, _options, _kernels()));
    }

    private BlasTable LoadBlas(int driverVersion, out string path)
    {
        string[] candidates = [.. _search.BlasCandidates(driverVersion)];
        if (TryLoad(candidates, TryLoadBlas, out nint library, out path)) return new(name => _system.Find(library, name));
        string[] names = [.. candidates.Select(path => path[(path.LastIndexOfAny(['/', '\\']) + 1)..]).Distinct()];
        string[] paths = [.. candidates.Where(path => path.AsSpan().ContainsAny('/', '\\'))];
        string[] folders = [.. paths.Select(path => path[..path.LastIndexOfAny(['/', '\\'])]).Distinct()];
        string where = folders.Length == 0 ? "" : $" and in {string.Join(", ", folders)}";
        throw new NoDeviceException($"no cuBLAS was found that the driver, made for CUDA {CudaProperties.Version(driverVersion)}, can use: "
            + $"looked for {string.Join(", ", names)} where the system looks{where}; "
            + $"the environment variable {LibrarySearch.BlasVariable} can name it");
    }

    // cuBLAS needs cublasLt, and finds it only where the system looks or its own file says. In a folder of neither kind (of a Python
    // package, say) it loads once cublasLt is there.
    private bool TryLoadBlas(string candidate, out nint library) => _system.TryLoad(candidate, out library)
        || (candidate.AsSpan().ContainsAny('/', '\\') && _system.TryLoad(LibrarySearch.LtBeside(candidate), out _)
            && _system.TryLoad(candidate, out library));

    /// <summary>The library beside cuBLAS, or null: it is wanted, not needed.</summary>
    private LtTable? LoadLt(string blas)
    {
        try
        {
            return _system.TryLoad(LibrarySearch.LtBeside(blas), out nint library) ? new(name => _system.Find(library, name)) : null;
        }
        catch (MissingExportException)
        {
            return null;
        }
    }

    private delegate bool Loader(string candidate, out nint library);

    private static bool TryLoad(string[] candidates, Loader load, out nint library, out string path)
    {
        foreach (string candidate in candidates)
        {
            path = candidate;
            if (load(candidate, out library)) return true;
        }

        (library, path) = (0, "");
        return false;
    }

    private static void Demand(DriverTable driver, int status, string call)
    {
        if (status != CudaStatus.Success) throw new DeviceException(call, CudaStatus.Text(driver, status));
    }

    /// <summary>The text of the kernels, ended by a zero.</summary>
    internal static byte[] EmbeddedKernels()
    {
        using var stream = typeof(CudaProvider).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"the assembly holds no {Resource}");
        byte[] text = new byte[stream.Length + 1];
        stream.ReadExactly(text, 0, text.Length - 1);
        return text;
    }

    private sealed class NoDeviceException(string reason) : Exception(reason);
}
