using System.Globalization;
using System.Runtime.InteropServices;
using Kaleido.Cuda.Interop;

namespace Kaleido.Cuda.Sessions;

/// <summary>What a device is.</summary>
/// <param name="Name">For example "NVIDIA H100 80GB HBM3".</param>
/// <param name="Major">Compute capability.</param>
/// <param name="Minor">Compute capability, after the point.</param>
/// <param name="Multiprocessors">How many multiprocessors.</param>
/// <param name="Bytes">Memory.</param>
/// <param name="DriverVersion">1000·major + 10·minor of the highest CUDA version that the driver knows.</param>
internal sealed record CudaProperties(string Name, int Major, int Minor, int Multiprocessors, long Bytes, int DriverVersion)
{
    /// <summary>For example "12.4".</summary>
    public static string Version(int version) => string.Create(CultureInfo.InvariantCulture, $"{version / 1000}.{version % 1000 / 10}");

    /// <summary>For example "12.4.5". cuBLAS counted a major version as 1000 before 12, and as 10000 since.</summary>
    public static string BlasVersion(int version)
    {
        int major = version >= 100_000 ? version / 10_000 : version / 1000, rest = version - major * (version >= 100_000 ? 10_000 : 1000);
        return string.Create(CultureInfo.InvariantCulture, $"{major}.{rest / 100}.{rest % 100}");
    }
}

internal sealed unsafe partial class CudaSession
{
    private const int MultiprocessorCount = 16, CapabilityMajor = 75, CapabilityMinor = 76;

    private CudaProperties ReadProperties()
    {
        byte* name = stackalloc byte[256];
        Demand(_driver.DeviceGetName(name, 256, _device), "cuDeviceGetName");
        nuint bytes;
        Demand(_driver.DeviceTotalMemory(&bytes, _device), "cuDeviceTotalMem_v2");
        int version;
        Demand(_driver.DriverGetVersion(&version), "cuDriverGetVersion");
        return new(Marshal.PtrToStringUTF8((nint)name) ?? "", Attribute(CapabilityMajor), Attribute(CapabilityMinor),
            Attribute(MultiprocessorCount), checked((long)bytes), version);
    }

    private int Attribute(int attribute)
    {
        int value;
        Demand(_driver.DeviceGetAttribute(&value, attribute, _device), "cuDeviceGetAttribute");
        return value;
    }
}
