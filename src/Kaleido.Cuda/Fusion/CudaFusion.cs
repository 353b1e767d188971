using Kaleido.Backends;
using Kaleido.Cuda.Interop;
using Kaleido.Tensors;

namespace Kaleido.Cuda.Fusion;

/// <summary>What a device can do in one launch with a product.</summary>
[Flags]
internal enum ProductEndings
{
    None = 0,

    /// <summary>op(A)·op(B) + bias.</summary>
    Bias = 1,

    /// <summary>relu(op(A)·op(B) + bias).</summary>
    BiasRelu = 2,

    /// <summary>op(A)·op(B) where a mask lets it through.</summary>
    ReluGradient = 4,

    /// <summary>Aᵀ·B and the sums of A's or B's columns.</summary>
    ColumnSum = 8,
}

/// <summary>
/// Puts one launch where a program has several, for what every layer does: adding a bias and applying a function, masking a gradient by a
/// ReLU, and summing the columns of what came out; with a product where the device's products can end so. A value that only the merged
/// instructions pass on needs no memory.
/// </summary>
internal sealed class CudaFusion
{
    private readonly Slot[] _slots;
    private readonly Instruction?[] _instructions;
    private readonly int[] _readers;
    private readonly int[] _writers;
    private readonly ProductEndings _endings;

    private CudaFusion(PlanProgram program, ProductEndings endings)
    {
        _slots = [.. program.Slots];
        _instructions = [.. program.Instructions];
        _readers = CountReaders(program);
        _endings = endings;
        _writers = FindWriters(program);
    }

    /// <summary>The program with such instructions merged.</summary>
    /// <param name="program">What is to be run.</param>
    /// <param name="endings">How products can end.</param>
    /// <param name="capacity">The number of rows at most.</param>
    public static PlanProgram Rewrite(PlanProgram program, ProductEndings endings, int capacity)
    {
        var fusion = new CudaFusion(program, endings);
        for (int i = 0; i < fusion._instructions.Length; i++) fusion.MergeElementwise(i);
        for (int i = 0; i < fusion._instructions.Length && endings != 0; i++) fusion.MergeProduct(i);
        program = program with { Slots = fusion._slots, Instructions = [.. fusion._instructions.OfType<Instruction>()] };
        return InPlace.Rewrite(ElementwiseGroups.Rewrite(ProductsFirst.Rewrite(program), capacity));
    }

    private void MergeElementwise(int i)
    {
        if (_instructions[i] is not { } now) return;
        switch (now.Operation)
        {
            case UnaryElementwise unary when KernelNames.Bias(unary.Function) is { } kernel
                && Passed(now.Sources[0]) is { Operation: BinaryElementwise { Function: BinaryOperation.Add } } add
                && BiasOf(add, _slots[now.Destination].Shape) is var (x, bias):
                Merge(i, add, new(new BiasOperation(kernel, unary.Alpha), [x, bias], now.Destination));
                break;
            case TernaryElementwise { Function: TernaryOperation.Select } when IsZero(now.Sources[2])
                && HasShape(now.Sources[1], now.Destination)
                && Passed(now.Sources[0]) is { Operation: BinaryElementwise { Function: BinaryOperation.Less } } mask
                && IsZero(mask.Sources[0]) && HasShape(mask.Sources[1], now.Destination):
                Merge(i, mask, new(new ReluGradientOperation(), [mask.Sources[1], now.Sources[1]], now.Destination));
                break;
            case Reduction { Function: ReduceOperation.ColumnSum } when _writers[now.Sources[0]] is var writer and >= 0
                && _instructions[writer] is { Operation: ReluGradientOperation, Sources.Count: 2 } gradient
                && !WillEndAProduct(now, gradient):
                // Earlier than it stood: what it reads is there, and what it writes nobody has read before.
                _instructions[writer] = gradient with { Sources = [.. gradient.Sources, now.Destination] };
                _instructions[i] = null;
                break;
        }
    }

    // The column sums, or the mask whose result they sum, will come with a product.
    private bool WillEndAProduct(Instruction sum, Instruction gradient) =>
        (_endings.HasFlag(ProductEndings.ReluGradient) && Passed(gradient.Sources[1]) is { Operation: ProductOperation })
        || (_endings.HasFlag(ProductEndings.ColumnSum) && ProductWith(sum) >= 0);

    private void MergeProduct(int i)
    {
        if (_instructions[i] is not { } now) return;
        switch (now.Operation)
        {
            case BiasOperation { IsRelu: true } when _endings.HasFlag(ProductEndings.BiasRelu)
                && PassedProduct(now.Sources[0]) is { } product:
                MergeBias(product, now.Sources[1], isRelu: true);
                break;
            case BinaryElementwise { Function: BinaryOperation.Add } when _endings.HasFlag(ProductEndings.Bias)
                && BiasOf(now, _slots[now.Destination].Shape) is var (x, bias) && PassedProduct(x) is { } product:
                MergeBias(product, bias, isRelu: false);
                break;
            case ReluGradientOperation when _endings.HasFlag(ProductEndings.ReluGradient) && now.Sources.Count == 2
                && Passed(now.Sources[1]) is { Operation: ProductOperation p } product:
                Merge(i, product, new(new ProductReluGradientOperation(p), [.. product.Sources, now.Sources[0]], now.Destination));
                break;
            case Reduction { Function: ReduceOperation.ColumnSum } when _endings.HasFlag(ProductEndings.ColumnSum)
                && ProductWith(now) is var at and >= 0:
                var both = _instructions[at]!;
                // Where the first of the two stood: what they read is there, and what they write nobody has read before.
                (_instructions[i], _instructions[at]) = (null, null);
                int first = Math.Min(i, at);
                bool ofLeft = both.Sources[0] == now.Sources[0];
                _instructions[first] = new(
                    new ProductColumnSumOperation(ofLeft), [.. both.Sources, now.Destination], both.Destination);
                (_writers[both.Destination], _writers[now.Destination]) = (first, first);
                break;
        }

        Instruction? PassedProduct(int slot) =>
            Passed(slot) is { Operation: ProductOperation { TransposeLeft: false } } product ? product : null;

        void MergeBias(Instruction product, int bias, bool isRelu) => Merge(i, product, new(
            new ProductBiasOperation((ProductOperation)product.Operation, isRelu), [.. product.Sources, bias], now.Destination));
    }

    // Where the gradient of a weight is made from what these sums are of, or -1.
    private int ProductWith(Instruction sum)
    {
        for (int i = 0; i < _instructions.Length; i++)
        {
            if (_instructions[i] is { Operation: ProductOperation { TransposeLeft: true, TransposeRight: false } } product
                && product.Sources.Contains(sum.Sources[0])
                && product.Sources.All(source => _writers[source] < _writers[sum.Destination])) return i;
        }

        return -1;
    }

    // The instruction that makes a value for this one reader alone, in memory that nobody else looks into.
    private Instruction? Passed(int slot) =>
        _readers[slot] == 1 && _slots[slot].Memory is null && _writers[slot] >= 0 ? _instructions[_writers[slot]] : null;

    private void Merge(int at, Instruction first, Instruction merged)
    {
        _instructions[_writers[first.Destination]] = null;
        _slots[first.Destination] = _slots[first.Destination] with { Shape = new(0, 0) };
        _instructions[at] = merged;
    }

    private bool IsZero(int slot) =>
        _slots[slot] is { Kind: SlotKind.Constant } constant && BitConverter.DoubleToInt64Bits(constant.Constant) == 0;

    private bool HasShape(int slot, int other) => _slots[slot].Shape == _slots[other].Shape;

    private (int X, int Bias)? BiasOf(Instruction add, Shape shape)
    {
        foreach (var (x, bias) in ((int, int)[])[(add.Sources[0], add.Sources[1]), (add.Sources[1], add.Sources[0])])
        {
            // Where both have one row, either may be called the bias; x + y and y + x have the same bits.
            if (_slots[x].Shape == shape && _slots[bias].Shape.Rows.IsOne && _slots[bias].Shape.Columns == shape.Columns) return (x, bias);
        }

        return null;
    }

    /// <summary>The instruction that writes each slot, or -1.</summary>
    public static int[] FindWriters(PlanProgram program)
    {
        int[] writers = new int[program.Slots.Count];
        Array.Fill(writers, -1);
        for (int i = 0; i < program.Instructions.Count; i++)
        {
            var now = program.Instructions[i];
            writers[now.Destination] = i;
            foreach (int result in Results(now)) writers[result] = i;
        }

        return writers;
    }

    // What an instruction writes beside its destination stands last among its sources.
    private static IEnumerable<int> Results(Instruction instruction) => instruction switch
    {
        { Operation: ReluGradientOperation or ProductColumnSumOperation, Sources: [_, _, int sums] } => [sums],
        { Operation: ElementwiseOperation several } => instruction.Sources.Skip(several.Kernel.Sources.Count),
        _ => [],
    };

    /// <summary>How often each slot is read.</summary>
    public static int[] CountReaders(PlanProgram program)
    {
        int[] readers = new int[program.Slots.Count];
        foreach (var instruction in program.Instructions)
        {
            foreach (int source in instruction.Sources) readers[source]++;
            foreach (int result in Results(instruction)) readers[result]--;
        }

        foreach (int output in program.Outputs) readers[output]++;
        foreach (var effect in program.Effects)
        {
            if (effect is AssignEffect assign) readers[assign.Source]++;
            else if (effect is RecordEffect record) readers[record.Source]++;
        }

        return readers;
    }
}
