using Kaleido.Cli.Tests.Support;
using Kaleido.Data;
using Kaleido.Tests.Support;

namespace Kaleido.Cli.Tests;

public sealed class ConvertTests
{
    private static void Convert(params string[] args)
    {
        var run = Session.Run(["convert", .. args]);
        Assert.Equal((0, ""), (run.Code, run.Error));
    }

    private static void Equal(Dataset expected, Dataset actual, bool labels = true)
    {
        Assert.Equal((expected.Samples, expected.Features), (actual.Samples, actual.Features));
        Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
        Assert.Equal(labels ? expected.Labels?.ToArray() : null, actual.Labels?.ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Pictures_go_through_arrays_and_tables_and_come_back(int channels)
    {
        using var folder = new TemporaryFolder();
        string classes = Material.Classes(folder.File("classes"), channels, "ant", "bee", "cow"), archive = folder.File("a.npz"),
            table = folder.File("b.csv"), array = folder.File("c.npy"), back = folder.File("back") + "/";
        var original = Dataset.Open(classes);
        Assert.Equal((9, 28 * channels, 3), (original.Samples, original.Features, original.Classes));
        Convert(classes, archive);
        Equal(original, Dataset.Open(archive));
        Assert.Equal(original.Image, Dataset.Open(archive).Image);
        Convert(archive, back);
        Equal(original, Dataset.Open(back));
        Assert.Equal(original.Image, Dataset.Open(back).Image);
        Assert.Equal(["0", "1", "2"], Dataset.Open(back).ClassNames);
        Convert(archive, table);
        Equal(original, Dataset.Open(table));
        Convert(table, array);
        Equal(original, Dataset.Open(array), labels: false);
    }

    [Fact]
    public void Names_of_classes_become_folders_again()
    {
        using var folder = new TemporaryFolder();
        string cifar = Material.Cifar(folder.File("cifar"), 20), pictures = folder.File("pictures") + Path.DirectorySeparatorChar;
        Convert(cifar, pictures, "--class", "5");
        Assert.Equal([Path.Combine(pictures, "dog")], Directory.GetDirectories(pictures));
        Assert.Equal(Dataset.Open(cifar).WithClass(5).Values.ToArray(), Dataset.Open(pictures).Values.ToArray());
    }

    [Fact]
    public void A_choice_and_a_size_are_made_before_it_is_written()
    {
        using var folder = new TemporaryFolder();
        string mnist = Material.Idx(folder.File("mnist"), 60), array = folder.File("x.npz");
        Convert(mnist, array, "--class", "3", "--random", "4", "--seed", "2", "--size", "3x2");
        var data = Dataset.Open(array);
        Assert.Equal((4, new ImageShape(3, 2, 1)), (data.Samples, data.Image));
        Assert.All(data.Labels!.Value.ToArray(), label => Assert.Equal(3, label));
    }

    [Fact]
    public void What_is_written_without_labels_says_so()
    {
        using var folder = new TemporaryFolder();
        string mnist = Material.Idx(folder.File("mnist"), 20), array = folder.File("x.npy"), one = folder.File("y.npz");
        Assert.Equal($"wrote {array}: 20 samples of 30 features, without their labels",
            Session.Run("convert", mnist, array).Output.TrimEnd());
        Assert.Equal($"wrote {one}: 1 sample of 30 features, with labels",
            Session.Run("convert", mnist, one, "--first", "1").Output.TrimEnd());
        Assert.Equal($"wrote {one}: 20 samples of 30 features", Session.Run("convert", array, one).Output.TrimEnd());
    }

    [Fact]
    public void A_folder_that_is_not_empty_is_refused_and_stays_as_it_is()
    {
        using var folder = new TemporaryFolder();
        string mnist = Material.Idx(folder.File("mnist"), 20), target = folder.File("target");
        foreach (string name in (string[])[target, target + "/"])
        {
            Directory.CreateDirectory(target);
            File.WriteAllText(Path.Combine(target, "mine.txt"), "");
            var run = Session.Run("convert", mnist, name);
            Assert.Equal((1, "", $"{name}: the folder is not empty, and what is in it would be mixed with the pictures; name another one."),
                (run.Code, run.Output, run.Sentence));
            Assert.Equal(["mine.txt"], Directory.EnumerateFileSystemEntries(target).Select(Path.GetFileName));
            File.Delete(Path.Combine(target, "mine.txt"));
            Convert(mnist, name);
            Equal(Dataset.Open(mnist), Sorted(Dataset.Open(target), 20));
            Directory.Delete(target, recursive: true);
        }

        // A folder is read class by class; its files keep their numbers, i with label i modulo 10.
        static Dataset Sorted(Dataset read, int samples) =>
            read.Subset([.. Enumerable.Range(0, samples).Select(i => i % 10 * (samples / 10) + i / 10)]);
    }

    [Theory]
    [InlineData("x.png")]
    [InlineData("x.gif")]
    [InlineData("x.apng")]
    [InlineData("x/")]
    public void A_failure_leaves_nothing_and_an_earlier_file_as_it_was(string name)
    {
        using var folder = new TemporaryFolder();
        // The last value is no grey: it is found when the others could have been written.
        string table = folder.File("t.csv"), target = folder.File(name);
        File.WriteAllText(table, "a,b\n0.5,0.25\n1,0\n0,1.5\n");
        if (!name.EndsWith('/')) File.WriteAllText(target, "earlier");
        string[] before = [.. Directory.EnumerateFileSystemEntries(folder.Path, "*").Order(StringComparer.Ordinal)];
        var run = Session.Run("convert", table, target);
        Assert.Equal((1, "", "t.csv: sample 2, feature 1 is 1.5; pictures hold values in [0, 1]."), (run.Code, run.Output, run.Sentence));
        Assert.Equal(before, Directory.EnumerateFileSystemEntries(folder.Path, "*").Order(StringComparer.Ordinal));
        if (!name.EndsWith('/')) Assert.Equal("earlier", File.ReadAllText(target));
    }

    [MountFact]
    public void A_full_disk_leaves_nothing_of_a_folder_and_nothing_of_a_file()
    {
        using var folder = new TemporaryFolder();
        string mnist = Material.Idx(folder.File("mnist"), 2000);
        using var disk = new Mount("tmpfs", "size=12k");
        foreach (string name in (string[])["pictures/", "x.npy", "x.npz", "x.csv", "x.gif", "x.apng"])
        {
            string target = Path.Combine(disk.Path, name);
            var run = Session.Run("convert", mnist, target);
            Assert.Equal((1, ""), (run.Code, run.Output));
            Assert.Contains("space", run.Sentence, StringComparison.OrdinalIgnoreCase);
            Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Path));
        }
    }

    [Fact]
    public void A_cancelled_conversion_writes_nothing_and_says_so()
    {
        using var folder = new TemporaryFolder();
        string data = Material.Idx(folder.File("mnist"), 50);
        foreach (string name in new[] { "pictures/", "all.npz" })
        {
            var run = Session.Run(new CancellationToken(true), "convert", data, folder.File(name));
            Assert.Equal((130, ""), (run.Code, run.Output));
            Assert.StartsWith("cancelled; nothing was written to ", run.Sentence, StringComparison.Ordinal);
        }

        Assert.Equal(["mnist"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }
}
