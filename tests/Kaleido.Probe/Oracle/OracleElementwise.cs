using Kaleido.Backends;
using Kaleido.Numerics;
using Kaleido.Tensors;

namespace Kaleido.Probe.Oracle;

/// <summary>The lines of tests/oracle/elementwise.c, computed by the library.</summary>
internal sealed class OracleElementwise(OracleReport report, Device device, uint count)
{
    private static readonly (string Name, UnaryOperation Function, double Alpha)[] s_unary =
    [
        ("negate", UnaryOperation.Negate, 0), ("abs", UnaryOperation.Abs, 0), ("sign", UnaryOperation.Sign, 0),
        ("sqrt", UnaryOperation.Sqrt, 0),
        ("exp", UnaryOperation.Exp, 0), ("expm1", UnaryOperation.Expm1, 0), ("log", UnaryOperation.Log, 0),
        ("log1p", UnaryOperation.Log1p, 0),
        ("tanh", UnaryOperation.Tanh, 0), ("sigmoid", UnaryOperation.Sigmoid, 0), ("softplus", UnaryOperation.Softplus, 0),
        ("erf", UnaryOperation.Erf, 0), ("normal_cdf", UnaryOperation.NormalCdf, 0), ("gelu", UnaryOperation.Gelu, 0),
        ("relu", UnaryOperation.Relu, 0), ("leaky_relu", UnaryOperation.LeakyRelu, 0.01), ("elu", UnaryOperation.Elu, 1),
        ("elu_0.3", UnaryOperation.Elu, 0.3), ("sin", UnaryOperation.Sin, 0), ("cos", UnaryOperation.Cos, 0),
        ("power_1.7", UnaryOperation.Power, 1.7), ("power_3", UnaryOperation.Power, 3), ("power_-0.5", UnaryOperation.Power, -0.5),
        ("power_-2", UnaryOperation.Power, -2), ("power_0", UnaryOperation.Power, 0),
    ];

    private static readonly (string Name, BinaryOperation Function)[] s_binary =
    [
        ("add", BinaryOperation.Add), ("subtract", BinaryOperation.Subtract), ("multiply", BinaryOperation.Multiply),
        ("divide", BinaryOperation.Divide), ("maximum", BinaryOperation.Maximum), ("minimum", BinaryOperation.Minimum),
        ("less", BinaryOperation.Less), ("less_or_equal", BinaryOperation.LessOrEqual), ("equal", BinaryOperation.Equal),
    ];

    public void Run()
    {
        using Tensor patterns = Filled(OracleInputs.Pattern), result = device.CreateTensor(1, (int)count);
        foreach (var (name, function, alpha) in s_unary)
        {
            device.Backend.Unary(patterns.View, function, alpha, result.View);
            report.Line(name, () => report.Put(result.Span));
        }

        using Tensor first = Filled(First), second = Filled(Second), third = Filled(Addend);
        foreach (var (name, function) in s_binary)
        {
            device.Backend.Binary(first.View, second.View, function, result.View);
            report.Line(name, () => report.Put(result.Span));
        }

        device.Backend.Ternary(patterns.View, first.View, second.View, TernaryOperation.Select, result.View);
        report.Line("select", () => report.Put(result.Span));
        device.Backend.Ternary(first.View, second.View, third.View, TernaryOperation.FusedMultiplyAdd, result.View);
        report.Line("fused_multiply_add", () => report.Put(result.Span));
        RunDouble(count / 16);
    }

    private void RunDouble(uint doubles)
    {
        Each("exp_double", i => report.Put(Elementary.Exp(OracleInputs.PatternDouble(i))));
        Each("log_double", i => report.Put(Elementary.Log(OracleInputs.PatternDouble(i))));
        Each("sin_cos_double", i => PutBoth(Elementary.SinCos(OracleInputs.PatternDouble(i))));
        Each("sin_cos_turns_double", i => PutBoth(Elementary.SinCosTurns(OracleInputs.PatternDouble(i))));
        Each("power_double", i => report.Put(Elementary.Pow(OracleInputs.PatternDouble(i), (double)(OracleInputs.Unit(3, i) * (i % 7)))));
        Each("power_integer_double",
            i => report.Put(Elementary.Pow(OracleInputs.PatternDouble(i), (long)OracleInputs.Mixed(4, i) >> (int)(i % 64))));

        void Each(string name, Action<uint> put) => report.Line(name, () =>
        {
            for (uint i = 0; i < doubles; i++) put(i);
        });
    }

    private void PutBoth((double Sin, double Cos) both)
    {
        report.Put(both.Sin);
        report.Put(both.Cos);
    }

    private Tensor Filled(Func<uint, float> value)
    {
        var values = new float[count];
        for (uint i = 0; i < count; i++) values[i] = value(i);
        return device.CreateTensor(1, (int)count, values);
    }

    private static uint Pairs => OracleInputs.Specials * OracleInputs.Specials;

    private static float First(uint i) => OracleInputs.Pattern(i < Pairs ? i % OracleInputs.Specials : i);

    private float Second(uint i) => OracleInputs.Pattern(i < Pairs ? i / OracleInputs.Specials : (uint)(OracleInputs.Mixed(5, i) % count));

    private float Addend(uint i)
    {
        float product = First(i) * Second(i);
        return i % 2 != 0 && !float.IsNaN(product)
            ? BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(-product) + i / 2 % 3 - 1)
            : OracleInputs.Pattern((uint)(OracleInputs.Mixed(6, i) % count));
    }
}
