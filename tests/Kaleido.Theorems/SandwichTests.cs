using Kaleido.Backends;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Tests;
using Kaleido.Theorems.Support;

namespace Kaleido.Theorems;

/// <summary>Theorem 14. ‖W_ω‖ ≤ Lip(f) ≤ ∏‖W_l‖ for the linear piece ω of the ReLU pre-activation.</summary>
public sealed class SandwichTests
{
    // Norms and quotients come from float64 sums over a few hundred terms; this is thousands of times their rounding.
    private const double Rounding = 1e-9;

    [Fact]
    public void The_norm_of_a_linear_piece_is_below_the_Lipschitz_constant_and_that_below_the_product_of_the_layers()
    {
        using var device = Device.Cpu(1);
        int attained = 0;
        Law.Holds(Nets.Of(5, 16, 5, ["relu"], 1, 3, 0.3), it =>
        {
            var random = it.Random(1);
            using var network = it.Create(device);
            var exact = ExactNet.Of(network);
            double product = LipschitzBound.Of(network).Layers.Aggregate(1.0, (q, layer) => q * layer.Upper);
            double[][] points = it.Points(6, random);
            foreach (double[] x in points)
            {
                double[,] piece = exact.LogitJacobian(x);
                double norm = Dense.SpectralNorm(piece);
                Assert.True(norm <= product * (1 + Rounding) + Rounding, $"‖W_ω‖ = {norm}, ∏‖W_l‖ = {product}");
                // ‖W_ω‖ ≤ Lip: inside the piece, along the top singular direction, the difference quotient is ‖W_ω‖ itself.
                double[] direction = TopDirection(piece, random);
                double step = 0.5 * Math.Min(exact.KinkDistance(x), 1);
                if (norm < 1e-6 || step < 1e-4) continue;
                double quotient = Quotient(exact, x, Dense.AddScaled(x, step, direction));
                Assert.InRange(quotient, norm * (1 - 1e-6) - Rounding, norm * (1 + 1e-6) + Rounding);
                attained++;
            }

            // Lip ≤ ∏‖W_l‖: no quotient is above it, over pieces and across them.
            for (int i = 0; i < points.Length; i++)
            {
                for (int j = 0; j < i; j++) Assert.True(Quotient(exact, points[i], points[j]) <= product * (1 + Rounding) + Rounding);
            }
        }, Nets.Cases(100));
        Assert.True(attained > 0, "no piece was wide enough to see its norm attained");
    }

    /// <remarks>
    /// The library's J is a product of float32 numbers: off by at most γ of its chain times the product of the absolute values.
    /// </remarks>
    [Fact]
    public void The_Jacobian_that_the_library_gives_is_below_the_Lipschitz_bound()
    {
        using var device = Device.Cpu(1);
        Law.Holds(Nets.Of(5, 16, 5, Nets.Any, 1, 3, 0.3), it =>
        {
            using var network = it.Create(device);
            var exact = ExactNet.Of(network);
            double[] x = it.Points(1, it.Random(1))[0], jacobian = JacobianSpectrum.Jacobian(network, [.. x.Select(value => (float)value)]);
            double steps = exact.ChainLength * ExactNet.Single, off = steps / (1 - steps) * Frobenius(Dense.Flat(exact.AbsoluteJacobian()));
            double norm = SpectralNorm.Of(jacobian, it.Features, it.Features).Upper;
            Assert.True(norm <= LipschitzBound.Of(network).Upper + off, $"{norm} above {LipschitzBound.Of(network).Upper}");
        }, Nets.Cases(100));
    }

    private static double Frobenius(double[] a) => Math.Sqrt(a.Sum(value => value * value));

    private static double Quotient(ExactNet net, double[] x, double[] y) =>
        Dense.Distance(net.Logits(x), net.Logits(y)) / Dense.Distance(x, y);

    // Power iteration on WᵀW. The quotient's error is of second order in that of the direction: 1000 steps leave less than 1e-6 of the norm
    // whatever the gap is (a direction mixed of two singular vectors has a norm between theirs).
    private static double[] TopDirection(double[,] a, Random random)
    {
        double[] v = [.. Enumerable.Range(0, a.GetLength(1)).Select(_ => random.NextDouble() - 0.5)];
        for (int i = 0; i < 1000; i++)
        {
            double[] next = Dense.ApplyTransposed(a, Dense.Apply(a, v));
            double norm = Dense.Norm(next);
            if (norm == 0) break;
            v = [.. next.Select(value => value / norm)];
        }

        return [.. v.Select(value => value / Dense.Norm(v))];
    }
}
