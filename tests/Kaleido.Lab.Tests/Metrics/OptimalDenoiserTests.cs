using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Tests.Metrics;

public sealed class OptimalDenoiserTests
{
    [Fact]
    public void Two_points_give_a_hyperbolic_tangent()
    {
        // r(y) = a tanh(a y/σ²) for the points ±a; far out in y the largest exponent must be taken out.
        const double A = 0.5, Sigma = 0.25;
        var denoiser = new OptimalDenoiser([0.5f, -0.5f], 1, Sigma);
        double[] y = [-40, -1, -0.3, -1e-9, 0, 0.01, 0.2, 0.7, 300], images = new double[y.Length];
        denoiser.Apply(y, images);
        for (int i = 0; i < y.Length; i++) Assert.Equal(A * Math.Tanh(A * y[i] / (Sigma * Sigma)), images[i], 1e-14);
    }

    [Fact]
    public void One_point_is_given_whatever_goes_in()
    {
        double[] image = [7, -9];
        new OptimalDenoiser([0.25f, 0.75f], 2, 0.1).Apply(image, image);
        Assert.Equal([0.25, 0.75], image);
    }

    [Fact]
    public void Its_step_over_the_variance_is_the_gradient_of_the_log_density()
    {
        const double Sigma = 0.3, Step = 1e-5;
        var denoiser = new OptimalDenoiser([0.1f, 0.9f, -0.4f, 0.2f, 0.6f, -0.7f], 2, Sigma);
        foreach (double[] y in new double[][] { [0, 0], [0.3, -0.2], [-0.9, 0.8] })
        {
            var image = new double[2];
            denoiser.Apply(y, image);
            for (int k = 0; k < 2; k++)
            {
                double[] up = [.. y], down = [.. y];
                (up[k], down[k]) = (y[k] + Step, y[k] - Step);
                double slope = (denoiser.LogDensity(up) - denoiser.LogDensity(down)) / (2 * Step);

                // Truncation: h²/6 times the third derivative, at most (diameter/σ²)³ ≈ 7000; rounding: 1e-16·50/h.
                Assert.Equal(slope, (image[k] - y[k]) / (Sigma * Sigma), 1e-6);
            }
        }
    }

    [Fact]
    public void The_density_of_one_point_is_the_normal_density()
    {
        var denoiser = new OptimalDenoiser([1f, 2f], 2, 0.5);
        Assert.Equal(-Math.Log(2 * Math.PI * 0.25) - (0.04 + 0.09) / (2 * 0.25), denoiser.LogDensity([1.2, 1.7]), 1e-13);
    }

    [Fact]
    public void What_is_out_of_range_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new OptimalDenoiser([], 1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new OptimalDenoiser([1f], 1, 0));
        Assert.Throws<ArgumentException>(() => new OptimalDenoiser([1f, 2f], 2, 1).Apply([1, 2, 3], new double[3]));
        Assert.Throws<ArgumentException>(() => new OptimalDenoiser([1f, 2f], 2, 1).LogDensity([1]));
    }
}
