using FsCheck;
using FsCheck.Fluent;
using Kaleido.Data;
using Kaleido.Lab.Conversion;
using Kaleido.Tests.Support;

namespace Kaleido.Lab.Tests.Conversion;

public sealed class DatasetWriterTests
{
    private static Dataset Bytes(int samples, ImageShape shape, bool labels, int seed)
    {
        var random = new System.Random(seed);
        float[] values = [.. Enumerable.Range(0, samples * shape.Features).Select(_ => random.Next(256) / 255f)];
        // Grey pixels alone would come back as grey pictures.
        if (shape.Channels == 3) (values[0], values[shape.Width * shape.Height]) = (0, 1);
        return Dataset.FromRows("made", values, shape.Features, shape,
            labels ? [.. Enumerable.Range(0, samples).Select(i => i * 12 / samples)] : []);
    }

    [Fact]
    public void Arrays_tables_and_folders_are_read_back_as_they_were()
    {
        var cases =
            from width in Gen.Choose(1, 5)
            from height in Gen.Choose(1, 5)
            from colour in Gen.Elements(false, true)
            from samples in Gen.Choose(12, 30)
            from labels in Gen.Elements(false, true)
            from seed in Gen.Choose(0, 999)
            select (Shape: new ImageShape(width, height, colour ? 3 : 1), Samples: samples, Labels: labels, Seed: seed);
        var config = Config.QuickThrowOnFailure.WithReplay(new Replay(new Rnd(20261121, 7), null)).WithMaxTest(25);
        Check.One(config, Prop.ForAll(cases.ToArbitrary(), given =>
        {
            using var folder = new TemporaryFolder();
            var data = Bytes(given.Samples, given.Shape, given.Labels, given.Seed);
            foreach (string name in (string[])["x.npy", "x.npz", "x.csv", "x/"])
            {
                string path = Path.Combine(folder.Path, name);
                DatasetWriter.Write(path, data);
                var read = Dataset.Open(path);
                Assert.Equal(data.Values.ToArray(), read.Values.ToArray());
                Assert.Equal(name == "x.npy" ? null : data.Labels?.ToArray(), read.Labels?.ToArray());
                Assert.Equal(name == "x.csv" ? null : data.Image, read.Image);
            }
        }));
    }

    [Fact]
    public void Rows_that_are_no_pictures_and_numbers_of_any_size_are_read_back_as_they_were()
    {
        using var folder = new TemporaryFolder();
        float[] values = [-1.5f, 0.1f, float.Epsilon, float.MaxValue, 1e-30f, -0f, 300, 7, 1f / 3, 2, 3, 16777217];
        var data = Dataset.FromRows("numbers", values, 3, null, [7, 0, 999_999, 1]);
        foreach (string name in (string[])["x.npy", "x.npz", "x.csv"])
        {
            string path = folder.File(name);
            DatasetWriter.Write(path, data);
            var read = Dataset.Open(path);
            Assert.Equal(values.Select(BitConverter.SingleToInt32Bits), read.Values.ToArray().Select(BitConverter.SingleToInt32Bits));
            if (name != "x.npy") Assert.Equal(data.Labels!.Value.ToArray(), read.Labels!.Value.ToArray());
            Assert.Null(read.Image);
        }
    }

    [Fact]
    public void Sub_folders_are_in_the_order_of_the_labels()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("out") + "/";
        DatasetWriter.Write(path, Bytes(12, new(2, 2, 1), labels: true, seed: 1));
        Assert.Equal(["00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11"],
            Directory.GetDirectories(path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["00004.png"], Directory.GetFiles(Path.Combine(path, "04")).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("x.gif")]
    [InlineData("x.apng")]
    public void An_animation_that_is_too_long_is_refused(string name)
    {
        using var folder = new TemporaryFolder();
        var data = Dataset.FromRows("many", new float[10_001], 1, new ImageShape(1, 1, 1));
        var error = Assert.Throws<InvalidDataException>(() => DatasetWriter.Write(folder.File(name), data));
        Assert.Equal("many: an animation of 10001 samples of 1 feature is too large; choose some with --first or --random.", error.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_folder_above_is_made_and_a_file_above_is_one_sentence()
    {
        using var folder = new TemporaryFolder();
        var data = Bytes(2, new(2, 2, 1), labels: false, seed: 1);
        string deep = Path.Combine(folder.Path, "a", "b", "c") + "/";
        DatasetWriter.Write(deep, data);
        Assert.Equal(["00000.png", "00001.png"], Directory.GetFiles(deep).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string file = folder.File("file", [1]);
        Assert.ThrowsAny<IOException>(() => DatasetWriter.Write(Path.Combine(file, "x") + "/", data));
        Assert.Equal([1], File.ReadAllBytes(file));
    }

    [Fact]
    public void Interleaving_puts_the_channels_of_a_pixel_side_by_side()
    {
        Assert.Equal([1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 12], PixelOrder.Interleave([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], new(2, 1, 3)));
        Assert.Equal([1, 2, 3], PixelOrder.Interleave([1, 2, 3], new(3, 1, 1)));
        Assert.Throws<ArgumentException>(() => PixelOrder.Interleave([1, 2], new(3, 1, 1)));
    }
}
