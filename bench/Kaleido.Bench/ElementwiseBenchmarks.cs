using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using Kaleido.Numerics;

namespace Kaleido.Bench;

/// <summary>
/// Elementary functions on 4,096 floats in cache, beside TensorPrimitives (whose results are less exact and differ between vector widths).
/// </summary>
public class ElementwiseBenchmarks
{
    private readonly float[] _x = new float[4096], _positive = new float[4096], _y = new float[4096];

    [GlobalSetup]
    public void Setup()
    {
        for (int i = 0; i < _x.Length; i++)
        {
            _x[i] = -6 + 12f * i / _x.Length;
            _positive[i] = (i + 1) / 256f;
        }
    }

    [Benchmark]
    public void Exp() => VectorFunctions.Exp(_x, _y);

    [Benchmark]
    public void ExpOfTensorPrimitives() => TensorPrimitives.Exp<float>(_x, _y);

    [Benchmark]
    public void Expm1() => VectorFunctions.Expm1(_x, _y);

    [Benchmark]
    public void Expm1OfTensorPrimitives() => TensorPrimitives.ExpM1<float>(_x, _y);

    [Benchmark]
    public void Log() => VectorFunctions.Log(_positive, _y);

    [Benchmark]
    public void LogOfTensorPrimitives() => TensorPrimitives.Log<float>(_positive, _y);

    [Benchmark]
    public void Log1p() => VectorFunctions.Log1p(_positive, _y);

    [Benchmark]
    public void Log1pOfTensorPrimitives() => TensorPrimitives.LogP1<float>(_positive, _y);

    [Benchmark]
    public void Tanh() => VectorFunctions.Tanh(_x, _y);

    [Benchmark]
    public void TanhOfTensorPrimitives() => TensorPrimitives.Tanh<float>(_x, _y);

    [Benchmark]
    public void Sigmoid() => VectorFunctions.Sigmoid(_x, _y);

    [Benchmark]
    public void SigmoidOfTensorPrimitives() => TensorPrimitives.Sigmoid<float>(_x, _y);

    [Benchmark]
    public void Sin() => VectorFunctions.Sin(_x, _y);

    [Benchmark]
    public void SinOfTensorPrimitives() => TensorPrimitives.Sin<float>(_x, _y);

    [Benchmark]
    public void Cos() => VectorFunctions.Cos(_x, _y);

    [Benchmark]
    public void CosOfTensorPrimitives() => TensorPrimitives.Cos<float>(_x, _y);

    [Benchmark]
    public void Softplus() => VectorFunctions.Softplus(_x, _y);

    [Benchmark]
    public void Gelu() => VectorFunctions.Gelu(_x, _y);
}
