using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Backends.Cpu.Programs;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Autodiff;

namespace Kaleido.Tests.Backends.Programs;

/// <summary>What each phase of a program waits for, against the definition; and what it costs to find that out.</summary>
public sealed class DataflowOrderTests
{
    private sealed unsafe class Touching(int phases) : CpuStep
    {
        public override IEnumerable<int> Reads => [];

        public override IEnumerable<int> Writes => [];

        public override int Phases => phases;

        public override double Cost => 0;

        public override void Prepare(StepBinding binding, int rows, int workers)
        {
        }

        public override int Tasks(int phase) => 1;

        public override void Run(int phase, int task, float* scratch)
        {
        }
    }

    // 0 none, 1 by blocks of rows, 2 whole.
    private static int Link(IReadOnlyList<MemoryRange> first, IReadOnlyList<MemoryRange> second, bool byRows) =>
        (from a in first
         from b in second
         where (a.Writes || b.Writes) && ReferenceEquals(a.Memory, b.Memory) && a.Start < b.End && b.Start < a.End
         select byRows && a.RowLength != 0 && (a.RowLength, a.Start) == (b.RowLength, b.Start) ? 1 : 2).DefaultIfEmpty(0).Max();

    // The latest first: what follows from those that are kept is left out.
    private static (int[] Whole, int[] Aligned)[] Definition(IReadOnlyList<IReadOnlyList<MemoryRange>> touched, bool byRows)
    {
        int count = touched.Count;
        bool[,] whole = new bool[count, count], any = new bool[count, count];
        var kept = new (int[], int[])[count];
        for (int i = 0; i < count; i++)
        {
            List<int> keptWhole = [], keptAligned = [];
            for (int j = i - 1; j >= 0; j--)
            {
                int link = Link(touched[j], touched[i], byRows);
                if (link == 2 && !whole[i, j]) keptWhole.Add(j);
                else if (link == 1 && !any[i, j]) keptAligned.Add(j);
                else continue;
                (whole[i, j], any[i, j]) = (whole[i, j] || link == 2, true);
                for (int k = 0; k < j; k++)
                {
                    whole[i, k] |= whole[j, k] || (link == 2 && any[j, k]);
                    any[i, k] |= any[j, k];
                }
            }

            kept[i] = ([.. keptWhole], [.. keptAligned]);
        }

        return kept;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_phase_waits_for_those_it_conflicts_with_but_for_what_follows(bool byRows)
    {
        using CpuMemory one = new(64), two = new(64);
        int aligned = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var touched = new Dictionary<(CpuStep, int), MemoryRange[]>();
            CpuStep[] steps = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => new Touching(random.Next(1, 3)))];
            // Few places in few layouts, so that they meet often, as values do that share an arena.
            foreach (var step in steps)
            {
                for (int phase = 0; phase < step.Phases; phase++)
                    touched[(step, phase)] = [.. Enumerable.Range(0, random.Next(0, 4)).Select(_ => Range())];
            }

            var order = new DataflowOrder(steps, (step, phase, _) => touched[(step, phase)], byRows);
            var expected = Definition([.. order.Phases.Select(p => touched[(p.Step, p.Phase)])], byRows);
            Assert.Equal(expected.Select(e => e.Whole), order.Whole);
            Assert.Equal(expected.Select(e => e.Aligned), order.Aligned);
            aligned += order.Aligned.Sum(a => a.Length);

            MemoryRange Range()
            {
                int start = 8 * random.Next(0, 6), rowLength = random.Next(0, 3) * 4;
                int length = rowLength > 0 ? 2 * rowLength : random.Next(1, 24);
                return new(random.Next(4) > 0 ? one : two, start, start + length, random.Next(2) > 0, rowLength);
            }
        }

        Assert.Equal(byRows, aligned > 100);
    }

    [Fact]
    public void Overlaps_are_those_of_the_definition()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            ((long Start, long End) At, int Tag)[] intervals =
            [
                .. Enumerable.Range(0, random.Next(0, 12)).Select(i =>
                {
                    long start = random.Next(0, 20);
                    return ((start, random.Next(8) == 0 ? long.MaxValue / 2 : start + random.Next(0, 8)), i);
                }),
            ];
            var list = new IntervalList(intervals);
            for (long start = 0; start < 24; start++)
            {
                for (long end = start + 1; end < 27; end++)
                {
                    int least = random.Next(0, 12);
                    Assert.Equal(intervals.Any(x => x.At.Start < end && start < x.At.End && x.Tag >= least),
                        list.Overlaps(start, end, tag => tag >= least));
                }
            }
        }
    }

    [Fact]
    public void A_plan_for_twice_the_layers_is_made_in_little_more_than_twice_the_memory()
    {
        long Bytes(int layers)
        {
            using var device = Device.Cpu(2);
            using var network = Mlp.Create(device, new(8, 8, layers) { Output = Activation.Tanh });
            using var descent = new GradientDescent(network.Parameters, new Adam(), null);
            var graph = new Graph();
            var x = graph.Input("x", 8);
            var update = descent.Minimize((network.Forward(x).Output - x).Square().Mean(), network.Variables(graph));
            long before = GC.GetAllocatedBytesForCurrentThread();
            using var plan = Plan.Compile(graph, device, 100, [], [update]);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Bytes(10);
        double few = Bytes(300), many = Bytes(600);
        Assert.InRange(many / few, 1.5, 3);
    }
}
