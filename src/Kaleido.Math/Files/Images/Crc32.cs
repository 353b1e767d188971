namespace Kaleido.Files;

/// <summary>
/// The checksum of PNG, gzip and zip: CRC-32 with the reflected polynomial 0xEDB88320, from ones and inverted at the end.
/// </summary>
/// <remarks>Source: ISO 3309; W3C, "Portable Network Graphics (PNG) Specification", third edition, 5.5 and annex D.</remarks>
public static class Crc32
{
    private static readonly uint[] Table = Build();

    /// <summary>
    /// Goes on with a checksum: <c>Append(Append(0, a), b)</c> is the checksum of a followed by b, <c>Append(0, a)</c> that of a alone.
    /// </summary>
    /// <param name="crc">The checksum of what came before; 0 for nothing.</param>
    /// <param name="data">The bytes that follow.</param>
    public static uint Append(uint crc, ReadOnlySpan<byte> data)
    {
        uint[] table = Table;
        crc = ~crc;
        foreach (byte b in data)
        {
            crc = table[(byte)(crc ^ b)] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] Build()
    {
        var table = new uint[256];
        for (uint i = 0; i < table.Length; i++)
        {
            uint c = i;
            for (int bit = 0; bit < 8; bit++)
            {
                c = (c & 1) == 0 ? c >> 1 : 0xEDB88320 ^ (c >> 1);
            }

            table[i] = c;
        }

        return table;
    }
}
