using System.Diagnostics;
using System.Runtime.InteropServices;
using Kaleido.Cuda.Interop;
using Kaleido.Cuda.Tests.Fake;
using Kaleido.Tests.Support;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>The fake behind real shared libraries: found by name, loaded by the system, called as C declares their functions.</summary>
public sealed unsafe class NativeTests
{
    /// <summary>The system at hand, with environment variables of the test's own.</summary>
    private sealed class Probe(Dictionary<string, string> variables) : ISystemProbe
    {
        private readonly SystemProbe _system = new();

        public bool IsWindows => _system.IsWindows;

        public string? Variable(string name) => variables.GetValueOrDefault(name);

        public IEnumerable<string> Folders(string parent, string pattern) => _system.Folders(parent, pattern);

        public bool FolderExists(string path) => _system.FolderExists(path);

        public bool TryLoad(string nameOrPath, out nint library) => _system.TryLoad(nameOrPath, out library);

        public nint Find(nint library, string function) => _system.Find(library, function);
    }

    private static void Compile(string define, string to, IReadOnlyDictionary<string, nint> table)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "Native", "libraries.c");
        using var compiler = Process.Start("cc", ["-shared", "-fPIC", "-Wall", "-Werror", $"-D{define}", "-o", to, source]);
        compiler.WaitForExit();
        Assert.Equal(0, compiler.ExitCode);
        nint library = NativeLibrary.Load(to);
        foreach (var (name, address) in table)
        {
            // As CUDA 13 has it: this one under its new name alone.
            string exported = name == "cuEventElapsedTime" ? "cuEventElapsedTime_v2" : name;
            ((delegate* unmanaged<nint, void>)NativeLibrary.GetExport(library, $"set_{exported}"))(address);
        }
    }

    [FactIfExecutable("cc")]
    public void Libraries_are_loaded_by_the_system_and_called_as_C_declares_them()
    {
        using var folder = new TemporaryFolder();
        string driver = folder.File("libcuda.so.1");
        Compile("DRIVER", driver, FakeDriver.Table);
        Compile("BLAS", folder.File("libcublas.so.12"), FakeBlas.Table);
        Compile("LT", folder.File("libcublasLt.so.12"), FakeLt.Table);
        var machine = new FakeMachine();
        FakeMachine.Current = machine;
        var options = new CudaOptions { Epilogues = CudaEpilogues.Bias | CudaEpilogues.BiasRelu | CudaEpilogues.BiasGradient };
        var probe = new Probe(new() { [LibrarySearch.DriverVariable] = driver, [LibrarySearch.BlasVariable] = folder.Path });
        var provider = new CudaProvider(options, probe);
        Assert.True(provider.TryOpen(out var device, out string reason), reason);
        float[] result;
        using (device)
        {
            var backend = (CudaBackend)device!.Backend;
            using var work = new Work(backend, 9);
            foreach (int rows in new[] { 7, 7, 7, 4, 4 }) work.Step(rows);
            result = work.Read();
            Assert.True(backend.Measure(() => work.Step(7)) > TimeSpan.Zero);
        }

        Assert.Empty(machine.Violations);
        Assert.Empty(machine.Leaks());
        Assert.True(machine.Calls["cublasLtMatmul"] > 0);
        using var plain = FakeDevice.Open(new(), options);
        using var other = new Work(plain, 9);
        foreach (int rows in new[] { 7, 7, 7, 4, 4 }) other.Step(rows);
        Assert.Equal(other.Read(), result);
    }

    [Fact]
    public void The_system_at_hand_is_searched_without_an_exception()
    {
        // Whatever this machine has, the answer is a device or a sentence.
        var provider = new CudaProvider(new());
        bool opened = provider.TryOpen(out var device, out string reason);
        device?.Dispose();
        Assert.Equal(opened, reason.Length == 0);
        Assert.Empty(new SystemProbe().Folders("/there/is/no/such/folder", "cuda*"));
    }
}
