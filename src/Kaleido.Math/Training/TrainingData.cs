using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Kaleido.Data;
using Kaleido.Networks;
using Kaleido.Tensors;

namespace Kaleido.Training;

/// <summary>
/// Inputs and targets on the device, scaled for the network. Where both are the same memory and scaling they are one tensor.
/// </summary>
internal sealed class TrainingData : IDisposable
{
    private const int HashedAtOnce = 1 << 26;

    private TrainingData(Tensor inputs, Tensor targets, int evaluationSamples, bool canBeDead) =>
        (Inputs, Targets, EvaluationSamples, CanBeDead) = (inputs, targets, evaluationSamples, canBeDead);

    public Tensor Inputs { get; }

    public Tensor Targets { get; }

    /// <summary>How many samples, the first ones, make the evaluation set.</summary>
    public int EvaluationSamples { get; }

    /// <summary>
    /// True if the evaluation samples have different inputs and different targets: only then a network that is constant on them is a dead
    /// one.
    /// </summary>
    public bool CanBeDead { get; }

    public int Samples => Inputs.Rows;

    public static TrainingData Create(
        Mlp network, ReadOnlyMemory<float> inputs, ReadOnlyMemory<float> targets, LossFunction loss, TrainingOptions options)
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
        bool same = inputs.Equals(targets) && network.InputScaling == network.OutputScaling;
        float[] x = Scale(inputs.Span, network.Inputs, network.InputScaling, nameof(inputs));
        float[] t = same ? x : Scale(targets.Span, width, classes ? DataScaling.ToUnit : network.OutputScaling, nameof(targets));
        if (loss == LossFunction.BinaryCrossEntropy) CheckProbabilities(t, width, nameof(targets));
        int evaluated = Math.Min(options.EvaluationSamples, samples);
        bool canBeDead = Differ(x.AsSpan(0, evaluated * network.Inputs), network.Inputs) && Differ(t.AsSpan(0, evaluated * width), width);
        var placed = network.Device.CreateTensor(samples, network.Inputs, x);
        return new(placed, same ? placed : network.Device.CreateTensor(samples, width, t), evaluated, canBeDead);
    }

    private static bool Differ(ReadOnlySpan<float> values, int width)
    {
        for (int i = width; i < values.Length; i += width)
        {
            if (!values.Slice(i, width).SequenceEqual(values[..width])) return true;
        }

        return false;
    }

    private static float[] Scale(ReadOnlySpan<float> values, int columns, DataScaling scaling, string name)
    {
        var scaled = new float[values.Length];
        scaling.Apply(values, scaled);
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsFinite(scaled[i])) continue;
            string what = float.IsFinite(values[i]) ? "too large for the network's scaling" : "not a finite number";
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"Fit: sample {i / columns}, feature {i % columns} of the {name} is {values[i]}, {what}"), name);
        }

        return scaled;
    }

    private static void CheckProbabilities(ReadOnlySpan<float> targets, int columns, string name)
    {
        int outside = targets.IndexOfAnyExceptInRange(0f, 1f);
        if (outside < 0) return;
        throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
            $"Fit: sample {outside / columns}, feature {outside % columns} of the targets is {targets[outside]} as the network sees it; "
            + $"binary cross-entropy needs targets from 0 to 1"), name);
    }

    private static void CheckClasses(ReadOnlySpan<float> targets, int classes)
    {
        for (int i = 0; i < targets.Length; i++)
        {
            if (!(targets[i] >= 0 && targets[i] < classes) || targets[i] != MathF.Truncate(targets[i]))
            {
                throw new ArgumentException(
                    $"Fit: sample {i} has class {targets[i]}, expected a whole number from 0 to {classes - 1}", nameof(targets));
            }
        }
    }

    /// <summary>SHA-256 over inputs and targets as the network sees them, in lower-case hexadecimal.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in ReferenceEquals(Inputs, Targets) ? [Inputs] : new[] { Inputs, Targets })
        {
            hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"{tensor.Rows}x{tensor.Columns};")));
            // In pieces: more than 2³¹ bytes are no span of bytes.
            float[] values = tensor.ToArray();
            for (int at = 0; at < values.Length; at += HashedAtOnce)
                hash.AppendData(MemoryMarshal.AsBytes<float>(values.AsSpan(at, Math.Min(HashedAtOnce, values.Length - at))));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose()
    {
        Inputs.Dispose();
        if (!ReferenceEquals(Inputs, Targets)) Targets.Dispose();
    }
}
