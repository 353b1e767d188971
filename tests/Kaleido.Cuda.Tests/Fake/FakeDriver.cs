using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Kaleido.Cuda.Tests.Ptx;

namespace Kaleido.Cuda.Tests.Fake;

/// <summary>The functions of the driver, as native code would call them, over <see cref="FakeMachine.Current"/>.</summary>
internal static unsafe partial class FakeDriver
{
    private static readonly Lazy<(byte[] Text, PtxModule Module)> Shipped = new(() =>
    {
        byte[] text = CudaProvider.EmbeddedKernels();
        return (text, PtxModule.Load(Encoding.UTF8.GetString(text, 0, text.Length - 1)));
    });

    private static readonly Dictionary<int, nint> Names = new[]
    {
        (1, "CUDA_ERROR_INVALID_VALUE"), (2, "CUDA_ERROR_OUT_OF_MEMORY"), (100, "CUDA_ERROR_NO_DEVICE"),
        (201, "CUDA_ERROR_INVALID_CONTEXT"),
        (400, "CUDA_ERROR_INVALID_HANDLE"), (700, "CUDA_ERROR_ILLEGAL_ADDRESS"), (719, "CUDA_ERROR_LAUNCH_FAILED"),
        (900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"), (999, "CUDA_ERROR_UNKNOWN"),
    }.ToDictionary(it => it.Item1, it => Marshal.StringToCoTaskMemUTF8(it.Item2));

    private static readonly nint Words = Marshal.StringToCoTaskMemUTF8("in words");

    /// <summary>A loaded module.</summary>
    private sealed record Loaded(PtxModule Module)
    {
        public override string ToString() => "module";
    }

    /// <summary>A kernel of a module; it goes with it and need not be given back.</summary>
    private static readonly Dictionary<nint, (string Name, PtxModule Module)> Kernels = [];

    private static readonly Lock KernelGate = new();

    private static readonly ConcurrentDictionary<string, PtxModule> Read = new();

    /// <summary>Name and address of every function.</summary>
    public static IReadOnlyDictionary<string, nint> Table { get; } = new Dictionary<string, nint>
    {
        ["cuInit"] = (nint)(delegate* unmanaged<uint, int>)&Init,
        ["cuDriverGetVersion"] = (nint)(delegate* unmanaged<int*, int>)&DriverGetVersion,
        ["cuGetErrorName"] = (nint)(delegate* unmanaged<int, byte**, int>)&GetErrorName,
        ["cuGetErrorString"] = (nint)(delegate* unmanaged<int, byte**, int>)&GetErrorString,
        ["cuDeviceGetCount"] = (nint)(delegate* unmanaged<int*, int>)&DeviceGetCount,
        ["cuDeviceGet"] = (nint)(delegate* unmanaged<int*, int, int>)&DeviceGet,
        ["cuDeviceGetName"] = (nint)(delegate* unmanaged<byte*, int, int, int>)&DeviceGetName,
        ["cuDeviceGetAttribute"] = (nint)(delegate* unmanaged<int*, int, int, int>)&DeviceGetAttribute,
        ["cuDeviceTotalMem_v2"] = (nint)(delegate* unmanaged<nuint*, int, int>)&DeviceTotalMemory,
        ["cuDevicePrimaryCtxRetain"] = (nint)(delegate* unmanaged<nint*, int, int>)&PrimaryContextRetain,
        ["cuDevicePrimaryCtxRelease_v2"] = (nint)(delegate* unmanaged<int, int>)&PrimaryContextRelease,
        ["cuCtxSetCurrent"] = (nint)(delegate* unmanaged<nint, int>)&ContextSetCurrent,
        ["cuMemGetInfo_v2"] = (nint)(delegate* unmanaged<nuint*, nuint*, int>)&MemoryGetInfo,
        ["cuMemAlloc_v2"] = (nint)(delegate* unmanaged<ulong*, nuint, int>)&MemoryAllocate,
        ["cuMemFree_v2"] = (nint)(delegate* unmanaged<ulong, int>)&MemoryFree,
        ["cuMemHostAlloc"] = (nint)(delegate* unmanaged<nint*, nuint, uint, int>)&HostAllocate,
        ["cuMemFreeHost"] = (nint)(delegate* unmanaged<nint, int>)&HostFree,
        ["cuMemcpyHtoDAsync_v2"] = (nint)(delegate* unmanaged<ulong, void*, nuint, nint, int>)&CopyToDevice,
        ["cuMemcpyDtoHAsync_v2"] = (nint)(delegate* unmanaged<void*, ulong, nuint, nint, int>)&CopyToHost,
        ["cuMemcpyDtoDAsync_v2"] = (nint)(delegate* unmanaged<ulong, ulong, nuint, nint, int>)&CopyOnDevice,
        ["cuMemsetD32Async"] = (nint)(delegate* unmanaged<ulong, uint, nuint, nint, int>)&Set32,
        ["cuModuleLoadDataEx"] = (nint)(delegate* unmanaged<nint*, void*, uint, int*, void**, int>)&ModuleLoad,
        ["cuModuleUnload"] = (nint)(delegate* unmanaged<nint, int>)&ModuleUnload,
        ["cuModuleGetFunction"] = (nint)(delegate* unmanaged<nint*, nint, byte*, int>)&ModuleGetFunction,
        ["cuLaunchKernel"] =
            (nint)(delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)&LaunchKernel,
        ["cuStreamCreate"] = (nint)(delegate* unmanaged<nint*, uint, int>)&StreamCreate,
        ["cuStreamDestroy_v2"] = (nint)(delegate* unmanaged<nint, int>)&StreamDestroy,
        ["cuStreamSynchronize"] = (nint)(delegate* unmanaged<nint, int>)&StreamSynchronize,
        ["cuStreamWaitEvent"] = (nint)(delegate* unmanaged<nint, nint, uint, int>)&StreamWaitEvent,
        ["cuStreamBeginCapture_v2"] = (nint)(delegate* unmanaged<nint, int, int>)&StreamBeginCapture,
        ["cuStreamEndCapture"] = (nint)(delegate* unmanaged<nint, nint*, int>)&StreamEndCapture,
        ["cuEventCreate"] = (nint)(delegate* unmanaged<nint*, uint, int>)&EventCreate,
        ["cuEventDestroy_v2"] = (nint)(delegate* unmanaged<nint, int>)&EventDestroy,
        ["cuEventRecord"] = (nint)(delegate* unmanaged<nint, nint, int>)&EventRecord,
        ["cuEventQuery"] = (nint)(delegate* unmanaged<nint, int>)&EventQuery,
        ["cuEventSynchronize"] = (nint)(delegate* unmanaged<nint, int>)&EventSynchronize,
        ["cuEventElapsedTime"] = (nint)(delegate* unmanaged<float*, nint, nint, int>)&EventElapsedTime,
        ["cuGraphInstantiateWithFlags"] = (nint)(delegate* unmanaged<nint*, nint, ulong, int>)&GraphInstantiate,
        ["cuGraphLaunch"] = (nint)(delegate* unmanaged<nint, nint, int>)&GraphLaunch,
        ["cuGraphExecDestroy"] = (nint)(delegate* unmanaged<nint, int>)&GraphExecDestroy,
        ["cuGraphDestroy"] = (nint)(delegate* unmanaged<nint, int>)&GraphDestroy,
    };

    private static int Call(string name, Action<FakeMachine> body) => FakeMachine.Call(name, body);

    private static int Early(string name, Action<FakeMachine> body) => FakeMachine.Call(name, body, needsContext: false);

    [UnmanagedCallersOnly]
    private static int Init(uint flags) => Early("cuInit", m =>
    {
        if (flags != 0) throw new FakeException(1);
        if (m.Devices == 0) throw new FakeException(100);
    });

    [UnmanagedCallersOnly]
    private static int DriverGetVersion(int* version) => Early("cuDriverGetVersion", m => *version = m.DriverVersion);

    [UnmanagedCallersOnly]
    private static int GetErrorName(int status, byte** text) => FakeMachine.Call("cuGetErrorName",
        _ => *text = Names.TryGetValue(status, out nint name) ? (byte*)name : throw new FakeException(1),
        needsContext: false, worksWhenLost: true);

    [UnmanagedCallersOnly]
    private static int GetErrorString(int status, byte** text) =>
        FakeMachine.Call("cuGetErrorString", _ => *text = (byte*)Words, needsContext: false, worksWhenLost: true);

    [UnmanagedCallersOnly]
    private static int DeviceGetCount(int* count) => Early("cuDeviceGetCount", m => *count = m.Devices);

    [UnmanagedCallersOnly]
    private static int DeviceGet(int* device, int ordinal) => Early("cuDeviceGet", m =>
    {
        if (ordinal < 0 || ordinal >= m.Devices) throw new FakeException(101);
        *device = ordinal;
    });

    [UnmanagedCallersOnly]
    private static int DeviceGetName(byte* text, int length, int device) => Early("cuDeviceGetName", _ =>
    {
        byte[] name = Encoding.UTF8.GetBytes("Imagined GPU\0");
        name.AsSpan(0, Math.Min(length, name.Length)).CopyTo(new(text, length));
    });

    [UnmanagedCallersOnly]
    private static int DeviceGetAttribute(int* value, int attribute, int device) => Early("cuDeviceGetAttribute", _ =>
        *value = attribute switch { 16 => 2, 75 => 8, 76 => 6, _ => throw new FakeException(1) });

    [UnmanagedCallersOnly]
    private static int DeviceTotalMemory(nuint* bytes, int device) => Early("cuDeviceTotalMem_v2", m => *bytes = (nuint)m.Capacity);

    [UnmanagedCallersOnly]
    private static int PrimaryContextRetain(nint* context, int device) =>
        Early("cuDevicePrimaryCtxRetain", m => *context = m.RetainContext());

    [UnmanagedCallersOnly]
    private static int PrimaryContextRelease(int device) =>
        FakeMachine.Call("cuDevicePrimaryCtxRelease_v2", m => m.ReleaseContext(), needsContext: false, worksWhenLost: true);

    /// <summary>
    /// True: on this thread a replay does nothing and allocates nothing, so that what the caller allocates can be counted.
    /// </summary>
    [ThreadStatic]
    public static bool Quiet;

    [UnmanagedCallersOnly]
    private static int ContextSetCurrent(nint context) => Quiet ? 0 : MakeCurrent(context);

    private static int MakeCurrent(nint context) => Early("cuCtxSetCurrent", m => m.MakeCurrent(context));

    [UnmanagedCallersOnly]
    private static int MemoryGetInfo(nuint* free, nuint* all) =>
        Call("cuMemGetInfo_v2", m => (*free, *all) = ((nuint)m.FreeBytes, (nuint)m.Capacity));

    [UnmanagedCallersOnly]
    private static int MemoryAllocate(ulong* address, nuint bytes) =>
        Call("cuMemAlloc_v2", m => *address = m.Allocate(checked((long)bytes)));

    [UnmanagedCallersOnly]
    private static int MemoryFree(ulong address) => Call("cuMemFree_v2", m => m.Free(address));

    [UnmanagedCallersOnly]
    private static int HostAllocate(nint* host, nuint bytes, uint flags) =>
        Call("cuMemHostAlloc", m => *host = m.AllocateHost(checked((long)bytes)));

    [UnmanagedCallersOnly]
    private static int HostFree(nint host) => Call("cuMemFreeHost", m => m.FreeHost(host));

    [UnmanagedCallersOnly]
    private static int CopyToDevice(ulong destination, void* source, nuint bytes, nint stream) => Call("cuMemcpyHtoDAsync_v2", m =>
    {
        m.RefuseCapture(stream, "cuMemcpyHtoDAsync_v2");
        // Read late, as the driver may: the caller must keep the host's memory until it has waited.
        m.Submit(stream, () => System.Buffer.MemoryCopy(source, m.At(destination, (long)bytes), bytes, bytes));
    });

    [UnmanagedCallersOnly]
    private static int CopyToHost(void* destination, ulong source, nuint bytes, nint stream) => Call("cuMemcpyDtoHAsync_v2", m =>
    {
        m.RefuseCapture(stream, "cuMemcpyDtoHAsync_v2");
        m.Submit(stream, () => System.Buffer.MemoryCopy(m.At(source, (long)bytes), destination, bytes, bytes));
    });

    [UnmanagedCallersOnly]
    private static int CopyOnDevice(ulong destination, ulong source, nuint bytes, nint stream) => Call("cuMemcpyDtoDAsync_v2", m =>
        m.Submit(stream, () => System.Buffer.MemoryCopy(m.At(source, (long)bytes), m.At(destination, (long)bytes), bytes, bytes)));

    [UnmanagedCallersOnly]
    private static int Set32(ulong destination, uint word, nuint count, nint stream) => Call("cuMemsetD32Async", m =>
    {
        if (destination % 4 != 0) throw new FakeException(1);
        m.Submit(stream, () => new Span<uint>(m.At(destination, 4 * (long)count), (int)count).Fill(word));
    });

    [UnmanagedCallersOnly]
    private static int ModuleLoad(nint* module, void* text, uint options, int* keys, void** values) => Call("cuModuleLoadDataEx", m =>
    {
        // Not IndexOf over a span without end: it may read beyond the text, into memory that is not there.
        int length = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)text).Length;
        byte[] given = new ReadOnlySpan<byte>(text, length + 1).ToArray();
        // Reading PTX takes a while; every text is read once.
        *module = m.Add(new Loaded(given.AsSpan().SequenceEqual(Shipped.Value.Text)
            ? Shipped.Value.Module : Read.GetOrAdd(Encoding.UTF8.GetString(given, 0, length), PtxModule.Load)));
    });

    [UnmanagedCallersOnly]
    private static int ModuleUnload(nint module) => Call("cuModuleUnload", m => m.Remove<Loaded>(module));

    [UnmanagedCallersOnly]
    private static int ModuleGetFunction(nint* function, nint module, byte* text) => Call("cuModuleGetFunction", m =>
    {
        string name = Marshal.PtrToStringUTF8((nint)text)!;
        var loaded = m.Get<Loaded>(module).Module;
        if (!loaded.Kernels.Contains(name)) throw new FakeException(500);
        lock (KernelGate)
        {
            nint known = Kernels.FirstOrDefault(it => it.Value == (name, loaded)).Key;
            if (known == 0) Kernels.Add(known = 0x5000_0000 + Kernels.Count, (name, loaded));
            *function = known;
        }
    });

    [UnmanagedCallersOnly]
    private static int LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint shared, nint stream,
        void** arguments, void** extra) =>
        Call("cuLaunchKernel", m =>
        {
            string name;
            PtxModule module;
            lock (KernelGate) (name, module) = Kernels.TryGetValue(function, out var found) ? found : throw new FakeException(400);
            if (gridX == 0 || gridY == 0 || gridZ == 0 || gridY > 65535 || (long)blockX * blockY * blockZ is 0 or > 1024 || shared != 0)
            {
                m.Violate($"{name} is launched with a grid of ({gridX}, {gridY}, {gridZ}) and blocks of ({blockX}, {blockY}, {blockZ})");
                throw new FakeException(1);
            }

            // The driver copies the arguments when it is called.
            var parameters = module.Parameters(name);
            byte[] bytes = new byte[module.ParameterBytes(name)];
            for (int i = 0; i < parameters.Count; i++)
                new ReadOnlySpan<byte>(arguments[i], parameters[i].Bytes).CopyTo(bytes.AsSpan(parameters[i].Offset));
            m.Launches.Add($"{name} on {stream}");
            m.Submit(stream, () => module.Launch(name, new(gridX, gridY, gridZ), new(blockX, blockY, blockZ), bytes, m.Memory));
        });
}
