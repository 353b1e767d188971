namespace Kaleido.Tests;

/// <summary>Comparison to the bit, in which every NaN is the same one (docs/numerics.md, rule 1).</summary>
internal static class Bits
{
    public static uint Of(float x) => float.IsNaN(x) ? 0x7FC00000u : BitConverter.SingleToUInt32Bits(x);
}
