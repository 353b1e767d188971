using Kaleido.Backends;

namespace Kaleido.Cuda.Fusion;

/// <summary>
/// Writes the result of an elementwise launch over an operand that nobody else reads: a product and what follows it need one memory, not
/// two, which halves what a step needs and keeps more of it in the cache.
/// </summary>
internal static class InPlace
{
    /// <summary>The program with such memories shared. A slot may then be written more than once.</summary>
    public static PlanProgram Rewrite(PlanProgram program)
    {
        Slot[] slots = [.. program.Slots];
        int[] readers = CudaFusion.CountReaders(program), writers = CudaFusion.FindWriters(program);
        var instructions = program.Instructions;
        var over = new Dictionary<int, int>();
        for (int i = instructions.Count - 1; i >= 0; i--)
        {
            var now = instructions[i];
            var result = slots[now.Destination];
            bool isElementwise = now.Operation is { IsElementwise: true } or BiasOperation or ReluGradientOperation or ElementwiseOperation;
            if (!isElementwise || result.Memory is not null) continue;
            int operand = now.Sources.FirstOrDefault(source => slots[source] is { Kind: SlotKind.Computed, Memory: null } slot
                && slot.Shape == result.Shape && readers[source] == now.Sources.Count(it => it == source)
                && writers[source] is var writer && writer >= 0 && writer < i && instructions[writer].Destination == source, -1);
            if (operand >= 0) over.Add(operand, Place(now.Destination));
        }

        foreach (int operand in over.Keys) slots[operand] = slots[operand] with { Shape = new(0, 0) };
        return program with
        {
            Slots = slots,
            Instructions = [.. instructions.Select(it =>
                it with { Sources = [.. it.Sources.Select(Place)], Destination = Place(it.Destination) })],
        };

        int Place(int slot) => over.GetValueOrDefault(slot, slot);
    }
}
