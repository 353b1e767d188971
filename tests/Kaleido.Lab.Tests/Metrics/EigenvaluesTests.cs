using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class EigenvaluesTests
{
    private const double Unit = 1.1102230246251565e-16;
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(4711, 12345);

    private static Gen<(double[] A, int Size)> Integers =>
        from size in Gen.Choose(1, 6)
        from a in Gen.ArrayOf(Gen.Choose(-4, 4).Select(i => (double)i), size * size)
        select (a, size);

    [Fact]
    public void A_rotation_has_a_complex_pair_on_the_circle()
    {
        double c = Math.Cos(0.7), s = Math.Sin(0.7);
        var values = Eigenvalues.Of([c, -s, s, c], 2);
        Assert.Equal((c, s), (values[0].Real, values[0].Imaginary));
        Assert.Equal(Complex.Conjugate(values[0]), values[1]);
        Assert.Equal(1, Eigenvalues.SpectralRadius([c, -s, s, c], 2), 1e-15);

        // Rotations by .7 and 2 in two planes and a reflected axis, mixed by an orthogonal change of basis.
        double[] block = new double[25];
        (block[0], block[1], block[5], block[6], block[24]) = (c, -s, s, c, -1);
        (block[12], block[13], block[17], block[18]) = (Math.Cos(2), -Math.Sin(2), Math.Sin(2), Math.Cos(2));
        var mixed = Eigenvalues.Of(Conjugate(block, 5, [1, 2, 3, 4, 5]), 5);
        Assert.All(mixed, value => Assert.Equal(1, Complex.Abs(value), 1e-13));
        foreach (double angle in new[] { -2, -0.7, 0.7, 2, Math.PI })
            Assert.Contains(mixed, value => Complex.Abs(value - Complex.FromPolarCoordinates(1, angle)) < 1e-13);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_Jordan_block_is_found_to_the_root_of_rounding(int size)
    {
        // Triangular either way: the upper block splits at once; of the lower one the eigenvalues are those of J + E, ‖E‖_F ≤
        // 10·size²·u·‖J‖_F, so |λ - ½|^size ≤ ‖E‖·(1 + ½ + …)^(size-1) ≤ 2^size·‖E‖.
        var upper = new double[size * size];
        var lower = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            upper[i * size + i] = lower[i * size + i] = 0.5;
            if (i > 0) upper[(i - 1) * size + i] = lower[i * size + i - 1] = 1;
        }

        Assert.All(Eigenvalues.Of(upper, size), value => Assert.Equal(0.5, value));
        double error = 2 * Math.Pow(10 * size * size * Unit * Norm(lower), 1.0 / size);
        Assert.All(Eigenvalues.Of(lower, size), value => Assert.True(Complex.Abs(value - 0.5) <= error));
        Assert.All(Eigenvalues.Of(Conjugate(lower, size, [.. Enumerable.Range(1, size)]), size),
            value => Assert.True(Complex.Abs(value - 0.5) <= error));
    }

    [Fact]
    public void A_non_normal_matrix_has_a_small_radius_and_a_large_norm()
    {
        // [.5 1000; 0 .25] in a rotated basis: ‖A‖ ≈ 1000, ρ = ½. The condition of its eigenvalues is √(1 + 4000²).
        double[] a = Conjugate([0.5, 1000, 0, 0.25], 2, [1, 3]);
        var values = Eigenvalues.Of(a, 2);
        Assert.Equal(0.5, values[0].Real, 4001 * 40 * Unit * 1001);
        Assert.Equal(0.25, values[1].Real, 4001 * 40 * Unit * 1001);
    }

    [Fact]
    public void A_cyclic_shift_has_the_roots_of_unity()
    {
        // Unshifted QR would stand still here: this is what exceptional shifts are for.
        foreach (int size in new[] { 3, 4, 7, 8, 16 })
        {
            var shift = new double[size * size];
            for (int i = 0; i < size; i++) shift[i * size + (i + size - 1) % size] = 1;
            var values = Eigenvalues.Of(shift, size);
            foreach (var root in Enumerable.Range(0, size).Select(k => Complex.FromPolarCoordinates(1, 2 * Math.PI * k / size)))
                Assert.Contains(values, value => Complex.Abs(value - root) < 10 * size * size * Unit * Math.Sqrt(size));
        }
    }

    [Fact]
    public void The_characteristic_polynomial_of_an_integer_matrix_has_these_roots() =>
        Check.One(Fixed, Prop.ForAll(Arb.From(Integers), c =>
    {
        // Exact integer coefficients by Faddeev and LeVerrier. The k-th one is a sum of C(size, k) minors of order k; under A + E it
        // moves by at most C(size, k)·k·‖E‖(‖A‖ + ‖E‖)^(k-1) with ‖E‖ ≤ 10·size²·u·‖A‖_F. Multiplying the roots out costs less than that
        // once more.
        double[] exact = Faddeev(c.A, c.Size);
        Complex[] product = [1];
        foreach (var value in Eigenvalues.Of(c.A, c.Size))
        {
            var next = new Complex[product.Length + 1];
            for (int i = 0; i < product.Length; i++) (next[i], next[i + 1]) = (next[i] + product[i], next[i + 1] - value * product[i]);
            product = next;
        }

        double norm = Norm(c.A), binomial = 1;
        for (int k = 1; k <= c.Size; k++)
        {
            binomial *= (c.Size - k + 1.0) / k;
            double bound = 2 * binomial * k * 10 * c.Size * c.Size * Unit * Math.Pow(norm, k) * 1.01;
            Assert.True(Complex.Abs(product[k] - exact[k]) <= bound, $"coefficient {k}: {product[k]} for {exact[k]}");
        }
    }));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(61)]
    [InlineData(150)]
    public void Sums_of_powers_are_the_traces_and_the_product_is_the_determinant(int size)
    {
        var a = Random(size, 5);
        var values = Eigenvalues.Of(a, size);
        double norm = Norm(a), error = 10 * size * size * Unit * norm;

        // |tr E| ≤ √size·‖E‖; |tr (A+E)² - tr A²| ≤ 2‖A‖_F‖E‖_F + ….
        Assert.Equal(Enumerable.Range(0, size).Sum(i => a[i * size + i]), values.Sum(v => v.Real), Math.Sqrt(size) * error);
        Assert.Equal(0, values.Sum(v => v.Imaginary), error);
        double squares = 0;
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++) squares += a[i * size + j] * a[j * size + i];
        Assert.Equal(squares, values.Sum(v => (v * v).Real), 3 * norm * error);

        // log|det| moves by at most ‖A⁻¹‖‖E‖ per row; a condition of 10⁵·size is far above what these seeds have.
        double logarithm = LogDeterminant(a, size);
        Assert.Equal(logarithm, values.Sum(v => Math.Log(Complex.Abs(v))), size * 1e5 * error / norm);
    }

    [Fact]
    public void Similar_matrices_have_the_same_eigenvalues() => Check.One(Fixed, Prop.ForAll(Arb.From(Integers), c =>
    {
        // A shear, exact in integers, and then a reflection. Single eigenvalues may be ill conditioned, but Σλᵏ = tr Aᵏ is not: under A + E
        // it moves by at most size·k·‖A‖^(k-1)·‖E‖.
        double[] similar = Conjugate(Sheared(c.A, c.Size), c.Size, [.. Enumerable.Range(1, c.Size)]);
        Complex[] first = Eigenvalues.Of(c.A, c.Size), second = Eigenvalues.Of(similar, c.Size);
        double norm = Math.Max(Norm(c.A), Norm(similar)), error = 20 * c.Size * c.Size * Unit * norm;
        for (int power = 1; power <= c.Size; power++)
        {
            Complex difference = first.Aggregate(Complex.Zero, (s, v) => s + Power(v, power))
                - second.Aggregate(Complex.Zero, (s, v) => s + Power(v, power));
            Assert.True(Complex.Abs(difference) <= 2 * c.Size * power * Math.Pow(norm, power - 1) * error);
        }
    }));

    [Fact]
    public void Scaling_by_powers_of_two_scales_to_the_bit_however_large()
    {
        var a = Random(9, 2);
        var values = Eigenvalues.Of(a, 9);
        foreach (int exponent in new[] { -900, -3, 900 })
        {
            var scaled = Eigenvalues.Of([.. a.Select(x => Math.ScaleB(x, exponent))], 9);
            Assert.Equal(values.Select(v => (Math.ScaleB(v.Real, exponent), Math.ScaleB(v.Imaginary, exponent))),
                scaled.Select(v => (v.Real, v.Imaginary)));
        }

        Assert.Equal(new Complex[3], Eigenvalues.Of(new double[9], 3));
    }

    [Fact]
    public void A_block_of_vanishing_size_does_not_hold_the_iteration_up()
    {
        // diag(1, 1e-200·C) with C the cyclic shift of three: shifts and products of the block are far below the smallest number.
        foreach (double tiny in new[] { 1e-100, 1e-139, 1e-160, 1e-200, 1e-300 })
        {
            var values = Eigenvalues.Of([1, 0, 0, 0, 0, 0, 0, tiny, 0, tiny, 0, 0, 0, 0, tiny, 0], 4);
            Assert.Equal(Complex.One, values[0]);
            Assert.All(values[1..], value => Assert.True(Complex.Abs(value) < 1e-90));
        }
    }

    [Fact]
    public void Wrong_input_is_refused_in_one_sentence()
    {
        Assert.Contains("5 values are not a square matrix of 2 rows",
            Assert.Throws<ArgumentException>(() => Eigenvalues.Of(new double[5], 2)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Eigenvalues.Of([], 0));
        Assert.Contains("not finite", Assert.Throws<ArgumentException>(() => Eigenvalues.Of([double.NaN], 1))
            .Message, StringComparison.Ordinal);
    }

    internal static double[] Random(int size, uint seed) =>
        [.. Enumerable.Range(0, size * size).Select(i => MetricRandom.Uniform(seed, 7, 0, (ulong)i) * 2 - 1)];

    // (I + e₁e_lastᵀ) A (I - e₁e_lastᵀ).
    private static double[] Sheared(double[] matrix, int size)
    {
        var a = (double[])matrix.Clone();
        if (size == 1) return a;
        for (int j = 0; j < size; j++) a[j] += a[(size - 1) * size + j];
        for (int i = 0; i < size; i++) a[i * size + size - 1] -= a[i * size];
        return a;
    }

    // (I - 2vvᵀ/vᵀv) A (I - 2vvᵀ/vᵀv).
    private static double[] Conjugate(double[] a, int size, int[] v)
    {
        var q = new double[size * size];
        double squares = v.Sum(x => (double)x * x);
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++) q[i * size + j] = (i == j ? 1 : 0) - 2 * v[i] * v[j] / squares;
        return Product(Product(q, a, size), q, size);
    }

    private static double[] Product(double[] a, double[] b, int size)
    {
        var c = new double[size * size];
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++)
                for (int k = 0; k < size; k++) c[i * size + j] += a[i * size + k] * b[k * size + j];
        return c;
    }

    private static double[] Faddeev(double[] a, int size)
    {
        var coefficients = new double[size + 1];
        coefficients[0] = 1;
        var m = new double[size * size];
        for (int k = 1; k <= size; k++)
        {
            m = Product(a, m, size);
            for (int i = 0; i < size; i++) m[i * size + i] += coefficients[k - 1];
            var am = Product(a, m, size);
            coefficients[k] = -Enumerable.Range(0, size).Sum(i => am[i * size + i]) / k;
        }

        return coefficients;
    }

    private static double LogDeterminant(double[] matrix, int size)
    {
        var a = (double[])matrix.Clone();
        double logarithm = 0;
        for (int k = 0; k < size; k++)
        {
            int pivot = Enumerable.Range(k, size - k).MaxBy(i => Math.Abs(a[i * size + k]));
            for (int j = 0; j < size; j++) (a[k * size + j], a[pivot * size + j]) = (a[pivot * size + j], a[k * size + j]);
            logarithm += Math.Log(Math.Abs(a[k * size + k]));
            for (int i = k + 1; i < size; i++)
            {
                double factor = a[i * size + k] / a[k * size + k];
                for (int j = k; j < size; j++) a[i * size + j] -= factor * a[k * size + j];
            }
        }

        return logarithm;
    }

    private static Complex Power(Complex x, int power) => Enumerable.Repeat(x, power).Aggregate(Complex.One, (p, v) => p * v);

    private static double Norm(double[] a) => Math.Sqrt(a.Sum(x => x * x));
}
