using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// The instructions after a product that its kernel does itself as it stores the elements (<see cref="ProductEnd"/>): the addition of a
/// bias, then a ReLU; or the mask of a ReLU's derivative.
/// </summary>
/// <param name="Members">Instructions that are done so.</param>
/// <param name="Destination">The slot that the product then writes.</param>
/// <param name="Bias">The slot of the bias, or -1.</param>
/// <param name="Mask">The slot of the matrix whose positive elements let the product pass, or -1.</param>
/// <param name="Relu">Whether a ReLU follows the bias.</param>
internal sealed record ProductEnding(IReadOnlyList<Instruction> Members, int Destination, int Bias, int Mask, bool Relu)
{
    /// <summary>Finds the ending of a product.</summary>
    /// <param name="program">The program.</param>
    /// <param name="product">The instruction of the product.</param>
    /// <param name="members">The elementwise instructions that are fused with it, in order.</param>
    /// <param name="stored">Whether a slot is read by something outside.</param>
    public static ProductEnding Find(PlanProgram program, Instruction product, IReadOnlyList<Instruction> members, Func<int, bool> stored)
    {
        int slot = product.Destination;
        var shape = program.Slots[slot].Shape;
        if (OnlyReader(slot) is { } reader)
        {
            if (IsBias(reader, slot, shape))
            {
                bool relu = OnlyReader(reader.Destination) is { Operation: UnaryElementwise { Function: UnaryOperation.Relu } };
                var last = relu ? OnlyReader(reader.Destination)! : reader;
                return new(relu ? [reader, last] : [reader], last.Destination, reader.Sources[1], -1, relu);
            }

            if (MaskOf(reader, slot, shape) is { } less) return new([less, reader], reader.Destination, -1, less.Sources[1], false);
        }

        return new([], slot, -1, -1, false);

        // The one member that reads a slot which nothing outside needs.
        Instruction? OnlyReader(int of)
        {
            if (stored(of)) return null;
            var readers = members.Where(m => m.Sources.Contains(of)).ToList();
            return readers.Count == 1 && readers[0].Sources.Count(s => s == of) == 1 ? readers[0] : null;
        }

        bool IsBias(Instruction add, int x, Shape of) =>
            add.Operation is BinaryElementwise { Function: BinaryOperation.Add } && add.Sources[0] == x
            && program.Slots[add.Sources[1]].Shape == new Shape(1, of.Columns) && members.All(m => m.Destination != add.Sources[1]);

        // select(0 < mask, x, 0) whose condition nothing else reads.
        Instruction? MaskOf(Instruction select, int x, Shape of)
        {
            if (select.Operation is not TernaryElementwise { Function: TernaryOperation.Select }) return null;
            if (select.Sources[1] != x || !IsZero(select.Sources[2])) return null;
            var less = members.FirstOrDefault(m => m.Destination == select.Sources[0]);
            return less?.Operation is BinaryElementwise { Function: BinaryOperation.Less } && IsZero(less.Sources[0])
                && ReferenceEquals(OnlyReader(less.Destination), select) && program.Slots[less.Sources[1]].Shape == of
                && members.All(m => m.Destination != less.Sources[1]) ? less : null;
        }

        bool IsZero(int of) =>
            program.Slots[of].Kind == SlotKind.Constant && BitConverter.SingleToInt32Bits((float)program.Slots[of].Constant) == 0;
    }
}
