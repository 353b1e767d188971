using System.Diagnostics;
using System.Text;
using Kaleido.Numerics;

namespace Kaleido.Tests.Support;

/// <summary>A good file to damage: its bytes, the fields of its header, and how many first bytes tell the format.</summary>
internal sealed record FuzzBase(byte[] Bytes, (int Offset, int Length)[] HeaderFields, int MagicLength);

/// <summary>What a run saw: how many files there were, kept their magic bytes, were refused, and were read after all.</summary>
internal sealed record FuzzReport(int Files, int WithMagic, int Refused, int Read);

/// <summary>
/// Feeds damaged files to a reader. A file is a function of (seed, index): every other one has one to three header fields set to 0, 1, the
/// maximum, a negative number or a neighbour of the true value; the rest are damaged anywhere by <see cref="Mutations"/>. Every file must
/// be read or refused by <see cref="InvalidDataException"/> in one sentence that begins with its name and an offset, in less than a second,
/// on the thread that asked, allocating at most 64 KB + 4 · min(claimed, ratio · length) bytes there. KALEIDO_FUZZ=full asks for ten times
/// as many files.
/// </summary>
internal static class Fuzz
{
    /// <summary>The name to give to the reader, with which its messages must begin.</summary>
    public const string Name = "somewhere/file";

    /// <summary>Deflate never exceeds this ratio.</summary>
    public const long DeflateRatio = 1032;

    private const int FilesAtOnce = 500;

    public static bool Full { get; } = Environment.GetEnvironmentVariable("KALEIDO_FUZZ") == "full";

    /// <summary>100,000; in a full run 1,000,000.</summary>
    public static int Files => Full ? 1_000_000 : 100_000;

    /// <summary>Damages the bases <see cref="Files"/> times. At least a fifth of the files must keep their magic bytes.</summary>
    /// <param name="seed">Decides every file.</param>
    /// <param name="bases">Good files, which are read first and must not be refused.</param>
    /// <param name="read">The reader, called with a file; it must use <see cref="Name"/> in messages and stay on its thread.</param>
    /// <param name="claimedBytes">The bytes that a (damaged) file claims to hold once read; any number for a file without a claim.</param>
    /// <param name="repair">Called for three files of four to mend checksums in place, so that damage gets past them.</param>
    /// <param name="ratio">The bytes that one byte of the file can stand for at most.</param>
    public static FuzzReport Run(
        uint seed, IReadOnlyList<FuzzBase> bases, Action<byte[]> read, Func<byte[], long> claimedBytes, Action<byte[]>? repair = null,
        long ratio = DeflateRatio)
    {
        foreach (FuzzBase it in bases)
        {
            read(it.Bytes);
        }

        int refused = 0, withMagic = 0;
        Parallel.For(0, (Files + FilesAtOnce - 1) / FilesAtOnce, block =>
        {
            int end = Math.Min((block + 1) * FilesAtOnce, Files), refusedHere = 0, withMagicHere = 0;
            for (int i = block * FilesAtOnce; i < end; i++)
            {
                FuzzBase from = bases[i / 2 % bases.Count];
                byte[] bytes = i % 2 == 0 ? DamageHeader(from, seed, i) : Mutations.Mutate(from.Bytes, seed, i);
                if (repair is not null && i / 2 / bases.Count % 4 != 0)
                {
                    repair(bytes);
                }

                withMagicHere += bytes.AsSpan().StartsWith(from.Bytes.AsSpan(0, from.MagicLength)) ? 1 : 0;
                refusedHere += IsRefused(bytes, read, claimedBytes, ratio, $"seed {seed}, file {i}") ? 1 : 0;
            }

            Interlocked.Add(ref refused, refusedHere);
            Interlocked.Add(ref withMagic, withMagicHere);
        });
        Assert.True(withMagic >= Files / 5, $"only {withMagic} of {Files} damaged files kept their magic bytes");
        return new FuzzReport(Files, withMagic, refused, Files - refused);
    }

    /// <summary>Every base cut at every offset; returns how many of the cut files were refused.</summary>
    public static int CutEverywhere(
        IReadOnlyList<FuzzBase> bases, Action<byte[]> read, Func<byte[], long> claimedBytes, long ratio = DeflateRatio)
    {
        int refused = 0;
        foreach (FuzzBase it in bases)
        {
            for (int length = 0; length < it.Bytes.Length; length++)
            {
                refused += IsRefused(it.Bytes[..length], read, claimedBytes, ratio, $"cut at {length}") ? 1 : 0;
            }
        }

        return refused;
    }

    /// <summary>Reads one file under all conditions; whether it was refused.</summary>
    public static bool IsRefused(byte[] bytes, Action<byte[]> read, Func<byte[], long> claimedBytes, long ratio, string what)
    {
        long allowed = 65_536 + (4 * Math.Min(Math.Max(claimedBytes(bytes), 0), ratio * bytes.Length));
        bool refused = Read(bytes, read, what, out long allocated, out TimeSpan time);
        // The text of a failure is made only for one: it holds the whole file.
        if (allocated > allowed) Assert.Fail($"{what}: allocated {allocated} bytes, allowed {allowed}\n{Convert.ToHexString(bytes)}");

        // A thread can be kept waiting by others; a reader that is slow is slow again.
        for (int again = 0; again < 5 && time >= TimeSpan.FromSeconds(1); again++)
        {
            Read(bytes, read, what, out _, out time);
        }

        if (time >= TimeSpan.FromSeconds(1)) Assert.Fail($"{what}: took {time}\n{Convert.ToHexString(bytes)}");
        return refused;
    }

    private static bool Read(byte[] bytes, Action<byte[]> read, string what, out long allocated, out TimeSpan time)
    {
        string? message = null;
        long started = Stopwatch.GetTimestamp(), before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            read(bytes);
        }
        catch (InvalidDataException error)
        {
            message = error.Message;
        }
        catch (Exception error)
        {
            throw new InvalidOperationException($"{what}: {error.GetType().Name} came out\n{Convert.ToHexString(bytes)}", error);
        }

        allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        time = Stopwatch.GetElapsedTime(started);
        if (message is not null)
        {
            bool sentence = message.StartsWith(Name + ", offset ", StringComparison.Ordinal)
                && message.EndsWith('.') && message.AsSpan().IndexOfAny('\r', '\n') < 0;
            if (!sentence) Assert.Fail($"{what}: \"{message}\"\n{Convert.ToHexString(bytes)}");
        }

        return message is not null;
    }

    private static byte[] DamageHeader(FuzzBase from, uint seed, int index)
    {
        ulong counter = 0;
        uint Next(int below) => Philox.Word(seed, 78, (ulong)index, counter++) % (uint)below;
        byte[] bytes = [.. from.Bytes];
        // Two or more fields at once for one file in three, the last ones first, so that offsets stay true when the length of a text
        // changes.
        int edits = Next(3) == 0 ? 2 + (int)Next(2) : 1;
        IEnumerable<int> fields = Enumerable.Range(0, edits).Select(_ => (int)Next(from.HeaderFields.Length));
        foreach (int field in fields.Distinct().OrderByDescending(i => i))
        {
            (int offset, int length) = from.HeaderFields[field];
            Span<byte> old = bytes.AsSpan(offset, length);
            if (old.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0)
            {
                bytes = [.. bytes[..offset], .. Text(Encoding.ASCII.GetString(old), Next), .. bytes[(offset + length)..]];
                continue;
            }

            Damage(old, Next);
        }

        return bytes;
    }

    /// <summary>Either byte order is served: what is the first byte to one is the last to the other.</summary>
    private static void Damage(Span<byte> field, Func<int, uint> next)
    {
        uint kind = next(9);
        int end = next(2) == 0 ? 0 : field.Length - 1;
        if (kind <= 3)
        {
            field.Fill(kind == 3 ? (byte)0xFF : (byte)0);
            field[end] |= kind switch { 1 => 0x01, 2 => 0x80, _ => 0 };
        }
        else if (kind <= 5)
        {
            // The largest positive number, and the negative number next to zero.
            field.Fill(0xFF);
            field[end] = kind == 4 ? (byte)0x7F : (byte)0xFE;
        }
        else if (kind <= 7)
        {
            field[end] += kind == 6 ? (byte)1 : (byte)0xFF;
        }
        else
        {
            field[(int)next(field.Length)] = (byte)next(256);
        }
    }

    private static byte[] Text(string number, Func<int, uint> next) => Encoding.ASCII.GetBytes(next(10) switch
    {
        0 => "0",
        1 => "1",
        2 => "-1",
        3 => "2147483647",
        4 => "4294967296",
        5 => "9223372036854775807",
        6 => new string('9', 30),
        7 => number + "0",
        8 => "",
        _ => $"{next(65536)}",
    });
}
