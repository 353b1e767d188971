namespace Kaleido.Lab.Geometry;

/// <summary>
/// Where a map takes a ball about a fixed point x*: all x - x* lie in {M u + m + G ε: ‖u‖₂ ≤ r, |ε_g| ≤ 1}, a ball's
/// linear image plus a zonotope (E. Goubault, S. Putot, 2006; for networks: T. Gehr et al., AI2, IEEE S&amp;P 2018).
/// </summary>
/// <remarks>
/// Linear layers are applied to the columns [M | m | G]. A function g of one neuron's deviation d in [l,
/// u] is replaced by λd + e, with λ any number near the chord's slope and e an enclosure of g(d) - λd; the
/// middle of e moves m, its radius is a new generator. All entries are intervals that hold every rounding.
/// </remarks>
internal sealed class ReachSet
{
    // Cells of an output's range, and how many generators may be carried for each feature before it is given up.
    private const int Cells = 8, LargestWidth = 256;
    private readonly double _radius;
    private readonly int _ball;
    private IntervalMatrix _columns;

    /// <summary>The ball {‖x - x*‖₂ ≤ r}.</summary>
    public ReachSet(int features, double radius)
    {
        (_radius, _ball, _columns) = (radius, features, new(features, features + 1));
        for (int i = 0; i < features; i++) _columns[i, i] = 1;
    }

    /// <summary>Applies the map once; false where a bound is no number any more or the set has too many generators.</summary>
    /// <param name="map">f.</param>
    /// <param name="weights">Its weights as intervals.</param>
    /// <param name="preactivations">Enclosures of the pre-activations at x*, layer by layer.</param>
    public bool Apply(ReluSelfMap map, IReadOnlyList<IntervalMatrix> weights, Interval[][] preactivations)
    {
        for (int layer = 0; layer < weights.Count; layer++)
        {
            bool last = layer == weights.Count - 1;
            _columns = weights[layer] * _columns;
            var errors = new List<(int Row, double Radius)>();
            for (int i = 0; i < _columns.Rows; i++)
            {
                if (Range(i) is not { } d) return false;
                var z = preactivations[layer][i];
                if (last)
                {
                    var (slope, error) = Output(map, z, d);
                    Replace(i, slope, error, errors);
                }
                else if (z.High + d.High <= 0 && (z + d).High <= 0)
                {
                    _columns.ClearRow(i);
                }
                else if (!((z + d).Low >= 0))
                {
                    var (slope, error) = Relu(z, d);
                    Replace(i, slope, error, errors);
                }
            }

            if (_columns.Columns + errors.Count > 6 * _ball + LargestWidth) return false;
            Extend(errors);
        }

        return true;
    }

    /// <summary>An upper bound of ‖T(x - x*)‖₂ over the set; T = I for null.</summary>
    public double Norm(double[]? matrix)
    {
        var columns = matrix is null ? _columns : IntervalMatrix.Of(matrix, _columns.Rows, _columns.Rows) * _columns;
        var linear = new IntervalMatrix(columns.Rows, _ball);
        Interval rest = 0;
        for (int i = 0; i < columns.Rows; i++)
        {
            Interval row = 0;
            for (int j = 0; j < _ball; j++) linear[i, j] = columns[i, j];
            for (int j = _ball; j < columns.Columns; j++) row += columns[i, j].Abs();
            rest += row.Square();
        }

        return (new Interval(linear.NormUpper()) * _radius + rest.Sqrt()).High;
    }

    // The deviations of one neuron.
    private Interval? Range(int row)
    {
        double sum = 0, rest = 0;
        for (int j = row * _columns.Columns; j < row * _columns.Columns + _ball; j++)
        {
            double most = Math.Max(Math.Abs(_columns.Low[j]), Math.Abs(_columns.High[j]));
            sum = Interval.Up(Math.FusedMultiplyAdd(most, most, sum));
        }

        for (int j = row * _columns.Columns + _ball + 1; j < (row + 1) * _columns.Columns; j++)
            rest = Interval.Up(rest + Math.Max(Math.Abs(_columns.Low[j]), Math.Abs(_columns.High[j])));
        double reach = Interval.Up(Interval.Up(Interval.Up(Math.Sqrt(sum)) * _radius) + rest);
        return double.IsFinite(reach) ? _columns[row, _ball] + new Interval(-reach, reach) : null;
    }

    // max(z + d, 0) - max(z, 0) - λd is linear in d but for the kink at -z, so its extremes are at both ends and there.
    private static (double Slope, Interval Error) Relu(Interval z, Interval d)
    {
        Interval At(Interval at) => (z + at).Max(0) - z.Max(0);
        double chord = (At(d.High).Midpoint - At(d.Low).Midpoint) / (d.High - d.Low), slope = double.IsNaN(chord)
            ? 0 : Math.Clamp(chord, 0, 1);
        var error = (At(d.Low) - slope * new Interval(d.Low)).Hull(At(d.High) - slope * new Interval(d.High));
        if ((-z).Intersect(d) is { } kink) error = error.Hull(-z.Max(0) - slope * kink);
        return (slope, error);
    }

    // φ(z + d) - φ(z) - λd on each cell: its value in the middle plus the range of its derivative times what is left and right of it.
    private static (double Slope, Interval Error) Output(ReluSelfMap map, Interval z, Interval d)
    {
        var centre = map.Activate(z);
        double width = d.High - d.Low, chord = (map.Activate(z + d.High).Midpoint - map.Activate(z + d.Low).Midpoint) / width;
        double slope = width > 1e-9 && double.IsFinite(chord) ? chord : map.Slope(z).Midpoint;
        Interval? error = null;
        double from = d.Low;
        for (int cell = 1; cell <= Cells; cell++)
        {
            double to = cell == Cells ? d.High : Math.Clamp(d.Low + width * cell / Cells, from, d.High), middle = from + (to - from) / 2;
            var inside = new Interval(from, to);
            var value = map.Activate(z + middle) - centre - slope * new Interval(middle)
                + (map.Slope(z + inside) - slope) * (inside - middle);
            error = error?.Hull(value) ?? value;
            from = to;
        }

        return (slope, error!.Value);
    }

    private void Replace(int row, double slope, Interval error, List<(int Row, double Radius)> errors)
    {
        _columns.ScaleRow(row, slope);
        double middle = error.Midpoint;
        _columns[row, _ball] += middle;
        errors.Add((row, (error - middle).Magnitude));
    }

    private void Extend(List<(int Row, double Radius)> errors)
    {
        if (errors.Count == 0) return;
        var wider = new IntervalMatrix(_columns.Rows, _columns.Columns + errors.Count);
        for (int i = 0; i < _columns.Rows; i++)
        {
            _columns.Low.AsSpan(i * _columns.Columns, _columns.Columns).CopyTo(wider.Low.AsSpan(i * wider.Columns));
            _columns.High.AsSpan(i * _columns.Columns, _columns.Columns).CopyTo(wider.High.AsSpan(i * wider.Columns));
        }

        for (int g = 0; g < errors.Count; g++) wider[errors[g].Row, _columns.Columns + g] = errors[g].Radius;
        _columns = wider;
    }
}
