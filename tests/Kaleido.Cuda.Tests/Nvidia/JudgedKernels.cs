using Kaleido.Backends;
using Kaleido.Cuda.Fusion;
using Kaleido.Cuda.Tests.Kernels;

namespace Kaleido.Cuda.Tests.Nvidia;

/// <summary>The kernels that NVIDIA's tools judge: all that are shipped, and some of those that are written for programs.</summary>
internal static class JudgedKernels
{
    private static readonly Lie[] s_lies = [Lie.Whole, Lie.Row, Lie.Column, Lie.Scalar];

    /// <summary>One of every function; those that divide apart, for the rules about the others are stricter.</summary>
    public static IReadOnlyList<ElementwiseKernel> Written { get; } =
    [
        Chain(Functions().Where(it => !Divides(it)), s_lies), Chain(Functions().Where(Divides), s_lies), Products(), Largest(),
    ];

    /// <summary>All of them as one text.</summary>
    public static string Text { get; } = KernelBench.Text
        + string.Concat(Written.Select(it => it.Text[it.Text.IndexOf(".visible", StringComparison.Ordinal)..]));

    private static IEnumerable<Operation> Functions() => new Operation[] { new BroadcastOperation() }
        .Concat(Enum.GetValues<UnaryOperation>().Select(f => new UnaryElementwise(f)))
        .Concat(Enum.GetValues<BinaryOperation>().Select(f => new BinaryElementwise(f)))
        .Concat(Enum.GetValues<TernaryOperation>().Select(f => new TernaryElementwise(f)))
        .Where(ElementwiseKernel.Has);

    private static bool Divides(Operation it) =>
        it is UnaryElementwise { Function: UnaryOperation.Sqrt } or BinaryElementwise { Function: BinaryOperation.Divide };

    // Each function of the last one's value and of sources, so that no two compute the same; every value is written.
    private static ElementwiseKernel Chain(IEnumerable<Operation> functions, Lie[] sources)
    {
        List<ElementwiseStep> steps = [];
        foreach (var function in functions)
        {
            int last = steps.Count == 0 ? 0 : sources.Length + steps.Count - 1, count = steps.Count;
            int operands = function switch { TernaryElementwise => 3, BinaryElementwise => 2, _ => 1 };
            steps.Add(new(function, [last, .. Enumerable.Range(1, operands - 1).Select(i => (count + i) % sources.Length)]));
        }

        return new(sources, steps, [.. Enumerable.Range(sources.Length, steps.Count)]);
    }

    // What tempts to fuse: products of which only a sum or a difference is wanted.
    private static ElementwiseKernel Products()
    {
        var (add, subtract) = (new BinaryElementwise(BinaryOperation.Add), new BinaryElementwise(BinaryOperation.Subtract));
        var multiply = new BinaryElementwise(BinaryOperation.Multiply);
        ElementwiseStep[] steps =
        [
            new(multiply, [0, 1]), new(add, [4, 2]), new(multiply, [5, 3]), new(subtract, [6, 0]), new(multiply, [7, 7]),
            new(subtract, [1, 8]), new(multiply, [9, 0]), new(multiply, [9, 2]), new(add, [10, 11]),
        ];
        return new(s_lies, steps, [12]);
    }

    // As many operands and functions as there may be, every value wanted to the end.
    private static ElementwiseKernel Largest()
    {
        const int Sources = ElementwiseKernel.MostOperands / 2, Steps = ElementwiseKernel.MostSteps;
        var (add, multiply) = (new BinaryElementwise(BinaryOperation.Add), new BinaryElementwise(BinaryOperation.Multiply));
        const int Half = Steps / 2, Results = ElementwiseKernel.MostOperands - Sources;
        var up = Enumerable.Range(0, Half).Select(i => new ElementwiseStep(multiply, [i, i + Sources / 2]));
        var down = Enumerable.Range(0, Half).Select(i => new ElementwiseStep(add, [Sources + Half + i - 1, Sources + Half - 1 - i]));
        return new([.. Enumerable.Repeat(Lie.Whole, Sources)], [.. up, .. down], [.. Enumerable.Range(Sources + Steps - Results, Results)]);
    }
}
