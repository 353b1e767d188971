using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Backends.Cpu.Ensembles;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Tensors;

namespace Kaleido.Training;

/// <summary>
/// The programs of an ensemble: those of one network's training (<see cref="TrainingGraphs"/>), whose memories a layout maps to sixteen
/// networks. The one network and its data are a pattern: only their shapes and addresses count.
/// </summary>
internal sealed class EnsemblePrograms : IDisposable
{
    /// <summary>Losses that are kept in the group until they are read.</summary>
    public const int RingLength = 64;

    private readonly GradientDescent _descent;
    private readonly Tensor _ring, _clipNorm, _clips, _best;
    private readonly TrainingData _data;

    public EnsemblePrograms(Mlp network, EnsembleData data, LossFunction loss, TrainingOptions options, bool ownClipNorms)
    {
        _data = data.Pattern;
        Batch = Math.Min(options.BatchSize, _data.Samples);
        var device = network.Device;
        _descent = new GradientDescent(network.Parameters, options.EffectiveOptimizer);
        (_ring, _clipNorm, _clips) = (device.CreateTensor(1, RingLength), device.CreateTensor(1, 1), device.CreateTensor(1, 1));
        _best = device.CreateTensor(1, network.Parameters.Arena.Count);
        PlaceMemories(network.Parameters, data.IsShared);
        Step = CompileStep(network, loss, options, ownClipNorms);
        (Evaluation, Loss, Spread, Reach) = CompileEvaluation(network, loss);
    }

    public LaneLayout Layout { get; } = new();

    /// <summary>Rows of a step.</summary>
    public int Batch { get; }

    /// <summary>One step: minibatch, loss, gradients, update, loss record.</summary>
    public LaneProgram Step { get; }

    /// <summary>The evaluation.</summary>
    public LaneProgram Evaluation { get; }

    /// <summary>Where the evaluation leaves its results.</summary>
    public LanePlace Loss { get; }

    /// <inheritdoc cref="Loss"/>
    public LanePlace Spread { get; }

    /// <inheritdoc cref="Loss"/>
    public LanePlace Reach { get; }

    public LanePlace Parameters { get; private set; }

    /// <summary>Numbers of a member's parameters.</summary>
    public long ParameterCount { get; private set; }

    /// <summary>The best parameters, laid out as the parameters.</summary>
    public LanePlace Best { get; private set; }

    public LanePlace Ring { get; private set; }

    public LanePlace ClipNorm { get; private set; }

    /// <summary>1 where a member's gradient is clipped by its norm, else 0.</summary>
    public LanePlace Clips { get; private set; }

    /// <summary>
    /// The data that lie in the groups or, if all members share them, once: matrix, place, and the first numbers that are kept.
    /// </summary>
    public List<(bool AreTargets, LanePlace Place, int Count)> Data { get; } = [];

    /// <summary>Data matrices of a member: 1 if inputs and targets are one for all members.</summary>
    public int Sources => ReferenceEquals(_data.Inputs, _data.Targets) ? 1 : 2;

    private void PlaceMemories(ParameterSet parameters, bool sharedData)
    {
        var compacted = new Dictionary<long, long>();
        long count = 0;
        foreach (var parameter in parameters.Parameters)
        {
            compacted[parameter.Offset] = count;
            count += parameter.Count;
        }

        ParameterCount = count;
        Parameters = Layout.Add(parameters.Arena.Memory, LaneSpace.Group, count, compacted);
        Best = Layout.Add(_best.Memory, LaneSpace.Group, count, compacted);
        Layout.Add(_descent.Moment1.Memory, LaneSpace.Group, count, compacted);
        Layout.Add(_descent.Moment2.Memory, LaneSpace.Group, count, compacted);
        Layout.Add(_descent.Gradients.Memory, LaneSpace.Worker, count, compacted);
        Ring = Layout.Add(_ring.Memory, LaneSpace.Group, RingLength);
        ClipNorm = Layout.Add(_clipNorm.Memory, LaneSpace.Group, 1);
        Clips = Layout.Add(_clips.Memory, LaneSpace.Group, 1);
        // Drawn rows are read in the members' own tensors; in lanes lie the rows that every step or every evaluation sees.
        int rows = Batch == _data.Samples ? Batch : _data.EvaluationSamples;
        foreach (var (tensor, areTargets) in new[] { (_data.Inputs, false), (_data.Targets, true) }.Take(Sources))
        {
            int kept = rows * tensor.Columns;
            var place = Layout.Add(tensor.Memory, sharedData ? LaneSpace.Shared : LaneSpace.Group, kept);
            Data.Add((areTargets, place, kept));
            Layout.AddSource(tensor.Memory);
        }
    }

    private LaneProgram CompileStep(Mlp network, LossFunction loss, TrainingOptions options, bool ownClipNorms)
    {
        var graph = new Graph();
        var value = TrainingGraphs.StepLoss(graph, network, _data, Batch, loss, options);
        var update = _descent.Minimize(value, network.Variables(graph), gradients =>
        {
            if (!ownClipNorms) return options.Clipping?.Apply(gradients) ?? gradients;
            if (options.Clipping is not null) gradients = (options.Clipping with { Norm = null }).Apply(gradients);
            return GradientClipping.ByNorm(gradients, graph.Variable("clip norm", _clipNorm), graph.Variable("clips", _clips));
        });
        return new(Compiler.Compile(graph, [], [new Recording(value, _ring), update], Batch).Program, Batch, Layout);
    }

    private (LaneProgram Program, LanePlace Loss, LanePlace Spread, LanePlace Reach) CompileEvaluation(Mlp network, LossFunction loss)
    {
        var graph = new Graph();
        var (value, spread, reach) = TrainingGraphs.Evaluation(graph, network, _data, loss);
        var (program, slots) = Compiler.Compile(graph, [value, spread, reach], [], _data.EvaluationSamples);
        var lanes = new LaneProgram(program, _data.EvaluationSamples, Layout);
        return (lanes, lanes.PlaceOf(slots[value.Id]), lanes.PlaceOf(slots[spread.Id]), lanes.PlaceOf(slots[reach.Id]));
    }

    public void Dispose()
    {
        Step.Dispose();
        Evaluation.Dispose();
        _descent.Dispose();
        _ring.Dispose();
        _clipNorm.Dispose();
        _clips.Dispose();
        _best.Dispose();
    }
}
