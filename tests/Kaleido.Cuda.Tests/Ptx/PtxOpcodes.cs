using Op = Kaleido.Cuda.Tests.Ptx.PtxOperation;

namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>The opcodes whose operands are registers or numbers and nothing else.</summary>
internal static class PtxOpcodes
{
    /// <summary>What an opcode becomes: its operation, the width of its result, what Aux holds.</summary>
    public readonly record struct Form(Op Operation, int Width, sbyte Aux = 0);

    private static readonly Dictionary<string, Form> s_forms = Build();

    public static bool TryFind(string opcode, out Form form) => s_forms.TryGetValue(opcode, out form);

    private static Dictionary<string, Form> Build()
    {
        var forms = new Dictionary<string, Form>(StringComparer.Ordinal);
        void Signed(string name, Op operation)
        {
            forms.Add($"{name}.s16", new(operation, 16, -16));
            forms.Add($"{name}.s32", new(operation, 32, -32));
            forms.Add($"{name}.s64", new(operation, 64, -64));
        }

        void Unsigned(string name, Op operation, params string[] types)
        {
            foreach (string type in types) forms.Add($"{name}.{type}", new(operation, type == "pred" ? 1 : int.Parse(type.AsSpan(1)), 0));
        }

        foreach (string name in new[] { "add", "sub" })
        {
            var operation = name == "add" ? Op.Add : Op.Subtract;
            Signed(name, operation);
            Unsigned(name, operation, "u16", "u32", "u64");
        }

        foreach (string sign in new[] { "s", "u" })
        {
            foreach (int width in new[] { 16, 32, 64 })
            {
                forms.Add($"mul.lo.{sign}{width}", new(Op.Multiply, width));
                forms.Add($"mad.lo.{sign}{width}", new(Op.MultiplyAdd, width));
            }
        }

        forms.Add("mul.wide.s32", new(Op.MultiplyWideSigned, 64));
        forms.Add("mul.wide.u32", new(Op.MultiplyWideUnsigned, 64));
        forms.Add("mul.wide.s16", new(Op.MultiplyWideSigned16, 32));
        forms.Add("mul.wide.u16", new(Op.MultiplyWideUnsigned16, 32));
        forms.Add("mul.hi.u32", new(Op.MultiplyHighUnsigned, 32));
        forms.Add("mul.hi.s32", new(Op.MultiplyHighSigned, 32));
        forms.Add("mul.hi.u64", new(Op.MultiplyHighUnsigned64, 64));
        Signed("div", Op.DivideSigned);
        Signed("rem", Op.RemainderSigned);
        Signed("neg", Op.Negate);
        Signed("abs", Op.Absolute);
        Signed("min", Op.MinimumSigned);
        Signed("max", Op.MaximumSigned);
        Signed("shr", Op.ShiftRightSigned);
        Unsigned("div", Op.DivideUnsigned, "u16", "u32", "u64");
        Unsigned("rem", Op.RemainderUnsigned, "u16", "u32", "u64");
        Unsigned("min", Op.MinimumUnsigned, "u16", "u32", "u64");
        Unsigned("max", Op.MaximumUnsigned, "u16", "u32", "u64");
        Unsigned("shr", Op.ShiftRightUnsigned, "u16", "u32", "u64", "b16", "b32", "b64");
        Unsigned("shl", Op.ShiftLeft, "b16", "b32", "b64");
        Unsigned("and", Op.And, "pred", "b16", "b32", "b64");
        Unsigned("or", Op.Or, "pred", "b16", "b32", "b64");
        Unsigned("xor", Op.Xor, "pred", "b16", "b32", "b64");
        Unsigned("not", Op.Not, "pred", "b16", "b32", "b64");
        forms.Add("bfe.u32", new(Op.BitField, 32));
        forms.Add("shf.l.wrap.b32", new(Op.FunnelLeft, 32, 31));
        forms.Add("shf.r.wrap.b32", new(Op.FunnelRight, 32, 31));
        forms.Add("shf.l.clamp.b32", new(Op.FunnelLeft, 32, 32));
        forms.Add("shf.r.clamp.b32", new(Op.FunnelRight, 32, 32));
        foreach (string type in new[] { "pred", "b16", "u16", "s16", "b32", "u32", "s32", "f32", "b64", "u64", "s64", "f64" })
        {
            int width = type == "pred" ? 1 : int.Parse(type.AsSpan(1));
            forms.Add($"mov.{type}", new(Op.Move, width));
            if (width > 1) forms.Add($"selp.{type}", new(Op.Select, width));
        }

        foreach (var (type, width, shift) in new[] { ("f32", 32, 0), ("f64", 64, Op.AddDouble - Op.AddFloat) })
        {
            void Float(string name, Op operation) => forms.Add($"{name}.{type}", new(operation + (byte)shift, width));
            Float("add.rn", Op.AddFloat);
            Float("sub.rn", Op.SubtractFloat);
            Float("mul.rn", Op.MultiplyFloat);
            Float("div.rn", Op.DivideFloat);
            Float("fma.rn", Op.FusedFloat);
            Float("rcp.rn", Op.ReciprocalFloat);
            Float("sqrt.rn", Op.RootFloat);
            Float("abs", Op.AbsoluteFloat);
            Float("neg", Op.NegateFloat);
            Float("min", Op.MinimumFloat);
            Float("max", Op.MaximumFloat);
        }

        foreach (int width in new[] { 16, 32, 64 })
        {
            forms.Add($"cvt.rn.f32.s{width}", new(Op.SignedToFloat, 32, (sbyte)-width));
            forms.Add($"cvt.rn.f32.u{width}", new(Op.UnsignedToFloat, 32, (sbyte)width));
            forms.Add($"cvt.rn.f64.s{width}", new(Op.SignedToDouble, 64, (sbyte)-width));
            forms.Add($"cvt.rn.f64.u{width}", new(Op.UnsignedToDouble, 64, (sbyte)width));
        }

        foreach (int width in new[] { 32, 64 })
        {
            forms.Add($"cvt.rzi.s{width}.f32", new(Op.FloatToSigned, width));
            forms.Add($"cvt.rzi.s{width}.f64", new(Op.DoubleToSigned, width));
        }

        foreach (string to in new[] { "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64" })
        {
            foreach (string from in new[] { "s8", "u8", "s16", "u16", "s32", "u32", "s64", "u64" })
            {
                if (to == from) continue;
                int width = int.Parse(from.AsSpan(1));
                forms.Add($"cvt.{to}.{from}", new(Op.Extend, int.Parse(to.AsSpan(1)), (sbyte)(from[0] == 's' ? -width : width)));
            }
        }

        forms.Add("cvt.rn.f32.f64", new(Op.DoubleToFloat, 32));
        forms.Add("cvt.f64.f32", new(Op.FloatToDouble, 64));
        forms.Add("cvt.rni.f64.f64", new(Op.RoundDouble, 64));
        forms.Add("cvt.rni.f32.f32", new(Op.RoundFloat, 32));
        return forms;
    }
}
