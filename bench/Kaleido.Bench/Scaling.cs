using System.Diagnostics;
using System.Globalization;
using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Lab.Benchmarking;
using Kaleido.Networks;
using Kaleido.Optimizers;

namespace Kaleido.Bench;

/// <summary>
/// How the cost of a training step grows with batch, width, depth and threads, around the MNIST network, and the bandwidth of the memory:
/// <c>dotnet run -c Release --project bench/Kaleido.Bench -- scaling &gt; scaling.csv</c>, which bench/plots.py draws.
/// </summary>
internal static class Scaling
{
    private const int Features = 784, Samples = 4000, Rounds = 7, WarmUp = 12;

    public static int Run()
    {
        int threads = ThreadTeam.Shared.MaximumWorkers;
        Console.WriteLine("varied,value,threads,milliseconds,gflops,peak_gflops");
        foreach (int batch in (int[])[10, 30, 100, 300, 1000, 3000]) Measure("batch", batch, batch, 500, 10, threads);
        foreach (int width in (int[])[50, 100, 200, 500, 1000, 2000]) Measure("width", width, 1000, width, 10, threads);
        foreach (int depth in (int[])[1, 2, 5, 10, 20]) Measure("depth", depth, 1000, 500, depth, threads);
        for (int count = 1; count <= threads; count++) Measure("threads", count, 1000, 500, 10, count);
        foreach (int count in threads > 1 ? new[] { 1, threads } : [1])
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"bandwidth,{count},{count},,{Bandwidth(count):f2},"));
        return 0;
    }

    private static void Measure(string varied, int value, int batch, int width, int depth, int threads)
    {
        using var device = Device.Cpu(threads);
        using var network = Mlp.Create(device, new(Features, width, depth) { Output = Activation.Tanh });
        using var descent = new GradientDescent(network.Parameters, new Adam { LearningRate = 1e-4 });
        using var step = TrainingStep.Compile(network, descent, Samples, batch);
        double inner = 2.0 * Features * width + (depth - 1.0) * width * width, flops = batch * (6 * inner - 2.0 * Features * width);
        // The JIT makes a second, better version of what was run often enough.
        for (int i = 0; i < WarmUp; i++) step.Run();
        var times = new List<double>();
        double peak = PeakProbe.Gigaflops();
        for (int round = 0; round < Rounds; round++)
        {
            int calls = (int)Math.Clamp(5e10 / flops, 1, 200);
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++) step.Run();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls);
        }

        times.Sort();
        double median = times[Rounds / 2];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{varied},{value},{threads},{median:f4},{flops / median / 1e6:f1},{Math.Max(peak, PeakProbe.Gigaflops()):f0}"));
    }

    // GB/s of a[i] = b[i] + s·c[i] over arrays far larger than the caches: three numbers moved for each.
    private static double Bandwidth(int threads)
    {
        const int Length = 1 << 24;
        float[] a = new float[Length], b = new float[Length], c = new float[Length];
        Array.Fill(b, 1);
        Array.Fill(c, 2);
        double best = 0;
        for (int round = 0; round < 10; round++)
        {
            long start = Stopwatch.GetTimestamp();
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, part =>
            {
                int from = (int)((long)Length * part / threads), to = (int)((long)Length * (part + 1) / threads);
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(c.AsSpan(from, to - from), 0.5f, b.AsSpan(from, to - from), a.AsSpan(from, to - from));
            });
            best = Math.Max(best, 3.0 * sizeof(float) * Length / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }

        return best;
    }
}
