using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Tensors;
using Kaleido.Tests;
using Kaleido.Theorems.Support;

namespace Kaleido.Theorems;

/// <summary>
/// Theorems 9 and 10, with ℓ(x) = ‖x - f(x)‖²/D: ∇ℓ = (2/D)(I-J)ᵀ(x-f(x)); at a fixed point ∇ℓ = 0 and Hess ℓ = (2/D)(I-J)ᵀ(I-J) ⪰ 0. The
/// library differentiates ℓ; J comes from <see cref="ExactNet"/>.
/// </summary>
/// <remarks>
/// Everywhere inside a linear piece f = ψ(Ax + c), so ½D·Hess ℓ = (I-J)ᵀ(I-J) - Σ rᵢ ψ''(zᵢ) aᵢaᵢᵀ with r = x - f(x): the sum vanishes at a
/// fixed point. Bounds: a product through the net of chain length N in any order is off by γ_N times that of the absolute values, |J| ≤ G
/// := max ψ'·|W_L|…|W₁|; a pre-activation off by δ moves ψ' by at most ψ'max·δ (max|ψ''| ≤ ψ'max) and ψ'' by at most 2ψ'max²·δ. So the
/// gradient is within (2/D)(I+G)ᵀ((γ_N + δ)(|r| + ε) + ε), ε the error of f, and a Hessian product within (2/D)(γ_2N + δ)·4(1 +
/// max|r|)(I+G)ᵀ(I+G)|v|, each counted twice, for the library and for float64's own formula. (max|ψ''| ≤ 1.6ψ'max², max|ψ'''| ≤ 2ψ'max² for
/// sigmoid and tanh.)
/// </remarks>
public sealed class DimpleTests
{
    [Fact]
    public void The_gradient_of_the_loss_is_two_over_D_times_I_minus_J_transposed_times_the_residual()
    {
        using var device = Device.Reference();
        Law.Holds(Nets.Of(5, 12, 4, Nets.Piecewise, 1, 3, 0.3), it =>
        {
            using var network = it.Create(device);
            using var loss = new Loss(network);
            var exact = ExactNet.Of(network);
            foreach (double[] x in it.Points(4, it.Random(1)))
            {
                double[] residual = Dense.Subtract(x, exact.Evaluate(x)), seen = loss.Gradient(x);
                double[] expected = Dense.ApplyTransposed(Dense.IdentityMinus(exact.Jacobian(x)), residual);
                var (_, most) = Bounds(exact, x, residual, residual);
                for (int i = 0; i < seen.Length; i++)
                {
                    double off = Math.Abs(seen[i] - 2 * expected[i] / it.Features);
                    Assert.True(off <= most[i], $"∇ℓ[{i}] = {seen[i]:R}, off by {off:g3}, at most {most[i]:g3}");
                }
            }
        }, Nets.Cases(100));
    }

    [Fact]
    public void The_Hessian_of_the_loss_is_that_of_the_formula_at_every_smooth_point()
    {
        using var device = Device.Reference();
        Law.Holds(Nets.Of(5, 12, 4, Nets.Piecewise, 1, 3, 0.3), it =>
        {
            var random = it.Random(1);
            using var network = it.Create(device);
            using var loss = new Loss(network);
            var exact = ExactNet.Of(network);
            foreach (double[] x in it.Points(3, random))
            {
                if (exact.KinkDistance(x) < 1e-6) continue;
                Compare(loss, exact, x, Direction(random, it.Features), withResidual: true);
            }
        }, Nets.Cases(100));
    }

    [Fact]
    public void At_a_fixed_point_the_gradient_vanishes_and_the_Hessian_is_a_positive_semidefinite_dimple()
    {
        using var device = Device.Reference();
        int found = 0;
        Law.Holds(Nets.Of(4, 12, 3, Nets.Piecewise, 1, 3), it =>
        {
            var random = it.Random(1);
            double[][] data = it.Points(3, random, 0.1);
            using var fitted = it.Interpolate(device, data, data);
            using var network = fitted is null ? it.Create(device) : null;
            var exact = ExactNet.Of(fitted ?? network!);
            using var loss = new Loss(fitted ?? network!);
            foreach (double[] start in data)
            {
                if (SmoothFixedPoint.Newton(exact, start, it.Low) is not { } point) continue;
                found++;
                double[] residual = Dense.Subtract(point.X, exact.Evaluate(point.X)), gradient = loss.Gradient(point.X);
                double[,] absolute = exact.AbsoluteJacobian();
                var rounding = exact.Bounded(point.X, 0, ExactNet.Double);
                // ∇ℓ itself: (2/D)(I+G)ᵀ|r|, where r is what float64 leaves of x - f(x).
                double[] most = Dense.ApplyTransposed(absolute, [.. residual.Select((r, i) => 2 * (Math.Abs(r) + 2 * rounding.Error[i]))]);
                for (int i = 0; i < gradient.Length; i++)
                    Assert.True(Math.Abs(gradient[i]) <= 2.0 / it.Features * (most[i]
                        + 2 * (Math.Abs(residual[i]) + 2 * rounding.Error[i])) * 1.01);
                Compare(loss, exact, point.X, Direction(random, it.Features), withResidual: false);
            }
        }, Nets.Cases(100));
        Assert.True(found > 0, "no fixed point was found");
    }

    private static double[] Direction(Random random, int features) =>
        [.. Enumerable.Range(0, features).Select(_ => 2 * random.NextDouble() - 1)];

    private static void Compare(Loss loss, ExactNet exact, double[] x, double[] v, bool withResidual)
    {
        int d = x.Length;
        double[] residual = Dense.Subtract(x, exact.Evaluate(x)), logits = exact.Logits(x), seen = loss.HessianVector(x, v);
        double[,] difference = Dense.IdentityMinus(exact.Jacobian(x)), a = exact.LogitJacobian(x);
        double[] expected = Dense.ApplyTransposed(difference, Dense.Apply(difference, v)), along = Dense.Apply(a, v);
        double[] curved = Dense.ApplyTransposed(a, [.. along.Select((t, i) => residual[i] * exact.PsiCurvature(logits[i]) * t)]);
        if (withResidual) expected = Dense.AddScaled(expected, -1, curved);
        var (hessian, _) = Bounds(exact, x, residual, v);
        for (int i = 0; i < d; i++)
        {
            double most = hessian[i] + (withResidual ? 0 : 2.0 / d * Math.Abs(curved[i])), off = Math.Abs(seen[i] - 2 * expected[i] / d);
            Assert.True(off <= most, $"(Hess ℓ · v)[{i}] = {seen[i]:R}, off by {off:g3}, at most {most:g3}");
        }

        if (!withResidual) Assert.True(Dense.Dot(v, seen) >= -v.Select((t, i) =>
            Math.Abs(t) * hessian[i]).Sum() - 2.0 / d * Math.Abs(Dense.Dot(v, curved)));
    }

    // The bounds of the remarks: of a Hessian product with v, and of the gradient.
    private static (double[] Hessian, double[] Gradient) Bounds(ExactNet exact, double[] x, double[] residual, double[] v)
    {
        double[,] sum = exact.AbsoluteJacobian();
        for (int i = 0; i < x.Length; i++) sum[i, i] += 1;
        var (_, error, delta) = exact.Bounded(x, 0, ExactNet.Double);
        double largest = residual.Max(Math.Abs), factor = 4.0 / x.Length;
        double[] twice = Dense.ApplyTransposed(sum, Dense.Apply(sum, [.. v.Select(Math.Abs)]));
        double[] once = Dense.ApplyTransposed(sum,
            [.. residual.Select((r, i) => (Gamma(exact.ChainLength) + delta) * (Math.Abs(r) + error[i]) + error[i])]);
        return ([.. twice.Select(value => factor * (Gamma(2 * exact.ChainLength) + delta) * 4 * (1 + largest) * value)],
            [.. once.Select(value => factor * value)]);
    }

    private static double Gamma(int roundings) => roundings * ExactNet.Double / (1 - roundings * ExactNet.Double);

    /// <summary>ℓ, its gradient and its Hessian products by the library, one point at a time.</summary>
    internal sealed class Loss : IDisposable
    {
        private readonly Plan _plan;
        private readonly Node _x, _v, _gradient, _product;
        private readonly int _features;

        public Loss(Mlp network)
        {
            _features = network.Inputs;
            var graph = new Graph();
            _x = graph.Input("x", new Shape(1, _features));
            _v = graph.Input("v", new Shape(1, _features));
            var loss = (_x - network.Forward(_x).Output).Square().Mean();
            _gradient = loss.Differentiate(_x)[0];
            _product = loss.HessianVector(_x, _v);
            _plan = Plan.Compile(graph, network.Device, 1, [_gradient, _product]);
        }

        public double[] Gradient(double[] x) => Run(x, new double[_features], _gradient);

        public double[] HessianVector(double[] x, double[] v) => Run(x, v, _product);

        private double[] Run(double[] x, double[] v, Node output)
        {
            _plan.Upload(_x, x);
            _plan.Upload(_v, v);
            _plan.Run(1);
            var result = new double[_features];
            _plan.Download(output, result);
            return result;
        }

        public void Dispose() => _plan.Dispose();
    }
}
