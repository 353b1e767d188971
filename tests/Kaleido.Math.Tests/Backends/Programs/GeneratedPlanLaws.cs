using FsCheck;
using FsCheck.Fluent;
using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Backends.Cpu.Programs;

namespace Kaleido.Tests.Backends.Programs;

/// <summary>Contract rules 11 and 12 over generated graphs: however a plan is run, on the processor it gives the same bits.</summary>
public sealed class GeneratedPlanLaws
{
    private static readonly int[] Threads = [1, 2, 3, 4, 7];

    [Fact]
    public void A_fused_program_gives_the_bits_of_the_interpreter_for_any_number_of_threads() => Law.Holds(Cases(), it =>
    {
        int[] rows = [it.Sizes[0], it.Sizes[0] / 2, it.Sizes[0], Math.Min(1, it.Sizes[0]), 0, it.Sizes[0]];
        bool special = it.Seed % 4 == 0;
        var expected = Trajectory(it, special, threads: 1, interpret: true, share: false, rows);
        foreach (int threads in Threads)
            AssertSameBits(expected, Trajectory(it, special, threads, interpret: false, share: true, rows), $"{threads} threads");
        AssertSameBits(expected, Trajectory(it, special, 3, interpret: false, share: false, rows), "3 threads, small work alone");
    }, cases: 150);

    [Fact]
    public void A_run_on_fewer_rows_gives_the_bits_of_a_plan_compiled_for_them() => Law.Holds(Cases(), it =>
    {
        int fewer = it.Sizes[0] * 393 / 1000;
        foreach (bool interpret in new[] { false, true })
        {
            using var large = new Execution(it, false, 2, interpret, share: true);
            using var small = new Execution(it, false, 2, interpret, share: true, capacity: fewer);
            large.Step(fewer);
            small.Step(fewer);
            AssertSameBits(large.Seen, small.Seen, interpret ? "interpreted" : "fused");
        }
    }, cases: 60);

    [Fact]
    public void Two_runs_from_one_state_give_the_same_bits() => Law.Holds(Cases(), it =>
    {
        int[] rows = [it.Sizes[0], it.Sizes[0]];
        AssertSameBits(Trajectory(it, true, 4, false, true, rows), Trajectory(it, true, 4, false, true, rows), "repeated");
    }, cases: 25);

    [Fact]
    public void The_fused_program_never_holds_more_memory_for_values_than_the_interpreter_and_its_scratch() => Law.Holds(Cases(), it =>
    {
        using var fused = new Execution(it, false, 1, false, false);
        using var plain = new Execution(it, false, 1, true, false);
        var program = (CpuProgram)fused.Executable;
        // Each value is rounded up to 16 floats; packed operands and blocks are scratch, not values. Full sums bring their row sums.
        var plan = plain.Plan.Program;
        long rowSums = plan.Instructions.Where(i => i.Operation is Reduction { Function: ReduceOperation.FullSum })
            .Sum(i => 64L + 4L * plan.Slots[i.Sources[0]].Shape.Rows.Resolve(it.Sizes[0]));
        Assert.True(program.ValueBytes <= plain.Plan.WorkspaceBytes + 64L * plan.Slots.Count + rowSums);
    }, cases: 60);

    private static Arbitrary<SizedCase> Cases()
    {
        var rows = Gen.Elements(0, 1, 2, 3, 5, 17, 63, 64, 65, 130, 200);
        // From 1024 columns on, and for rows of a multiple of 256, products copy their left operand.
        var small = Gen.Elements(0, 1, 2, 3, 7, 16, 17, 33, 256);
        var wide = Gen.Elements(1, 2, 4, 15, 16, 33, 64, 129, 256, 513, 600, 1030);
        var cases =
            from r in rows
            from a in small
            from b in wide
            from c in Gen.Elements(1, 2, 5, 31)
            from seed in Gen.Choose(0, int.MaxValue - 1)
            select new SizedCase([r, a, b, c], seed);
        return Arb.From(cases, Law.Sizes(4).Shrinker);
    }

    private static List<float[]> Trajectory(SizedCase it, bool special, int threads, bool interpret, bool share, int[] rows)
    {
        using var execution = new Execution(it, special, threads, interpret, share);
        foreach (int count in rows) execution.Step(count);
        return execution.Seen;
    }

    private static void AssertSameBits(List<float[]> expected, List<float[]> actual, string what)
    {
        Assert.Equal(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.Equal(expected[i].Length, actual[i].Length);
            for (int j = 0; j < expected[i].Length; j++)
            {
                if (Bits.Of(expected[i][j]) != Bits.Of(actual[i][j]))
                    Assert.Fail($"{what}: value {i}, element {j}: {expected[i][j]:g9} and {actual[i][j]:g9}");
            }
        }
    }

    /// <summary>One plan of the generated graph on a device of its own; what it shows after each step is kept.</summary>
    private sealed class Execution : IDisposable
    {
        private readonly Device _device;
        private readonly GeneratedGraph _graph;

        public Execution(SizedCase it, bool special, int threads, bool interpret, bool share, int? capacity = null)
        {
            _device = Device.Cpu(threads);
            _graph = GeneratedGraph.Build(_device, it, special);
            Plan = _graph.Compile(interpret, capacity ?? _graph.Capacity);
            if (share && Executable is CpuProgram program) program.WorthSharing = 0;
        }

        public Plan Plan { get; }

        public IExecutable Executable => Plan.Executable;

        public List<float[]> Seen { get; } = [];

        public void Step(int rows)
        {
            _graph.Upload(Plan, rows);
            Plan.Run(rows);
            foreach (var output in _graph.Outputs)
            {
                var values = new float[output.Shape.Count(rows)];
                Plan.Download(output, values);
                Seen.Add(values);
            }

            foreach (var tensor in _graph.State) Seen.Add(tensor.ToArray());
        }

        public void Dispose()
        {
            Plan.Dispose();
            _graph.Dispose();
            _device.Dispose();
        }
    }
}
