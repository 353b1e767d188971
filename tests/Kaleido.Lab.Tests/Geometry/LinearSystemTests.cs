using Kaleido.Lab.Beyond;
using Kaleido.Lab.Geometry;
using Kaleido.Tests;

namespace Kaleido.Lab.Tests.Geometry;

public sealed class LinearSystemTests
{
    [Fact]
    public void What_is_solved_fulfils_the_equations() => Law.Holds(Law.Sizes(1, 33), it =>
    {
        int size = Math.Max(1, it.Sizes[0]);
        var random = it.Random();
        double[] a = Matrix(random, size), x = [.. Enumerable.Range(0, size).Select(_ => random.NextDouble() - 0.5)];
        var system = LinearSystem.Of(a, size);
        double[] b = Apply(a, x), found = system.Solve(b), again = Apply(a, found);
        // Gaussian elimination with row exchanges has a small residual whatever the condition: growth here stays far below 2^size.
        for (int i = 0; i < size; i++) Assert.Equal(b[i], again[i], 1e-12 * size);
        double[] inverse = system.Inverse(), column = Apply(a, [.. Enumerable.Range(0, size).Select(i => inverse[i * size])]);
        Assert.Equal(1, column[0], 1e-10 * size);
    }, 60);

    [Fact]
    public void The_sign_is_that_of_the_determinant()
    {
        Assert.Equal(1, LinearSystem.Of([2, 0, 0, 3], 2).Sign);
        Assert.Equal(-1, LinearSystem.Of([0, 1, 1, 0], 2).Sign);
        Assert.Equal(-1, LinearSystem.Of([1, 2, 3, 4], 2).Sign);
        Assert.Equal(1, LinearSystem.Of([0, 1, 0, 0, 0, 1, 1, 0, 0], 3).Sign);
    }

    [Fact]
    public void A_singular_matrix_is_told_and_not_solved()
    {
        var system = LinearSystem.Of([1, 2, 2, 4], 2);
        Assert.True(system.IsSingular && system.Sign == 0);
        Assert.Throws<InvalidOperationException>(() => system.Solve([1, 1]));
        Assert.Throws<ArgumentException>(() => LinearSystem.Of([1, 2, 3], 2));
    }

    [Fact]
    public void Jacobis_rotations_find_orthonormal_eigenvectors() => Law.Holds(Law.Sizes(1, 33), it =>
    {
        int size = Math.Max(1, it.Sizes[0]);
        double[] a = Matrix(it.Random(), size), symmetric = new double[size * size];
        for (int i = 0; i < size; i++)
            for (int j = 0; j < size; j++) symmetric[i * size + j] = a[i * size + j] + a[j * size + i];
        var (values, vectors) = SymmetricEigen.Of(symmetric, size);
        for (int k = 0; k < size; k++)
        {
            double[] v = vectors[(k * size)..((k + 1) * size)], image = Apply(symmetric, v);
            for (int i = 0; i < size; i++) Assert.Equal(values[k] * v[i], image[i], 1e-11 * size);
            for (int l = 0; l <= k; l++)
                Assert.Equal(l == k ? 1 : 0, v.Zip(vectors[(l * size)..((l + 1) * size)], (x, y) => x * y).Sum(), 1e-12 * size);
            Assert.True(k == 0 || values[k] <= values[k - 1]);
        }
    }, 40);

    internal static double[] Matrix(Random random, int size) =>
        [.. Enumerable.Range(0, size * size).Select(_ => random.NextDouble() * 2 - 1)];

    private static double[] Apply(double[] a, double[] x) =>
        [.. Enumerable.Range(0, x.Length).Select(i => x.Select((value, j) => a[i * x.Length + j] * value).Sum())];
}
