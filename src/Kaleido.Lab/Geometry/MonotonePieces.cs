namespace Kaleido.Lab.Geometry;

/// <summary>
/// Fixed points on a line, counted by signs: on a piece x = φ(ax + c) says φ⁻¹(x) - ax - c = 0, whose left side is monotone between its turns
/// (<see cref="OutputCurve.Turns"/>). So each such part has one fixed point if f(x) - x changes sign over it, and none if not.
/// </summary>
internal static class MonotonePieces
{
    /// <summary>The number of changes of sign of f(x) - x over the ends of all monotone parts; null where a sign cannot be proved.</summary>
    public static int? CountFixedPoints(IntervalPieces pieces, OutputCurve curve)
    {
        var network = new NetworkEnclosure(pieces.Map, curve);
        int changes = 0, before = 0;
        for (int piece = 0; piece < pieces.Count; piece++)
        {
            double left = pieces.Borders[piece], right = pieces.Borders[piece + 1];
            foreach (double x in (double[])[left, .. curve.Turns(pieces.Affine(piece).Matrix[0]).Where(x => left < x && x < right), right])
            {
                network.Enclose([x], [0]);
                var difference = network.Value[0] - x;
                int sign = difference.Low > 0 ? 1 : difference.High < 0 ? -1 : 0;
                // A saturated end of the domain: f stays inside, so the sign there is known.
                if (sign == 0 && x == curve.Low) sign = 1;
                if (sign == 0 && x == 1) sign = -1;
                if (sign == 0) return null;
                if (before != 0 && sign != before) changes++;
                before = sign;
            }
        }

        return changes;
    }
}
