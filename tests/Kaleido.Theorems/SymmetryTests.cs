using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Tests;
using Kaleido.Theorems.Support;

namespace Kaleido.Theorems;

/// <summary>
/// Theorem 3. ReLU rescaling (cW_l, cb_l, W_{l+1}/c): to the bit for c a power of two, else within the derived bound; permuting hidden
/// units: within the derived bound, as it reorders the chains. One application.
/// </summary>
/// <remarks>
/// Both networks are within their bounds of the same exact function (<see cref="ExactNet.Bounded"/>), so they are within the sum of each
/// other. A rescaled weight was rounded once more: one more rounding in every term of its sum, in units in which that layer is c times as
/// large, so that relative errors stay what they are.
/// </remarks>
public sealed class SymmetryTests
{
    private static readonly double[] s_scales = [1, 3, 10];

    [Fact]
    public void Rescaling_by_powers_of_two_keeps_every_bit()
    {
        using var device = Device.Cpu(1);
        Law.Holds(Nets.Of(6, 20, 6, ["relu"], s_scales), it =>
        {
            var random = it.Random(1);
            double[] factors = [.. Enumerable.Range(0, it.HiddenLayers).Select(_ => Math.ScaleB(1, random.Next(-8, 9)))];
            using Mlp network = it.Create(device), rescaled = Rescaled(it, device, factors);
            float[] x = [.. it.Points(30, random).SelectMany(point => point).Select(value => (float)value)];
            // A power of two changes exponents alone, unless a number of the chain is subnormal before or after. Weights and points are
            // multiples of about 2⁻³⁰; a sum that cancels below 2⁻¹⁰⁰ and does not vanish would be needed.
            Assert.Equal(network.Evaluate(x), rescaled.Evaluate(x));
        }, Nets.Cases(100));
    }

    [Fact]
    public void Rescaling_by_any_positive_factor_stays_within_the_bound()
    {
        using var device = Device.Cpu(1);
        int differ = 0;
        Law.Holds(Nets.Of(6, 20, 6, Nets.Piecewise, s_scales), it =>
        {
            var random = it.Random(1);
            double[] factors = [.. Enumerable.Range(0, it.HiddenLayers).Select(_ => Math.Pow(10, 4 * random.NextDouble() - 2))];
            using Mlp network = it.Create(device), rescaled = Rescaled(it, device, factors);
            differ += Compare(it, network, rescaled, random, 1);
        }, Nets.Cases(100));
        Assert.True(differ > 0, "no bit ever differed: the law compared a network with itself");
    }

    [Fact]
    public void Permuting_hidden_units_stays_within_the_bound()
    {
        using var device = Device.Cpu(1);
        int differ = 0;
        Law.Holds(Nets.Of(6, 20, 6, Nets.Any, s_scales), it =>
        {
            var random = it.Random(1);
            int[][] orders = [.. Enumerable.Range(0, it.HiddenLayers).Select(_ => Enumerable.Range(0, it.Width).ToArray())];
            foreach (int[] order in orders) random.Shuffle(order);
            using Mlp network = it.Create(device), permuted = it.Create(device, (layer, weight, bias) =>
            {
                int inputs = layer == 0 ? it.Features : it.Width, outputs = bias.Length;
                int[] rows = layer == it.HiddenLayers ? [.. Enumerable.Range(0, outputs)] : orders[layer];
                int[] columns = layer == 0 ? [.. Enumerable.Range(0, inputs)] : orders[layer - 1];
                return ([.. rows.SelectMany(row => columns.Select(column => weight[row * inputs + column]))],
                    [.. rows.Select(row => bias[row])]);
            });
            differ += Compare(it, network, permuted, random, 0);
        }, Nets.Cases(100));
        Assert.True(differ > 0, "no bit ever differed: the law compared a network with itself");
    }

    // How many outputs differ; each by at most the sum of both bounds.
    private static int Compare(NetCase it, Mlp network, Mlp other, Random random, int extra)
    {
        var exact = ExactNet.Of(network);
        int differ = 0;
        foreach (double[] point in it.Points(30, random))
        {
            float[] x = [.. point.Select(value => (float)value)], y = network.Evaluate(x), z = other.Evaluate(x);
            double[] bound = exact.Bounded(point).Error, otherBound = exact.Bounded(point, extra).Error;
            for (int i = 0; i < y.Length; i++)
            {
                Assert.True(Math.Abs((double)y[i] - z[i]) <= bound[i] + otherBound[i],
                    $"{y[i]:R} and {z[i]:R}, bound {bound[i] + otherBound[i]:g3}");
                if (y[i] != z[i]) differ++;
            }
        }

        return differ;
    }

    private static Mlp Rescaled(NetCase it, Device device, double[] factors) => it.Create(device, (layer, weight, bias) =>
    {
        double own = layer < factors.Length ? factors[layer] : 1, before = layer > 0 ? factors[layer - 1] : 1;
        return ([.. weight.Select(w => w * own / before)], [.. bias.Select(b => b * own)]);
    });
}
