using Kaleido.Backends;
using Kaleido.Tensors;
using Kaleido.Tests;

namespace Kaleido.Contract;

/// <summary>A layer as networks have it, product, bias, activation, then a chain with every kind of repeated operand.</summary>
public sealed class LayerLaws
{
    private const int Inputs = 4;

    private static PlanProgram Layer(int inner, int columns, bool transposed, int lastOutput)
    {
        var (row, wide, column) = (new Shape(1, columns), new Shape(Extent.Rows, columns), new Shape(Extent.Rows, 1));
        Slot[] slots =
        [
            new(new(Extent.Rows, inner), SlotKind.Input, Label: "x"),
            new(transposed ? new(columns, inner) : new(inner, columns), SlotKind.Input, Label: "w"),
            new(row, SlotKind.Input, Label: "b"), new(column, SlotKind.Input, Label: "d"),
            new(Shape.Scalar, SlotKind.Constant, Constant: 0.7),
            .. Enumerable.Repeat(new Slot(wide, SlotKind.Computed), 8), new(row, SlotKind.Computed), new(column, SlotKind.Computed),
        ];
        Instruction[] instructions =
        [
            new(new ProductOperation(false, transposed), [0, 1], 5),
            new(new BinaryElementwise(BinaryOperation.Add), [5, 2], 6),
            new(new UnaryElementwise(UnaryOperation.Tanh), [6], 7),
            new(new BinaryElementwise(BinaryOperation.Multiply), [7, 3], 8),
            new(new BinaryElementwise(BinaryOperation.Less), [2, 8], 9),
            new(new TernaryElementwise(TernaryOperation.Select), [9, 6, 2], 10),
            new(new NoiseOperation(NoiseDistribution.Uniform, -1, 1, 3, 4), [], 11),
            new(new TernaryElementwise(TernaryOperation.FusedMultiplyAdd), [10, 4, 11], 12),
            new(new Reduction(ReduceOperation.ColumnSum), [12], 13),
            new(new Reduction(ReduceOperation.RowSum), [12], 14),
        ];
        return new(slots, instructions, [lastOutput, 13, 14], []);
    }

    private static void Check(Bench bench, Random random, int rows, int inner, int columns)
    {
        var program = Layer(inner, columns, transposed: random.Next(2) == 1, lastOutput: random.Next(5, 13));
        using var lowered = bench.Backend.Lower(program, rows + 1);
        using var plain = new Interpreter(bench.Backend, program, rows + 1);
        for (int slot = 0; slot < Inputs; slot++)
        {
            var shape = program.Slots[slot].Shape;
            double[] values = bench.Random(random, shape.Rows.Resolve(rows), shape.Columns.Resolve(rows)).Values;
            foreach (var view in new[] { lowered.View(slot, rows), plain.View(slot, rows) }) view.Memory.Upload(view.Offset, values);
        }

        lowered.Run(rows);
        plain.Run(rows);
        foreach (int output in program.Outputs) bench.SameBits(bench.Read(plain.View(output, rows)), lowered.View(output, rows));
    }

    [Theory, OnEveryDevice]
    public void A_layer_has_the_bits_of_its_primitives(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(3, 70), it => Check(bench, it.Random(), it.Sizes[0], it.Sizes[1], it.Sizes[2]), 60);
        foreach (int columns in new[] { 255, 256, 257, 511, 512, 513, 1025, 1100 }) Check(bench, new(columns), columns % 50, 9, columns);
        Check(bench, new(1), 900, 40, 130);
    }
}
