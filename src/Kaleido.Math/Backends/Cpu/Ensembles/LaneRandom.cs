using System.Runtime.CompilerServices;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>Normal noise, each network's from its own seed: the seed of the operation is not used.</summary>
internal sealed unsafe class LaneNoise : LaneStep
{
    private readonly NoiseOperation _noise;
    private readonly LanePlace _destination;
    private readonly int _count;

    public LaneNoise(LaneProgram program, NoiseOperation noise, int destination)
    {
        if (noise.Distribution != NoiseDistribution.Normal) throw new NotSupportedException($"an ensemble does not know {noise.Name}");
        var (rows, columns) = program.SizeOf(destination);
        (_noise, _destination, _count) = (noise, program.PlaceOf(destination), checked(rows * columns));
    }

    // Whole blocks of four numbers.
    public override long Scratch => (_count + 3) / 4 * 4L * LaneLayout.Lanes;

    [SkipLocalsInit]
    public override void Run(LaneContext context)
    {
        ulong* seeds = stackalloc ulong[LaneLayout.Lanes];
        for (int lane = 0; lane < LaneLayout.Lanes; lane++) seeds[lane] = context.Seeds[lane];
        PhiloxAcross.Normal(seeds, _noise.Stream, context.Step, _noise.First, _noise.Second, context.Scratch, _count);
        int floats = _count * LaneLayout.Lanes;
        new ReadOnlySpan<float>(context.Scratch, floats).CopyTo(new Span<float>(context.Pointer(_destination), floats));
    }
}

/// <summary>
/// Row numbers of minibatches, each network's from its own seed (<see cref="FeistelPermutation"/>). They depend on the step alone, so those
/// of several steps are drawn at once: cycle walking takes few or many passes, and only with many values at hand is every pass full.
/// </summary>
internal sealed unsafe class LaneMinibatch(LaneProgram program, MinibatchIndicesOperation minibatch, int destination) : LaneStep
{
    private const int Lanes = LaneLayout.Lanes, MostSteps = 128, MostIndices = 4096;

    private readonly LanePlace _destination = program.PlaceOf(destination);
    private readonly int _rows = program.SizeOf(destination).Rows;

    /// <summary>Row numbers of some steps ahead: that of step s, row r, network l is number ((s - first)·rows + r)·16 + l.</summary>
    internal sealed class Ahead
    {
        public ulong First { get; set; }

        public int Steps { get; set; }

        public float[] Indices { get; private set; } = [];

        /// <summary>Makes room, so that no step has to.</summary>
        public void Reserve(int rows) => Indices = new float[MostSteps(rows) * rows * Lanes];

        /// <summary>How many steps are drawn at once.</summary>
        public static int MostSteps(int rows) => Math.Clamp(MostIndices / (rows * Lanes), 1, LaneMinibatch.MostSteps);
    }

    public override void Run(LaneContext context)
    {
        var ahead = context.Minibatches;
        int perStep = _rows * Lanes;
        if (context.Step < ahead.First || context.Step >= ahead.First + (ulong)ahead.Steps)
        {
            ahead.First = context.Step;
            ahead.Steps = (int)Math.Min((ulong)Ahead.MostSteps(_rows), context.LastStep - context.Step + 1);
            MinibatchDraw.Fill(context.Seeds, minibatch.Stream, minibatch.Samples, ahead.First, 0, _rows,
                ahead.Indices.AsSpan(0, ahead.Steps * perStep));
        }

        ahead.Indices.AsSpan((int)(context.Step - ahead.First) * perStep, perStep)
            .CopyTo(new Span<float>(context.Pointer(_destination), perStep));
    }
}
