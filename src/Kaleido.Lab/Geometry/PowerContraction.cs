namespace Kaleido.Lab.Geometry;

/// <summary>
/// Contraction by several applications in the Euclidean norm, for maps of many features whose Jacobian has ρ &lt; 1 ≤
/// ‖J‖₂: with J = BK through the last hidden layer, ‖J_k … J_1‖₂ = ‖B(KB)…(KB)K‖₂ needs no product larger than [H, H].
/// </summary>
/// <remarks>
/// Over the ball Ω of radius R about c all derivatives lie in [B][K]; L_j bounds ‖J_j … J_1‖₂ for any j of them. Let r
/// be such that L_j r + δ_j ≤ R for j &lt; k, δ_j = ‖f(c) - c‖ (1 + L_1 + … + L_(j-1)). Then the first k images of the
/// ball of r stay in Ω, f^k contracts it by L_k, and takes it into itself if δ_k ≤ (1 - L_k) r; so f^k has one fixed
/// point x* there, to which all starts converge. f(x*) lies in the ball too and is a fixed point of f^k, so it is x*.
/// </remarks>
internal static class PowerContraction
{
    private const int LargestPower = 10;

    /// <summary>
    /// A ball within Ω that is contracted, with the number of applications and x*'s distance from the centre; null where none is proved.
    /// </summary>
    /// <param name="left">[B] over Ω.</param>
    /// <param name="hidden">[K] over Ω.</param>
    /// <param name="domain">R.</param>
    /// <param name="residual">An upper bound of ‖f(c) - c‖₂.</param>
    /// <param name="norm">A bound of the norm of a product, left and right factor.</param>
    public static (double Radius, double Contraction, double Offset, int Power)? Prove(
        IntervalMatrix left, IntervalMatrix hidden, double domain, double residual, Func<IntervalMatrix, IntervalMatrix, double> norm)
    {
        var core = hidden * left;
        // δ_j and the largest of the L_j that the ball's images need.
        Interval away = residual, sum = 1;
        double largest = 1;
        Interval mostAway = 0;
        for (int power = 1; power <= LargestPower; power++)
        {
            if (power > 1) left *= core;
            double bound = norm(left, hidden);
            if (!double.IsFinite(bound) || bound > 1e3) return null;
            if (bound < 1)
            {
                double radius = ((new Interval(domain) - mostAway) / largest).Low;
                double offset = (away / (1 - new Interval(bound))).High;
                if (radius > 0 && away.High <= ((1 - new Interval(bound)) * radius).Low
                    && (offset * new Interval(largest) + mostAway + residual).High <= radius) return (radius, bound, offset, power);
                return null;
            }

            largest = Math.Max(largest, bound);
            mostAway = mostAway.Max(away);
            sum += bound;
            away = residual * sum;
        }

        return null;
    }
}
