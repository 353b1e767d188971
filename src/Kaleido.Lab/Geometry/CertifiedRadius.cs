using Kaleido.Lab.Metrics;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// Certified radii about fixed points of ReLU networks, by interval arithmetic (<see cref="Interval"/>): the
/// proof is about the exact function with the network's float32 weights, not about its float32 evaluation.
/// </summary>
/// <remarks>
/// <para>
/// In the ball {‖T(x - c)‖₂ ≤ r} the derivative's rows in the coordinates T x are enclosed layer by layer: M_1 = W_1 T⁻¹; a neuron
/// i with pre-activation p_i(c) keeps its sign where |p_i(c)| > r·‖row i of M‖₂, which is its distance to the neuron's hyperplane;
/// an inactive one's row becomes 0, one that may change its row's hull with 0 (which holds every generalised derivative in the
/// sense of F. Clarke), and M_(l+1) = W_(l+1) M_l. The output's slope is enclosed over z(c) ± r·‖row‖₂. Then q bounds ‖T diag(φ')
/// M_L‖₂, and as a ball is convex, q is a Lipschitz constant of f on it in that norm. Existence: ‖f(c) - c‖_T ≤ (1 - q) r.
/// </para>
/// <para>
/// The largest r is searched for by bisection, for the Euclidean norm and for norms in which the Jacobian at the centre contracts though
/// ‖J‖₂ ≥ 1; the ball that holds the largest Euclidean one is kept.
/// </para>
/// <para>
/// Convergence does not need contraction of all pairs: with slopes about the centre in place of
/// derivatives (<see cref="SlopeBounds"/>), f(x) - f(c) = S(x)(x - c) with ‖S‖ ≤ q, so each step
/// brings x nearer to c, down to ‖f(c) - c‖/(1 - q), and there a contracted ball takes over.
/// </para>
/// </remarks>
public sealed partial class CertifiedRadius
{
    // The largest size for which norms from the Jacobian are tried: they cost several products of size³.
    private const int LargestLyapunov = 256;
    private const int LargestSmall = 64, LargestSteps = 24, LargeSteps = 3, ReachBisections = 5;
    private const int Halvings = 48, Bisections = 6;

    // In multiples of √D: a constant map has no largest ball.
    private const double Farthest = 4;
    private static readonly double[] s_shares = [0.1, 0.3, 0.5, 0.7, 0.9];
    private readonly ReluSelfMap _map;
    private readonly double[] _centre;
    private readonly Interval[][] _preactivations;
    private readonly Interval[] _residual;

    private CertifiedRadius(ReluSelfMap map, double[] centre)
    {
        (_map, _centre) = (map, centre);
        (_preactivations, var image) = Forward(map, [.. centre.Select(Interval.FromDouble)]);
        _residual = [.. image.Select((y, i) => y - centre[i])];
    }

    // Enclosures of the pre-activations of all layers, and of f, over a box.
    private static (Interval[][] Preactivations, Interval[] Image) Forward(ReluSelfMap map, Interval[] box)
    {
        var preactivations = new Interval[map.Layers][];
        var state = new IntervalMatrix(box.Length, 1);
        for (int i = 0; i < box.Length; i++) state[i, 0] = box[i];
        for (int layer = 0; layer < map.Layers; layer++)
        {
            double[] bias = map.Bias(layer);
            state = WeightOf(map, layer) * state;
            var z = preactivations[layer] = new Interval[bias.Length];
            for (int i = 0; i < z.Length; i++)
            {
                z[i] = state[i, 0] + bias[i];
                state[i, 0] = layer < map.Layers - 1 ? z[i].Max(0) : map.Activate(z[i]);
            }
        }

        return (preactivations, [.. Enumerable.Range(0, state.Rows).Select(i => state[i, 0])]);
    }

    /// <summary>
    /// The largest ball found about a point in which every start converges to one fixed point, or null where none is proved.
    /// </summary>
    /// <param name="map">f.</param>
    /// <param name="centre">[D], a fixed point as float64 has it.</param>
    /// <param name="form">How far the ball may reach; each form's ball holds the one before.</param>
    /// <exception cref="ArgumentException">The centre has not D finite coordinates.</exception>
    public static CertifiedBall? Find(ReluSelfMap map, ReadOnlySpan<double> centre, CertifiedForm form = CertifiedForm.Reach)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (centre.Length != map.Features || !PointSets.IsFinite(centre))
            throw new ArgumentException($"CertifiedRadius: {centre.Length} values are not a finite point of {map.Features} features",
                nameof(centre));
        var about = new CertifiedRadius(map, centre.ToArray());
        CertifiedBall? best = null;
        VectorNorm? chosen = null;
        foreach (var norm in Norms(map, about._centre))
        {
            // For many features other norms cost much, and are needed only where the Euclidean one shows nothing.
            if (best is not null && map.Features > LargestSmall) break;
            if (about.Largest(norm, form == CertifiedForm.Reach ? CertifiedForm.Slopes : form) is not { } ball) continue;
            if (ball.EuclideanRadius > (best?.EuclideanRadius ?? 0)) (best, chosen) = (ball, norm);
        }

        // Where no norm shows contraction by one application, several may.
        if (best is null) (best, chosen) = (about.ByPowers(form), VectorNorm.Euclidean);
        return best is not null && form == CertifiedForm.Reach ? about.Reach(best, chosen!) : best;
    }

    /// <summary>Whether the Euclidean ball of a radius about a point is proved to converge: for tests of the search.</summary>
    internal static CertifiedBall? Prove(ReluSelfMap map, double[] centre, double radius, VectorNorm norm, CertifiedForm form) =>
        new CertifiedRadius(map, centre).Prove(norm, radius, form);

    internal static IEnumerable<VectorNorm> Norms(ReluSelfMap map, double[] centre)
    {
        var at = map.Linearize(centre);
        yield return VectorNorm.Euclidean;
        if (map.Features > LargestLyapunov) yield break;
        double rho = at.SpectralRadius();
        if (!(rho < 1)) yield break;
        double[] jacobian = at.Jacobian();
        foreach (double share in s_shares)
        {
            if (VectorNorm.Lyapunov(jacobian, map.Features, Math.Max(rho + (1 - rho) * share, 1e-3)) is { } norm) yield return norm;
        }
    }

    private CertifiedBall? Largest(VectorNorm norm, CertifiedForm form)
    {
        // From a radius beyond the cube down by halves to the first that is proved.
        double radius = Farthest * Math.Sqrt(_centre.Length) * norm.Upper;
        CertifiedBall? proved = null;
        for (int i = 0; i < Halvings && proved is null; i++)
        {
            radius /= 2;
            proved = Prove(norm, radius, form == CertifiedForm.Piece ? form : CertifiedForm.Contraction);
        }

        if (proved is null) return null;
        if (form == CertifiedForm.Slopes)
        {
            // What is drawn to within δ/(1 - q) of the centre must end in the contracted ball.
            double inner = proved.Radius, most = Farthest * Math.Sqrt(_centre.Length) * norm.Upper;
            while (radius < most && Prove(norm, 2 * radius, form) is { } ball && Ends(ball, norm, inner))
                (proved, radius) = (ball, 2 * radius);
            return Bisect(radius, middle => Prove(norm, middle, form) is { } ball && Ends(ball, norm, inner) ? ball : null, proved);
        }

        return Bisect(radius, middle => Prove(norm, middle, form), proved);
    }

    // From the proved ball outward: balls of which a few applications leave nothing outside it.
    private CertifiedBall Reach(CertifiedBall inner, VectorNorm norm)
    {
        // How far x* may be from the centre, in the Euclidean norm.
        double offset = (new Interval(inner.Offset) * (norm.Inverse?.FrobeniusUpper() ?? 1)).High;
        double target = Interval.Down(inner.Radius - inner.Offset);
        var (preactivations, _) = Forward(_map, [.. _centre.Select(x => Interval.Around(x, offset))]);
        IntervalMatrix[] weights = [.. Enumerable.Range(0, _map.Layers).Select(Weight)];
        double below = inner.EuclideanRadius, above = 2 * below;
        int steps = 0;
        while (below < Farthest * Math.Sqrt(_centre.Length) && Try(above) is { } count) (below, above, steps) = (above, 2 * above, count);
        for (int i = 0; i < ReachBisections; i++)
        {
            double middle = (below + above) / 2;
            if (Try(middle) is { } count) (below, steps) = (middle, count);
            else above = middle;
        }

        double radius = Interval.Down(below - offset);
        return steps == 0 ? inner : inner with { EuclideanRadius = Math.Max(radius, inner.EuclideanRadius), Steps = steps };

        int? Try(double radius)
        {
            var set = new ReachSet(_centre.Length, radius);
            double last = double.PositiveInfinity;
            for (int step = 1; step <= (_centre.Length <= LargestSmall ? LargestSteps : LargeSteps); step++)
            {
                if (!set.Apply(_map, weights, preactivations)) return null;
                double size = set.Norm(norm.Matrix);
                if (size <= target) return step;
                // Once it grows it is lost: its errors only add up.
                if (!(size < 4 * last)) return null;
                last = Math.Min(last, size);
            }

            return null;
        }
    }

    private bool Ends(CertifiedBall outer, VectorNorm norm, double inner) =>
        norm.Of(_residual) < ((1 - new Interval(outer.Contraction)) * inner).Low;

    // The largest of a few domains for which it succeeds.
    private CertifiedBall? ByPowers(CertifiedForm form)
    {
        double residual = VectorNorm.Euclidean.Of(_residual), domain = 0.25 * Math.Sqrt(_centre.Length);
        for (int i = 0; i < Halvings; i += 3, domain /= 8)
        {
            var used = form == CertifiedForm.Piece ? form : CertifiedForm.Contraction;
            if (Hidden(VectorNorm.Euclidean, domain, used, out int unstable) is not { } hidden) continue;
            if (Left(hidden, domain, used, false) is not { } left) continue;
            if (PowerContraction.Prove(left, hidden, domain, residual, ProductNorm) is not { } found) continue;
            return new(found.Radius, found.Radius, found.Contraction, "Euclidean", unstable) { Power = found.Power, Offset = found.Offset };
        }

        return null;
    }

    private static CertifiedBall Bisect(double below, Func<double, CertifiedBall?> prove, CertifiedBall proved)
    {
        double above = 2 * below;
        for (int i = 0; i < Bisections; i++)
        {
            double middle = (below + above) / 2;
            if (prove(middle) is { } ball) (proved, below) = (ball, middle);
            else above = middle;
        }

        return proved;
    }

    private CertifiedBall? Prove(VectorNorm norm, double radius, CertifiedForm form)
    {
        if (Hidden(norm, radius, form, out int unstable) is not { } rows) return null;
        double q = Contraction(norm, rows, radius, form);
        if (!(q < 1)) return null;
        double offset = norm.Of(_residual);
        if (!(offset <= ((1 - new Interval(q)) * radius).Low)) return null;
        return new(radius, Interval.Down(radius / norm.Upper), q, norm.Name, unstable)
        {
            Offset = (new Interval(offset) / (1 - new Interval(q))).High,
        };
    }
}
