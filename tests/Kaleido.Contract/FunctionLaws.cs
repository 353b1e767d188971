using Kaleido.Backends;

namespace Kaleido.Contract;

public sealed class FunctionLaws
{
    private static readonly (UnaryOperation Function, double Alpha)[] Functions =
    [
        (UnaryOperation.Exp, 0), (UnaryOperation.Expm1, 0), (UnaryOperation.Log, 0), (UnaryOperation.Log1p, 0), (UnaryOperation.Tanh, 0),
        (UnaryOperation.Sigmoid, 0), (UnaryOperation.Softplus, 0), (UnaryOperation.Erf, 0), (UnaryOperation.NormalCdf, 0),
        (UnaryOperation.Gelu, 0), (UnaryOperation.Elu, 1), (UnaryOperation.Elu, 0.25), (UnaryOperation.Sin, 0), (UnaryOperation.Cos, 0),
        (UnaryOperation.Power, 2), (UnaryOperation.Power, 3), (UnaryOperation.Power, -1), (UnaryOperation.Power, 0.5),
        (UnaryOperation.Power, 1.5), (UnaryOperation.Power, -2.5), (UnaryOperation.Power, 0), (UnaryOperation.Power, 1),
    ];

    /// <summary>Zeros, infinities, the ends of the subnormal range, tails, and numbers of every magnitude and sign.</summary>
    private static double[] Points(Bench bench)
    {
        List<double> points = [0, -0.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity, float.MaxValue, float.MinValue];
        for (int exponent = -149; exponent < 128; exponent += 3)
        {
            foreach (double mantissa in new[] { 1.0, 1.2345678, 1.9999999 })
            {
                double value = bench.Round(Math.ScaleB(mantissa, exponent));
                points.AddRange([value, -value]);
            }
        }

        for (double x = -105; x <= 105; x += 0.37) points.Add(bench.Round(x));
        for (double x = -8; x <= 8; x += 0.0173) points.Add(bench.Round(x));
        return [.. points];
    }

    [Theory, OnEveryDevice]
    public void A_function_is_within_two_units_in_the_last_place(string device)
    {
        using var bench = Devices.Open(device);
        double[] points = Points(bench);
        var x = bench.Put(new(1, points.Length, points));
        foreach (var (function, alpha) in Functions)
        {
            var destination = bench.Blank(1, points.Length);
            bench.Backend.Unary(x, function, alpha, destination);
            var found = bench.Read(destination).Values;
            for (int i = 0; i < points.Length; i++)
            {
                double expected = TextbookFunctions.Value(function, points[i], alpha);
                double tolerance = Tolerance(bench, function, points[i], expected);
                bench.Near(expected, tolerance, found[i], $"{function} (alpha {alpha}) of {points[i]:R}");
            }
        }
    }

    /// <summary>
    /// Two units in the last place of the device. The textbook value itself is exact to 200 roundings of double (the sum of an integral's
    /// panels is the longest chain), which counts on the float64 device only.
    /// </summary>
    private static double Tolerance(Bench bench, UnaryOperation function, double x, double expected)
    {
        double textbook = double.IsFinite(expected) ? 200 * Math.ScaleB(Math.Abs(expected), -53) + double.Epsilon : 0;
        // Below the smallest normal double nothing has a relative precision: e^(-x) overflows there.
        bool tail = function is UnaryOperation.Sigmoid or UnaryOperation.NormalCdf or UnaryOperation.Gelu && x < -37;
        if (bench.IsDouble && tail) textbook += bench.SmallestNormal;
        return 2 * bench.Ulp(expected) + textbook;
    }

    [Theory, OnEveryDevice]
    public void Every_function_has_a_law(string device)
    {
        using var bench = Devices.Open(device);
        UnaryOperation[] exact =
        [
            UnaryOperation.Negate, UnaryOperation.Abs, UnaryOperation.Sign, UnaryOperation.Sqrt, UnaryOperation.Relu,
            UnaryOperation.LeakyRelu, UnaryOperation.Identity,
        ];
        Assert.Equal(Enum.GetValues<UnaryOperation>().Order(), Functions.Select(it => it.Function).Concat(exact).Distinct().Order());
        foreach (var function in Enum.GetValues<UnaryOperation>())
        {
            var empty = bench.Blank(0, 4);
            bench.Backend.Unary(bench.Put(new Grid(0, 4)), function, 1, empty);
            Assert.Equal(0, empty.Count);
        }
    }

    [Theory, OnEveryDevice]
    public void A_function_does_not_depend_on_the_place_of_its_operand(string device)
    {
        using var bench = Devices.Open(device);
        double[] points = [.. Points(bench).Where(x => !double.IsNaN(x)).Take(300)];
        foreach (var (function, alpha) in Functions)
        {
            var whole = bench.Blank(1, points.Length);
            bench.Backend.Unary(bench.Put(new(1, points.Length, points)), function, alpha, whole);
            var expected = bench.Read(whole);
            for (int i = 0; i < points.Length; i += 7)
            {
                var alone = bench.Blank(1, 1);
                bench.Backend.Unary(bench.Put(new(1, 1, [points[i]])), function, alpha, alone);
                bench.SameBits(new(1, 1, [expected.Values[i]]), alone);
            }
        }
    }

    [Theory, OnEveryDevice]
    public void Odd_functions_keep_the_sign_of_zero(string device)
    {
        using var bench = Devices.Open(device);
        UnaryOperation[] odd = [UnaryOperation.Expm1, UnaryOperation.Log1p, UnaryOperation.Tanh, UnaryOperation.Erf, UnaryOperation.Sin];
        foreach (var function in odd)
        {
            var destination = bench.Blank(1, 2);
            bench.Backend.Unary(bench.Put(new(1, 2, [0.0, -0.0])), function, 0, destination);
            bench.SameBits(new(1, 2, [0.0, -0.0]), destination);
        }
    }
}
