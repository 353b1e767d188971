using System.Buffers.Binary;
using System.Text;
using Kaleido.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files.Images;

/// <summary>Damaged PNG, PGM and PPM files: each is a picture or a sentence, soon and in little memory.</summary>
public class ImageFuzzTests
{
    private static readonly FuzzBase[] Pngs = [.. PngBases()];
    private static readonly FuzzBase[] Pnms = [.. PnmBases()];

    private static void ReadPng(byte[] bytes) => PngReader.Read(new MemoryStream(bytes), Fuzz.Name);

    private static void ReadPnm(byte[] bytes) => PnmReader.Read(new MemoryStream(bytes), Fuzz.Name);

    private static IEnumerable<FuzzBase> PngBases()
    {
        var random = new Random(2026);
        foreach ((int colour, int depth) in PngBytes.Kinds)
        {
            foreach (bool interlaced in new[] { false, true })
            {
                PngBytes png = PngBytes.Random(random, colour, depth, 5 + random.Next(8), 3 + random.Next(8)) with
                {
                    Interlaced = interlaced,
                    ChunkLength = interlaced ? 20 : 1000,
                };
                byte[] file = png.File(png.Samples(random));
                yield return new FuzzBase(file, PngFields(file), 8);
            }
        }
    }

    /// <summary>The fields of IHDR, and length and type of it, of the two chunks after it and of the last one.</summary>
    private static (int Offset, int Length)[] PngFields(byte[] file)
    {
        List<(int Offset, int Length)> fields = [(8, 4), (12, 4), (16, 4), (20, 4), (24, 1), (25, 1), (26, 1), (27, 1), (28, 1)];
        int second = 33 + 12 + BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(33));
        foreach (int at in new[] { 33, second, file.Length - 12 }.Distinct())
        {
            fields.Add((at, 4));
            fields.Add((at + 4, 4));
        }

        return [.. fields];
    }

    private static IEnumerable<FuzzBase> PnmBases()
    {
        var random = new Random(2026);
        foreach (int kind in new[] { 2, 3, 5, 6 })
        {
            foreach (int maximum in new[] { 1, 100, 255, 65535 })
            {
                int count = 5 * 4 * (kind is 3 or 6 ? 3 : 1);
                int[] samples = [.. Enumerable.Range(0, count).Select(_ => random.Next(maximum + 1))];
                byte[] file = PnmReaderTests.File(kind, 5, 4, maximum, samples, random);
                yield return new FuzzBase(file, PnmFields(file), 2);
            }
        }
    }

    /// <summary>Width, height and maximum: the first numbers outside comments.</summary>
    private static (int Offset, int Length)[] PnmFields(byte[] file)
    {
        var fields = new List<(int Offset, int Length)>();
        for (int at = 2; fields.Count < 3; at++)
        {
            if (file[at] == '#')
            {
                at = Array.IndexOf(file, (byte)'\n', at);
            }
            else if (char.IsAsciiDigit((char)file[at]))
            {
                int end = at;
                while (end < file.Length && char.IsAsciiDigit((char)file[end]))
                {
                    end++;
                }

                fields.Add((at, end - at));
                at = end - 1;
            }
        }

        return [.. fields];
    }

    /// <summary>What IHDR claims: the rows, or the picture as bytes or floats, whichever is more.</summary>
    private static long PngClaim(byte[] file)
    {
        if (file.Length < 29)
        {
            return 0;
        }

        uint width = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(16)), height = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(20));
        Int128 pixels = (Int128)width * height;
        int stored = file[25] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 }, channels = file[25] is 0 or 4 ? 1 : 3;
        bool floats = file[24] == 16 || file[25] is 3 or 4 or 6;
        Int128 claim = Int128.Max(pixels * stored * file[24] / 8, pixels * channels * (floats ? 4 : 1));
        return claim > long.MaxValue / 8 ? long.MaxValue / 8 : (long)claim;
    }

    /// <summary>
    /// What the header of a PGM or PPM claims, found with other means than the
    /// reader's: numbers after comments are taken out; floats take 4 bytes.
    /// </summary>
    private static long PnmClaim(byte[] file)
    {
        string head = Encoding.Latin1.GetString(file.AsSpan(0, Math.Min(file.Length, 400)));
        string[] words = System.Text.RegularExpressions.Regex.Replace(head, "#[^\n\r]*", " ")
            .Split([' ', '\t', '\n', '\v', '\f', '\r'], StringSplitOptions.RemoveEmptyEntries);
        long claim = 12;
        foreach (string word in words.Skip(1).Take(2))
        {
            claim = int.TryParse(word, out int size) && size > 0 ? (long)Int128.Min((Int128)claim * size, long.MaxValue / 8) : 0;
        }

        return claim;
    }

    [Fact]
    public void Damaged_pngs_are_read_or_refused()
    {
        FuzzReport report = Fuzz.Run(1, Pngs, ReadPng, PngClaim, PngBytes.Mend);
        // Damage to pixels, palettes and keys behind mended checksums leaves a picture, so both are met.
        Assert.InRange(report.Read, report.Files / 100, report.Files);
        Assert.InRange(report.Refused, report.Files / 2, report.Files);
    }

    [Fact]
    public void Damaged_rows_palettes_and_keys_behind_good_compression_are_read_or_refused()
    {
        var random = new Random(2026);
        int refused = 0, files = Fuzz.Files / 10;
        for (int i = 0; i < files; i++)
        {
            (int colour, int depth) = PngBytes.Kinds[i % PngBytes.Kinds.Length];
            PngBytes png = PngBytes.Random(random, colour, depth, 1 + random.Next(12), 1 + random.Next(12));
            byte[] rows = Mutations.Mutate(png.Rows(png.Samples(random)), 3, i);
            if (random.Next(3) == 0)
            {
                png = png with { Palette = Damaged(png.Palette, i), Transparency = Damaged(png.Transparency, -i) };
            }

            byte[] file = png.FileOf(rows);
            refused += Fuzz.IsRefused(file, ReadPng, PngClaim, Fuzz.DeflateRatio, $"rows {i}") ? 1 : 0;
        }

        Assert.InRange(refused, files / 5, files - (files / 5));
    }

    private static byte[]? Damaged(byte[]? bytes, int index) => bytes is null ? null : Mutations.Mutate(bytes, 4, index);

    [Fact]
    public void Damaged_pnms_are_read_or_refused()
    {
        FuzzReport report = Fuzz.Run(2, Pnms, ReadPnm, PnmClaim);
        Assert.InRange(report.Read, report.Files / 100, report.Files);
        Assert.InRange(report.Refused, report.Files / 2, report.Files);
    }

    [Fact]
    public void A_png_cut_anywhere_is_refused() =>
        Assert.Equal(Pngs.Sum(png => png.Bytes.Length), Fuzz.CutEverywhere(Pngs, ReadPng, PngClaim));

    [Fact]
    public void A_pnm_cut_anywhere_is_refused_unless_its_last_number_stays_a_number()
    {
        int refused = Fuzz.CutEverywhere(Pnms, ReadPnm, PnmClaim);
        // A text file may lose digits of its last number and what parts it from the end.
        int text = Pnms.Count(pnm => pnm.Bytes[1] is (byte)'2' or (byte)'3');
        Assert.InRange(refused, Pnms.Sum(pnm => pnm.Bytes.Length) - (text * 30), Pnms.Sum(pnm => pnm.Bytes.Length));
        FuzzBase[] binary = [.. Pnms.Where(pnm => pnm.Bytes[1] >= '5')];
        Assert.Equal(binary.Sum(pnm => pnm.Bytes.Length), Fuzz.CutEverywhere(binary, ReadPnm, PnmClaim));
    }
}
