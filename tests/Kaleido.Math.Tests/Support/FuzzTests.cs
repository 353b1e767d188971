namespace Kaleido.Tests.Support;

/// <summary>The harness notices what it is there to notice.</summary>
public class FuzzTests
{
    private static readonly byte[] Good = [1, 2, 3, 4, (byte)'1', (byte)'2', 7, 8];
    private static readonly FuzzBase[] Bases = [new FuzzBase(Good, [(2, 2), (4, 2)], 2)];

    private static InvalidDataException Refusal(string message = "somewhere/file, offset 0: expected a, found b.") => new(message);

    private static Exception? Run(Action<byte[]> onDamage, long claim = 0) => Record.Exception(() => Fuzz.CutEverywhere(
        Bases, bytes => onDamage(bytes), _ => claim));

    [Fact]
    public void A_reader_may_read_or_refuse_in_one_sentence_and_nothing_else()
    {
        Assert.Null(Run(_ => { }));
        Assert.Null(Run(_ => throw Refusal()));
        Assert.Equal(Good.Length, Fuzz.CutEverywhere(Bases, _ => throw Refusal(), _ => 0));
        Assert.Equal(0, Fuzz.CutEverywhere(Bases, _ => { }, _ => 0));
        Assert.NotNull(Run(_ => throw new EndOfStreamException()));
        Assert.NotNull(Run(bytes => bytes[100] = 1));
        Assert.NotNull(Run(_ => throw Refusal("offset 0")));
        Assert.NotNull(Run(_ => throw Refusal("somewhere/file, offset 0: two\nlines.")));
    }

    [Fact]
    public void What_is_allocated_beyond_the_claim_or_the_ratio_is_noticed()
    {
        static void Allocate(int bytes) => GC.KeepAlive(new byte[bytes]);
        Assert.Null(Run(_ => Allocate(60_000)));
        Assert.NotNull(Run(_ => Allocate(70_000)));
        // A file of one byte stands for at most 1032.
        Assert.Null(Run(bytes => Allocate(bytes.Length == 0 ? 0 : 65_536 + 4000), claim: 1_000_000));
        Assert.NotNull(Run(bytes => Allocate(bytes.Length == 1 ? 65_536 + 5000 : 0), claim: 1_000_000));
        Assert.NotNull(Run(_ => Allocate(66_000), claim: -1));
    }

    [Fact]
    public void Header_fields_take_the_values_that_hurt_and_every_other_file_keeps_the_rest()
    {
        var binary = new HashSet<int>();
        var text = new HashSet<string>();
        int headerOnly = 0;
        var gate = new Lock();
        FuzzReport report = Fuzz.Run(3, Bases, bytes =>
        {
            lock (gate)
            {
                if (bytes.AsSpan().StartsWith<byte>([1, 2]) && bytes.AsSpan().EndsWith<byte>([7, 8]) && bytes.Length >= 6)
                {
                    headerOnly++;
                    binary.Add((bytes[2] << 8) | bytes[3]);
                    text.Add(System.Text.Encoding.Latin1.GetString(bytes[4..^2]));
                }
            }
        }, _ => 1 << 30, ratio: 1 << 30);
        Assert.InRange(headerOnly, report.Files / 2, report.Files);
        Assert.InRange(report.WithMagic, report.Files / 2, report.Files);
        Assert.Equal((report.Files, 0), (report.Read, report.Refused));
        Assert.Superset(new HashSet<int> { 0, 1, 0x100, 0x80, 0x8000, 0xFFFF, 0x7FFF, 0xFF7F, 0xFFFE, 0x0305, 0x0303 }, binary);
        Assert.Superset(new HashSet<string> { "0", "1", "-1", "", "2147483647", "4294967296", "9223372036854775807", "120" }, text);
    }

    [Fact]
    public void Bases_that_lose_their_magic_are_noticed()
    {
        FuzzBase[] bases = [new FuzzBase(Good, [(0, 2)], 8)];
        Assert.NotNull(Record.Exception(() => Fuzz.Run(4, bases, _ => { }, _ => 1 << 20)));
    }
}
