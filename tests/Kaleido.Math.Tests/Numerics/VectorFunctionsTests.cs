using System.Buffers.Binary;
using System.Security.Cryptography;
using Kaleido.Numerics;
using Kaleido.Tests.Support;
using Xunit.Abstractions;

namespace Kaleido.Tests.Numerics;

public sealed class VectorFunctionsTests(ITestOutputHelper output)
{
    public static TheoryData<string> Names => FunctionCases.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_value_is_within_two_units_in_the_last_place(string name)
    {
        FunctionCase function = FunctionCases.Named(name);
        float[] y = new float[Sweep.Values.Length];
        function.Span(Sweep.Values, y);
        (double Error, float X, float Y) worst = default;
        for (int i = 0; i < y.Length; i++)
        {
            double error = Ulp.Error(y[i], function.Exact(Sweep.Values[i]));
            if (error > worst.Error) worst = (error, Sweep.Values[i], y[i]);
        }

        string text = $"{name}: {worst.Error:F4} ulp at {worst.X:R}, got {worst.Y:R}, exact {function.Exact(worst.X):R}";
        output.WriteLine(text);
        Assert.True(worst.Error <= 2, text);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_lane_width_and_the_scalar_give_the_same_bits(string name)
    {
        FunctionCase function = FunctionCases.Named(name);
        float[] x = Sweep.Thin, expected = new float[x.Length], y = new float[x.Length];
        function.Span(x, expected);
        Assert.True(function.Lanes.Count is 4 or 8);
        foreach (var (width, run) in function.Lanes)
        {
            Array.Fill(y, -77);
            run(x, y);
            AssertSameBits(x, expected, y, $"{name}, lane {width}");
        }

        for (int i = 0; i < x.Length; i++) y[i] = function.Scalar(x[i]);
        AssertSameBits(x, expected, y, $"{name}, Elementary");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Bits_do_not_depend_on_length_offset_or_working_in_place(string name)
    {
        FunctionCase function = FunctionCases.Named(name);
        Random random = new(5);
        float[] x = [.. Enumerable.Range(0, 140).Select(_ => Sweep.Thin[random.Next(Sweep.Thin.Length)])];
        float[] expected = [.. x.Select(function.Scalar)];
        float[] buffer = new float[x.Length];
        for (int length = 0; length <= 70; length++)
        {
            for (int offset = 0; offset <= 17; offset++)
            {
                x.CopyTo(buffer, 0);
                Span<float> part = buffer.AsSpan(offset, length);
                function.Span(part, part);
                for (int i = 0; i < x.Length; i++)
                {
                    float wanted = i >= offset && i < offset + length ? expected[i] : x[i];
                    Assert.True(Ulp.Bits(wanted) == Ulp.Bits(buffer[i]), $"{name} length {length} offset {offset} element {i}");
                }
            }
        }
    }

    [Theory]
    [InlineData("tanh")]
    [InlineData("erf")]
    [InlineData("sin")]
    public void Odd_functions_are_odd_to_the_bit(string name)
    {
        FunctionCase function = FunctionCases.Named(name);
        foreach (float x in Sweep.Thin)
            Assert.True(Ulp.Bits(function.Scalar(-x)) == Ulp.Bits(-function.Scalar(x)), $"{name} at {x:R}");
    }

    [Theory]
    [InlineData("tanh", -1, 1)]
    [InlineData("sigmoid", 0, 1)]
    [InlineData("erf", -1, 1)]
    [InlineData("normal_cdf", 0, 1)]
    [InlineData("sin", -1, 1)]
    [InlineData("cos", -1, 1)]
    public void Bounded_functions_stay_within_their_bounds(string name, float lower, float upper)
    {
        FunctionCase function = FunctionCases.Named(name);
        float[] y = new float[Sweep.Values.Length];
        function.Span(Sweep.Values, y);
        Assert.All(y.Where(value => !float.IsNaN(value)), value => Assert.InRange(value, lower, upper));
    }

    [Theory]
    [InlineData("tanh", 12)]
    [InlineData("sigmoid", 20)]
    [InlineData("exp", 89)]
    [InlineData("expm1", 89)]
    [InlineData("erf", 5)]
    public void Increasing_functions_never_decrease_between_neighbours(string name, float limit)
    {
        // Runs of neighbouring floats, one for each of many places spread over both signs and all exponents.
        FunctionCase function = FunctionCases.Named(name);
        float[] x = new float[257], y = new float[257];
        for (uint start = 0; start < 0x7F000000; start += 0x9D2B1)
        {
            float first = BitConverter.UInt32BitsToSingle(start);
            if (first > limit) break;
            for (int i = 0; i < x.Length; i++) x[i] = BitConverter.UInt32BitsToSingle(start + (uint)i);
            function.Span(x, y);
            for (int i = 1; i < x.Length; i++) Assert.True(y[i] >= y[i - 1], $"{name} decreases at {x[i]:R}");
            for (int i = 0; i < x.Length; i++) x[i] = -x[i];
            function.Span(x, y);
            for (int i = 1; i < x.Length; i++) Assert.True(y[i] <= y[i - 1], $"{name} decreases at {x[i]:R}");
        }
    }

    [Fact]
    public void Exact_arguments_give_exact_values()
    {
        Assert.Equal(1, Elementary.Exp(0f));
        Assert.Equal(1, Elementary.Exp(-0f));
        Assert.Equal(0u, BitConverter.SingleToUInt32Bits(Elementary.Exp(float.NegativeInfinity)));
        Assert.Equal(0u, BitConverter.SingleToUInt32Bits(Elementary.Log(1f)));
        Assert.Equal(0.5f, Elementary.Sigmoid(0f));
        Assert.Equal(0.5f, Elementary.NormalCdf(0f));
        Assert.Equal(1, Elementary.Cos(0f));
        Assert.Equal(1, Elementary.Tanh(float.PositiveInfinity));
        Assert.Equal(-1, Elementary.Tanh(float.NegativeInfinity));
        foreach (string name in new[] { "expm1", "log1p", "tanh", "erf", "gelu", "elu", "elu_0.3", "sin" })
        {
            FunctionCase function = FunctionCases.Named(name);
            Assert.Equal(0u, BitConverter.SingleToUInt32Bits(function.Scalar(0f)));
            Assert.True(0x80000000u == BitConverter.SingleToUInt32Bits(function.Scalar(-0f)), name);
        }
    }

    [Fact]
    public void Pow_has_the_special_cases_of_C()
    {
        double[] exponents =
        [
            0, -0.0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 1e300, -1e300, 9007199254740993, double.NaN, double.PositiveInfinity,
            double.NegativeInfinity,
        ];
        float[] x = [0, -0f, 1, -1, 2, -2, 0.5f, -0.5f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e-45f, -1e-45f];
        float[] y = new float[x.Length];
        foreach (double exponent in exponents)
        {
            VectorFunctions.Pow(x, exponent, y);
            for (int i = 0; i < x.Length; i++)
            {
                float expected = (float)Math.Pow(x[i], exponent);
                Assert.True(Ulp.Bits(expected) == Ulp.Bits(y[i]), $"{x[i]} to the {exponent}: {y[i]}, expected {expected}");
            }
        }
    }

    /// <summary>
    /// The bits of every function over the thin sweep, as one hash: it must be this on every platform and instruction set. If a formula is
    /// changed on purpose, this changes, and so must the library's numerics version.
    /// </summary>
    [Fact]
    public void The_bits_of_all_functions_are_pinned()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        float[] y = new float[Sweep.Thin.Length];
        byte[] bytes = new byte[4 * y.Length];
        foreach (FunctionCase function in FunctionCases.All)
        {
            function.Span(Sweep.Thin, y);
            for (int i = 0; i < y.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * i), Ulp.Bits(y[i]));
            hash.AppendData(bytes);
        }

        Assert.Equal("4C00479E245196AB2DAA5475374ACA8A", Convert.ToHexString(hash.GetHashAndReset().AsSpan(0, 16)));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        float[] x = new float[1000];
        foreach (FunctionCase function in FunctionCases.All)
        {
            function.Span(x, x);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 10; i++) function.Span(x, x);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        }
    }

    [Fact]
    public void Unequal_lengths_and_shifted_overlap_are_refused()
    {
        float[] x = new float[20];
        Assert.Throws<ArgumentException>(() => VectorFunctions.Exp(x, new float[19]));
        Assert.Throws<ArgumentException>(() => VectorFunctions.Tanh(x.AsSpan(0, 10), x.AsSpan(1, 10)));
    }

    private static void AssertSameBits(float[] x, float[] expected, float[] actual, string name)
    {
        for (int i = 0; i < x.Length; i++)
            Assert.True(Ulp.Bits(expected[i]) == Ulp.Bits(actual[i]), $"{name}: f({x[i]:R}) = {actual[i]:R}, expected {expected[i]:R}");
    }
}
