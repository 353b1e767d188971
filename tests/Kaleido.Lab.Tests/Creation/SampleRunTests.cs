using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Lab.Creation;
using Kaleido.Networks;
using Kaleido.Sampling;
using Kaleido.Tests.Support;

namespace Kaleido.Lab.Tests.Creation;

public sealed class SampleRunTests
{
    [Fact]
    public void The_samples_are_the_kaleidoscopes_and_the_last_frame_has_every_chain()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(12, 9, 2) { Output = Activation.Tanh, Seed = 5 });
        network.Save(folder.File("n"));
        var options = new SampleOptions
        {
            Network = folder.File("n"), Chains = 130, Iterations = 9, Seed = 3, ForAnimation = true, Shape = new ImageShape(2, 2, 3),
        };
        var result = SampleRun.Execute(options, device, null, CancellationToken.None);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], result.Frames.Select(frame => frame.Iteration));
        Assert.Equal([.. Enumerable.Repeat(100 * 12, 9), 130 * 12], result.Frames.Select(frame => frame.Samples.Length));
        Assert.Equal(network.WeightsSha256(), result.WeightsSha256);

        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 130, Epsilon = options.Epsilon, Seed = 3 });
        foreach (var frame in kaleidoscope.Run(9))
        {
            var expected = new float[frame.Samples.Length];
            network.OutputScaling.Invert(frame.Samples.Span, expected);
            Assert.Equal(expected.Take(result.Frames[frame.Iteration].Samples.Length), result.Frames[frame.Iteration].Samples);
        }
    }

    [Theory]
    [InlineData(784, 28, 28, 1)]
    [InlineData(3072, 32, 32, 3)]
    [InlineData(12, 2, 2, 3)]
    [InlineData(30, 6, 5, 1)]
    [InlineData(7, 7, 1, 1)]
    public void A_shape_is_guessed_from_the_number_of_features(int features, int width, int height, int channels) =>
        Assert.Equal(new ImageShape(width, height, channels), KaleidoscopeSheet.GuessShape(features));
}
