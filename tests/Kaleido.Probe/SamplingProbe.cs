using Kaleido.Backends;
using Kaleido.Sampling;

namespace Kaleido.Probe;

/// <summary>Contract rule 19 for sampling.</summary>
internal static class SamplingProbe
{
    /// <summary>
    /// What 1000 iterations, one by one, and 1000 more in tens allocate after 100, with noise, reflection and the watch for burn-in.
    /// </summary>
    public static long BytesPerThousandIterations(int threads)
    {
        using var device = Device.Cpu(threads);
        using var network = TrainingProbe.Create(device);
        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 200, Epsilon = 0.01, Boundary = Boundary.Reflect, Seed = 1 });
        using var frames = kaleidoscope.Run(1100).GetEnumerator();
        for (int i = 0; i < 90; i++) frames.MoveNext();
        kaleidoscope.Advance(10);
        long before = GC.GetTotalAllocatedBytes(true);
        for (int i = 0; i < 1000; i++) frames.MoveNext();
        for (int i = 0; i < 100; i++) kaleidoscope.Advance(10);
        if (kaleidoscope.Iteration != 2100) throw new InvalidOperationException($"{kaleidoscope.Iteration} iterations, not 2100");
        return GC.GetTotalAllocatedBytes(true) - before;
    }
}
