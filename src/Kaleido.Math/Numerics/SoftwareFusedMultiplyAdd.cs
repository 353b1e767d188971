using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Kaleido.Numerics;

/// <summary>
/// left · right + addend rounded once, from plain float64 operations, for processors without a fused multiply-add: the bits of the
/// instruction in every case (subnormal numbers, overflow, signs of zeros, infinities; a NaN is some NaN).
/// </summary>
/// <remarks>
/// float32: the product is exact in float64 (24 + 24 ≤ 53 bits). Its sum with the addend is rounded to odd, which keeps whatever lies
/// beyond the last bit visible in it, so that rounding a second time, to float32, gives what rounding once would have given: S. Boldo,
/// G. Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to odd", IEEE Transactions on
/// Computers 57 (2008). float64: their algorithm, with products split after T. J. Dekker, Numerische Mathematik 18 (1971).
/// </remarks>
internal static class SoftwareFusedMultiplyAdd
{
    /// <summary>The bits of a float64 that float32 does not have, and half a unit of the last bit it has.</summary>
    private const ulong Beyond = 0x1FFF_FFFF, Half = 0x1000_0000;

    /// <summary>The bits of 2⁻¹²⁶, the smallest normal float32, as a float64.</summary>
    private const ulong SmallestNormal = 0x3810_0000_0000_0000;

    /// <summary>
    /// Factors up to Large with a product from Small up: nothing that the splitting computes overflows or loses bits below 2⁻¹⁰⁷⁴.
    /// </summary>
    private const double Large = 2.9073548971824276E+135, Small = 3.4395525670743494E-136; // 2⁴⁵⁰, 2⁻⁴⁵⁰

    /// <summary>True where the processor, or the runtime's settings, have no fused multiply-add. A constant once compiled.</summary>
    public static bool IsNeeded
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !Fma.IsSupported && !AdvSimd.IsSupported && !Vector512.IsHardwareAccelerated;
    }

    /// <summary>One float32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Single(float left, float right, float addend)
    {
        double product = (double)left * right, sum = product + addend;
        ulong bits = BitConverter.DoubleToUInt64Bits(sum);

        // Rounding twice differs only if the first result lies half-way between two float32 numbers; among subnormal ones that is
        // another bit, so all of those count.
        if ((bits & Beyond) == Half || 2 * bits - 1 < 2 * SmallestNormal - 1) sum = Rare(sum, product, addend);
        return (float)sum;
    }

    /// <summary>Four float32 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Single(Vector128<float> left, Vector128<float> right, Vector128<float> addend) =>
        Vector128.Narrow(
            SumToOdd(Vector128.WidenLower(left) * Vector128.WidenLower(right), Vector128.WidenLower(addend)),
            SumToOdd(Vector128.WidenUpper(left) * Vector128.WidenUpper(right), Vector128.WidenUpper(addend)));

    /// <summary>One float64.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static double Double(double left, double right, double addend)
    {
        double product = left * right;
        bool safe = Math.Abs(left) <= Large && Math.Abs(right) <= Large && Math.Abs(product) >= Small && Math.Abs(addend) <= Large;
        if (!safe) return Rounded(left, right, addend);
        double leftHigh = left * Splitter - (left * Splitter - left), leftLow = left - leftHigh;
        double rightHigh = right * Splitter - (right * Splitter - right), rightLow = right - rightHigh;
        double rest = leftLow * rightLow - (product - leftHigh * rightHigh - leftLow * rightHigh - leftHigh * rightLow);
        double low = addend + rest, lowRest = Rest(low, addend, rest);
        double high = product + low, highRest = Rest(high, product, low);
        return high + ToOdd(lowRest + highRest, lowRest, highRest);
    }

    /// <summary>Two float64 numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<double> Double(Vector128<double> left, Vector128<double> right, Vector128<double> addend)
    {
        Vector128<double> product = left * right, large = Vector128.Create(Large);
        Vector128<double> unsafeOnes = ~(Vector128.LessThanOrEqual(Vector128.Abs(left), large)
            & Vector128.LessThanOrEqual(Vector128.Abs(right), large)
            & Vector128.LessThanOrEqual(Vector128.Abs(addend), large)
            & Vector128.GreaterThanOrEqual(Vector128.Abs(product), Vector128.Create(Small)));
        if (unsafeOnes.AsUInt64() != Vector128<ulong>.Zero)
        {
            return Vector128.Create(
                Double(left.GetElement(0), right.GetElement(0), addend.GetElement(0)),
                Double(left.GetElement(1), right.GetElement(1), addend.GetElement(1)));
        }

        Vector128<double> splitter = Vector128.Create(Splitter), leftScaled = left * splitter, rightScaled = right * splitter;
        Vector128<double> leftHigh = leftScaled - (leftScaled - left), leftLow = left - leftHigh;
        Vector128<double> rightHigh = rightScaled - (rightScaled - right), rightLow = right - rightHigh;
        Vector128<double> rest = leftLow * rightLow - (product - leftHigh * rightHigh - leftLow * rightHigh - leftHigh * rightLow);
        Vector128<double> low = addend + rest, lowRest = Rest(low, addend, rest);
        Vector128<double> high = product + low, highRest = Rest(high, product, low);
        return high + SumToOdd(lowRest, highRest);
    }

    /// <summary>2²⁷ + 1 cuts a float64 into halves of 26 bits, whose products are exact.</summary>
    private const double Splitter = 134217729;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double Rare(double sum, double left, double right) => ToOdd(sum, left, right);

    /// <summary>Zeros, infinities, NaN, and what could over- or underflow on the way.</summary>
    private static double Rounded(double left, double right, double addend)
    {
        // With a zero factor nothing is lost by rounding the product by itself, and zero times infinity is NaN.
        if (left == 0 || right == 0) return left * right + addend;
        return Math.FusedMultiplyAdd(left, right, addend);
    }

    /// <summary>What is missing in sum = left + right (D. E. Knuth); NaN if the sum is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Rest(double sum, double left, double right)
    {
        double other = sum - left;
        return left - (sum - other) + (right - other);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Rest(Vector128<double> sum, Vector128<double> left, Vector128<double> right)
    {
        Vector128<double> other = sum - left;
        return left - (sum - other) + (right - other);
    }

    /// <summary>
    /// sum = left + right, finite, to odd: if inexact, that one of the two neighbours of the exact sum whose last bit is 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ToOdd(double sum, double left, double right)
    {
        // Without branches, which would be taken at random. Toward zero first, if that is where the exact sum lies.
        ulong bits = BitConverter.DoubleToUInt64Bits(sum), rest = BitConverter.DoubleToUInt64Bits(Rest(sum, left, right));
        ulong inexact = rest << 1 != 0 ? 1ul : 0;
        return BitConverter.UInt64BitsToDouble((bits - (((bits ^ rest) >> 63) & inexact)) | inexact);
    }

    /// <summary>left + right, to odd.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> SumToOdd(Vector128<double> left, Vector128<double> right)
    {
        Vector128<double> sum = left + right;
        Vector128<double> outward = Rest(sum, left, right) ^ (sum & Vector128.Create(1ul << 63).AsDouble());

        // A mask is -1: where the exact sum lies inside the rounded one, one step inwards; then what was cut off goes into the last bit.
        Vector128<long> inside = Vector128.LessThan(outward, Vector128<double>.Zero).AsInt64();
        Vector128<long> inexact = inside | Vector128.GreaterThan(outward, Vector128<double>.Zero).AsInt64();
        return ((sum.AsInt64() + inside) | (inexact & Vector128<long>.One)).AsDouble();
    }
}
