using Kaleido.Backends;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;
using Kaleido.Tests;
using Kaleido.Theorems.Support;

namespace Kaleido.Theorems;

/// <summary>
/// Theorems 6 and 7: two interpolated points exclude global contraction; a bound q &lt; 1 gives one attractor at the rate q.
/// </summary>
public sealed class ContractionTests
{
    /// <remarks>
    /// ‖xᵢ - xⱼ‖ ≤ ‖xᵢ - f(xᵢ)‖ + ‖f(xᵢ) - f(xⱼ)‖ + ‖f(xⱼ) - xⱼ‖ ≤ 2η + Lip·‖xᵢ - xⱼ‖. η is that of the exact function, from float64; one
    /// part in 10¹² of the distance covers float64's rounding.
    /// </remarks>
    [Fact]
    public void Residuals_of_at_most_eta_put_a_floor_under_the_Lipschitz_bound()
    {
        using var device = Device.Cpu(1);
        int interpolated = 0;
        Law.Holds(Nets.Of(4, 16, 3, Nets.Any, 1, 3, 0.3), it =>
        {
            var random = it.Random(1);
            double[][] data = it.Points(2 + random.Next(3), random, 0.1);
            using var fitted = it.Interpolate(device, data, data);
            using var network = fitted is null ? it.Create(device) : null;
            var exact = ExactNet.Of(fitted ?? network!);
            double upper = LipschitzBound.Of(fitted ?? network!).Upper;
            double[] residuals = [.. data.Select(x => Dense.Distance(x, exact.Evaluate(x)))];
            for (int i = 0; i < data.Length; i++)
            {
                for (int j = 0; j < i; j++)
                {
                    double distance = Dense.Distance(data[i], data[j]), eta = Math.Max(residuals[i], residuals[j]);
                    if (distance < 1e-3) continue;
                    double floor = 1 - 2 * eta / distance - 1e-12;
                    double quotient = Dense.Distance(exact.Evaluate(data[i]), exact.Evaluate(data[j])) / distance;
                    Assert.True(quotient >= floor, $"quotient {quotient}, floor {floor}");
                    Assert.True(upper >= floor, $"bound {upper}, floor {floor}");
                    if (floor > 0.999) interpolated++;
                }
            }
        }, Nets.Cases(100));
        Assert.True(interpolated > 0, "no two points were interpolated: the floor was never near 1");
    }

    /// <remarks>
    /// One application in float32 is within E = ‖error of <see cref="ExactNet.Bounded"/>‖ of the exact one, so e_k ≤ q e_{k-1} + E, which
    /// sums to q^k e_0 + E(1 - q^k)/(1 - q). E is taken as the largest over the states met.
    /// </remarks>
    [Fact]
    public void With_q_below_one_every_chain_goes_to_one_attractor_at_the_rate_q()
    {
        using var device = Device.Cpu(1);
        Law.Holds(Nets.Of(5, 12, 4, Nets.Any, 1), it =>
        {
            var random = it.Random(1);
            double target = 0.1 + 0.85 * random.NextDouble(), factor;
            using (var plain = it.Create(device)) factor = Math.Pow(target / LipschitzBound.Of(plain).Upper, 1.0 / plain.Layers);
            using var network = it.Create(device, (_, weight, bias) => ([.. weight.Select(w => w * factor)], [.. bias.Select(b => 5 * b)]));
            var bound = LipschitzBound.Of(network);
            Assert.True(bound.IsContraction, $"q = {bound.Upper}, aimed at {target}");
            var exact = ExactNet.Of(network);
            double q = bound.Upper;
            double[] center = exact.Settle(it.Points(1, random)[0], 5000);
            // After that many steps float64 itself is within its own rounding of x*.
            double slack = exact.Bounded(center, 0, ExactNet.Double).Error.Max() * Math.Sqrt(it.Features) * 4 / (1 - q);
            foreach (double[] start in it.Points(8, random))
            {
                float[] x = [.. start.Select(value => (float)value)];
                double first = Dense.Distance(start, center), shrunk = 1, rounding = 0;
                for (int k = 1; k <= 60; k++)
                {
                    rounding = Math.Max(rounding, Dense.Norm(exact.Bounded([.. x.Select(value => (double)value)]).Error));
                    x = network.Evaluate(x);
                    shrunk *= q;
                    double distance = Dense.Distance([.. x.Select(value => (double)value)], center);
                    double most = shrunk * first + rounding * (1 - shrunk) / (1 - q) + slack;
                    Assert.True(distance <= most, $"step {k}: {distance:g4} from x*, at most {most:g4} with q = {q:g4}");
                }
            }
        }, Nets.Cases(60));
    }
}
