namespace Kaleido.Lab.Pictures;

/// <summary>GIF's compression of colour indices: LZW with codes of growing length in blocks of at most 255 bytes.</summary>
/// <remarks>Source: CompuServe, "Graphics Interchange Format, Version 89a", appendix F; T. Welch, IEEE Computer 17(6), 1984.</remarks>
internal sealed class LzwWriter(Stream file, int bits)
{
    private const int LongestCode = 12;
    private const int TableSize = 1 << 14;

    // Open addressing: key = (prefix, next index) + 1, 0 for an empty place. At most 4096 of the places are taken.
    private readonly int[] _keys = new int[TableSize];
    private readonly short[] _codes = new short[TableSize];
    private readonly byte[] _block = new byte[255];
    private int _blockLength, _pendingBits, _codeLength, _nextCode;
    private uint _pending;

    /// <summary>Writes all indices of one frame, each below 2^bits: the code size, blocks, and the empty block that ends them.</summary>
    public void Write(ReadOnlySpan<byte> indices)
    {
        int clear = 1 << bits, end = clear + 1;
        file.WriteByte((byte)bits);
        (_blockLength, _pendingBits, _pending, _codeLength) = (0, 0, 0, bits + 1);
        Restart(clear);
        int prefix = indices[0];
        foreach (byte index in indices[1..])
        {
            int key = ((prefix << 8) | index) + 1, at = Find(key);
            if (_keys[at] == key)
            {
                prefix = _codes[at];
                continue;
            }

            Emit(prefix);
            if (_nextCode < 1 << LongestCode)
            {
                (_keys[at], _codes[at]) = (key, (short)_nextCode);
                Grow();
            }
            else
            {
                Restart(clear);
            }

            prefix = index;
        }

        // The decoder adds an entry for this code too, and so may wait for a longer one.
        Emit(prefix);
        if (_nextCode < 1 << LongestCode)
        {
            Grow();
        }

        Emit(end);
        if (_pendingBits > 0)
        {
            Put((byte)_pending);
        }

        Flush();
        file.WriteByte(0);
    }

    private void Restart(int clear)
    {
        Emit(clear);
        Array.Clear(_keys);
        _codeLength = bits + 1;
        _nextCode = clear + 2;
    }

    /// <summary>One more entry: codes become longer when the number of the entry just made no longer fits.</summary>
    private void Grow()
    {
        if (_nextCode == 1 << _codeLength && _codeLength < LongestCode)
        {
            _codeLength++;
        }

        _nextCode++;
    }

    private int Find(int key)
    {
        int at = (int)((uint)key * 2654435761u >> 18);
        while (_keys[at] != 0 && _keys[at] != key)
        {
            at = (at + 1) & (TableSize - 1);
        }

        return at;
    }

    private void Emit(int code)
    {
        _pending |= (uint)code << _pendingBits;
        _pendingBits += _codeLength;
        while (_pendingBits >= 8)
        {
            Put((byte)_pending);
            _pending >>= 8;
            _pendingBits -= 8;
        }
    }

    private void Put(byte value)
    {
        _block[_blockLength++] = value;
        if (_blockLength == _block.Length)
        {
            Flush();
        }
    }

    private void Flush()
    {
        if (_blockLength > 0)
        {
            file.WriteByte((byte)_blockLength);
            file.Write(_block.AsSpan(0, _blockLength));
            _blockLength = 0;
        }
    }
}
