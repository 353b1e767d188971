namespace Kaleido.Networks;

/// <summary>The shape and the beginnings of a multi-layer perceptron.</summary>
/// <param name="Inputs">Features of an input.</param>
/// <param name="Hidden">Width of every hidden layer.</param>
/// <param name="HiddenLayers">
/// Number of hidden layers. (The kaleidoscope paper's L; its code calls a net with seven linear maps, six hidden layers, "L=7".)
/// </param>
public sealed record MlpOptions(int Inputs, int Hidden, int HiddenLayers)
{
    /// <summary>Features of an output; 0 for as many as inputs.</summary>
    public int Outputs { get; init; }

    /// <summary>
    /// Widths of the hidden layers one by one; if given, <see cref="Hidden"/> and <see cref="HiddenLayers"/> are not used.
    /// </summary>
    public IReadOnlyList<int>? HiddenWidths { get; init; }

    /// <summary>The activation of the hidden layers φ.</summary>
    public Activation HiddenActivation { get; init; } = Activation.Relu;

    /// <summary>The activation of the last layer.</summary>
    public Activation Output { get; init; } = Activation.Identity;

    /// <summary>How the parameters are drawn.</summary>
    public Initialization Initialization { get; init; } = Initialization.PyTorch;

    /// <summary>The seed they are drawn with.</summary>
    public uint Seed { get; init; }

    /// <summary>True: a hidden layer as wide as its input x computes x + φ(Wx + b) - φ(0) instead of φ(Wx + b).</summary>
    public bool Residual { get; init; }

    /// <summary>All widths: inputs, hidden layers, outputs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A width or the number of layers is out of range.</exception>
    public IReadOnlyList<int> Sizes()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Inputs, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Outputs);
        ArgumentOutOfRangeException.ThrowIfNegative(HiddenLayers);
        if (HiddenWidths is null && HiddenLayers > 0) ArgumentOutOfRangeException.ThrowIfLessThan(Hidden, 1);
        var hidden = HiddenWidths ?? Enumerable.Repeat(Hidden, HiddenLayers);
        int[] sizes = [Inputs, .. hidden, Outputs == 0 ? Inputs : Outputs];
        foreach (int size in sizes)
        {
            if (size < 1) throw new ArgumentOutOfRangeException(nameof(HiddenWidths), size, "the width of a layer must be at least 1");
        }

        return sizes;
    }
}
