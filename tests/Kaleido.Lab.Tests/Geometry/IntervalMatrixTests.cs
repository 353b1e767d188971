using Kaleido.Lab.Geometry;
using Kaleido.Tests;

namespace Kaleido.Lab.Tests.Geometry;

public sealed class IntervalMatrixTests
{
    [Fact]
    public void Products_hold_the_exact_product_of_all_matrices_in_them() => Law.Holds(Law.Sizes(3, 9), it =>
    {
        int rows = it.Sizes[0], inner = it.Sizes[1], columns = it.Sizes[2];
        var random = it.Random();
        var (a, p) = Draw(random, rows, inner);
        var (b, q) = Draw(random, inner, columns);
        var product = a * b;
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                var sum = Exact.Of(0);
                for (int k = 0; k < inner; k++) sum += Exact.Of(p[i * inner + k]) * Exact.Of(q[k * columns + j]);
                Assert.True(sum.IsAtLeast(product[i, j].Low) && sum.IsAtMost(product[i, j].High));
            }
        }
    });

    [Fact]
    public void Norms_bound_every_image() => Law.Holds(Law.Sizes(2, 9), it =>
    {
        int rows = Math.Max(1, it.Sizes[0]), columns = Math.Max(1, it.Sizes[1]);
        var random = it.Random();
        var (a, p) = Draw(random, rows, columns);
        double[] x = [.. Enumerable.Range(0, columns).Select(_ => random.NextDouble() - 0.5)];
        double squares = 0;
        for (int i = 0; i < rows; i++)
        {
            double sum = 0, row = 0;
            for (int k = 0; k < columns; k++) (sum, row) = (sum + p[i * columns + k] * x[k], row + p[i * columns + k] * p[i * columns + k]);
            squares += sum * sum;
            Assert.True(Math.Sqrt(row) <= a.RowNorm(i) * (1 + 1e-14));
        }

        double norm = Math.Sqrt(x.Sum(value => value * value));
        // The left sides carry float64 rounding of their own.
        Assert.True(Math.Sqrt(squares) <= a.NormUpper() * norm * (1 + 1e-13) && a.NormUpper() <= 2.0001 * a.FrobeniusUpper() + 1e-290);
    });

    [Fact]
    public void Norms_of_known_matrices_are_met()
    {
        double c = Math.Cos(1), s = Math.Sin(1);
        Assert.InRange(IntervalMatrix.Of([3 * c, -3 * s, 3 * s, 3 * c], 2, 2).NormUpper(), 3 - 1e-12, 3 + 1e-3);
        Assert.InRange(IntervalMatrix.Identity(5).NormUpper(), 1, 1 + 1e-3);
        Assert.InRange(IntervalMatrix.Identity(4).FrobeniusUpper(), 2, 2 + 1e-12);
    }

    [Fact]
    public void A_norm_of_Lyapunov_contracts_a_matrix_whose_Euclidean_norm_is_above_one()
    {
        double[] a = [0.5, 10, 0, 0.5];
        var norm = VectorNorm.Lyapunov(a, 2, 0.8)!;
        var image = IntervalMatrix.Of(norm.Matrix!, 2, 2) * IntervalMatrix.Of(a, 2, 2) * norm.Inverse!;
        Assert.True(IntervalMatrix.Of(a, 2, 2).NormUpper() > 10);
        Assert.True(image.NormUpper() < 0.8);
        // T⁻¹ is enclosed: T·[T⁻¹] holds the identity.
        var identity = IntervalMatrix.Of(norm.Matrix!, 2, 2) * norm.Inverse!;
        for (int i = 0; i < 4; i++)
            Assert.True(identity[i / 2, i % 2].Contains(i % 3 == 0 ? 1 : 0) && identity[i / 2, i % 2].Width < 1e-10);
    }

    [Fact]
    public void A_map_whose_square_vanishes_contracts_by_two_applications()
    {
        // J = [0 4; 0 0] over a ball of 1: ‖J‖ = 4, J² = 0, so a start within 1/4 stays in the ball and is then at the fixed point.
        IntervalMatrix left = IntervalMatrix.Of([4, 0, 0, 0], 2, 2), hidden = IntervalMatrix.Of([0, 1, 0, 0], 2, 2);
        var found = PowerContraction.Prove(left, hidden, 1, 1e-15, (b, k) => (b * k).NormUpper())!.Value;
        Assert.Equal(2, found.Power);
        Assert.InRange(found.Radius, 0.2499, 0.25);
        Assert.Null(PowerContraction.Prove(left, IntervalMatrix.Of([1, 1, 0, 0], 2, 2), 1, 1e-15, (b, k) => (b * k).NormUpper()));
    }

    // Intervals, a third of them points, and a matrix inside.
    private static (IntervalMatrix Intervals, double[] Inside) Draw(Random random, int rows, int columns)
    {
        var made = new IntervalMatrix(rows, columns);
        var inside = new double[rows * columns];
        for (int i = 0; i < inside.Length; i++)
        {
            double low = random.NextDouble() * 2 - 1, high = random.Next(3) == 0 ? low : low + random.NextDouble();
            (made.Low[i], made.High[i]) = (low, high);
            inside[i] = Math.Clamp(low + random.NextDouble() * (high - low), low, high);
        }

        return (made, inside);
    }
}
