using Kaleido.Backends;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>
/// Functions of one number on every 251st of all 2³² patterns: KALEIDO_EXHAUSTIVE=1, some seconds a function.
/// </summary>
public sealed class ExhaustiveKernelTests
{
    private const int Block = 1 << 16, Stride = 251;

    public static TheoryData<UnaryOperation> Functions() => new(Enum.GetValues<UnaryOperation>());

    [TheoryIfExhaustive]
    [MemberData(nameof(Functions))]
    public void A_function_has_the_bits_of_the_CPU_on_patterns_all_over(UnaryOperation function)
    {
        double alpha = function == UnaryOperation.Power ? 1.7 : 0.3;
        string kernel = $"unary_{ElementwiseKernelTests.Name(function)}";
        var blocks = Enumerable.Range(0, (int)((1L << 32) / Stride / Block) + 1);
        Parallel.ForEach(blocks, block =>
        {
            var x = new float[Block];
            for (int i = 0; i < Block; i++) x[i] = BitConverter.UInt32BitsToSingle((uint)(((long)block * Block + i) * Stride));
            float[] expected = Cpu.Result(1, Block, (b, d) => b.Unary(Cpu.View(x, 1, Block), function, alpha, d));
            using var bench = new KernelBench();
            ulong target = bench.Put<float>(x);
            bench.Launch(kernel, new(8), new(256), target, alpha, target, (long)Block);
            Numbers.Same(expected, bench.Get<float>(target), $"{function}, block {block}");
        });
    }
}

/// <summary>A theory that takes minutes: it runs when KALEIDO_EXHAUSTIVE is 1.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class TheoryIfExhaustiveAttribute : TheoryAttribute
{
    /// <summary>Skips unless asked for.</summary>
    public TheoryIfExhaustiveAttribute() => Skip = Environment.GetEnvironmentVariable("KALEIDO_EXHAUSTIVE") == "1"
        ? null! : "Patterns all over: set KALEIDO_EXHAUSTIVE=1.";
}
