using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using Kaleido.Numerics;

namespace Kaleido.Bench;

/// <summary>
/// Elementary functions on 4,096 floats in cache, beside TensorPrimitives (whose results are less exact and differ between vector widths).
/// </summary>
public class ElementwiseBenchmarks
{
    private readonly float[] _x = new float[4096], _y = new float[4096];

    [GlobalSetup]
    public void Setup()
    {
        for (int i = 0; i < _x.Length; i++) _x[i] = -6 + 12f * i / _x.Length;
    }

    [Benchmark]
    public void Exp() => VectorFunctions.Exp(_x, _y);

    [Benchmark]
    public void ExpOfTensorPrimitives() => TensorPrimitives.Exp<float>(_x, _y);

    [Benchmark]
    public void Tanh() => VectorFunctions.Tanh(_x, _y);

    [Benchmark]
    public void TanhOfTensorPrimitives() => TensorPrimitives.Tanh<float>(_x, _y);

    [Benchmark]
    public void Sigmoid() => VectorFunctions.Sigmoid(_x, _y);

    [Benchmark]
    public void SigmoidOfTensorPrimitives() => TensorPrimitives.Sigmoid<float>(_x, _y);

    [Benchmark]
    public void Gelu() => VectorFunctions.Gelu(_x, _y);

    [Benchmark]
    public void Sin() => VectorFunctions.Sin(_x, _y);

    [Benchmark]
    public void SinOfTensorPrimitives() => TensorPrimitives.Sin<float>(_x, _y);
}
