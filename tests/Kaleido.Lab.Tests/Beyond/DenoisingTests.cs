using Kaleido.Backends;
using Kaleido.Lab.Figures;
using Kaleido.Networks;
using Kaleido.Training;

namespace Kaleido.Lab.Tests.Beyond;

public sealed class DenoisingTests
{
    [Fact]
    public void Networks_trained_side_by_side_on_noisy_inputs_have_the_bits_of_single_trainings()
    {
        float[] points = [-0.8f, -0.2f, 0.2f, 0.8f];
        MlpOptions shape = new(1, 10, 10) { Output = Activation.Tanh };
        using var nets = new SyntheticNets(shape, points, 250, 3, new(), CancellationToken.None, inputNoise: 0.05);
        using var clean = new SyntheticNets(shape, points, 250, 3, new(), CancellationToken.None);
        using var device = Device.Cpu(1);
        for (uint seed = 0; seed < 3; seed++)
        {
            using var alone = Mlp.Create(device, shape with { Seed = seed });
            var fit = Trainer.Fit(alone, points, points, LossFunction.SquaredError,
                new() { Steps = 250, LearningRate = 1e-3, EvaluationInterval = 100, InputNoise = 0.05, Seed = seed });
            var beside = nets.Ensemble.Results[(int)seed];
            Assert.Equal((fit.LastWeightsSha256, fit.BestWeightsSha256, fit.Loss),
                (beside.LastWeightsSha256, beside.BestWeightsSha256, beside.Loss));
            Assert.Equal(fit.MinibatchLosses.ToArray(), beside.MinibatchLosses.ToArray());
            Assert.Equal(alone.WeightsSha256(), nets.Nets[(int)seed].WeightsSha256());
            Assert.NotEqual(fit.LastWeightsSha256, clean.Ensemble.Results[(int)seed].LastWeightsSha256);
        }
    }
}
