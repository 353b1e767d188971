using Kaleido.Backends;
using Kaleido.Sampling;

namespace Kaleido.Probe;

/// <summary>Contract rule 19 for sampling.</summary>
internal static class SamplingProbe
{
    /// <summary>What 1000 iterations after 100 allocate, with noise, reflection and the watch for burn-in.</summary>
    public static long BytesPerThousandIterations(int threads)
    {
        using var device = Device.Cpu(threads);
        using var network = TrainingProbe.Create(device);
        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 200, Epsilon = 0.01, Boundary = Boundary.Reflect, Seed = 1 });
        using var frames = kaleidoscope.Run(1101).GetEnumerator();
        long before = 0;
        while (frames.MoveNext())
        {
            if (frames.Current.Iteration == 100) before = GC.GetTotalAllocatedBytes(true);
            if (frames.Current.Iteration == 1100) return GC.GetTotalAllocatedBytes(true) - before;
        }

        throw new InvalidOperationException("the iterations ended");
    }
}
