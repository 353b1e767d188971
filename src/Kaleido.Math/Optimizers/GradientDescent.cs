using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Tensors;

namespace Kaleido.Optimizers;

/// <summary>Limits on gradients before the optimiser sees them. Values are clipped first, then the norm.</summary>
/// <param name="Norm">
/// Largest Euclidean norm of all gradients together; larger ones are scaled by norm/(‖g‖ + 10⁻⁶) (PyTorch's clip_grad_norm_). Null: no
/// limit.
/// </param>
/// <param name="Value">Largest magnitude of an element (PyTorch's clip_grad_value_). Null: no limit.</param>
public sealed record GradientClipping(double? Norm = null, double? Value = null)
{
    private const double PyTorchEpsilon = 1e-6;

    /// <summary>The clipped gradients as nodes. The squares are summed per parameter and the sums added in order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not a positive number.</exception>
    public Node[] Apply(ReadOnlySpan<Node> gradients)
    {
        Validate();
        Node[] clipped = [.. gradients];
        if (clipped.Length == 0) return clipped;
        if (Value is { } value)
        {
            for (int i = 0; i < clipped.Length; i++) clipped[i] = clipped[i].Clamp(-value, value);
        }

        return Norm is { } limit ? ByNorm(clipped, clipped[0].Graph.Constant(limit), null) : clipped;
    }

    /// <summary>Clipping by a norm that is a node; with <paramref name="applies"/> only where that is not 0.</summary>
    internal static Node[] ByNorm(ReadOnlySpan<Node> gradients, Node limit, Node? applies)
    {
        var total = gradients[0].Square().Sum();
        foreach (var gradient in gradients[1..]) total += gradient.Square().Sum();
        var one = limit.Graph.Constant(1);
        var factor = (limit / (total.Sqrt() + PyTorchEpsilon)).Minimum(one);
        if (applies is not null) factor = applies.Select(factor, one);
        var clipped = new Node[gradients.Length];
        for (int i = 0; i < clipped.Length; i++) clipped[i] = gradients[i] * factor;
        return clipped;
    }

    /// <summary>Refuses limits outside their ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A limit is not a positive number.</exception>
    public void Validate()
    {
        RequirePositive(Norm, nameof(Norm));
        RequirePositive(Value, nameof(Value));
    }

    private static void RequirePositive(double? limit, string name)
    {
        if (limit is { } l && !(l > 0 && double.IsFinite(l)))
            throw new ArgumentOutOfRangeException(name, limit, "a limit of clipping must be a positive number");
    }
}

/// <summary>
/// An optimiser at work on one set of parameters: the arenas of gradients and of both moments beside that of the parameters.
/// </summary>
public sealed class GradientDescent : IDisposable
{
    private readonly ParameterSet _parameters;
    private readonly OptimizerRule _rule;
    private readonly GradientClipping? _clipping;

    /// <summary>Allocates the three arenas, all +0.</summary>
    public GradientDescent(ParameterSet parameters, Optimizer optimizer, GradientClipping? clipping = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(optimizer);
        (_parameters, _rule, _clipping) = (parameters, optimizer.ToRule(), clipping);
        int length = parameters.Arena.Count;
        Gradients = parameters.Device.CreateTensor(1, length);
        Moment1 = parameters.Device.CreateTensor(1, length);
        Moment2 = parameters.Device.CreateTensor(1, length);
    }

    /// <summary>The gradients of the last step, laid out like the parameters.</summary>
    public Tensor Gradients { get; }

    /// <summary>The first moments.</summary>
    public Tensor Moment1 { get; }

    /// <summary>The second moments.</summary>
    public Tensor Moment2 { get; }

    /// <summary>The update that makes <paramref name="loss"/> small, as an effect of a plan.</summary>
    /// <param name="loss">A scalar.</param>
    /// <param name="variables">The parameters' nodes, in the order of the set.</param>
    /// <exception cref="ArgumentException">The number of variables is not that of the parameters.</exception>
    public ParameterUpdate Minimize(Node loss, ReadOnlySpan<Node> variables) =>
        Minimize(loss, variables, gradients => _clipping is null ? gradients : _clipping.Apply(gradients));

    /// <summary>The same with gradients that <paramref name="clip"/> changes.</summary>
    internal ParameterUpdate Minimize(Node loss, ReadOnlySpan<Node> variables, Func<Node[], Node[]> clip)
    {
        ArgumentNullException.ThrowIfNull(loss);
        if (variables.Length != _parameters.Parameters.Count)
            throw new ArgumentException($"Minimize: {variables.Length} variables for {_parameters.Parameters.Count} parameters");
        var gradients = clip(loss.Differentiate(variables));
        var placed = gradients.Select((gradient, i) => (gradient, (long)_parameters.Parameters[i].Offset)).ToArray();
        return new ParameterUpdate(_rule, _parameters.Arena, Gradients, Moment1, Moment2, placed);
    }

    /// <summary>Gives the arenas back.</summary>
    public void Dispose()
    {
        Gradients.Dispose();
        Moment1.Dispose();
        Moment2.Dispose();
    }
}
