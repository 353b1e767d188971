using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Geometry;

/// <summary>A fixed point that is proved to be the only one in a box.</summary>
/// <param name="X">Its place, in float64.</param>
/// <param name="Enclosure">The exact fixed point lies in this box.</param>
/// <param name="Alone">It is the only one in this larger box.</param>
/// <param name="Index">sign det(I - J), which is constant over <see cref="Alone"/>.</param>
internal sealed record ProvedPoint(double[] X, Interval[] Enclosure, Interval[] Alone, int Index);

/// <summary>
/// Finds all fixed points of f = φ(z) on the pieces of its domain (one or two dimensions). A piece, or a box of its bisection, is left
/// behind only if it is proved to hold no fixed point, or if it lies in a box in which exactly one has been proved (<see
/// cref="Krawczyk"/>, on the whole network, across kinks); what is neither ends as undecided.
/// </summary>
internal sealed class FixedPointSearch
{
    private const double SmallestBox = 1e-10;
    private const int MostBoxes = 20_000;
    private readonly LinearPieces _pieces;
    private readonly MapEnclosure _network;
    private readonly bool _isIterate;
    private readonly PieceTest _test;
    private readonly List<double[]> _tried = [];
    private readonly List<Interval[]> _alone = [];
    private readonly int _size;

    /// <summary>A search for the fixed points of f, or of an iterate of f, for which pieces only say where boxes begin.</summary>
    public FixedPointSearch(LinearPieces pieces, OutputCurve curve, MapEnclosure? iterate = null)
    {
        (_pieces, _size, _isIterate) = (pieces, pieces.Inputs, iterate is not null);
        _network = iterate ?? new NetworkEnclosure(pieces.Map, curve);
        _test = new(pieces, curve);
    }

    public List<ProvedPoint> Points { get; } = [];

    /// <summary>Boxes in which neither was proved.</summary>
    public List<Interval[]> Undecided { get; } = [];

    /// <summary>Pieces that their vertices alone did not exclude.</summary>
    public int Searched { get; private set; }

    public void Run()
    {
        for (int piece = 0; piece < _pieces.Count; piece++)
        {
            if (!_isIterate && !_pieces.IsIrregular(piece) && _test.ExcludesByVertices(piece)) continue;
            Searched++;
            Search(piece);
        }

        // A box that was undecided when it was met may lie in one that was proved later.
        Undecided.RemoveAll(IsCovered);
    }

    private void Search(int piece)
    {
        _test.Begin(piece);
        var stack = new Stack<(Interval[] Box, int Depth)>();
        stack.Push((_test.Bounds, 0));
        for (int boxes = 0; stack.TryPop(out var it); boxes++)
        {
            if (IsCovered(it.Box) || !_test.Touches(it.Box)) continue;
            if (_isIterate || _pieces.IsIrregular(piece) ? ExcludesByNetwork(it.Box) : _test.Excludes(it.Box)) continue;
            if (it.Depth % 4 == 0)
            {
                Try(it.Box);
                if (IsCovered(it.Box)) continue;
            }

            int widest = _size == 2 && it.Box[1].Width > it.Box[0].Width ? 1 : 0;
            if (it.Box[widest].Width < SmallestBox || boxes > MostBoxes)
            {
                Undecided.Add(it.Box);
                continue;
            }

            double middle = it.Box[widest].Midpoint;
            Interval[] low = [.. it.Box], high = [.. it.Box];
            low[widest] = new(it.Box[widest].Low, middle);
            high[widest] = new(middle, it.Box[widest].High);
            stack.Push((high, it.Depth + 1));
            stack.Push((low, it.Depth + 1));
        }
    }

    private bool IsCovered(Interval[] box)
    {
        foreach (var alone in _alone)
        {
            bool inside = true;
            for (int k = 0; k < _size; k++) inside &= alone[k].Contains(box[k]);
            if (inside) return true;
        }

        return false;
    }

    private bool ExcludesByNetwork(Interval[] box)
    {
        double[] middle = [.. box.Select(side => side.Midpoint)];
        double[] radius = [.. box.Select((side, k) => Math.Max(Interval.Up(side.High - middle[k]), Interval.Up(middle[k] - side.Low)))];
        _network.Enclose(middle, radius);
        return Krawczyk.Test(_network, middle, radius).IsEmpty;
    }

    // Newton's method from the middle of a box, then a proof about the point it comes to.
    private void Try(Interval[] box)
    {
        double[] x = [.. box.Select(side => side.Midpoint)], still = new double[_size];
        double reach = 4 * box.Max(side => side.Width) + 1e-6, step = double.PositiveInfinity;
        double[] start = [.. x];
        for (int i = 0; i < 30 && step > 1e-15; i++)
        {
            _network.Enclose(x, still);
            double[] c = Krawczyk.Inverse(
                [.. _network.Jacobian.Select((entry, k) => (k % (_size + 1) == 0 ? 1 : 0) - entry.Midpoint)], _size);
            step = 0;
            double[] residual = [.. x.Select((value, k) => value - _network.Value[k].Midpoint)];
            for (int k = 0; k < _size; k++)
            {
                double move = 0;
                for (int j = 0; j < _size; j++) move += c[k * _size + j] * residual[j];
                x[k] -= move;
                step = Math.Max(step, Math.Abs(move));
                if (!(Math.Abs(x[k] - start[k]) <= reach)) return;
            }
        }

        if (_tried.Exists(other => PointSets.LargestDifference(other, x) < 1e-9)) return;
        _tried.Add(x);
        if (Prove(x) is { } proved) Add(proved);
    }

    // One fixed point is in each box of both: it is the same one if either box lies in where the other is alone, another one if the boxes
    // are apart; else nothing is said.
    private void Add(ProvedPoint proved)
    {
        foreach (var point in Points)
        {
            bool same = true, other = true, meets = true;
            for (int k = 0; k < _size; k++)
            {
                same &= point.Alone[k].Contains(proved.Enclosure[k]);
                other &= proved.Alone[k].Contains(point.Enclosure[k]);
                meets &= point.Enclosure[k].Intersect(proved.Enclosure[k]) is not null;
            }

            if (same || other) _alone.Add(proved.Alone);
            if (same || other || meets) return;
        }

        _alone.Add(proved.Alone);
        Points.Add(proved);
    }

    /// <summary>Proves a fixed point near x, in the smallest box that works, and alone in the largest.</summary>
    private ProvedPoint? Prove(double[] x)
    {
        Interval[]? enclosure = null, alone = null;
        int index = 0, failures = 0;
        for (double r = 1e-11; r <= 0.5; r *= 2)
        {
            double[] radius = [.. Enumerable.Repeat(r, _size)];
            _network.Enclose(x, radius);
            var test = Krawczyk.Test(_network, x, radius);
            if (!test.IsUnique)
            {
                if (enclosure is null ? r > 1e-4 : ++failures > 3) break;
                continue;
            }

            failures = 0;
            enclosure ??= test.Image;
            alone = [.. x.Select(value => new Interval(Interval.Up(value - r), Interval.Down(value + r)))];
            index = test.Index;
        }

        return enclosure is null ? null : new(x, enclosure, alone!, index);
    }
}
