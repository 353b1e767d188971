using System.Globalization;
using System.Reflection;
using Kaleido.Backends;
using Kaleido.Cuda;

namespace Kaleido.DeviceBench;

/// <summary>Where the time of a work goes: its program's launches, each timed by itself, beside the whole.</summary>
internal static class DeviceProfile
{
    /// <summary>A backend that keeps the programs which plans give it.</summary>
#pragma warning disable CA1852 // DispatchProxy derives from it.
    public class Listener : DispatchProxy
#pragma warning restore CA1852
    {
        public IBackend Inner { get; set; } = null!;

        public List<(PlanProgram Program, int Rows)> Programs { get; } = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IBackend.Lower)) Programs.Add(((PlanProgram)args![0]!, (int)args[1]!));
            return targetMethod.Invoke(Inner, args);
        }
    }

    /// <summary>A table in Markdown: equal launches in one row, in the order in which they first run.</summary>
    public static IEnumerable<string> Lines(CudaBackend backend, WorkItem item)
    {
        var proxy = DispatchProxy.Create<IBackend, Listener>();
        var listener = (Listener)(object)proxy;
        listener.Inner = backend;
        // Not given back: that would give the caller's back.
        using var work = item.Build(new Device(proxy));
        for (int i = 0; i < 3; i++) work.Run();
        work.Wait();
        const int Calls = 20;
        double whole = backend.Measure(() =>
        {
            for (int i = 0; i < Calls; i++) work.Run();
        }).TotalMicroseconds / (Calls * work.Repeats);

        // The largest program is the one that is run again and again.
        var (program, rows) = listener.Programs.MaxBy(it => it.Program.Instructions.Count);
        var launches = backend.Profile(program, rows);
        double sum = launches.Sum(it => it.Time.TotalMicroseconds);
        var invariant = CultureInfo.InvariantCulture;
        yield return string.Create(
            invariant, $"### {item.Name}: {whole:0.0} µs; its {launches.Count} launches one after the other {sum:0.0} µs");
        yield return "";
        yield return "| launches | µs each | µs together | what | shapes |";
        yield return "|---:|---:|---:|---|---|";
        foreach (var group in launches.GroupBy(it => (it.Name, it.Shapes)))
        {
            double together = group.Sum(it => it.Time.TotalMicroseconds);
            int count = group.Count();
            yield return string.Create(
                invariant, $"| {count} | {together / count:0.00} | {together:0.0} | {group.Key.Name} | {group.Key.Shapes} |");
        }
    }
}
