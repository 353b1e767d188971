using System.Globalization;
using Kaleido.Backends;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>Every optimiser has the CPU device's bits over many steps, its scalars formed on the device.</summary>
public sealed class OptimizerKernelTests
{
    private const int Count = 203;

    private static readonly LearningRateSchedule s_warm = LearningRateSchedule.Constant(1e-2).WithWarmUp(7);
    private static readonly LearningRateSchedule s_falling = LearningRateSchedule.Step(3e-3, 5, 0.7);
    private static readonly LearningRateSchedule s_cosine = LearningRateSchedule.Cosine(1e-1, 19, 1e-4).WithWarmUp(3);

    internal static OptimizerRule[] Rules { get; } =
    [
        new(OptimizerKind.Sgd, s_warm),
        new(OptimizerKind.Sgd, s_falling) { Momentum = 0.9, Dampening = 0.3 },
        new(OptimizerKind.Sgd, s_cosine) { Momentum = 0.9, Nesterov = true, WeightDecay = 0.01 },
        new(OptimizerKind.Sgd, s_cosine) { Momentum = 0.5, WeightDecay = 0.1, Decoupled = true },
        new(OptimizerKind.AdaGrad, s_warm) { RateDecay = 0.01, Epsilon = 1e-10 },
        new(OptimizerKind.AdaGrad, s_cosine) { WeightDecay = 0.02 },
        new(OptimizerKind.RmsProp, s_falling) { Beta2 = 0.99 },
        new(OptimizerKind.RmsProp, s_warm) { Beta2 = 0.99, Momentum = 0.9, WeightDecay = 0.02 },
        new(OptimizerKind.Adam, s_warm),
        new(OptimizerKind.Adam, s_falling) { WeightDecay = 0.01 },
        new(OptimizerKind.Adam, s_cosine) { WeightDecay = 0.01, Decoupled = true },
        new(OptimizerKind.Adam, LearningRateSchedule.Step(1e-3, 3, 1.5)) { Beta1 = 0, Beta2 = 0.5, Epsilon = 0 },
        new(OptimizerKind.Adam, LearningRateSchedule.Cosine(1e-3, 1)) { Beta1 = 0.99, Beta2 = 0.9999, WeightDecay = 1e-300 },
    ];

    public static TheoryData<int> Numbers_of_rules() => new(Enumerable.Range(0, Rules.Length));

    /// <summary>A rule as the kernels read it: the table in the kernels' README.</summary>
    internal static long[] Data(OptimizerRule rule)
    {
        static long Bits(double x) => BitConverter.DoubleToInt64Bits(x);
        var s = rule.Schedule;
        return
        [
            (int)rule.Kind + 16 * (int)s.Kind, Bits(s.Rate), s.WarmUpSteps, s.Period, Bits(s.Factor), Bits(s.MinimumRate), Bits(rule.Beta1),
            Bits(rule.Beta2), Bits(rule.Epsilon), Bits(rule.Momentum), Bits(rule.Dampening),
            (rule.Nesterov ? 1 : 0) + (rule.Decoupled ? 2 : 0),
            Bits(rule.RateDecay), Bits(rule.WeightDecay), 0, 0,
        ];
    }

    private static string Kernel(OptimizerRule rule) => $"update_{rule.Kind.ToString().ToLower(CultureInfo.InvariantCulture)}";

    [Theory]
    [MemberData(nameof(Numbers_of_rules))]
    public void Updates_have_the_bits_of_the_CPU_over_many_steps(int number)
    {
        var rule = Rules[number];
        var random = new Random(61);
        float[] start = Numbers.Mixed(Count, random);
        var (w, a, b) = (Cpu.View(start, 1, Count), Cpu.View(new float[Count], 1, Count), Cpu.View(new float[Count], 1, Count));
        using var bench = new KernelBench();
        ulong parameters = bench.Put<float>(start), moment1 = bench.Put<float>(new float[Count]),
            moment2 = bench.Put<float>(new float[Count]);
        ulong data = bench.Put<long>(Data(rule)), scalars = bench.Put<ulong>(new ulong[8]);
        ulong[] later = [100, 1000, 39_999, 40_001, 50_000, 123_456_789, 0x7FFF_FFFF_FFFF_FFF0];
        for (int turn = 0; turn < 24 + later.Length; turn++)
        {
            // Some gradients are tiny, so that moments become subnormal; some are special.
            float[] g = Numbers.Mixed(Count, random);
            for (int i = 0; i < Count; i++)
            {
                if (i % 3 == 0) g[i] *= 1.17549435e-38f;
                else if (i % 7 == 0 && turn > 12) g[i] = Numbers.Special[random.Next(Numbers.Special.Length)];
            }

            ulong step = turn < 24 ? (ulong)turn : later[turn - 24];
            Cpu.Backend.Update(Cpu.At(step), rule, Cpu.View(g, 1, Count), w, a, b);
            var geometry = Geometry.Flat(Count)[turn % 3];
            bench.Launch("optimizer_scalars", new(1), new(turn % 2 == 0 ? 1u : 32u), bench.Put(step), data, scalars);
            bench.Launch(Kernel(rule), geometry.Grid, geometry.Block, scalars, bench.Put<float>(g), parameters, moment1, moment2,
                (long)Count);
            Numbers.Same(Cpu.Values(w), bench.Get<float>(parameters), $"{rule}, step {step}: parameters");
            Numbers.Same(Cpu.Values(a), bench.Get<float>(moment1), $"{rule}, step {step}: first moments");
            Numbers.Same(Cpu.Values(b), bench.Get<float>(moment2), $"{rule}, step {step}: second moments");
        }
    }

    [Theory]
    [MemberData(nameof(Numbers_of_rules))]
    public void Scalars_are_the_rule_s_rounded_once(int number)
    {
        var rule = Rules[number];
        using var bench = new KernelBench();
        ulong data = bench.Put<long>(Data(rule)), scalars = bench.Put<ulong>(new ulong[8]), counter = bench.Put(0ul);
        for (ulong turn = 0; turn < 2000; turn++)
        {
            ulong step = turn < 1500 ? turn : (turn - 1500) * 12_345_679;
            var s = rule.At(step);
            bench.Launch("optimizer_scalars", new(1), new(1), step == 0 ? counter : bench.Put(step), data, scalars);
            float[] expected =
            [
                (float)s.L2, (float)s.Shrink, (float)s.First, (float)s.FirstInput, (float)s.Second, (float)s.SecondInput, (float)-s.Rate,
                (float)s.RootScale, (float)s.Epsilon,
            ];
            Numbers.Same(expected, bench.Get<float>(scalars).AsSpan(0, 9), $"{rule}, step {step}");
            uint flags = (s.L2 != 0 ? 1u : 0) | (s.Shrink != 1 ? 2u : 0) | (rule.Momentum != 0 ? 4u : 0)
                | (rule.Nesterov ? 8u : 0) | (step == 0 ? 16u : 0);
            Assert.Equal(flags, bench.Get<uint>(scalars)[9]);
        }
    }
}
