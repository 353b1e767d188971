using Kaleido.Cuda.Interop;
using Kaleido.Cuda.Sessions;
using Xunit.Abstractions;

namespace Kaleido.Cuda.Tests.Nvidia;

/// <summary>NVIDIA's libraries, with or without a GPU.</summary>
/// <param name="output">For tests/nvidia/run.sh.</param>
public sealed unsafe class LibraryTests(ITestOutputHelper output)
{
    // The system at hand, in which the variables name NVIDIA's libraries: cuBLAS by its folder.
    private sealed class Probe : ISystemProbe
    {
        private readonly SystemProbe _system = new();

        public bool IsWindows => _system.IsWindows;

        public string? Variable(string name) => name switch
        {
            LibrarySearch.DriverVariable => NvidiaTools.Libraries!.Value.Driver,
            LibrarySearch.BlasVariable => NvidiaTools.Libraries!.Value.Blas is var blas && blas.Contains('/', StringComparison.Ordinal)
                ? Path.GetDirectoryName(blas) : blas,
            _ => null,
        };

        public IEnumerable<string> Folders(string parent, string pattern) => [];

        public bool FolderExists(string path) => _system.FolderExists(path);

        public bool TryLoad(string nameOrPath, out nint library) => _system.TryLoad(nameOrPath, out library);

        public nint Find(nint library, string function) => _system.Find(library, function);

        public Func<string, nint> Open(string path)
        {
            Assert.True(TryLoad(path, out nint library), $"{path} does not load");
            return name => Find(library, name);
        }
    }

    private static readonly Probe s_system = new();

    private static DriverTable Driver() => new(s_system.Open(NvidiaTools.Libraries!.Value.Driver));

    private static LtTable Lt() => new(s_system.Open(LibrarySearch.LtBeside(NvidiaTools.Libraries!.Value.Blas)));

    [FactIfNvidia(Needs.Libraries)]
    public void The_libraries_have_every_function()
    {
        _ = Lt();
        var blas = new BlasTable(s_system.Open(NvidiaTools.Libraries!.Value.Blas));
        Assert.True(blas.Sgemm != null);
        int version = 0;
        Assert.Equal(CudaStatus.Success, Driver().DriverGetVersion(&version));
        Assert.InRange(version, 11_040, 99_990);
        string name = Path.GetFileName(NvidiaTools.Libraries!.Value.Blas);
        output.WriteLine($"driver for CUDA {CudaProperties.Version(version)}, {name}: every function");
    }

    [FactIfNvidia(Needs.Libraries)]
    public void The_driver_has_words_for_its_errors()
    {
        var driver = Driver();
        Assert.Equal("2 CUDA_ERROR_OUT_OF_MEMORY (out of memory)", CudaStatus.Text(driver, CudaStatus.OutOfMemory));
        Assert.StartsWith("100 CUDA_ERROR_NO_DEVICE (", CudaStatus.Text(driver, CudaStatus.NoDevice), StringComparison.Ordinal);
        Assert.Equal("12345", CudaStatus.Text(driver, 12345));
    }

    [FactIfNvidia(Needs.Libraries)]
    public void The_provider_opens_the_GPU_or_gives_the_drivers_reason()
    {
        var driver = Driver();
        int count = 0, status = driver.Init(0);
        if (status == CudaStatus.Success) Assert.Equal(CudaStatus.Success, driver.DeviceGetCount(&count));
        bool opened = new CudaProvider(new(), s_system).TryOpen(out var device, out string reason);
        device?.Dispose();
        output.WriteLine(opened ? "the provider opens the GPU" : $"the provider opens nothing: {reason}");
        Assert.Equal(count > 0, opened);
        Assert.Equal(
            opened ? "" : status is CudaStatus.Success or CudaStatus.NoDevice
                ? "the CUDA driver sees no device"
                : $"the CUDA driver does not start: cuInit gives {CudaStatus.Text(driver, status)}",
            reason);
    }

    [FactIfNvidia(Needs.Libraries)]
    public void Products_are_described_to_cublasLt_with_attributes_of_these_numbers_and_sizes()
    {
        var (lt, number) = (Lt(), Declarations.Numbers());
        int Number(string name) => checked((int)number[$"CudaSession.{name}"]);
        foreach (string compute in new[] { "ComputeFloat32", "ComputeTensorFloat32" })
        {
            nint handle;
            Assert.Equal(0, lt.DescriptionCreate(&handle, Number(compute), Number("Float32")));
            nint description = handle;
            int Set(string attribute, int offset, void* value, int bytes) =>
                lt.DescriptionSet(description, Number(attribute) + offset, value, (nuint)bytes);
            foreach (int transpose in new[] { 0, 1 })
            {
                int value = transpose;
                Assert.Equal(0, Set("TransposeAttribute", 0, &value, sizeof(int)));
                Assert.Equal(0, Set("TransposeAttribute", 1, &value, sizeof(int)));
            }

            foreach (var epilogue in Enum.GetValues<Epilogue>())
            {
                int value = (int)epilogue;
                Assert.Equal(0, Set("EpilogueAttribute", 0, &value, sizeof(int)));
            }

            ulong vector = 0x7000_0004;
            Assert.Equal(0, Set("VectorAttribute", 0, &vector, sizeof(ulong)));
            // It looks at what it is given.
            Assert.NotEqual(0, Set("VectorAttribute", 0, &vector, sizeof(int)));
            Assert.NotEqual(0, Set("EpilogueAttribute", 0, &vector, 1));
            Assert.NotEqual(0, Set("TransposeAttribute", 9999, &vector, sizeof(int)));
            Assert.Equal(0, lt.DescriptionDestroy(description));
        }

        nint layout;
        Assert.Equal(0, lt.LayoutCreate(&layout, Number("Float32"), 70_000, 3, 70_000));
        Assert.Equal(0, lt.LayoutDestroy(layout));

        nint preference;
        Assert.Equal(0, lt.PreferenceCreate(&preference));
        ulong workspace = 32 << 20;
        Assert.Equal(0, lt.PreferenceSet(preference, Number("MostWorkspace"), &workspace, sizeof(ulong)));
        Assert.NotEqual(0, lt.PreferenceSet(preference, Number("MostWorkspace"), &workspace, sizeof(int)));
        for (int i = 0; i < 4; i++)
        {
            uint alignment = 4u << i;
            Assert.Equal(0, lt.PreferenceSet(preference, Number("LeastAlignment") + i, &alignment, sizeof(uint)));
            Assert.NotEqual(0, lt.PreferenceSet(preference, Number("LeastAlignment") + i, &workspace, sizeof(ulong)));
        }

        Assert.Equal(0, lt.PreferenceDestroy(preference));
    }
}
