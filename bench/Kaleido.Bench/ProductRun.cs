using System.Globalization;
using Kaleido.Backends.Cpu;
using Kaleido.Numerics;

namespace Kaleido.Bench;

/// <summary>
/// One product with its operands, run by a team as a program runs it: pack tasks, a barrier, tile tasks, each from a shared counter.
/// </summary>
internal sealed unsafe class ProductRun : TeamWork, IDisposable
{
    private readonly ProductKernel _kernel;
    private readonly CpuMemory _a, _b, _c, _scratch;
    private readonly int _workers;
    private PaddedInt _packed, _computed;

    /// <param name="shape">Such as <c>1000x500x784 NT</c>: rows × columns × depth, transposes of A and B.</param>
    /// <param name="level">The vector width.</param>
    /// <param name="workers">How many threads.</param>
    /// <param name="path">The path to take, or null for the one that the table of paths chooses.</param>
    public ProductRun(string shape, SimdLevel level, int workers, ProductPath? path = null)
    {
        int[] sizes = [.. shape.Split(' ')[0].Split('x').Select(s => int.Parse(s, CultureInfo.InvariantCulture))];
        var (m, n, k) = (sizes[0], sizes[1], sizes[2]);
        bool ta = shape[^2] == 'T', tb = shape[^1] == 'T';
        _workers = workers;
        Flops = 2.0 * m * n * k;
        _kernel = ProductKernel.Create(m, n, k, ta, tb, ta ? m : k, tb ? k : n, n, false, workers, level, path: path);
        (_a, _b, _c) = (new CpuMemory((long)m * k), new CpuMemory((long)n * k), new CpuMemory((long)m * n));
        _scratch = new CpuMemory(_kernel.PackedFloats + 16);
        var random = new Random(1);
        foreach (var memory in new[] { _a, _b })
            for (long i = 0; i < memory.Length; i++)
                memory.Pointer[i] = random.NextSingle() - 0.5f;
    }

    /// <summary>Operations of one product.</summary>
    public double Flops { get; }

    /// <summary>The path taken.</summary>
    public ProductPath Path => _kernel.Path;

    /// <summary>Rows and columns of C per task.</summary>
    public (int Rows, int Columns) Block => _kernel.Block;

    /// <summary>Computes the product once.</summary>
    public void Run()
    {
        _packed.Value = _computed.Value = 0;
        ThreadTeam.Shared.Run(this, Math.Min(_workers, Math.Max(1, _kernel.TileTasks)));
    }

    protected internal override void Execute(int worker, int workers, TeamBarrier barrier)
    {
        if (_kernel.PackTasks > 0)
        {
            for (int task; (task = Interlocked.Increment(ref _packed.Value) - 1) < _kernel.PackTasks;)
                _kernel.Pack(task, _a.Pointer, _b.Pointer, _scratch.Pointer);
            barrier.Wait();
        }

        for (int task; (task = Interlocked.Increment(ref _computed.Value) - 1) < _kernel.TileTasks;)
            _kernel.Compute(task, _a.Pointer, _b.Pointer, _c.Pointer, _scratch.Pointer);
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _c.Dispose();
        _scratch.Dispose();
    }
}
