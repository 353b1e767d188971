using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Contract;

public sealed class ProgramLaws
{
    private static Slot Computed(Extent rows, Extent columns) => new(new(rows, columns), SlotKind.Computed);

    private static Slot Variable(in MatrixView view) => new(new(view.Rows, view.Columns), SlotKind.Variable, view.Memory, view.Offset);

    private static Instruction Binary(BinaryOperation function, int x, int y, int destination) =>
        new(new BinaryElementwise(function), [x, y], destination);

    private static void Upload(IExecutable executable, int slot, int rows, Grid values)
    {
        var view = executable.View(slot, rows);
        Assert.Equal((values.Rows, values.Columns), (view.Rows, view.Columns));
        view.Memory.Upload(view.Offset, values.Values);
    }

    [Theory, OnEveryDevice]
    public void Every_read_sees_start_of_step_values(string device)
    {
        using var bench = Devices.Open(device);
        var (a, b) = (bench.Put(new(1, 3, [1, 2, 3])), bench.Put(new(1, 3, [10, 20, 30])));
        // Slots 2 and 3 are the old values: the variables are exchanged, and the output 4 is made of the old ones.
        var program = new PlanProgram(
            [Variable(a), Variable(b), Computed(1, 3), Computed(1, 3), Computed(1, 3)],
            [
                new(new UnaryElementwise(UnaryOperation.Identity), [0], 2),
                new(new UnaryElementwise(UnaryOperation.Identity), [1], 3),
                Binary(BinaryOperation.Subtract, 0, 1, 4),
            ],
            [4],
            [new AssignEffect(2, 1), new AssignEffect(3, 0)]);
        using var executable = bench.Backend.Lower(program, 0);
        executable.Run(0);
        bench.SameBits(new(1, 3, [10, 20, 30]), a);
        bench.SameBits(new(1, 3, [1, 2, 3]), b);
        bench.SameBits(new(1, 3, [-9, -18, -27]), executable.View(4, 0));
        executable.Run(0);
        bench.SameBits(new(1, 3, [1, 2, 3]), a);
        bench.SameBits(new(1, 3, [9, 18, 27]), executable.View(4, 0));
        Assert.Equal(2UL, executable.Counter.Value);
    }

    [Theory, OnEveryDevice]
    public void An_assignment_writes_the_rows_of_this_run_and_nothing_else(string device)
    {
        using var bench = Devices.Open(device);
        const int Capacity = 9000, Columns = 5, Before = 7;
        foreach (int rows in new[] { 0, 1, 100, 6000, 9000 })
        {
            var start = bench.Random(new(rows), 1, Before + (Capacity * Columns) + 20_000);
            var whole = bench.Put(start, offset: 0);
            var shape = new Shape(Extent.Rows, Columns);
            var program = new PlanProgram(
                [new(shape, SlotKind.Variable, whole.Memory, Before), new(shape, SlotKind.Computed)],
                [new(new UnaryElementwise(UnaryOperation.Negate), [0], 1)], [], [new AssignEffect(1, 0)]);
            using var executable = bench.Backend.Lower(program, Capacity);
            executable.Run(rows);
            bench.SameBits(new(1, start.Columns, [.. start.Values.Select((value, i) =>
                i >= Before && i < Before + (rows * Columns) ? -value : value)]), new(whole.Memory, 0, 1, start.Columns));
        }
    }

    /// <summary>Rows of x minus the mean of all elements, and that mean: the mean divides by the rows of this run.</summary>
    private static PlanProgram Centred(int columns) => new(
        [
            new(new(Extent.Rows, columns), SlotKind.Input, Label: "x"), Computed(1, 1),
            new(Shape.Scalar, SlotKind.Count, Counted: new(Extent.Rows, columns)), Computed(1, 1), Computed(Extent.Rows, columns),
            new(Shape.Scalar, SlotKind.Constant, Constant: 0.1), Computed(Extent.Rows, columns),
        ],
        [
            new(new Reduction(ReduceOperation.FullSum), [0], 1),
            Binary(BinaryOperation.Divide, 1, 2, 3),
            Binary(BinaryOperation.Subtract, 0, 3, 4),
            Binary(BinaryOperation.Multiply, 4, 5, 6),
        ],
        [3, 6], []);

    [Theory, OnEveryDevice]
    public void A_run_with_fewer_rows_is_a_run_of_a_program_made_for_them(string device)
    {
        using var bench = Devices.Open(device);
        using var large = bench.Backend.Lower(Centred(5), 200);
        foreach (int rows in new[] { 200, 1, 65, 64, 0, 199, 2 })
        {
            using var exact = bench.Backend.Lower(Centred(5), rows);
            var x = bench.Random(new(rows), rows, 5);
            Upload(large, 0, rows, x);
            Upload(exact, 0, rows, x);
            large.Run(rows);
            exact.Run(rows);
            foreach (int output in new[] { 3, 6 }) bench.SameBits(bench.Read(exact.View(output, rows)), large.View(output, rows));
            double mean = rows == 0 ? double.NaN : x.Values.Average();
            // γ of the chain of additions (64 rows, blocks, lanes) times the mean of magnitudes, and the rounding of the quotient.
            double units = 64 + (rows / 64.0) + 6;
            bench.Near(mean, 2 * units * bench.Unit * (rows == 0 ? 0 : x.Values.Average(Math.Abs)),
                bench.Read(large.View(3, rows)).Values[0], $"mean of {rows} rows");
        }
    }

    [Theory, OnEveryDevice]
    public void Rows_beyond_the_capacity_or_below_zero_are_refused(string device)
    {
        using var bench = Devices.Open(device);
        using var executable = bench.Backend.Lower(Centred(2), 4);
        Assert.Throws<ArgumentOutOfRangeException>(() => executable.Run(5));
        Assert.Throws<ArgumentOutOfRangeException>(() => executable.Run(-1));
        Assert.Equal(0UL, executable.Counter.Value);
    }

    [Theory, OnEveryDevice]
    public void A_training_step_updates_records_and_advances(string device)
    {
        using var bench = Devices.Open(device);
        // Loss = sum of w·(w/2) by rows of one; its gradient w is written into the gradient arena; four steps of SGD with momentum.
        var rule = new OptimizerRule(OptimizerKind.Sgd, LearningRateSchedule.Step(0.25, 2, 0.5)) { Momentum = 0.5 };
        const int Length = 20, Capacity = 3;
        var start = bench.Random(new(3), 1, Length);
        DeviceMemory Arena() => bench.Allocate(Length);
        var (gradients, parameters, moment1, moment2, ring) = (Arena(), Arena(), Arena(), Arena(), bench.Put(new(1, Capacity)));
        parameters.Upload(0, start.Values);
        var program = new PlanProgram(
            [
                Variable(new(parameters, 0, 1, Length)), new(new(1, Length), SlotKind.Computed, gradients),
                new(Shape.Scalar, SlotKind.Constant, Constant: 0.5), Computed(1, Length), Computed(1, Length), Computed(1, 1),
            ],
            [
                Binary(BinaryOperation.Multiply, 0, 2, 3),
                Binary(BinaryOperation.Multiply, 0, 3, 4),
                new(new Reduction(ReduceOperation.RowSum), [4], 5),
                new(new UnaryElementwise(UnaryOperation.Identity), [0], 1),
            ],
            [5],
            [
                new RecordEffect(5, ring.Memory, ring.Offset, Capacity),
                new UpdateEffect(rule, gradients, parameters, moment1, moment2, Length),
            ]);
        using var executable = bench.Backend.Lower(program, 0);

        using var counter = bench.Backend.AllocateCounter();
        var (g, w, m1, m2) = (bench.Put(start), bench.Put(start), bench.Put(new(1, Length)), bench.Put(new(1, Length)));
        var losses = new Grid(1, Capacity);
        for (int step = 0; step < 4; step++)
        {
            executable.Run(0);
            losses[0, step % Capacity] = bench.Read(executable.View(5, 0)).Values[0];
            bench.Backend.Broadcast(w, g);
            bench.Backend.Update(counter, rule, g, w, m1, m2);
            bench.Backend.Advance(counter);
            bench.SameBits(bench.Read(w), new(parameters, 0, 1, Length));
            bench.SameBits(losses, ring);
        }

        Assert.Equal(4UL, executable.Counter.Value);
        Assert.Equal(Capacity, losses.Values.Distinct().Count());
    }

    [Theory, OnEveryDevice]
    public void Noise_and_minibatches_follow_the_counter(string device)
    {
        using var bench = Devices.Open(device);
        var noise = new NoiseOperation(NoiseDistribution.Normal, 0, 1, 4, 9);
        var minibatch = new MinibatchIndicesOperation(30, 4, 10);
        var source = bench.Put(Grid.Of(30, 2, (row, column) => 10 * row + column));
        var program = new PlanProgram(
            [Variable(source), Computed(Extent.Rows, 1), Computed(Extent.Rows, 2), Computed(Extent.Rows, 3)],
            [new(minibatch, [], 1), new(new GatherRowsOperation(), [0, 1], 2), new(noise, [], 3)],
            [1, 2, 3], []);
        using var executable = bench.Backend.Lower(program, 30);
        using var counter = bench.Backend.AllocateCounter();
        foreach (ulong step in new ulong[] { 0, 1, 2, 77, 78, 1UL << 33, 5 })
        {
            if (step is not (1 or 2 or 78)) executable.Counter.Value = step;
            counter.Value = step;
            int rows = step == 77 ? 30 : 12;
            executable.Run(rows);
            var (indices, drawn) = (bench.Blank(rows, 1), bench.Blank(rows, 3));
            bench.Backend.MinibatchIndices(counter, minibatch, indices);
            bench.Backend.Noise(counter, noise, drawn);
            bench.SameBits(bench.Read(indices), executable.View(1, rows));
            bench.SameBits(bench.Read(drawn), executable.View(3, rows));
            var at = bench.Read(indices);
            bench.SameBits(Grid.Of(rows, 2, (row, column) => 10 * at[row, 0] + column), executable.View(2, rows));
        }
    }
}
