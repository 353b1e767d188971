namespace Kaleido.Backends.Cpu.Programs;

/// <summary>
/// Runs an <see cref="ElementwiseChain"/> over rectangles of its shape. A block is part of a row, or several whole rows where rows are
/// short, or any stretch where the chain is flat: never more than <see cref="Block"/> numbers, contiguous in every matrix.
/// </summary>
internal sealed unsafe class ChainRunner
{
    /// <summary>Numbers in a block: a dozen of them stay in the first-level cache.</summary>
    public const int Block = 512;

    private readonly ChainOperation[] _operations;
    private readonly ChainValue[] _values;
    private readonly nint[] _memory;
    private readonly int[] _repeated;
    private readonly bool _flat;
    private StepCounter? _counter;
    private int _columns;

    public ChainRunner(ElementwiseChain chain)
    {
        (_operations, _values, _flat) = ([.. chain.Operations], [.. chain.Values], chain.IsFlat);
        _memory = new nint[_values.Length];
        _repeated = [.. Enumerable.Range(0, _values.Length)
            .Where(v => _values[v].Place is ValuePlace.RowVector or ValuePlace.Column or ValuePlace.Scalar)];
        Scratch = (long)chain.Registers * Block;
    }

    /// <summary>Floats of scratch that each worker needs.</summary>
    public long Scratch { get; }

    /// <summary>Operations per number.</summary>
    public int Operations => _operations.Length;

    public void Prepare(StepBinding binding, int columns)
    {
        (_counter, _columns) = (binding.Counter, columns);
        for (int v = 0; v < _values.Length; v++)
            _memory[v] = _values[v].Place == ValuePlace.Register ? 0 : (nint)binding.Pointer(_values[v].Slot);
    }

    /// <summary>Passes rows row0 … row1-1, columns column0 … column1-1 through the chain.</summary>
    public void Run(int row0, int row1, int column0, int column1, float* scratch)
    {
        int width = column1 - column0;
        if (width <= 0 || row1 <= row0) return;
        float** pointers = stackalloc float*[_values.Length];
        int largest = (int)Math.Min(Block, (long)width * (row1 - row0));
        foreach (int v in _repeated)
        {
            pointers[v] = scratch + (long)_values[v].Register * Block;
            if (_values[v].Place == ValuePlace.Scalar) new Span<float>(pointers[v], largest).Fill(*(float*)_memory[v]);
        }

        if (width == _columns && (_flat || width <= Block / 2)) RunWholeRows(row0, row1, scratch, pointers);
        else RunPartsOfRows(row0, row1, column0, column1, scratch, pointers);
    }

    /// <summary>Passes whole rows row0 … row1-1.</summary>
    public void RunRows(int row0, int row1, float* scratch) => Run(row0, row1, 0, _columns, scratch);

    private void RunWholeRows(int row0, int row1, float* scratch, float** pointers)
    {
        long end = (long)row1 * _columns;
        if (_flat)
        {
            for (long start = (long)row0 * _columns; start < end; start += Block)
                Execute(start, (int)Math.Min(Block, end - start), scratch, pointers);
            return;
        }

        int rowsPerBlock = Math.Min(Block / _columns, row1 - row0);
        foreach (int v in _repeated)
        {
            if (_values[v].Place != ValuePlace.RowVector) continue;
            for (int row = 0; row < rowsPerBlock; row++)
                new ReadOnlySpan<float>((float*)_memory[v], _columns).CopyTo(new Span<float>(pointers[v] + row * _columns, _columns));
        }

        for (int row = row0; row < row1; row += rowsPerBlock)
        {
            int rows = Math.Min(rowsPerBlock, row1 - row);
            foreach (int v in _repeated)
            {
                if (_values[v].Place != ValuePlace.Column) continue;
                for (int r = 0; r < rows; r++) new Span<float>(pointers[v] + r * _columns, _columns).Fill(((float*)_memory[v])[row + r]);
            }

            Execute((long)row * _columns, rows * _columns, scratch, pointers);
        }
    }

    private void RunPartsOfRows(int row0, int row1, int column0, int column1, float* scratch, float** pointers)
    {
        for (int row = row0; row < row1; row++)
        {
            foreach (int v in _repeated)
            {
                if (_values[v].Place == ValuePlace.Column)
                    new Span<float>(pointers[v], Math.Min(Block, column1 - column0)).Fill(((float*)_memory[v])[row]);
            }

            for (int column = column0; column < column1; column += Block)
            {
                foreach (int v in _repeated)
                {
                    if (_values[v].Place == ValuePlace.RowVector) pointers[v] = (float*)_memory[v] + column;
                }

                Execute((long)row * _columns + column, Math.Min(Block, column1 - column), scratch, pointers);
            }
        }
    }

    // One block: number `first` of each matrix and the count - 1 after it.
    private void Execute(long first, int count, float* scratch, float** pointers)
    {
        for (int v = 0; v < _values.Length; v++)
        {
            if (_values[v].Place == ValuePlace.Matrix) pointers[v] = (float*)_memory[v] + first;
            else if (_values[v].Place == ValuePlace.Register) pointers[v] = scratch + (long)_values[v].Register * Block;
        }

        foreach (ref readonly var o in _operations.AsSpan())
        {
            float* destination = pointers[o.Destination];
            switch (o.Operation)
            {
                case BinaryElementwise b: BlockKernels.Binary(b.Function, pointers[o.X], pointers[o.Y], destination, count); break;
                case UnaryElementwise u: BlockKernels.Unary(u.Function, u.Alpha, pointers[o.X], destination, count); break;
                case TernaryElementwise t:
                    BlockKernels.Ternary(t.Function, pointers[o.X], pointers[o.Y], pointers[o.Z], destination, count);
                    break;
                case NoiseOperation noise: BlockKernels.Noise(noise, _counter!.Value, first, destination, count); break;
                default: throw new NotSupportedException($"{o.Operation.Name} is not elementwise");
            }
        }
    }
}
