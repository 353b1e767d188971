using System.Numerics;
using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class ArnoldiTests
{
    [Fact]
    public void A_rotation_is_found_where_power_iteration_turns_for_ever()
    {
        double c = Math.Cos(0.7), s = Math.Sin(0.7);
        var found = Dominant([c, -s, s, c], 2);
        Assert.Equal(0, Complex.Abs(found.Value - new Complex(c, s)), 1e-14);
        Assert.True(found.Steps <= 2);
    }

    [Fact]
    public void The_identity_ends_after_one_step() => Assert.Equal(1, Dominant([1, 0, 0, 0, 1, 0, 0, 0, 1], 3).Steps);

    [Fact]
    public void A_zero_matrix_has_radius_zero() => Assert.Equal(Complex.Zero, Dominant(new double[16], 4).Value);

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(120)]
    public void A_drawn_matrix_has_the_radius_of_the_QR_algorithm(int size)
    {
        // The exact value of a matrix within residual + rounding ≤ 2e-8·|θ|; eigenvalues of drawn matrices have a condition far below 1e3.
        var a = EigenvaluesTests.Random(size, 3);
        var found = Dominant(a, size);
        var exact = Eigenvalues.Of(a, size)[0];
        Assert.Equal(0, Complex.Abs(found.Value - exact), 2e-8 * Complex.Abs(exact) * 1e3);
        Assert.True(found.Value.Imaginary >= 0);
    }

    [Fact]
    public void A_separated_complex_pair_needs_few_steps_and_the_residual_tells_the_error()
    {
        // 2·rotation(1) beside 998 values in [-½, ½], normal: the error is at most the residual.
        const int Size = 1000;
        double c = 2 * Math.Cos(1), s = 2 * Math.Sin(1);
        var found = Arnoldi.Dominant(
            (v, w) =>
            {
                for (int i = 2; i < Size; i++) w[i] = v[i] * (i / (double)Size - 0.5);
                (w[0], w[1]) = (c * v[0] - s * v[1], s * v[0] + c * v[1]);
            },
            Size);
        Assert.InRange(found.Steps, 2, 60);
        Assert.True(found.Residual <= 2e-8);
        Assert.True(Complex.Abs(found.Value - new Complex(c, s)) <= found.Residual + 1e-13);
    }

    [Fact]
    public void The_residual_is_that_of_the_Ritz_vector()
    {
        // Two steps with A = diag(1, …, 5): q₁ is the start, q₂ what A adds, H = [a b; b d], y = (b, θ - a)/‖·‖ in that basis.
        static double[] A(double[] v) => [.. v.Select((x, i) => (i + 1) * x)];
        double[] q1 = MetricRandom.UnitVector(0, MetricRandom.Starts, 1, 5);
        double a = DenseDouble.Dot(q1, A(q1));
        double[] rest = [.. A(q1).Zip(q1, (x, q) => x - a * q)];
        double b = DenseDouble.Norm(rest);
        double[] q2 = [.. rest.Select(x => x / b)];
        double d = DenseDouble.Dot(q2, A(q2)), theta = (a + d) / 2 + Math.Sqrt((a - d) * (a - d) / 4 + b * b);
        double[] ritz = [.. q1.Zip(q2, (x, y) => b * x + (theta - a) * y)];
        double residual = DenseDouble.Norm([.. A(ritz).Zip(ritz, (x, y) => x - theta * y)]) / DenseDouble.Norm(ritz);
        var found = Arnoldi.Dominant((v, w) => A(v).CopyTo(w, 0), 5, maximumSteps: 2);
        Assert.Equal(2, found.Steps);
        Assert.Equal(theta, found.Value.Real, 1e-13);
        Assert.Equal(residual, found.Residual, 1e-13);
        Assert.True(residual > 0.01);
    }

    [Fact]
    public void A_product_that_is_not_finite_gives_NaN()
    {
        var found = Arnoldi.Dominant((_, w) => Array.Fill(w, double.NaN), 3);
        Assert.True(double.IsNaN(found.Value.Real) && double.IsNaN(found.Residual));
        Assert.Throws<ArgumentOutOfRangeException>(() => Arnoldi.Dominant((_, _) => { }, 0));
    }

    private static RitzValue Dominant(double[] a, int size) =>
        Arnoldi.Dominant((v, w) => DenseDouble.Apply(a, v, w), size);
}
