namespace Kaleido.Lab.Metrics;

/// <summary>
/// The Chamfer distance between two point sets A and B. With d(a, B) = min_b ‖a - b‖₂: <see cref="Symmetric"/> = ½(mean_a d(a, B) + mean_b
/// d(b, A)), in the points' units, and <see cref="Squared"/> = mean_a d(a, B)² + mean_b d(b, A)², the form of H. Fan, H. Su, L. Guibas, "A
/// point set generation network for 3D object reconstruction from a single image", CVPR 2017, section 4.1, with means for its sums.
/// </summary>
/// <remarks>
/// Computed in double; 0 exactly if both are the same set, however often a point occurs. It is no metric: the triangle inequality fails.
/// </remarks>
/// <param name="Forward">mean_a d(a, B).</param>
/// <param name="Backward">mean_b d(b, A).</param>
/// <param name="ForwardSquared">mean_a d(a, B)².</param>
/// <param name="BackwardSquared">mean_b d(b, A)².</param>
public readonly record struct Chamfer(double Forward, double Backward, double ForwardSquared, double BackwardSquared)
{
    /// <summary>½(<see cref="Forward"/> + <see cref="Backward"/>).</summary>
    public double Symmetric => (Forward + Backward) / 2;

    /// <summary><see cref="ForwardSquared"/> + <see cref="BackwardSquared"/>.</summary>
    public double Squared => ForwardSquared + BackwardSquared;

    /// <summary>Measures two sets.</summary>
    /// <param name="first">A, row-major [points, features], at least one point, finite.</param>
    /// <param name="second">B, likewise.</param>
    /// <param name="features">Coordinates of a point, of both sets.</param>
    /// <exception cref="ArgumentException">A set is empty, has values that are not whole points, or one that is not finite.</exception>
    public static Chamfer Measure(ReadOnlySpan<float> first, ReadOnlySpan<float> second, int features)
    {
        double[] a = PointSets.Require(nameof(Chamfer), nameof(first), first, features, "points of the first set");
        double[] b = PointSets.Require(nameof(Chamfer), nameof(second), second, features, "points of the second set");
        var (forward, forwardSquared) = Means(PointSets.Nearest(a, b, features).Distance);
        var (backward, backwardSquared) = Means(PointSets.Nearest(b, a, features).Distance);
        return new(forward, backward, forwardSquared, backwardSquared);
    }

    private static (double Mean, double MeanSquare) Means(double[] distances)
    {
        double sum = 0, squares = 0;
        foreach (double distance in distances)
        {
            sum += distance;
            squares += distance * distance;
        }

        return (sum / distances.Length, squares / distances.Length);
    }
}
