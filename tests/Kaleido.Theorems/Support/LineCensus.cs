namespace Kaleido.Theorems.Support;

/// <summary>
/// All fixed points of a one-dimensional network with ReLU-like hidden units, by its linear pieces. On a piece f = ψ(ax + c), and ψ⁻¹(x) -
/// ax - c has at most two turning points, where (ψ⁻¹)'(x) = a. Between cuts and turning points there is one fixed point where x - f(x)
/// changes sign, and none where it does not.
/// </summary>
internal sealed class LineCensus
{
    /// <summary>A fixed point.</summary>
    /// <param name="X">Where.</param>
    /// <param name="Slope">f'(x).</param>
    public readonly record struct FixedPoint(double X, double Slope)
    {
        /// <summary>The sign of 1 - f'.</summary>
        public int Index => Math.Sign(1 - Slope);

        /// <summary>|f'| &lt; 1.</summary>
        public bool IsStable => Math.Abs(Slope) < 1;
    }

    /// <summary>Fixed points from left to right.</summary>
    public List<FixedPoint> Points { get; } = [];

    /// <summary>
    /// Whether something cannot be decided in float64: x - f(x) within 1e-12 of 0 at a cut, or a slope within 1e-6 of ±1.
    /// </summary>
    public bool IsDegenerate { get; private set; }

    /// <summary>Where the linear pieces end, the ends of the range included.</summary>
    public List<double> Cuts { get; }

    public LineCensus(ExactNet net, double low, bool sigmoid)
    {
        Cuts = [low, 1];
        for (int layer = 0; layer < net.Weights.Length - 1; layer++)
        {
            var at = Cuts.Select(x => net.PreActivations([x])[layer]).ToArray();
            var found = new List<double>();
            for (int i = 0; i + 1 < Cuts.Count; i++)
            {
                for (int unit = 0; unit < at[i].Length; unit++)
                {
                    var (z0, z1) = (at[i][unit], at[i + 1][unit]);
                    if (z0 * z1 < 0) found.Add(Cuts[i] + (Cuts[i + 1] - Cuts[i]) * (z0 / (z0 - z1)));
                }
            }

            Cuts = [.. Cuts.Concat(found).Distinct().Order()];
        }

        var nodes = new List<double>(Cuts);
        for (int i = 0; i + 1 < Cuts.Count; i++)
        {
            double a = net.LogitJacobian([(Cuts[i] + Cuts[i + 1]) / 2])[0, 0];
            // (logit)' = 1/(x(1-x)), (artanh)' = 1/(1-x²).
            double[] turns = sigmoid
                ? a > 4 ? [(1 - Math.Sqrt(1 - 4 / a)) / 2, (1 + Math.Sqrt(1 - 4 / a)) / 2] : []
                : a > 1 ? [-Math.Sqrt(1 - 1 / a), Math.Sqrt(1 - 1 / a)] : [];
            nodes.AddRange(turns.Where(x => x > Cuts[i] && x < Cuts[i + 1]));
        }

        nodes = [.. nodes.Distinct().Order()];
        double[] sides = [.. nodes.Select(x => x - net.Evaluate([x])[0])];
        for (int i = 0; i < nodes.Count; i++)
        {
            IsDegenerate |= Math.Abs(sides[i]) < 1e-12;
            if (i + 1 < nodes.Count && sides[i] * sides[i + 1] < 0) Points.Add(Bisect(net, nodes[i], nodes[i + 1], sides[i]));
        }

        IsDegenerate |= Points.Any(point => Math.Abs(1 - Math.Abs(point.Slope)) < 1e-6);
    }

    private static FixedPoint Bisect(ExactNet net, double from, double to, double side)
    {
        for (int i = 0; i < 200; i++)
        {
            double middle = from + (to - from) / 2;
            if (middle <= from || middle >= to) break;
            if ((middle - net.Evaluate([middle])[0]) * side > 0) from = middle;
            else to = middle;
        }

        return new(from, net.Jacobian([from])[0, 0]);
    }
}
