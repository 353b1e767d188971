using BenchmarkDotNet.Attributes;
using Kaleido.Backends;
using Kaleido.Files;
using Kaleido.Networks;

namespace Kaleido.Bench;

/// <summary>
/// Files: 10,000 pictures of 28 × 28 in an IDX file (7.8 MB), and the MNIST network as safetensors (12.2 MB). Time per file.
/// </summary>
public class ReaderBenchmarks : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kaleido-bench-").FullName;
    private Device? _device;

    private string Idx => Path.Combine(_folder, "images-idx3-ubyte");

    private string Network => Path.Combine(_folder, "network.safetensors");

    [GlobalSetup]
    public void Setup()
    {
        byte[] header = [0, 0, 8, 3, 0, 0, 39, 16, 0, 0, 0, 28, 0, 0, 0, 28];
        var pixels = new byte[10_000 * 28 * 28];
        new Random(1).NextBytes(pixels);
        File.WriteAllBytes(Idx, [.. header, .. pixels]);
        _device = Device.Cpu(1);
        using var network = Mlp.Create(_device, new(784, 500, 10) { Output = Activation.Tanh });
        network.Save(Network);
    }

    [Benchmark]
    public IdxArray ReadIdx() => IdxReader.Read(Idx);

    [Benchmark]
    public void LoadNetwork() => Mlp.Load(_device!, Network).Dispose();

    [GlobalCleanup]
    public void Dispose()
    {
        _device?.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
