using System.Numerics.Tensors;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// Polygons that share vertices, split neuron by neuron. Which side of a kink a vertex lies on is decided once per vertex, and a cut edge
/// gets one new vertex for both its polygons, so that no gap and no overlap can arise, whatever is rounded.
/// </summary>
internal sealed class PolygonMesh
{
    private readonly ReluMap _map;
    private readonly List<double> _points = [];
    private readonly Dictionary<long, int> _cuts = [];
    private readonly List<int> _ring = [];
    private List<int> _offsets = [], _pool = [];
    private readonly List<int> _lengths = [];
    private double[] _z = [];
    private sbyte[] _side = [];
    private int _layer, _width;

    private PolygonMesh(ReluMap map) => _map = map;

    /// <summary>Splits a rectangle, x from left to right, y from bottom to top.</summary>
    public static (double[] Points, int[] Starts, int[] Corners) Split(ReluMap map, double left, double bottom, double right, double top)
    {
        var mesh = new PolygonMesh(map);
        mesh._points.AddRange([left, bottom, right, bottom, right, top, left, top]);
        mesh._pool.AddRange([0, 1, 2, 3]);
        mesh._offsets.Add(0);
        mesh._lengths.Add(4);
        for (int layer = 0; layer < map.Layers - 1; layer++) mesh.SplitLayer(layer);
        mesh.Compact();
        return ([.. mesh._points], [.. mesh._offsets, mesh._pool.Count], [.. mesh._pool]);
    }

    private int VertexCount => _points.Count / 2;

    private void SplitLayer(int layer)
    {
        Evaluate(layer);
        double[] scale = Scale(layer);
        for (int neuron = 0; neuron < _width; neuron++)
        {
            if (_side.Length < VertexCount) _side = new sbyte[2 * VertexCount];
            double tolerance = LinearPieces.Tolerance * scale[neuron];
            bool above = false, below = false;
            for (int v = 0; v < VertexCount; v++)
            {
                double z = _z[v * _width + neuron];
                _side[v] = z > tolerance ? (sbyte)1 : z < -tolerance ? (sbyte)-1 : (sbyte)0;
                above |= z > tolerance;
                below |= z < -tolerance;
            }

            if (!above || !below) continue;
            _cuts.Clear();
            int polygons = _offsets.Count;
            for (int p = 0; p < polygons; p++)
            {
                if (IsCut(p)) Cut(p, neuron);
            }
        }

        Compact();
    }

    // z of a layer at all vertices, from the layer before; new vertices get theirs from the beginning.
    private void Evaluate(int layer)
    {
        int before = _width, width = _map.Width(layer), count = VertexCount;
        var z = new double[2 * count * width];
        for (int v = 0; v < count; v++)
        {
            if (layer == 0)
            {
                _map.Apply(0, [_points[2 * v], _points[2 * v + 1]], z.AsSpan(v * width, width));
                continue;
            }

            var h = _z.AsSpan(v * before, before);
            TensorPrimitives.Max(h, 0, h);
            _map.Apply(layer, h, z.AsSpan(v * width, width));
        }

        (_z, _width, _layer) = (z, width, layer);
    }

    // max |z| over the vertices: what is small is small against this.
    private double[] Scale(int layer)
    {
        var scale = new double[_width];
        for (int i = 0; i < _width; i++) scale[i] = Math.Abs(_map.Bias(layer)[i]);
        for (int i = 0; i < VertexCount * _width; i++) scale[i % _width] = Math.Max(scale[i % _width], Math.Abs(_z[i]));
        return scale;
    }

    private bool IsCut(int polygon)
    {
        bool above = false, below = false;
        int end = _offsets[polygon] + _lengths[polygon];
        for (int k = _offsets[polygon]; k < end; k++)
        {
            int side = _side[_pool[k]];
            above |= side > 0;
            below |= side < 0;
        }

        return above && below;
    }

    private void Cut(int polygon, int neuron)
    {
        int start = _offsets[polygon], length = _lengths[polygon];
        _ring.Clear();
        for (int k = 0; k < length; k++)
        {
            int u = _pool[start + k], v = _pool[start + (k + 1) % length];
            _ring.Add(u);
            if (_side[u] * _side[v] < 0) _ring.Add(CutEdge(u, v, neuron));
        }

        // The kink passes between the sides at a run of vertices on it; the first of each run stands for it.
        var (first, second, passes) = (-1, -1, 0);
        for (int k = 0; k < _ring.Count; k++)
        {
            int before = _side[_ring[(k + _ring.Count - 1) % _ring.Count]], after = 0;
            if (_side[_ring[k]] != 0 || before == 0) continue;
            for (int j = 1; after == 0; j++) after = _side[_ring[(k + j) % _ring.Count]];
            if (before == after) continue;
            (first, second) = passes == 0 ? (k, -1) : (first, k);
            passes++;
        }

        if (passes == 2)
        {
            Store(polygon, _ring.GetRange(first, second - first + 1));
            _offsets.Add(0);
            _lengths.Add(0);
            Store(_offsets.Count - 1, [.. _ring[second..], .. _ring[..(first + 1)]]);
        }
        else
        {
            // Not convex by more than rounding: keeps its new vertices, and will be seen to have no single pattern.
            Store(polygon, _ring);
        }
    }

    private int CutEdge(int u, int v, int neuron)
    {
        if (u > v) (u, v) = (v, u);
        long key = ((long)u << 32) | (uint)v;
        if (_cuts.TryGetValue(key, out int cut)) return cut;
        cut = VertexCount;
        double zu = _z[u * _width + neuron], zv = _z[v * _width + neuron], part = zu / (zu - zv);
        double x = Math.FusedMultiplyAdd(part, _points[2 * v] - _points[2 * u], _points[2 * u]);
        double y = Math.FusedMultiplyAdd(part, _points[2 * v + 1] - _points[2 * u + 1], _points[2 * u + 1]);
        _points.Add(Math.Clamp(x, Math.Min(_points[2 * u], _points[2 * v]), Math.Max(_points[2 * u], _points[2 * v])));
        _points.Add(Math.Clamp(y, Math.Min(_points[2 * u + 1], _points[2 * v + 1]), Math.Max(_points[2 * u + 1], _points[2 * v + 1])));
        if (_z.Length < VertexCount * _width) Array.Resize(ref _z, 2 * _z.Length);
        if (_side.Length < VertexCount) Array.Resize(ref _side, 2 * _side.Length);
        _map.PreActivation([_points[^2], _points[^1]], _layer, _z.AsSpan(cut * _width, _width));
        _side[cut] = 0;
        _cuts.Add(key, cut);
        return cut;
    }

    private void Store(int polygon, List<int> ring)
    {
        (_offsets[polygon], _lengths[polygon]) = (_pool.Count, ring.Count);
        _pool.AddRange(ring);
    }

    private void Compact()
    {
        var (pool, offsets) = (new List<int>(_pool.Count), new List<int>(_offsets.Count));
        for (int p = 0; p < _offsets.Count; p++)
        {
            offsets.Add(pool.Count);
            pool.AddRange(_pool.GetRange(_offsets[p], _lengths[p]));
        }

        (_pool, _offsets) = (pool, offsets);
    }
}
