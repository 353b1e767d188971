using System.Runtime.InteropServices;

namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>What single instructions give, on PTX written by hand, and which are refused.</summary>
public sealed class PtxInstructionTests
{
    internal const string Head = ".version 6.0\n.target sm_50\n.address_size 64\n";

    // A kernel that stores what 'body' leaves in %rd2 (64 bits) at the address in %rd1, given a, b, c in %rd11, %rd12, %rd13.
    internal static string Computing(string body) => Head + $$"""
        .visible .entry test(.param .u64 target, .param .u64 a, .param .u64 b, .param .u64 c)
        {
            .reg .pred %p<9>; .reg .b16 %rs<9>; .reg .b32 %r<20>; .reg .f32 %f<9>; .reg .b64 %rd<20>; .reg .f64 %fd<9>;
            ld.param.u64 %rd1, [target]; // where the result goes
            cvta.to.global.u64 %rd1, %rd1;
            ld.param.u64 %rd11, [a];
            ld.param.u64 %rd12, [b];
            ld.param.u64 %rd13, [c];
            cvt.u32.u64 %r11, %rd11;
            cvt.u32.u64 %r12, %rd12;
            cvt.u32.u64 %r13, %rd13;
            {{body}}
            st.global.u64 [%rd1], %rd2;
            ret;
        }
        """;

    internal static unsafe ulong Compute(string body, ulong a = 0, ulong b = 0, ulong c = 0)
    {
        ulong result = 0;
        var memory = new PtxMemory();
        memory.Map(0x1000, (nint)(&result), 8);
        ulong[] parameters = [0x1000, a, b, c];
        PtxModule.Load(Computing(body)).Launch("test", new(1), new(1), MemoryMarshal.AsBytes<ulong>(parameters), memory);
        return result;
    }

    private static ulong B(float x) => BitConverter.SingleToUInt32Bits(x);

    private static ulong B(double x) => BitConverter.DoubleToUInt64Bits(x);

    public static TheoryData<string, ulong, ulong, ulong, ulong> Integers() => new()
    {
        { "add.s32", 0xFFFFFFFF, 1, 0, 0 },
        { "sub.s32", 0, 1, 0, 0xFFFFFFFF },
        { "mul.lo.s32", 0x80000001, 3, 0, 0x80000003 },
        { "mul.hi.u32", 0x80000001, 4, 0, 2 },
        { "mul.hi.s32", 0xFFFFFFFF, 4, 0, 0xFFFFFFFF },
        { "div.s32", 0xFFFFFFF9, 2, 0, 0xFFFFFFFD },
        { "div.s32", 0x80000000, 0xFFFFFFFF, 0, 0x80000000 },
        { "div.u32", 0xFFFFFFF9, 2, 0, 0x7FFFFFFC },
        { "rem.s32", 0xFFFFFFF9, 2, 0, 0xFFFFFFFF },
        { "rem.u32", 0xFFFFFFF9, 2, 0, 1 },
        { "min.s32", 0xFFFFFFFF, 1, 0, 0xFFFFFFFF },
        { "max.u32", 0xFFFFFFFF, 1, 0, 0xFFFFFFFF },
        { "shl.b32", 3, 31, 0, 0x80000000 },
        { "shl.b32", 3, 32, 0, 0 },
        { "shl.b32", 3, 0xFFFFFFFF, 0, 0 },
        { "shr.u32", 0x80000000, 31, 0, 1 },
        { "shr.s32", 0x80000000, 31, 0, 0xFFFFFFFF },
        { "shr.s32", 0x80000000, 99, 0, 0xFFFFFFFF },
        { "and.b32", 12, 10, 0, 8 },
        { "or.b32", 12, 10, 0, 14 },
        { "xor.b32", 12, 10, 0, 6 },
        { "mad.lo.s32", 3, 4, 0xFFFFFFFF, 11 },
        { "bfe.u32", 0xABCD1234, 8, 12, 0xD12 },
        { "bfe.u32", 0xABCD1234, 40, 12, 0 },
        { "shf.l.wrap.b32", 0x80000001, 0x00000002, 33, 5 },
        { "shf.r.wrap.b32", 0x80000001, 0x00000003, 1, 0xC0000000 },
        { "shf.r.clamp.b32", 0x80000001, 0x00000003, 40, 3 },
    };

    [Theory]
    [MemberData(nameof(Integers))]
    public void Integers_of_32_bits(string opcode, ulong a, ulong b, ulong c, ulong expected)
    {
        bool three = opcode.StartsWith("mad", StringComparison.Ordinal) || opcode.StartsWith("bfe", StringComparison.Ordinal)
            || opcode.StartsWith("shf", StringComparison.Ordinal);
        Assert.Equal(expected, Compute($"{opcode} %r1, %r11, %r12{(three ? ", %r13" : "")}; cvt.u64.u32 %rd2, %r1;", a, b, c));
    }

    [Theory]
    [InlineData("mul.wide.s32 %rd2, %r11, %r12;", 0xFFFFFFFF, 3, 0xFFFFFFFFFFFFFFFD)]
    [InlineData("mul.wide.u32 %rd2, %r11, %r12;", 0xFFFFFFFF, 3, 0x2FFFFFFFD)]
    [InlineData("mul.hi.u64 %rd2, %rd11, %rd12;", 0xFFFFFFFFFFFFFFFF, 16, 15)]
    [InlineData("mul.lo.s64 %rd2, %rd11, %rd12;", 0xFFFFFFFFFFFFFFFF, 16, 0xFFFFFFFFFFFFFFF0)]
    [InlineData("shr.s64 %rd2, %rd11, %r12;", 0x8000000000000000, 63, 0xFFFFFFFFFFFFFFFF)]
    [InlineData("shr.u64 %rd2, %rd11, %r12;", 0x8000000000000000, 64, 0)]
    [InlineData("neg.s64 %rd2, %rd11;", 5, 0, 0xFFFFFFFFFFFFFFFB)]
    [InlineData("abs.s64 %rd2, %rd11;", 0xFFFFFFFFFFFFFFFB, 0, 5)]
    [InlineData("not.b64 %rd2, %rd11;", 5, 0, 0xFFFFFFFFFFFFFFFA)]
    [InlineData("cvt.s64.s32 %rd2, %r11;", 0x80000000, 0, 0xFFFFFFFF80000000)]
    [InlineData("cvt.u16.u32 %rs1, %r11; cvt.s32.s16 %r1, %rs1; cvt.u64.u32 %rd2, %r1;", 0x12348001, 0, 0xFFFF8001)]
    [InlineData("cvt.u16.u32 %rs1, %r11; mul.wide.u16 %r1, %rs1, 4; cvt.u64.u32 %rd2, %r1;", 0x1FFFF, 0, 0x3FFFC)]
    [InlineData("cvt.u16.u32 %rs1, %r11; mul.wide.s16 %r1, %rs1, 4; cvt.u64.u32 %rd2, %r1;", 0x1FFFF, 0, 0xFFFFFFFC)]
    [InlineData("mov.b64 %rd2, {%r11, %r12};", 0x11, 0x22, 0x2200000011)]
    [InlineData("mov.b64 {%r1, %r2}, %rd11; cvt.u64.u32 %rd2, %r2;", 0x2200000011, 0, 0x22)]
    [InlineData("setp.lt.s32 %p1, %r11, %r12; selp.b64 %rd2, 7, 8, %p1;", 0xFFFFFFFF, 1, 7)]
    [InlineData("setp.lt.u32 %p1, %r11, %r12; selp.b64 %rd2, 7, 8, %p1;", 0xFFFFFFFF, 1, 8)]
    [InlineData("setp.ne.s64 %p1, %rd11, -1; selp.b64 %rd2, 7, 8, %p1;", 0xFFFFFFFFFFFFFFFF, 0, 8)]
    [InlineData("mov.u64 %rd2, 1; setp.eq.s32 %p1, %r11, 3; @%p1 mov.u64 %rd2, 2; @!%p1 mov.u64 %rd2, 4;", 3, 0, 2)]
    [InlineData("mov.u64 %rd2, 1; setp.eq.s32 %p1, %r11, 3; not.pred %p2, %p1; @!%p2 bra END; mov.u64 %rd2, 2; END:", 3, 0, 1)]
    public void Other_widths_predicates_and_branches(string body, ulong a, ulong b, ulong expected) =>
        Assert.Equal(expected, Compute(body, a, b));

    [Fact]
    public void Floats_round_to_nearest_and_keep_subnormals()
    {
        ulong Float(string opcode, float a, float b = 0, float c = 0) => Compute(
            $"mov.b32 %f1, %r11; mov.b32 %f2, %r12; mov.b32 %f3, %r13; {opcode}; mov.b32 %r1, %f4; cvt.u64.u32 %rd2, %r1;",
            B(a), B(b), B(c));
        Assert.Equal(B(0.1f + 0.2f), Float("add.rn.f32 %f4, %f1, %f2", 0.1f, 0.2f));
        Assert.Equal(B(1.1f / 3f), Float("div.rn.f32 %f4, %f1, %f2", 1.1f, 3));
        Assert.Equal(1ul, Float("mul.rn.f32 %f4, %f1, %f2", 1.17549435e-38f, 1.1920929e-7f));
        Assert.Equal(B(MathF.FusedMultiplyAdd(1.1f, 1.1f, -1.21f)), Float("fma.rn.f32 %f4, %f1, %f2, %f3", 1.1f, 1.1f, -1.21f));
        Assert.NotEqual(B(1.1f * 1.1f - 1.21f), Float("fma.rn.f32 %f4, %f1, %f2, %f3", 1.1f, 1.1f, -1.21f));
        Assert.Equal(B(MathF.Sqrt(2)), Float("sqrt.rn.f32 %f4, %f1", 2));
        Assert.Equal(B(2f), Float("max.f32 %f4, %f1, %f2", float.NaN, 2));
        Assert.Equal(0ul, Float("max.f32 %f4, %f1, %f2", -0f, 0f));
        Assert.Equal(0x7FFFFFFFul, Float("sub.rn.f32 %f4, %f1, %f1", float.PositiveInfinity));
        Assert.Equal(B(-1.5f), Float("mov.f32 %f4, 0fBFC00000", 0));
        Assert.Equal(B(2f), Float("cvt.rni.f32.f32 %f4, %f1", 2.5f));
        Assert.Equal(B(16777216f), Float("cvt.rn.f32.u32 %f4, 16777217", 0));
        Assert.Equal(B(-1f), Float("cvt.rn.f32.s32 %f4, -1", 0));
    }

    [Fact]
    public void Doubles_and_conversions_round_to_nearest()
    {
        ulong Double(string opcode, double a, double b = 0) => Compute($"mov.b64 %fd1, %rd11; mov.b64 %fd2, %rd12; {opcode}", B(a), B(b));
        Assert.Equal(B(0.1 + 0.2), Double("add.rn.f64 %fd4, %fd1, %fd2; mov.b64 %rd2, %fd4;", 0.1, 0.2));
        Assert.Equal(B(Math.FusedMultiplyAdd(0.1, 10, -1)),
            Double("fma.rn.f64 %fd4, %fd1, %fd2, 0dBFF0000000000000; mov.b64 %rd2, %fd4;", 0.1, 10));
        Assert.Equal(B(0.1f), Double("cvt.rn.f32.f64 %f1, %fd1; mov.b32 %r1, %f1; cvt.u64.u32 %rd2, %r1;", 0.1));
        Assert.Equal(B(-2.0), Double("cvt.rni.f64.f64 %fd4, %fd1; mov.b64 %rd2, %fd4;", -2.5));
        Assert.Equal(B(1.8446744073709552E+19), Double("cvt.rn.f64.u64 %fd4, -1; mov.b64 %rd2, %fd4;", 0));
        Assert.Equal(0x80000000ul, Double("cvt.rzi.s32.f64 %r1, %fd1; cvt.u64.u32 %rd2, %r1;", -1e99));
        Assert.Equal(0ul, Double("cvt.rzi.s64.f64 %rd2, %fd1;", double.NaN));
    }

    [Theory]
    [InlineData("eq", false, true, false, false)]
    [InlineData("ne", true, false, true, false)]
    [InlineData("lt", true, false, false, false)]
    [InlineData("le", true, true, false, false)]
    [InlineData("gt", false, false, true, false)]
    [InlineData("ge", false, true, true, false)]
    [InlineData("equ", false, true, false, true)]
    [InlineData("neu", true, false, true, true)]
    [InlineData("ltu", true, false, false, true)]
    [InlineData("leu", true, true, false, true)]
    [InlineData("gtu", false, false, true, true)]
    [InlineData("geu", false, true, true, true)]
    [InlineData("num", true, true, true, false)]
    [InlineData("nan", false, false, false, true)]
    public void Comparisons_know_NaN(string relation, bool less, bool equal, bool greater, bool unordered)
    {
        bool Holds(float a, float b) => Compute(
            $"mov.b32 %f1, %r11; mov.b32 %f2, %r12; setp.{relation}.f32 %p1, %f1, %f2; selp.b64 %rd2, 1, 0, %p1;", B(a), B(b)) == 1;
        Assert.Equal((less, equal, greater, unordered), (Holds(1, 2), Holds(0, -0f), Holds(2, 1), Holds(1, float.NaN)));
    }

    [Fact]
    public void Pairs_and_fours_of_numbers_are_read_in_order()
    {
        static string Body(string space, int number) => $$"""
            ld.{{space}}.v4.u32 {%r1, %r2, %r3, %r4}, [%rd3];
            cvt.u64.u32 %rd2, %r{{number}};
            """;
        for (int number = 1; number <= 4; number++) Assert.Equal((ulong)number, Wide(Body("global", number)));
        Assert.Equal(2ul, Wide("ld.global.v2.u32 {%r1, %r2}, [%rd3]; cvt.u64.u32 %rd2, %r2;"));
        Assert.Equal(3ul, Wide("ld.global.v2.u32 {%r1, %r2}, [%rd3+8]; cvt.u64.u32 %rd2, %r1;"));
        Assert.Throws<PtxException>(() => Wide("ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%rd3+8]; mov.u64 %rd2, 0;"));
    }

    // Given an address in %rd3 at which 1, 2, 3, 4 lie (32 bits each), and after them a word that is 5.
    private static unsafe ulong Wide(string body)
    {
        uint[] words = [1, 2, 3, 4, 5];
        ulong result = 0;
        fixed (uint* pointer = words)
        {
            var memory = new PtxMemory();
            memory.Map(0x1000, (nint)(&result), 8);
            memory.Map(0x2000, (nint)pointer, 20);
            ulong[] parameters = [0x1000, 0x2000, 0, 0];
            PtxModule.Load(Computing($"cvta.to.global.u64 %rd3, %rd11; {body}")).Launch("test", new(1), new(1),
                MemoryMarshal.AsBytes<ulong>(parameters), memory);
        }

        return result;
    }

    [Fact]
    public void Atomic_operations_return_what_was_there()
    {
        const string Read = "cvt.u64.u32 %rd4, %r1; shl.b64 %rd4, %rd4, 8; ld.global.u32 %r2, [%rd3+16]; "
            + "cvt.u64.u32 %rd5, %r2; or.b64 %rd2, %rd4, %rd5;";
        Assert.Equal(0x507ul, Wide($"atom.global.cas.b32 %r1, [%rd3+16], 5, 7; {Read}"));
        Assert.Equal(0x505ul, Wide($"atom.global.cas.b32 %r1, [%rd3+16], 6, 7; {Read}"));
        Assert.Equal(0x508ul, Wide($"atom.global.add.u32 %r1, [%rd3+16], 3; {Read}"));
    }

    [Fact]
    public void Constants_are_read_and_not_beyond()
    {
        ulong At(int offset)
        {
            string text = Computing($"mov.u64 %rd3, table; ld.const.u64 %rd2, [%rd3+{offset}];");
            string table = ".const .align 8 .b8 other[3] = {9, 9, 9};\n.const .align 8 .b8 table[16] = {1, 0, 0, 0, 0, 0, 0, 0, 2, 1};\n";
            ulong result = 0;
            unsafe
            {
                var memory = new PtxMemory();
                memory.Map(0x1000, (nint)(&result), 8);
                ulong[] parameters = [0x1000, 0, 0, 0];
                PtxModule.Load(text.Replace(".visible", table + ".visible", StringComparison.Ordinal))
                    .Launch("test", new(1), new(1), MemoryMarshal.AsBytes<ulong>(parameters), memory);
            }

            return result;
        }

        Assert.Equal((1ul, 0x102ul), (At(0), At(8)));
        Assert.Throws<PtxException>(() => At(16));
        Assert.Throws<PtxException>(() => At(4));
    }

    [Fact]
    public void A_loop_without_end_and_a_division_by_zero_are_found()
    {
        var module = PtxModule.Load(Computing("AGAIN: bra.uni AGAIN;"));
        module.MostInstructions = 1000;
        Assert.Contains("too long", Assert.Throws<PtxException>(() =>
            module.Launch("test", new(1), new(1), new byte[32], new PtxMemory())).Message, StringComparison.Ordinal);
        Assert.Contains("zero", Assert.Throws<PtxException>(() => Compute("div.u64 %rd2, %rd11, %rd12;")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sin.approx.f32 %f1, %f2;")]
    [InlineData("add.f32 %f1, %f2, %f3;")]
    [InlineData("add.rn.ftz.f32 %f1, %f2, %f3;")]
    [InlineData("shfl.sync.down.b32 %r1, %r2, 1, 31, -1;")]
    [InlineData("ld.u64 %rd2, [%rd1];")]
    [InlineData("add.s32 %r1, %r2;")]
    [InlineData("mov.u32 %tid.x, %r1;")]
    [InlineData("mov.u32 %r1, %nothing;")]
    [InlineData("bra NOWHERE;")]
    [InlineData("ld.param.u64 %rd2, [nothing];")]
    [InlineData("add.s32 %r1, %r2, 12x;")]
    [InlineData("call.uni (x), y, (z);")]
    [InlineData("ld.global.v2.f64 {%fd1, %fd2}, [%rd1];")]
    [InlineData("ld.global.v4.u32 {%r1, %r2}, [%rd1];")]
    [InlineData("st.global.v2.u32 [%rd1], {%r1, %r2};")]
    public void What_is_not_understood_is_refused(string body) =>
        Assert.Contains("line", Assert.Throws<PtxException>(() => PtxModule.Load(Computing(body))).Message, StringComparison.Ordinal);
}
