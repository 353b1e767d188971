using BenchmarkDotNet.Attributes;
using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Bench;

/// <summary>Matrix products C[M×N] = op(A)·op(B) as a plan of one instruction.</summary>
public class ProductBenchmarks : ICountsFlops, IDisposable
{
    private Device? _device;
    private Plan? _plan;

    /// <summary>M×N×K and whether the operands are transposed.</summary>
    [Params("1000x500x500 NN", "1000x500x500 NT", "1000x500x500 TN", "1000x500x784 NN", "1000x784x500 NN", "1000x784x500 NT",
        "500x500x1000 TN", "784x500x1000 TN", "1024x1024x1024 NN", "2048x2048x2048 NN", "4096x4096x4096 NN", "32x500x500 NN", "2x10x10 NN",
        "1x500x500 NN")]
    public string Shape { get; set; } = "1x1x1 NN";

    [Params(1, 4)]
    public int Threads { get; set; } = 1;

    public double Flops(string method) => 2.0 * Sizes[0] * Sizes[1] * Sizes[2];

    private int[] Sizes => [.. Shape.Split(' ')[0].Split('x').Select(s => int.Parse(s, System.Globalization.CultureInfo.InvariantCulture))];

    [GlobalSetup]
    public void Setup()
    {
        var (m, n, k) = (Sizes[0], Sizes[1], Sizes[2]);
        bool ta = Shape[^2] == 'T', tb = Shape[^1] == 'T';
        _device = Device.Cpu(Threads);
        var graph = new Graph();
        Tensor a = ta ? _device.CreateTensor(k, m) : _device.CreateTensor(m, k), b = tb ? _device.CreateTensor(n, k) : _device.CreateTensor(k, n);
        a.Span.Fill(0.5f);
        b.Span.Fill(-0.25f);
        var product = graph.Variable("A", a).Product(graph.Variable("B", b), ta, tb);
        _plan = Plan.Compile(graph, _device, 0, [product]);
    }

    [Benchmark]
    public void Product() => _plan!.Run();

    [GlobalCleanup]
    public void Dispose()
    {
        _plan?.Dispose();
        _device?.Dispose();
        GC.SuppressFinalize(this);
    }
}
