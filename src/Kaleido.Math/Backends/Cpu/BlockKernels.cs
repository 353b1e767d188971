using System.Runtime.CompilerServices;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <summary>
/// The elementwise operations on contiguous blocks of equal length: exactly rounded ones are bodies of <see cref="BlockLoop"/> (measured
/// two to five times as fast as TensorPrimitives on blocks of 10 to 500 numbers), transcendental ones are <see cref="VectorFunctions"/>.
/// The destination may be one of the sources.
/// </summary>
internal static unsafe class BlockKernels
{
    public static void Unary(UnaryOperation function, double alpha, float* x, float* destination, int count)
    {
        ReadOnlySpan<float> source = new(x, count);
        Span<float> target = new(destination, count);
        switch (function)
        {
            case UnaryOperation.Negate: BlockLoop.Run(new NegateBody(x, destination), count); break;
            case UnaryOperation.Abs: BlockLoop.Run(new AbsBody(x, destination), count); break;
            case UnaryOperation.Sign: BlockLoop.Run(new SignBody(x, destination), count); break;
            case UnaryOperation.Sqrt: BlockLoop.Run(new SqrtBody(x, destination), count); break;
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
            case UnaryOperation.Relu: BlockLoop.Run(new ReluBody(x, destination), count); break;
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
        switch (function)
        {
            case BinaryOperation.Add: BlockLoop.Run(new AddBody(x, y, destination), count); break;
            case BinaryOperation.Subtract: BlockLoop.Run(new SubtractBody(x, y, destination), count); break;
            case BinaryOperation.Multiply: BlockLoop.Run(new MultiplyBody(x, y, destination), count); break;
            case BinaryOperation.Divide: BlockLoop.Run(new DivideBody(x, y, destination), count); break;
            case BinaryOperation.Maximum: BlockLoop.Run(new MaximumBody(x, y, destination), count); break;
            case BinaryOperation.Minimum: BlockLoop.Run(new MinimumBody(x, y, destination), count); break;
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
            case TernaryOperation.FusedMultiplyAdd: BlockLoop.Run(new FusedMultiplyAddBody(x, y, z, destination), count); break;
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
}
