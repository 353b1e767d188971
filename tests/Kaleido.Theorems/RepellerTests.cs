using Kaleido.Backends;
using Kaleido.Tests;
using Kaleido.Theorems.Support;

namespace Kaleido.Theorems;

/// <summary>
/// Theorem 11. Repellers are global minima of ℓ(x) = ‖x - f(x)‖²/D as well: gradient flow gives a repeller a basin of positive size,
/// iteration none. (That ∇ℓ is what the flow needs is theorem 10.)
/// </summary>
/// <remarks>
/// Let g = x - f, M = I - J(x*), s = σ_min(M)/2, L = ‖M‖ + BR with R = min(kink distance, s/B): in the ball of
/// radius R all I - J(x) have singular values in [s, L] and g is one to one. A step x ← x - t(I-J)ᵀg with t =
/// 1/(2L²) changes ‖g‖ by at most the factor 1 - ¾ts² as long as B‖g‖ ≤ s², so the path is at most (4/3)(L/s²)‖g₀‖
/// long and a start within δ = R/(1 + (4/3)(L/s)²) of x* never leaves the ball and ends at x*: a whole ball of
/// starts. Under iteration the enclosure of theorem 8 shows a start on the unstable direction leave the ball.
/// </remarks>
public sealed class RepellerTests
{
    [Fact]
    public void Gradient_flow_gives_a_repeller_a_ball_of_starts_and_iteration_drives_them_out()
    {
        using var device = Device.Cpu(1);
        int found = 0, several = 0;
        Law.Holds(Nets.Of(3, 12, 3, Nets.Piecewise, 1, 3), it =>
        {
            var random = it.Random(1);
            if (Repeller(it, device, random) is not var (exact, point)) return;

            // A repeller is as good a minimum as a datum: ℓ = 0 up to float64's rounding.
            Assert.True(point.Residual <= 1e-13);
            double[,] m = Dense.IdentityMinus(point.Jacobian);
            double s = Dense.SmallestSingularValue(m) / 2;
            if (s < 0.02) return;
            double ball = Math.Min(point.Radius, s / point.Curvature), largest = Dense.SpectralNorm(m) + point.Curvature * ball;
            double share = 1 / (1 + 4.0 / 3 * Math.Pow(largest / s, 2)), start = 0.9 * ball * share, step = 1 / (2 * largest * largest);
            // ‖x - x*‖ ≤ ‖g‖/s, so that many steps bring every start to a hundredth of the radius it started at.
            double steps = Math.Log(100 * largest / s) / (0.75 * step * s * s);
            if (steps > 3000) return;
            found++;
            if (it.Features > 1) several++;
            for (int i = 0; i < 4; i++)
            {
                double[] x = Dense.AddScaled(point.X, start, Direction(random, it.Features));
                for (int k = 0; k < steps; k++)
                {
                    x = Dense.AddScaled(x, -step, Dense.ApplyTransposed(Dense.IdentityMinus(exact.Jacobian(x)),
                        Dense.Subtract(x, exact.Evaluate(x))));
                    Assert.True(Dense.Distance(x, point.X) <= ball, "the flow left the ball");
                }

                Assert.True(Dense.Distance(x, point.X) <= start / 100 + 1e-12 / s,
                    $"the flow ended {Dense.Distance(x, point.X):g3} from the repeller, it started at {start:g3}");
            }
        }, Nets.Cases(200));
        Assert.True(found > 5 && several > 0, $"{found} repellers, {several} of them in more than one dimension");
    }

    [Fact]
    public void Iteration_drives_every_start_beside_a_repeller_out_of_its_neighbourhood()
    {
        using var device = Device.Cpu(1);
        int found = 0, several = 0;
        Law.Holds(Nets.Of(3, 12, 3, Nets.Piecewise, 1, 3), it =>
        {
            if (Repeller(it, device, it.Random(1)) is not var (exact, point)) return;
            if (point.Dominant() is not var (right, left)) return;
            var orbit = new OrbitEnclosure(point, right, left, 1e-14);
            double leaves = Math.Min(0.01, point.Radius) * 0.1;
            if (Exit(orbit, leaves) is not var (start, steps)) return;
            found++;
            if (it.Features > 1) several++;
            foreach (int sign in new[] { 1, -1 })
            {
                double[] x = Dense.AddScaled(point.X, sign * start, right);
                bool left1 = false;
                for (int k = 0; k < steps && !left1; k++) left1 = Dense.Distance(x = exact.Evaluate(x), point.X) > leaves;
                Assert.True(left1, $"a start {start:g3} beside the repeller is still within {leaves:g3} after {steps} applications");
            }
        }, Nets.Cases(200));
        Assert.True(found > 5 && several > 0, $"{found} repellers, {several} of them in more than one dimension");
    }

    // A fixed point between two of three data of an interpolating network that repels; null where there is none.
    private static (ExactNet Exact, SmoothFixedPoint Point)? Repeller(NetCase it, Device device, Random random)
    {
        double[][] data = it.Points(3, random, 0.1);
        using var network = it.Interpolate(device, data, data);
        if (network is null) return null;
        var exact = ExactNet.Of(network);
        double[] middle = [.. data[0].Zip(data[1], (a, b) => (a + b) / 2)];
        return SmoothFixedPoint.Newton(exact, middle, it.Low) is { SpectralRadius: >= 1.05 } point ? (exact, point) : null;
    }

    // A start beside the repeller from which the enclosure proves that the orbit gets farther away than asked, and after how many steps.
    private static (double Start, int Steps)? Exit(OrbitEnclosure orbit, double leaves)
    {
        for (double start = leaves / 2; start > leaves * 1e-4; start /= 4)
        {
            orbit.Start(start, 1e-15);
            for (int k = 1; k <= 300 && orbit.Norm.High < 10 * leaves; k++)
            {
                orbit.Step();
                if (orbit.LeastNorm > leaves) return (start, k);
            }
        }

        return null;
    }

    private static double[] Direction(Random random, int features)
    {
        double[] v = [.. Enumerable.Range(0, features).Select(_ => 2 * random.NextDouble() - 1)];
        double norm = Dense.Norm(v);
        return [.. v.Select(value => value / norm)];
    }
}
