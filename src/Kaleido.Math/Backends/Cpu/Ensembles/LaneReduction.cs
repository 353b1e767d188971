using System.Runtime.CompilerServices;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>
/// A reduction of each network. Sums keep the order of <see cref="Reductions"/>, with a block of sixteen networks for each of its numbers;
/// what has no hot path (index of the maximum, log-sum-exp) is done network by network with the same code as alone.
/// </summary>
internal sealed unsafe class LaneReduction : LaneStep
{
    private const int Lanes = LaneLayout.Lanes, VirtualLanes = 16;

    private readonly ReduceOperation _function;
    private readonly LanePlace _source, _destination;
    private readonly int _rows, _columns;

    public LaneReduction(LaneProgram program, ReduceOperation function, Instruction instruction)
    {
        _function = function;
        (_source, _destination) = (program.PlaceOf(instruction.Sources[0]), program.PlaceOf(instruction.Destination));
        (_rows, _columns) = program.SizeOf(instruction.Sources[0]);
    }

    // Virtual lanes of a row sum, then row sums; or a row of one network and what its reduction needs.
    public override long Scratch => VirtualLanes * Lanes + (_function == ReduceOperation.FullSum ? (long)_rows * Lanes : 2L * _columns);

    public override void Run(LaneContext context)
    {
        float* source = context.Pointer(_source), target = context.Pointer(_destination), lanes = context.Scratch;
        long width = (long)_columns * Lanes;
        switch (_function)
        {
            case ReduceOperation.ColumnSum:
                Reductions.ColumnSum(source, width, _rows, checked((int)width), target);
                break;
            case ReduceOperation.FullSum:
                float* sums = lanes + VirtualLanes * Lanes;
                for (int row = 0; row < _rows; row++) RowSum(source + row * width, lanes, sums + (long)row * Lanes);
                Reductions.ColumnSum(sums, Lanes, _rows, Lanes, target);
                break;
            case ReduceOperation.RowSum:
                for (int row = 0; row < _rows; row++) RowSum(source + row * width, lanes, target + (long)row * Lanes);
                break;
            case ReduceOperation.RowMaximum:
                for (int row = 0; row < _rows; row++) RowMaximum(source + row * width, target + (long)row * Lanes);
                break;
            default:
                OneByOne(source, target, lanes);
                break;
        }
    }

    // Virtual lanes that get no column are +0, and adding +0 to a sum that began with +0 changes no bit: so only those in use are touched.
    private void RowSum(float* row, float* lanes, float* sum)
    {
        int used = Math.Min(VirtualLanes, _columns);
        BlockLoop.Run(new FromZeroBody(row, lanes), (long)used * Lanes);
        if (used == 0) new Span<float>(lanes, Lanes).Clear();
        for (int column = VirtualLanes; column < _columns; column += VirtualLanes)
        {
            int count = Math.Min(VirtualLanes, _columns - column);
            BlockLoop.Run(new AddBody(lanes, row + (long)column * Lanes, lanes), (long)count * Lanes);
        }

        for (int half = VirtualLanes / 2; half > 0; half /= 2)
        {
            int count = Math.Min(half, used - half);
            if (count <= 0) continue;
            BlockLoop.Run(new AddBody(lanes, lanes + half * Lanes, lanes), (long)count * Lanes);
            used = half;
        }

        new ReadOnlySpan<float>(lanes, Lanes).CopyTo(new Span<float>(sum, Lanes));
    }

    private void RowMaximum(float* row, float* target)
    {
        new Span<float>(target, Lanes).Fill(float.NegativeInfinity);
        for (int column = 0; column < _columns; column++)
            BlockLoop.Run(new MaximumBody(target, row + (long)column * Lanes, target), Lanes);
    }

    private void OneByOne(float* source, float* target, float* scratch)
    {
        for (int row = 0; row < _rows; row++, source += (long)_columns * Lanes, target += Lanes)
        {
            for (int lane = 0; lane < Lanes; lane++)
            {
                for (int column = 0; column < _columns; column++) scratch[column] = source[(long)column * Lanes + lane];
                target[lane] = RowReductions.Reduce(_function, scratch, _columns, scratch + _columns);
            }
        }
    }

    private readonly struct FromZeroBody(float* x, float* destination) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
            (TLane.Create(0f) + BlockLoop.Load<TLane>(x + i)).Store(ref destination[i]);
    }
}
