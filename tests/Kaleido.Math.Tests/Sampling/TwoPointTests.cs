using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Training;
using Xunit.Abstractions;

namespace Kaleido.Tests.Sampling;

/// <summary>An ensemble: the smallest case in which iteration brings the data back (arXiv 2402.11793, its 1-D notebook).</summary>
public class TwoPointTests(ITestOutputHelper log)
{
    [Fact]
    public void Two_points_are_learned_and_almost_all_starts_come_back_to_them()
    {
        const int Seeds = 10, Grid = 100;
        float[] data = [0.2f, 0.8f];
        using var device = Device.Cpu(1);
        var losses = new List<double>();
        var shares = new List<double>();
        for (uint seed = 0; seed < Seeds; seed++)
        {
            using var network = Mlp.Create(device, new(1, 10, 6) { Output = Activation.Sigmoid, Seed = seed });
            var fit = Trainer.Fit(network, data, data, LossFunction.SquaredError, new() { Steps = 2000, LearningRate = 1e-3 });
            log.WriteLine($"seed {seed}: loss {fit.Loss:g3}, {fit.StopReason}{(fit.IsDead ? ", dead" : "")}");
            if (fit.IsDead) continue;
            float[] x = [.. Enumerable.Range(0, Grid).Select(i => i / (Grid - 1f))];
            for (int i = 0; i < 30; i++) x = network.Evaluate(x);
            losses.Add(fit.Loss);
            shares.Add(x.Count(v => data.Any(d => Math.Abs(v - d) <= 0.02)) / (double)Grid);
        }

        shares.Sort();
        log.WriteLine($"{losses.Count} alive; shares {string.Join(' ', shares)}");
        Assert.InRange(losses.Count, Seeds / 2 + 1, Seeds);
        Assert.True(losses.Count(loss => loss <= 1e-8) >= 0.9 * losses.Count, string.Join(' ', losses));
        Assert.InRange(shares[shares.Count / 2], 0.99, 1);
    }
}
