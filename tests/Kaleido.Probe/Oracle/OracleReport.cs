namespace Kaleido.Probe.Oracle;

/// <summary>
/// The lines of tests/oracle: "name hash", the hash being FNV-1a of 64 bits over 32-bit words; with a name, all words under it instead.
/// </summary>
internal sealed class OracleReport(TextWriter output, string? only)
{
    private string _name = "";
    private ulong _hash;

    /// <summary>Prints the hash of what <paramref name="put"/> puts.</summary>
    public void Line(string name, Action put)
    {
        (_name, _hash) = (name, 0xCBF29CE484222325);
        put();
        if (only is null) output.WriteLine($"{name} {_hash:x16}");
    }

    /// <summary>Prints a hash that is known.</summary>
    public void Line(string name, string hash)
    {
        if (only is null) output.WriteLine($"{name} {hash}");
    }

    public void Put(uint word)
    {
        if (only == _name) output.WriteLine($"{word:x8}");
        _hash = (_hash ^ word) * 0x100000001B3;
    }

    public void Put(float x) => Put(float.IsNaN(x) ? 0x7FC00000u : BitConverter.SingleToUInt32Bits(x));

    public void Put(double x)
    {
        ulong bits = double.IsNaN(x) ? 0x7FF8000000000000u : BitConverter.DoubleToUInt64Bits(x);
        Put((uint)bits);
        Put((uint)(bits >> 32));
    }

    public void Put(ReadOnlySpan<float> values)
    {
        foreach (float value in values) Put(value);
    }
}
