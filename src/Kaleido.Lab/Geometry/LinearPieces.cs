using System.Numerics.Tensors;

namespace Kaleido.Lab.Geometry;

/// <summary>An affine map z = A x + c.</summary>
/// <param name="Matrix">A, row-major [outputs, inputs].</param>
/// <param name="Offset">c, [outputs].</param>
public sealed record AffineMap(double[] Matrix, double[] Offset)
{
    /// <summary>A x + c.</summary>
    /// <param name="x">[inputs].</param>
    public double[] Apply(ReadOnlySpan<double> x)
    {
        var z = new double[Offset.Length];
        for (int i = 0; i < z.Length; i++)
        {
            z[i] = Offset[i];
            for (int k = 0; k < x.Length; k++) z[i] = Math.FusedMultiplyAdd(Matrix[i * x.Length + k], x[k], z[i]);
        }

        return z;
    }
}

/// <summary>
/// The pieces of an interval or a rectangle on each of which the pre-activation of a ReLU network is affine: the cells that its neurons'
/// kinks cut out (A. Humayun et al., SplineCam, CVPR 2023).
/// </summary>
/// <remarks>
/// Splitting works on vertices: a neuron is evaluated once at each vertex, so neighbours agree on which side it lies; values within
/// rounding of 0 count as on the kink. Afterwards everything is measured anew: each piece gets the pattern that its vertices show, and the
/// largest contradiction to it at any vertex goes into <see cref="ErrorBounds"/>. So that bound does not rest on the splitting being right.
/// </remarks>
public abstract class LinearPieces
{
    private readonly ulong[] _patterns;
    private readonly int _words;
    private readonly bool[] _irregular;
    private readonly double[] _errors;

    private protected LinearPieces(ReluMap map, double[] points, int[] starts, int[] corners)
    {
        (Map, Points, Starts, Corners) = (map, points, starts, corners);
        _words = (map.Neurons + 63) / 64;
        _patterns = new ulong[_words * Count];
        _irregular = new bool[Count];
        Logits = new double[points.Length / Inputs * map.Outputs];
        _errors = Measure();
    }

    /// <summary>The number of pieces.</summary>
    public int Count => Starts.Length - 1;

    /// <summary>The number of dimensions that are cut, 1 or 2.</summary>
    public int Inputs => Map.Inputs;

    /// <summary>Corners of the pieces, each counted once.</summary>
    public int VertexCount => Points.Length / Inputs;

    /// <summary>
    /// For each output a bound of |z(x) - (A x + c)| over all regular pieces, where z is the exact
    /// pre-activation and A x + c the exact affine map of the piece's pattern: rounding errors of
    /// the vertices count as wrong signs near the borders, and are carried through the layers.
    /// </summary>
    public ReadOnlySpan<double> ErrorBounds => _errors;

    /// <summary>Pieces whose vertices contradict each other by more than rounding: the bound does not hold there. Normally 0.</summary>
    public int IrregularCount => _irregular.Count(it => it);

    internal ReluMap Map { get; }

    /// <summary>[vertices, inputs].</summary>
    internal double[] Points { get; }

    /// <summary>The pre-activation at the vertices, [vertices, outputs], evaluated in float64.</summary>
    internal double[] Logits { get; }

    internal int[] Starts { get; }

    internal int[] Corners { get; }

    /// <summary>Whether <see cref="ErrorBounds"/> leaves this piece out.</summary>
    public bool IsIrregular(int piece) => _irregular[piece];

    /// <summary>The corners of a piece, [corners, inputs]: ascending on a line, counter-clockwise in the plane.</summary>
    public double[] Vertices(int piece) => [.. CornersOf(piece).ToArray().SelectMany(v => Points.AsSpan(v * Inputs, Inputs).ToArray())];

    /// <summary>Which hidden neurons are active on a piece, layer by layer.</summary>
    public bool[] Pattern(int piece) => [.. Enumerable.Range(0, Map.Neurons).Select(i => IsActive(piece, i))];

    /// <summary>The affine map of the pre-activation on a piece, rounded to float64.</summary>
    public AffineMap Affine(int piece) => AffineOf(piece, null);

    internal ReadOnlySpan<int> CornersOf(int piece) => Corners.AsSpan(Starts[piece]..Starts[piece + 1]);

    internal bool IsActive(int piece, int neuron) => (_patterns[piece * _words + neuron / 64] >> (neuron % 64) & 1) != 0;

    /// <summary>
    /// The affine map of a piece; <paramref name="radius"/>, if given, gets
    /// bounds of the rounding errors of A and c, [outputs, inputs + 1].
    /// </summary>
    internal AffineMap AffineOf(int piece, double[]? radius)
    {
        int inputs = Inputs, outputs = Map.Outputs;
        var (matrix, offset) = (new double[outputs * inputs], new double[outputs]);
        int widest = Enumerable.Range(0, Map.Layers).Max(Map.Width);
        var buffers = new double[5][];
        for (int i = 0; i < buffers.Length; i++) buffers[i] = new double[widest];
        var (value, next, error, nextError, magnitude) = (buffers[0], buffers[1], buffers[2], buffers[3], buffers[4]);
        for (int column = 0; column <= inputs; column++)
        {
            bool isOffset = column == inputs;
            var unit = new double[inputs];
            if (!isOffset) unit[column] = 1;
            Linear(0, unit, value);
            Array.Clear(error);
            Rounding(0, unit, magnitude, error);
            int neuron = 0;
            for (int layer = 1; layer < Map.Layers; layer++)
            {
                int width = Map.Width(layer - 1);
                for (int j = 0; j < width; j++)
                {
                    if (!IsActive(piece, neuron++)) value[j] = error[j] = 0;
                }

                Linear(layer, value.AsSpan(0, width), next);
                if (radius is not null)
                {
                    Map.MultiplyMagnitudes(layer, error.AsSpan(0, width), nextError);
                    Rounding(layer, value.AsSpan(0, width), magnitude, nextError);
                    (error, nextError) = (nextError, error);
                }

                (value, next) = (next, value);
            }

            for (int i = 0; i < outputs; i++)
            {
                if (isOffset) offset[i] = value[i];
                else matrix[i * inputs + column] = value[i];
                if (radius is not null) radius[i * (inputs + 1) + column] = error[i];
            }

            void Linear(int layer, ReadOnlySpan<double> h, Span<double> z)
            {
                if (isOffset) Map.Apply(layer, h, z);
                else Map.Multiply(layer, h, z);
            }

            // γ (|W| |h| + |b|), added to the error that is there.
            void Rounding(int layer, ReadOnlySpan<double> h, double[] scratch, double[] errors)
            {
                if (radius is null) return;
                var sizes = new double[h.Length];
                TensorPrimitives.Abs(h, sizes);
                Map.MultiplyMagnitudes(layer, sizes, scratch);
                var bias = Map.Bias(layer);
                double gamma = 1.0000001 * ReluMap.Gamma(h.Length);
                for (int i = 0; i < bias.Length; i++) errors[i] += gamma * (scratch[i] + (isOffset ? Math.Abs(bias[i]) : 0));
            }
        }

        return new(matrix, offset);
    }

    // Patterns from the vertices, then the error bounds, layer by layer. With D ≥ |a_l(v) - ẑ_l(v)| at vertices v (a_l the exact masked
    // map, ẑ_l the float64 network), V the largest contradiction of a mask by ẑ_l at a vertex, and e ≥ |z_l(x) - a_l(x)| on the pieces:
    // D_l = |W_l|(D_{l-1} + V_{l-1}) + rounding, e_l = |W_l|(e_{l-1} + V_{l-1} + D_{l-1}), as ReLU is 1-Lipschitz and a_l affine.
    private double[] Measure()
    {
        double[] values = Points, errors = new double[Inputs], differences = new double[Inputs], violations = new double[Inputs];
        double[] largest = new double[Inputs];
        for (int i = 0; i < Points.Length; i++) largest[i % Inputs] = Math.Max(largest[i % Inputs], Math.Abs(Points[i]));
        int neuron = 0;
        for (int layer = 0; layer < Map.Layers; layer++)
        {
            int before = layer == 0 ? Inputs : Map.Width(layer - 1), width = Map.Width(layer);
            double[] z = layer == Map.Layers - 1 ? Logits : new double[VertexCount * width];
            for (int v = 0; v < VertexCount; v++) Map.Apply(layer, values.AsSpan(v * before, before), z.AsSpan(v * width, width));
            var (scale, spread, step) = (new double[width], new double[width], new double[width]);
            Map.MultiplyMagnitudes(layer, largest, scale);
            TensorPrimitives.Add(differences, violations, differences);
            Map.MultiplyMagnitudes(layer, differences, spread);
            TensorPrimitives.Add(errors, differences, errors);
            Map.MultiplyMagnitudes(layer, errors, step);
            double gamma = 1.0000001 * ReluMap.Gamma(before);
            for (int i = 0; i < width; i++)
            {
                scale[i] += Math.Abs(Map.Bias(layer)[i]);
                spread[i] += gamma * scale[i];
            }

            (errors, differences) = (step, spread);
            if (layer == Map.Layers - 1) break;
            violations = Patterns(neuron, width, z, scale);
            neuron += width;
            TensorPrimitives.Max(z, 0, z);
            largest = new double[width];
            for (int i = 0; i < z.Length; i++) largest[i % width] = Math.Max(largest[i % width], z[i]);
            values = z;
        }

        // At the vertices the float64 network stands for a_L; the rest of a piece lies between them.
        TensorPrimitives.Add(errors, differences, errors);
        return errors;
    }

    private double[] Patterns(int first, int width, double[] z, double[] scale)
    {
        var violations = new double[width];
        for (int piece = 0; piece < Count; piece++)
        {
            var corners = CornersOf(piece);
            for (int i = 0; i < width; i++)
            {
                double low = double.PositiveInfinity, high = double.NegativeInfinity;
                foreach (int v in corners)
                {
                    double value = z[v * width + i];
                    if (value < low) low = value;
                    if (value > high) high = value;
                }

                bool active = high > -low;
                if (active) _patterns[piece * _words + (first + i) / 64] |= 1UL << ((first + i) % 64);
                double violation = active ? -low : high;
                if (violation <= 0) continue;
                if (violation > 4 * Tolerance * scale[i]) _irregular[piece] = true;
                else violations[i] = Math.Max(violations[i], violation);
            }
        }

        return violations;
    }

    /// <summary>Values this small against Σ|w||h| + |b| count as on the kink: 512 units of rounding.</summary>
    internal const double Tolerance = 1.0 / (1L << 44);
}
