namespace Kaleido.Lab.Geometry;

/// <summary>
/// A proof that a map has exactly one fixed point in a ball and that every start in the ball converges to it: the ball is taken into itself
/// and contracted, f(B) ⊂ B and ‖f(x) - f(y)‖ ≤ q‖x - y‖ with q &lt; 1 (S. Banach, 1922).
/// </summary>
/// <param name="Radius">r, in the norm of the proof.</param>
/// <param name="EuclideanRadius">Every start within this Euclidean distance of the centre converges; r/‖T‖₂, rounded down.</param>
/// <param name="Contraction">q.</param>
/// <param name="Norm">"Euclidean", or "Lyapunov" for ‖T x‖₂ with T from the Jacobian at the centre.</param>
/// <param name="UnstableNeurons">Hidden neurons that may change between active and inactive inside the ball.</param>
public sealed record CertifiedBall(double Radius, double EuclideanRadius, double Contraction, string Norm, int UnstableNeurons)
{
    /// <summary>
    /// Applications after which every start within <see cref="EuclideanRadius"/>
    /// is in the ball of <see cref="Radius"/>; 0 where it starts there.
    /// </summary>
    public int Steps { get; init; }

    /// <summary>The number of applications that contract by <see cref="Contraction"/>.</summary>
    public int Power { get; init; } = 1;

    /// <summary>The fixed point is at most this far from the centre, in the norm of the proof: ‖f(c) - c‖/(1 - q).</summary>
    public double Offset { get; init; }
}

/// <summary>How far a ball may reach.</summary>
public enum CertifiedForm
{
    /// <summary>Inside one linear piece of the pre-activation: no neuron changes between active and inactive.</summary>
    Piece,

    /// <summary>Across pieces: the map contracts the ball, ‖f(x) - f(y)‖ ≤ q‖x - y‖ for all x and y in it.</summary>
    Contraction,

    /// <summary>Farther: ‖f(x) - f(c)‖ ≤ q‖x - c‖ for all x in it and the centre c, and a smaller ball about c is contracted.</summary>
    Slopes,

    /// <summary>Farther still: a few applications take all of it into the ball that <see cref="Slopes"/> proves.</summary>
    Reach,
}
