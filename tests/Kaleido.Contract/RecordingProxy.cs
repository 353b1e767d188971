using System.Reflection;
using Kaleido.Backends;

namespace Kaleido.Contract;

/// <summary>A backend that notes every call with its arguments before it passes it on.</summary>
public class RecordingProxy : DispatchProxy
{
    private IBackend _inner = null!;

    public List<(string Member, object?[] Arguments)> Calls { get; } = [];

    public static (IBackend Backend, RecordingProxy Record) Around(IBackend inner)
    {
        var backend = Create<IBackend, RecordingProxy>();
        var record = (RecordingProxy)(object)backend;
        record._inner = inner;
        return (backend, record);
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        Calls.Add((targetMethod!.Name, [.. args ?? []]));
        try
        {
            return targetMethod.Invoke(_inner, args);
        }
        catch (TargetInvocationException failure)
        {
            throw failure.InnerException!;
        }
    }
}
