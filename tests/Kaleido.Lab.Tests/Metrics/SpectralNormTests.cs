using FsCheck;
using FsCheck.Fluent;
using Kaleido.Backends;
using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class SpectralNormTests
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(4711, 12345);

    private static Gen<(double[] W, int Rows, int Columns)> Matrices =>
        from rows in Gen.Choose(1, 6)
        from columns in Gen.Choose(1, 6)
        from w in Gen.ArrayOf(Gen.Choose(-4, 4).Select(i => (double)i), rows * columns)
        select (w, rows, columns);

    [Fact]
    public void A_diagonal_matrix_has_its_largest_element()
    {
        var found = SpectralNorm.Of([3, 0, 0, 0, -7, 0, 0, 0, 2], 3, 3);
        Assert.InRange(7.0, found.Lower, found.Upper);
        Assert.True(found.Upper - found.Lower < 1e-7 && found.Residual < 1e-8);
        Assert.Equal(default, SpectralNorm.Of(new double[6], 2, 3));
    }

    [Fact]
    public void A_column_and_a_row_have_their_Euclidean_norm()
    {
        foreach (var (rows, columns) in new[] { (2, 1), (1, 2) })
        {
            var found = SpectralNorm.Of([3e-200, 4e-200], rows, columns);
            Assert.InRange(5e-200, found.Lower, found.Upper);
            Assert.True(found.Upper - found.Lower < 1e-210);
        }
    }

    [Fact]
    public void The_bounds_enclose_the_largest_singular_value() => Check.One(Fixed, Prop.ForAll(Arb.From(Matrices), c =>
    {
        // σ₁² is the largest eigenvalue of the exact integer matrix WᵀW, which the QR algorithm gives to 10·size²·u·‖·‖_F < 1e-10.
        var gram = new double[c.Columns * c.Columns];
        for (int i = 0; i < c.Columns; i++)
            for (int j = 0; j < c.Columns; j++)
                for (int k = 0; k < c.Rows; k++) gram[i * c.Columns + j] += c.W[k * c.Columns + i] * c.W[k * c.Columns + j];
        double squared = Eigenvalues.Of(gram, c.Columns)[0].Real;
        var found = SpectralNorm.Of(c.W, c.Rows, c.Columns);
        Assert.True(found.Lower <= found.Upper);
        Assert.True(found.Lower * found.Lower <= squared + 1e-10 && squared <= found.Upper * found.Upper + 1e-10);
    }));

    [Fact]
    public void The_upper_bound_holds_where_the_power_iteration_was_stopped_far_too_early()
    {
        // After one step the lower bound is a Rayleigh quotient of a drawn vector; the certificate must not follow it.
        var w = new double[100];
        for (int i = 0; i < 10; i++) w[11 * i] = i == 0 ? 5 : 1;
        var found = SpectralNorm.Of(w, 10, 10, maximumIterations: 1);
        Assert.True(found.Lower < 4.9);
        Assert.InRange(5.0, found.Lower, found.Upper);
        Assert.True(found.Upper <= Math.Sqrt(34) * (1 + 1e-12));
    }

    [Fact]
    public void A_large_drawn_matrix_is_enclosed_tightly()
    {
        var w = Enumerable.Range(0, 90 * 40).Select(i => MetricRandom.Uniform(3, 9, 0, (ulong)i) - 0.5).ToArray();
        var found = SpectralNorm.Of(w, 90, 40);
        Assert.InRange(found.Upper / found.Lower, 1, 1 + 1e-6);
    }

    [Fact]
    public void Wrong_input_is_refused_in_one_sentence()
    {
        Assert.Contains("3 values are not a matrix of 2 rows and 2 columns",
            Assert.Throws<ArgumentException>(() => SpectralNorm.Of([1, 2, 3], 2, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => SpectralNorm.Of([double.NaN], 1, 1));
        Assert.Throws<ArgumentException>(() => SpectralNorm.Of([], 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => SpectralNorm.Of([1], 1, 1, tolerance: 0));
    }

    [Fact]
    public void The_bound_of_the_two_point_oracle_is_its_slope_at_the_repeller()
    {
        using var device = Device.Reference();
        foreach (int hiddenLayers in new[] { 0, 1 })
        {
            using var network = TwoPointOracle.Create(device, hiddenLayers);
            var bound = LipschitzBound.Of(network);
            Assert.InRange(TwoPointOracle.Steepness / 4, bound.Estimate, bound.Upper);
            Assert.Equal(TwoPointOracle.Steepness / 4, bound.Upper, 1e-11);
            Assert.False(bound.IsContraction);
            Assert.Equal(hiddenLayers + 1, bound.Layers.Count);
        }
    }

    [Theory]
    [InlineData("sigmoid", 0.25)]
    [InlineData("tanh", 1.0)]
    [InlineData("identity", 1.0)]
    [InlineData("softmax", 0.5)]
    [InlineData("leakyrelu:-3", 3.0)]
    public void Each_output_has_its_slope(string output, double slope)
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(3, 3, 2)
            { Output = Activation.Parse(output), Initialization = Initialization.Identity });
        Assert.Equal(slope, LipschitzBound.Of(network).Upper, 1e-10);
    }

    [Fact]
    public void Residual_layers_and_the_neural_tangent_scaling_count()
    {
        using var device = Device.Cpu(1);
        using var residual = Mlp.Create(device, new(3, 3, 2) { Initialization = Initialization.Identity, Residual = true });
        Assert.Equal(4, LipschitzBound.Of(residual).Upper, 1e-10);
        using var scaled = Mlp.Create(device, new(2, 2, 0) { Initialization = Initialization.NeuralTangent });
        scaled.Weight(0).Upload([3.0, 0, 0, 1.0]);

        // The certificate is tried at a distance of the residual, 1e-10·9, and then at tenfold ones: here at most once more.
        Assert.Equal(3, LipschitzBound.Of(scaled).Upper, 2e-9);
    }

    [Fact]
    public void No_two_points_are_drawn_apart_by_more_than_the_bound()
    {
        using var device = Device.Reference();
        using var network = Mlp.Create(device, new(3, 8, 2) { Output = Activation.Sigmoid, Seed = 3 });
        double bound = LipschitzBound.Of(network).Upper;
        using var map = new NetworkMap("test", network);
        var x = Cube.Points(-1, 1, 3, 100, 5);
        var y = new double[x.Length];
        map.Apply(x, y);
        for (int i = 1; i < 100; i++)
        {
            double before = PointSets.SquaredDistance(x.AsSpan(0, 3), x.AsSpan(3 * i, 3));
            Assert.True(PointSets.SquaredDistance(y.AsSpan(0, 3), y.AsSpan(3 * i, 3)) <= bound * bound * before);
        }
    }
}
