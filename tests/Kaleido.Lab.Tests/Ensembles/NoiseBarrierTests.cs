using Kaleido.Lab.Ensembles;
using Kaleido.Numerics;

namespace Kaleido.Lab.Tests.Ensembles;

public sealed class NoiseBarrierTests
{
    private const double B = 4.620981203732969; // 2 logit(.8)/.6

    [Fact]
    public void That_of_the_sigmoid_through_two_points_is_its_largest_gap()
    {
        // x - f(x) is largest where f' = 1, f(1 - f) = 1/b.
        double f = (1 - Math.Sqrt(1 - 4 / B)) / 2, gap = 0.5 + Math.Log(f / (1 - f)) / B - f;
        var barrier = NoiseBarrier.Of(xs => [.. xs.Select(x => (float)Sigmoid(x))]);
        // The gap is flat at its top: half a spacing beside it costs the square of that.
        Assert.Equal(gap, barrier.Up, 1e-6);
        Assert.Equal(gap, barrier.Down, 1e-6);
        Assert.Equal(0.0169, gap, 1e-4);
    }

    [Fact]
    public void Noise_below_it_never_makes_a_chain_jump_and_steady_noise_above_it_does()
    {
        double barrier = NoiseBarrier.Of(xs => [.. xs.Select(x => (float)Sigmoid(x))]).Up;
        double quiet = 0.2, driven = 0.2;
        for (int i = 0; i < 5000; i++)
        {
            quiet = Sigmoid(quiet) + 0.99 * barrier * Philox.ToUniform(Philox.Word(0, 1, 0, (ulong)i));
            driven = Sigmoid(driven) + 1.01 * barrier;
            Assert.True(quiet < 0.5);
        }

        Assert.True(driven > 0.5);
    }

    [Theory]
    [InlineData(0.2, 0.3, -0.3)]
    [InlineData(0.8, -0.3, 0.3)]
    [InlineData(0.5, 0, 0)]
    public void A_constant_map_holds_its_own_half_alone(double value, double up, double down)
    {
        var barrier = NoiseBarrier.Of(xs => [.. xs.Select(_ => (float)value)]);
        Assert.Equal(up, barrier.Up, 1.01 * NoiseBarrier.Precision);
        Assert.Equal(down, barrier.Down, 1.01 * NoiseBarrier.Precision);
    }

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-B * (x - 0.5)));
}
