namespace Kaleido.Files;

/// <summary>The bytes of a PGM or PPM file one after the other, with its white space, comments and numbers.</summary>
internal sealed class PnmSource(Stream stream, string path)
{
    private readonly byte[] _buffer = new byte[4096];
    private int _at, _filled;
    private long _start;

    /// <summary>The offset of the next byte.</summary>
    public long Offset => _start + _at;

    public InvalidDataException Bad(long offset, string expected, string found) => BadFile.At(path, offset, expected, found);

    /// <summary>The next byte, which must be there.</summary>
    public int Next()
    {
        int next = Peek();
        _at++;
        return next >= 0 ? next : throw Bad(Offset - 1, "more of the picture", "the end of the file");
    }

    /// <summary>Fills all of a span.</summary>
    public void ReadExactly(Span<byte> values)
    {
        int buffered = Math.Min(values.Length, _filled - _at);
        _buffer.AsSpan(_at, buffered).CopyTo(values);
        _at += buffered;
        if (stream.ReadAtLeast(values[buffered..], values.Length - buffered, throwOnEndOfStream: false) < values.Length - buffered)
        {
            throw Bad(stream.Position, "more of the picture", "the end of the file");
        }
    }

    /// <summary>One byte of white space, or a comment with the end of its line.</summary>
    public void Separator()
    {
        int next = Peek();
        if (next == '#')
        {
            Comment();
        }
        else if (IsSpace(next))
        {
            _at++;
        }
        else
        {
            throw Bad(Offset, "white space after a number", Word(next));
        }
    }

    /// <summary>White space and comments, then a whole number in digits.</summary>
    public int Number(int low, int high, string what)
    {
        Skip();
        long offset = Offset, number = 0;
        while (Peek() is >= '0' and <= '9')
        {
            // Held below 2^31 · 10: more digits cannot overflow it.
            number = Math.Min((10 * number) + (Next() - '0'), 1L + int.MaxValue);
        }

        if (Offset == offset || !(Peek() is -1 or '#' || IsSpace(Peek())))
        {
            throw Bad(Offset, $"{what} in digits", Word(Peek()));
        }

        return number >= low && number <= high
            ? (int)number
            : throw Bad(offset, $"{what} from {BadFile.Text(low)} to {BadFile.Text(high)}",
                number > int.MaxValue ? "more" : BadFile.Text(number));
    }

    /// <summary>Nothing but white space and comments may follow.</summary>
    public void End()
    {
        Skip();
        if (Peek() >= 0)
        {
            throw Bad(Offset, "the end of the file", Word(Peek()));
        }
    }

    private void Skip()
    {
        while (true)
        {
            int next = Peek();
            if (next == '#')
            {
                Comment();
            }
            else if (IsSpace(next))
            {
                _at++;
            }
            else
            {
                return;
            }
        }
    }

    private void Comment()
    {
        while (Peek() is not ('\n' or '\r' or -1))
        {
            _at++;
        }

        if (Peek() >= 0)
        {
            _at++;
        }
    }

    /// <summary>The next byte without taking it; -1 at the end.</summary>
    private int Peek()
    {
        if (_at == _filled)
        {
            _start += _filled;
            _at = 0;
            _filled = stream.Read(_buffer);
        }

        return _filled == 0 ? -1 : _buffer[_at];
    }

    private static bool IsSpace(int next) => next is ' ' or '\t' or '\n' or '\v' or '\f' or '\r';

    private static string Word(int next) =>
        next < 0 ? "the end of the file" : next is > ' ' and <= '~' ? $"'{(char)next}'" : $"0x{next:X2}";
}
