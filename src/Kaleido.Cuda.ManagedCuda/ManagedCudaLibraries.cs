using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using Kaleido.Cuda.Interop;
using ManagedCuda;
using ManagedCuda.BasicTypes;
using ManagedCuda.CudaBlas;

namespace Kaleido.Cuda.ManagedCuda;

/// <summary>
/// The native libraries that ManagedCuda calls, so that Kaleido's table of functions is filled from the same ones. Where ManagedCuda's own
/// names lead nowhere (a container with the driver's libcuda.so.1 alone, CUDA 13 with libcublas.so.13) they are mapped to what is there.
/// </summary>
internal sealed class ManagedCudaLibraries : ISystemProbe
{
    private static readonly Assembly Driver = typeof(PrimaryContext).Assembly, Blas = typeof(CudaBlas).Assembly;

    private readonly SystemProbe _system = new();

    // Once, whoever asks first. A handler is asked only after the names as they stand were tried in vain.
    static ManagedCudaLibraries()
    {
        var system = new SystemProbe();
        var search = new LibrarySearch(system);
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (assembly, name) =>
            assembly == Driver && IsDriver(name) ? First(system, search.DriverCandidates())
            : assembly == Blas && IsBlas(name) ? First(system, search.BlasCandidates(DriverVersion())) : 0;
    }

    /// <summary>Sees to it that the names are mapped from now on.</summary>
    public static void Map() => RuntimeHelpers.RunClassConstructor(typeof(ManagedCudaLibraries).TypeHandle);

    public bool IsWindows => _system.IsWindows;

    public string? Variable(string name) => _system.Variable(name);

    public IEnumerable<string> Folders(string parent, string pattern) => _system.Folders(parent, pattern);

    public bool FolderExists(string path) => _system.FolderExists(path);

    public nint Find(nint library, string function) => _system.Find(library, function);

    /// <summary>
    /// Lets ManagedCuda load its library first, and then opens the same one: the system's loader gives one library per file.
    /// </summary>
    public bool TryLoad(string nameOrPath, out nint library)
    {
        library = 0;
        try
        {
            if (IsBlas(nameOrPath))
            {
                RuntimeHelpers.RunClassConstructor(typeof(CudaBlasNativeMethods).TypeHandle);
                return NativeLibrary.TryLoad(IsWindows ? "cublas64_12" : "cublas", Blas, null, out library);
            }

            return DriverVersion() > 0 && NativeLibrary.TryLoad(IsWindows ? "nvcuda" : "libcuda", Driver, null, out library);
        }
        catch (DllNotFoundException)
        {
            return false;
        }
    }

    private static bool IsDriver(string name) => name.Contains("cuda", StringComparison.OrdinalIgnoreCase) && !IsBlas(name);

    private static bool IsBlas(string name) => name.Contains("cublas", StringComparison.OrdinalIgnoreCase);

    private static int DriverVersion()
    {
        int version = 0;
        return DriverAPINativeMethods.cuDriverGetVersion(ref version) == CUResult.Success ? version : 0;
    }

    private static nint First(SystemProbe system, IEnumerable<string> candidates)
    {
        foreach (string candidate in candidates)
        {
            if (system.TryLoad(candidate, out nint library)) return library;
        }

        return 0;
    }
}
