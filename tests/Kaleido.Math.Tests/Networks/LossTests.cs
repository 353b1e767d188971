using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Networks;

namespace Kaleido.Tests.Networks;

public class LossTests
{
    private const int Rows = 5, Columns = 4;

    public static TheoryData<bool> Devices => [false, true];

    // The rounding unit of the device, for the fewer than 40 roundings on the way of an element.
    private static (Device Device, double Tolerance) Open(bool reference) =>
        reference ? (Device.Reference(), 40 * Math.ScaleB(1, -53)) : (Device.Cpu(1), 40 * Math.ScaleB(1, -24));

    [Theory]
    [MemberData(nameof(Devices))]
    public void Squared_error_is_the_mean_over_samples_and_features(bool reference)
    {
        var (device, tolerance) = Open(reference);
        using var owned = device;
        double[] y = Numbers(1, 3), t = Numbers(2, 3);
        var (loss, gradient) = Run(device, LossFunction.SquaredError, y, t, Columns);
        double expected = y.Zip(t, (a, b) => (a - b) * (a - b)).Average();
        Assert.InRange(Math.Abs(loss - expected), 0, tolerance * expected);
        for (int i = 0; i < y.Length; i++) Close(2 * (y[i] - t[i]) / y.Length, gradient[i], tolerance);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Binary_cross_entropy_is_that_of_the_sigmoid(bool reference)
    {
        var (device, tolerance) = Open(reference);
        using var owned = device;
        double[] z = Numbers(3, 6), t = [.. Numbers(4, 0.5).Select(v => (double)(float)(v + 0.5))];
        var (loss, gradient) = Run(device, LossFunction.BinaryCrossEntropy, z, t, Columns);
        double expected = z.Zip(t, (a, b) => -(b * Math.Log(1 / (1 + Math.Exp(-a))) + (1 - b) * Math.Log(1 - 1 / (1 + Math.Exp(-a)))))
            .Average();
        // Each term is a difference softplus(z) - t·z of numbers up to 7.
        Assert.InRange(Math.Abs(loss - expected), 0, tolerance * 7 + 1e-14);
        for (int i = 0; i < z.Length; i++) Assert.Equal((1 / (1 + Math.Exp(-z[i])) - t[i]) / z.Length, gradient[i], tolerance / z.Length);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Binary_cross_entropy_stays_finite_and_exact_for_extreme_logits(bool reference)
    {
        var (device, _) = Open(reference);
        using var owned = device;
        double[] z = [1e4, -1e4, 1e4, -1e4, 0, 0, 1e30, -1e30], t = [1, 0, 0, 1, 1, 0, 1, 0];
        double[] expected = [0, 0, 1e4, 1e4, Math.Log(2), Math.Log(2), 0, 0], slopes = [0, 0, 1, -1, -0.5, 0.5, 0, 0];
        for (int i = 0; i < z.Length; i++)
        {
            var (loss, gradient) = Run(device, LossFunction.BinaryCrossEntropy, [z[i]], [t[i]], 1);
            Assert.InRange(Math.Abs(loss - expected[i]), 0, Math.ScaleB(1, -22) * expected[i]);
            Assert.Equal(slopes[i], gradient[0]);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Cross_entropy_is_minus_the_mean_log_probability(bool reference)
    {
        var (device, tolerance) = Open(reference);
        using var owned = device;
        double[] z = Numbers(5, 4), raw = [.. Numbers(6, 1).Select(Math.Abs)], t = new double[z.Length];
        for (int row = 0; row < Rows; row++)
        {
            double sum = raw.Skip(row * Columns).Take(Columns).Sum();
            for (int c = 0; c < Columns; c++) t[row * Columns + c] = (float)(raw[row * Columns + c] / sum);
        }

        var (loss, gradient) = Run(device, LossFunction.CrossEntropy, z, t, Columns);
        double[] softmax = Softmax(z);
        double expected = -t.Zip(softmax, (a, b) => a * Math.Log(b)).Sum() / Rows;
        Assert.InRange(Math.Abs(loss - expected), 0, tolerance * 10);
        for (int i = 0; i < z.Length; i++)
        {
            // Probabilities as targets sum to 1 up to their rounding to float32.
            double total = t.Skip(i / Columns * Columns).Take(Columns).Sum();
            Assert.Equal((total * softmax[i] - t[i]) / Rows, gradient[i], tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Class_numbers_are_one_hot_rows_to_the_bit_and_the_gradient_is_softmax_minus_one_hot(bool reference)
    {
        var (device, tolerance) = Open(reference);
        using var owned = device;
        double[] z = Numbers(7, 5), classes = [3, 0, 2, 2, 1], oneHot = new double[z.Length];
        for (int row = 0; row < Rows; row++) oneHot[row * Columns + (int)classes[row]] = 1;
        var (fromClasses, classGradient) = Run(device, LossFunction.CrossEntropy, z, classes, 1);
        var (fromRows, rowGradient) = Run(device, LossFunction.CrossEntropy, z, oneHot, Columns);
        Assert.Equal(fromRows, fromClasses);
        Assert.Equal(rowGradient, classGradient);
        double[] softmax = Softmax(z);
        for (int i = 0; i < z.Length; i++) Assert.Equal((softmax[i] - oneHot[i]) / Rows, classGradient[i], tolerance);
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Cross_entropy_stays_finite_for_extreme_logits(bool reference)
    {
        var (device, _) = Open(reference);
        using var owned = device;
        double[] z = new double[Rows * Columns];
        (z[0], z[1], z[2]) = (1e4, -1e4, 88);
        (z[4], z[5]) = (1e30, 1e30);
        var (loss, gradient) = Run(device, LossFunction.CrossEntropy, z, [0, 1, 0, 0, 0], 1);
        // Rows: 0; ln 2, lost in the rounding of 10³⁰ + ln 2; three times ln 4.
        Assert.Equal(3 * Math.Log(4) / Rows, loss, 1e-6);
        Assert.All(gradient, g => Assert.True(double.IsFinite(g)));
        Assert.Equal([0, 0, 0, 0], gradient[..4]);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_with_both()
    {
        var graph = new Graph();
        var logits = graph.Input("z", 4);
        foreach (var loss in Enum.GetValues<LossFunction>())
        {
            var error = Assert.Throws<ArgumentException>(() => loss.Build(logits, logits, graph.Input("t", 3)));
            Assert.Contains("[rows, 4]", error.Message, StringComparison.Ordinal);
            Assert.Contains("[rows, 3]", error.Message, StringComparison.Ordinal);
        }

        Assert.Throws<ArgumentException>(() => LossFunction.SquaredError.Build(logits, logits, graph.Input("t", 1)));
    }

    private static (double Loss, double[] Gradient) Run(
        Device device, LossFunction function, double[] logits, double[] targets, int targetColumns)
    {
        int columns = targetColumns == 1 && function != LossFunction.CrossEntropy ? 1 : Columns, rows = logits.Length / columns;
        var graph = new Graph();
        Node z = graph.Input("z", columns), t = graph.Input("t", targetColumns);
        var loss = function.Build(z, z, t);
        var gradient = loss.Differentiate([z])[0];
        using var plan = Plan.Compile(graph, device, rows, [loss, gradient]);
        plan.Upload(z, logits);
        plan.Upload(t, targets);
        plan.Run();
        var values = new double[logits.Length];
        plan.Download(gradient, values);
        return (plan.Scalar(loss), values);
    }

    private static void Close(double expected, double actual, double relative) =>
        Assert.InRange(Math.Abs(expected - actual), 0, relative * Math.Abs(expected));

    private static double[] Softmax(double[] z)
    {
        var values = new double[z.Length];
        for (int row = 0; row < z.Length; row += Columns)
        {
            double sum = z.Skip(row).Take(Columns).Sum(Math.Exp);
            for (int i = row; i < row + Columns; i++) values[i] = Math.Exp(z[i]) / sum;
        }

        return values;
    }

    // Numbers of float32, so that both devices see the same.
    private static double[] Numbers(int seed, double range)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Rows * Columns).Select(_ => (double)(float)((random.NextDouble() * 2 - 1) * range))];
    }
}
