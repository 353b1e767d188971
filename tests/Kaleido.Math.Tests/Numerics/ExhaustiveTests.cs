using System.Runtime.CompilerServices;
using Kaleido.Tests.Support;
using Xunit.Abstractions;

namespace Kaleido.Tests.Numerics;

/// <summary>
/// Every function on every float32 there is (2³² bit patterns) against a float64 reference, and all lane widths against each other.
/// Minutes of work, so only where the environment variable KALEIDO_EXHAUSTIVE is 1; the output has the table of docs/numerics.md.
/// </summary>
/// <remarks>
/// The references are the platform's float64 functions and forms built on them which do not cancel (<see cref="Oracle"/>); their relative
/// errors are below 10⁻¹², so what is printed is right to 10⁻⁴ of a unit.
/// </remarks>
public sealed class ExhaustiveTests(ITestOutputHelper output)
{
    private const int Block = 1 << 16;

    /// <summary>All lane widths are compared on every 16th block of 2¹⁶ neighbours, eight to an exponent.</summary>
    private const int BlocksPerComparison = 16;

    /// <summary>Of the powers one, which stands for all: its exponent is neither whole nor half.</summary>
    public static TheoryData<string> Names =>
    [
        .. FunctionCases.All.Select(function => function.Name).Where(name => !name.StartsWith("pow", StringComparison.Ordinal)),
        "pow_1.7",
    ];

    [TheoryIfExhaustive]
    [MemberData(nameof(Names))]
    public void Every_float32_is_within_two_units_and_has_the_same_bits_in_every_lane(string name)
    {
        FunctionCase function = FunctionCases.Named(name);
        Tally total = new();
        Parallel.For(0, 1 << 16, () => new Tally(), (block, _, tally) =>
        {
            tally.Add(function, (uint)block);
            return tally;
        }, tally =>
        {
            lock (total) total.Merge(tally);
        });
        output.WriteLine(
            $"{name}: {total.Worst:F4} ulp at {total.WorstAt:R} (got {total.Got:R}), above .5: {total.AboveHalf}, "
            + $"above 1: {total.AboveOne}");
        Assert.Equal(1L << 32, total.Count);
        Assert.True(total.Worst <= 2, $"{name}: {total.Worst:F4} ulp at {total.WorstAt:R}");
        Assert.True(total.Different is null, $"{name} differs between lanes at {total.Different:R}");
    }

    /// <summary>What one thread has seen.</summary>
    private sealed class Tally
    {
        private readonly float[] _x = new float[Block], _y = new float[Block], _other = new float[Block];

        public double Worst { get; private set; }

        public float WorstAt { get; private set; }

        public float Got { get; private set; }

        public long AboveHalf { get; private set; }

        public long AboveOne { get; private set; }

        public long Count { get; private set; }

        public float? Different { get; private set; }

        public void Add(FunctionCase function, uint block)
        {
            for (int i = 0; i < Block; i++) _x[i] = BitConverter.UInt32BitsToSingle((block << 16) + (uint)i);
            function.Span(_x, _y);
            for (int i = 0; i < Block; i++) Compare(_x[i], _y[i], function.Exact(_x[i]));
            Count += Block;
            if (block % BlocksPerComparison != 0) return;
            foreach (var (_, lanes) in function.Lanes)
            {
                lanes(_x, _other);
                for (int i = 0; i < Block; i++)
                    if (Ulp.Bits(_y[i]) != Ulp.Bits(_other[i])) Different ??= _x[i];
            }
        }

        public void Merge(Tally other)
        {
            if (other.Worst > Worst) (Worst, WorstAt, Got) = (other.Worst, other.WorstAt, other.Got);
            AboveHalf += other.AboveHalf;
            AboveOne += other.AboveOne;
            Count += other.Count;
            Different ??= other.Different;
        }

        private void Compare(float x, float y, double exact)
        {
            double error = Error(y, exact);
            if (error <= 0.5) return;
            AboveHalf++;
            if (error > 1) AboveOne++;
            if (error > Worst) (Worst, WorstAt, Got) = (error, x, y);
        }

        /// <summary><see cref="Ulp.Error(float, double)"/>, faster where both are normal numbers.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static double Error(float y, double exact)
        {
            long exponent = (BitConverter.DoubleToInt64Bits(exact) >> 52) & 0x7FF;
            if (exponent is <= 1023 - 126 or >= 1023 + 127 || !float.IsFinite(y)) return Ulp.Error(y, exact);
            return Math.Abs(y - exact) * BitConverter.Int64BitsToDouble((2 * 1023 - exponent + 23) << 52);
        }
    }
}

/// <summary>A theory that takes minutes; skipped, with the reason, where it was not asked for.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryIfExhaustiveAttribute : TheoryAttribute
{
    public TheoryIfExhaustiveAttribute() => Skip = Environment.GetEnvironmentVariable("KALEIDO_EXHAUSTIVE") == "1"
        ? null!
        : "Minutes of work: set KALEIDO_EXHAUSTIVE=1 to check every float32.";
}
