using System.Numerics;
using Kaleido.Backends;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class JacobianSpectrumTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void The_two_point_oracle_attracts_at_the_data_and_repels_between(int hiddenLayers)
    {
        using var device = Device.Reference();
        using var network = TwoPointOracle.Create(device, hiddenLayers);
        var options = new JacobianSpectrumOptions { Step = 1e-6 };
        var found = JacobianSpectrum.Measure(network, [.. TwoPointOracle.Data, 0.5f], options);
        double b = TwoPointOracle.Steepness, slope = TwoPointOracle.A * (1 - TwoPointOracle.A) * b;

        // |f''| ≤ b²/(6√3) < 2.1, and the data are rounded by 3e-8: both sides differ from the slope by less than 3e-6.
        foreach (int datum in new[] { 0, 1 })
        {
            Assert.Equal(slope, found[datum].SpectralRadiusAtPoint, 1e-7);
            Assert.Equal(slope, found[datum].SpectralRadius, 3e-6);
            Assert.Equal(slope, found[datum].SmallestSpectralRadius, 3e-6);
            Assert.Equal(0.7394, found[datum].SpectralRadius, 5.5e-5);
            Assert.Equal(2, found[datum].Sides);
        }

        Assert.Equal(1.155, found[2].SpectralRadius, 5e-4);
        Assert.Equal(b / 4, found[2].SpectralRadiusAtPoint, 1e-14);
        Assert.Equal(found[2].SpectralRadius, found[2].SpectralNorm, 1e-12);
    }

    [Fact]
    public void A_kink_on_the_point_is_seen_from_both_sides()
    {
        // f(x) = 2·relu(x) - ½·relu(-x): slope 2 to the right, ½ to the left; the derivative by rule at 0 is 0.
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(1, 2, 1));
        network.Weight(0).Upload([1f, -1f]);
        network.Bias(0).Upload([0f, 0f]);
        network.Weight(1).Upload([2f, -0.5f]);
        network.Bias(1).Upload([0f]);
        var found = JacobianSpectrum.Measure(network, [0f])[0];
        Assert.Equal((2.0, 0.5, 0.0), (found.SpectralRadius, found.SmallestSpectralRadius, found.SpectralRadiusAtPoint));
        Assert.Equal((new Complex(2, 0), 2), (found.DominantEigenvalue, found.Sides));
        Assert.Equal(2, found.SpectralNorm, 1e-14);
    }

    [Fact]
    public void A_kink_along_one_axis_is_seen_by_the_directions_that_cross_it()
    {
        // f(x, y) = (.3 relu(x), 2 relu(y) - ½ relu(-y)) at (1, 0): along x the point stays on the kink, where the rule gives 0.
        using var device = Device.Reference();
        using var network = Mlp.Create(device, new(2, 3, 1));
        network.Weight(0).Upload([1.0, 0, 0, 1, 0, -1]);
        network.Bias(0).Upload([0.0, 0, 0]);
        network.Weight(1).Upload([0.3, 0, 0, 0, 2, -0.5]);
        network.Bias(1).Upload([0.0, 0]);
        var found = JacobianSpectrum.Measure(network, [1f, 0f])[0];
        Assert.Equal((2.0, 0.3, 0.3, 4), (found.SpectralRadius, found.SmallestSpectralRadius, found.SpectralRadiusAtPoint, found.Sides));
        Assert.Equal(2, found.SpectralNorm, 1e-9);

        // A drawn direction crosses it: 2 above, ½ below.
        var drawn = JacobianSpectrum.Measure(network, [1f, 0f], new() { Directions = 1 })[0];
        Assert.Equal((2.0, 0.5, 2), (drawn.SpectralRadius, drawn.SmallestSpectralRadius, drawn.Sides));
    }

    [Fact]
    public void Distances_to_a_sink_shrink_by_the_spectral_radius()
    {
        // Near the datum ‖x_{k+1} - x*‖/‖x_k - x*‖ = ρ + O(‖x_k - x*‖); after 40 steps that distance is below .74⁴⁰ < 1e-5.
        using var device = Device.Reference();
        using var network = TwoPointOracle.Create(device, 1);
        using var map = new NetworkMap("test", network);
        double[] x = [0.3], previous = [0];
        for (int i = 0; i < 40; i++)
        {
            previous[0] = x[0];
            map.Apply(x, x);
        }

        double rate = (x[0] - TwoPointOracle.A) / (previous[0] - TwoPointOracle.A);
        Assert.Equal(rate, JacobianSpectrum.Measure(network, [TwoPointOracle.Data[0]])[0].SpectralRadiusAtPoint, 2e-5);
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(0)]
    public void A_linear_map_has_its_eigenvalues_with_and_without_the_full_Jacobian(int largestFull)
    {
        // A rotation by 90° times 3 and a Jordan block [½ 4; 0 ½]: ρ = 3, ‖·‖₂ of the block = 4 + 1/(16·…): σ₁² is the larger root of t²
        // - 16.5t + 1/16.
        using var device = Device.Reference();
        double[] a = [0, -3, 0, 0, 3, 0, 0, 0, 0, 0, 0.5, 4, 0, 0, 0, 0.5];
        using var network = Linear(device, a, 4);
        var options = new JacobianSpectrumOptions { LargestFullJacobian = largestFull, Directions = 3 };
        var found = JacobianSpectrum.Measure(network, [1f, 2f, 3f, 4f], options)[0];
        Assert.Equal(3, found.SpectralRadius, 1e-12);
        Assert.Equal(0, Complex.Abs(found.DominantEigenvalue - new Complex(0, 3)), 1e-12);
        Assert.Equal(Math.Sqrt((16.5 + Math.Sqrt(16.5 * 16.5 - 0.25)) / 2), found.SpectralNorm, 1e-8);
        Assert.Equal(6, found.Sides);
        Assert.Equal(a, JacobianSpectrum.Jacobian(network, [1f, 2f, 3f, 4f]));
    }

    [Fact]
    public void The_Jacobian_is_the_difference_quotient()
    {
        using var device = Device.Reference();
        using var network = Mlp.Create(device, new(300, 7, 1)
            { HiddenActivation = Activation.Tanh, Output = Activation.Sigmoid, Seed = 2 });
        float[] x = [.. Enumerable.Range(0, 300).Select(i => i / 300f)];
        var jacobian = JacobianSpectrum.Jacobian(network, x);
        using var map = new NetworkMap("test", network);
        foreach (int column in new[] { 0, 1, 255, 256, 299 })
        {
            // Central differences: the third derivative of this net is below 1, so h² = 1e-8 covers truncation and 1e-16/h rounding.
            double[] right = [.. x.Select(v => (double)v)], left = [.. right];
            right[column] += 1e-4;
            left[column] -= 1e-4;
            map.Apply(right, right);
            map.Apply(left, left);
            for (int i = 0; i < 300; i++) Assert.Equal((right[i] - left[i]) / 2e-4, jacobian[i * 300 + column], 1e-8);
        }
    }

    [Fact]
    public void Permuting_coordinates_changes_no_eigenvalue()
    {
        // P f(P x) has the Jacobian P J P. On the reference device sums over the 20 hidden units keep their order, those over 3 inputs do
        // not.
        using var device = Device.Reference();
        using var network = Mlp.Create(device, new(3, 20, 1) { Output = Activation.Tanh, Seed = 5 });
        using var permuted = Mlp.Create(device, new(3, 20, 1) { Output = Activation.Tanh });
        double[] first = new double[60], last = new double[60], bias = new double[3], hidden = new double[20];
        network.Weight(0).Download(first);
        network.Weight(1).Download(last);
        network.Bias(0).Download(hidden);
        network.Bias(1).Download(bias);
        permuted.Weight(0).Upload([.. Enumerable.Range(0, 60).Select(i => first[i / 3 * 3 + 2 - i % 3])]);
        permuted.Weight(1).Upload([.. Enumerable.Range(0, 60).Select(i => last[(2 - i / 20) * 20 + i % 20])]);
        permuted.Bias(0).Upload(hidden);
        permuted.Bias(1).Upload([bias[2], bias[1], bias[0]]);
        var one = JacobianSpectrum.Measure(network, [.1f, -.2f, .3f])[0];
        var two = JacobianSpectrum.Measure(permuted, [.3f, -.2f, .1f])[0];
        Assert.True(one.SpectralRadius > 1e-3);
        Assert.Equal(one.SpectralRadius, two.SpectralRadius, 1e-12);
        Assert.Equal(one.SpectralRadiusAtPoint, two.SpectralRadiusAtPoint, 1e-12);
    }

    [Fact]
    public void A_Jacobian_that_is_not_finite_gives_NaN()
    {
        using var device = Device.Cpu(1);
        using var network = Linear(device, [1, 0, 0, double.NaN], 2);
        foreach (int largestFull in new[] { 1024, 0 })
        {
            var found = JacobianSpectrum.Measure(network, [1f, 1f], new() { LargestFullJacobian = largestFull })[0];
            Assert.True(double.IsNaN(found.SpectralRadius) && double.IsNaN(found.SpectralRadiusAtPoint)
                && double.IsNaN(found.SpectralNorm));
        }
    }

    [Fact]
    public void Wrong_input_is_refused_in_one_sentence()
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(2, 3, 1) { Output = Activation.Sigmoid });
        using var other = Mlp.Create(device, new(2, 3, 1) { Outputs = 3 });
        Assert.Throws<ArgumentException>(() => JacobianSpectrum.Measure(network, []));
        Assert.Throws<ArgumentException>(() => JacobianSpectrum.Measure(network, [1f]));
        Assert.Throws<ArgumentException>(() => JacobianSpectrum.Measure(network, [1f, float.NaN]));
        Assert.Throws<ArgumentException>(() => JacobianSpectrum.Measure(other, [1f, 1f]));
        Assert.Throws<ArgumentException>(() => JacobianSpectrum.Jacobian(network, [1f, 1f, 1f, 1f]));
        Assert.Throws<ArgumentOutOfRangeException>(() => JacobianSpectrum.Measure(network, [1f, 1f], new() { Step = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => JacobianSpectrum.Measure(network, [1f, 1f], new() { Directions = -1 }));
    }

    private static Mlp Linear(Device device, double[] a, int size)
    {
        var network = Mlp.Create(device, new(size, 1, 0));
        network.Weight(0).Upload(a);
        network.Bias(0).Upload(new double[size]);
        return network;
    }
}
