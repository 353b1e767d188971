using Kaleido.Backends;
using Kaleido.Tensors;
using ManagedCuda;
using ManagedCuda.BasicTypes;

namespace Kaleido.Cuda.ManagedCuda;

/// <summary>
/// A Kaleido device beside ManagedCuda's objects: in the same primary context, on the same stream, and with device memory that each sees
/// without a copy.
/// </summary>
/// <example><code>
/// SharedDevice.MapLibraries();
/// using var context = new PrimaryContext(0);
/// using var stream = new CudaStream(CUStreamFlags.NonBlocking);
/// using var device = SharedDevice.Open(context, stream);
/// using var tensor = device.CreateTensor(100, 784);
/// using var variable = SharedDevice.AsVariable(device, tensor);      // the same numbers
/// </code></example>
public static class SharedDevice
{
    /// <summary>
    /// Lets ManagedCuda find the driver and cuBLAS where its own names lead nowhere: a container with the driver's libcuda.so.1 alone, WSL,
    /// a cuBLAS of another major version. To be called before anything of ManagedCuda; more than once does no harm.
    /// </summary>
    public static void MapLibraries() => ManagedCudaLibraries.Map();

    /// <summary>Opens the device of a primary context, to work on a stream.</summary>
    /// <param name="context">ManagedCuda's primary context; it may be given back before or after the device, which retains it too.</param>
    /// <param name="stream">
    /// A non-blocking stream, which must outlive the device; null for one of the device's own. The default stream is not possible: it
    /// cannot be captured.
    /// </param>
    /// <param name="allowTensorFloat32">See <see cref="CudaOptions.AllowTensorFloat32"/>.</param>
    /// <exception cref="DeviceException">The device cannot be opened; the message says why.</exception>
    public static Device Open(PrimaryContext context, CudaStream? stream = null, bool allowTensorFloat32 = false)
    {
        ArgumentNullException.ThrowIfNull(context);
        nint shared = stream is null ? 0 : stream.Stream.Pointer;
        if (stream is not null && shared == 0)
            throw new ArgumentException("the default stream cannot be captured: give another one", nameof(stream));
        var options = new CudaOptions { Ordinal = context.DeviceId, AllowTensorFloat32 = allowTensorFloat32, SharedStream = shared };
        if (!new CudaProvider(options, new ManagedCudaLibraries()).TryOpen(out var device, out string reason))
            throw new DeviceException("opening CUDA", reason);
        if (Backend(device!).Session.Context == context.Context.Pointer) return device!;
        device!.Dispose();
        throw new DeviceException("opening CUDA", "the context is not the primary one of its device");
    }

    /// <summary>The stream on which a device works. Giving it back does not destroy it.</summary>
    public static CudaStream StreamOf(Device device) => new(new CUstream { Pointer = Backend(device).Session.Stream }, false);

    /// <summary>A tensor's numbers as a variable of ManagedCuda. It is valid as long as the tensor; giving it back frees nothing.</summary>
    /// <exception cref="ArgumentException">The tensor lies on another device.</exception>
    public static CudaDeviceVariable<float> AsVariable(Device device, Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ulong address = CudaMemory.AddressOf(tensor.View, Backend(device).Session);
        return new(new CUdeviceptr { Pointer = address }, false, (ulong)tensor.Count * sizeof(float));
    }

    /// <summary>A variable's numbers as a tensor. It is valid as long as the variable, which keeps the memory.</summary>
    /// <exception cref="ArgumentException">The variable does not hold rows × columns numbers.</exception>
    public static Tensor AsTensor(Device device, CudaDeviceVariable<float> variable, int rows, int columns)
    {
        ArgumentNullException.ThrowIfNull(variable);
        long count = (long)rows * columns;
        ulong held = (ulong)variable.Size;
        if ((long)held != count)
            throw new ArgumentException($"[{rows}, {columns}] holds {count} numbers, the variable {held}", nameof(variable));
        var memory = new CudaMemory(Backend(device).Session, (ulong)variable.DevicePointer.Pointer, count);
        return new(memory, 0, rows, columns, ownsMemory: true);
    }

    private static CudaBackend Backend(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.Backend as CudaBackend ?? throw new ArgumentException("the device is no CUDA device", nameof(device));
    }
}
