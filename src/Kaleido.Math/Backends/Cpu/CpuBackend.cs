using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Kaleido.Numerics;
using Kaleido.Tensors;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// This processor, in float32. Plans run as fused programs shared by the thread team (<see cref="Lower"/>); the primitives called one by
/// one run on the calling thread with the same kernels and so the same bits.
/// </summary>
public sealed unsafe class CpuBackend : IBackend
{
    private const int Block = 512;

    private static int s_warned;

    /// <summary>A backend whose plans use <paramref name="threads"/> threads; 0 for as many as the process may use.</summary>
    /// <exception cref="ArgumentOutOfRangeException">threads is negative or above <see cref="ThreadTeam.Limit"/>.</exception>
    /// <exception cref="DeviceException">KALEIDO_VECTOR or KALEIDO_PRODUCT is set to something unknown.</exception>
    public CpuBackend(int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, ThreadTeam.Limit);
        DemandKnown("KALEIDO_VECTOR", Simd.IsKnown, "512, 256, 128 or scalar");
        DemandKnown("KALEIDO_PRODUCT", name => ProductPaths.Parse(name) is not null, "in-place, pieces, panels or panels-and-rows");
        Threads = threads == 0 ? ThreadTeam.Shared.MaximumWorkers : threads;
        WarnOnce(HasFusedMultiplyAdd, ref s_warned);
    }

    // A misspelt switch would otherwise be believed to act.
    private static void DemandKnown(string variable, Func<string, bool> isKnown, string values)
    {
        string? value = Environment.GetEnvironmentVariable(variable);
        if (!string.IsNullOrWhiteSpace(value) && !isKnown(value))
            throw new DeviceException($"reading {variable}", $"it must be {values}, not \"{value}\"");
    }

    /// <summary>Writes the warning of a missing multiply-add to the trace listeners, the first time that it is missing.</summary>
    internal static void WarnOnce(bool hasFusedMultiplyAdd, ref int warned)
    {
        if (!hasFusedMultiplyAdd && Interlocked.Exchange(ref warned, 1) == 0)
            Trace.TraceWarning("Kaleido: no fused multiply-add on this processor; it is emulated, with the same results, but slowly.");
    }

    /// <summary>How many threads work on one plan. It never changes a result.</summary>
    public int Threads { get; }

    /// <summary>The instruction set in use, for example "AVX-512".</summary>
    public static string InstructionSet => Simd.Level switch
    {
        SimdLevel.Vector512 => "AVX-512",
        SimdLevel.Vector256 => "AVX2",
        SimdLevel.Vector128 => Sse.IsSupported ? "128-bit SSE" : "128-bit",
        _ => "scalar",
    };

    /// <summary>True if the processor has (and the runtime uses) a fused multiply-add; without it results are the same, slowly.</summary>
    public static bool HasFusedMultiplyAdd => !SoftwareFusedMultiplyAdd.IsNeeded;

    /// <inheritdoc/>
    public string Description => string.Create(CultureInfo.InvariantCulture,
        $"CPU, float32, {InstructionSet}{(HasFusedMultiplyAdd ? "" : " without FMA")}, {Threads} thread{(Threads == 1 ? "" : "s")}");

    /// <inheritdoc/>
    public int BytesPerNumber => sizeof(float);

    /// <inheritdoc/>
    public DeviceMemory Allocate(long length) => new CpuMemory(length);

    /// <inheritdoc/>
    public StepCounter AllocateCounter() => new HostStepCounter();

    /// <inheritdoc/>
    public IExecutable Lower(PlanProgram program, int capacity)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new Programs.CpuProgram(program, capacity, Threads);
    }

    /// <inheritdoc/>
    public void Product(
        in MatrixView left, bool transposeLeft, in MatrixView right, bool transposeRight, bool accumulate, in MatrixView destination)
    {
        int depth = transposeLeft ? left.Rows : left.Columns;
        var kernel = ProductKernel.Create(destination.Rows, destination.Columns, depth, transposeLeft, transposeRight,
            left.Columns, right.Columns, destination.Columns, accumulate, workers: 1);
        using var scratch = new CpuMemory(kernel.PackedFloats);
        float* a = CpuMemory.PointerOf(left), b = CpuMemory.PointerOf(right), c = CpuMemory.PointerOf(destination);
        for (int task = 0; task < kernel.PackTasks; task++) kernel.Pack(task, a, b, scratch.Pointer);
        for (int task = 0; task < kernel.TileTasks; task++) kernel.Compute(task, a, b, c, scratch.Pointer);
    }

    /// <inheritdoc/>
    public void Unary(in MatrixView x, UnaryOperation function, double alpha, in MatrixView destination)
    {
        float* source = CpuMemory.PointerOf(x), target = CpuMemory.PointerOf(destination);
        for (long i = 0; i < destination.Count; i += Block)
            BlockKernels.Unary(function, alpha, source + i, target + i, (int)Math.Min(Block, destination.Count - i));
    }

    /// <inheritdoc/>
    public void Binary(in MatrixView x, in MatrixView y, BinaryOperation function, in MatrixView destination)
    {
        float* scratch = stackalloc float[2 * Block];
        float* target = CpuMemory.PointerOf(destination);
        for (int row = 0; row < destination.Rows; row++)
        {
            for (int column = 0; column < destination.Columns; column += Block)
            {
                int count = Math.Min(Block, destination.Columns - column);
                float* left = Operand(x, row, column, count, destination, scratch);
                float* right = Operand(y, row, column, count, destination, scratch + Block);
                BlockKernels.Binary(function, left, right, target + (long)row * destination.Columns + column, count);
            }
        }
    }

    /// <inheritdoc/>
    public void Ternary(in MatrixView x, in MatrixView y, in MatrixView z, TernaryOperation function, in MatrixView destination)
    {
        float* scratch = stackalloc float[3 * Block];
        float* target = CpuMemory.PointerOf(destination);
        for (int row = 0; row < destination.Rows; row++)
        {
            for (int column = 0; column < destination.Columns; column += Block)
            {
                int count = Math.Min(Block, destination.Columns - column);
                float* first = Operand(x, row, column, count, destination, scratch);
                float* second = Operand(y, row, column, count, destination, scratch + Block);
                float* third = Operand(z, row, column, count, destination, scratch + 2 * Block);
                BlockKernels.Ternary(function, first, second, third, target + (long)row * destination.Columns + column, count);
            }
        }
    }

    // The block of an operand that belongs to this block of the destination, expanded into scratch where a column is repeated.
    private static float* Operand(in MatrixView x, int row, int column, int count, in MatrixView destination, float* scratch)
    {
        float* start = CpuMemory.PointerOf(x) + (x.Rows == 1 ? 0 : (long)row * x.Columns);
        if (x.Columns == destination.Columns) return start + column;
        new Span<float>(scratch, count).Fill(*start);
        return scratch;
    }

    /// <inheritdoc/>
    public void Broadcast(in MatrixView x, in MatrixView destination) =>
        MovementKernels.Broadcast(CpuMemory.PointerOf(x), x.Rows, x.Columns,
            CpuMemory.PointerOf(destination), destination.Columns, 0, destination.Rows);

    /// <inheritdoc/>
    public void Fill(double value, in MatrixView destination) =>
        new Span<float>(CpuMemory.PointerOf(destination), checked((int)destination.Count)).Fill((float)value);

    /// <inheritdoc/>
    public void Reduce(in MatrixView x, ReduceOperation function, in MatrixView destination)
    {
        float* source = CpuMemory.PointerOf(x), target = CpuMemory.PointerOf(destination);
        switch (function)
        {
            case ReduceOperation.ColumnSum: Reductions.ColumnSum(source, x.Columns, x.Rows, x.Columns, target); break;
            case ReduceOperation.FullSum: *target = Reductions.FullSum(source, x.Columns, x.Rows, x.Columns); break;
            default:
                using (var scratch = new CpuMemory(x.Columns))
                {
                    for (int row = 0; row < x.Rows; row++)
                        target[row] = RowReductions.Reduce(function, source + (long)row * x.Columns, x.Columns, scratch.Pointer);
                }

                break;
        }
    }

    /// <inheritdoc/>
    public void Transpose(in MatrixView x, in MatrixView destination) =>
        MovementKernels.Transpose(CpuMemory.PointerOf(x), x.Rows, x.Columns, CpuMemory.PointerOf(destination), 0, destination.Rows);

    /// <inheritdoc/>
    public void GatherRows(in MatrixView source, in MatrixView indices, in MatrixView destination) =>
        MovementKernels.GatherRows(CpuMemory.PointerOf(source), source.Rows, source.Columns, CpuMemory.PointerOf(indices),
            CpuMemory.PointerOf(destination), 0, destination.Rows);

    /// <inheritdoc/>
    public void ScatterAddRows(in MatrixView values, in MatrixView indices, in MatrixView destination) =>
        MovementKernels.ScatterAddRows(CpuMemory.PointerOf(values), values.Rows, values.Columns, CpuMemory.PointerOf(indices),
            CpuMemory.PointerOf(destination), destination.Rows, 0, values.Columns);

    /// <inheritdoc/>
    public void Slice(in MatrixView x, int row, int column, in MatrixView destination) =>
        MovementKernels.CopyRectangle(CpuMemory.PointerOf(x) + (long)row * x.Columns + column, x.Columns,
            CpuMemory.PointerOf(destination), destination.Columns, destination.Columns, 0, destination.Rows);

    /// <inheritdoc/>
    public void Place(in MatrixView x, int row, int column, in MatrixView destination) =>
        MovementKernels.CopyRectangle(CpuMemory.PointerOf(x), x.Columns,
            CpuMemory.PointerOf(destination) + (long)row * destination.Columns + column, destination.Columns, x.Columns, 0, x.Rows);

    /// <inheritdoc/>
    public void OneHot(in MatrixView indices, in MatrixView destination) =>
        MovementKernels.OneHot(CpuMemory.PointerOf(indices), CpuMemory.PointerOf(destination), destination.Columns, 0, destination.Rows);

    /// <inheritdoc/>
    public void Noise(StepCounter counter, NoiseOperation noise, in MatrixView destination)
    {
        ArgumentNullException.ThrowIfNull(counter);
        ArgumentNullException.ThrowIfNull(noise);
        BlockKernels.Noise(noise, counter.Value, 0, CpuMemory.PointerOf(destination), checked((int)destination.Count));
    }

    /// <inheritdoc/>
    public void MinibatchIndices(StepCounter counter, MinibatchIndicesOperation minibatch, in MatrixView destination)
    {
        ArgumentNullException.ThrowIfNull(counter);
        ArgumentNullException.ThrowIfNull(minibatch);
        MovementKernels.MinibatchIndices(minibatch, counter.Value, destination.Rows, CpuMemory.PointerOf(destination), 0, destination.Rows);
    }

    /// <inheritdoc/>
    public void Update(
        StepCounter counter, OptimizerRule rule, in MatrixView gradients, in MatrixView parameters,
        in MatrixView moment1, in MatrixView moment2)
    {
        ArgumentNullException.ThrowIfNull(counter);
        ArgumentNullException.ThrowIfNull(rule);
        OptimizerKernel.Run(rule, counter.Value, CpuMemory.PointerOf(gradients), CpuMemory.PointerOf(parameters),
            CpuMemory.PointerOf(moment1), CpuMemory.PointerOf(moment2), parameters.Count);
    }

    /// <inheritdoc/>
    public void Record(StepCounter counter, in MatrixView x, in MatrixView ring)
    {
        ArgumentNullException.ThrowIfNull(counter);
        CpuMemory.PointerOf(ring)[(long)(counter.Value % (ulong)ring.Count)] = *CpuMemory.PointerOf(x);
    }

    /// <inheritdoc/>
    public void Advance(StepCounter counter)
    {
        ArgumentNullException.ThrowIfNull(counter);
        counter.Value++;
    }

    /// <inheritdoc/>
    public void Synchronize()
    {
        // Every call returns when it is done.
    }

    /// <summary>Nothing to give back: memories are managed, the thread team belongs to the process.</summary>
    public void Dispose()
    {
    }
}
