namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>Threads, barriers and memory of the interpreter, on PTX written by hand: what it runs and what it finds wrong.</summary>
public sealed unsafe class PtxLaunchTests
{
    // Each thread writes its number into shared memory and takes that of its neighbour.
    private static string Exchanging(string between) => PtxInstructionTests.Head + $$"""
        .entry test(.param .u64 target) .maxntid 64, 1, 1
        {
            .reg .pred %p<3>; .reg .b32 %r<9>; .reg .b64 %rd<9>;
            .shared .align 4 .b8 words[256];
            ld.param.u64 %rd1, [target];
            mov.u32 %r1, %tid.x;
            mov.u32 %r2, %ntid.x;
            mov.u32 %r7, %ctaid.x;
            mov.u64 %rd2, words;
            mul.wide.u32 %rd3, %r1, 4;
            add.s64 %rd4, %rd2, %rd3;
            st.shared.u32 [%rd4], %r1;
            {{between}}
            add.s32 %r3, %r1, 1;
            rem.u32 %r4, %r3, %r2;
            mul.wide.u32 %rd5, %r4, 4;
            add.s64 %rd6, %rd2, %rd5;
            ld.shared.u32 %r5, [%rd6];
            mad.lo.s32 %r6, %r7, %r2, %r1;
            mul.wide.u32 %rd7, %r6, 4;
            add.s64 %rd8, %rd1, %rd7;
            st.global.u32 [%rd8], %r5;
            ret;
        }
        """;

    private static uint[] Exchange(string between, uint blocks, uint threads, bool backwards = false, int room = 1000)
    {
        uint[] result = new uint[room];
        fixed (uint* pointer = result)
        {
            var memory = new PtxMemory();
            memory.Map(0x2000, (nint)pointer, 4 * room);
            PtxModule.Load(Exchanging(between)).Launch("test", new(blocks), new(threads), BitConverter.GetBytes(0x2000ul), memory,
                backwards);
        }

        return result;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Threads_meet_at_barriers(bool backwards)
    {
        uint[] result = Exchange("bar.sync 0;", 3, 40, backwards);
        Assert.Equal(Enumerable.Range(0, 120).Select(i => (uint)((i % 40 + 1) % 40)), result.Take(120));
    }

    [Theory]
    [InlineData("", false, "before it is written")]
    [InlineData("bar.sync 0; st.shared.u32 [%rd4], %r2;", false, "another thread read it")]
    [InlineData("bar.sync 0; st.shared.u32 [%rd4], %r2;", true, "race")]
    [InlineData("bar.sync 0; st.shared.u32 [%rd2], %r1;", false, "thread 0 wrote it")]
    public void A_race_in_shared_memory_is_found(string between, bool backwards, string what) =>
        Assert.Contains(what, Assert.Throws<PtxException>(() => Exchange(between, 1, 8, backwards)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("setp.eq.s32 %p1, %r1, 3; @%p1 ret; bar.sync 0;", "ended")]
    [InlineData("setp.eq.s32 %p1, %r1, 3; @%p1 bra OTHER; bar.sync 0; bra.uni BOTH; OTHER: bar.sync 0; BOTH:", "different barriers")]
    public void Threads_that_do_not_meet_are_found(string between, string what) =>
        Assert.Contains(what, Assert.Throws<PtxException>(() => Exchange(between, 1, 8)).Message, StringComparison.Ordinal);

    [Fact]
    public void Reading_and_writing_outside_is_found_with_the_place()
    {
        var outside = Assert.Throws<PtxException>(() => Exchange("bar.sync 0;", 2, 8, room: 12));
        Assert.Contains("test, line", outside.Message, StringComparison.Ordinal);
        Assert.Contains("st.global.u32", outside.Message, StringComparison.Ordinal);
        Assert.Contains("block (1, 0, 0), thread (4, 0, 0)", outside.Message, StringComparison.Ordinal);
        Assert.Contains("outside of every allocation", outside.Message, StringComparison.Ordinal);
        Assert.Contains("no multiple", Assert.Throws<PtxException>(() =>
            PtxInstructionTests.Compute("ld.global.u64 %rd2, [%rd1+4];")).Message, StringComparison.Ordinal);
        Assert.Contains("outside", Assert.Throws<PtxException>(() => PtxInstructionTests.Compute("ld.global.u64 %rd2, [%rd1+8];")).Message,
            StringComparison.Ordinal);
        Assert.Contains("outside", Assert.Throws<PtxException>(() =>
            PtxInstructionTests.Compute("ld.global.u64 %rd2, [%rd1+-8];")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_launch_must_fit_its_kernel()
    {
        var module = PtxModule.Load(Exchanging("bar.sync 0;"));
        var memory = new PtxMemory();
        Assert.Throws<PtxException>(() => module.Launch("test", new(1), new(65), new byte[8], memory));
        Assert.Throws<PtxException>(() => module.Launch("test", new(0), new(8), new byte[8], memory));
        Assert.Throws<PtxException>(() => module.Launch("test", new(1), new(8), new byte[4], memory));
        Assert.Throws<PtxException>(() => module.Launch("other", new(1), new(8), new byte[8], memory));
    }

    [Fact]
    public void Allocations_may_not_overlap()
    {
        var memory = new PtxMemory();
        memory.Map(0x1000, 1, 16);
        memory.Map(0x1010, 1, 16);
        memory.Map(0x0FF0, 1, 16);
        Assert.Throws<ArgumentException>(() => memory.Map(0x100F, 1, 1));
        Assert.Throws<ArgumentException>(() => memory.Map(0x0F00, 1, 0x1000));
        memory.Unmap(0x1000);
        Assert.Throws<ArgumentException>(() => memory.Unmap(0x1000));
        memory.Map(0x1008, 1, 8);
    }
}
