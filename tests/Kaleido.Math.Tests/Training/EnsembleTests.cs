using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Training;

namespace Kaleido.Tests.Training;

/// <summary>A member of an ensemble gets the bits of the same network trained alone.</summary>
public class EnsembleTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(15, 2)]
    [InlineData(16, 1)]
    [InlineData(17, 3)]
    [InlineData(33, 4)]
    public void Any_number_of_members_on_any_number_of_threads_equals_single_trainings(int count, int threads) =>
        new EnsembleCase(EnsembleCase.Tiny, new() { Steps = 130, EvaluationInterval = 50, BatchSize = 2 },
            EnsembleCase.Sharing(count, EnsembleCase.Tiny, 2)) { Threads = threads }.AssertSameBits();

    [Fact]
    public void Members_draw_their_own_minibatches_from_their_own_data()
    {
        var result = new EnsembleCase(EnsembleCase.Tiny,
            new() { Steps = 150, EvaluationInterval = 40, BatchSize = 3, EvaluationSamples = 7 },
            EnsembleCase.Separate(18, EnsembleCase.Tiny, 11)).AssertSameBits();
        Assert.Equal(18, result.Results.Select(r => r.LastWeightsSha256).Distinct().Count());
    }

    [Fact]
    public void Members_add_their_own_noise() =>
        new EnsembleCase(EnsembleCase.Tiny, new() { Steps = 60, BatchSize = 2, InputNoise = 0.1 },
            EnsembleCase.Sharing(17, EnsembleCase.Tiny, 5)).AssertSameBits();

    public static TheoryData<Optimizer> Optimizers => new(
        new Sgd { LearningRate = 0.1 },
        new Sgd { LearningRate = 0.05, Momentum = 0.9, WeightDecay = 1e-3 },
        new Sgd { LearningRate = 0.05, Momentum = 0.9, Nesterov = true },
        new AdaGrad { RateDecay = 0.01 },
        new RmsProp { Momentum = 0.5 },
        new Adam { LearningRate = 0.01, WeightDecay = 1e-2 },
        new AdamW { Schedule = Kaleido.Backends.LearningRateSchedule.Cosine(0.01, 60).WithWarmUp(10) });

    [Theory]
    [MemberData(nameof(Optimizers))]
    public void Every_optimiser_is_the_single_trainers(Optimizer optimizer)
    {
        var shape = new MlpOptions(3, 7, 2) { HiddenActivation = Activation.Tanh };
        new EnsembleCase(shape, new() { Steps = 80, EvaluationInterval = 30, BatchSize = 4, Optimizer = optimizer },
            EnsembleCase.Separate(5, shape, 9)).AssertSameBits();
    }
}
