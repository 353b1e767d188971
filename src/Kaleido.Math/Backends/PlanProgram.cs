using Kaleido.Tensors;

namespace Kaleido.Backends;

/// <summary>
/// A compiled graph before it meets a device: instructions in an order in which operands come first (each slot is written once), then
/// effects. Every instruction sees start-of-step values of all variables, because effects come after all instructions.
/// </summary>
/// <param name="Slots">The values.</param>
/// <param name="Instructions">What computes the temporary slots.</param>
/// <param name="Outputs">Slots that must be readable after a run.</param>
/// <param name="Effects">What changes variables at the end of a run.</param>
public sealed record PlanProgram(
    IReadOnlyList<Slot> Slots,
    IReadOnlyList<Instruction> Instructions,
    IReadOnlyList<int> Outputs,
    IReadOnlyList<Effect> Effects)
{
    /// <summary>
    /// Whether most runs will be made by <see cref="IExecutable.RunAgain"/>: what a device prepares from variables is then worth keeping.
    /// </summary>
    public bool Repeats { get; init; }
}

/// <summary>One value of a program: its shape and, for variables and parameter gradients, the memory it is bound to.</summary>
/// <param name="Shape">The shape.</param>
/// <param name="Kind">Where the value comes from.</param>
/// <param name="Memory">The bound memory, or null: the executable places the slot.</param>
/// <param name="Offset">Offset in the bound memory.</param>
/// <param name="Constant">The value of a constant slot.</param>
/// <param name="Counted">The shape whose elements a count slot counts.</param>
/// <param name="Label">A name for messages.</param>
public sealed record Slot(
    Shape Shape, SlotKind Kind, DeviceMemory? Memory = null, long Offset = 0, double Constant = 0,
    Shape Counted = default, string Label = "")
{
    /// <summary>The slot of a bound memory, for that many rows.</summary>
    public MatrixView Bound(int rows) => new(Memory!, Offset, Shape.Rows.Resolve(rows), Shape.Columns.Resolve(rows));
}

/// <summary>Where the value of a slot comes from.</summary>
public enum SlotKind
{
    /// <summary>An instruction writes it.</summary>
    Computed,
    /// <summary>The caller uploads it before a run.</summary>
    Input,
    /// <summary>It lies in memory that outlives the plan.</summary>
    Variable,
    /// <summary>A constant scalar.</summary>
    Constant,
    /// <summary>The number of elements of <see cref="Slot.Counted"/>, a scalar known when the plan runs.</summary>
    Count,
}

/// <summary>One step of a program.</summary>
/// <param name="Operation">What is computed.</param>
/// <param name="Sources">Slots of the operands, in order.</param>
/// <param name="Destination">Slot of the result.</param>
public sealed record Instruction(Operation Operation, IReadOnlyList<int> Sources, int Destination);

/// <summary>A change of device state at the end of a run, in the order given.</summary>
public abstract record Effect;

/// <summary>Copies a slot over a variable of the same shape.</summary>
public sealed record AssignEffect(int Source, int Variable) : Effect;

/// <summary>
/// Writes a scalar slot into element step mod capacity of a ring in device memory, so that a host reads it later without waiting.
/// </summary>
public sealed record RecordEffect(int Source, DeviceMemory Ring, long Offset, int Capacity) : Effect;

/// <summary>
/// One optimiser step over flat arenas of <paramref name="Length"/> numbers each; the gradients were written there by instructions.
/// </summary>
public sealed record UpdateEffect(
    OptimizerRule Rule, DeviceMemory Gradients, DeviceMemory Parameters, DeviceMemory Moment1, DeviceMemory Moment2, int Length) : Effect;
