using Kaleido.Backends;
using Kaleido.Cuda.Fusion;
using Kaleido.Cuda.Tests.Fake;
using Kaleido.Cuda.Tests.Kernels;
using Kaleido.Tensors;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>Assignments that launches make: nobody can tell them from copies at the end of a run, one after another.</summary>
public sealed class AssignmentTests
{
    private static Slot Computed(int rows, int columns) => new(new(rows, columns), SlotKind.Computed);

    // Alone, captured, replayed; after each what is wanted and the variables.
    private static float[] Thrice(IBackend backend, DeviceMemory[] variables, PlanProgram program)
    {
        using var executable = backend.Lower(program, 0);
        List<float> seen = [];
        for (int run = 0; run < 3; run++)
        {
            executable.Run(0);
            foreach (int slot in program.Outputs) seen.AddRange(Cpu.Values(executable.View(slot, 0)));
            foreach (var memory in variables) seen.AddRange(Cpu.Values(new(memory, 0, 1, (int)memory.Length)));
        }

        return [.. seen];
    }

    [Theory]
    [InlineData("the later write wins"), InlineData("what is read later keeps its old value"), InlineData("a bound result is written too")]
    public void Assignments_that_meet_have_the_bits_of_the_CPU(string how)
    {
        float[] After(IBackend backend)
        {
            var memory = backend.Allocate(40);
            memory.Upload(0, Numbers.Mixed(40, new(3)));
            Slot Variable(int offset, int rows = 2) => new(new(rows, 6 / rows), SlotKind.Variable, memory, offset);
            Slot[] slots =
            [
                Variable(20), Variable(0), Variable(3), Variable(10), Computed(2, 3), Computed(2, 3), // 0 … 5
                Variable(10, 1), Variable(30, 1), Computed(1, 6), // 6 … 8
            ];
            Instruction Add(int x, int to) => new(new BinaryElementwise(BinaryOperation.Add), [x, x], to);
            switch (how)
            {
                case "the later write wins":
                    return Thrice(backend, [memory],
                        new(slots, [Add(0, 4), Add(4, 5)], [], [new AssignEffect(4, 1), new AssignEffect(5, 2)]));
                case "what is read later keeps its old value":
                    // The first launch has the new value of 3; the second, of another shape, copies the old one.
                    return Thrice(backend, [memory],
                        new(slots, [Add(0, 4), Add(7, 8)], [8], [new AssignEffect(6, 7), new AssignEffect(4, 3)]));
                default:
                    slots[5] = slots[5] with { Memory = memory, Offset = 3 };
                    return Thrice(backend, [memory], new(slots, [Add(0, 4), Add(4, 5)], [], [new AssignEffect(4, 1)]));
            }
        }

        HasTheBitsOfTheCpu(After, how);
    }

    [Fact]
    public void A_product_on_the_second_stream_reads_a_variable_before_a_launch_assigns_it()
    {
        HasTheBitsOfTheCpu(backend =>
        {
            // Whole numbers: a product has the same bits in any order of additions.
            var memory = backend.Allocate(12);
            memory.Upload(0, Enumerable.Range(0, 12).Select(i => (float)(i * i % 7)).ToArray());
            Slot x = new(new(2, 3), SlotKind.Variable, memory), assigned = x with { Offset = 6 };
            Instruction product = new(new ProductOperation(true, false), [0, 1], 2);
            Instruction difference = new(new BinaryElementwise(BinaryOperation.Subtract), [0, 1], 3);
            return Thrice(backend, [memory],
                new([x, assigned, Computed(3, 3), Computed(2, 3)], [product, difference], [2], [new AssignEffect(3, 1)]));
        }, "xᵀ·v, and v becomes x - v");
    }

    private static void HasTheBitsOfTheCpu(Func<IBackend, float[]> after, string what)
    {
        var machine = new FakeMachine();
        float[] have;
        using (var backend = FakeDevice.Open(machine)) have = after(backend);
        Numbers.Same(after(Cpu.Backend), have, what);
        Assert.Empty(machine.Violations);
        Assert.Empty(machine.Leaks());
    }

    [Fact]
    public void Effects_in_any_order_on_variables_that_may_overlap_have_the_bits_of_the_CPU()
    {
        int absorbed = 0;
        for (int seed = 0; seed < 1200; seed++)
        {
            string where = $"seed {seed}";
            var machine = new FakeMachine();
            float[] have, want = After(Cpu.Backend, seed);
            using (var backend = FakeDevice.Open(machine)) have = After(backend, seed);
            Numbers.Same(want, have, where);
            Assert.Empty(machine.Violations);
            Assert.Empty(machine.Leaks());
            if (machine.Calls.GetValueOrDefault("cuMemcpyDtoDAsync_v2") == 0) absorbed++;
        }

        // Neither all of them nor none can be made by groups.
        Assert.InRange(absorbed, 120, 1080);

        static float[] After(IBackend backend, int seed)
        {
            var random = new Random(seed);
            DeviceMemory memory = backend.Allocate(40), gradients = backend.Allocate(12), moment = backend.Allocate(12);
            DeviceMemory[] memories = [memory, gradients, moment];
            foreach (var it in memories) it.Upload(0, Numbers.Mixed(it.Length, new(seed)));
            // Variables, of which one may begin in the middle of another, and rows anywhere; tanh reads and is no part of a group.
            Slot Variable(int offset, int rows = 2, int columns = 3, DeviceMemory? within = null) =>
                new(new(rows, columns), SlotKind.Variable, within ?? memory, offset);
            List<Slot> slots = [Variable(0), Variable(6), Variable(12), random.Next(3) == 0 ? Variable(3) : Variable(18)];
            for (int i = random.Next(3); i > 0; i--) slots.Add(Variable(random.Next(20), 1, 3));
            bool updates = random.Next(3) == 0, records = random.Next(3) == 0;
            if (updates) slots.AddRange([Variable(6, within: gradients), Variable(3, within: moment)]);
            if (records) slots.Add(Variable(random.Next(24), 1, 1));
            int variables = slots.Count;
            List<Instruction> instructions = [];
            int length = random.Next(2, 7);
            while (instructions.Count < length)
            {
                int x = random.Next(slots.Count), y = random.Next(slots.Count);
                Operation operation = random.Next(5) == 0 ? new UnaryElementwise(UnaryOperation.Tanh)
                    : new BinaryElementwise(random.Next(2) == 0 ? BinaryOperation.Add : BinaryOperation.Maximum);
                if (slots[x].Shape.Rows.IsOne && (operation is UnaryElementwise || slots[y].Shape.Rows.IsOne)) continue;
                instructions.Add(new(operation, operation is UnaryElementwise ? [x] : [x, y], slots.Count));
                slots.Add(Computed(2, 3));
            }

            List<Effect> effects = [];
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                int variable = random.Next(variables);
                int[] fitting = [.. Enumerable.Range(0, slots.Count).Where(slot => slots[slot].Shape == slots[variable].Shape)];
                effects.Add(new AssignEffect(fitting[random.Next(fitting.Length)], variable));
            }

            effects.RemoveAll(it => it is AssignEffect(int source, int variable) && source < variables && source != variable
                && Overlap(slots[source], slots[variable]));
            // The parameters are the first two variables; the ring may lie on any.
            var rule = new OptimizerRule(OptimizerKind.Sgd, LearningRateSchedule.Constant(0.1)) { Momentum = 0.5 };
            if (updates) Insert(new UpdateEffect(rule, gradients, memory, moment, backend.Allocate(12), 12));
            if (records) Insert(new RecordEffect(variables - 1, memory, random.Next(24), 3));
            void Insert(Effect effect) => effects.Insert(random.Next(effects.Count + 1), effect);
            return Thrice(backend, memories, new(slots, instructions, [slots.Count - 1], effects));
        }

        // A copy between variables that overlap in part has no defined result.
        static bool Overlap(Slot one, Slot other)
        {
            long count = one.Shape.Count(0);
            return one.Memory == other.Memory && one.Offset < other.Offset + count && other.Offset < one.Offset + count;
        }
    }

    // Variables of three numbers, and x0 + x1 + … of the first terms of them; what else is assigned follows.
    private static float[] AfterSum(IBackend backend, int terms, Func<int, IEnumerable<Effect>> effectsOfSum)
    {
        const int Variables = 40;
        var memory = backend.Allocate(3 * Variables);
        memory.Upload(0, Numbers.Mixed(3 * Variables, new(terms)));
        List<Slot> slots = [.. Enumerable.Range(0, Variables).Select(i => new Slot(new(1, 3), SlotKind.Variable, memory, 3 * i))];
        List<Instruction> instructions = [];
        for (int i = 1; i < terms; i++)
        {
            instructions.Add(new(new BinaryElementwise(BinaryOperation.Add), [i == 1 ? 0 : slots.Count - 1, i], slots.Count));
            slots.Add(Computed(1, 3));
        }

        return Thrice(backend, [memory], new(slots, instructions, [], [.. effectsOfSum(slots.Count - 1)]));
    }

    [Fact]
    public void A_launch_that_has_no_room_for_an_earlier_assignment_does_not_make_the_later_one_before_it()
    {
        for (int terms = 2; terms < 36; terms++)
        {
            // 35 gets the old value of 30, for which a launch needs another operand; that of the sum it has. Then more than it can take.
            AssignEffect[] more = [new(16, 36), new(17, 37), new(18, 38), new(19, 39)];
            HasTheBitsOfTheCpu(
                backend => AfterSum(backend, terms, sum => [new AssignEffect(30, 35), new AssignEffect(sum, 30), .. more]), $"{terms} terms");
        }
    }

    [Fact]
    public void An_effect_may_stand_twice_in_a_program()
    {
        var twice = new AssignEffect(40, 0);
        HasTheBitsOfTheCpu(backend => AfterSum(backend, 2, _ => [twice, twice]), "twice");
    }

    [Theory, InlineData(true), InlineData(false)]
    public void What_is_assigned_from_a_variable_that_an_update_changes_is_what_the_order_of_both_says(bool updatesFirst)
    {
        HasTheBitsOfTheCpu(
            backend =>
            {
                DeviceMemory variables = backend.Allocate(18), gradients = backend.Allocate(6);
                variables.Upload(0, Numbers.Mixed(18, new(7)));
                Slot Variable(int offset) => new(new(2, 3), SlotKind.Variable, variables, offset);
                Slot[] slots = [Variable(0), Variable(6), Variable(12), Computed(2, 3), Computed(2, 3) with { Memory = gradients }];
                var update = new UpdateEffect(
                    new(OptimizerKind.Sgd, LearningRateSchedule.Constant(0.1)), gradients, variables, backend.Allocate(6),
                    backend.Allocate(6), 6);
                var assign = new AssignEffect(0, 2);
                var square = new BinaryElementwise(BinaryOperation.Multiply);
                Instruction[] instructions = [new(square, [1, 1], 3), new(square, [0, 1], 4)];
                return Thrice(backend, [variables], new(slots, instructions, [3], updatesFirst ? [update, assign] : [assign, update]));
            },
            updatesFirst ? "updated first" : "assigned first");
    }

    [Fact]
    public void What_is_only_assigned_is_written_to_its_variable_and_nowhere_else()
    {
        var shape = new Shape(2, 3);
        Slot[] slots = [new(shape, SlotKind.Variable, Cpu.Backend.Allocate(6)), Computed(2, 3)];
        var twice = new Instruction(new BinaryElementwise(BinaryOperation.Add), [0, 0], 1);
        var rewritten = CudaFusion.Rewrite(new(slots, [twice], [], [new AssignEffect(1, 0)]), 0, 0);
        Assert.Empty(rewritten.Effects);
        Assert.Equal([0, 0], [Assert.Single(rewritten.Instructions).Destination, (int)rewritten.Slots[1].Shape.Count(0)]);
    }

    [Fact]
    public void A_program_with_a_kernel_that_is_refused_has_assigned_nothing()
    {
        // |2x| is summed, which parts the launches: the second is refused when the first could have written x.
        float[] After(IBackend backend)
        {
            var memory = backend.Allocate(6);
            memory.Upload(0, Numbers.Mixed(6, new(3)));
            Slot one = Computed(1, 1), variable = new(new(2, 3), SlotKind.Variable, memory);
            Slot[] slots = [variable, Computed(2, 3), Computed(2, 3), one, one, one];
            Instruction[] instructions =
            [
                new(new BinaryElementwise(BinaryOperation.Add), [0, 0], 1), new(new UnaryElementwise(UnaryOperation.Abs), [1], 2),
                new(new Reduction(ReduceOperation.FullSum), [2], 3), new(new UnaryElementwise(UnaryOperation.Sqrt), [3], 4),
                new(new UnaryElementwise(UnaryOperation.Negate), [4], 5),
            ];
            var program = new PlanProgram(slots, instructions, [5], [new AssignEffect(1, 0)]);
            if (backend is CudaBackend)
            {
                FakeMachine.Current!.Fail("cuModuleLoadDataEx", 2, at: 2);
                Assert.Throws<DeviceException>(() => Thrice(backend, [memory], program));
            }

            return Thrice(backend, [memory], program);
        }

        HasTheBitsOfTheCpu(After, "a refused kernel");
    }
}
