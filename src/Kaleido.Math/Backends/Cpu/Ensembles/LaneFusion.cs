using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>A step before slots have places.</summary>
/// <param name="Slots">What it reads and writes there.</param>
/// <param name="Create">Makes the step.</param>
internal sealed record LaneDraft(IReadOnlyList<int> Slots, Func<LaneProgram, LaneStep> Create);

/// <summary>What a product takes along.</summary>
/// <param name="Product">The instruction of the product.</param>
/// <param name="Last">The last instruction; the step runs in its place.</param>
/// <param name="Members">The instructions beside the product.</param>
/// <param name="Bias">The slot of a row that is added, or -1.</param>
/// <param name="Mask">The slot whose positive elements let the product pass (else +0), or -1.</param>
/// <param name="Relu">Whether a ReLU follows the bias.</param>
internal sealed record ProductEnding(int Product, int Last, IReadOnlyList<int> Members, int Bias, int Mask, bool Relu);

/// <summary>
/// Sorts instructions into steps. A product takes along what follows it and nothing else reads: the addition of a bias, then a ReLU; or the
/// mask of a ReLU's derivative.
/// </summary>
internal static class LaneFusion
{
    public static IReadOnlyList<LaneDraft> Drafts(PlanProgram program)
    {
        var readers = Readers(program);
        var instructions = program.Instructions;
        var fused = new bool[instructions.Count];
        var endings = new Dictionary<int, ProductEnding>();
        for (int i = 0; i < instructions.Count; i++)
        {
            if (instructions[i].Operation is not ProductOperation || Ending(program, readers, i) is not { } ending) continue;
            fused[i] = true;
            foreach (int member in ending.Members) fused[member] = true;
            endings.Add(ending.Last, ending);
        }

        var drafts = new List<LaneDraft>();
        for (int i = 0; i < instructions.Count; i++)
        {
            if (endings.TryGetValue(i, out var ending))
                drafts.Add(Product(instructions[ending.Product], ending, instructions[i].Destination));
            else if (!fused[i]) drafts.Add(Draft(program, instructions[i]));
        }

        foreach (var effect in program.Effects) drafts.Add(Draft(effect));
        return drafts;
    }

    // For each slot the instructions that read it; -1 stands for everything else that needs it.
    private static List<int>[] Readers(PlanProgram program)
    {
        var readers = program.Slots
            .Select(slot => slot is { Kind: SlotKind.Computed, Memory: not null } ? new List<int> { -1 } : []).ToArray();
        for (int i = 0; i < program.Instructions.Count; i++)
        {
            foreach (int source in program.Instructions[i].Sources) readers[source].Add(i);
        }

        foreach (int output in program.Outputs) readers[output].Add(-1);
        foreach (var effect in program.Effects)
        {
            if (effect is RecordEffect r) readers[r.Source].Add(-1);
        }

        return readers;
    }

    private static ProductEnding? Ending(PlanProgram program, List<int>[] readers, int product)
    {
        var instructions = program.Instructions;
        int slot = instructions[product].Destination;
        if (OnlyReader(slot) is not { } next) return null;
        var follower = instructions[next];
        if (ShapeOf(follower.Destination) != ShapeOf(slot)) return null;
        if (follower.Operation is BinaryElementwise { Function: BinaryOperation.Add } && follower.Sources[0] == slot)
        {
            int bias = follower.Sources[1];
            if (LaneProgram.IsConstant(program.Slots[bias]) || ShapeOf(bias) != new Shape(1, ShapeOf(slot).Columns)) return null;
            int relu = OnlyReader(follower.Destination) is { } after
                && instructions[after].Operation is UnaryElementwise { Function: UnaryOperation.Relu } ? after : -1;
            return new(product, relu >= 0 ? relu : next, relu >= 0 ? [next, relu] : [next], bias, -1, relu >= 0);
        }

        if (follower.Operation is TernaryElementwise { Function: TernaryOperation.Select } && follower.Sources[1] == slot
            && IsZero(follower.Sources[2]) && OnlyReader(follower.Sources[0]) == next)
        {
            int less = Enumerable.Range(0, next).FirstOrDefault(i => instructions[i].Destination == follower.Sources[0], -1);
            if (less >= 0 && instructions[less].Operation is BinaryElementwise { Function: BinaryOperation.Less }
                && IsZero(instructions[less].Sources[0]) && ShapeOf(instructions[less].Sources[1]) == ShapeOf(slot))
                return new(product, next, [less, next], -1, instructions[less].Sources[1], false);
        }

        return null;

        Shape ShapeOf(int of) => program.Slots[of].Shape;

        int? OnlyReader(int of) => readers[of] is [>= 0 and int reader] ? reader : null;

        bool IsZero(int of) => program.Slots[of].Kind == SlotKind.Constant
            && BitConverter.SingleToInt32Bits((float)program.Slots[of].Constant) == 0;
    }

    private static LaneDraft Product(Instruction product, ProductEnding ending, int destination)
    {
        List<int> slots = [.. product.Sources, destination];
        if (ending.Bias >= 0) slots.Add(ending.Bias);
        if (ending.Mask >= 0) slots.Add(ending.Mask);
        return new(slots, program => new LaneProduct(program, product, ending, destination));
    }

    private static LaneDraft Draft(PlanProgram program, Instruction i)
    {
        // A gathered matrix is read in the networks' own copies.
        if (i.Operation is GatherRowsOperation && program.Slots[i.Sources[0]].Memory is { } source)
            return new([i.Sources[1], i.Destination], p => new LaneGather(p, source, i));
        return new([.. i.Sources, i.Destination], i.Operation switch
        {
            ProductOperation => p => new LaneProduct(p, i, null, i.Destination),
            NoiseOperation noise => p => new LaneNoise(p, noise, i.Destination),
            { IsElementwise: true } => p => new LaneElementwise(p, i),
            Reduction r => p => new LaneReduction(p, r.Function, i),
            MinibatchIndicesOperation m => p => new LaneMinibatch(p, m, i.Destination),
            TransposeOperation => p => new LaneTranspose(p, i),
            OneHotOperation => p => new LaneOneHot(p, i),
            SliceOperation s => p => LaneRectangles.Slice(p, s, i),
            PlaceOperation s => p => LaneRectangles.Place(p, s, i),
            ConcatenateOperation c => p => LaneRectangles.Concatenate(p, c, i),
            _ => throw Unknown(i.Operation.Name),
        });
    }

    private static LaneDraft Draft(Effect effect) => effect switch
    {
        RecordEffect r => new([r.Source], p => new LaneRecord(p, r)),
        UpdateEffect u => new([], p => new LaneUpdate(p, u)),
        _ => throw Unknown(effect.GetType().Name),
    };

    private static NotSupportedException Unknown(string name) => new($"an ensemble does not know {name}");
}
