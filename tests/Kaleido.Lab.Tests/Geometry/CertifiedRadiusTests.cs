using Kaleido.Backends;
using Kaleido.Lab.Geometry;
using Kaleido.Lab.Tests.Metrics;
using Kaleido.Networks;
using Kaleido.Tests;

namespace Kaleido.Lab.Tests.Geometry;

public sealed class CertifiedRadiusTests
{
    [Fact]
    public void A_rotation_that_shrinks_is_certified_up_to_its_kink()
    {
        // f(x) = A(relu(x + 1) - 1) with A = ½·rotation: one linear piece about 0, up to the kinks x_i = -1.
        double c = Math.Cos(0.7) / 2, s = Math.Sin(0.7) / 2;
        var map = Shifted([c, -s, s, c], 1);
        var piece = CertifiedRadius.Find(map, Fixed(map), CertifiedForm.Piece)!;
        Assert.InRange(piece.EuclideanRadius, 0.98, 1);
        Assert.Equal(0, piece.UnstableNeurons);
        // ReLU does not lengthen differences, so f contracts by ½ everywhere, and beyond one piece there is no end but that of the search.
        Assert.True(CertifiedRadius.Find(map, Fixed(map))!.EuclideanRadius > 1.5);
    }

    [Fact]
    public void A_sink_with_a_norm_above_one_is_certified_in_another_norm()
    {
        var map = Shifted([0.5, 2, 0, 0.5], 1);
        var ball = CertifiedRadius.Find(map, Fixed(map), CertifiedForm.Piece)!;
        Assert.Equal("Lyapunov", ball.Norm);
        Assert.InRange(ball.EuclideanRadius, 0.05, 1);
        Assert.True(ball.Contraction < 1 && ball.EuclideanRadius <= ball.Radius);
    }

    [Fact]
    public void A_repeller_is_not_certified()
    {
        var map = Shifted([1.1, 0, 0, 0.5], 1);
        Assert.Null(CertifiedRadius.Find(map, [0, 0]));
    }

    [Fact]
    public void A_point_that_is_not_fixed_is_not_certified_within_its_residual()
    {
        var map = Shifted([0.5, 0, 0, 0.5], 1);
        // f(c) - c = -c/2 with c = .1 leaves (1 - ½) r ≥ .05: a ball that holds the fixed point 0.
        var ball = CertifiedRadius.Find(map, [0.1, 0], CertifiedForm.Contraction);
        Assert.True(ball is null || ball.EuclideanRadius >= 0.1 - 1e-9);
    }

    [Fact]
    public void The_two_point_oracle_is_certified_nearly_up_to_its_repeller()
    {
        // Every start above ½ goes to .8, and |f(x) - .8| < |x - .8| for all of them: the slope bound is sharp but for its cells.
        using var device = Device.Cpu(1);
        using var network = TwoPointOracle.Create(device, 1);
        var map = ReluSelfMap.Of(network);
        double[] x = [0.8];
        for (int i = 0; i < 400; i++) map.Apply(x, x);
        double contraction = CertifiedRadius.Find(map, x, CertifiedForm.Contraction)!.EuclideanRadius;
        double slopes = CertifiedRadius.Find(map, x, CertifiedForm.Slopes)!.EuclideanRadius,
            reach = CertifiedRadius.Find(map, x)!.EuclideanRadius;
        // f' < 1 above the point where σ(z)(1 - σ(z)) = 1/b: z = ln(b/2 - 1 + √(b²/4 - b)), x = ½ + z/b.
        double b = TwoPointOracle.Steepness, edge = 0.5 + Math.Log(b / 2 - 1 + Math.Sqrt(b * b / 4 - b)) / b;
        Assert.InRange(contraction, 0.95 * (0.8 - edge), 0.8 - edge);
        Assert.InRange(slopes, 0.24, 0.3);
        Assert.InRange(reach, slopes, 0.3);
        var attack = new BasinAttack(network, x, 0.7394, 0);
        Assert.Equal(0, attack.EscapesNear(reach, 200));
        Assert.InRange(attack.SmallestEscape(0.05, 1, 8, [[0.2]]), 0.29, 0.31);
        // From radius 0 on the rays would never grow.
        Assert.Throws<ArgumentOutOfRangeException>(() => attack.SmallestEscape(0, 1, 8, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => attack.SmallestEscape(0.05, 1, -1, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => attack.EscapesNear(0, 3));
    }

    [Fact]
    public void Every_start_in_a_certified_ball_converges() => Law.Holds(Law.Sizes(0), it =>
    {
        var random = it.Random();
        int features = random.Next(1, 4), hidden = random.Next(2, 9);
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(features, hidden, random.Next(1, 4)) { Output = random.Next(2) == 0
            ? Activation.Sigmoid : Activation.Tanh });
        for (int layer = 0; layer < network.Layers; layer++)
        {
            double scale = 3 / Math.Sqrt(network.Weight(layer).Columns);
            network.Weight(layer).Upload(Numbers(random, network.Weight(layer).Count, scale));
            network.Bias(layer).Upload(Numbers(random, network.Bias(layer).Count, 0.5));
        }

        var map = ReluSelfMap.Of(network);
        double[] x = Numbers(random, features, 1);
        for (int i = 0; i < 500; i++) map.Apply(x, x);
        if (CertifiedRadius.Find(map, x) is not { } ball) return;
        for (int trial = 0; trial < 20; trial++)
        {
            double[] direction = Numbers(random, features, 1), state = new double[features];
            double norm = Math.Sqrt(direction.Sum(value => value * value));
            for (int k = 0; k < features; k++) state[k] = x[k] + ball.EuclideanRadius * direction[k] / norm * (trial < 10
                ? 1 : random.NextDouble());
            for (int i = 0; i < 3000; i++) map.Apply(state, state);
            Assert.True(state.Zip(x, (a, c) => Math.Abs(a - c)).Max() < 1e-5, $"{ball}");
        }
    }, 60);

    // f(x) = A·relu(x + shift) - A·shift.
    private static ReluSelfMap Shifted(double[] matrix, double shift)
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(2, 2, 1));
        network.Weight(0).Upload([1.0, 0.0, 0.0, 1.0]);
        network.Bias(0).Upload([shift, shift]);
        network.Weight(1).Upload(matrix);
        network.Bias(1).Upload([-shift * (matrix[0] + matrix[1]), -shift * (matrix[2] + matrix[3])]);
        return ReluSelfMap.Of(network);
    }

    // Weights are rounded to float32, so 0 is off by 1e-8; the map itself finds its fixed point.
    private static double[] Fixed(ReluSelfMap map)
    {
        var x = new double[map.Features];
        for (int i = 0; i < 300; i++) map.Apply(x, x);
        return x;
    }

    private static double[] Numbers(Random random, int count, double scale) =>
        [.. Enumerable.Range(0, count).Select(_ => (random.NextDouble() * 2 - 1) * scale)];
}
