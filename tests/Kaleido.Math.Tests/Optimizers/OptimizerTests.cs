using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Training;
using Xunit.Abstractions;

namespace Kaleido.Tests.Optimizers;

/// <summary>Fifty steps of the trainer on a linear map, whose gradients have a closed form, against the textbook.</summary>
public class OptimizerTests(ITestOutputHelper log)
{
    private const int Steps = 50, Rows = 7, Inputs = 3, Outputs = 2;

    private static readonly Dictionary<string, (Optimizer Optimizer, GradientClipping? Clipping)> Cases = new()
    {
        ["sgd"] = (new Sgd { LearningRate = 0.05 }, null),
        ["sgd momentum"] = (new Sgd { LearningRate = 0.02, Momentum = 0.9 }, null),
        ["sgd dampening"] = (new Sgd { LearningRate = 0.05, Momentum = 0.8, Dampening = 0.3 }, null),
        ["sgd nesterov"] = (new Sgd { LearningRate = 0.02, Momentum = 0.9, Nesterov = true }, null),
        ["sgd decay"] = (new Sgd { LearningRate = 0.02, Momentum = 0.9, Nesterov = true, WeightDecay = 0.05 }, null),
        ["adagrad"] = (new AdaGrad { LearningRate = 0.1 }, null),
        ["adagrad decay"] = (new AdaGrad { LearningRate = 0.1, RateDecay = 0.02, WeightDecay = 0.05, Epsilon = 1e-3 }, null),
        ["rmsprop"] = (new RmsProp { LearningRate = 0.005 }, null),
        ["rmsprop momentum"] =
            (new RmsProp { LearningRate = 0.001, Alpha = 0.9, Momentum = 0.7, WeightDecay = 0.05, Epsilon = 1e-3 }, null),
        ["adam"] = (new Adam { LearningRate = 0.01 }, null),
        ["adam betas"] = (new Adam { LearningRate = 0.01, Beta1 = 0.5, Beta2 = 0.9, Epsilon = 1e-3 }, null),
        ["adam beta zero"] = (new Adam { LearningRate = 0.01, Beta1 = 0 }, null),
        ["adam decay"] = (new Adam { LearningRate = 0.01, WeightDecay = 0.1 }, null),
        ["adamw"] = (new AdamW { LearningRate = 0.01, WeightDecay = 0.1 }, null),
        ["adamw default"] = (new AdamW(), null),
        ["step schedule"] = (new Sgd { Schedule = LearningRateSchedule.Step(0.1, 7, 0.6) }, null),
        ["cosine schedule"] = (new Adam { Schedule = LearningRateSchedule.Cosine(0.02, 40, 0.001).WithWarmUp(6) }, null),
        ["decoupled decay under a schedule"] = (new AdamW { Schedule = LearningRateSchedule.Cosine(0.02, 40), WeightDecay = 0.2 }, null),
        ["clipped norm"] = (new Sgd { LearningRate = 0.05 }, new(Norm: 0.5)),
        ["clipped value"] = (new Sgd { LearningRate = 0.05, WeightDecay = 0.01 }, new(Value: 0.2)),
        ["clipped both"] = (new Adam { LearningRate = 0.01 }, new(Norm: 0.3, Value: 0.25)),
        ["clipping that never acts"] = (new Sgd { LearningRate = 0.05 }, new(Norm: 1e6, Value: 1e6)),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Fifty_steps_follow_the_documented_formulas(string name)
    {
        var (optimizer, clipping) = Cases[name];
        double exact = Deviation(Device.Reference(), optimizer, clipping), single = Deviation(Device.Cpu(), optimizer, clipping);
        log.WriteLine($"{name}: float64 {exact:g2}, float32 {single:g2}");
        // The tolerances of trajectories, docs/numerics.md, rule 18.
        Assert.InRange(exact, 0, 1e-9);
        Assert.InRange(single, 0, 1e-5);
    }

    private static double Deviation(Device device, Optimizer optimizer, GradientClipping? clipping)
    {
        using var owned = device;
        using var network = Mlp.Create(device, new(Inputs, 0, 0) { Outputs = Outputs, Seed = 1 });
        var random = new Random(7);
        float[] inputs = [.. Enumerable.Range(0, Rows * Inputs).Select(_ => (float)(4 * random.NextDouble() - 2))];
        float[] targets = [.. Enumerable.Range(0, Rows * Outputs).Select(_ => (float)(6 * random.NextDouble() - 1))];
        double[] weights = [.. network.Weight(0).ToArray(), .. network.Bias(0).ToArray()], gradients = new double[weights.Length];
        var textbook = new TextbookOptimizer(optimizer, clipping, weights.Length);
        for (int step = 0; step < Steps; step++)
        {
            Gradients(weights, inputs, targets, gradients);
            textbook.Step(weights, gradients);
        }

        var fit = Trainer.Fit(network, inputs, targets, LossFunction.SquaredError,
            new() { Steps = Steps, Optimizer = optimizer, Clipping = clipping, EvaluationInterval = Steps });
        Assert.Equal(Steps, fit.BestStep);
        double[] weight = new double[Inputs * Outputs], bias = new double[Outputs];
        network.Weight(0).Download(weight);
        network.Bias(0).Download(bias);
        return Math.Max(Distance(weight, weights[..weight.Length]), Distance(bias, weights[weight.Length..]));
    }

    private static double Distance(double[] ours, double[] textbook) =>
        Math.Sqrt(ours.Zip(textbook, (x, y) => (x - y) * (x - y)).Sum() / textbook.Sum(y => y * y));

    // Of the mean of (Wx + b - t)² over rows and outputs.
    private static void Gradients(double[] weights, float[] inputs, float[] targets, double[] gradients)
    {
        Array.Clear(gradients);
        for (int row = 0; row < Rows; row++)
        {
            for (int output = 0; output < Outputs; output++)
            {
                double residual = weights[Inputs * Outputs + output] - targets[row * Outputs + output];
                for (int i = 0; i < Inputs; i++) residual += weights[output * Inputs + i] * inputs[row * Inputs + i];
                double factor = 2 * residual / (Rows * Outputs);
                for (int i = 0; i < Inputs; i++) gradients[output * Inputs + i] += factor * inputs[row * Inputs + i];
                gradients[Inputs * Outputs + output] += factor;
            }
        }
    }

    [Fact]
    public void A_clipped_norm_is_the_limit_and_values_are_clipped_first()
    {
        using var device = Device.Reference();
        double[] g = [3, -4, 0.5, 12];
        Assert.Equal(0.5, Math.Sqrt(Clipped(device, g, new(Norm: 0.5)).Sum(x => x * x)), 1e-6);
        Assert.Equal([1, -1, 0.5, 1], Clipped(device, g, new(Value: 1)));
        double[] both = Clipped(device, g, new(Norm: 1, Value: 1));
        double norm = Math.Sqrt(3.25);
        for (int i = 0; i < g.Length; i++) Assert.Equal(Math.Clamp(g[i], -1, 1) / (norm + 1e-6), both[i], 1e-14);
        Assert.Equal(g, Clipped(device, g, new(Norm: 13.2)));
    }

    private static double[] Clipped(Device device, double[] gradients, GradientClipping clipping)
    {
        var graph = new Kaleido.Autodiff.Graph();
        // Two tensors: the norm is that of all gradients together.
        var first = graph.Input("first", new Kaleido.Tensors.Shape(1, 1));
        var rest = graph.Input("rest", new Kaleido.Tensors.Shape(1, gradients.Length - 1));
        var clipped = clipping.Apply([first, rest]);
        using var plan = Kaleido.Autodiff.Plan.Compile(graph, device, 1, clipped);
        plan.Upload(first, gradients.AsSpan(0, 1));
        plan.Upload(rest, gradients.AsSpan(1));
        plan.Run();
        double[] a = new double[1], b = new double[gradients.Length - 1];
        plan.Download(clipped[0], a);
        plan.Download(clipped[1], b);
        return [.. a, .. b];
    }

    [Fact]
    public void Moments_of_Adam_never_stay_subnormal()
    {
        using var device = Device.Cpu(1);
        using var parameters = new ParameterSet(device, [("w", 1, 4)]);
        using var descent = new GradientDescent(parameters, new Adam());
        var graph = new Kaleido.Autodiff.Graph();
        var w = graph.Variable("w", parameters[parameters["w"]]);
        var factors = graph.Input("factors", new Kaleido.Tensors.Shape(1, 4));
        using var plan = Kaleido.Autodiff.Plan.Compile(graph, device, 1, [], [descent.Minimize((w * factors).Sum(), [w])]);
        // (1 - β₁)·g is 1.2e-38, just normal, and then decays; (1 - β₂)·g² for g = 1e-18 is 1e-39, subnormal at once.
        plan.Upload(factors, [1.2e-37f, -1.2e-37f, 1e-18f, 1]);
        plan.Run();
        float[] first = Moments(descent.Moment1), second = Moments(descent.Moment2);
        Assert.True(float.IsNormal(first[0]) && float.IsNormal(first[1]) && float.IsNormal(first[2]));
        AssertPositiveZero(second[0], second[1], second[2]);
        plan.Upload(factors, [0, 0, 0, 1]);
        plan.Run();
        plan.Run();
        first = Moments(descent.Moment1);
        AssertPositiveZero(first[0], first[1]);
        Assert.True(float.IsNormal(first[2]));

        static float[] Moments(Kaleido.Tensors.Tensor arena) => arena.ToArray();

        static void AssertPositiveZero(params float[] values) =>
            Assert.All(values, v => Assert.Equal(0u, BitConverter.SingleToUInt32Bits(v)));
    }

    public static TheoryData<string> Refused => [.. Bad.Keys];

    private static readonly Dictionary<string, Optimizer> Bad = new()
    {
        ["negative rate"] = new Sgd { LearningRate = -1 },
        ["no rate"] = new Adam { LearningRate = double.NaN },
        ["infinite rate"] = new Adam { LearningRate = double.PositiveInfinity },
        ["beta of one"] = new Adam { Beta1 = 1 },
        ["negative beta"] = new Adam { Beta2 = -0.1 },
        ["alpha of one"] = new RmsProp { Alpha = 1 },
        ["negative epsilon"] = new AdaGrad { Epsilon = -1e-8 },
        ["negative momentum"] = new Sgd { Momentum = -0.9 },
        ["negative decay"] = new AdamW { WeightDecay = -1 },
        ["negative rate decay"] = new AdaGrad { RateDecay = -1 },
        ["infinite dampening"] = new Sgd { Momentum = 0.9, Dampening = double.PositiveInfinity },
        ["nesterov without momentum"] = new Sgd { Nesterov = true },
        ["nesterov with dampening"] = new Sgd { Nesterov = true, Momentum = 0.9, Dampening = 0.1 },
        ["empty period"] = new Sgd { Schedule = LearningRateSchedule.Step(0.1, 0, 0.5) },
        ["zero factor"] = new Sgd { Schedule = LearningRateSchedule.Step(0.1, 10, 0) },
        ["minimum above rate"] = new Sgd { Schedule = LearningRateSchedule.Cosine(0.1, 10, 0.2) },
        ["negative warm-up"] = new Sgd { Schedule = LearningRateSchedule.Constant(0.1).WithWarmUp(-1) },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Hyperparameters_out_of_range_are_refused_before_training(string name)
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(1, 2, 1));
        string before = network.WeightsSha256();
        Assert.ThrowsAny<ArgumentException>(() => Bad[name].ToRule());
        float[] data = [0, 1];
        Assert.ThrowsAny<ArgumentException>(
            () => { _ = Trainer.FitAsync(network, data, data, LossFunction.SquaredError, new() { Optimizer = Bad[name] }); });
        Assert.Equal(before, network.WeightsSha256());
    }

    [Theory]
    [InlineData(0.0, null)]
    [InlineData(double.NaN, null)]
    [InlineData(null, -1.0)]
    [InlineData(null, double.PositiveInfinity)]
    public void Limits_of_clipping_are_positive_numbers(double? norm, double? value)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TrainingOptions { Clipping = new(norm, value) }.Validate());
    }
}
