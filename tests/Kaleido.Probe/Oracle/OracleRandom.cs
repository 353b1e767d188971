using Kaleido.Backends;
using Kaleido.Numerics;

namespace Kaleido.Probe.Oracle;

/// <summary>The lines of tests/oracle/random.c, computed by the library.</summary>
internal sealed class OracleRandom(OracleReport report, Device device)
{
    private static readonly ulong[] s_steps = [0, 1, 77, 0x100000001];
    private static readonly int[] s_samples = [2, 3, 17, 64, 65, 1000, 60000, 1 << 24];

    public void Run()
    {
        report.Line("philox", () =>
        {
            for (int s = 0; s < s_steps.Length; s++)
            {
                for (ulong block = 0; block < 1000; block++)
                {
                    var (w0, w1, w2, w3) = Philox.Block(12345u + (uint)s, 0xFFFFFFF0, s_steps[s], block << 11 * s);
                    report.Put(w0);
                    report.Put(w1);
                    report.Put(w2);
                    report.Put(w3);
                }
            }
        });
        Noise("uniform_noise", new(NoiseDistribution.Uniform, -0.7f, 1.3f, 3, RandomStreams.ChainStart));
        Noise("normal_noise", new(NoiseDistribution.Normal, 0.25, 1.5, 4, RandomStreams.InputNoise));
        report.Line("minibatches", () =>
        {
            using var counter = device.Backend.AllocateCounter();
            foreach (int samples in s_samples)
            {
                using var rows = device.CreateTensor(Math.Min(1009, samples - 1), 1);
                foreach (ulong step in s_steps)
                {
                    counter.Value = step;
                    device.Backend.MinibatchIndices(counter, new(samples, 5, RandomStreams.Minibatches), rows.View);
                    report.Put(rows.Span);
                }
            }
        });
    }

    private void Noise(string name, NoiseOperation noise) => report.Line(name, () =>
    {
        using var counter = device.Backend.AllocateCounter();
        using var drawn = device.CreateTensor(1, 20011);
        foreach (ulong step in s_steps)
        {
            counter.Value = step;
            device.Backend.Noise(counter, noise, drawn.View);
            report.Put(drawn.Span);
        }
    });
}
