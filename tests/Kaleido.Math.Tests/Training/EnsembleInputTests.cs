using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Training;

namespace Kaleido.Tests.Training;

/// <summary>What an ensemble takes, and what it refuses in a sentence.</summary>
public class EnsembleInputTests
{
    public static TheoryData<string> Activations => new(
        "identity", "relu", "leakyrelu:0.1", "elu:1.3", "gelu", "tanh", "sigmoid", "softplus", "erf", "sin", "cos", "softmax");

    [Theory]
    [MemberData(nameof(Activations))]
    public void Every_activation_is_the_single_trainers(string name)
    {
        var activation = Activation.Parse(name);
        var shape = new MlpOptions(3, 5, 2) { Outputs = 4, HiddenActivation = activation, Output = activation };
        var result = new EnsembleCase(shape, new() { Steps = 25, EvaluationInterval = 10, BatchSize = 3, LearningRate = 0.01 },
            EnsembleCase.Separate(3, shape, 7)).AssertSameBits();
        Assert.All(result.Results, r => Assert.Equal(StopReason.Completed, r.StopReason));
    }

    [Theory]
    [InlineData(LossFunction.SquaredError, false)]
    [InlineData(LossFunction.BinaryCrossEntropy, false)]
    [InlineData(LossFunction.CrossEntropy, false)]
    [InlineData(LossFunction.CrossEntropy, true)]
    public void Every_loss_is_the_single_trainers(LossFunction loss, bool classNumbers)
    {
        var shape = new MlpOptions(3, 6, 1) { Outputs = 5, Output = Activation.Sigmoid };
        foreach (int batch in new[] { 3, 9 })
        {
            var members = EnsembleCase.Separate(4, shape, 9)
                .Select((m, i) => classNumbers ? m with { Targets = Enumerable.Range(i, 9).Select(c => (float)(c % 5)).ToArray() } : m)
                .ToArray();
            var options = new TrainingOptions { Steps = 40, EvaluationInterval = 15, BatchSize = batch, LearningRate = 0.02 };
            var result = new EnsembleCase(shape, options, members) { Loss = loss }.AssertSameBits();
            Assert.All(result.Results, r => Assert.True(r.Loss < r.Evaluations[0].Loss));
        }
    }

    [Fact]
    public void Residual_layers_widths_scalings_and_initialisations_are_the_single_trainers()
    {
        var shape = new MlpOptions(3, 0, 0)
        {
            HiddenWidths = [5, 5, 11], Outputs = 3, Residual = true, HiddenActivation = Activation.Softplus,
            Initialization = Initialization.Orthogonal,
        };
        var members = EnsembleCase.Separate(6, shape, 8).Select((m, i) => m with
        {
            OutputScaling = i % 2 == 0 ? DataScaling.ToUnit : new DataScaling(2, -1),
            InputScaling = i % 3 == 0 ? DataScaling.ToUnit : new DataScaling(0.5f, 0.25f),
        }).ToArray();
        new EnsembleCase(shape, new() { Steps = 30, EvaluationInterval = 10, BatchSize = 5, InputNoise = 0.05 }, members).AssertSameBits();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 3)]
    [InlineData(11, 4)]
    [InlineData(12, 11)]
    public void Batches_below_at_and_above_the_samples_are_the_single_trainers(int batch, int evaluated) =>
        new EnsembleCase(EnsembleCase.Tiny,
            new() { Steps = 150, EvaluationInterval = 60, BatchSize = batch, EvaluationSamples = evaluated },
            EnsembleCase.Separate(15, EnsembleCase.Tiny, 11)).AssertSameBits();

    [Fact]
    public void The_number_of_threads_changes_nothing()
    {
        var members = EnsembleCase.Separate(70, EnsembleCase.Tiny, 9).Select((m, i) => m with { Steps = 20 + 7 * (i % 9) }).ToArray();
        var options = new TrainingOptions { Steps = 90, EvaluationInterval = 30, BatchSize = 2 };
        var all = new List<string>();
        foreach (int threads in new[] { 1, 2, 3, 4, 7 })
        {
            using var device = Device.Cpu(threads);
            var results = EnsembleTrainer.Fit(device, EnsembleCase.Tiny, members, LossFunction.SquaredError, options).Results;
            all.Add(string.Join(' ', results.Select(r => r.LastWeightsSha256 + r.BestWeightsSha256)));
        }

        Assert.Single(all.Distinct());
    }

    [Fact]
    public void The_reference_device_fits_one_member_after_the_other()
    {
        using var device = Device.Reference();
        var members = EnsembleCase.Sharing(2, EnsembleCase.Tiny, 4).Select((m, i) => m with { Steps = 3 + i }).ToArray();
        var result = EnsembleTrainer.Fit(device, EnsembleCase.Tiny, members, LossFunction.SquaredError, new() { BatchSize = 2, Steps = 9 });
        Assert.Equal([3L, 4L], result.Results.Select(r => r.Steps));
        using var network = result.Network(1);
        Assert.Equal(result.Results[1].BestWeightsSha256, network.WeightsSha256());
    }

    [Fact]
    public void Wrong_arguments_are_refused_in_a_sentence()
    {
        using var device = Device.Cpu(1);
        var shape = new MlpOptions(3, 4, 1) { Outputs = 2 };
        var good = EnsembleCase.Sharing(3, shape, 5).ToArray();
        TrainingOptions options = new() { Steps = 1 };
        Assert.Throws<ArgumentNullException>(() => EnsembleTrainer.Fit(null!, shape, good, LossFunction.SquaredError, options));
        Assert.Throws<ArgumentNullException>(() => EnsembleTrainer.Fit(device, null!, good, LossFunction.SquaredError, options));
        Assert.Throws<ArgumentNullException>(() => EnsembleTrainer.Fit(device, shape, null!, LossFunction.SquaredError, options));
        Assert.Throws<ArgumentNullException>(() => EnsembleTrainer.Fit(device, shape, good, LossFunction.SquaredError, null!));
        Refused<ArgumentException>("Fit: an ensemble needs at least one member", []);
        Refused<ArgumentException>("Fit: member 1 is null", [good[0], null!]);
        Refused<ArgumentException>("member 1: Fit: 14 input values are not samples of 3 features",
            [good[0], good[1] with { Inputs = new float[14] }]);
        Refused<ArgumentException>("member 2: Fit: 11 target values for 5 samples; the network has 2 outputs",
            [good[0], good[1], good[2] with { Targets = new float[11] }]);
        Refused<ArgumentException>(
            "Fit: member 1 has 4 samples with 2 target columns, member 0 has 5 with 2; an ensemble needs equally many",
            [good[0], good[1] with { Inputs = new float[12], Targets = new float[8] }]);
        Refused<ArgumentException>("member 0: Fit: sample 1, feature 2 of the inputs is NaN, not a finite number",
            [good[0] with { Inputs = Enumerable.Range(0, 15).Select(i => i == 5 ? float.NaN : 0).ToArray() }]);
        Refused<ArgumentOutOfRangeException>("member 1: ", [good[0], good[1] with { ClipNorm = -1 }]);
        Refused<ArgumentOutOfRangeException>("member 1: ", [good[0], good[1] with { Steps = -1 }]);
        Refused<ArgumentOutOfRangeException>("member 1: ", [good[0], good[1] with { TargetLoss = double.NaN }]);
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            EnsembleTrainer.Fit(device, shape, good, LossFunction.SquaredError, options with { BatchSize = 0 }));
        var result = EnsembleTrainer.Fit(device, shape, good, LossFunction.SquaredError, options);
        Assert.Throws<ArgumentOutOfRangeException>(() => result.Network(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => result.Network(-1));

        void Refused<T>(string sentence, EnsembleMember[] members) where T : ArgumentException
        {
            var wrong = Assert.Throws<T>(() => EnsembleTrainer.Fit(device, shape, members, LossFunction.SquaredError, options));
            Assert.StartsWith(sentence, wrong.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Checkpoints_are_refused()
    {
        using var device = Device.Cpu(1);
        var member = new EnsembleMember(new float[3], new float[3]);
        var error = Assert.Throws<ArgumentException>(() => EnsembleTrainer.Fit(device, new(3, 2, 1), [member], LossFunction.SquaredError,
            new() { Steps = 1, Checkpoint = new("never.safetensors") }));
        Assert.Contains("an ensemble writes no checkpoints", error.Message, StringComparison.Ordinal);
    }
}
