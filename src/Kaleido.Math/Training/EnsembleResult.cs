using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Tensors;

namespace Kaleido.Training;

/// <summary>A sample of an ensemble's running training.</summary>
/// <param name="Step">Completed steps of the networks that still run.</param>
/// <param name="Steps">Steps at most.</param>
/// <param name="Members">Networks in all.</param>
/// <param name="Running">Networks that still run.</param>
/// <param name="Elapsed">Time since the start.</param>
/// <param name="NetworkStepsPerSecond">Steps of all networks per second since the previous report.</param>
public readonly record struct EnsembleProgress(
    long Step, long Steps, int Members, int Running, TimeSpan Elapsed, double NetworkStepsPerSecond);

/// <summary>What the training of an ensemble came to, member by member.</summary>
public sealed class EnsembleResult
{
    private readonly Device _device;
    private readonly MlpOptions _shape;
    private readonly IReadOnlyList<EnsembleMember> _members;
    private readonly Action<int, Tensor> _upload;

    internal EnsembleResult(
        Device device, MlpOptions shape, IReadOnlyList<EnsembleMember> members, IReadOnlyList<FitResult> results,
        Action<int, Tensor> upload, TimeSpan elapsed) =>
        (_device, _shape, _members, Results, _upload, Elapsed) = (device, shape, members, results, upload, elapsed);

    /// <summary>
    /// The results, in the order of the members: each what <see cref="Trainer.Fit"/> gives this network alone, to the bit.
    /// </summary>
    public IReadOnlyList<FitResult> Results { get; }

    /// <summary>Time taken.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>
    /// A new network with the best weights of a member (those of its <see cref="FitResult.Loss"/>); the caller disposes it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such member.</exception>
    public Mlp Network(int member)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(member);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(member, _members.Count);
        var it = _members[member];
        var network = Mlp.CreateEmpty(_device, _shape with { Seed = it.WeightSeed });
        _upload(member, network.Parameters.Arena);
        (network.InputScaling, network.OutputScaling) = (it.InputScaling, it.OutputScaling);
        return network;
    }
}
