namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>
/// The shared memory of a block of threads. It finds what a GPU would only sometimes show: reading what no thread wrote, and two threads
/// that touch the same word between two barriers, one of them writing (unless both write the same value).
/// </summary>
internal sealed unsafe class PtxShared(PtxLaunch launch, int bytes)
{
    private readonly ulong[] _memory = GC.AllocateArray<ulong>((bytes + 7) / 8, pinned: true);
    private readonly int[] _writePhase = new int[bytes / 4], _writer = new int[bytes / 4];
    private readonly int[] _readPhase = new int[bytes / 4], _reader = new int[bytes / 4];
    private int _phase, _firstPhase;

    /// <summary>A new block of threads: nothing is written yet.</summary>
    public void BeginBlock() => _firstPhase = ++_phase;

    /// <summary>All threads have passed a barrier.</summary>
    public void PassBarrier() => _phase++;

    public byte* Read(int at, ulong address, int size)
    {
        Check(at, address, size);
        for (int word = (int)address / 4; word < ((int)address + size) / 4; word++)
        {
            if (_writePhase[word] < _firstPhase) throw launch.Fault(at, $"shared memory at {address} is read before it is written");
            if (_writePhase[word] == _phase && _writer[word] != launch.Thread)
            {
                throw launch.Fault(
                    at, $"a race: {address} in shared memory is read, thread {_writer[word]} wrote it since the last barrier");
            }

            _reader[word] = _readPhase[word] == _phase && _reader[word] != launch.Thread ? -1 : launch.Thread;
            _readPhase[word] = _phase;
        }

        return (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _memory[0]) + address;
    }

    public void Write(int at, ulong address, int size, ulong value)
    {
        Check(at, address, size);
        byte* target = (byte*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref _memory[0]) + address;
        bool same = size == 4 ? *(uint*)target == (uint)value : *(ulong*)target == value;
        for (int word = (int)address / 4; word < ((int)address + size) / 4; word++)
        {
            if (_writePhase[word] == _phase && _writer[word] != launch.Thread && !same)
            {
                throw launch.Fault(
                    at, $"a race: {address} in shared memory is written, thread {_writer[word]} wrote it since the last barrier");
            }

            if (_readPhase[word] == _phase && _reader[word] != launch.Thread)
                throw launch.Fault(at, $"a race: {address} in shared memory is written, another thread read it since the last barrier");
            (_writePhase[word], _writer[word]) = (_phase, launch.Thread);
        }

        if (size == 4) *(uint*)target = (uint)value;
        else *(ulong*)target = value;
    }

    private void Check(int at, ulong address, int size)
    {
        if (address > (ulong)bytes || (ulong)bytes - address < (ulong)size)
            throw launch.Fault(at, $"{size} bytes at {address} lie outside of the {bytes} bytes of shared memory");
        if (address % (ulong)size != 0) throw launch.Fault(at, $"the shared address {address} is no multiple of {size}");
    }
}
