using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Sampling;
using Kaleido.Tests;
using Kaleido.Theorems.Support;
using Kaleido.Training;

namespace Kaleido.Theorems;

/// <summary>
/// Theorem 1. f(x) ∈ [lo, hi]^D for every finite x, weights and D if no pre-activation overflows; an overflow is reported as divergence.
/// </summary>
/// <remarks>No tolerance: sigmoid and tanh of the library never leave the closed interval. A NaN comes from ∞ - ∞ or 0·∞ alone.</remarks>
public sealed class BoundedTests
{
    private const float Huge = 1e25f;

    [Fact]
    public void Every_finite_point_goes_into_the_closed_cube_unless_a_pre_activation_overflows()
    {
        using var device = Device.Cpu(1);
        int overflows = 0;
        Law.Holds(Nets.Of(6, 16, 6, Nets.Any, 1, 0.1, 4, 30, 1e6, 1e12), it =>
        {
            using var network = it.Create(device);
            var exact = ExactNet.Of(network);
            var random = it.Random(1);
            for (int i = 0; i < 20; i++)
            {
                double size = Math.Pow(10, 43 * random.NextDouble() - 5);
                float[] x = [.. Enumerable.Range(0, it.Features).Select(_ =>
                    (float)Math.Clamp(size * (2 * random.NextDouble() - 1), -float.MaxValue, float.MaxValue))];
                bool mayOverflow = exact.LargestMagnitude([.. x.Select(value => (double)value)]) > float.MaxValue / 1.001;
                if (mayOverflow) overflows++;
                Assert.All(network.Evaluate(x), y => Assert.True((y >= it.Low && y <= 1) || (mayOverflow && float.IsNaN(y)),
                    $"f({string.Join(", ", x)}) has {y}"));
            }
        }, Nets.Cases(200));
        Assert.True(overflows > 0, "no case could overflow: the law was tried on one side alone");
    }

    [Fact]
    public void After_an_overflow_infinities_of_one_sign_saturate_and_of_both_signs_are_NaN()
    {
        using var device = Device.Cpu(1);
        int notNumbers = 0, ends = 0;
        Law.Holds(Overflowing(), it =>
        {
            using var network = Overflow(it, device);
            double[,] last = ExactNet.Of(network).Weights[^1];
            float[] x = [.. it.Points(1, it.Random(2), 0.01)[0].Select(value => Math.Abs((float)value) + 0.01f)];
            float[] y = network.Evaluate(x);
            for (int i = 0; i < y.Length; i++)
            {
                double[] row = [.. Enumerable.Range(0, last.GetLength(1)).Select(j => last[i, j])];
                bool both = row.Any(w => w > 0) && row.Any(w => w < 0);
                if (both) notNumbers++;
                else ends++;
                Assert.Equal(both ? float.NaN : row[0] > 0 ? 1 : (float)it.Low, y[i]);
            }
        }, Nets.Cases(100));
        Assert.True(notNumbers > 0 && ends > 0, $"{notNumbers} NaN, {ends} ends of the range");
    }

    [Fact]
    public void An_overflow_of_what_goes_into_the_output_is_reported_as_divergence()
    {
        using var device = Device.Cpu(1);
        Law.Holds(Overflowing(), it =>
        {
            float[] data = [.. it.Points(3, it.Random(2), 0.01).SelectMany(point => point).Select(value => Math.Abs((float)value) + 0.01f)];
            var options = new TrainingOptions { Steps = 2, EvaluationInterval = 1 };
            using var overflowing = Overflow(it, device);
            Assert.Equal(StopReason.Diverged, Trainer.Fit(overflowing, data, data, LossFunction.SquaredError, options).StopReason);
            using var other = it.Create(device);
            Assert.NotEqual(StopReason.Diverged, Trainer.Fit(other, data, data, LossFunction.SquaredError, options).StopReason);
        }, Nets.Cases(40));
    }

    [Fact]
    public void A_chain_that_met_an_overflow_stays_NaN_and_is_never_called_converged()
    {
        using var device = Device.Cpu(1);
        Law.Holds(Overflowing(), it =>
        {
            if (it.Width < 2) return;
            // Rows of both signs: every output is ∞ - ∞.
            using var network = it.Create(device, (layer, weight, bias) => layer == it.HiddenLayers
                ? ([.. weight.Select((w, i) => Math.Abs(w) * (i % it.Width == 0 ? 1 : -1))], bias)
                : ([.. weight.Select(w => Huge * Math.Abs(w))], [.. bias.Select(Math.Abs)]));
            var start = Noise.Uniform(0.5, 1);
            foreach (double epsilon in new[] { 0, 0.01 })
            {
                using var chains = new Kaleidoscope(network, new() { Samples = 5, Start = start, Epsilon = epsilon, Seed = (uint)it.Seed });
                var frame = chains.Advance(20);
                Assert.All(frame.Samples.ToArray(), value => Assert.True(float.IsNaN(value)));
                Assert.False(frame.Converged);
            }
        }, Nets.Cases(20));
    }

    private static FsCheck.Arbitrary<NetCase> Overflowing() => FsCheck.Fluent.Arb.From(
        FsCheck.Fluent.Gen.Select(Nets.Of(4, 5, 3, ["relu"], 1).Generator, it => it with { HiddenLayers = it.HiddenLayers + 1 }));

    // Positive points and two hidden layers of positive weights of 1e25: the second layer is +∞ in every unit. (Products of two weights
    // drawn with 24 bits and a coordinate of at least .01 are above 1e-11 but in a case of a million; the law then says so.)
    private static Mlp Overflow(NetCase it, Device device) => it.Create(device, (layer, weight, bias) => layer == it.HiddenLayers
        ? (weight, bias)
        : ([.. weight.Select(w => Huge * Math.Abs(w))], [.. bias.Select(Math.Abs)]));
}
