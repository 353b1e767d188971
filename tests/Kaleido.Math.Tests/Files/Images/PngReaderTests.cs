using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Kaleido.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files.Images;

public class PngReaderTests
{
    private static Image Read(byte[] bytes) => PngReader.Read(new MemoryStream(bytes), Fuzz.Name);

    private static string Refused(byte[] bytes)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(bytes)).Message;
        Assert.Matches(@"^somewhere/file, offset \d+: expected [^\r\n]+, found [^\r\n]+\.$", message);
        return message;
    }

    private static byte[] Chunks(params (string Type, byte[] Data)[] chunks)
    {
        using var file = new MemoryStream();
        file.Write(PngBytes.Signature);
        foreach ((string type, byte[] data) in chunks)
        {
            PngBytes.Write(file, type, data);
        }

        return file.ToArray();
    }

    private static byte[] Header(int width, int height, int depth, int colour, bool interlaced = false) =>
        new PngBytes(width, height, depth, colour) { Interlaced = interlaced }.Header();

    /// <summary>The levels by the words of the documentation, a pixel at a time, in decimal arithmetic of 28 digits.</summary>
    private static decimal[] Expected(PngBytes png, int[] samples)
    {
        var levels = new List<decimal>();
        decimal maximum = (1 << png.Depth) - 1;
        int Key(int c) => BinaryPrimitives.ReadUInt16BigEndian(png.Transparency.AsSpan(2 * c)) & ((1 << png.Depth) - 1);
        for (int i = 0; i < samples.Length; i += png.Stored)
        {
            decimal[] colour = [.. samples[i..(i + png.Stored)].Select(s => s / maximum)];
            decimal alpha = 1;
            if (png.Colour == 3)
            {
                alpha = samples[i] < png.Transparency?.Length ? png.Transparency[samples[i]] / 255m : 1;
                colour = [.. png.Palette![(3 * samples[i])..((3 * samples[i]) + 3)].Select(b => b / 255m)];
            }
            else if (png.Colour >= 4)
            {
                alpha = colour[^1];
                colour = colour[..^1];
            }
            else if (png.Transparency is not null)
            {
                alpha = Enumerable.Range(0, png.Stored).All(c => samples[i + c] == Key(c)) ? 0 : 1;
            }

            levels.AddRange(colour.Select(v => (v * alpha) + (1 - alpha)));
        }

        return [.. levels];
    }

    [Fact]
    public void Every_colour_type_depth_interlacing_filter_and_transparency_comes_back()
    {
        var cases =
            from kind in Gen.Elements(PngBytes.Kinds)
            from it in Law.Sizes(2, 40).Generator
            select (kind, it);
        var seen = new HashSet<(int, int, bool, bool)>();
        Law.Holds(Arb.From(cases), c =>
        {
            Random random = c.it.Random();
            int width = Math.Max(1, c.it.Sizes[0]), height = Math.Max(1, c.it.Sizes[1]);
            PngBytes png = PngBytes.Random(random, c.kind.Colour, c.kind.Depth, width, height);
            int[] samples = png.Samples(random);
            Image image = Read(png.File(samples));
            decimal[] expected = Expected(png, samples);
            Assert.Equal((width, height, png.Colour is 0 or 4 ? 1 : 3), (image.Width, image.Height, image.Channels));
            Assert.Equal(png.Colour >= 4 || png.Transparency is not null, image.HadAlpha);
            seen.Add((png.Colour, png.Depth, png.Interlaced, image.IsBytes));
            float[] levels = image.ToSingle();
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal((float)(double)expected[i], levels[i]);
                if (image.IsBytes)
                {
                    Assert.Equal(decimal.Round(expected[i] * 255), image.Bytes[i]);
                }
            }
        }, 1500);

        // Bytes and floats where both can be: an alpha channel or a palette's table may or may not be partial.
        Assert.Equal(PngBytes.Kinds.Length * 2, seen.Select(s => (s.Item1, s.Item2, s.Item3)).Distinct().Count());
        Assert.All(seen, s => Assert.True(!s.Item4 || s.Item2 <= 8));
        Assert.Contains(seen, s => s is (3, _, _, true));
        Assert.Contains(seen, s => s is (3, _, _, false));
    }

    [Fact]
    public void Sixteen_bits_are_kept_each_value_apart()
    {
        int[] samples = [.. Enumerable.Range(0, 65536)];
        float[] levels = Read(new PngBytes(256, 256, 16, 0) { Filter = y => y % 5 }.File(samples)).ToSingle();
        Assert.Equal(samples, levels.Select(v => (int)Math.Round(v * 65535.0)));
        Assert.Equal(samples.Select(s => s / 65535f), levels);
    }

    [Fact]
    public void Alpha_lies_over_white()
    {
        byte[] file = new PngBytes(4, 1, 8, 4).File([0, 255, 100, 0, 51, 51, 255, 128]);
        Image image = Read(file);
        Assert.True(image is { HadAlpha: true, IsBytes: false });
        // 51·51/255² + 204/255 = 0.04 + 0.8
        Assert.Equal([0f, 1f, 0.84f, 1f], image.ToSingle());
        Image opaque = Read(new PngBytes(3, 1, 8, 4).File([0, 255, 100, 0, 51, 255]));
        Assert.Equal([0, 255, 51], opaque.Bytes.ToArray());
    }

    [Fact]
    public void Planes_are_in_the_order_of_a_data_set()
    {
        Image image = Read(new PngBytes(2, 1, 8, 2).File([0, 51, 102, 153, 204, 255]));
        var planes = new float[6];
        image.CopyPlanesTo(planes);
        Assert.Equal([0f, 153 / 255f, 51 / 255f, 204 / 255f, 102 / 255f, 1f], planes);
        Assert.Throws<ArgumentException>(() => image.CopyPlanesTo(new float[5]));
        Assert.Throws<ArgumentException>(() => image.CopyTo(new float[7]));
    }

    [Fact]
    public void Chunks_that_may_be_skipped_are_skipped()
    {
        byte[] data = PngBytes.Compress([0, 7]), empty = [];
        byte[] file = Chunks(("IHDR", Header(1, 1, 8, 0)), ("tEXt", new byte[10_000]), ("IDAT", empty), ("IDAT", data[..3]),
            ("IDAT", empty), ("IDAT", data[3..]), ("IDAT", empty), ("teXt", empty), ("IEND", empty));
        Assert.Equal([7], Read(file).Bytes.ToArray());
        data = PngBytes.Compress([0, 7, 8, 9]);
        byte[] suggested = Chunks(("IHDR", Header(1, 1, 8, 2)), ("PLTE", [1, 2, 3]), ("IDAT", data), ("IEND", empty));
        Assert.Equal([7, 8, 9], Read(suggested).Bytes.ToArray());
    }

    [Fact]
    public void A_faulty_order_or_content_of_chunks_is_refused()
    {
        byte[] grey = Header(1, 1, 8, 0), indexed = Header(1, 1, 2, 3), rgb = Header(1, 1, 8, 2), rgba = Header(1, 1, 8, 6), none = [];
        byte[] data = PngBytes.Compress([0, 7]), three = PngBytes.Compress([0, 1, 2, 3]), palette = [1, 2, 3, 4, 5, 6];
        (string Why, (string, byte[])[] Chunks)[] cases =
        [
            ("IHDR, the first chunk", [("IDAT", data), ("IEND", none)]),
            ("one IHDR", [("IHDR", grey), ("IHDR", grey), ("IDAT", data), ("IEND", none)]),
            ("13 bytes", [("IHDR", [.. grey, 0]), ("IDAT", data), ("IEND", none)]),
            ("expected IDAT", [("IHDR", grey), ("IEND", none)]),
            ("one sequence", [("IHDR", grey), ("IDAT", data), ("tEXt", none), ("IDAT", none), ("IEND", none)]),
            ("empty IEND", [("IHDR", grey), ("IDAT", data), ("IEND", [1])]),
            ("more bytes", [("IHDR", grey), ("IDAT", data), ("IEND", none), ("tEXt", none)]),
            ("must be understood", [("IHDR", grey), ("ABCD", none), ("IDAT", data), ("IEND", none)]),
            ("four letters", [("IHDR", grey), ("a1cd", none), ("IDAT", data), ("IEND", none)]),
            ("no palette in a grey", [("IHDR", grey), ("PLTE", palette), ("IDAT", data), ("IEND", none)]),
            ("PLTE) before", [("IHDR", indexed), ("IDAT", data), ("IEND", none)]),
            ("PLTE before tRNS", [("IHDR", indexed), ("tRNS", [1]), ("PLTE", palette), ("IDAT", data), ("IEND", none)]),
            ("PLTE before tRNS", [("IHDR", rgb), ("tRNS", palette), ("PLTE", palette), ("IDAT", three), ("IEND", none)]),
            ("PLTE before IDAT", [("IHDR", rgb), ("IDAT", three), ("PLTE", palette), ("IEND", none)]),
            ("tRNS before IDAT", [("IHDR", rgb), ("IDAT", three), ("tRNS", palette), ("IEND", none)]),
            ("one PLTE", [("IHDR", indexed), ("PLTE", palette), ("PLTE", palette), ("IDAT", data), ("IEND", none)]),
            ("one tRNS", [("IHDR", rgb), ("tRNS", palette), ("tRNS", palette), ("IDAT", three), ("IEND", none)]),
            ("of 3 bytes", [("IHDR", indexed), ("PLTE", palette[1..]), ("IDAT", data), ("IEND", none)]),
            ("1 to 4 entries", [("IHDR", indexed), ("PLTE", new byte[15]), ("IDAT", data), ("IEND", none)]),
            ("1 to 768", [("IHDR", indexed), ("PLTE", none), ("IDAT", data), ("IEND", none)]),
            ("at most 2 entries", [("IHDR", indexed), ("PLTE", palette), ("tRNS", [1, 2, 3]), ("IDAT", data), ("IEND", none)]),
            ("2 bytes of tRNS", [("IHDR", grey), ("tRNS", [1]), ("IDAT", data), ("IEND", none)]),
            ("6 bytes of tRNS", [("IHDR", rgb), ("tRNS", [1, 2]), ("IDAT", three), ("IEND", none)]),
            ("no tRNS", [("IHDR", rgba), ("tRNS", [1, 2]), ("IDAT", three), ("IEND", none)]),
            ("2 bytes of rows", [("IHDR", grey), ("IDAT", three), ("IEND", none)]),
            ("4 bytes of rows", [("IHDR", rgb), ("IDAT", data), ("IEND", none)]),
            ("begin zlib", [("IHDR", grey), ("IDAT", [1, 2, 3, 4]), ("IEND", none)]),
            ("can hold", [("IHDR", grey), ("IDAT", none), ("IEND", none)]),
            ("found 0x78.", [("IHDR", grey), ("IDAT", [0x78]), ("IEND", none)]),
            ("intact zlib", [("IHDR", grey), ("IDAT", [0x78, 0x01, 0xFF, 0xFF]), ("IEND", none)]),
            ("filters from 0 to 4", [("IHDR", grey), ("IDAT", PngBytes.Compress([5, 7])), ("IEND", none)]),
        ];
        foreach ((string why, (string, byte[])[] chunks) in cases)
        {
            Assert.Contains(why, Refused(Chunks(chunks)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_header_out_of_range_is_refused()
    {
        byte[] data = PngBytes.Compress(new byte[20]);
        string With(int at, byte value)
        {
            byte[] header = Header(1, 1, 8, 0);
            header[at] = value;
            return Refused(Chunks(("IHDR", header), ("IDAT", data), ("IEND", [])));
        }

        Assert.Contains("offset 16", With(3, 0), StringComparison.Ordinal);
        Assert.Contains("offset 20", With(4, 0x80), StringComparison.Ordinal);
        Assert.Contains("offset 24", With(8, 3), StringComparison.Ordinal);
        Assert.Contains("offset 25", With(9, 1), StringComparison.Ordinal);
        Assert.Contains("offset 26", With(10, 1), StringComparison.Ordinal);
        Assert.Contains("offset 26", With(11, 1), StringComparison.Ordinal);
        Assert.Contains("offset 28", With(12, 2), StringComparison.Ordinal);
        for (int colour = 0; colour < 8; colour++)
        {
            for (int depth = 0; depth <= 17; depth++)
            {
                if (!PngBytes.Kinds.Contains((colour, depth)))
                {
                    Refused(Chunks(("IHDR", Header(1, 1, depth, colour)), ("PLTE", [1, 2, 3]), ("IDAT", data), ("IEND", [])));
                }
            }
        }
    }

    [Fact]
    public void A_wrong_checksum_of_any_chunk_is_refused()
    {
        byte[] data = PngBytes.Compress([0, 0]);
        byte[] file = Chunks(("IHDR", Header(1, 1, 8, 3)), ("PLTE", [1, 2, 3]), ("tEXt", [1]), ("IDAT", data), ("IEND", []));
        Assert.Equal([1, 2, 3], Read(file).Bytes.ToArray());
        int checksums = 0;
        for (int at = 8; at < file.Length; at += 12 + BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at)))
        {
            byte[] bad = [.. file];
            bad[at + 8 + BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at))] ^= 1;
            Assert.Contains("checksum", Refused(bad), StringComparison.Ordinal);
            checksums++;
        }

        Assert.Equal(5, checksums);
    }

    [Fact]
    public void Compressed_data_cut_before_its_checksum_or_with_a_wrong_one_is_refused()
    {
        byte[] data = PngBytes.Compress([0, 7, 8, 9]);
        byte[] File(byte[] body) => Chunks(("IHDR", Header(3, 1, 8, 0)), ("IDAT", body), ("IEND", []));
        Assert.Equal([7, 8, 9], Read(File(data)).Bytes.ToArray());
        for (int length = 0; length < data.Length; length++)
        {
            Refused(File(data[..length]));
        }

        data[^1] ^= 1;
        Assert.Contains("zlib", Refused(File(data)), StringComparison.Ordinal);

        // A stream that asks for a dictionary; its first two bytes must make a multiple of 31.
        data[1] = (byte)(0x20 + ((31 - (((data[0] << 8) + 0x20) % 31)) % 31));
        Assert.Contains("without a dictionary", Refused(File(data)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_is_refused_before_it_is_allocated()
    {
        byte[] zeros = PngBytes.Compress(new byte[50_000_000]);
        (byte[] File, string Why)[] bombs =
        [
            (Chunks(("IHDR", Header(int.MaxValue, int.MaxValue, 16, 6)), ("IDAT", zeros), ("IEND", [])), "can hold"),
            (Chunks(("IHDR", Header(int.MaxValue, int.MaxValue, 16, 6, interlaced: true)), ("IDAT", zeros), ("IEND", [])), "can hold"),
            (Chunks(("IHDR", Header(100_000, 20_000, 1, 0)), ("IDAT", zeros), ("IEND", [])), "can hold"),
            (Chunks(("IHDR", Header(int.MaxValue, 1, 1, 3)), ("PLTE", [1, 2, 3]), ("IDAT", zeros), ("IEND", [])), "can hold"),
            (Chunks(("IHDR", Header(10, 10, 8, 0)), ("IDAT", zeros), ("IEND", [])), "more"),
        ];
        foreach ((byte[] file, string why) in bombs)
        {
            Assert.Contains(why, Refused(file), StringComparison.Ordinal);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<InvalidDataException>(() => Read(file));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
        }
    }

    [Fact]
    public void A_lie_that_the_compressed_bytes_could_hold_costs_no_more_than_what_they_do_hold()
    {
        var noise = new byte[100_000];
        new Random(1).NextBytes(noise);
        byte[] file = Chunks(("IHDR", Header(100_000, 1000, 8, 0)), ("IDAT", PngBytes.Compress(noise)), ("IEND", []));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Refused(file);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 * noise.Length);
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<FileNotFoundException>(() => PngReader.Read(folder.File("none.png")));
        Assert.Throws<FileNotFoundException>(() => ImageReader.Read(folder.Path));
        Assert.Throws<DirectoryNotFoundException>(() => ImageReader.Read(Path.Combine(folder.Path, "no", "a.png")));
        byte[] file = new PngBytes(1, 1, 8, 0).File([9]);
        Assert.Equal([9], ImageReader.Read(folder.File("picture", file)).Bytes.ToArray());
        Assert.Equal([9], PngReader.Read(folder.File("picture", file)).Bytes.ToArray());
    }
}
