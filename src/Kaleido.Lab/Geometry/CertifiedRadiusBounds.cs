using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Geometry;

/// <content>Enclosures of derivatives and slopes over a ball.</content>
public sealed partial class CertifiedRadius
{
    // [K] over the ball: derivatives, or slopes about the centre, of the last hidden layer in the coordinates T x.
    private IntervalMatrix? Hidden(VectorNorm norm, double radius, CertifiedForm form, out int unstable)
    {
        unstable = 0;
        IntervalMatrix? rows = norm.Inverse;
        for (int layer = 0; layer < _map.Layers - 1; layer++)
        {
            rows = rows is null ? Weight(layer) : Weight(layer) * rows;
            for (int i = 0; i < rows.Rows; i++)
            {
                var z = _preactivations[layer][i];
                double reach = Interval.Up(rows.RowNorm(i) * radius);
                if (z.Low > reach) continue;
                // A row without a gradient belongs to a neuron that is constant and not active.
                if (z.High < -reach || (z.High <= 0 && reach <= double.Epsilon))
                {
                    rows.ClearRow(i);
                    continue;
                }

                unstable++;
                if (form == CertifiedForm.Piece || double.IsNaN(reach)) return null;
                if (form == CertifiedForm.Slopes) rows.ScaleRow(i, SlopeBounds.Relu(z, reach));
                else rows.HullRowWithZero(i);
            }
        }

        return rows;
    }

    // A bound of ‖T diag(φ') W_L K‖₂ over the ball.
    private double Contraction(VectorNorm norm, IntervalMatrix hidden, double radius, CertifiedForm form)
    {
        if (Left(hidden, radius, form, norm.Matrix is null) is not { } left) return double.NaN;
        if (norm.Matrix is { } matrix) left = IntervalMatrix.Of(matrix, left.Rows, left.Rows) * left;
        return ProductNorm(left, hidden);
    }

    private static double ProductNorm(IntervalMatrix left, IntervalMatrix hidden) =>
        left.Rows <= left.Columns ? (left * hidden).NormUpper() : FactoredNorm(left, hidden);

    // [B] = diag(φ') W_L over the ball, or an upper bound of it that has no smaller product in the Euclidean norm.
    private IntervalMatrix? Left(IntervalMatrix hidden, double radius, CertifiedForm form, bool upper)
    {
        int last = _map.Layers - 1;
        var left = Weight(last);
        if (Reach(left, hidden, radius, _preactivations[last]) is not { } z) return null;
        for (int i = 0; i < left.Rows; i++)
        {
            var slope = form == CertifiedForm.Slopes ? SlopeBounds.Output(_map, _preactivations[last][i], z[i]) : _map.Slope(z[i]);
            // In the Euclidean norm a larger diagonal has the larger product: diag(s) = diag(s/s̄)·diag(s̄).
            left.ScaleRow(i, upper ? new Interval(slope.High) : slope);
        }

        return left;
    }

    // z(c) ± r‖row of W_L K‖₂.
    private static Interval[]? Reach(IntervalMatrix weight, IntervalMatrix hidden, double radius, Interval[] centre)
    {
        var rows = weight * hidden;
        var z = new Interval[centre.Length];
        for (int i = 0; i < z.Length; i++)
        {
            double reach = Interval.Up(rows.RowNorm(i) * radius);
            if (!double.IsFinite(reach)) return null;
            z[i] = centre[i] + new Interval(-reach, reach);
        }

        return z;
    }

    // ‖BK‖₂ ≤ ‖BX‖₂‖RK‖₂ + ‖B(I - XR)‖_F‖K‖_F for any R and X; with BᵀB ≈ RᵀR and X ≈ R⁻¹ the first factor is about 1, and no product is
    // larger than [H, H].
    private static double FactoredNorm(IntervalMatrix left, IntervalMatrix hidden)
    {
        int size = left.Columns;
        var gram = new double[size * size];
        double trace = 0;
        for (int k = 0; k < left.Rows; k++)
        {
            var row = new double[size];
            for (int i = 0; i < size; i++) row[i] = left.Low[k * size + i] / 2 + left.High[k * size + i] / 2;
            for (int i = 0; i < size; i++) DenseDouble.AddScaled(row[i], row, gram.AsSpan(i * size, size));
        }

        for (int i = 0; i < size; i++) trace += gram[i * size + i];
        for (int i = 0; i < size; i++) gram[i * size + i] += 1e-10 * trace;
        if (VectorNorm.Cholesky(gram, size) is not { } factor || LinearSystem.Of(factor,
            size) is not { IsSingular: false } system) return double.NaN;
        IntervalMatrix r = IntervalMatrix.Of(factor, size, size), x = IntervalMatrix.Of(system.Inverse(), size, size);
        double first = (left * x).NormUpper(), second = (r * hidden).NormUpper();
        double rest = (left * (x * r).FromIdentity()).FrobeniusUpper();
        return (new Interval(first) * second + new Interval(rest) * hidden.FrobeniusUpper()).High;
    }

    private IntervalMatrix Weight(int layer) => WeightOf(_map, layer);

    private static IntervalMatrix WeightOf(ReluSelfMap map, int layer) =>
        IntervalMatrix.Of(map.Weight(layer), map.Bias(layer).Length, map.Weight(layer).Length / map.Bias(layer).Length);
}
