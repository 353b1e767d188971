using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// The elementwise operations on contiguous blocks of equal length. What is exactly rounded goes to TensorPrimitives; transcendental
/// functions are <see cref="VectorFunctions"/>. The destination may be one of the sources.
/// </summary>
internal static unsafe class BlockKernels
{
    public static void Unary(UnaryOperation function, double alpha, float* x, float* destination, int count)
    {
        ReadOnlySpan<float> source = new(x, count);
        Span<float> target = new(destination, count);
        switch (function)
        {
            case UnaryOperation.Negate: TensorPrimitives.Negate(source, target); break;
            case UnaryOperation.Abs: TensorPrimitives.Abs(source, target); break;
            case UnaryOperation.Sign: BlockLoop.Run(new SignBody(x, destination), count); break;
            case UnaryOperation.Sqrt: TensorPrimitives.Sqrt(source, target); break;
            case UnaryOperation.Exp: VectorFunctions.Exp(source, target); break;
            case UnaryOperation.Expm1: VectorFunctions.Expm1(source, target); break;
            case UnaryOperation.Log: VectorFunctions.Log(source, target); break;
            case UnaryOperation.Log1p: VectorFunctions.Log1p(source, target); break;
            case UnaryOperation.Tanh: VectorFunctions.Tanh(source, target); break;
            case UnaryOperation.Sigmoid: VectorFunctions.Sigmoid(source, target); break;
            case UnaryOperation.Softplus: VectorFunctions.Softplus(source, target); break;
            case UnaryOperation.Erf: VectorFunctions.Erf(source, target); break;
            case UnaryOperation.NormalCdf: VectorFunctions.NormalCdf(source, target); break;
            case UnaryOperation.Gelu: VectorFunctions.Gelu(source, target); break;
            case UnaryOperation.Relu: TensorPrimitives.Max(source, 0f, target); break;
            case UnaryOperation.LeakyRelu: BlockLoop.Run(new LeakyBody(x, (float)alpha, destination), count); break;
            case UnaryOperation.Elu: VectorFunctions.Elu(source, alpha, target); break;
            case UnaryOperation.Sin: VectorFunctions.Sin(source, target); break;
            case UnaryOperation.Cos: VectorFunctions.Cos(source, target); break;
            case UnaryOperation.Power: VectorFunctions.Pow(source, alpha, target); break;
            case UnaryOperation.Identity: source.CopyTo(target); break;
            default: throw new NotSupportedException($"unary operation {function}");
        }
    }

    public static void Binary(BinaryOperation function, float* x, float* y, float* destination, int count)
    {
        ReadOnlySpan<float> left = new(x, count), right = new(y, count);
        Span<float> target = new(destination, count);
        switch (function)
        {
            case BinaryOperation.Add: TensorPrimitives.Add(left, right, target); break;
            case BinaryOperation.Subtract: TensorPrimitives.Subtract(left, right, target); break;
            case BinaryOperation.Multiply: TensorPrimitives.Multiply(left, right, target); break;
            case BinaryOperation.Divide: TensorPrimitives.Divide(left, right, target); break;
            case BinaryOperation.Maximum: TensorPrimitives.Max(left, right, target); break;
            case BinaryOperation.Minimum: TensorPrimitives.Min(left, right, target); break;
            case BinaryOperation.Less: BlockLoop.Run(new LessBody(x, y, destination), count); break;
            case BinaryOperation.LessOrEqual: BlockLoop.Run(new LessOrEqualBody(x, y, destination), count); break;
            case BinaryOperation.Equal: BlockLoop.Run(new EqualBody(x, y, destination), count); break;
            default: throw new NotSupportedException($"binary operation {function}");
        }
    }

    public static void Ternary(TernaryOperation function, float* x, float* y, float* z, float* destination, int count)
    {
        switch (function)
        {
            case TernaryOperation.Select: BlockLoop.Run(new SelectBody(x, y, z, destination), count); break;
            case TernaryOperation.FusedMultiplyAdd when SoftwareFusedMultiplyAdd.IsNeeded:
                BlockLoop.Run(new FusedMultiplyAddBody(x, y, z, destination), count);
                break;
            case TernaryOperation.FusedMultiplyAdd:
                TensorPrimitives.FusedMultiplyAdd(
                    new ReadOnlySpan<float>(x, count), new ReadOnlySpan<float>(y, count), new ReadOnlySpan<float>(z, count), new Span<float>(destination, count));
                break;
            default: throw new NotSupportedException($"ternary operation {function}");
        }
    }

    public static void Noise(NoiseOperation noise, ulong step, long firstIndex, float* destination, int count)
    {
        Span<float> target = new(destination, count);
        if (noise.Distribution == NoiseDistribution.Uniform)
            PhiloxFill.Uniform(noise.Seed, noise.Stream, step, (ulong)firstIndex, (float)noise.First, (float)noise.Second, target);
        else
            PhiloxFill.Normal(noise.Seed, noise.Stream, step, (ulong)firstIndex, noise.First, noise.Second, target);
    }

    private readonly struct SignBody(float* x, float* destination) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
        {
            var value = BlockLoop.Load<TLane>(x + i);
            var zero = TLane.Create(0f);
            var sign = TLane.Select(TLane.GreaterThan(value, zero), TLane.Create(1f), TLane.Select(TLane.LessThan(value, zero), TLane.Create(-1f), zero));
            TLane.Select(TLane.Equal(value, value), sign, value).Store(ref destination[i]);
        }
    }

    private readonly struct LeakyBody(float* x, float slope, float* destination) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
        {
            var value = BlockLoop.Load<TLane>(x + i);
            TLane.Select(TLane.GreaterThan(value, TLane.Create(0f)), value, value * TLane.Create(slope)).Store(ref destination[i]);
        }
    }

    private readonly struct LessBody(float* x, float* y, float* destination) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
            (TLane.LessThan(BlockLoop.Load<TLane>(x + i), BlockLoop.Load<TLane>(y + i)) & TLane.Create(1f)).Store(ref destination[i]);
    }

    private readonly struct LessOrEqualBody(float* x, float* y, float* destination) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
        {
            TLane left = BlockLoop.Load<TLane>(x + i), right = BlockLoop.Load<TLane>(y + i);
            ((TLane.LessThan(left, right) | TLane.Equal(left, right)) & TLane.Create(1f)).Store(ref destination[i]);
        }
    }

    private readonly struct EqualBody(float* x, float* y, float* destination) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
            (TLane.Equal(BlockLoop.Load<TLane>(x + i), BlockLoop.Load<TLane>(y + i)) & TLane.Create(1f)).Store(ref destination[i]);
    }

    private readonly struct FusedMultiplyAddBody(float* x, float* y, float* z, float* destination) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float> =>
            TLane.FusedMultiplyAdd(BlockLoop.Load<TLane>(x + i), BlockLoop.Load<TLane>(y + i), BlockLoop.Load<TLane>(z + i))
                .Store(ref destination[i]);
    }

    private readonly struct SelectBody(float* x, float* y, float* z, float* destination) : IBlockBody
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Execute<TLane>(long i) where TLane : struct, ILane<TLane, float>
        {
            var isZero = TLane.Equal(BlockLoop.Load<TLane>(x + i), TLane.Create(0f));
            TLane.Select(isZero, BlockLoop.Load<TLane>(z + i), BlockLoop.Load<TLane>(y + i)).Store(ref destination[i]);
        }
    }
}
