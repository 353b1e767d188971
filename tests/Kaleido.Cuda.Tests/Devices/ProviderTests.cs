using Kaleido.Backends;
using Kaleido.Cuda.Interop;
using Kaleido.Cuda.Tests.Fake;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>What is looked for, where, and what is said if it is not there.</summary>
public sealed class ProviderTests
{
    private static string Refusal(FakeSystem system, FakeMachine? machine = null, CudaOptions? options = null)
    {
        FakeMachine.Current = machine ?? new();
        Assert.False(new CudaProvider(options ?? new(), system).TryOpen(out var device, out string reason));
        Assert.Null(device);
        Assert.Empty(FakeMachine.Current.Leaks());
        return reason;
    }

    [Fact]
    public void On_Linux_the_driver_is_looked_for_by_its_version_then_without_then_where_WSL_keeps_it()
    {
        var system = new FakeSystem { Installed = [] };
        Assert.Equal("no CUDA driver was found (looked for libcuda.so.1, libcuda.so, /usr/lib/wsl/lib/libcuda.so.1)", Refusal(system));
        Assert.Equal(["libcuda.so.1", "libcuda.so", "/usr/lib/wsl/lib/libcuda.so.1"], system.Tried);
    }

    [Fact]
    public void On_Windows_the_driver_is_nvcuda() =>
        Assert.Equal(["nvcuda.dll"], new LibrarySearch(new FakeSystem { IsWindows = true }).DriverCandidates());

    [Theory]
    [InlineData(11080, "libcublas.so.11 libcublas.so")]
    [InlineData(12040, "libcublas.so.12 libcublas.so.11 libcublas.so")]
    [InlineData(13000, "libcublas.so.13 libcublas.so.12 libcublas.so.11 libcublas.so")]
    [InlineData(14020, "libcublas.so.13 libcublas.so.12 libcublas.so.11 libcublas.so")]
    public void CuBLAS_is_looked_for_in_versions_that_the_driver_can_run_the_highest_first(int driver, string expected) =>
        Assert.Equal(expected.Split(' '), new LibrarySearch(new FakeSystem()).BlasCandidates(driver));

    [Fact]
    public void Toolkits_on_Linux_are_those_named_then_those_installed()
    {
        var system = new FakeSystem
        {
            Variables = { ["CUDA_PATH"] = "/opt/cuda", ["CUDA_HOME"] = "/home/cuda/" },
            Below = { ["/usr/local|cuda*"] = ["/usr/local/cuda-12.4", "/usr/local/cuda"] },
            Existing = ["/opt/cuda/lib64", "/home/cuda/lib", "/usr/local/cuda/lib64", "/usr/local/cuda-12.4/targets/x86_64-linux/lib"],
        };
        string[] folders = ["/opt/cuda/lib64", "/home/cuda/lib", "/usr/local/cuda-12.4/targets/x86_64-linux/lib", "/usr/local/cuda/lib64"];
        Assert.Equal(folders, new LibrarySearch(system).ToolkitFolders());
        string[] names = ["libcublas.so.11", "libcublas.so"];
        Assert.Equal(names.SelectMany(name => folders.Select(folder => $"{folder}/{name}").Prepend(name)),
            new LibrarySearch(system).BlasCandidates(11040));
    }

    [Fact]
    public void Toolkits_on_Windows_have_their_libraries_in_bin_or_in_bin_x64()
    {
        const string Toolkits = @"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA";
        var system = new FakeSystem
        {
            IsWindows = true,
            Variables = { ["CUDA_PATH"] = @"D:\CUDA\v13.0" },
            Below = { [$"{Toolkits}|v*"] = [$@"{Toolkits}\v12.4"] },
            Existing = [@"D:\CUDA\v13.0\bin\x64", @"D:\CUDA\v13.0\bin", @"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4\bin"],
        };
        Assert.Equal(
            ["cublas64_13.dll", @"D:\CUDA\v13.0\bin\x64\cublas64_13.dll", @"D:\CUDA\v13.0\bin\cublas64_13.dll",
                @"C:\Program Files\NVIDIA GPU Computing Toolkit\CUDA\v12.4\bin\cublas64_13.dll", "cublas64_12.dll"],
            new LibrarySearch(system).BlasCandidates(13000).Take(5));
    }

    [Theory]
    [InlineData("/elsewhere/libcublas.so.12.4", "/elsewhere/libcublas.so.12.4")]
    [InlineData("/elsewhere", "/elsewhere/libcublas.so.12 /elsewhere/libcublas.so.11 /elsewhere/libcublas.so")]
    public void A_variable_names_the_file_of_cuBLAS_or_its_folder(string value, string expected)
    {
        var system = new FakeSystem { Variables = { [LibrarySearch.BlasVariable] = value }, Existing = ["/elsewhere"] };
        Assert.Equal(expected.Split(' '), new LibrarySearch(system).BlasCandidates(12040));
    }

    [Fact]
    public void A_variable_names_the_driver() => Assert.Equal(["/my/libcuda.so"],
        new LibrarySearch(new FakeSystem { Variables = { [LibrarySearch.DriverVariable] = "/my/libcuda.so" } }).DriverCandidates());

    [Theory]
    [InlineData("/usr/local/cuda-12.4", 12, 4)]
    [InlineData("/usr/local/cuda-9.2", 9, 2)]
    [InlineData("/usr/local/cuda-13", 13, 0)]
    [InlineData("/usr/local/cuda", 0, 0)]
    public void Folders_are_ordered_by_the_version_in_their_names(string path, int major, int minor) =>
        Assert.Equal(new Version(major, minor), SystemProbe.VersionOf(path));

    [Fact]
    public void A_driver_that_is_too_old_is_told_by_its_version() => Assert.Equal(
        "the CUDA driver is too old: it is made for CUDA 11.2, and 11.4 or later is needed",
        Refusal(new(), new() { DriverVersion = 11020 }));

    [Fact]
    public void A_machine_without_a_device_is_told() =>
        Assert.Equal("the CUDA driver sees no device", Refusal(new(), new() { Devices = 0 }));

    [Fact]
    public void A_device_that_is_not_there_is_told() =>
        Assert.Equal("there is no device 3: the CUDA driver sees 1, counted from 0", Refusal(new(), null, new() { Ordinal = 3 }));

    [Fact]
    public void Without_cuBLAS_it_is_told_where_it_was_looked_for()
    {
        var system = new FakeSystem
        {
            Installed = ["libcuda.so.1"],
            Below = { ["/usr/local|cuda*"] = ["/usr/local/cuda"] },
            Existing = ["/usr/local/cuda/lib64"],
        };
        Assert.Equal("no cuBLAS was found that the driver, made for CUDA 12.4, can use: "
            + "looked for libcublas.so.12, libcublas.so.11, libcublas.so where the system looks and in /usr/local/cuda/lib64; "
            + "the environment variable KALEIDO_CUBLAS can name it", Refusal(system));
    }

    [Fact]
    public void CuBLAS_is_loaded_with_cublasLt_from_a_folder_where_the_system_does_not_look()
    {
        FakeMachine.Current = new();
        string[] there = ["libcuda.so.1", "/packages/lib/libcublas.so.12", "/packages/lib/libcublasLt.so.12"];
        var system = new FakeSystem
        {
            Installed = [.. there],
            Existing = ["/packages/lib"],
            Variables = { [LibrarySearch.BlasVariable] = "/packages/lib" },
            NeedsLt = true,
        };
        Assert.True(new CudaProvider(new(), system).TryOpen(out var device, out string reason), reason);
        device!.Dispose();
        Assert.Equal([there[0], there[1], there[2], there[1]], system.Tried);
    }

    [Fact]
    public void A_library_without_a_function_is_told_by_the_function() => Assert.Equal(
        "the CUDA driver has no function cuGraphInstantiateWithFlags: CUDA 11.4 or later is needed",
        Refusal(new() { Missing = ["cuGraphInstantiateWithFlags"] }));

    [Fact]
    public void A_name_that_a_later_version_changed_is_tried_in_both_forms()
    {
        var system = new FakeSystem();
        FakeMachine.Current = new();
        // The fake has cuEventElapsedTime alone, as CUDA had it up to 12.
        Assert.DoesNotContain("cuEventElapsedTime_v2", FakeDriver.Table.Keys);
        Assert.True(new CudaProvider(new(), system).TryOpen(out var device, out _));
        device!.Dispose();
        Assert.Contains("cuEventElapsedTime", system.Found);
    }

    [Fact]
    public void Kernels_that_the_driver_refuses_are_told_and_leave_nothing_behind()
    {
        var machine = new FakeMachine();
        machine.Fail("cuModuleLoadDataEx", 218);
        Assert.StartsWith("cuModuleLoadDataEx failed: 218", Refusal(new(), machine), StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_device_is_the_GPU_where_there_is_one_and_says_why_not_where_there_is_none()
    {
        FakeMachine.Current = new();
        using (var device = Device.Best(new CudaProvider(new(), new FakeSystem())))
            Assert.Equal("CUDA, float32, Imagined GPU, driver for CUDA 12.4, cuBLAS 12.4.5", device.Description);
        using var other = Device.Best(new CudaProvider(new(), new FakeSystem { Installed = [] }));
        Assert.Contains("(no CUDA: no CUDA driver was found", other.Description, StringComparison.Ordinal);
        Assert.Empty(FakeMachine.Current.Leaks());
    }
}
