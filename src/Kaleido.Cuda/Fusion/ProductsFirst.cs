using Kaleido.Backends;

namespace Kaleido.Cuda.Fusion;

/// <summary>
/// Another order of a program: what products need goes before what only effects and outputs need (losses, gradients of biases, norms), so
/// that this runs beside the last products on the second stream instead of holding all of them up.
/// </summary>
internal static class ProductsFirst
{
    /// <summary>The same instructions; within each of the parts in the order in which they were.</summary>
    public static PlanProgram Rewrite(PlanProgram program)
    {
        var instructions = program.Instructions;
        int[] writers = CudaFusion.FindWriters(program);
        bool[] isFirst = new bool[instructions.Count], isNumber = new bool[instructions.Count];

        // Numbers that follow from constants and counts come before everything: what divides by them can then go where it will.
        for (int i = 0; i < instructions.Count; i++)
        {
            isNumber[i] = ElementwiseKernel.Has(instructions[i].Operation) && program.Slots[instructions[i].Destination].Shape.IsScalar
                && instructions[i].Sources.All(source =>
                    writers[source] >= 0 ? isNumber[writers[source]] : program.Slots[source].Kind is SlotKind.Constant or SlotKind.Count);
        }

        for (int i = instructions.Count - 1; i >= 0; i--)
        {
            isFirst[i] |= instructions[i].Operation is ProductOperation or ProductBiasOperation or ProductReluGradientOperation
                or ProductColumnSumOperation;
            if (!isFirst[i]) continue;
            foreach (int source in instructions[i].Sources)
            {
                if (writers[source] is var writer and >= 0) isFirst[writer] = true;
            }
        }

        var order = Enumerable.Range(0, instructions.Count).OrderBy(i => isNumber[i] ? 0 : isFirst[i] ? 1 : 2);
        return program with { Instructions = [.. order.Select(i => instructions[i])] };
    }
}
