using Kaleido.Numerics;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Numerics;

/// <summary>Runs a function over a span.</summary>
public delegate void SpanFunction(ReadOnlySpan<float> x, Span<float> destination);

/// <summary>One function: its public span form, its public scalar form, each lane width, and a float64 reference.</summary>
public sealed record FunctionCase(
    string Name, SpanFunction Span, Func<float, float> Scalar, IReadOnlyDictionary<string, SpanFunction> Lanes, Func<double, double> Exact)
{
    public override string ToString() => Name;
}

/// <summary>All functions under test.</summary>
public static class FunctionCases
{
    public static readonly double[] Exponents = [2, 3, -1, 0.5, -0.75, 1.7, 11, 300.25, -1e9, 1e-3];

    public static readonly IReadOnlyList<FunctionCase> All =
    [
        Case("exp", default(ExpFunction), VectorFunctions.Exp, Elementary.Exp, Math.Exp),
        Case("expm1", default(Expm1Function), VectorFunctions.Expm1, Elementary.Expm1, Oracle.Expm1),
        Case("log", default(LogFunction), VectorFunctions.Log, Elementary.Log, Math.Log),
        Case("log1p", default(Log1pFunction), VectorFunctions.Log1p, Elementary.Log1p, Oracle.Log1p),
        Case("tanh", default(TanhFunction), VectorFunctions.Tanh, Elementary.Tanh, Math.Tanh),
        Case("sigmoid", default(SigmoidFunction), VectorFunctions.Sigmoid, Elementary.Sigmoid, Oracle.Sigmoid),
        Case("softplus", default(SoftplusFunction), VectorFunctions.Softplus, Elementary.Softplus, Oracle.Softplus),
        DoubleCase("erf", default(ErfFunction), VectorFunctions.Erf, Elementary.Erf, Oracle.Erf),
        DoubleCase("normal_cdf", default(NormalCdfFunction), VectorFunctions.NormalCdf, Elementary.NormalCdf, Oracle.NormalCdf),
        DoubleCase("gelu", default(GeluFunction), VectorFunctions.Gelu, Elementary.Gelu, Oracle.Gelu),
        Case("elu", new EluFunction(1), (x, y) => VectorFunctions.Elu(x, 1, y), x => Elementary.Elu(x, 1),
            x => x > 0 ? x : Oracle.Expm1(x)),
        Case("elu_0.3", new EluFunction(0.3), (x, y) => VectorFunctions.Elu(x, 0.3, y), x => Elementary.Elu(x, 0.3),
            x => x > 0 ? x : 0.3f * Oracle.Expm1(x)),
        Case("sin", default(SinFunction), VectorFunctions.Sin, Elementary.Sin, Math.Sin),
        Case("cos", default(CosFunction), VectorFunctions.Cos, Elementary.Cos, Math.Cos),
        .. Exponents.Select(exponent => DoubleCase(
            $"pow_{exponent}", new PowFunction(exponent), (x, y) => VectorFunctions.Pow(x, exponent, y),
            x => Elementary.Pow(x, exponent), x => Math.Pow(x, exponent))),
    ];

    public static TheoryData<string> Names => [.. All.Select(function => function.Name)];

    public static FunctionCase Named(string name) => All.Single(function => function.Name == name);

    private static FunctionCase Case<TFunction>(
        string name, TFunction function, SpanFunction span, Func<float, float> scalar, Func<double, double> exact)
        where TFunction : struct, IFloatFunction =>
        new(name, span, scalar, new Dictionary<string, SpanFunction>
        {
            ["512"] = (x, y) => ElementwiseKernel.RunLanes<TFunction, Float512>(function, x, y),
            ["256"] = (x, y) => ElementwiseKernel.RunLanes<TFunction, Float256>(function, x, y),
            ["128"] = (x, y) => ElementwiseKernel.RunLanes<TFunction, Float128>(function, x, y),
            ["scalar"] = (x, y) => ElementwiseKernel.RunLanes<TFunction, FloatScalar>(function, x, y),
        }, exact);

    private static FunctionCase DoubleCase<TFunction>(
        string name, TFunction function, SpanFunction span, Func<float, float> scalar, Func<double, double> exact)
        where TFunction : struct, IDoubleFunction
    {
        FunctionCase inFloatLanes = Case(name, new Rounded<TFunction>(function), span, scalar, exact);
        return inFloatLanes with
        {
            Lanes = new Dictionary<string, SpanFunction>(inFloatLanes.Lanes)
            {
                ["double 512"] = (x, y) => ElementwiseKernel.RunDoubleLanes<TFunction, Double512>(function, x, y),
                ["double 256"] = (x, y) => ElementwiseKernel.RunDoubleLanes<TFunction, Double256>(function, x, y),
                ["double 128"] = (x, y) => ElementwiseKernel.RunDoubleLanes<TFunction, Double128>(function, x, y),
                ["double scalar"] = (x, y) => ElementwiseKernel.RunDoubleLanes<TFunction, DoubleScalar>(function, x, y),
            },
        };
    }
}
