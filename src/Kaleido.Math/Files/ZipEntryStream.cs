using System.IO.Compression;

namespace Kaleido.Files;

/// <summary>
/// The unpacked bytes of one entry of a zip archive. It ends after the length that the directory claims; then the checksum must fit.
/// Damage is reported in the form of <see cref="BadFile"/>, at the place where the entry's bytes begin in the archive.
/// </summary>
internal sealed class ZipEntryStream : Stream
{
    private readonly ZipEntry _entry;
    private readonly string _path;
    private readonly Part _part;
    private readonly DeflateStream? _inflater;
    private long _position;
    private uint _checksum;

    public ZipEntryStream(Stream archive, string path, ZipEntry entry)
    {
        (_entry, _path) = (entry, path);
        _part = new Part(archive, entry.DataOffset, entry.Packed);
        _inflater = entry.Deflated ? new DeflateStream(_part, CompressionMode.Decompress, leaveOpen: true) : null;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _entry.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int wanted = (int)Math.Min(buffer.Length, _entry.Length - _position);
        if (wanted == 0)
        {
            if (buffer.Length > 0) CheckEnd();
            return 0;
        }

        int read;
        try
        {
            read = _inflater is null ? _part.Read(buffer[..wanted]) : _inflater.Read(buffer[..wanted]);
        }
        catch (InvalidDataException error)
        {
            throw BadFile.At(_path, _entry.DataOffset, $"intact deflated bytes of {ZipDirectory.Quote(_entry.Name)}", "damaged ones",
                error);
        }

        _checksum = Crc32.Append(_checksum, buffer[..read]);
        _position += read;
        return read;
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

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inflater?.Dispose();
            _part.Dispose();
        }

        base.Dispose(disposing);
    }

    private void CheckEnd()
    {
        if (_checksum != _entry.Checksum)
        {
            throw BadFile.At(_path, _entry.DataOffset,
                $"bytes of {ZipDirectory.Quote(_entry.Name)} with the checksum 0x{_entry.Checksum:X8}",
                $"0x{_checksum:X8}");
        }
    }

    /// <summary>A part of a seekable stream.</summary>
    private sealed class Part(Stream whole, long start, long length) : Stream
    {
        private long _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position
        {
            get => _at;
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer)
        {
            buffer = buffer[..(int)Math.Min(buffer.Length, length - _at)];
            whole.Position = start + _at;
            int read = whole.Read(buffer);
            _at += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
