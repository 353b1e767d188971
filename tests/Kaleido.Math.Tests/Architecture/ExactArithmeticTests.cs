using System.Numerics;
using System.Numerics.Tensors;
using System.Reflection;
using System.Runtime.Intrinsics;
using Kaleido.Backends;

namespace Kaleido.Tests.Architecture;

/// <summary>
/// Contract rule 4, read from the compiled library: outside the float64 device nothing calls what platforms round differently.
/// </summary>
public sealed class ExactArithmeticTests
{
    private static readonly HashSet<string> AllowedOfMath =
    [
        "Abs", "Sqrt", "FusedMultiplyAdd", "Min", "Max", "Floor", "Ceiling", "Round", "Truncate", "BitDecrement", "BitIncrement",
        "CopySign", "ScaleB", "BigMul", "Clamp", "DivRem", "Sign",
    ];

    private static readonly HashSet<string> AllowedOfTensorPrimitives =
        ["Add", "Subtract", "Multiply", "Divide", "Max", "Min", "Negate", "Abs", "Sqrt", "FusedMultiplyAdd"];

    private static readonly HashSet<string> ReducesInAnOrderOfItsOwn =
        ["Sum", "Dot", "Average", "Norm", "Length", "LengthSquared", "Distance"];

    private static readonly string[] Transcendental =
        ["Exp", "Log", "Pow", "Cbrt", "Hypot", "RootN", "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Lerp", "Degrees", "Radians"];

    /// <summary>Why a member must not be called, or null.</summary>
    private static string? Objection(MethodBase called)
    {
        string type = called.DeclaringType is { } declaring ? $"{declaring.Namespace}.{declaring.Name.Split('`')[0]}" : "";
        string name = called.Name[(called.Name.LastIndexOf('.') + 1)..];
        if (!Begins(type, "System.")) return null;
        if (type is "System.Math" or "System.MathF") return AllowedOfMath.Contains(name) ? null : "calls the platform's library";
        if (type == "System.Numerics.Tensors.TensorPrimitives")
            return AllowedOfTensorPrimitives.Contains(name) ? null : "is not on the list of exactly rounded primitives";
        if (type == "System.Numerics.Tensors.Tensor" && !Begins(name, "Create")) return "computes by primitives";
        if (name.EndsWith("Native", StringComparison.Ordinal) || name.EndsWith("Estimate", StringComparison.Ordinal))
            return "differs between processors";
        if (Begins(type, "System.Runtime.Intrinsics.") && Begins(name, "Reciprocal"))
            return "is an approximation that differs between processors";
        bool vector = Begins(type, "System.Runtime.Intrinsics.Vector") || Begins(type, "System.Numerics.Vector");
        if (vector && ReducesInAnOrderOfItsOwn.Contains(name)) return "adds in an order that follows the width";
        bool number = vector || type is "System.Single" or "System.Double" or "System.Half" or "System.Numerics.Complex"
            || (Begins(type, "System.Numerics.I") && type.EndsWith("Functions", StringComparison.Ordinal));
        return number && Transcendental.Any(function => Begins(name, function)) ? "is a platform's function" : null;
    }

    private static bool Begins(string text, string start) => text.StartsWith(start, StringComparison.Ordinal);

    private static List<string> Violations(IEnumerable<Type> types) =>
    [
        .. from type in types
           from method in IlReader.Methods(type)
           from called in IlReader.Members(method).OfType<MethodBase>()
           let objection = Objection(called)
           where objection is not null
           select $"{type.FullName}.{method.Name}: {called.DeclaringType!.Name}.{called.Name} {objection}",
    ];

    [Fact]
    public void The_library_calls_only_exactly_rounded_functions()
    {
        var types = typeof(IBackend).Assembly.GetTypes().Where(t => !IsReference(t)).ToList();
        Assert.True(types.Count > 100);
        Assert.Empty(Violations(types));
    }

    private static bool IsReference(Type type) => Begins(type.Namespace ?? "", "Kaleido.Backends.Reference");

    [Fact]
    public void The_float64_device_is_where_platform_functions_are_seen() =>
        Assert.NotEmpty(Violations(typeof(IBackend).Assembly.GetTypes().Where(IsReference)));

    [Fact]
    public void A_method_that_calls_what_is_banned_is_found()
    {
        var found = Violations([typeof(Offender), typeof(Offender.Nested<>)]);
        string[] expected =
        [
            "MathF.Exp", "Math.Pow", "Math.Cos", "Single.MaxNative", "Vector128.MultiplyAddEstimate", "Vector256.Sum", "Vector.Dot",
            "Vector512.Log", "TensorPrimitives.Tanh", "TensorPrimitives.Sum", "Double.Sin", "IExponentialFunctions`1.Exp", "Math.Tanh",
            "MathF.ReciprocalSqrtEstimate",
        ];
        Assert.All(expected, name => Assert.Contains(found, violation => violation.Contains($": {name} ", StringComparison.Ordinal)));
        Assert.Equal(expected.Length, found.Count);
    }

    /// <summary>Everything wrong, and beside it what is allowed.</summary>
    private static class Offender
    {
        public static float Single(float x, Span<float> span)
        {
            TensorPrimitives.Tanh(span, span);
            TensorPrimitives.Add(span, 1f, span);
            Func<double, double> hidden = Math.Tanh;
            return MathF.Exp(x) + float.MaxNative(x, 1) + TensorPrimitives.Sum(span) + MathF.Sqrt(x) + (float)hidden(x)
                + MathF.ReciprocalSqrtEstimate(x);
        }

        public static double Double(double x) => Math.Pow(x, 2) + Math.Cos(x) + double.Sin(x) + Math.FusedMultiplyAdd(x, x, x);

        public static float Vectors(Vector128<float> a, Vector256<float> b, Vector<float> c, Vector512<float> d) =>
            Vector128.MultiplyAddEstimate(a, a, a)[0] + Vector256.Sum(b) + Vector.Dot(c, c) + Vector512.Log(d)[0]
            + Vector128.FusedMultiplyAdd(a, a, a)[0];

        public static class Nested<T> where T : IExponentialFunctions<T>
        {
            public static T Hidden(T x) => T.Exp(x);
        }
    }
}
