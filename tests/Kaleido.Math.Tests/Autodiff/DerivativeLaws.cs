using Kaleido.Backends;

namespace Kaleido.Tests.Autodiff;

/// <summary>Derivatives of every primitive on the float64 device, and on the processor against it.</summary>
public sealed class DerivativeLaws
{
    private const double Unit = 1.1102230246251565e-16; // 2⁻⁵³
    private const double Step = 1.0 / 4096;
    private static readonly int[] Rows = [4, 1, 0];

    public static TheoryData<string> Names => [.. PrimitiveCase.All.Keys];

    // Both sides are sums of the same numbers u·J·v, each with a few roundings; entries of J may themselves be differences of numbers as
    // large as the largest of them.
    [Theory]
    [MemberData(nameof(Names))]
    public void Pull_is_the_adjoint_of_Push(string name) => ForPoints(name, (bench, x, v, u, _) =>
    {
        var at = bench.At(x, v, u);
        double scale = Scale(Enumerable.Range(0, bench.Inputs).SelectMany(c => bench.Column(x, c, u).Push));
        double bound = Terms(bench) * 2 * Unit * scale * Magnitude(u) * Magnitude(v);
        AssertNear(Dot(at.Push, u), Dot(v, at.Pull), bound);
    });

    // (y(x + hv) - y(x - hv))/2h = Jv + h²/6·y''' + …: halving h divides the truncation by 4, so the difference of two such quotients is
    // three times the truncation of the finer one. Each y carries a few roundings, divided by h.
    [Theory]
    [MemberData(nameof(Names))]
    public void Push_is_the_central_difference_of_values(string name) => ForPoints(name, (bench, x, v, u, _) =>
    {
        if (name == "StopGradient") return; // Its derivative is not that of its value.
        var at = bench.At(x, v, u);
        AssertDifferences(at.Push, h => bench.At(Moved(x, v, h), v, u).Value, Terms(bench) * Unit * Scale(at.Value));
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void The_second_derivative_is_the_central_difference_of_the_gradient(string name) => ForPoints(name, (bench, x, v, u, _) =>
    {
        var at = bench.At(x, v, u);
        AssertDifferences(at.Curvature, h => bench.At(Moved(x, v, h), v, u).Pull, Terms(bench) * Unit * Scale(at.Pull));
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void The_second_derivative_is_symmetric(string name) => ForPoints(name, (bench, x, v, u, random) =>
    {
        var w = DerivativeBench.Direction(random, bench.Inputs);
        var alongV = bench.At(x, v, u).Curvature;
        var alongW = bench.At(x, w, u).Curvature;
        double scale = Scale(Enumerable.Range(0, bench.Inputs).SelectMany(c => bench.Column(x, c, u).Curvature));
        AssertNear(Dot(alongV, w), Dot(alongW, v), 4 * Terms(bench) * Unit * scale * Magnitude(v) * Magnitude(w));
    });

    // In float32 the operations are the same with 2⁻²⁴ for 2⁻⁵³ and elementary functions within 2 ulp, that is 2⁻²²; the point is the
    // same, far from every kink, and so are the masks.
    [Theory]
    [MemberData(nameof(Names))]
    public void The_processor_agrees_with_the_float64_device(string name)
    {
        const double unit = 1.0 / (1 << 24);
        using var device = Device.Cpu(2);
        ForPoints(name, (bench, x, v, u, _) =>
        {
            using var single = new DerivativeBench(device, PrimitiveCase.All[name], bench.Rows);
            var exact = bench.At(x, v, u);
            var actual = single.At(x, v, u);
            double terms = Terms(bench) * 4 * unit;
            var columns = Enumerable.Range(0, bench.Inputs).Select(c => bench.Column(x, c, u)).ToList();
            double jacobian = Scale(columns.SelectMany(c => c.Push)), hessian = Scale(columns.SelectMany(c => c.Curvature));
            AssertNear(exact.Value, actual.Value, terms * Scale(exact.Value));
            AssertNear(exact.Push, actual.Push, terms * jacobian * (1 + Magnitude(v)));
            AssertNear(exact.Pull, actual.Pull, terms * jacobian * (1 + Magnitude(u)));
            AssertNear(exact.Curvature, actual.Curvature, terms * hessian * (1 + Magnitude(u)) * (1 + Magnitude(v)));
        });
    }

    private static void ForPoints(string name, Action<DerivativeBench, double[], double[], double[], Random> law)
    {
        using var device = Device.Reference();
        foreach (int rows in Rows)
        {
            if (rows == 0 && PrimitiveCase.All[name].IsMean) continue;
            using var bench = new DerivativeBench(device, PrimitiveCase.All[name], rows);
            for (int seed = 0; seed < 3; seed++)
            {
                var random = new Random(seed);
                var x = bench.Point(random, PrimitiveCase.All[name].Positive);
                law(bench, x, DerivativeBench.Direction(random, bench.Inputs), DerivativeBench.Direction(random, bench.Outputs), random);
            }
        }
    }

    private static void AssertDifferences(double[] derivative, Func<double, double[]> values, double rounding)
    {
        var fine = Quotient(values, Step);
        var coarse = Quotient(values, 2 * Step);
        for (int i = 0; i < derivative.Length; i++)
            AssertNear(fine[i], derivative[i], Math.Abs(coarse[i] - fine[i]) + 2 * rounding / Step);
    }

    private static double[] Quotient(Func<double, double[]> values, double h) =>
        [.. values(h).Zip(values(-h), (after, before) => (after - before) / (2 * h))];

    private static double[] Moved(double[] x, double[] v, double h) => [.. x.Zip(v, (a, b) => a + h * b)];

    private static double Terms(DerivativeBench bench) => bench.Inputs + bench.Outputs + 32;

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();

    private static double Magnitude(double[] x) => x.Sum(Math.Abs);

    private static double Scale(IEnumerable<double> x) => x.Select(Math.Abs).Append(1).Max();

    private static void AssertNear(double[] expected, double[] actual, double bound)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) AssertNear(expected[i], actual[i], bound);
    }

    private static void AssertNear(double expected, double actual, double bound)
    {
        double error = Math.Abs(expected - actual);
        if (!(error <= bound))
            Assert.Fail(FormattableString.Invariant($"{expected:g17} and {actual:g17} differ by {error:g3}, more than {bound:g3}"));
    }
}
