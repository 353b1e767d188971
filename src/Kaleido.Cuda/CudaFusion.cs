using Kaleido.Backends;
using Kaleido.Cuda.Interop;
using Kaleido.Tensors;

namespace Kaleido.Cuda;

/// <summary>
/// Puts one launch where a program has several, for what every layer does: adding a bias and applying a function, masking a gradient by a
/// ReLU, and summing the columns of what came out. A value that only the merged instructions pass on needs no memory.
/// </summary>
internal static class CudaFusion
{
    private sealed record BiasOperation(string Kernel, double Alpha) : DeviceOperation
    {
        public override string Name => Kernel;

        public override void Run(IBackend backend, ReadOnlySpan<MatrixView> operands, in MatrixView destination) =>
            ((CudaBackend)backend).Bias(Kernel, operands[0], operands[1], Alpha, destination);
    }

    private sealed record ReluGradientOperation : DeviceOperation
    {
        public override string Name => KernelNames.ReluGradient;

        public override void Run(IBackend backend, ReadOnlySpan<MatrixView> operands, in MatrixView destination)
        {
            var cuda = (CudaBackend)backend;
            if (operands.Length == 2) cuda.ReluGradient(operands[0], operands[1], destination);
            else cuda.ReluGradientColumnSum(operands[0], operands[1], operands[2], destination);
        }
    }

    /// <summary>The program with such instructions merged.</summary>
    public static PlanProgram Rewrite(PlanProgram program)
    {
        var slots = program.Slots.ToArray();
        Instruction?[] instructions = [.. program.Instructions];
        int[] readers = CountReaders(program);
        var writers = new int[slots.Length];
        Array.Fill(writers, -1);
        for (int i = 0; i < instructions.Length; i++) writers[instructions[i]!.Destination] = i;
        for (int i = 0; i < instructions.Length; i++)
        {
            var now = instructions[i];
            if (now is null) continue;
            switch (now.Operation)
            {
                case UnaryElementwise unary when KernelNames.Bias(unary.Function) is { } kernel
                    && Passed(now.Sources[0]) is { Operation: BinaryElementwise { Function: BinaryOperation.Add } } add
                    && BiasOf(add, slots[now.Destination].Shape) is var (x, bias):
                    Merge(i, add, new(new BiasOperation(kernel, unary.Alpha), [x, bias], now.Destination));
                    break;
                case TernaryElementwise { Function: TernaryOperation.Select } when IsZero(now.Sources[2]) && HasShape(now.Sources[1], now.Destination)
                    && Passed(now.Sources[0]) is { Operation: BinaryElementwise { Function: BinaryOperation.Less } } mask
                    && IsZero(mask.Sources[0]) && HasShape(mask.Sources[1], now.Destination):
                    Merge(i, mask, new(new ReluGradientOperation(), [mask.Sources[1], now.Sources[1]], now.Destination));
                    break;
                case Reduction { Function: ReduceOperation.ColumnSum } when writers[now.Sources[0]] is var writer and >= 0
                    && instructions[writer] is { Operation: ReluGradientOperation, Sources.Count: 2 } gradient:
                    // Earlier than it stood: what it reads is there, and what it writes nobody has read before.
                    instructions[writer] = gradient with { Sources = [.. gradient.Sources, now.Destination] };
                    instructions[i] = null;
                    break;
            }
        }

        return program with { Slots = slots, Instructions = [.. instructions.OfType<Instruction>()] };

        // The instruction that makes a value for this one reader alone, in memory that nobody else looks into.
        Instruction? Passed(int slot) =>
            readers[slot] == 1 && slots[slot].Memory is null && writers[slot] >= 0 ? instructions[writers[slot]] : null;

        void Merge(int at, Instruction first, Instruction merged)
        {
            instructions[writers[first.Destination]] = null;
            slots[first.Destination] = slots[first.Destination] with { Shape = new(0, 0) };
            instructions[at] = merged;
        }

        bool IsZero(int slot) => slots[slot] is { Kind: SlotKind.Constant } constant && BitConverter.DoubleToInt64Bits(constant.Constant) == 0;

        bool HasShape(int slot, int other) => slots[slot].Shape == slots[other].Shape;

        (int X, int Bias)? BiasOf(Instruction add, Shape shape)
        {
            foreach (var (x, bias) in ((int, int)[])[(add.Sources[0], add.Sources[1]), (add.Sources[1], add.Sources[0])])
            {
                // Where both have one row, either may be called the bias; x + y and y + x have the same bits.
                if (slots[x].Shape == shape && slots[bias].Shape.Rows.IsOne && slots[bias].Shape.Columns == shape.Columns) return (x, bias);
            }

            return null;
        }
    }

    private static int[] CountReaders(PlanProgram program)
    {
        int[] readers = new int[program.Slots.Count];
        foreach (var instruction in program.Instructions)
            foreach (int source in instruction.Sources) readers[source]++;
        foreach (int output in program.Outputs) readers[output]++;
        foreach (var effect in program.Effects)
        {
            if (effect is AssignEffect assign) readers[assign.Source]++;
            else if (effect is RecordEffect record) readers[record.Source]++;
        }

        return readers;
    }
}
