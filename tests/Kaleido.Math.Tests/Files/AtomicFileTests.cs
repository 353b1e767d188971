using Kaleido.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files;

public class AtomicFileTests
{
    [Fact]
    public void New_contents_replace_old_and_nothing_else_remains()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.bin", [1, 2, 3, 4, 5]);
        AtomicFile.Write(path, stream => stream.Write([9, 8]));
        Assert.Equal([9, 8], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Until_the_body_is_done_the_old_contents_are_there()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.bin", [1, 2, 3]);
        AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[1 << 20]);
            Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        });
        Assert.Equal(1 << 20, new FileInfo(path).Length);
    }

    [Fact]
    public void A_body_that_fails_leaves_the_old_file_and_no_other()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("a.bin", [1, 2, 3]);
        Assert.Throws<TimeoutException>(() => AtomicFile.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new TimeoutException();
        }));
        Assert.Equal([1, 2, 3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
        Assert.Throws<TimeoutException>(() => AtomicFile.Write(folder.File("new"), _ => throw new TimeoutException()));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_missing_folder_or_a_folder_as_the_target_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(Path.Combine(folder.Path, "no", "a"), _ => { }));
        Assert.Throws<IOException>(() => AtomicFile.Write(folder.Path, _ => { }));
        Assert.Throws<ArgumentException>(() => AtomicFile.Write("", _ => { }));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }
}
