using Kaleido.Lab.Creation;
using Kaleido.Tests.Support;

namespace Kaleido.Lab.Tests.Creation;

public sealed class OutputFolderTests
{
    [Fact]
    public void A_missing_folder_is_made_and_nothing_is_left_in_it()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "a", "b");
        OutputFolder.Prepare(path);
        OutputFolder.Prepare(path);
        Assert.Empty(Directory.EnumerateFileSystemEntries(path));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("file/below")]
    [InlineData("file/below/deeper")]
    public void A_file_in_the_way_is_named(string place)
    {
        using var folder = new TemporaryFolder();
        string file = folder.File("file", [1]), path = Path.Combine(folder.Path, place);
        var error = Assert.Throws<IOException>(() => OutputFolder.Prepare(path));
        Assert.Equal($"{path}: cannot be a folder to write to, because {file} is a file.", error.Message);
    }

    [Theory]
    [InlineData(OutputFolder.Network)]
    [InlineData(OutputFolder.Picture)]
    [InlineData(OutputFolder.Losses)]
    [InlineData(OutputFolder.Report)]
    public void A_folder_with_the_name_of_a_file_is_named(string name)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, name);
        Directory.CreateDirectory(path);
        var error = Assert.Throws<IOException>(() => OutputFolder.Prepare(folder.Path));
        Assert.Equal($"{path} is a folder, so no file of that name can be written.", error.Message);
    }
}
