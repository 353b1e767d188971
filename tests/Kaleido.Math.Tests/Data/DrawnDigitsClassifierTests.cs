using System.Globalization;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Networks;
using Kaleido.Tests.Support;
using Kaleido.Training;
using Xunit.Abstractions;

namespace Kaleido.Tests.Data;

/// <summary>How good the drawn digits are, told by somebody who never saw real ones.</summary>
public class DrawnDigitsClassifierTests(ITestOutputHelper output)
{
    [FactIfMnist]
    public void A_classifier_trained_on_drawn_digits_alone_reads_real_ones()
    {
        var drawn = EmbeddedDigits.Create(20_000, seed: 1);
        string folder = SharedData.Mnist!;
        var real = Dataset.Open(Path.Combine(folder, "t10k-images-idx3-ubyte.gz"), Path.Combine(folder, "t10k-labels-idx1-ubyte.gz"));
        using var network = Mlp.Create(Device.Cpu(), new(784, 256, 1) { Outputs = 10, Seed = 1 });
        float[] labels = [.. drawn.Labels!.Value.ToArray().Select(l => (float)l)];
        Trainer.Fit(network, drawn.Values, labels, LossFunction.CrossEntropy,
            new() { BatchSize = 200, Steps = 1500, EvaluationInterval = 500 });

        float[] scores = network.Evaluate(real.Values.Span);
        int right = 0;
        for (int i = 0; i < real.Samples; i++)
        {
            var row = scores.AsSpan(10 * i, 10);
            if (row.IndexOf(System.Numerics.Tensors.TensorPrimitives.Max<float>(row)) == real.Labels!.Value.Span[i]) right++;
        }

        double share = (double)right / real.Samples;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{100 * share:f1} % of {real.Samples} real test digits are read right"));
        Assert.True(share >= 0.6, $"only {share:p1} of the real digits are read right");
    }
}
