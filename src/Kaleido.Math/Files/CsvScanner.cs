namespace Kaleido.Files;

/// <summary>Walks over the fields of a text with separators, holding one field and one block of the file at a time.</summary>
internal sealed class CsvScanner
{
    /// <summary>The longest field that is kept.</summary>
    public const int MaximumField = 256;

    private readonly Stream _stream;
    private readonly byte[] _block = new byte[1 << 13];
    private readonly byte[] _field = new byte[MaximumField];
    private readonly byte _separator;
    private int _at, _end, _length;
    private long _blockOffset;
    private bool _lineEnded = true;

    /// <summary>Begins at the start of the file, after a byte order mark of UTF-8.</summary>
    public CsvScanner(Stream stream, byte separator)
    {
        (_stream, _separator) = (stream, separator);
        stream.Position = 0;
        Fill();
        if (_block.AsSpan(0, _end).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) _at = 3;
    }

    /// <summary>The line of the field, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>The place of the field in its line, from 1.</summary>
    public int Column { get; private set; }

    /// <summary>Where the field begins.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether the field was the last of its line.</summary>
    public bool IsLast => _lineEnded;

    /// <summary>Whether the field is longer than what is kept of it.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>The field, without a carriage return at the end of a line.</summary>
    public ReadOnlySpan<byte> Field => _field.AsSpan(0, _length);

    /// <summary>Goes to the next field; empty lines are passed over.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Next()
    {
        do
        {
            if (_lineEnded)
            {
                (Line, Column) = (Line + 1, 0);
                if (_at == _end && !Fill()) return false;
            }

            ReadField();
        }
        while (_lineEnded && Column == 1 && _length == 0);
        return true;
    }

    private void ReadField()
    {
        Column++;
        Offset = _blockOffset + _at;
        (_length, IsTooLong, _lineEnded) = (0, false, false);
        while (true)
        {
            ReadOnlySpan<byte> rest = _block.AsSpan(_at, _end - _at);
            int stop = rest.IndexOfAny(_separator, (byte)'\n');
            ReadOnlySpan<byte> part = stop < 0 ? rest : rest[..stop];
            int kept = Math.Min(part.Length, MaximumField - _length);
            part[..kept].CopyTo(_field.AsSpan(_length));
            _length += kept;
            IsTooLong |= kept < part.Length;
            _at += part.Length;
            if (stop >= 0)
            {
                _lineEnded = _block[_at++] == '\n';
                break;
            }

            if (!Fill())
            {
                _lineEnded = true;
                break;
            }
        }

        if (_lineEnded && _length > 0 && _field[_length - 1] == '\r') _length--;
    }

    private bool Fill()
    {
        _blockOffset += _end;
        _at = 0;
        _end = _stream.ReadAtLeast(_block, _block.Length, throwOnEndOfStream: false);
        return _end > 0;
    }
}
