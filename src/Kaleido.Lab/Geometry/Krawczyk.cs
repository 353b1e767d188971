namespace Kaleido.Lab.Geometry;

/// <summary>
/// R. Krawczyk's test (Computing 4, 1969) for x = f(x) in one or two dimensions over the box m ± r: with C ≈ (I - J)⁻¹,
/// K = m - C(m - f(m)) + (I - C(I - J))(±r). K inside the box proves exactly one fixed point there, which lies in K, and that every matrix
/// of I - J is regular; K beside the box proves that there is none.
/// </summary>
internal readonly struct Krawczyk
{
    private Krawczyk(bool unique, bool empty, int index, Interval[] image) => (IsUnique, IsEmpty, Index, Image) = (unique, empty, index, image);

    /// <summary>Exactly one fixed point is in the box.</summary>
    public bool IsUnique { get; }

    /// <summary>No fixed point is in the box.</summary>
    public bool IsEmpty { get; }

    /// <summary>sign det(I - J) all over the box, if <see cref="IsUnique"/>.</summary>
    public int Index { get; }

    /// <summary>K.</summary>
    public Interval[] Image { get; }

    /// <summary>Tests the box that an enclosure has just been made for.</summary>
    public static Krawczyk Test(NetworkEnclosure network, ReadOnlySpan<double> middle, ReadOnlySpan<double> radius)
    {
        int size = middle.Length;
        var m = new Interval[size * size];
        for (int i = 0; i < m.Length; i++) m[i] = (i % (size + 1) == 0 ? 1 : 0) - network.Jacobian[i];
        double[] c = Inverse([.. m.Select(it => it.Midpoint)], size);
        var image = new Interval[size];
        if (!c.All(double.IsFinite)) return new(false, false, 0, image);
        bool inside = true, beside = false;
        for (int i = 0; i < size; i++)
        {
            Interval sum = middle[i];
            for (int j = 0; j < size; j++) sum -= c[i * size + j] * (middle[j] - network.Value[j]);
            for (int j = 0; j < size; j++)
            {
                Interval entry = i == j ? 1 : 0;
                for (int k = 0; k < size; k++) entry -= c[i * size + k] * m[k * size + j];
                sum += entry * new Interval(-radius[j], radius[j]);
            }

            image[i] = sum;
            Interval inner = new(Interval.Up(middle[i] - radius[i]), Math.Max(Interval.Up(middle[i] - radius[i]), Interval.Down(middle[i] + radius[i])));
            inside &= inner.Low < sum.Low && sum.High < inner.High;
            beside |= sum.Intersect(Interval.Around(middle[i], radius[i])) is null;
        }

        // C and I - J have determinants of one sign, as C(I - J) is within less than 1 of I.
        var det = size == 1 ? c[0] : (Interval)c[0] * c[3] - (Interval)c[1] * c[2];
        int index = det.Low > 0 ? 1 : det.High < 0 ? -1 : 0;
        return new(inside && index != 0, beside, index, image);
    }

    /// <summary>A float64 inverse of a matrix with one or two rows, not finite for a singular one.</summary>
    public static double[] Inverse(double[] m, int size)
    {
        if (size == 1) return [1 / m[0]];
        double det = m[0] * m[3] - m[1] * m[2];
        return [m[3] / det, -m[1] / det, -m[2] / det, m[0] / det];
    }
}
