using Kaleido.Backends;
using Kaleido.Cuda.Fusion;
using Kaleido.Cuda.Sessions;

namespace Kaleido.Cuda;

/// <summary>One launch of a program, and how long the device works on it.</summary>
/// <param name="Name">What is computed ("Product NT": the second operand transposed), or the effect.</param>
/// <param name="Shapes">The operands' shapes and the result's: "[1000, 784] [784, 500] -> [1000, 500]".</param>
/// <param name="Time">The time of one, when many of them follow each other.</param>
public readonly record struct LaunchTime(string Name, string Shapes, TimeSpan Time);

/// <summary>Times the launches of a program, each by itself: many times in one graph, so that the host is no part of it.</summary>
internal sealed class CudaProfile(CudaBackend backend, PlanProgram program, int rows, int repeats)
{
    private const int Rounds = 5;

    private readonly CudaSession _session = backend.Session;
    private readonly PlanProgram _program = CudaFusion.Rewrite(program, backend.Endings, rows);

    public IReadOnlyList<LaunchTime> Run()
    {
        // What is not the launch: the start of a graph, and the step counter.
        TimeSpan empty = Time([], []);
        var times = new List<LaunchTime>();
        foreach (var it in _program.Instructions)
            times.Add(new(Name(it.Operation), Shapes(it), Share(Time([.. Enumerable.Repeat(it, repeats)], []))));
        foreach (var effect in _program.Effects)
            times.Add(new(effect.GetType().Name, Size(effect), Share(Time([], [.. Enumerable.Repeat(effect, repeats)]))));
        return times;

        TimeSpan Share(TimeSpan all) => all > empty ? (all - empty) / repeats : TimeSpan.Zero;
    }

    private TimeSpan Time(Instruction[] instructions, Effect[] effects)
    {
        HashSet<int> used = [.. instructions.SelectMany(it => it.Sources.Append(it.Destination))];
        foreach (var effect in effects)
        {
            if (effect is AssignEffect assign) used.UnionWith([assign.Source, assign.Variable]);
            else if (effect is RecordEffect record) used.Add(record.Source);
        }

        Slot[] slots = [.. _program.Slots.Select((slot, i) => used.Contains(i) ? slot : slot with { Shape = new(0, 0), Memory = null })];
        using var interpreter = new Interpreter(backend, new(slots, instructions, [], effects), rows);
        _session.Step(() => interpreter.Run(rows));
        nint graph = _session.Capture(() => interpreter.Run(rows));
        try
        {
            _session.Replay(graph);
            TimeSpan[] rounds = [.. Enumerable.Range(0, Rounds).Select(_ => _session.Measure(() => _session.Replay(graph))).Order()];
            return rounds[Rounds / 2];
        }
        finally
        {
            _session.DestroyGraph(graph);
        }
    }

    private static string Name(Operation operation) => operation is ProductOperation(var left, var right)
        ? $"{operation.Name} {(left ? 'T' : 'N')}{(right ? 'T' : 'N')}" : operation.Name;

    private string Shapes(Instruction it) => $"{string.Join(' ', it.Sources.Select(Shape))} -> {Shape(it.Destination)}";

    private string Shape(int slot)
    {
        var shape = _program.Slots[slot].Shape;
        return FormattableString.Invariant($"[{shape.Rows.Resolve(rows)}, {shape.Columns.Resolve(rows)}]");
    }

    private string Size(Effect effect) => effect switch
    {
        AssignEffect assign => Shape(assign.Variable),
        UpdateEffect update => FormattableString.Invariant($"[1, {update.Length}]"),
        _ => "[1, 1]",
    };
}
