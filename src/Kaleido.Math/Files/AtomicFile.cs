namespace Kaleido.Files;

/// <summary>Writes a file so that its final name never shows half of it: the old contents stay until the new ones are complete.</summary>
public static class AtomicFile
{
    /// <summary>
    /// Writes <paramref name="body"/> into a temporary file in the folder of <paramref name="path"/>, flushes it to the disk and
    /// renames it to <paramref name="path"/>, replacing a file of that name.
    /// </summary>
    /// <param name="path">The final name. Its folder must exist.</param>
    /// <param name="body">Writes the whole contents into the stream it is given; it need not flush and must not close it.</param>
    /// <remarks>
    /// If <paramref name="body"/> throws or the disk is full, the temporary file is deleted and the old file, if any, is untouched.
    /// A process killed in between leaves at most a hidden ".name.xxxxxxxx.tmp", never a broken file under the final name.
    /// </remarks>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="IOException"><paramref name="path"/> is a folder, or the disk refused.</exception>
    public static void Write(string path, Action<Stream> body)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(body);
        string full = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(full) ?? throw new IOException($"{path} names no file.");
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"{path}: its folder does not exist, so nothing was written.");
        }

        if (Directory.Exists(full))
        {
            throw new IOException($"{path} is a folder, so no file of that name was written.");
        }

        string temporary = Path.Combine(folder, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                body(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException
            && error.Message.Contains(temporary, StringComparison.Ordinal))
        {
            DeleteQuietly(temporary);
            throw new IOException($"{path}: cannot be written: {BadFile.Reason(error, "the system makes no file there")}.", error);
        }
        catch
        {
            DeleteQuietly(temporary);
            throw;
        }
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to report; a left-over temporary file harms nobody.
        }
    }
}
