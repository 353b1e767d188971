using System.Numerics;
using Kaleido.Backends;
using Kaleido.Cuda.Interop;
using Kaleido.Tensors;

namespace Kaleido.Cuda;

// The primitives that are kernels: each computes its addresses and strides and launches one or two.
public sealed partial class CudaBackend
{
    /// <summary>How a kernel steps through an operand: 0 where it is repeated.</summary>
    private readonly record struct Strides(long Row, long Column)
    {
        public static Strides Of(in MatrixView x) => new(x.Rows == 1 ? 0 : x.Columns, x.Columns == 1 ? 0 : 1);
    }

    /// <summary>How a kernel steps through a factor of a product.</summary>
    private static Strides Operand(in MatrixView x, bool transpose) => transpose ? new(1, x.Columns) : new(x.Columns, 1);

    /// <summary>An operand that needs no division of an index into row and column.</summary>
    private static bool IsPlain(in MatrixView x, in MatrixView destination) =>
        x.Count == 1 || (x.Rows == destination.Rows && x.Columns == destination.Columns);

    private static Strides Flat(in MatrixView x, in MatrixView destination) => new(0, x.Count == 1 && destination.Count != 1 ? 0 : 1);

    /// <inheritdoc/>
    public void Unary(in MatrixView x, UnaryOperation function, double alpha, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong from = Address(x), to = Target(destination);
        if (destination.Count == 0) return;
        _session.Launch(KernelNames.Unary[(int)function], _session.Flat(destination.Count), from, alpha, to, destination.Count);
    }

    /// <inheritdoc/>
    public void Binary(in MatrixView x, in MatrixView y, BinaryOperation function, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong a = Address(x), b = Address(y), to = Target(destination);
        if (destination.Count == 0) return;
        bool plain = IsPlain(x, destination) && IsPlain(y, destination);
        var (p, q) = plain ? (Flat(x, destination), Flat(y, destination)) : (Strides.Of(x), Strides.Of(y));
        _session.Launch(KernelNames.Binary[(int)function], _session.Flat(destination.Count), a, p.Row, p.Column, b, q.Row, q.Column, to,
            plain ? 1L : destination.Rows, plain ? destination.Count : destination.Columns);
    }

    /// <inheritdoc/>
    public void Ternary(in MatrixView x, in MatrixView y, in MatrixView z, TernaryOperation function, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong a = Address(x), b = Address(y), c = Address(z), to = Target(destination);
        if (destination.Count == 0) return;
        bool plain = IsPlain(x, destination) && IsPlain(y, destination) && IsPlain(z, destination);
        var (p, q, s) = plain
            ? (Flat(x, destination), Flat(y, destination), Flat(z, destination))
            : (Strides.Of(x), Strides.Of(y), Strides.Of(z));
        _session.Launch(KernelNames.Ternary[(int)function], _session.Flat(destination.Count), a, p.Row, p.Column, b, q.Row, q.Column,
            c, s.Row, s.Column, to, plain ? 1L : destination.Rows, plain ? destination.Count : destination.Columns);
    }

    /// <inheritdoc/>
    public void Broadcast(in MatrixView x, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong from = Address(x), to = Target(destination);
        if (x.Rows == destination.Rows && x.Columns == destination.Columns)
        {
            if (from != to) _session.Copy(from, to, destination.Count * sizeof(float));
            return;
        }

        var strides = Strides.Of(x);
        CopyRectangle(from, strides.Row, strides.Column, to, destination.Columns, destination.Rows, destination.Columns);
    }

    private void CopyRectangle(ulong from, long fromRow, long fromColumn, ulong to, long toRow, long rows, long columns)
    {
        if (rows * columns == 0) return;
        _session.Launch(KernelNames.Copy, _session.Flat(rows * columns), from, fromRow, fromColumn, to, toRow, rows, columns);
    }

    /// <inheritdoc/>
    public void Slice(in MatrixView x, int row, int column, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong from = Address(x) + ((ulong)row * (ulong)x.Columns + (ulong)column) * sizeof(float);
        CopyRectangle(from, x.Columns, 1, Target(destination), destination.Columns, destination.Rows, destination.Columns);
    }

    /// <inheritdoc/>
    public void Place(in MatrixView x, int row, int column, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong to = Target(destination) + ((ulong)row * (ulong)destination.Columns + (ulong)column) * sizeof(float);
        CopyRectangle(Address(x), x.Columns, 1, to, destination.Columns, x.Rows, x.Columns);
    }

    /// <inheritdoc/>
    public void Fill(double value, in MatrixView destination)
    {
        using var scope = _session.Enter();
        _session.Set(Target(destination), BitConverter.SingleToUInt32Bits((float)value), destination.Count);
    }

    /// <inheritdoc/>
    public void Reduce(in MatrixView x, ReduceOperation function, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong from = Address(x), to = Target(destination);
        switch (function)
        {
            case ReduceOperation.RowSum: ReduceRows(KernelNames.RowSum, from, to, x.Rows, x.Columns); break;
            case ReduceOperation.RowMaximum: ReduceRows(KernelNames.RowMaximum, from, to, x.Rows, x.Columns); break;
            case ReduceOperation.RowArgMaximum: ReduceRows(KernelNames.RowArgMaximum, from, to, x.Rows, x.Columns); break;
            case ReduceOperation.RowLogSumExp: ReduceRows(KernelNames.RowLogSumExp, from, to, x.Rows, x.Columns); break;
            case ReduceOperation.ColumnSum: SumColumns(from, to, x.Rows, x.Columns); break;
            case ReduceOperation.FullSum:
                ulong sums = _session.Scratch((long)x.Rows * sizeof(float));
                ReduceRows(KernelNames.RowSum, from, sums, x.Rows, x.Columns);
                SumColumns(sums, to, x.Rows, 1);
                break;
            default: throw new NotSupportedException($"the CUDA device does not know the reduction {function}");
        }
    }

    private void ReduceRows(string kernel, ulong from, ulong to, long rows, long columns)
    {
        if (rows > 0) _session.Launch(kernel, new(Tiles(rows, 16), 1, 16, 16), from, to, rows, columns);
    }

    private void SumColumns(ulong from, ulong to, long rows, long columns)
    {
        if (columns > 0) _session.Launch(KernelNames.ColumnSum, ColumnTiles(rows, columns), from, to, rows, columns);
    }

    /// <summary>
    /// A thread for each 64 rows of a column, and blocks of as few columns as it takes to give every multiprocessor two of them: 500
    /// columns are 16 blocks of 32, but 63 of 8. Not fewer than 8 (32 bytes, what one access to memory fetches), nor than make a warp.
    /// </summary>
    private Geometry ColumnTiles(long rows, long columns)
    {
        const int Threads = 512, Warp = 32;
        int height = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp((rows + 63) / 64, 1, Threads / 4));
        int width = Warp, least = Math.Max(columns < 16 ? 4 : 8, Warp / height);
        while (width > least && Tiles(columns, width) < 2 * _session.Properties.Multiprocessors) width /= 2;
        return new(Tiles(columns, width), 1, (uint)width, (uint)Math.Min(height, Threads / width));
    }

    // The kernels take any grid; the driver's largest is 2³¹ - 1 blocks in x and 65535 in y.
    private static uint Tiles(long items, int size, long most = int.MaxValue) => (uint)Math.Clamp((items + size - 1) / size, 1, most);

    private static Geometry ProductTiles(in MatrixView destination) =>
        new(Tiles(destination.Columns, 64), Tiles(destination.Rows, 64, ushort.MaxValue), 256, 1);

    /// <inheritdoc/>
    public void Transpose(in MatrixView x, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong from = Address(x), to = Target(destination);
        if (x.Count == 0) return;
        _session.Launch(KernelNames.Transpose, new(Tiles(x.Columns, 32), Tiles(x.Rows, 32, ushort.MaxValue), 32, 8),
            from, to, (long)x.Rows, (long)x.Columns);
    }

    /// <inheritdoc/>
    public void GatherRows(in MatrixView source, in MatrixView indices, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong from = Address(source), at = Address(indices), to = Target(destination);
        if (indices.Count == 0) return;
        _session.Launch(KernelNames.GatherRows, _session.Flat(destination.Count),
            from, (long)source.Rows, at, to, (long)destination.Rows, (long)destination.Columns, _session.IndexReport());
    }

    /// <inheritdoc/>
    public void ScatterAddRows(in MatrixView values, in MatrixView indices, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong from = Address(values), at = Address(indices), to = Target(destination);
        _session.Set(to, 0, destination.Count);
        if (indices.Count == 0) return;
        long blocks = Tiles(values.Columns, 128) * (long)Math.Max(1, destination.Rows);
        _session.Launch(KernelNames.ScatterAddRows, new((uint)Math.Min(blocks, int.MaxValue), 1, 128, 1),
            from, at, to, (long)destination.Rows, (long)values.Rows, (long)values.Columns, _session.IndexReport());
    }

    /// <inheritdoc/>
    public void OneHot(in MatrixView indices, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong at = Address(indices), to = Target(destination);
        if (destination.Count == 0) return;
        _session.Launch(KernelNames.OneHot, _session.Flat(destination.Count), at, to, (long)destination.Rows, (long)destination.Columns);
    }
}
