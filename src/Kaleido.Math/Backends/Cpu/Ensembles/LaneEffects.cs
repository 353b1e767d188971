namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>Writes each network's scalar into its place of the ring.</summary>
internal sealed unsafe class LaneRecord(LaneProgram program, RecordEffect effect) : LaneStep
{
    private readonly LanePlace _source = program.PlaceOf(effect.Source), _ring = program.Layout.Find(effect.Ring, effect.Offset);

    public override void Run(LaneContext context)
    {
        float* target = context.Pointer(_ring) + (long)(context.Step % (ulong)effect.Capacity) * LaneLayout.Lanes;
        new ReadOnlySpan<float>(context.Pointer(_source), LaneLayout.Lanes).CopyTo(new Span<float>(target, LaneLayout.Lanes));
    }
}

/// <summary>One optimiser step of all networks: the arenas are flat, so the kernel of single networks does it.</summary>
internal sealed unsafe class LaneUpdate : LaneStep
{
    private readonly OptimizerRule _rule;
    private readonly LanePlace _gradients, _parameters, _moment1, _moment2;
    private readonly long _count;

    public LaneUpdate(LaneProgram program, UpdateEffect effect)
    {
        _rule = effect.Rule;
        (_parameters, _count) = program.Layout.Whole(effect.Parameters);
        _gradients = program.Layout.Whole(effect.Gradients).Place;
        _moment1 = program.Layout.Whole(effect.Moment1).Place;
        _moment2 = program.Layout.Whole(effect.Moment2).Place;
    }

    public override void Run(LaneContext context) => OptimizerKernel.Run(_rule, context.Scalars, context.Step == 0,
        context.Pointer(_gradients), context.Pointer(_parameters), context.Pointer(_moment1), context.Pointer(_moment2),
        _count * LaneLayout.Lanes);
}
