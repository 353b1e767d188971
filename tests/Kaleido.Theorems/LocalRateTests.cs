using Kaleido.Backends;
using Kaleido.Tests;
using Kaleido.Theorems.Support;

namespace Kaleido.Theorems;

/// <summary>
/// Theorem 8. At a smooth stable x*, the slope of log‖x_k - x*‖ tends to log ρ(J): within 5 % in the window that float32 allows.
/// </summary>
/// <remarks>
/// The window is derived, not searched for in the orbit: an enclosure of the orbit (curvature of the output activation above, rounding
/// below) says from which radius and for how many steps the slope must lie within 5 % of log ρ. Fixed points that leave no such window (a
/// kink too near, a complex pair, ρ beyond [.15, .95]) are passed over.
/// </remarks>
public sealed class LocalRateTests
{
    [Fact]
    public void Distances_to_a_smooth_sink_shrink_by_the_spectral_radius()
    {
        using var device = Device.Cpu(1);
        int measured = 0, several = 0;
        Law.Holds(Nets.Of(4, 16, 3, Nets.Piecewise, 1, 3), it =>
        {
            var random = it.Random(1);
            double[][] data = it.Points(2, random, 0.1);
            using var network = it.Interpolate(device, data, data);
            if (network is null) return;
            var exact = ExactNet.Of(network);
            if (SmoothFixedPoint.Newton(exact, data[0], it.Low) is not { SpectralRadius: >= 0.15 and <= 0.95 } point) return;
            if (point.Dominant() is not var (right, left)) return;

            // Twice the bound at x* for the states around it; checked below for every state met.
            double rounding = 2 * Dense.Norm(exact.Bounded(point.X).Error), rate = Math.Log(point.SpectralRadius);
            if (Window(point, new(point, right, left, rounding), rate) is not var (radius, steps)) return;
            float[] x = [.. Dense.AddScaled(point.X, radius, right).Select(value => (float)value)];
            double first = Distance(x);
            for (int k = 0; k < steps; k++)
            {
                Assert.True(Dense.Norm(exact.Bounded(Wide(x)).Error) <= rounding);
                x = network.Evaluate(x);
            }

            double slope = Math.Log(Distance(x) / first) / steps;
            Assert.InRange(slope / rate, 0.95, 1.05);
            measured++;
            if (it.Features > 1) several++;

            double Distance(float[] y) => Dense.Distance(Wide(y), point.X);
        }, Nets.Cases(300));
        Assert.True(measured >= 5 && several >= 1, $"{measured} rates were measured, {several} of them in more than one dimension");
    }

    private static double[] Wide(float[] x) => [.. x.Select(value => (double)value)];

    // The largest radius, and then the most steps, at which the enclosed slope is within 5 % of log ρ.
    private static (double Radius, int Steps)? Window(SmoothFixedPoint point, OrbitEnclosure orbit, double rate)
    {
        double start = ExactNet.Single * Dense.Norm(point.X) * 2;
        for (double radius = Math.Min(0.1, point.Radius / 2); radius > 100 * start; radius /= 2)
        {
            orbit.Start(radius, start);
            var (low, high) = orbit.Norm;
            int best = 0;
            for (int k = 1; k <= 400 && orbit.Norm.Low > 0 && orbit.Norm.High < point.Radius; k++)
            {
                orbit.Step();
                double slowest = Math.Log(orbit.Norm.High / low) / k, fastest = Math.Log(orbit.Norm.Low / high) / k;
                if (slowest <= 0.95 * rate && fastest >= 1.05 * rate) best = k;
            }

            if (best > 0) return (radius, best);
        }

        return null;
    }
}
