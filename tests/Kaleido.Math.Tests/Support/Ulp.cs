namespace Kaleido.Tests.Support;

/// <summary>Distances in units in the last place.</summary>
public static class Ulp
{
    /// <summary>The error of a float32 result against an exact value, in float32 units at that value; +∞ where the kinds differ.</summary>
    public static double Error(float actual, double exact)
    {
        if (double.IsNaN(exact)) return float.IsNaN(actual) ? 0 : double.PositiveInfinity;
        if (float.IsNaN(actual)) return double.PositiveInfinity;
        if (float.IsInfinity((float)exact) && actual == (float)exact) return 0;
        if (double.IsInfinity(exact)) return double.PositiveInfinity;
        // An infinite result for a value just below overflow counts as 2¹²⁸.
        double value = float.IsInfinity(actual) ? Math.CopySign(Math.ScaleB(1, 128), actual) : actual;
        int exponent = exact == 0 ? -126 : Math.Clamp(Math.ILogB(exact), -126, 127);
        return Math.Abs(value - exact) / Math.ScaleB(1, exponent - 23);
    }

    /// <summary>The error of a float64 result against a float64 reference, in float64 units at the reference.</summary>
    public static double Error(double actual, double reference)
    {
        if (actual.Equals(reference) || (double.IsNaN(actual) && double.IsNaN(reference))) return 0;
        if (!double.IsFinite(actual) || !double.IsFinite(reference)) return double.PositiveInfinity;
        int exponent = reference == 0 ? -1022 : Math.Max(Math.ILogB(reference), -1022);
        return Math.Abs(actual - reference) / Math.ScaleB(1, exponent) * Math.ScaleB(1, 52);
    }

    /// <summary>The bits, one pattern for every NaN.</summary>
    public static uint Bits(float value) => float.IsNaN(value) ? 0x7FC00000 : BitConverter.SingleToUInt32Bits(value);
}
