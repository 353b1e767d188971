namespace Kaleido.Lab.Geometry;

/// <summary>
/// Proofs that a piece, or a part of it, holds no fixed point. With G = φ(Ax + c) - x at the corners of a convex set, G anywhere in it lies in
/// their convex hull widened by κ: φ departs from its interpolation by at most max|φ''|·h²/8 where Ax + c varies by h (Popoviciu's bound of
/// the variance), and the exact z from Ax + c by the pieces' error bound. Where a line parts 0 from that hull there is no fixed point.
/// </summary>
internal sealed class PieceTest
{
    // φ, a difference, two products and a sum of numbers up to 2 round by less than this for a direction with |u|₁ = 1.
    private const double Slack = 1e-14;
    private readonly LinearPieces _pieces;
    private readonly OutputCurve _curve;
    private readonly int _size;
    private readonly List<double> _values = [], _logits = [];
    private readonly double[] _widening;
    private readonly double[] _radii;
    private AffineMap _affine = new([], []);
    private double[] _vertices = [];
    private double _margin;

    public PieceTest(LinearPieces pieces, OutputCurve curve)
    {
        (_pieces, _curve, _size) = (pieces, curve, pieces.Inputs);
        (_widening, _radii) = (new double[_size], new double[_size * (_size + 1)]);
    }

    /// <summary>The least box around the piece that was begun with.</summary>
    public Interval[] Bounds { get; private set; } = [];

    /// <summary>The test on the corners of a whole piece, where the network has been evaluated already.</summary>
    public bool ExcludesByVertices(int piece)
    {
        _values.Clear();
        _logits.Clear();
        foreach (int v in _pieces.CornersOf(piece))
        {
            for (int k = 0; k < _size; k++) Add(_pieces.Points[v * _size + k], _pieces.Logits[v * _size + k]);
        }

        return Excludes(_pieces.ErrorBounds);
    }

    /// <summary>The piece that <see cref="Touches"/> and <see cref="Excludes(Interval[])"/> are about.</summary>
    public void Begin(int piece)
    {
        _affine = _pieces.AffineOf(piece, _radii);
        _vertices = _pieces.Vertices(piece);
        Bounds = new Interval[_size];
        for (int k = 0; k < _size; k++)
        {
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            for (int i = k; i < _vertices.Length; i += _size) (low, high) = (Math.Min(low, _vertices[i]), Math.Max(high, _vertices[i]));
            Bounds[k] = new(low, high);
        }

        // How far the corners lie on the wrong side of the edges: rounding has bent the polygon.
        _margin = 0;
        for (int edge = 0; _size == 2 && edge < _vertices.Length; edge += 2)
        {
            for (int i = 0; i < _vertices.Length; i += 2) _margin = Math.Max(_margin, -Side(edge, _vertices[i], _vertices[i + 1]));
        }

        _margin = 2 * _margin + 32 * ReluMap.Roundoff;
    }

    /// <summary>False if a box surely has no point in common with the hull of the piece.</summary>
    public bool Touches(Interval[] box)
    {
        if (_size == 1) return true;
        for (int edge = 0; edge < _vertices.Length; edge += 2)
        {
            double most = Math.Max(
                Math.Max(Side(edge, box[0].Low, box[1].Low), Side(edge, box[0].Low, box[1].High)),
                Math.Max(Side(edge, box[0].High, box[1].Low), Side(edge, box[0].High, box[1].High)));
            if (most < -_margin) return false;
        }

        return true;
    }

    /// <summary>Whether the part of the piece in a box holds no fixed point, proved.</summary>
    public bool Excludes(Interval[] box)
    {
        _values.Clear();
        _logits.Clear();
        Span<double> error = stackalloc double[_size];
        for (int i = 0; i < _size; i++)
        {
            double size = Math.Abs(_affine.Offset[i]), bound = _pieces.ErrorBounds[i] + _radii[i * (_size + 1) + _size];
            for (int k = 0; k < _size; k++)
            {
                size += Math.Abs(_affine.Matrix[i * _size + k]) * box[k].Magnitude;
                bound += _radii[i * (_size + 1) + k] * box[k].Magnitude;
            }

            error[i] = (bound + 8 * ReluMap.Roundoff * size) * (1 + 16 * ReluMap.Roundoff);
        }

        Span<double> x = stackalloc double[_size];
        for (int corner = 0; corner < 1 << _size; corner++)
        {
            for (int k = 0; k < _size; k++) x[k] = (corner >> k & 1) == 0 ? box[k].Low : box[k].High;
            for (int i = 0; i < _size; i++)
            {
                double z = _affine.Offset[i];
                for (int k = 0; k < _size; k++) z = Math.FusedMultiplyAdd(_affine.Matrix[i * _size + k], x[k], z);
                Add(x[i], z);
            }
        }

        return Excludes(error);
    }

    private void Add(double x, double z)
    {
        _values.Add(_curve.At(z) - x);
        _logits.Add(z);
    }

    private bool Excludes(ReadOnlySpan<double> error)
    {
        for (int i = 0; i < _size; i++)
        {
            double low = double.PositiveInfinity, high = double.NegativeInfinity;
            for (int k = i; k < _logits.Count; k += _size) (low, high) = (Math.Min(low, _logits[k]), Math.Max(high, _logits[k]));
            double h = high - low;
            Interval range = new(low - error[i], high + error[i]);
            _widening[i] = 1.000001 * (h * h / 8 * _curve.Curvature(range) + _curve.Slope(range).High * error[i]);
        }

        return _size == 1 ? IsParted(1, 0) || IsParted(-1, 0) : IsPartedInThePlane();
    }

    // A part between 0 and a polygon's hull exists along a side's normal, an axis, or towards the nearest corner.
    private bool IsPartedInThePlane()
    {
        if (IsParted(1, 0) || IsParted(-1, 0) || IsParted(0, 1) || IsParted(0, -1)) return true;
        int count = _values.Count;
        for (int i = 0; i < count; i += 2)
        {
            if (IsParted(_values[i], _values[i + 1])) return true;
            for (int j = 0; j < i; j += 2)
            {
                double ux = _values[j + 1] - _values[i + 1], uy = _values[i] - _values[j];
                if (IsParted(ux, uy) || IsParted(-ux, -uy)) return true;
            }
        }

        return false;
    }

    private bool IsParted(double ux, double uy)
    {
        double size = Math.Abs(ux) + Math.Abs(uy), least = double.PositiveInfinity;
        if (!(size > 0)) return false;
        for (int i = 0; i < _values.Count; i += _size) least = Math.Min(least, ux * _values[i] + (_size == 2 ? uy * _values[i + 1] : 0));
        return least > 1.000001 * (Math.Abs(ux) * _widening[0] + (_size == 2 ? Math.Abs(uy) * _widening[1] : 0)) + Slack * size;
    }

    // Positive to the left of an edge, the distance times its length.
    private double Side(int edge, double x, double y)
    {
        int next = (edge + 2) % _vertices.Length;
        double ax = _vertices[edge], ay = _vertices[edge + 1];
        return (_vertices[next] - ax) * (y - ay) - (_vertices[next + 1] - ay) * (x - ax);
    }
}
