using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Sampling;
using Kaleido.Tests;
using Kaleido.Theorems.Support;

namespace Kaleido.Theorems;

/// <summary>
/// Theorem 12. Contraction q on a ball of radius r and ‖ε‖ ≤ e ≤ r(1-q) imply that the chain never leaves and limsup ‖x - x*‖ ≤ e/(1-q).
/// Noise makes chains jump only above that.
/// </summary>
/// <remarks>
/// On the ball of radius r ≤ kink distance ‖J‖ ≤ q := ‖J(x*)‖ + Br. Float32 adds its rounding E (<see cref="ExactNet.Bounded"/>) to every
/// application, as noise does, so e + E must be at most r(1-q), and ‖x_k - x*‖ ≤ q^k r + (e + E)/(1-q). Clamping to the cube only brings a
/// state nearer, as x* lies in it.
/// </remarks>
public sealed class NoiseTests
{
    [Fact]
    public void Noise_up_to_r_times_one_minus_q_never_drives_a_chain_out_of_the_ball()
    {
        using var device = Device.Cpu(1);
        int found = 0;
        double closest = 0;
        Law.Holds(Nets.Of(4, 12, 3, Nets.Piecewise, 1, 3), it =>
        {
            var random = it.Random(1);
            using var network = Sink(it, device, random, out var exact, out var point, out double r, out double q, out double noise);
            if (network is null) return;
            found++;
            foreach (bool worst in new[] { true, false })
            {
                double[] x = Dense.AddScaled(point!.X, r * (1 - 1e-6), Direction(random, it.Features));
                double shrunk = 1;
                for (int k = 1; k <= 100; k++)
                {
                    float[] y = network.Evaluate([.. x.Select(value => (float)value)]);
                    double[] image = [.. y.Select(value => (double)value)];
                    // The worst noise pushes outwards with all its strength; the other is drawn from the ball.
                    double[] direction = Dense.Subtract(image, point.X);
                    double size = Dense.Norm(direction);
                    x = worst && size > 0
                        ? Dense.AddScaled(image, noise / size, direction)
                        : Dense.AddScaled(image, noise * random.NextDouble(), Direction(random, it.Features));
                    shrunk *= q;
                    double distance = Dense.Distance(x, point.X), most = shrunk * r + r * (1 - shrunk) + 1e-7 * r;
                    Assert.True(distance <= most, $"step {k}: {distance:g5} from x*, at most {most:g5}");
                }

                if (worst && it.Features == 1) closest = Math.Max(closest, Dense.Distance(x, point.X) / r);
            }
        }, Nets.Cases(150));
        Assert.True(found >= 5, $"only {found} sinks were found");
        Assert.True(closest > 0.5, $"the worst noise reached {closest:g3} of the radius: the bound was never put to the test");
    }

    [Fact]
    public void The_library_s_chains_stay_within_e_over_one_minus_q()
    {
        using var device = Device.Cpu(1);
        int found = 0;
        Law.Holds(Nets.Of(1, 12, 3, Nets.Piecewise, 1, 3), it =>
        {
            var random = it.Random(1);
            using var network = Sink(it, device, random, out var exact, out var point, out double r, out double q, out double noise);
            if (network is null) return;
            found++;
            double x = point!.X[0], rounding = r * (1 - q) - noise;
            using var chains = new Kaleidoscope(network, new()
            {
                Samples = 50, Seed = (uint)it.Seed, Start = Noise.Uniform(x - 0.999 * r, x + 0.999 * r), Epsilon = noise,
                Boundary = (Boundary)random.Next(2),
            });
            for (int k = 1; k <= 60; k++)
            {
                double most = Math.Pow(q, k) * r + (noise + rounding) / (1 - q) + 1e-7;
                Assert.All(chains.Step().Noisy.ToArray(), z => Assert.True(Math.Abs(z - x) <= most,
                    $"step {k}: {Math.Abs(z - x):g5}, at most {most:g5}"));
            }
        }, Nets.Cases(60));
        Assert.True(found >= 5, $"only {found} sinks were found");
    }

    // A network with a sink, the radius of its ball, q on it, and the noise r(1-q) - E that the theorem allows; null where there is none.
    private static Mlp? Sink(
        NetCase it, Device device, Random random, out ExactNet? exact, out SmoothFixedPoint? point, out double r, out double q,
        out double noise)
    {
        (exact, point, r, q, noise) = (null, null, 0, 0, 0);
        double[][] data = it.Points(2, random, 0.1);
        var network = it.Interpolate(device, data, data);
        if (network is null) return null;
        exact = ExactNet.Of(network);
        point = SmoothFixedPoint.Newton(exact, data[0], it.Low);
        double norm = point is null ? 2 : Dense.SpectralNorm(point.Jacobian);
        if (point is not null && norm < 0.95)
        {
            double inside = point.X.Min(x => Math.Min(x - it.Low, 1 - x));
            r = Math.Min(Math.Min(0.9 * point.Radius, 0.5 * (1 - norm) / point.Curvature), 0.9 * inside);
            q = norm + point.Curvature * r;
            noise = r * (1 - q) - 2 * Dense.Norm(exact.Bounded(point.X).Error);
            if (noise > 1e-5) return network;
        }

        network.Dispose();
        return null;
    }

    private static double[] Direction(Random random, int features)
    {
        double[] v = [.. Enumerable.Range(0, features).Select(_ => 2 * random.NextDouble() - 1)];
        double norm = Dense.Norm(v);
        return [.. v.Select(value => value / norm)];
    }
}
