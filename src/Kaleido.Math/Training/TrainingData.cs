using Kaleido.Data;
using Kaleido.Networks;
using Kaleido.Tensors;

namespace Kaleido.Training;

/// <summary>Inputs and targets on the device, scaled for the network. Where both are the same memory and scaling they are one tensor.</summary>
internal sealed class TrainingData : IDisposable
{
    private TrainingData(Tensor inputs, Tensor targets, bool targetsDiffer) =>
        (Inputs, Targets, TargetsDiffer) = (inputs, targets, targetsDiffer);

    public Tensor Inputs { get; }

    public Tensor Targets { get; }

    /// <summary>True if not all samples have one target: only then a constant network is a dead one.</summary>
    public bool TargetsDiffer { get; }

    public int Samples => Inputs.Rows;

    public static TrainingData Create(Mlp network, ReadOnlyMemory<float> inputs, ReadOnlyMemory<float> targets, LossFunction loss)
    {
        int samples = inputs.Length / network.Inputs;
        if (samples == 0 || inputs.Length != samples * network.Inputs)
            throw new ArgumentException($"Fit: {inputs.Length} input values are not samples of {network.Inputs} features", nameof(inputs));
        int width = targets.Length / samples;
        bool classes = loss == LossFunction.CrossEntropy && width == 1 && network.Outputs > 1;
        if (targets.Length != samples * width || (width != network.Outputs && !classes))
        {
            throw new ArgumentException(
                $"Fit: {targets.Length} target values for {samples} samples; the network has {network.Outputs} outputs", nameof(targets));
        }

        if (classes) CheckClasses(targets.Span, network.Outputs);
        var x = Upload(network, inputs.Span, samples, network.Inputs, network.InputScaling, nameof(inputs));
        bool same = inputs.Equals(targets) && network.InputScaling == network.OutputScaling;
        var t = same ? x : Upload(network, targets.Span, samples, width, classes ? DataScaling.ToUnit : network.OutputScaling, nameof(targets));
        bool differ = false;
        for (int i = 1; i < samples && !differ; i++)
            differ = !targets.Span.Slice(i * width, width).SequenceEqual(targets.Span[..width]);
        return new(x, t, differ);
    }

    private static Tensor Upload(Mlp network, ReadOnlySpan<float> values, int rows, int columns, DataScaling scaling, string name)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                throw new ArgumentException($"Fit: sample {i / columns}, feature {i % columns} of the {name} is {values[i]}, not a finite number", name);
        }

        var scaled = new float[values.Length];
        scaling.Apply(values, scaled);
        return network.Device.CreateTensor(rows, columns, scaled);
    }

    private static void CheckClasses(ReadOnlySpan<float> targets, int classes)
    {
        for (int i = 0; i < targets.Length; i++)
        {
            if (!(targets[i] >= 0 && targets[i] < classes) || targets[i] != MathF.Truncate(targets[i]))
                throw new ArgumentException($"Fit: sample {i} has class {targets[i]}, expected a whole number from 0 to {classes - 1}", nameof(targets));
        }
    }

    public void Dispose()
    {
        Inputs.Dispose();
        if (!ReferenceEquals(Inputs, Targets)) Targets.Dispose();
    }
}
