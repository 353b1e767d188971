using System.Text;
using Kaleido.Backends;
using Kaleido.Cuda.Fusion;
using Kaleido.Cuda.Interop;

namespace Kaleido.Cuda.Sessions;

// Kernels: the embedded PTX and what is written for a program, compiled by the driver, and their launches.
internal sealed unsafe partial class CudaSession
{
    private const int BlockSize = 256, BlocksPerMultiprocessor = 32, ErrorLogBytes = 4096;

    // CUjit_option
    private const int ErrorLogBuffer = 5, ErrorLogBufferSize = 6;

    private readonly Dictionary<string, nint> _functions = [];
    private readonly Dictionary<string, nint> _written = [];
    private readonly List<nint> _modules = [];
    private nint _shipped;

    private void LoadKernels(byte[] kernels) => _shipped = Load(kernels);

    /// <summary>Has text (which ends with 0) compiled for the device.</summary>
    private nint Load(byte[] kernels)
    {
        byte* log = stackalloc byte[ErrorLogBytes];
        log[0] = 0;
        int* options = stackalloc int[2] { ErrorLogBuffer, ErrorLogBufferSize };
        void** values = stackalloc void*[2] { log, (void*)ErrorLogBytes };
        nint module;
        int status;
        fixed (byte* text = kernels) status = _driver.ModuleLoad(&module, text, 2, options, values);
        if (status == CudaStatus.Success)
        {
            _modules.Add(module);
            return module;
        }

        string said = Encoding.UTF8.GetString(new ReadOnlySpan<byte>(log, ErrorLogBytes)).Split('\0')[0].ReplaceLineEndings(" ").Trim();
        throw new DeviceException("cuModuleLoadDataEx", CudaStatus.Text(_driver, status) + (said.Length == 0 ? "" : $": {said}"));
    }

    private nint Function(nint module, string name)
    {
        if (_functions.TryGetValue(name, out nint known)) return known;
        nint function;
        fixed (byte* text = Encoding.UTF8.GetBytes(name + '\0'))
            Demand(_driver.ModuleGetFunction(&function, module, text), "cuModuleGetFunction");
        _functions.Add(name, function);
        return function;
    }

    /// <summary>The geometry of a kernel whose threads share out a number of items among themselves.</summary>
    public Geometry Flat(long items)
    {
        long most = (long)BlocksPerMultiprocessor * Properties.Multiprocessors;
        return new((uint)Math.Clamp((items + BlockSize - 1) / BlockSize, 1, most), 1, BlockSize, 1);
    }

    /// <summary>Puts a kernel behind the work issued so far.</summary>
    public void Launch(string name, Geometry at, params ReadOnlySpan<KernelArgument> arguments) =>
        Launch(Function(_shipped, name), at, arguments);

    /// <summary>Puts a kernel that was written for a program behind the work issued so far.</summary>
    public void Launch(ElementwiseKernel kernel, Geometry at, params ReadOnlySpan<KernelArgument> arguments) =>
        Launch(Function(kernel), at, arguments);

    /// <summary>Has a kernel that was written for a program compiled, if the device does not have it.</summary>
    public void Prepare(ElementwiseKernel kernel)
    {
        using var scope = Enter();
        _ = Function(kernel);
    }

    private nint Function(ElementwiseKernel kernel)
    {
        if (!_written.TryGetValue(kernel.Name, out nint module))
            _written.Add(kernel.Name, module = Load(Encoding.UTF8.GetBytes(kernel.Text + '\0')));
        return Function(module, kernel.Name);
    }

    private void Launch(nint function, Geometry at, ReadOnlySpan<KernelArgument> arguments)
    {
        void** pointers = stackalloc void*[arguments.Length];
        fixed (KernelArgument* first = arguments)
        {
            for (int i = 0; i < arguments.Length; i++) pointers[i] = first + i;
            Demand(_driver.LaunchKernel(
                function, at.GridX, at.GridY, 1, at.BlockX, at.BlockY, 1, 0, _stream, pointers, null), "cuLaunchKernel");
        }
    }
}
