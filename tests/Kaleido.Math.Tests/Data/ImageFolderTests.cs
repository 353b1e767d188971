using System.Text;
using Kaleido.Data;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Data;

public class ImageFolderTests
{
    private static byte[] Grey(int width, int height, params byte[] pixels) =>
        [.. Encoding.ASCII.GetBytes($"P5\n{width} {height}\n255\n"), .. pixels];

    private static byte[] Colour(int width, int height, params byte[] pixels) =>
        [.. Encoding.ASCII.GetBytes($"P6\n{width} {height}\n255\n"), .. pixels];

    private static string Put(TemporaryFolder folder, string name, byte[] bytes)
    {
        string path = folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static string Refused(string path, DatasetOptions? options = null)
    {
        string message = Assert.Throws<InvalidDataException>(() => Dataset.Open(path, options ?? new())).Message;
        Assert.StartsWith(path, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
        return message;
    }

    [Fact]
    public void Pictures_come_in_the_ordinal_order_of_names_whatever_else_lies_there()
    {
        using var folder = new TemporaryFolder();
        Put(folder, "b.pgm", Grey(2, 1, 51, 102));
        Put(folder, "B.pgm", Grey(2, 1, 0, 255));
        Put(folder, "without extension", Grey(2, 1, 153, 204));
        Put(folder, ".hidden.pgm", [1]);
        Put(folder, "notes.txt", "Postcards"u8.ToArray());
        Put(folder, "empty", []);
        Put(folder, "sub/notes.txt", "more"u8.ToArray());
        Dataset data = Dataset.Open(folder.Path);
        Assert.Equal([0f, 1, 51 / 255f, 102 / 255f, 153 / 255f, 204 / 255f], data.Values.ToArray());
        Assert.Equal(new ImageShape(2, 1, 1), data.Image);
        Assert.Null(data.Labels);
        Assert.Null(data.ClassNames);
    }

    [Fact]
    public void Sub_folders_are_classes_with_names()
    {
        using var folder = new TemporaryFolder();
        Put(folder, "cats/2.pgm", Grey(1, 1, 2));
        Put(folder, "cats/1.pgm", Grey(1, 1, 1));
        Put(folder, "ants/1.pgm", Grey(1, 1, 3));
        Put(folder, "dogs/1.pgm", Grey(1, 1, 4));
        Put(folder, "empty/readme", "x"u8.ToArray());
        Put(folder, ".git/1.pgm", Grey(1, 1, 9));
        Put(folder, "ants/deeper/1.pgm", Grey(1, 1, 9));
        Put(folder, "readme.txt", "x"u8.ToArray());
        Dataset data = Dataset.Open(folder.Path), cats = Dataset.Open(folder.Path, new() { Class = 1, First = 1 });
        Assert.Equal(["ants", "cats", "dogs"], data.ClassNames!);
        Assert.Equal([0, 1, 1, 2], data.Labels!.Value.ToArray());
        Assert.Equal([3 / 255f, 1 / 255f, 2 / 255f, 4 / 255f], data.Values.ToArray());
        Assert.Equal((3, 1), (cats.Classes, cats.Samples));
        Assert.Equal(data.WithClass(1).First(1).Fingerprint, cats.Fingerprint);
        Assert.Equal(data.WithClass(1).First(2).Random(1, 6).Fingerprint,
            Dataset.Open(folder.Path, new() { Class = 1, First = 2, Random = 1, Seed = 6 }).Fingerprint);
        Assert.Equal(data.Random(3, 6).Fingerprint, Dataset.Open(folder.Path, new() { Random = 3, Seed = 6 }).Fingerprint);
        Assert.Throws<ArgumentException>(() => Dataset.Open(folder.Path, new() { Class = 3 }));
        Assert.Contains(": 5 samples were asked for, but it holds 4.",
            Assert.Throws<ArgumentException>(() => Dataset.Open(folder.Path, new() { First = 5 })).Message, StringComparison.Ordinal);
        Assert.Contains(": 5 samples were to be drawn, but there are 4.",
            Assert.Throws<ArgumentException>(() => Dataset.Open(folder.Path, new() { Random = 5 })).Message, StringComparison.Ordinal);
        Put(folder, "top.pgm", Grey(1, 1, 1));
        Assert.Contains("found them in both", Refused(folder.Path), StringComparison.Ordinal);
        Assert.Contains("top.pgm", Refused(folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_are_grey_where_every_pixel_of_all_of_them_is_and_else_all_have_three_planes()
    {
        using var folder = new TemporaryFolder();
        Put(folder, "1.pgm", Grey(2, 1, 0, 51));
        Put(folder, "2.ppm", Colour(2, 1, 102, 102, 102, 153, 153, 153));
        Dataset grey = Dataset.Open(folder.Path);
        Assert.Equal(new ImageShape(2, 1, 1), grey.Image);
        Assert.Equal([0f, 51 / 255f, 102 / 255f, 153 / 255f], grey.Values.ToArray());
        Put(folder, "3.ppm", Colour(2, 1, 1, 2, 3, 4, 5, 6));
        Dataset colour = Dataset.Open(folder.Path);
        Assert.Equal(new ImageShape(2, 1, 3), colour.Image);
        float[] third = [.. new[] { 1, 4, 2, 5, 3, 6 }.Select(v => v / 255f)];
        Assert.Equal([0f, 51 / 255f, 0, 51 / 255f, 0, 51 / 255f], colour.Row(0).ToArray());
        Assert.Equal(Enumerable.Repeat(grey.Row(1).ToArray(), 3).SelectMany(v => v), colour.Row(1).ToArray());
        Assert.Equal(third, colour.Row(2).ToArray());
        Assert.Equal(1, Dataset.Open(folder.Path, new() { First = 2 }).Image!.Value.Channels);
        Put(folder, "0.ppm", Colour(2, 1, 1, 2, 3, 4, 5, 6));
        Assert.Equal(third, Dataset.Open(folder.Path).Row(0).ToArray());
    }

    [Fact]
    public void Sizes_that_differ_name_two_pictures_unless_a_size_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        string small = Put(folder, "a.pgm", Grey(2, 2, 7, 7, 7, 7));
        string large = Put(folder, "b.pgm", Grey(4, 4, [.. Enumerable.Repeat((byte)9, 16)]));
        string message = Assert.Throws<InvalidDataException>(() => Dataset.Open(folder.Path)).Message;
        Assert.Equal($"{large}, offset 0: expected a picture of 2 × 2 like {small}, "
            + "or a size to bring all to (--size, in code DatasetOptions.Size), found one of 4 × 4.", message);
        Dataset data = Dataset.Open(folder.Path, new() { Size = new(2, 2) });
        Assert.Equal([7 / 255f, 7 / 255f, 7 / 255f, 7 / 255f, 9 / 255f, 9 / 255f, 9 / 255f, 9 / 255f], data.Values.ToArray());
        Assert.Equal(new ImageShape(3, 1, 1), Dataset.Open(folder.Path, new() { Size = new(3, 1) }).Image);
        Assert.Throws<ArgumentException>(() => Dataset.Open(folder.Path, new() { Size = new(0, 1) }));
    }

    [Fact]
    public void A_damaged_picture_or_a_file_that_is_only_called_one_is_reported()
    {
        using var folder = new TemporaryFolder();
        Put(folder, "a.pgm", Grey(2, 2, 1, 2, 3, 4));
        string bad = Put(folder, "b.png", "no picture"u8.ToArray());
        Assert.StartsWith(bad + ", offset 0", Refused(folder.Path), StringComparison.Ordinal);
        File.Delete(bad);
        string cut = Put(folder, "c", Grey(2, 2, 1, 2));
        Assert.StartsWith(cut, Refused(folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Pictures_that_do_not_fit_the_memory_are_refused_after_the_first()
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 10; i++) Put(folder, $"{i}.pgm", Grey(10, 10, new byte[100]));
        Assert.NotNull(DatasetFiles.Open(folder.Path, null, new(), 4000));
        string message = Assert.Throws<InvalidDataException>(() => DatasetFiles.Open(folder.Path, null, new(), 3999)).Message;
        Assert.Contains("10 samples × 100 features, which take 4000 bytes", message, StringComparison.Ordinal);
    }
}
