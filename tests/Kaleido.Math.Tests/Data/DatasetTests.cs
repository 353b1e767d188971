using System.Security.Cryptography;
using Kaleido.Data;

namespace Kaleido.Tests.Data;

public class DatasetTests
{
    private static readonly float[] Values = [1, 2, 3, 4, 5, 6, 7, 8];
    private static readonly int[] Labels = [2, 0, 2, 1];

    private static Dataset Small() => Dataset.FromRows("small", Values, 2, new ImageShape(2, 1, 1), Labels);

    [Fact]
    public void Rows_labels_and_shape_come_back_and_the_source_may_change()
    {
        float[] source = [.. Values];
        Dataset data = Dataset.FromRows("small", source, 2, new ImageShape(2, 1, 1), Labels);
        source[0] = 99;
        Assert.Equal((4, 2, 3), (data.Samples, data.Features, data.Classes));
        Assert.Equal(Values, data.Values.ToArray());
        Assert.Equal([5f, 6f], data.Row(2).ToArray());
        Assert.Equal(Labels, data.Labels!.Value.ToArray());
        Assert.Equal(new ImageShape(2, 1, 1), data.Image);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Row(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Row(-1));
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "+infinity")]
    [InlineData(float.NegativeInfinity, "-infinity")]
    public void A_value_that_is_not_finite_is_named_by_sample_and_feature(float bad, string word)
    {
        var error = Assert.Throws<ArgumentException>(() => Dataset.FromRows("x", [0, 1, 2, 3, 4, bad], 3));
        Assert.Contains($"sample 1, feature 2 is {word}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Dataset.FromRows("x", [], 2));
        Assert.Throws<ArgumentException>(() => Dataset.FromRows("x", [1, 2, 3], 2));
        Assert.ThrowsAny<ArgumentException>(() => Dataset.FromRows("x", [1, 2, 3], 0));
        Assert.Throws<ArgumentException>(() => Dataset.FromRows("x", Values, 2, new ImageShape(2, 2, 1)));
        Assert.Throws<ArgumentException>(() => Dataset.FromRows("x", Values, 2, new ImageShape(-2, -1, 1)));
        Assert.Throws<ArgumentException>(() => Dataset.FromRows("x", Values, 2, new ImageShape(65536, 65536, 65536)));
        Assert.Throws<ArgumentException>(() => Dataset.FromRows("x", Values, 2, null, [0, 1, 2]));
        Assert.Throws<ArgumentException>(() => Dataset.FromRows("x", Values, 2, null, [0, 1, -1, 0]));
        Assert.Throws<ArgumentException>(() => Dataset.FromRows("x", Values, 2, null, [0, 1, int.MaxValue, 0]));
    }

    [Fact]
    public void Parts_keep_the_rows_labels_and_number_of_classes()
    {
        Dataset data = Small(), first = data.First(2), subset = data.Subset([3, 0, 3]), twos = data.WithClass(2);
        Assert.Equal([1f, 2, 3, 4], first.Values.ToArray());
        Assert.Equal([2, 0], first.Labels!.Value.ToArray());
        Assert.Equal([7f, 8, 1, 2, 7, 8], subset.Values.ToArray());
        Assert.Equal([1, 2, 1], subset.Labels!.Value.ToArray());
        Assert.Equal([1f, 2, 5, 6], twos.Values.ToArray());
        Assert.All([first, subset, twos], part => Assert.Equal((3, data.Image), (part.Classes, part.Image)));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.First(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.First(5));
        Assert.Throws<ArgumentException>(() => data.Subset([]));
        Assert.Throws<ArgumentException>(() => data.Subset([0, 4]));
        Assert.Throws<ArgumentException>(() => data.WithClass(7));
        Assert.Null(Dataset.FromRows("x", Values, 2).Labels);
        Assert.Null(Dataset.FromRows("x", Values, 2).Subset([1]).Labels);
        Assert.Equal(0, Dataset.FromRows("x", Values, 2).Classes);
        Assert.Throws<InvalidOperationException>(() => Dataset.FromRows("x", Values, 2).WithClass(0));
    }

    [Fact]
    public void The_fingerprint_is_the_hash_of_sizes_values_and_labels_as_documented()
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, System.Text.Encoding.UTF8, leaveOpen: true))
        {
            foreach (int size in new[] { 4, 2, 2, 1, 1, 1 })
            {
                writer.Write(size);
            }

            foreach (float value in Values)
            {
                writer.Write(value);
            }

            foreach (int label in Labels)
            {
                writer.Write(label);
            }
        }

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray())), Small().Fingerprint);
    }

    [Fact]
    public void The_fingerprint_knows_contents_not_names()
    {
        Dataset data = Small();
        Assert.Equal(data.Fingerprint, Dataset.FromRows("another name", Values, 2, data.Image, Labels).Fingerprint);
        Assert.Equal(data.Fingerprint, data.Subset([0, 1, 2, 3]).Fingerprint);
        string[] all =
        [
            data.Fingerprint,
            Dataset.FromRows("small", Values, 2, data.Image, [2, 0, 2, 0]).Fingerprint,
            Dataset.FromRows("small", Values, 2, data.Image).Fingerprint,
            Dataset.FromRows("small", Values, 2, null, Labels).Fingerprint,
            Dataset.FromRows("small", Values, 4).Fingerprint,
            Dataset.FromRows("small", Values, 2).Fingerprint,
            data.First(3).Fingerprint,
            Dataset.FromRows("small", [1, 2, 3, 4, 5, 6, 7, 8.000001f], 2, data.Image, Labels).Fingerprint,
        ];
        Assert.Equal(all.Length, all.Distinct().Count());
    }
}
