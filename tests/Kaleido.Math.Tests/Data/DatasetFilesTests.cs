using System.Security.Cryptography;
using Kaleido.Data;
using Kaleido.Files;
using Kaleido.Tests.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Data;

public class DatasetFilesTests
{
    private static byte[] Images(int count, double shade) =>
        IdxBytes.Make(IdxType.UInt8, [count, 2, 3], [.. Enumerable.Repeat(shade, count * 6)]);

    private static byte[] LabelBytes(params double[] labels) => IdxBytes.Make(IdxType.UInt8, [labels.Length], labels);

    private static string Refused(string path, string? labels = null)
    {
        Func<object> open = () => labels is null ? Dataset.Open(path) : Dataset.Open(path, labels);
        string message = Assert.Throws<InvalidDataException>(open).Message;
        Assert.EndsWith(".", message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", message, StringComparison.Ordinal);
        return message;
    }

    [Fact]
    public void A_folder_gives_the_training_images_with_the_labels_of_their_count()
    {
        using var folder = new TemporaryFolder();
        folder.File("t10k-images-idx3-ubyte", Images(3, 51));
        folder.File("t10k-labels-idx1-ubyte", LabelBytes(1, 1, 1));
        folder.File("train-images-idx3-ubyte.gz", IdxBytes.Zip(Images(4, 255)));
        folder.File("train-labels-idx1-ubyte.gz", IdxBytes.Zip(LabelBytes(0, 1, 2, 3)));
        folder.File("README.md", [1, 2, 3]);
        Dataset data = Dataset.Open(folder.Path + Path.DirectorySeparatorChar);
        Assert.Equal((4, 6, 4), (data.Samples, data.Features, data.Classes));
        Assert.Equal(new ImageShape(3, 2, 1), data.Image);
        Assert.Equal([0, 1, 2, 3], data.Labels!.Value.ToArray());
        Assert.All(data.Values.ToArray(), value => Assert.Equal(1f, value));
        Assert.Equal(Path.GetFileName(folder.Path), data.Name);
    }

    [Fact]
    public void Among_labels_of_equal_count_the_most_similar_name_wins()
    {
        using var folder = new TemporaryFolder();
        folder.File("train-images-idx3-ubyte", Images(2, 1));
        folder.File("train-labels-idx1-ubyte", LabelBytes(4, 5));
        folder.File("fashion-labels-idx1-ubyte", LabelBytes(6, 7));
        folder.File("zzz-labels-idx1-ubyte", LabelBytes(8, 9));
        Assert.Equal([4, 5], Dataset.Open(folder.Path).Labels!.Value.ToArray());
    }

    [Fact]
    public void A_single_file_opens_alone_or_with_labels_named()
    {
        using var folder = new TemporaryFolder();
        string images = folder.File("a", Images(2, 102)), labels = folder.File("b", LabelBytes(7, 0));
        Assert.Null(Dataset.Open(images).Labels);
        Assert.Equal(102 / 255f, Dataset.Open(images).Values.Span[0]);
        Assert.Equal([7, 0], Dataset.Open(images, labels).Labels!.Value.ToArray());
    }

    [Fact]
    public void Counts_that_differ_are_refused()
    {
        using var folder = new TemporaryFolder();
        string images = folder.File("train-images-idx3-ubyte", Images(2, 1));
        string labels = folder.File("train-labels-idx1-ubyte", LabelBytes(1, 2, 3));
        Assert.Contains("found 2", Refused(folder.Path), StringComparison.Ordinal);
        Assert.Contains("found 3", Refused(images, labels), StringComparison.Ordinal);
        Assert.Contains("labels", Refused(images, images), StringComparison.Ordinal);
        Assert.Contains("folder", Refused(folder.Path, labels), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_reported_not_passed_over()
    {
        using var folder = new TemporaryFolder();
        folder.File("t10k-images-idx3-ubyte", Images(2, 1));
        folder.File("train-images-idx3-ubyte", []);
        Assert.Contains("train-images-idx3-ubyte, offset 0", Refused(folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_data_is_refused_in_a_sentence()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("found an empty folder.", Refused(folder.Path), StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(folder.Path, "a", "b"));
        Assert.Contains("found folders alone", Refused(folder.Path), StringComparison.Ordinal);
        folder.File("labels-idx1-ubyte", LabelBytes(1));
        Assert.Contains("IDX files of labels alone (1)", Refused(folder.Path), StringComparison.Ordinal);
        Assert.Contains("look like labels", Refused(folder.File("labels-idx1-ubyte")), StringComparison.Ordinal);
        Refused(folder.File("notes.txt", "hello, world"u8.ToArray()));
        Assert.Throws<FileNotFoundException>(() => Dataset.Open(folder.File("none")));
        Assert.Throws<DirectoryNotFoundException>(() => Dataset.Open(Path.Combine(folder.Path, "no", "none")));
    }

    [Theory]
    [InlineData("a.bmp", "made PNG first")]
    [InlineData("checkpoint.safetensors", "holds no data")]
    [InlineData("a.csv", "by its own name")]
    [InlineData("b.txt", "1 other file, b.txt the first")]
    public void A_folder_without_data_says_what_was_found(string file, string found)
    {
        using var folder = new TemporaryFolder();
        folder.File(file, "BM"u8.ToArray());
        Assert.Contains(found, Refused(folder.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\": 1,\n\"b\": 2}", "offset 0: expected a table of numbers, found JSON.")]
    [InlineData("1 2\n3 4\n", "\"1 2\"; fields are separated by commas, semicolons or tabs, not by blanks.")]
    [InlineData("1\n2\n3,4\n", "expected 1 field in line 3, as in the first line, found more.")]
    [InlineData("1,2\n3\n", "expected 2 fields in line 2, as in the first line, found 1.")]
    public void Text_that_is_no_table_is_refused_in_a_sentence(string text, string found)
    {
        using var folder = new TemporaryFolder();
        Assert.Contains(found, Refused(folder.File("t.csv", System.Text.Encoding.UTF8.GetBytes(text))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(IdxType.Float32, double.NaN, 12 + (4 * 4))]
    [InlineData(IdxType.Float64, double.NegativeInfinity, 12 + (8 * 4))]
    [InlineData(IdxType.Float64, 1e300, 12 + (8 * 4))]
    public void Floats_that_are_not_finite_are_refused_where_they_stand(IdxType type, double bad, int offset)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("f", IdxBytes.Make(type, [2, 3], 1, 2, 3, 4, bad, 6));
        string message = Refused(path);
        Assert.Contains($"offset {offset}:", message, StringComparison.Ordinal);
        Assert.Contains("sample 1, feature 1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_below_zero_are_refused_where_they_stand()
    {
        using var folder = new TemporaryFolder();
        string images = folder.File("i", Images(3, 1));
        string labels = folder.File("l", IdxBytes.Make(IdxType.Int16, [3], 0, -1, 2));
        Assert.Contains("offset 10:", Refused(images, labels), StringComparison.Ordinal);
    }

    [Fact]
    public void Interleaved_colours_become_planes_and_planes_stay()
    {
        using var folder = new TemporaryFolder();
        double[] interleaved = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], planes = [1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12];
        Dataset a = Dataset.Open(folder.File("a", IdxBytes.Make(IdxType.Float32, [2, 2, 1, 3], interleaved)));
        Dataset b = Dataset.Open(folder.File("b", IdxBytes.Make(IdxType.Float32, [2, 3, 2, 1], planes)));
        Assert.Equal(new ImageShape(1, 2, 3), a.Image);
        Assert.Equal(planes.Select(v => (float)v), a.Values.ToArray());
        Assert.Equal(b.Fingerprint, a.Fingerprint);
    }

    [FactIfMnist]
    public void Real_MNIST_comes_back_byte_for_byte()
    {
        Dataset data = Dataset.Open(SharedData.Mnist!);
        Assert.Equal((60_000, 784, 10), (data.Samples, data.Features, data.Classes));
        Assert.Equal([5, 0, 4, 1, 9], data.Labels!.Value[..5].ToArray());
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        md5.AppendData([0, 0, 8, 3, 0, 0, 0xEA, 0x60, 0, 0, 0, 28, 0, 0, 0, 28]);
        var bytes = new byte[data.Values.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)MathF.Round(255 * data.Values.Span[i]);
        }

        md5.AppendData(bytes);
        Assert.Equal("6bbc9ace898e44ae57da46a324031adb", Convert.ToHexStringLower(md5.GetHashAndReset()));
    }
}
