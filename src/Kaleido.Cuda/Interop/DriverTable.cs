namespace Kaleido.Cuda.Interop;

/// <summary>
/// The functions of the CUDA driver that are used, as in cuda.h: handles are <see cref="nint"/>, device addresses <see cref="ulong"/>,
/// size_t is <see cref="nuint"/>, and each returns a CUresult.
/// </summary>
/// <remarks>All of them exist since CUDA 11.4 (the youngest is cuGraphInstantiateWithFlags).</remarks>
internal sealed unsafe class DriverTable
{
    public readonly delegate* unmanaged<uint, int> Init;
    public readonly delegate* unmanaged<int*, int> DriverGetVersion;
    public readonly delegate* unmanaged<int, byte**, int> GetErrorName;
    public readonly delegate* unmanaged<int, byte**, int> GetErrorString;

    public readonly delegate* unmanaged<int*, int> DeviceGetCount;
    public readonly delegate* unmanaged<int*, int, int> DeviceGet;
    public readonly delegate* unmanaged<byte*, int, int, int> DeviceGetName;
    public readonly delegate* unmanaged<int*, int, int, int> DeviceGetAttribute;
    public readonly delegate* unmanaged<nuint*, int, int> DeviceTotalMemory;
    public readonly delegate* unmanaged<nint*, int, int> PrimaryContextRetain;
    public readonly delegate* unmanaged<int, int> PrimaryContextRelease;
    public readonly delegate* unmanaged<nint, int> ContextSetCurrent;

    // free bytes, all bytes
    public readonly delegate* unmanaged<nuint*, nuint*, int> MemoryGetInfo;
    public readonly delegate* unmanaged<ulong*, nuint, int> MemoryAllocate;
    public readonly delegate* unmanaged<ulong, int> MemoryFree;
    public readonly delegate* unmanaged<nint*, nuint, uint, int> HostAllocate;
    public readonly delegate* unmanaged<nint, int> HostFree;
    public readonly delegate* unmanaged<ulong, void*, nuint, nint, int> CopyToDevice;
    public readonly delegate* unmanaged<void*, ulong, nuint, nint, int> CopyToHost;
    public readonly delegate* unmanaged<ulong, ulong, nuint, nint, int> CopyOnDevice;
    public readonly delegate* unmanaged<ulong, uint, nuint, nint, int> Set32;

    public readonly delegate* unmanaged<nint*, void*, uint, int*, void**, int> ModuleLoad;
    public readonly delegate* unmanaged<nint, int> ModuleUnload;
    public readonly delegate* unmanaged<nint*, nint, byte*, int> ModuleGetFunction;

    // function, grid x y z, block x y z, bytes of shared memory, stream, arguments, extra
    public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int> LaunchKernel;

    public readonly delegate* unmanaged<nint*, uint, int> StreamCreate;
    public readonly delegate* unmanaged<nint, int> StreamDestroy;
    public readonly delegate* unmanaged<nint, int> StreamSynchronize;
    public readonly delegate* unmanaged<nint, nint, uint, int> StreamWaitEvent;
    public readonly delegate* unmanaged<nint, int, int> StreamBeginCapture;
    public readonly delegate* unmanaged<nint, nint*, int> StreamEndCapture;

    public readonly delegate* unmanaged<nint*, uint, int> EventCreate;
    public readonly delegate* unmanaged<nint, int> EventDestroy;
    public readonly delegate* unmanaged<nint, nint, int> EventRecord;
    public readonly delegate* unmanaged<nint, int> EventQuery;
    public readonly delegate* unmanaged<nint, int> EventSynchronize;
    public readonly delegate* unmanaged<float*, nint, nint, int> EventElapsedTime;

    public readonly delegate* unmanaged<nint*, nint, ulong, int> GraphInstantiate;
    public readonly delegate* unmanaged<nint, nint, int> GraphLaunch;
    public readonly delegate* unmanaged<nint, int> GraphExecDestroy;
    public readonly delegate* unmanaged<nint, int> GraphDestroy;

    /// <summary>Fills the table.</summary>
    /// <exception cref="MissingExportException">A function is missing.</exception>
    public DriverTable(Func<string, nint> find)
    {
        var driver = new Exports("the CUDA driver", find);
        Init = (delegate* unmanaged<uint, int>)driver.Need("cuInit");
        DriverGetVersion = (delegate* unmanaged<int*, int>)driver.Need("cuDriverGetVersion");
        GetErrorName = (delegate* unmanaged<int, byte**, int>)driver.Need("cuGetErrorName");
        GetErrorString = (delegate* unmanaged<int, byte**, int>)driver.Need("cuGetErrorString");

        DeviceGetCount = (delegate* unmanaged<int*, int>)driver.Need("cuDeviceGetCount");
        DeviceGet = (delegate* unmanaged<int*, int, int>)driver.Need("cuDeviceGet");
        DeviceGetName = (delegate* unmanaged<byte*, int, int, int>)driver.Need("cuDeviceGetName");
        DeviceGetAttribute = (delegate* unmanaged<int*, int, int, int>)driver.Need("cuDeviceGetAttribute");
        DeviceTotalMemory = (delegate* unmanaged<nuint*, int, int>)driver.Need("cuDeviceTotalMem_v2");
        PrimaryContextRetain = (delegate* unmanaged<nint*, int, int>)driver.Need("cuDevicePrimaryCtxRetain");
        PrimaryContextRelease = (delegate* unmanaged<int, int>)driver.Need("cuDevicePrimaryCtxRelease_v2", "cuDevicePrimaryCtxRelease");
        ContextSetCurrent = (delegate* unmanaged<nint, int>)driver.Need("cuCtxSetCurrent");

        MemoryGetInfo = (delegate* unmanaged<nuint*, nuint*, int>)driver.Need("cuMemGetInfo_v2");
        MemoryAllocate = (delegate* unmanaged<ulong*, nuint, int>)driver.Need("cuMemAlloc_v2");
        MemoryFree = (delegate* unmanaged<ulong, int>)driver.Need("cuMemFree_v2");
        HostAllocate = (delegate* unmanaged<nint*, nuint, uint, int>)driver.Need("cuMemHostAlloc");
        HostFree = (delegate* unmanaged<nint, int>)driver.Need("cuMemFreeHost");
        CopyToDevice = (delegate* unmanaged<ulong, void*, nuint, nint, int>)driver.Need("cuMemcpyHtoDAsync_v2");
        CopyToHost = (delegate* unmanaged<void*, ulong, nuint, nint, int>)driver.Need("cuMemcpyDtoHAsync_v2");
        CopyOnDevice = (delegate* unmanaged<ulong, ulong, nuint, nint, int>)driver.Need("cuMemcpyDtoDAsync_v2");
        Set32 = (delegate* unmanaged<ulong, uint, nuint, nint, int>)driver.Need("cuMemsetD32Async");

        ModuleLoad = (delegate* unmanaged<nint*, void*, uint, int*, void**, int>)driver.Need("cuModuleLoadDataEx");
        ModuleUnload = (delegate* unmanaged<nint, int>)driver.Need("cuModuleUnload");
        ModuleGetFunction = (delegate* unmanaged<nint*, nint, byte*, int>)driver.Need("cuModuleGetFunction");
        LaunchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)
            driver.Need("cuLaunchKernel");

        StreamCreate = (delegate* unmanaged<nint*, uint, int>)driver.Need("cuStreamCreate");
        StreamDestroy = (delegate* unmanaged<nint, int>)driver.Need("cuStreamDestroy_v2");
        StreamSynchronize = (delegate* unmanaged<nint, int>)driver.Need("cuStreamSynchronize");
        StreamWaitEvent = (delegate* unmanaged<nint, nint, uint, int>)driver.Need("cuStreamWaitEvent");
        StreamBeginCapture = (delegate* unmanaged<nint, int, int>)driver.Need("cuStreamBeginCapture_v2");
        StreamEndCapture = (delegate* unmanaged<nint, nint*, int>)driver.Need("cuStreamEndCapture");

        EventCreate = (delegate* unmanaged<nint*, uint, int>)driver.Need("cuEventCreate");
        EventDestroy = (delegate* unmanaged<nint, int>)driver.Need("cuEventDestroy_v2");
        EventRecord = (delegate* unmanaged<nint, nint, int>)driver.Need("cuEventRecord");
        EventQuery = (delegate* unmanaged<nint, int>)driver.Need("cuEventQuery");
        EventSynchronize = (delegate* unmanaged<nint, int>)driver.Need("cuEventSynchronize");
        EventElapsedTime = (delegate* unmanaged<float*, nint, nint, int>)driver.Need("cuEventElapsedTime_v2", "cuEventElapsedTime");

        GraphInstantiate = (delegate* unmanaged<nint*, nint, ulong, int>)driver.Need("cuGraphInstantiateWithFlags");
        GraphLaunch = (delegate* unmanaged<nint, nint, int>)driver.Need("cuGraphLaunch");
        GraphExecDestroy = (delegate* unmanaged<nint, int>)driver.Need("cuGraphExecDestroy");
        GraphDestroy = (delegate* unmanaged<nint, int>)driver.Need("cuGraphDestroy");
    }
}
