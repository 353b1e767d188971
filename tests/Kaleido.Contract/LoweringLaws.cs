using Kaleido.Backends;
using Kaleido.Tensors;
using Kaleido.Tests;

namespace Kaleido.Contract;

/// <summary>What a device makes of a whole program must be what its primitives make of it one by one.</summary>
public sealed class LoweringLaws
{
    private const int Inputs = 3;

    /// <summary>A random program: every instruction takes operands among all values before it.</summary>
    private sealed class Builder(Random random)
    {
        public List<Slot> Slots { get; } = [];

        public List<Instruction> Instructions { get; } = [];

        public PlanProgram Build(int columns, int length)
        {
            Slots.Add(new(new(Extent.Rows, columns), SlotKind.Input, Label: "x"));
            Slots.Add(new(new(columns, columns), SlotKind.Input, Label: "w"));
            Slots.Add(new(new(1, columns), SlotKind.Input, Label: "b"));
            Slots.Add(new(Shape.Scalar, SlotKind.Constant, Constant: 0.7));
            Slots.Add(new(Shape.Scalar, SlotKind.Count, Counted: new(Extent.Rows, columns)));
            while (Instructions.Count < length) Add();
            // Every value is an output, so that every one is compared; then half of the programs keep the last one only.
            int[] computed = [.. Instructions.Select(instruction => instruction.Destination)];
            return new(Slots, Instructions, random.Next(2) == 0 ? computed : computed[^1..], []);
        }

        private int Pick(Func<Shape, bool> fits)
        {
            int[] fitting = [.. Enumerable.Range(0, Slots.Count).Where(slot => fits(Slots[slot].Shape))];
            return fitting.Length == 0 ? -1 : fitting[random.Next(fitting.Length)];
        }

        private int Any() => random.Next(Slots.Count);

        private Shape Of(int slot) => Slots[slot].Shape;

        private void Emit(Operation operation, Shape shape, params int[] sources)
        {
            Slots.Add(new(shape, SlotKind.Computed));
            Instructions.Add(new(operation, sources, Slots.Count - 1));
        }

        private void Add()
        {
            int x = Any(), y = Any(), z = Any();
            switch (random.Next(12))
            {
                case 0 or 1:
                    UnaryOperation[] tame = [UnaryOperation.Tanh, UnaryOperation.Relu, UnaryOperation.Sigmoid, UnaryOperation.Abs, UnaryOperation.Gelu];
                    Emit(new UnaryElementwise(tame[random.Next(tame.Length)]), Of(x), x);
                    break;
                case 2 or 3 or 4:
                    var functions = Enum.GetValues<BinaryOperation>();
                    if (Shape.TryBroadcast(Of(x), Of(y), out var both))
                        Emit(new BinaryElementwise(functions[random.Next(functions.Length)]), both, x, y);
                    break;
                case 5:
                    if (Shape.TryBroadcast(Of(x), Of(y), out var two) && Shape.TryBroadcast(two, Of(z), out var three))
                        Emit(new TernaryElementwise((TernaryOperation)random.Next(2)), three, x, y, z);
                    break;
                case 6 or 7:
                    bool transposeLeft = random.Next(2) == 1, transposeRight = random.Next(2) == 1;
                    var left = transposeLeft ? Of(x).Transposed : Of(x);
                    int other = Pick(shape => (transposeRight ? shape.Columns : shape.Rows) == left.Columns);
                    if (other < 0) break;
                    var right = transposeRight ? Of(other).Transposed : Of(other);
                    Emit(new ProductOperation(transposeLeft, transposeRight), new(left.Rows, right.Columns), x, other);
                    break;
                case 8:
                    var function = (ReduceOperation)random.Next(6);
                    // The largest element of no elements has no index.
                    if (function == ReduceOperation.RowArgMaximum && (Of(x).Columns.IsRows || Of(x).Columns.Size == 0)) break;
                    bool keepsRows = function is not (ReduceOperation.ColumnSum or ReduceOperation.FullSum);
                    Emit(new Reduction(function), new(keepsRows ? Of(x).Rows : 1, function == ReduceOperation.ColumnSum ? Of(x).Columns : 1), x);
                    break;
                case 9:
                    Emit(new TransposeOperation(), Of(x).Transposed, x);
                    break;
                case 10:
                    if (Of(x).Columns.IsRows || Of(x).Columns.Size < 1) break;
                    if (random.Next(2) == 0) Emit(new SliceOperation(0, Of(x).Columns.Size - 1), new(Of(x).Rows, 1), x);
                    else Emit(new PlaceOperation(0, 2), new(Of(x).Rows, Of(x).Columns.Size + 3), x);
                    break;
                default:
                    if (Of(x).Rows == Of(y).Rows && !Of(x).Columns.IsRows && !Of(y).Columns.IsRows)
                        Emit(new ConcatenateOperation(AlongRows: false), new(Of(x).Rows, Of(x).Columns.Size + Of(y).Columns.Size), x, y);
                    else
                        Emit(new NoiseOperation(NoiseDistribution.Uniform, -1, 1, 3, (uint)Slots.Count), Of(x));
                    break;
            }
        }
    }

    [Theory, OnEveryDevice]
    public void A_lowered_program_has_the_bits_of_its_primitives(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(3, 33), it =>
        {
            var random = it.Random();
            var (rows, columns, length) = (it.Sizes[0], it.Sizes[1], it.Sizes[2]);
            var program = new Builder(random).Build(columns, Math.Clamp(length, 1, 25));
            using var lowered = bench.Backend.Lower(program, rows + 2);
            using var plain = new Interpreter(bench.Backend, program, rows + 2);
            foreach (int now in new[] { rows, rows + 2, rows })
            {
                for (int slot = 0; slot < Inputs; slot++)
                {
                    var shape = program.Slots[slot].Shape;
                    double[] values = Grid.Random(random, shape.Rows.Resolve(now), shape.Columns.Resolve(now)).Values;
                    foreach (var executable in new IExecutable[] { lowered, plain })
                    {
                        var view = executable.View(slot, now);
                        view.Memory.Upload(view.Offset, values);
                    }
                }

                lowered.Run(now);
                plain.Run(now);
                foreach (int output in program.Outputs)
                {
                    try
                    {
                        bench.SameBits(bench.Read(plain.View(output, now)), lowered.View(output, now));
                    }
                    catch (Exception failure) when (failure is Xunit.Sdk.XunitException)
                    {
                        string listing = string.Join("; ", program.Instructions.Select(i => $"{i.Destination} = {i.Operation}({string.Join(", ", i.Sources)})"));
                        Assert.Fail($"output {output} with {now} rows: {failure.Message}\n{listing}");
                    }
                }
            }

            Assert.Equal(plain.Counter.Value, lowered.Counter.Value);
        }, 150);
    }
}
