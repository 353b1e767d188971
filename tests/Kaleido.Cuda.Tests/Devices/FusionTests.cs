using Kaleido.Backends;
using Kaleido.Cuda.Fusion;
using Kaleido.Cuda.Tests.Fake;
using Kaleido.Cuda.Tests.Kernels;
using Kaleido.Cuda.Tests.Ptx;
using Kaleido.Networks;
using Kaleido.Sampling;
using Kaleido.Tensors;
using Kaleido.Training;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>Launches that do the work of several functions, and their order.</summary>
public sealed class FusionTests
{
    private static readonly Operation[] Functions =
    [
        .. Enum.GetValues<UnaryOperation>().Select(f => new UnaryElementwise(f)).Where(ElementwiseKernel.Has),
        .. Enum.GetValues<BinaryOperation>().Select(f => new BinaryElementwise(f)),
        .. Enum.GetValues<TernaryOperation>().Select(f => new TernaryElementwise(f)), new BroadcastOperation(),
    ];

    public static TheoryData<string> Names() => [.. Functions.Select(it => it.Name)];

    private static int Operands(Operation function) => function switch { TernaryElementwise => 3, BinaryElementwise => 2, _ => 1 };

    private static Slot Variable(in MatrixView view) => new(new(view.Rows, view.Columns), SlotKind.Variable, view.Memory, view.Offset);

    private static Slot Computed(int rows, int columns) => new(new(rows, columns), SlotKind.Computed);

    private static MatrixView Put(IBackend backend, float[] values, int rows, int columns)
    {
        var memory = backend.Allocate(values.Length);
        memory.Upload(0, values);
        return new(memory, 0, rows, columns);
    }

    /// <summary>What a program gives on a device: the operands' values and shapes come first among its slots.</summary>
    private static float[][] Run(
        IBackend backend, (float[] Values, int Rows, int Columns)[] operands, Slot[] computed, Instruction[] instructions, int[] outputs)
    {
        MatrixView[] views = [.. operands.Select(it => Put(backend, it.Values, it.Rows, it.Columns))];
        var program = new PlanProgram([.. views.Select(view => Variable(view)), .. computed], instructions, outputs, []);
        using var executable = backend.Lower(program, 1);
        executable.Run(1);
        float[][] results = [.. outputs.Select(slot => Cpu.Values(executable.View(slot, 1)))];
        foreach (var view in views) view.Memory.Dispose();
        return results;
    }

    private static (float[][] Results, List<string> Launches, FakeMachine Machine) OnFake(Func<IBackend, float[][]> run)
    {
        var machine = new FakeMachine();
        float[][] results;
        using (var backend = FakeDevice.Open(machine, new() { CaptureGraphs = false })) results = run(backend);
        Assert.Empty(machine.Violations);
        Assert.Empty(machine.Faults);
        Assert.Empty(machine.Leaks());
        return (results, [.. machine.Launches.Select(it => it.Split(' ')[0]).Where(name => name != "advance")], machine);
    }

    [Theory, MemberData(nameof(Names))]
    public void A_function_written_for_a_program_has_the_bits_of_the_CPU(string name)
    {
        var function = Functions.Single(it => it.Name == name);
        float[] special = Numbers.Special;
        int rows = special.Length, columns = 3 * special.Length;
        // Every pair of special numbers, with a third from all of them.
        var operands = new (float[], int, int)[]
        {
            (Table((r, c) => special[c / 3]), rows, columns), (Table((r, c) => special[r]), rows, columns),
            (Table((r, c) => special[(31 * r + c) % rows]), rows, columns),
        };
        float[] Table(Func<int, int, float> of) => [.. Enumerable.Range(0, rows * columns).Select(i => of(i / columns, i % columns))];
        Instruction[] two =
        [
            new(function, [.. Enumerable.Range(0, Operands(function))], 3), new(new UnaryElementwise(UnaryOperation.Abs), [3], 4),
        ];
        float[][] On(IBackend backend) => Run(backend, operands, [Computed(rows, columns), Computed(rows, columns)], two, [3, 4]);
        var (have, launches, _) = OnFake(On);
        Assert.StartsWith("elementwise_", Assert.Single(launches), StringComparison.Ordinal);
        float[][] want = On(Cpu.Backend);
        Numbers.Same(want[0], have[0], name);
        Numbers.Same(want[1], have[1], $"abs of {name}");
    }

    [Theory, InlineData(7, 5), InlineData(1, 5), InlineData(7, 1), InlineData(1, 1), InlineData(300, 7)]
    public void Rows_columns_and_scalars_are_repeated(int rows, int columns)
    {
        var random = new Random(5);
        (float[], int, int) Of(int r, int c) => (Numbers.Mixed(r * c, random), r, c);
        (float[], int, int)[] operands = [Of(rows, columns), Of(1, columns), Of(rows, 1), Of(1, 1)];
        var add = new BinaryElementwise(BinaryOperation.Add);
        var multiply = new BinaryElementwise(BinaryOperation.Multiply);
        Instruction[] instructions =
        [
            new(new BroadcastOperation(), [2], 4), new(multiply, [0, 1], 5), new(add, [5, 2], 6), new(multiply, [3, 6], 7),
            new(new TernaryElementwise(TernaryOperation.FusedMultiplyAdd), [7, 4, 1], 8),
        ];
        Slot[] computed = [.. Enumerable.Repeat(Computed(rows, columns), 5)];
        float[][] On(IBackend backend) => Run(backend, operands, computed, instructions, [5, 8]);
        var (have, launches, _) = OnFake(On);
        Assert.Single(launches);
        float[][] want = On(Cpu.Backend);
        for (int i = 0; i < want.Length; i++) Numbers.Same(want[i], have[i], $"[{rows}, {columns}] {i}");
    }

    [Fact]
    public void A_kernel_has_as_many_functions_and_operands_as_it_may_and_no_more()
    {
        // x, -x, x, …
        const int Long = 3 * ElementwiseKernel.MostSteps + 2;
        var negate = new UnaryElementwise(UnaryOperation.Negate);
        Instruction[] chain = [.. Enumerable.Range(0, Long).Select(i => new Instruction(negate, [i], i + 1))];
        float[] x = [1, -2, 3];
        var (have, launches, _) = OnFake(backend =>
            Run(backend, [(x, 1, 3)], [.. Enumerable.Repeat(Computed(1, 3), Long)], chain, [Long]));
        // Of a chain only one value is kept at a time, but room is counted as if all were.
        int most = Math.Min(ElementwiseKernel.MostSteps, ElementwiseKernel.MostOperands - 2);
        Assert.Equal((Long + most - 1) / most, launches.Count);
        Assert.Equal(x, have[0]);

        // x0 + x1 + …
        const int Wide = 2 * ElementwiseKernel.MostOperands;
        var add = new BinaryElementwise(BinaryOperation.Add);
        Instruction[] sum =
            [.. Enumerable.Range(1, Wide - 1).Select(i => new Instruction(add, [i == 1 ? 0 : Wide + i - 2, i], Wide + i - 1))];
        var parts = Enumerable.Range(0, Wide).Select(i => (new float[] { i, 1 }, 1, 2)).ToArray();
        (have, launches, _) = OnFake(backend =>
            Run(backend, parts, [.. Enumerable.Repeat(Computed(1, 2), Wide - 1)], sum, [2 * Wide - 2]));
        Assert.Equal([Wide * (Wide - 1) / 2, Wide], have[0]);
        Assert.InRange(launches.Count, 2, Wide / 4);
    }

    [Fact]
    public void Nothing_is_put_together_that_has_more_elements_than_a_kernel_can_number()
    {
        var shape = new Shape(Extent.Rows, 1 << 16);
        Slot slot = new(shape, SlotKind.Computed), input = new(shape, SlotKind.Input);
        var negate = new UnaryElementwise(UnaryOperation.Negate);
        var program = new PlanProgram([input, slot, slot], [new(negate, [0], 1), new(negate, [1], 2)], [2], []);
        Assert.Single(CudaFusion.Rewrite(program, 0, (1 << 15) - 1).Instructions);
        Assert.Equal([negate, negate], CudaFusion.Rewrite(program, 0, 1 << 15).Instructions.Select(it => it.Operation));
    }

    [Fact]
    public void What_follows_a_product_is_written_over_it()
    {
        // tanh(x·w + b)²
        var shape = new Shape(Extent.Rows, 5);
        Slot[] slots =
        [
            new(new(Extent.Rows, 3), SlotKind.Input), new(new(3, 5), SlotKind.Input), new(new(1, 5), SlotKind.Input),
            .. Enumerable.Repeat(new Slot(shape, SlotKind.Computed), 4),
        ];
        Instruction[] instructions =
        [
            new(new ProductOperation(false, false), [0, 1], 3), new(new BinaryElementwise(BinaryOperation.Add), [3, 2], 4),
            new(new UnaryElementwise(UnaryOperation.Tanh), [4], 5), new(new BinaryElementwise(BinaryOperation.Multiply), [5, 5], 6),
        ];
        int Memories(params int[] wanted) => CudaFusion.Rewrite(new(slots, instructions, wanted, []), 0, 7)
            .Slots.Count(it => it.Kind == SlotKind.Computed && it.Shape == shape);
        Assert.Equal([1, 2, 2, 3], [Memories(6), Memories(3, 6), Memories(5, 6), Memories(3, 5, 6)]);
    }

    [Fact]
    public void Plans_of_one_structure_share_a_kernel_and_one_that_is_refused_can_be_asked_for_again()
    {
        float[] x = [3, -4];
        Slot[] computed = [Computed(1, 2), Computed(1, 2)];
        Instruction[] two =
            [new(new UnaryElementwise(UnaryOperation.Abs), [0], 1), new(new UnaryElementwise(UnaryOperation.Sqrt), [1], 2)];
        var (have, _, machine) = OnFake(backend =>
        {
            FakeMachine.Current!.Fail("cuModuleLoadDataEx", 218);
            var refused = Assert.Throws<DeviceException>(() => Run(backend, [(x, 1, 2)], computed, two, [2]));
            Assert.Contains("cuModuleLoadDataEx", refused.Message, StringComparison.Ordinal);
            _ = Run(backend, [(x, 1, 2)], computed, two, [2]);
            return Run(backend, [(x, 1, 2)], computed, two, [2]);
        });
        Assert.Equal([MathF.Sqrt(3), 2], have[0]);
        Assert.Equal(3, machine.Calls["cuModuleLoadDataEx"]); // what is shipped, the refused one, and that again
    }

    [Fact]
    public void What_is_written_rounds_to_nearest_and_is_read_by_the_oldest_drivers()
    {
        ElementwiseStep[] steps = [.. Functions.Select(it => new ElementwiseStep(it, [.. Enumerable.Range(0, Operands(it))]))];
        var kernel = new ElementwiseKernel([Lie.Whole, Lie.Row, Lie.Column, Lie.Scalar], steps, [.. Enumerable.Range(4, steps.Length)]);
        var file = PtxParser.Parse(kernel.Text);
        var entry = Assert.Single(file.Entries);
        Assert.Equal(("6.0", "sm_50", kernel.Name), (file.Version, file.Target, entry.Name));
        Assert.Equal(256, entry.MostThreads);
        PtxTextTests.RoundsToNearest(entry);
        Assert.Equal(1, entry.Statements.Count(it => it.Opcode.StartsWith("fma", StringComparison.Ordinal)));
    }

    [Fact]
    public void Launches_that_move_past_each_other_have_the_bits_of_the_CPU()
    {
        // Functions of two shapes, of which some are reduced to the other one in between.
        for (int seed = 0; seed < 400; seed++)
        {
            float[][] On(IBackend backend)
            {
                var random = new Random(seed);
                (float[], int, int)[] operands = [(Numbers.Mixed(12, random), 4, 3), (Numbers.Mixed(4, random), 4, 1)];
                List<Slot> computed = [];
                List<Instruction> instructions = [];
                List<int>[] ofColumns = [[0], [1]];
                for (int length = random.Next(4, 24); length > 0; length--)
                {
                    int wide = random.Next(5) < 3 ? 0 : 1, x = Any(wide), y = Any(random.Next(4) == 0 ? 1 : wide), to = computed.Count + 2;
                    var (operation, shape) = random.Next(5) switch
                    {
                        0 => ((Operation)new UnaryElementwise(UnaryOperation.Tanh), wide),
                        1 => (new Reduction(ReduceOperation.RowSum), 1),
                        _ => (new BinaryElementwise(random.Next(2) == 0 ? BinaryOperation.Add : BinaryOperation.Maximum), wide),
                    };
                    instructions.Add(new(operation, operation is BinaryElementwise ? [x, y] : [x], to));
                    computed.Add(shape == 0 ? Computed(4, 3) : Computed(4, 1));
                    ofColumns[shape].Add(to);
                }

                int Any(int of) => ofColumns[of][random.Next(ofColumns[of].Count)];
                return Run(backend, operands, [.. computed], [.. instructions], [computed.Count + 1, Any(0), Any(1)]);
            }

            float[][] want = On(Cpu.Backend), have = OnFake(On).Results;
            for (int i = 0; i < want.Length; i++) Numbers.Same(want[i], have[i], $"seed {seed} output {i}");
        }
    }

    [Fact]
    public void A_step_and_an_iteration_launch_nothing_that_could_be_part_of_another_launch()
    {
        var machine = new FakeMachine();
        using var device = new Device(FakeDevice.Open(machine, new() { CaptureGraphs = false }));
        using var network = Mlp.Create(device, new(12, 8, 2) { Output = Activation.Tanh });
        float[] data = Numbers.Mixed(40 * 12, new(1));
        Trainer.Fit(network, data, data, LossFunction.SquaredError, new() { Steps = 1, BatchSize = 10, EvaluationInterval = 1 });
        int start = machine.Launches.FindIndex(it => it.StartsWith("minibatch", StringComparison.Ordinal)) - 1;
        int end = machine.Launches.FindIndex(start, it => it.StartsWith("advance", StringComparison.Ordinal)) + 1;
        Assert.Equal(
            [
                "1 binary_divide", "1 minibatch_indices", "1 gather_rows",
                "1 sgemm", "1 bias_relu", "1 sgemm", "1 bias_relu", "1 sgemm", "1 bias_tanh",
                // The error, its square, and the gradient of the loss before tanh.
                "1 elementwise",
                "1 sgemm", "2 sgemm", "1 relu_gradient_column_sum", "1 sgemm", "2 sgemm", "1 relu_gradient_column_sum", "2 sgemm",
                // Beside the last product: the loss and the gradient of the last bias.
                "1 row_sum", "1 column_sum", "1 binary_divide", "1 column_sum",
                "1 record", "1 optimizer_scalars", "1 update_adam", "1 advance",
            ],
            Told(machine.Launches[start..end]));

        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 5, Epsilon = 0.01, Seed = 7 });
        kaleidoscope.Advance(1);
        device.Backend.Synchronize();
        machine.Launches.Clear();
        int copies = machine.Calls["cuMemcpyDtoDAsync_v2"];
        kaleidoscope.Advance(1);
        Assert.Equal(copies, machine.Calls["cuMemcpyDtoDAsync_v2"]);
        Assert.Equal(
            [
                "1 sgemm", "1 bias_relu", "1 sgemm", "1 bias_relu", "1 sgemm", "1 bias_tanh", "1 noise_uniform",
                // The new samples, and how far each has moved: squares, their sums, roots of the means.
                "1 elementwise", "1 row_sum", "1 row_sum", "1 elementwise", "1 advance",
            ],
            Told(machine.Launches));

        // The first stream to be used is 1.
        static IEnumerable<string> Told(List<string> launches)
        {
            var streams = new List<string>();
            foreach (string launch in launches)
            {
                string[] words = launch.Split(' ');
                if (!streams.Contains(words[^1])) streams.Add(words[^1]);
                string name = words[0].StartsWith("elementwise", StringComparison.Ordinal) ? "elementwise" : words[0];
                yield return $"{streams.IndexOf(words[^1]) + 1} {name}";
            }
        }
    }
}
