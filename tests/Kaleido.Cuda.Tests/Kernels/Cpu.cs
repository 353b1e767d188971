using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>The same primitives on the CPU device.</summary>
internal static class Cpu
{
    // A backend computes with addresses; a matrix that nobody names any more must stay until it is done.
    [ThreadStatic]
    private static Queue<MatrixView>? t_recent;

    /// <summary>A backend for primitives; it holds nothing that had to be given back.</summary>
    public static IBackend Backend { get; } = Device.Cpu(1).Backend;

    /// <summary>What an operation writes into a matrix.</summary>
    public static float[] Result(int rows, int columns, Action<IBackend, MatrixView> operation, float[]? before = null)
    {
        var destination = View(before ?? new float[rows * columns], rows, columns);
        operation(Backend, destination);
        return Values(destination);
    }

    /// <summary>A matrix with these values.</summary>
    public static MatrixView View(float[] values, int rows, int columns)
    {
        var memory = Backend.Allocate(values.Length);
        memory.Upload(0, values);
        var view = new MatrixView(memory, 0, rows, columns);
        var recent = t_recent ??= new();
        recent.Enqueue(view);
        if (recent.Count > 64) recent.Dequeue();
        return view;
    }

    /// <summary>The values of a matrix.</summary>
    public static float[] Values(in MatrixView view)
    {
        var values = new float[view.Count];
        view.Memory.Download(view.Offset, values);
        return values;
    }

    /// <summary>A counter at a step.</summary>
    public static StepCounter At(ulong step) => new HostStepCounter { Value = step };
}
