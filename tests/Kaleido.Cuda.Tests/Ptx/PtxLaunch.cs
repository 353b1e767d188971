using System.Runtime.InteropServices;

namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>
/// One launch: blocks one after the other, the threads of a block one after the other up to the next barrier. The same result every time.
/// </summary>
internal sealed unsafe class PtxLaunch
{
    private readonly PtxKernel _kernel;
    private readonly PtxMemory _memory;
    private readonly PtxMemory.Segment?[] _last;
    private readonly byte* _constants;
    private readonly int _constantBytes;
    private readonly PtxDimensions _grid, _block;
    private long _blockNumber;

    public PtxLaunch(
        PtxKernel kernel, PtxMemory memory, byte* constants, int constantBytes, PtxDimensions grid, PtxDimensions block, byte* parameters)
    {
        (_kernel, _memory, _constantBytes, _grid, _block) = (kernel, memory, constantBytes, grid, block);
        _constants = constants;
        _last = new PtxMemory.Segment?[kernel.Instructions.Length];
        Parameters = parameters;
        Shared = new(this, kernel.SharedBytes);
    }

    public byte* Parameters { get; }

    public PtxShared Shared { get; }

    /// <summary>The running thread's number in its block.</summary>
    public int Thread { get; private set; }

    /// <summary>Instructions executed so far.</summary>
    public long Executed { get; set; }

    /// <summary>More than these are taken for a loop without end.</summary>
    public long MostInstructions { get; init; }

    /// <summary>The last thread of a block first: whoever's result depends on the order of threads is found.</summary>
    public bool Backwards { get; init; }

    public void Run()
    {
        int threads = (int)_block.Count, registers = _kernel.Initial.Length, files = _kernel.HasBarrier ? threads : 1;
        ulong* r = (ulong*)NativeMemory.AllocZeroed((nuint)files * (nuint)registers, sizeof(ulong));
        try
        {
            for (int file = 0; file < files; file++)
            {
                ulong* mine = r + (long)file * registers;
                _kernel.Initial.AsSpan(_kernel.FirstNumber).CopyTo(new Span<ulong>(mine + _kernel.FirstNumber,
                    registers - _kernel.FirstNumber));
                Set(mine, PtxSpecial.Threads, _block);
                Set(mine, PtxSpecial.Blocks, _grid);
            }

            fixed (PtxInstruction* instructions = _kernel.Instructions)
            {
                int[] places = new int[threads];
                for (long number = 0; number < _grid.Count; number++)
                    RunBlock(Backwards ? _grid.Count - 1 - number : number, instructions, r, places);
            }
        }
        finally
        {
            NativeMemory.Free(r);
        }
    }

    private void RunBlock(long number, PtxInstruction* instructions, ulong* r, int[] places)
    {
        _blockNumber = number;
        var block = _grid.Place(number);
        Shared.BeginBlock();
        Array.Clear(places);
        while (true)
        {
            int first = -2;
            for (int k = 0; k < places.Length; k++)
            {
                Thread = Backwards ? places.Length - 1 - k : k;
                ulong* mine = r + (_kernel.HasBarrier ? (long)Thread * _kernel.Initial.Length : 0);
                if (places[Thread] == 0)
                {
                    Set(mine, PtxSpecial.Thread, _block.Place(Thread));
                    Set(mine, PtxSpecial.Block, block);
                }

                int stop = PtxMachine.Run(this, instructions, mine, places[Thread]);
                places[Thread] = stop;
                if (first == -2) first = stop;
                if (stop != first)
                {
                    throw Fault(Math.Max(stop, first) - 1, stop < 0 || first < 0
                        ? "some threads of the block wait here for others that have ended"
                        : "the threads of the block wait at different barriers");
                }
            }

            if (first < 0) return;
            Shared.PassBarrier();
        }
    }

    private static void Set(ulong* r, int register, PtxDimensions value) =>
        (r[register], r[register + 1], r[register + 2]) = (value.X, value.Y, value.Z);

    /// <summary>Where bytes of global memory lie in the host.</summary>
    public byte* Global(int at, ulong address, uint bytes)
    {
        if ((address & (bytes - 1)) != 0) throw Fault(at, $"the address 0x{address:X} is no multiple of {bytes}");
        var segment = _last[at];
        if (segment is null || segment.Bytes < bytes || address - segment.Start > segment.Bytes - bytes)
        {
            segment = _memory.Find(address, bytes) ?? throw Fault(at, $"{bytes} bytes at 0x{address:X} lie outside of every allocation");
            _last[at] = segment;
        }

        return segment.Pointer + (address - segment.Start);
    }

    /// <summary>Where bytes of constant memory lie in the host.</summary>
    public byte* Constant(int at, ulong address, uint bytes)
    {
        if (address > (ulong)_constantBytes || (ulong)_constantBytes - address < bytes || (address & (bytes - 1)) != 0)
            throw Fault(at, $"{bytes} bytes at {address} of the constant memory, which has {_constantBytes}");
        return _constants + address;
    }

    /// <summary>A fault of the running thread at an instruction.</summary>
    public PtxException Fault(int at, string what)
    {
        string statement = at >= 0 && at < _kernel.Entry.Statements.Count ? _kernel.Entry.Statements[at].ToString() : "the end";
        var (block, thread) = (_grid.Place(_blockNumber), _block.Place(Thread));
        return new($"{_kernel.Entry.Name}, {statement}, block {block}, thread {thread}: {what}");
    }
}
