using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Autodiff;

/// <summary>
/// A change of variables at the end of each run of a plan. All reads of the run come first, so every node sees start-of-run values.
/// </summary>
public abstract record GraphEffect;

/// <summary>variable ← value, of the same shape.</summary>
/// <param name="Variable">A variable node.</param>
/// <param name="Value">The new value.</param>
public sealed record Assignment(Node Variable, Node Value) : GraphEffect;

/// <summary>ring[step mod ring.Count] ← value, a scalar: a history that the host reads later, without waiting in the step.</summary>
/// <param name="Value">The scalar.</param>
/// <param name="Ring">Where it goes.</param>
public sealed record Recording(Node Value, Tensor Ring) : GraphEffect;

/// <summary>
/// One step of an optimiser over four flat arenas of equal length; gradient i is computed straight into the gradient arena.
/// </summary>
/// <param name="Rule">The update.</param>
/// <param name="Parameters">All parameters.</param>
/// <param name="Gradients">All gradients, at the parameters' offsets.</param>
/// <param name="Moment1">The first moments.</param>
/// <param name="Moment2">The second moments.</param>
/// <param name="ParameterGradients">Each gradient node with its offset in the arenas.</param>
public sealed record ParameterUpdate(
    OptimizerRule Rule, Tensor Parameters, Tensor Gradients, Tensor Moment1, Tensor Moment2,
    IReadOnlyList<(Node Gradient, long Offset)> ParameterGradients) : GraphEffect;
