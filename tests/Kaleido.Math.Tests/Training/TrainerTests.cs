using System.Globalization;
using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Networks;
using Kaleido.Numerics;
using Kaleido.Tests.Support;
using Kaleido.Training;

namespace Kaleido.Tests.Training;

/// <summary>What decides the bits of a training, and what must not.</summary>
public class TrainerTests
{
    private static readonly MlpOptions Wide = new(20, 70, 2) { Output = Activation.Tanh, Seed = 3 };

    private static readonly TrainingOptions Minibatches =
        new() { Steps = 25, BatchSize = 130, EvaluationInterval = 10, Seed = 4, InputNoise = 0.05 };

    [Fact]
    public void Threads_runs_and_reports_do_not_change_a_bit()
    {
        string first = Hash(1, null, Minibatches);
        for (int threads = 1; threads <= 4; threads++) Assert.Equal(first, Hash(threads, null, Minibatches));
        Assert.Equal(first, Hash(2, new Listener(), Minibatches with { ReportInterval = TimeSpan.Zero }));
        Assert.NotEqual(first, Hash(1, null, Minibatches with { Seed = 5 }));
        Assert.NotEqual(first, Hash(1, null, Minibatches with { InputNoise = 0 }));
    }

    [Fact]
    public void A_report_reads_as_a_line_in_every_culture()
    {
        var report = new TrainingProgress(200, 1000, 0.0123456, double.NaN, 0.01, TimeSpan.FromSeconds(3), 5123.4, 1e6);
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
            Assert.Equal("step 200 of 1000: loss 0.01235, evaluated NaN, 5.12e+03 steps a second", $"{report}");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static string Hash(int threads, Listener? listener, TrainingOptions options)
    {
        using var it = new TrainingCase(Wide, 300, threads);
        var fit = it.Fit(options, listener);
        return $"{fit.LastWeightsSha256} {fit.BestWeightsSha256} {fit.Loss:R} {string.Join(' ', fit.MinibatchLosses.ToArray())}";
    }

    [Theory]
    [InlineData(50)]
    [InlineData(51)]
    [InlineData(10_000)]
    public void A_batch_of_all_samples_sees_them_in_order(int batch)
    {
        using var it = new TrainingCase(new(3, 12, 2) { Output = Activation.Sigmoid, Seed = 1 });
        using var other = new TrainingCase(new(3, 12, 2) { Output = Activation.Sigmoid, Seed = 1 });
        using var training = new ManualTraining(other.Network, new Kaleido.Optimizers.Adam(), 50);
        it.Targets = it.Inputs;
        var fit = it.Fit(new() { Steps = 20, BatchSize = batch, Seed = 9 });
        foreach (float loss in fit.MinibatchLosses.Span) Assert.Equal(training.Step([.. it.Inputs.Select(x => (double)x)]), loss);
        Assert.Equal(other.Network.WeightsSha256(), fit.LastWeightsSha256);
    }

    [Theory]
    [InlineData(1.5f)]
    [InlineData(-0.25f)]
    public void Binary_cross_entropy_takes_no_targets_but_probabilities(float wrong)
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(2, 4, 1) { Output = Activation.Sigmoid });
        float[] inputs = [0, 1, 1, 0];
        var error = Assert.Throws<ArgumentException>(
            () => Trainer.Fit(network, inputs, (float[])[0, 1, 0.5f, wrong], LossFunction.BinaryCrossEntropy, new() { Steps = 1 }));
        Assert.Contains(FormattableString.Invariant($"sample 1, feature 1 of the targets is {wrong}"),
            error.Message, StringComparison.Ordinal);
        Assert.True(double.IsFinite(
            Trainer.Fit(network, inputs, (float[])[0, 1, 0.5f, 1], LossFunction.BinaryCrossEntropy, new() { Steps = 1 }).Loss));
    }

    [Fact]
    public void A_minibatch_is_the_keyed_permutation_of_its_step()
    {
        const int Samples = 50, Batch = 13;
        using var it = new TrainingCase(new(3, 12, 2) { Output = Activation.Sigmoid, Seed = 1 });
        using var other = new TrainingCase(new(3, 12, 2) { Output = Activation.Sigmoid, Seed = 1 });
        using var training = new ManualTraining(other.Network, new Kaleido.Optimizers.Adam(), Batch);
        it.Targets = it.Inputs;
        var fit = it.Fit(new() { Steps = 20, BatchSize = Batch, Seed = 9 });
        for (int step = 0; step < 20; step++)
        {
            var permutation = new FeistelPermutation(Samples, 9, RandomStreams.Minibatches, (ulong)step);
            int[] rows = [.. Enumerable.Range(0, Batch).Select(i => permutation[i])];
            Assert.Equal(Batch, rows.Distinct().Count());
            double[] batch = [.. rows.SelectMany(row => it.Inputs[(row * 3)..(row * 3 + 3)]).Select(x => (double)x)];
            Assert.Equal(training.Step(batch), fit.MinibatchLosses.Span[step]);
        }

        Assert.Equal(other.Network.WeightsSha256(), fit.LastWeightsSha256);
    }

    [Fact]
    public void Every_loss_is_recorded_however_rarely_it_is_read()
    {
        var options = new TrainingOptions { Steps = 3000, BatchSize = 5, EvaluationInterval = 100_000 };
        using var rare = new TrainingCase();
        using var often = new TrainingCase();
        using var reported = new TrainingCase();
        float[] losses = rare.Fit(options).MinibatchLosses.ToArray();
        Assert.Equal(3000, losses.Length);
        Assert.Equal(often.Fit(options with { EvaluationInterval = 1 }).MinibatchLosses.ToArray(), losses);
        Assert.Equal(reported.Fit(options with { ReportInterval = TimeSpan.Zero }, new Listener()).MinibatchLosses.ToArray(), losses);
        Assert.All(losses, loss => Assert.True(loss > 0));
    }

    [Fact]
    public void Noise_moves_inputs_and_leaves_targets()
    {
        var options = new TrainingOptions { Steps = 1, InputNoise = 0.5, BatchSize = 1000 };
        foreach (int batch in new[] { 1000, 300 })
        {
            // A network of zeros gives 0 whatever it sees: its loss is the mean square of the targets, those of the same minibatch without
            // noise.
            double[] losses = [.. new[] { 0, 0.5 }.Select(noise => First(Initialization.Identity, zero: true, noise, batch))];
            Assert.Equal(losses[0], losses[1]);
            // The identity gives its input: its loss is the mean square of the noise, σ², here within five standard errors.
            double error = First(Initialization.Identity, zero: false, 0.5, batch);
            Assert.InRange(error / 0.25, 1 - 5 * Math.Sqrt(2.0 / (batch * 3)), 1 + 5 * Math.Sqrt(2.0 / (batch * 3)));
        }

        double First(Initialization initialization, bool zero, double noise, int batch)
        {
            using var it = new TrainingCase(new(3, 0, 0) { Initialization = initialization }, 1000);
            if (zero) it.Network.Weight(0).Upload(new float[9]);
            it.Targets = it.Inputs;
            return it.Fit(options with { InputNoise = noise, BatchSize = batch }).MinibatchLosses.Span[0];
        }
    }

    [Fact]
    public void Reports_tell_where_the_training_is()
    {
        using var it = new TrainingCase();
        var listener = new Listener();
        var fit = it.Fit(new() { Steps = 30, BatchSize = 8, EvaluationInterval = 10, ReportInterval = TimeSpan.Zero }, listener);
        Assert.Equal([.. Enumerable.Range(1, 30).Select(step => (long)step), 30], listener.Reports.Select(r => r.Step));
        Assert.All(listener.Reports, r =>
        {
            Assert.Equal(30, r.Steps);
            Assert.Equal(fit.MinibatchLosses.Span[(int)r.Step - 1], r.MinibatchLoss);
            Assert.Equal(fit.Evaluations.Last(e => e.Step <= r.Step).Loss, r.EvaluationLoss);
            Assert.Equal(fit.Evaluations.Where(e => e.Step <= r.Step).Min(e => e.Loss), r.BestLoss);
            Assert.Equal(8 * it.Network.StepFlops, r.FlopsPerStep);
            Assert.True(r.StepsPerSecond >= 0);
        });
        var rare = new Listener();
        it.Fit(new() { Steps = 30, ReportInterval = TimeSpan.FromHours(1) }, rare);
        Assert.Equal([30], rare.Reports.Select(r => r.Step));
    }

    [Fact]
    public async Task On_a_thread_of_the_pool_it_is_the_same_training()
    {
        using var here = new TrainingCase();
        using var there = new TrainingCase();
        var fit = await Trainer.FitAsync(there.Network, there.Inputs, there.Targets, LossFunction.SquaredError, Minibatches);
        Assert.Equal(here.Fit(Minibatches).LastWeightsSha256, fit.LastWeightsSha256);
    }

    [Fact]
    public void A_saved_network_goes_on_from_where_it_was()
    {
        using var folder = new TemporaryFolder();
        using var it = new TrainingCase();
        var first = it.Fit(new() { Steps = 100, LearningRate = 0.01 });
        it.Network.Save(folder.File("n.safetensors"));
        using var loaded = Mlp.Load(it.Device, folder.File("n.safetensors"));
        var second = Trainer.Fit(loaded, it.Inputs, it.Targets, LossFunction.SquaredError, new() { Steps = 100, LearningRate = 0.01 });
        var same = it.Fit(new() { Steps = 100, LearningRate = 0.01 });
        Assert.Equal(first.Loss, second.Evaluations[0].Loss);
        Assert.True(second.Loss < first.Loss);
        Assert.Equal(same.LastWeightsSha256, second.LastWeightsSha256);
    }

    [Fact]
    public void Data_that_do_not_fit_are_refused_with_the_sizes()
    {
        using var it = new TrainingCase();
        Refused([], [], "0 input values");
        Refused(new float[7], new float[4], "7 input values are not samples of 3 features");
        Refused(new float[6], new float[3], "3 target values for 2 samples");
        Refused(new float[6], [], "0 target values");
        Refused([0, 0, 0, 0, float.NaN, 0], new float[4], "sample 1, feature 1 of the inputs is NaN");
        Refused(new float[6], [0, 0, 0, float.NegativeInfinity], "sample 1, feature 1 of the targets is -Infinity");
        it.Network.InputScaling = DataScaling.ToSymmetric;
        Refused([0, 3e38f, 0], new float[2], "sample 0, feature 1 of the inputs is 3E+38, too large");

        void Refused(float[] inputs, float[] targets, string what)
        {
            string before = it.Network.WeightsSha256();
            var error = Assert.Throws<ArgumentException>(() => Trainer.Fit(it.Network, inputs, targets, LossFunction.SquaredError, new()));
            Assert.Contains(what, error.Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(
                () => { _ = Trainer.FitAsync(it.Network, inputs, targets, LossFunction.SquaredError, new()); });
            Assert.Equal(before, it.Network.WeightsSha256());
        }
    }

    [Fact]
    public void Classes_are_whole_numbers_in_range_and_are_learned()
    {
        using var it = new TrainingCase(new(3, 12, 2) { Outputs = 4, Seed = 1 }, 5);
        foreach (float bad in new[] { 4, -1, 0.5f, float.NaN })
        {
            var error = Assert.Throws<ArgumentException>(() =>
                Trainer.Fit(it.Network, it.Inputs, new[] { 0, 1, bad, 3, 2 }, LossFunction.CrossEntropy, new()));
            Assert.Contains("sample 2", error.Message, StringComparison.Ordinal);
        }

        it.Network.OutputScaling = DataScaling.ToSymmetric; // not for classes
        var fit = Trainer.Fit(it.Network, it.Inputs, new float[] { 0, 1, 3, 3, 2 }, LossFunction.CrossEntropy,
            new() { Steps = 300, LearningRate = 0.01 });
        Assert.InRange(fit.Evaluations[0].Loss, 1.2, 1.6); // about ln 4 before it knows anything
        Assert.InRange(fit.Loss, 0, 0.2);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        foreach (var bad in new TrainingOptions[]
        {
            new() { BatchSize = 0 }, new() { Steps = -1 }, new() { Steps = long.MaxValue }, new() { EvaluationInterval = 0 },
            new() { EvaluationSamples = 0 }, new() { Patience = 0 }, new() { InputNoise = -1 }, new() { InputNoise = double.NaN },
            new() { LearningRate = 0 }, new() { LearningRate = double.NaN }, new() { TargetLoss = double.NaN },
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(bad.Validate);
        }
    }

    [Theory]
    [InlineData("sigmoid", 0, 1)]
    [InlineData("tanh", -1, 2)]
    [InlineData("identity", 0, 1)]
    public void Manifold_learning_scales_data_to_the_range_of_the_output(string output, double offset, double scale)
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(2, 8, 2) { Output = Activation.Parse(output), Seed = 1 });
        var data = Dataset.FromRows("points", TrainingCase.Uniform(20, 1), 2);
        var fit = ManifoldLearning.Fit(network, data, new() { Steps = 200, LearningRate = 0.01 });
        Assert.Equal(new DataScaling(offset, scale), network.InputScaling);
        Assert.Equal(network.InputScaling, network.OutputScaling);
        // The loss is that of the network's units: the data's error times the square of the scale.
        float[] x = data.Values.ToArray(), y = network.Evaluate(x);
        double error = x.Zip(y, (a, b) => (a - b) * (double)(a - b)).Average() * scale * scale;
        Assert.InRange(fit.Loss / error, 1 - 1e-4, 1 + 1e-4);
        using var other = Mlp.Create(device, new(3, 8, 2));
        Assert.Throws<ArgumentException>(() => ManifoldLearning.Fit(other, data, new()));
    }
}
