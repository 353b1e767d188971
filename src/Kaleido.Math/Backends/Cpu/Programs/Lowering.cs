using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>Rewrites a program into what the steps of the processor are made for. The bits stay the same.</summary>
internal static class Lowering
{
    /// <summary>
    /// Makes each full sum a column sum of row sums, so that the row sums can be formed where the rows are; and moves sums, and
    /// what is computed from them, behind elementwise instructions that do not need them, so that these can still join what computes the
    /// summed values.
    /// </summary>
    public static PlanProgram Rewrite(PlanProgram program)
    {
        var slots = program.Slots.ToList();
        var instructions = new List<Instruction>();
        foreach (var instruction in program.Instructions)
        {
            if (instruction.Operation is not Reduction { Function: ReduceOperation.FullSum })
            {
                instructions.Add(instruction);
                continue;
            }

            slots.Add(new Slot(new Shape(slots[instruction.Sources[0]].Shape.Rows, 1), SlotKind.Computed));
            instructions.Add(new(new Reduction(ReduceOperation.RowSum), instruction.Sources, slots.Count - 1));
            instructions.Add(new(new Reduction(ReduceOperation.ColumnSum), [slots.Count - 1], instruction.Destination));
        }

        return program with { Slots = slots, Instructions = SumsLater(instructions) };
    }

    private static List<Instruction> SumsLater(List<Instruction> instructions)
    {
        var ordered = new List<Instruction>();
        var waiting = new List<Instruction>();
        foreach (var instruction in instructions)
        {
            bool waits = instruction.Operation is Reduction
                || (instruction.Operation.IsElementwise && waiting.Exists(w => instruction.Sources.Contains(w.Destination)));
            if (!waits && !instruction.Operation.IsElementwise)
            {
                ordered.AddRange(waiting);
                waiting.Clear();
            }

            (waits ? waiting : ordered).Add(instruction);
        }

        ordered.AddRange(waiting);
        return ordered;
    }
}
