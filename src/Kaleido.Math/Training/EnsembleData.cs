using Kaleido.Data;
using Kaleido.Networks;

namespace Kaleido.Training;

/// <summary>The members' data on the device; what several members share is there once.</summary>
internal sealed class EnsembleData : IDisposable
{
    private readonly Dictionary<(ReadOnlyMemory<float>, ReadOnlyMemory<float>, DataScaling, DataScaling), TrainingData> _known = [];
    private readonly List<TrainingData> _data = [];

    /// <param name="network">A network of the members' shape.</param>
    /// <param name="members">The members.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="options">How they are trained.</param>
    public EnsembleData(Mlp network, IReadOnlyList<EnsembleMember> members, LossFunction loss, TrainingOptions options)
    {
        try
        {
            for (int i = 0; i < members.Count; i++) Add(i, network, members[i], loss, options);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The data of a member.</summary>
    public TrainingData this[int member] => _data[member];

    /// <summary>True if all members have the same data.</summary>
    public bool IsShared => _known.Count == 1;

    /// <summary>Data whose tensors stand for every member's: inputs and targets are two where they are two for any member.</summary>
    public TrainingData Pattern => _data.Find(d => !ReferenceEquals(d.Inputs, d.Targets)) ?? _data[0];

    private void Add(int index, Mlp network, EnsembleMember member, LossFunction loss, TrainingOptions options)
    {
        var key = (member.Inputs, member.Targets, member.InputScaling, member.OutputScaling);
        if (!_known.TryGetValue(key, out var data))
        {
            (network.InputScaling, network.OutputScaling) = (member.InputScaling, member.OutputScaling);
            try
            {
                data = TrainingData.Create(network, member.Inputs, member.Targets, loss, options);
            }
            catch (ArgumentException wrong)
            {
                throw new ArgumentException($"member {index}: {wrong.Message}", wrong);
            }

            _known.Add(key, data);
        }

        _data.Add(data);
        if (data.Samples != _data[0].Samples || data.Targets.Columns != _data[0].Targets.Columns)
        {
            throw new ArgumentException(
                $"Fit: member {index} has {data.Samples} samples with {data.Targets.Columns} target columns, member 0 has "
                + $"{_data[0].Samples} with {_data[0].Targets.Columns}; an ensemble needs equally many");
        }
    }

    public void Dispose()
    {
        foreach (var data in _known.Values) data.Dispose();
    }
}
