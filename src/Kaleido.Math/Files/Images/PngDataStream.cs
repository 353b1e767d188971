using System.Buffers.Binary;

namespace Kaleido.Files;

/// <summary>The contents of consecutive IDAT chunks, which have been checked before, as one stream.</summary>
internal sealed class PngDataStream : Stream
{
    private readonly Stream _file;
    private long _left;
    private uint _leftInChunk, _lastWord;

    public PngDataStream(Stream file, PngLayout layout)
    {
        _file = file;
        _left = layout.DataLength;
        // Four bytes back, where the checksum of a chunk before it would stand.
        file.Position = layout.DataOffset - 4;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_left == 0 || buffer.IsEmpty)
        {
            return 0;
        }

        Span<byte> head = stackalloc byte[12];
        while (_leftInChunk == 0)
        {
            if (_file.ReadAtLeast(head, 12, throwOnEndOfStream: false) < 12)
            {
                return 0;
            }

            _leftInChunk = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
        }

        int read = _file.Read(buffer[..(int)Math.Min(buffer.Length, Math.Min(_left, _leftInChunk))]);
        _left -= read;
        _leftInChunk -= (uint)read;
        foreach (byte b in buffer[Math.Max(0, read - 4)..read])
        {
            _lastWord = (_lastWord << 8) | b;
        }

        return read;
    }

    /// <summary>The last four bytes, big-endian; what is left before them is passed over.</summary>
    public uint LastWord()
    {
        Span<byte> rest = stackalloc byte[256];
        while (Read(rest) > 0)
        {
        }

        return _lastWord;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
