using Kaleido.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files;

public class Cifar10ReaderTests
{
    private const string Name = "somewhere/file";

    private static Cifar10Records Read(byte[] bytes, int? label = null) => Cifar10Reader.Read(new MemoryStream(bytes), Name, label);

    /// <summary>Records with these labels; every byte of picture i is 10 i.</summary>
    public static byte[] Make(params byte[] labels) =>
        [.. labels.SelectMany((label, i) => Enumerable.Repeat((byte)(10 * i), Cifar10Reader.PictureLength).Prepend(label))];

    [Fact]
    public void Records_come_back_all_or_those_of_one_label()
    {
        byte[] bytes = Make(3, 9, 3);
        Cifar10Records all = Read(bytes), threes = Read(bytes, 3);
        Assert.Equal([3, 9, 3], all.Labels.ToArray());
        Assert.Equal(bytes[1..3073], all.Pixels.ToArray()[..3072]);
        Assert.Equal((3, 3 * 3072), (all.Count, all.Pixels.Length));
        Assert.Equal([3, 3], threes.Labels.ToArray());
        Assert.Equal((byte)20, threes.Pixels.Span[^1]);
        Assert.Equal(0, Read(bytes, 5).Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(bytes, 10));
        Assert.Throws<ArgumentOutOfRangeException>(() => Read(bytes, -1));
    }

    [Fact]
    public void Other_lengths_and_labels_are_refused_where_they_stand()
    {
        byte[] good = Make(1, 2);
        foreach (byte[] bytes in new byte[][] { [], good[..^1], [.. good, 0], good[..1] })
        {
            string message = Assert.Throws<InvalidDataException>(() => Read(bytes)).Message;
            Assert.Contains($"a file of {bytes.Length} bytes", message, StringComparison.Ordinal);
        }

        Assert.Equal("somewhere/file, offset 3073: expected a label from 0 to 9, found 10.",
            Assert.Throws<InvalidDataException>(() => Read(Make(1, 10, 2))).Message);
    }

    [FactIfCifar10]
    public void Real_records_begin_with_the_known_labels_and_hold_393_dogs()
    {
        Cifar10Records all = Cifar10Reader.Read(SharedData.Cifar10!);
        Assert.Equal(4000, all.Count);
        Assert.Equal([6, 9, 9, 4, 1, 1, 2, 7, 8, 3], all.Labels[..10].ToArray());
        Assert.Equal(393, Cifar10Reader.Read(SharedData.Cifar10!, Cifar10Reader.ClassNames.ToList().IndexOf("dog")).Count);
    }
}
