using Kaleido.Numerics;

namespace Kaleido.Tests.Support;

/// <summary>Damaged copies of a file, a function of (seed, index): flipped bits, set bytes, cuts, insertions, swapped pieces.</summary>
internal static class Mutations
{
    private static ReadOnlySpan<byte> Favourites => [0x00, 0x01, 0x7F, 0x80, 0xFF, (byte)'"', (byte)'{', (byte)'9', (byte)'-', (byte)'\\'];

    public static byte[] Mutate(byte[] original, uint seed, int index)
    {
        ulong counter = 0;
        uint Next(int below) => Philox.Word(seed, 77, (ulong)index, counter++) % (uint)Math.Max(below, 1);
        var bytes = new List<byte>(original);
        for (uint edits = 1 + Next(4); edits > 0; edits--)
        {
            int at = (int)Next(bytes.Count);
            switch (Next(6))
            {
                case 0 when bytes.Count > 0:
                    bytes[at] ^= (byte)(1 << (int)Next(8));
                    break;
                case 1 when bytes.Count > 0:
                    bytes[at] = Favourites[(int)Next(Favourites.Length)];
                    break;
                case 2 when bytes.Count > 0:
                    bytes[at] = (byte)Next(256);
                    break;
                case 3:
                    bytes.RemoveRange(at, (int)Next(bytes.Count - at + 1));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(0, (int)Next(Math.Min(bytes.Count, 16))));
                    break;
                default:
                    // The head of a file decides most: a byte there gets damaged more often.
                    if (bytes.Count > 0)
                    {
                        bytes[(int)Next(Math.Min(bytes.Count, 24))] = (byte)Next(256);
                    }

                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>
    /// Reads many damaged files: each is read, or refused by <see cref="InvalidDataException"/> with a sentence that begins with the file's
    /// name and an offset, and allocates no more than is allowed. Returns how many were refused.
    /// </summary>
    public static int CountRefused(int count, Func<int, byte[]> damaged, Action<byte[]> read, string name, long allowedBytes)
    {
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = damaged(i);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read(bytes);
            }
            catch (InvalidDataException error)
            {
                refused++;
                Assert.StartsWith(name + ", offset ", error.Message, StringComparison.Ordinal);
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, allowedBytes);
        }

        return refused;
    }
}
