using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kaleido.Backends;

namespace Kaleido.Cuda.Fusion;

/// <summary>How an operand lies beside a result of [rows, columns].</summary>
internal enum Lie
{
    /// <summary>[rows, columns].</summary>
    Whole,

    /// <summary>[1, columns], repeated in every row.</summary>
    Row,

    /// <summary>[rows, 1], repeated in every column.</summary>
    Column,

    /// <summary>[1, 1].</summary>
    Scalar,
}

/// <summary>One function within a kernel. Values have numbers: those of the sources first, then of the steps, in order.</summary>
internal readonly record struct ElementwiseStep(Operation Function, IReadOnlyList<int> Operands);

/// <summary>
/// Several elementwise functions on one shape as one kernel, written as PTX where it is needed: each element is read once, goes through
/// all of them in registers, and what others want of it is written.
/// </summary>
/// <remarks>
/// The text follows from the structure alone (numbers come from memory), so that a device compiles few of them. The functions are those
/// of Kernels/functions.h that are a handful of instructions, with the same bits; every result is rounded to nearest, nothing is fused.
/// Parameters: an address for each source and each result, s64 count, u32 columns. Launched flat (Kernels/README.md); an element's
/// number must fit into 32 bits.
/// </remarks>
internal sealed class ElementwiseKernel
{
    /// <summary>Sources and results at most: with 8 bytes each far below the 4 KiB of parameters that a kernel may have.</summary>
    public const int MostOperands = 32;

    /// <summary>Functions at most, so that values stay in registers.</summary>
    public const int MostSteps = 48;

    private readonly StringBuilder _body = new();

    public ElementwiseKernel(IReadOnlyList<Lie> sources, IReadOnlyList<ElementwiseStep> steps, IReadOnlyList<int> results)
    {
        (Sources, Results) = (sources, results);
        Write(steps);
        string body = _body.ToString();
        Name = "elementwise_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)).AsSpan(0, 8));
        Text = $".version 6.0\n.target sm_50\n.address_size 64\n\n.visible .entry {Name}{body}";
    }

    /// <summary>How the sources lie.</summary>
    public IReadOnlyList<Lie> Sources { get; }

    /// <summary>Which values are written.</summary>
    public IReadOnlyList<int> Results { get; }

    /// <summary>A name that two kernels share only if they are the same.</summary>
    public string Name { get; }

    /// <summary>The kernel.</summary>
    public string Text { get; }

    /// <summary>Whether a function can be a step. Those that take more than a handful of instructions have kernels of their own.</summary>
    public static bool Has(Operation operation) => operation switch
    {
        UnaryElementwise { Function: UnaryOperation.Negate or UnaryOperation.Abs or UnaryOperation.Sign or UnaryOperation.Sqrt
            or UnaryOperation.Relu or UnaryOperation.Identity } => true,
        BinaryElementwise or TernaryElementwise or BroadcastOperation => true,
        _ => false,
    };

    private void Line(string text) => _body.Append('\t').Append(text).Append(";\n");

    private void Write(IReadOnlyList<ElementwiseStep> steps)
    {
        int addresses = Sources.Count + Results.Count;
        _body.Append("(\n");
        for (int i = 0; i < addresses; i++) _body.Append(CultureInfo.InvariantCulture, $"\t.param .u64 address_{i},\n");
        _body.Append("\t.param .u64 count,\n\t.param .u32 columns\n)\n.maxntid 256, 1, 1\n{\n");
        Line(".reg .pred %p<4>");
        Line(".reg .b32 %r<12>");
        // Two more than there are values, for what a maximum needs beside its result.
        Line(Of($".reg .f32 %f<{Sources.Count + steps.Count + 2}>"));
        Line(Of($".reg .b64 %rd<{6 + addresses}>"));
        Line("ld.param.u64 %rd0, [count]");
        Line("mov.u32 %r0, %ctaid.x");
        Line("mov.u32 %r1, %ntid.x");
        Line("mov.u32 %r2, %tid.x");
        Line("mov.u32 %r3, %nctaid.x");
        Line("mul.wide.u32 %rd1, %r0, %r1");
        Line("cvt.u64.u32 %rd2, %r2");
        Line("add.s64 %rd1, %rd1, %rd2"); // the element
        Line("mul.wide.u32 %rd2, %r3, %r1"); // and how far it is to this thread's next
        Line("setp.ge.s64 %p0, %rd1, %rd0");
        Line("@%p0 bra DONE");
        if (Sources.Any(lie => lie is Lie.Row or Lie.Column)) Line("ld.param.u32 %r4, [columns]");
        for (int i = 0; i < addresses; i++)
        {
            Line(Of($"ld.param.u64 %rd{6 + i}, [address_{i}]"));
            Line(Of($"cvta.to.global.u64 %rd{6 + i}, %rd{6 + i}"));
            if (i < Sources.Count && Sources[i] == Lie.Scalar) Line(Of($"ld.global.f32 %f{i}, [%rd{6 + i}]"));
        }

        _body.Append("EACH:\n");
        Read();
        for (int i = 0; i < steps.Count; i++) Step(steps[i], Sources.Count + i, Sources.Count + steps.Count);
        for (int i = 0; i < Results.Count; i++)
        {
            Line(Of($"add.s64 %rd5, %rd{6 + Sources.Count + i}, %rd3"));
            Line(Of($"st.global.f32 [%rd5], %f{Results[i]}"));
        }

        Line("add.s64 %rd1, %rd1, %rd2");
        Line("setp.lt.s64 %p0, %rd1, %rd0");
        Line("@%p0 bra EACH");
        _body.Append("DONE:\n");
        Line("ret");
        _body.Append("}\n");
    }

    private static string Of(FormattableString text) => FormattableString.Invariant(text);

    private void Read()
    {
        Line("shl.b64 %rd3, %rd1, 2");
        if (Sources.Any(lie => lie is Lie.Row or Lie.Column))
        {
            Line("cvt.u32.u64 %r5, %rd1");
            Line("div.u32 %r6, %r5, %r4");
            Line("mul.lo.s32 %r7, %r6, %r4");
            Line("sub.s32 %r7, %r5, %r7");
        }

        for (int i = 0; i < Sources.Count; i++)
        {
            if (Sources[i] == Lie.Scalar) continue;
            if (Sources[i] != Lie.Whole) Line($"mul.wide.u32 %rd4, {(Sources[i] == Lie.Row ? "%r7" : "%r6")}, 4");
            Line(Of($"add.s64 %rd5, %rd{6 + i}, {(Sources[i] == Lie.Whole ? "%rd3" : "%rd4")}"));
            Line(Of($"ld.global.f32 %f{i}, [%rd5]"));
        }
    }

    // Zeros and ones as PTX writes them.
    private const string Zero = "0f00000000", One = "0f3F800000", MinusOne = "0fBF800000";

    private void Step(ElementwiseStep step, int to, int free)
    {
        string d = Of($"%f{to}"), e = Of($"%f{free}"), g = Of($"%f{free + 1}");
        string[] x = [.. step.Operands.Select(value => Of($"%f{value}"))];
        switch (step.Function)
        {
            case BroadcastOperation: Line($"mov.f32 {d}, {x[0]}"); break;
            case UnaryElementwise unary: Unary(unary.Function, d, x[0]); break;
            case BinaryElementwise binary: Binary(binary.Function, d, x[0], x[1], e, g); break;
            case TernaryElementwise { Function: TernaryOperation.FusedMultiplyAdd }:
                Line($"fma.rn.f32 {d}, {x[0]}, {x[1]}, {x[2]}");
                break;
            case TernaryElementwise { Function: TernaryOperation.Select }:
                Line($"setp.eq.f32 %p1, {x[0]}, {Zero}");
                Line($"selp.f32 {d}, {x[2]}, {x[1]}, %p1");
                break;
            default: throw Unknown(step.Function.Name);
        }
    }

    private static NotSupportedException Unknown(string name) => new($"no kernel is written for the function {name}");

    private void Unary(UnaryOperation function, string d, string x)
    {
        switch (function)
        {
            case UnaryOperation.Negate: Line($"neg.f32 {d}, {x}"); break;
            case UnaryOperation.Abs: Line($"abs.f32 {d}, {x}"); break;
            case UnaryOperation.Sqrt: Line($"sqrt.rn.f32 {d}, {x}"); break;
            case UnaryOperation.Identity: Line($"mov.f32 {d}, {x}"); break;
            case UnaryOperation.Relu:
                Line($"setp.le.f32 %p1, {x}, {Zero}");
                Line($"selp.f32 {d}, {Zero}, {x}, %p1");
                break;
            case UnaryOperation.Sign:
                Line($"setp.gt.f32 %p1, {x}, {Zero}");
                Line($"setp.lt.f32 %p2, {x}, {Zero}");
                Line($"setp.nan.f32 %p3, {x}, {x}");
                Line($"selp.f32 {d}, {MinusOne}, {Zero}, %p2");
                Line($"selp.f32 {d}, {One}, {d}, %p1");
                Line($"selp.f32 {d}, {x}, {d}, %p3");
                break;
            default: throw Unknown(function.ToString());
        }
    }

    private void Binary(BinaryOperation function, string d, string x, string y, string e, string g)
    {
        switch (function)
        {
            case BinaryOperation.Add: Line($"add.rn.f32 {d}, {x}, {y}"); break;
            case BinaryOperation.Subtract: Line($"sub.rn.f32 {d}, {x}, {y}"); break;
            case BinaryOperation.Multiply: Line($"mul.rn.f32 {d}, {x}, {y}"); break;
            case BinaryOperation.Divide: Line($"div.rn.f32 {d}, {x}, {y}"); break;
            case BinaryOperation.Maximum: Extreme("gt", "lt", "and"); break;
            case BinaryOperation.Minimum: Extreme("lt", "gt", "or"); break;
            case BinaryOperation.Less: Compare("lt"); break;
            case BinaryOperation.LessOrEqual: Compare("le"); break;
            case BinaryOperation.Equal: Compare("eq"); break;
            default: throw Unknown(function.ToString());
        }

        void Compare(string how)
        {
            Line($"setp.{how}.f32 %p1, {x}, {y}");
            Line($"selp.f32 {d}, {One}, {Zero}, %p1");
        }

        // Of equal ones, which may be zeros of either sign, the bits decide; a NaN becomes the sum.
        void Extreme(string first, string second, string equal)
        {
            Line($"setp.{first}.f32 %p1, {x}, {y}");
            Line($"setp.{second}.f32 %p2, {x}, {y}");
            Line($"setp.eq.f32 %p3, {x}, {y}");
            Line($"mov.b32 %r8, {x}");
            Line($"mov.b32 %r9, {y}");
            Line($"{equal}.b32 %r8, %r8, %r9");
            Line($"mov.b32 {e}, %r8");
            Line($"add.rn.f32 {g}, {x}, {y}");
            Line($"selp.f32 {d}, {e}, {g}, %p3");
            Line($"selp.f32 {d}, {y}, {d}, %p2");
            Line($"selp.f32 {d}, {x}, {d}, %p1");
        }
    }
}
