using System.Diagnostics;
using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Networks;

namespace Kaleido.Training;

/// <summary>
/// Fits many networks of one shape side by side. On the processor sixteen of them share a vector, one per lane, and groups of sixteen are
/// shared out among the threads; each member gets the bits of <see cref="Trainer.Fit"/> alone: losses, evaluations, stop, best and last
/// weights.
/// </summary>
/// <remarks>
/// Members stop each for themselves (steps, target, patience, divergence, dead); those that still run are moved together. The weights of a
/// step and the record of its loss allocate nothing. On other devices the members are fitted one after the other.
/// </remarks>
public static class EnsembleTrainer
{
    /// <summary>Makes the loss of every member small. Returns when all have stopped.</summary>
    /// <param name="device">Where to train.</param>
    /// <param name="shape">The shape of all networks.</param>
    /// <param name="members">The networks' seeds and data; all must have equally many samples.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="options">
    /// How to train; its seed is replaced by each member's; its steps, target and clipping by norm by a member's own, if that has one.
    /// </param>
    /// <param name="progress">Told of the progress at intervals.</param>
    /// <param name="cancellationToken">Ends the training with <see cref="StopReason.Cancelled"/> for those that still run; it never
    /// throws.</param>
    /// <exception cref="ArgumentException">
    /// The options ask for checkpoints, there are no members or one is null, their data have different numbers of samples or target
    /// columns, sizes do not fit the shape, or a value is NaN or infinite; the member is named.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range; if it is a member's own, the member is named.</exception>
    public static EnsembleResult Fit(
        Device device, MlpOptions shape, IReadOnlyList<EnsembleMember> members, LossFunction loss, TrainingOptions options,
        IProgress<EnsembleProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(members);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (options.Checkpoint is not null || options.Resume is not null)
            throw new ArgumentException("Fit: an ensemble writes no checkpoints and goes on from none", nameof(options));
        if (members.Count == 0) throw new ArgumentException("Fit: an ensemble needs at least one member", nameof(members));
        for (int i = 0; i < members.Count; i++) Validate(i, members[i], options);
        if (device.Backend is not CpuBackend) return OneByOne(device, shape, members, loss, options, progress, cancellationToken);
        using var session = new EnsembleSession(device, shape, members, loss, options);
        return session.Run(progress, cancellationToken);
    }

    /// <summary>The same on a thread of the pool.</summary>
    public static Task<EnsembleResult> FitAsync(
        Device device, MlpOptions shape, IReadOnlyList<EnsembleMember> members, LossFunction loss, TrainingOptions options,
        IProgress<EnsembleProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Fit(device, shape, members, loss, options, progress, cancellationToken), CancellationToken.None);

    /// <summary>The options with which a member would be trained alone.</summary>
    internal static TrainingOptions OptionsOf(EnsembleMember member, TrainingOptions options)
    {
        var clipping = member.ClipNorm is { } norm ? (options.Clipping ?? new()) with { Norm = norm } : options.Clipping;
        return options with
        {
            Seed = member.TrainingSeed,
            Clipping = clipping,
            Steps = member.Steps ?? options.Steps,
            TargetLoss = member.TargetLoss ?? options.TargetLoss,
        };
    }

    private static void Validate(int index, EnsembleMember? member, TrainingOptions options)
    {
        if (member is null) throw new ArgumentException($"Fit: member {index} is null");
        try
        {
            OptionsOf(member, options).Validate();
        }
        catch (ArgumentOutOfRangeException wrong)
        {
            throw new ArgumentOutOfRangeException($"member {index}: {wrong.Message}", wrong);
        }
    }

    private static EnsembleResult OneByOne(
        Device device, MlpOptions shape, IReadOnlyList<EnsembleMember> members, LossFunction loss, TrainingOptions options,
        IProgress<EnsembleProgress>? progress, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var results = new List<FitResult>();
        var parameters = new List<double[]>();
        foreach (var member in members)
        {
            using var network = Mlp.Create(device, shape with { Seed = member.WeightSeed });
            (network.InputScaling, network.OutputScaling) = (member.InputScaling, member.OutputScaling);
            var start = clock.Elapsed;
            results.Add(Trainer.Fit(network, member.Inputs, member.Targets, loss, OptionsOf(member, options), null, cancellation));
            var best = new double[network.Parameters.Arena.Count];
            network.Parameters.Arena.Download(best);
            parameters.Add(best);
            long step = results[^1].Steps;
            long most = members.Max(m => m.Steps ?? options.Steps);
            progress?.Report(new(step, most, members.Count, members.Count - results.Count, clock.Elapsed,
                step / (clock.Elapsed - start).TotalSeconds));
        }

        return new(device, shape, members, results, (member, arena) => arena.Upload(parameters[member]), clock.Elapsed);
    }
}
