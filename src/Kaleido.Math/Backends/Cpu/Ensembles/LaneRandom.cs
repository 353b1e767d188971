using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>Noise, each network's from its own seed: the seed of the operation is not used.</summary>
internal sealed unsafe class LaneNoise(LaneProgram program, NoiseOperation noise, int destination) : LaneStep
{
    private readonly LanePlace _destination = program.PlaceOf(destination);
    private readonly int _count = checked(program.SizeOf(destination).Rows * program.SizeOf(destination).Columns);

    public override long Scratch => _count;

    public override void Run(LaneContext context)
    {
        float* target = context.Pointer(_destination), scratch = context.Scratch;
        var values = new Span<float>(scratch, _count);
        for (int lane = 0; lane < LaneLayout.Lanes; lane++)
        {
            uint seed = context.Seeds[lane];
            if (noise.Distribution == NoiseDistribution.Uniform)
                PhiloxFill.Uniform(seed, noise.Stream, context.Step, 0, (float)noise.First, (float)noise.Second, values);
            else
                PhiloxFill.Normal(seed, noise.Stream, context.Step, 0, noise.First, noise.Second, values);
            for (int i = 0; i < _count; i++) target[(long)i * LaneLayout.Lanes + lane] = scratch[i];
        }
    }
}

/// <summary>Row numbers of minibatches, each network's from its own seed.</summary>
internal sealed unsafe class LaneMinibatch(LaneProgram program, MinibatchIndicesOperation minibatch, int destination) : LaneStep
{
    private readonly LanePlace _destination = program.PlaceOf(destination);
    private readonly int _rows = program.SizeOf(destination).Rows;

    public override void Run(LaneContext context)
    {
        float* target = context.Pointer(_destination);
        for (int lane = 0; lane < LaneLayout.Lanes; lane++)
        {
            var permutation = new FeistelPermutation(minibatch.Samples, context.Seeds[lane], minibatch.Stream, context.Step);
            for (int row = 0; row < _rows; row++)
                target[(long)row * LaneLayout.Lanes + lane] = _rows >= minibatch.Samples ? row : permutation[row];
        }
    }
}
