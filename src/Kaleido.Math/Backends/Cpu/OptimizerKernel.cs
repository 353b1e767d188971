using System.Runtime.CompilerServices;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// The optimiser updates over contiguous arenas, in the order of operations that <see cref="OptimizerRule"/> writes down.
/// </summary>
internal static unsafe class OptimizerKernel
{
    public static void Run(
        OptimizerRule rule, ulong step, float* gradients, float* parameters, float* moment1, float* moment2, long count) =>
        Run(rule, rule.At(step), step == 0, gradients, parameters, moment1, moment2, count);

    /// <summary>The same with the rule's scalars of this step, for those who need them more than once.</summary>
    public static void Run(
        OptimizerRule rule, in OptimizerScalars s, bool firstStep, float* gradients, float* parameters, float* moment1,
        float* moment2, long count)
    {
        var arenas = new Arenas
        {
            G = gradients, W = parameters, A = moment1, B = moment2,
            L2 = (float)s.L2, Shrink = (float)s.Shrink, First = (float)s.First, FirstInput = (float)s.FirstInput,
            Second = (float)s.Second, SecondInput = (float)s.SecondInput,
            MinusRate = (float)-s.Rate, RootScale = (float)s.RootScale, Epsilon = (float)s.Epsilon,
            Penalised = s.L2 != 0, Shrunk = s.Shrink != 1, Momentum = rule.Momentum != 0, Nesterov = rule.Nesterov, FirstStep = firstStep,
        };
        switch (rule.Kind)
        {
            case OptimizerKind.Adam: BlockLoop.Run(new AdamBody(arenas), count); break;
            case OptimizerKind.Sgd: BlockLoop.Run(new SgdBody(arenas), count); break;
            case OptimizerKind.AdaGrad: BlockLoop.Run(new AdaGradBody(arenas), count); break;
            case OptimizerKind.RmsProp: BlockLoop.Run(new RmsPropBody(arenas), count); break;
            default: throw new NotSupportedException($"optimiser {rule.Kind}");
        }
    }

    private struct Arenas
    {
        public float* G, W, A, B;
        public float L2, Shrink, First, FirstInput, Second, SecondInput, MinusRate, RootScale, Epsilon;
        public bool Penalised, Shrunk, Momentum, Nesterov, FirstStep;

        /// <summary>The gradient with its penalty, and the weights after decoupled decay.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly TLane Begin<TLane>(long i, out TLane w) where TLane : struct, ILane<TLane, float>
        {
            var g = BlockLoop.Load<TLane>(G + i);
            w = BlockLoop.Load<TLane>(W + i);
            if (Penalised) g = TLane.FusedMultiplyAdd(TLane.Create(L2), w, g);
            if (Shrunk) w *= TLane.Create(Shrink);
            return g;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void End<TLane>(long i, TLane direction, TLane w) where TLane : struct, ILane<TLane, float> =>
            TLane.FusedMultiplyAdd(TLane.Create(MinusRate), direction, w).Store(ref W[i]);
    }

    /// <summary>+0 where the magnitude is below the smallest normal number: subnormal moments would slow every later step down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLane FlushSubnormal<TLane>(TLane x) where TLane : struct, ILane<TLane, float> =>
        TLane.Select(TLane.LessThan(TLane.Abs(x), TLane.Create(1.17549435e-38f)), TLane.Create(0f), x);

    private readonly struct AdamBody(Arenas a) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
        {
            var g = a.Begin(i, out TLane w);
            var m = TLane.FusedMultiplyAdd(TLane.Create(a.First), BlockLoop.Load<TLane>(a.A + i), TLane.Create(a.FirstInput) * g);
            var v = TLane.FusedMultiplyAdd(TLane.Create(a.Second), BlockLoop.Load<TLane>(a.B + i), TLane.Create(a.SecondInput) * g * g);
            m = FlushSubnormal(m);
            v = FlushSubnormal(v);
            m.Store(ref a.A[i]);
            v.Store(ref a.B[i]);
            var denominator = TLane.FusedMultiplyAdd(TLane.Sqrt(v), TLane.Create(a.RootScale), TLane.Create(a.Epsilon));
            a.End(i, m / denominator, w);
        }
    }

    private readonly struct SgdBody(Arenas a) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
        {
            var g = a.Begin(i, out TLane w);
            var d = g;
            if (a.Momentum)
            {
                var buffer = a.FirstStep
                    ? g
                    : TLane.FusedMultiplyAdd(TLane.Create(a.First), BlockLoop.Load<TLane>(a.A + i), TLane.Create(a.FirstInput) * g);
                buffer.Store(ref a.A[i]);
                d = a.Nesterov ? TLane.FusedMultiplyAdd(TLane.Create(a.First), buffer, g) : buffer;
            }

            a.End(i, d, w);
        }
    }

    private readonly struct AdaGradBody(Arenas a) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
        {
            var g = a.Begin(i, out TLane w);
            var sum = TLane.FusedMultiplyAdd(g, g, BlockLoop.Load<TLane>(a.A + i));
            sum.Store(ref a.A[i]);
            a.End(i, g / (TLane.Sqrt(sum) + TLane.Create(a.Epsilon)), w);
        }
    }

    private readonly struct RmsPropBody(Arenas a) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
        {
            var g = a.Begin(i, out TLane w);
            var mean = TLane.FusedMultiplyAdd(TLane.Create(a.Second), BlockLoop.Load<TLane>(a.A + i), TLane.Create(a.SecondInput) * g * g);
            mean.Store(ref a.A[i]);
            var d = g / (TLane.Sqrt(mean) + TLane.Create(a.Epsilon));
            if (a.Momentum)
            {
                d = TLane.FusedMultiplyAdd(TLane.Create(a.First), BlockLoop.Load<TLane>(a.B + i), d);
                d.Store(ref a.B[i]);
            }

            a.End(i, d, w);
        }
    }
}
