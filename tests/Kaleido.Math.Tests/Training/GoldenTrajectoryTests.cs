using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Networks;
using Kaleido.Tests.Support;
using Kaleido.Training;
using Xunit.Abstractions;

namespace Kaleido.Tests.Training;

/// <summary>Trainings against those that PyTorch made (Golden/README.md); the tolerances are those of docs/numerics.md, rule 18.</summary>
public class GoldenTrajectoryTests(ITestOutputHelper log)
{
    [Theory]
    [InlineData("kaleido_1d_h10_l6_sigmoid_f64.safetensors", 700, 100)]
    [InlineData("mlp_3_7_7_3_tanh_f64.safetensors", 50, 50)]
    public void In_float64_the_whole_run_follows_PyTorch_within_one_part_in_a_thousand_million(string name, int steps, int last)
    {
        using var device = Device.Reference();
        using var golden = new GoldenTrajectory(name, device);
        using var training = new ManualTraining(golden.Network, golden.Adam, golden.Input.Length / golden.Network.Inputs);
        double worstLoss = 0, worstWeight = 0, gradient = double.NaN;
        var compared = new List<int>();
        Assert.Equal(steps, golden.Losses.Length);
        for (int step = 0; step < steps; step++)
        {
            double expected = golden.Losses[step], loss = training.Step(golden.Input);
            Assert.True(Math.Abs(loss - expected) <= 1e-9 * expected + 1e-18, $"step {step}: {loss:R} against {expected:R}");
            if (expected > 1e-9) worstLoss = Math.Max(worstLoss, Math.Abs(loss - expected) / expected);
            if (step == 0)
            {
                AssertClose(golden.Values("step0.output"), training.Output, 1e-12);
                gradient = golden.GradientError(training.Gradients);
            }

            if (!golden.Has(step + 1)) continue;
            compared.Add(step + 1);
            worstWeight = Math.Max(worstWeight, golden.WeightError(step + 1));
        }

        log.WriteLine(
            $"{name}: loss {worstLoss:g2}, gradients {gradient:g2}, weights after {string.Join(", ", compared)} steps {worstWeight:g2}");
        Assert.Contains(1, compared);
        Assert.Contains(last, compared);
        Assert.InRange(gradient, 0, 1e-9);
        Assert.InRange(worstWeight, 0, 1e-9);
    }

    [Theory]
    [InlineData("kaleido_1d_h10_l6_sigmoid_f32.safetensors")]
    [InlineData("mlp_3_7_7_3_tanh_f32.safetensors")]
    public void In_float32_the_trainer_follows_PyTorch_for_fifty_steps(string name)
    {
        using var device = Device.Cpu();
        using var golden = new GoldenTrajectory(name, device);
        double worstWeight = 0;
        foreach (int steps in new[] { 1, 2, 50 })
        {
            golden.Restart();
            // Evaluated after the last step alone, which is better than the beginning: so the network keeps the last weights.
            var fit = Trainer.Fit(golden.Network, golden.Input32, golden.Input32, LossFunction.SquaredError,
                new() { Steps = steps, Optimizer = golden.Adam, EvaluationInterval = steps });
            Assert.Equal(steps, fit.BestStep);
            AssertLosses(golden.Losses, fit.MinibatchLosses.Span, name);
            if (golden.Has(steps)) worstWeight = Math.Max(worstWeight, golden.WeightError(steps));
        }

        Assert.InRange(worstWeight, double.Epsilon, 1e-5);
        golden.Restart();
        using var training = new ManualTraining(golden.Network, golden.Adam, golden.Input.Length / golden.Network.Inputs);
        training.Step(golden.Input);
        AssertClose(golden.Values("step0.output"), training.Output, 1e-6);
        double gradient = golden.GradientError(training.Gradients);
        Assert.InRange(gradient, 0, 1e-5);
        log.WriteLine($"{name}: gradients {gradient:g2}, weights {worstWeight:g2}");
    }

    [FactIfGoldenAndMnist]
    public void On_MNIST_fifty_steps_follow_PyTorch()
    {
        const int Rows = 100, Batches = 10;
        var images = Dataset.Open(SharedData.Mnist!);
        var scaled = new float[Rows * Batches * images.Features];
        DataScaling.ToSymmetric.Apply(images.Values.Span[..scaled.Length], scaled);
        double[] inputs = [.. scaled.Select(x => (double)x)];
        using var device = Device.Cpu();
        using var golden = new GoldenTrajectory(Path.Combine(SharedData.Golden!, "mnist_h100_l3_tanh_f32.safetensors"), device);
        Assert.Equal(golden.Input, inputs[..golden.Input.Length]);
        using var training = new ManualTraining(golden.Network, golden.Adam, Rows);
        int batch = Rows * images.Features;
        var losses = new float[golden.Losses.Length];
        double gradient = double.NaN;
        for (int step = 0; step < losses.Length; step++)
        {
            losses[step] = (float)training.Step(inputs.AsSpan(step % Batches * batch, batch));
            if (step == 0) gradient = golden.GradientError(training.Gradients);
        }

        AssertLosses(golden.Losses, losses, "MNIST");
        double weight = golden.WeightError(losses.Length);
        log.WriteLine($"MNIST: gradients {gradient:g2}, weights {weight:g2}");
        Assert.InRange(gradient, double.Epsilon, 1e-5);
        Assert.InRange(weight, double.Epsilon, 1e-5);
    }

    private void AssertLosses(double[] golden, ReadOnlySpan<float> ours, string name)
    {
        double worst = 0;
        for (int step = 0; step < ours.Length; step++)
        {
            double error = Math.Abs(ours[step] - golden[step]) / golden[step];
            Assert.True(error <= 1e-5, $"step {step}: {ours[step]:R} against {golden[step]:R}");
            worst = Math.Max(worst, error);
        }

        log.WriteLine($"{name}: losses of {ours.Length} steps {worst:g2}");
    }

    private static void AssertClose(double[] golden, double[] ours, double relative)
    {
        Assert.Equal(golden.Length, ours.Length);
        for (int i = 0; i < golden.Length; i++) Assert.InRange(Math.Abs(golden[i] - ours[i]), 0, relative * Math.Abs(golden[i]));
    }
}

/// <summary>A fact that needs real MNIST and the large golden file; skipped, with the reason, where one is not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfGoldenAndMnistAttribute : FactAttribute
{
    public FactIfGoldenAndMnistAttribute() => Skip = SharedData.Golden is null
        ? "No golden files: set KALEIDO_GOLDEN to their folder."
        : SharedData.Mnist is null ? "No MNIST: set KALEIDO_DATA to a folder that holds mnist/." : null!;
}
