using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Training;

namespace Kaleido.Tests.Training;

/// <summary>A training that was stopped and goes on is the training that never stopped.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kaleido-checkpoint-").FullName;

    private string File => Path.Combine(_folder, "training.safetensors");

    // Everything that has a state or depends on the step: minibatches (small ones are drawn ahead), noise, a schedule with warm-up,
    // clipping.
    private static TrainingOptions Options(int batch = 7) => new()
    {
        BatchSize = batch,
        Steps = 137,
        Optimizer = new Adam { LearningRate = 0.02, Schedule = LearningRateSchedule.Cosine(0.02, 137, 1e-4).WithWarmUp(9) },
        Clipping = new(Norm: 0.3),
        Seed = 5,
        InputNoise = 0.1,
        EvaluationInterval = 10,
    };

    private static void Same(FitResult expected, FitResult seen)
    {
        Assert.Equal((expected.LastWeightsSha256, expected.BestWeightsSha256), (seen.LastWeightsSha256, seen.BestWeightsSha256));
        Assert.Equal((expected.Loss, expected.BestStep, expected.Steps, expected.StopReason),
            (seen.Loss, seen.BestStep, seen.Steps, seen.StopReason));
        Assert.Equal(expected.Evaluations, seen.Evaluations);
        Assert.Equal(expected.MinibatchLosses.ToArray(), seen.MinibatchLosses.ToArray());
    }

    [Theory]
    [InlineData(1, 7, 1)]
    [InlineData(13, 7, 2)]
    [InlineData(20, 50, 1)]
    [InlineData(64, 40, 3)]
    [InlineData(136, 7, 1)]
    public void Going_on_from_any_step_ends_with_the_same_bits(int steps, int batch, int threads)
    {
        using var whole = new TrainingCase(threads: threads);
        var expected = whole.Fit(Options(batch));
        using var stopped = new TrainingCase(threads: threads);
        // The last checkpoint by steps; what comes after it is thrown away.
        int last = 137 / steps * steps;
        TrainingCheckpoint? checkpoint = null;
        var listener = new Listener(report => checkpoint = report.Step == last ? TrainingCheckpoint.Load(File) : checkpoint);
        Same(expected, stopped.Fit(
            Options(batch) with { Checkpoint = new(File) { Steps = steps, Interval = null }, ReportInterval = TimeSpan.Zero }, listener));
        Assert.Equal(last, checkpoint?.Step);
        using var resumed = new TrainingCase(threads: 4);
        Same(expected, resumed.Fit(Options(batch) with { Resume = checkpoint }));
    }

    [Fact]
    public void A_chain_of_cancelled_trainings_ends_with_the_same_bits()
    {
        using var whole = new TrainingCase();
        var expected = whole.Fit(Options());
        var random = new Random(3);
        int stops = 0;
        FitResult fit;
        do
        {
            using var it = new TrainingCase();
            using var cancel = new CancellationTokenSource();
            int reports = random.Next(1, 30);
            var listener = new Listener(_ => { if (--reports == 0) cancel.Cancel(); });
            fit = it.Fit(Options() with
            {
                Checkpoint = new(File) { Interval = null },
                Resume = System.IO.File.Exists(File) ? TrainingCheckpoint.Load(File) : null,
                ReportInterval = TimeSpan.Zero,
            }, listener, cancel.Token);
            stops++;
        }
        while (fit.StopReason == StopReason.Cancelled);
        Assert.True(stops > 4, $"{stops} trainings are no chain");
        Same(expected, fit);
    }

    [Fact]
    public void Patience_and_dead_networks_count_on_across_a_stop()
    {
        var options = Options() with { Patience = 3, Optimizer = new Adam { LearningRate = 0.5 }, Clipping = null };
        using var whole = new TrainingCase();
        var expected = whole.Fit(options);
        Assert.Equal(StopReason.PatienceExhausted, expected.StopReason);
        using var stopped = new TrainingCase();
        stopped.Fit(options with { Checkpoint = new(File) { Steps = expected.Steps - 1, Interval = null } });
        using var resumed = new TrainingCase();
        Same(expected, resumed.Fit(options with { Resume = TrainingCheckpoint.Load(File) }));
    }

    [Fact]
    public void A_finished_training_goes_on_with_nothing()
    {
        using var whole = new TrainingCase();
        var expected = whole.Fit(Options() with { Checkpoint = new(File) { Steps = 137, Interval = null } });
        using var resumed = new TrainingCase();
        Same(expected, resumed.Fit(Options() with { Resume = TrainingCheckpoint.Load(File) }));
    }

    [Fact]
    public void The_float64_device_goes_on_with_the_same_bits_too()
    {
        FitResult Fit(TrainingOptions options)
        {
            using var device = Device.Reference();
            using var network = Mlp.Create(device, new(3, 5, 1) { Output = Activation.Sigmoid, Seed = 1 });
            float[] data = TrainingCase.Uniform(60, 1);
            return Trainer.Fit(network, data, data, LossFunction.SquaredError, options);
        }

        var options = Options() with { Steps = 23 };
        var expected = Fit(options with { Checkpoint = new(File) { Steps = 11, Interval = null } });
        Same(expected, Fit(options with { Resume = TrainingCheckpoint.Load(File) }));
    }

    [Fact]
    public void What_does_not_match_is_refused_by_name()
    {
        using (var it = new TrainingCase()) it.Fit(Options() with { Checkpoint = new(File) { Steps = 50 } });
        var options = Options() with { Resume = TrainingCheckpoint.Load(File) };
        Refused("batch size was 7 and is 8 now", options with { BatchSize = 8 });
        Refused("steps was 137 and is 138 now", options with { Steps = 138 });
        Refused("training seed was 5 and is 6 now", options with { Seed = 6 });
        Refused("input noise was 0.1 and is 0.2 now", options with { InputNoise = 0.2 });
        Refused("gradient norm limit was 0.3 and is none now", options with { Clipping = null });
        Refused("learning rate was 0.02 and is 0.001 now",
            options with { Optimizer = new Adam { Schedule = LearningRateSchedule.Cosine(0.001, 137, 1e-4).WithWarmUp(9) } });
        Refused("layer sizes was 3,12,12,2 and is 3,13,13,2 now", options,
            new TrainingCase(new(3, 13, 2) { Outputs = 2, Output = Activation.Sigmoid, Seed = 1 }));
        var otherData = new TrainingCase();
        otherData.Targets[3] += 0.5f;
        Refused("data SHA-256 was ", options, otherData);

        static void Refused(string difference, TrainingOptions options, TrainingCase? other = null)
        {
            using var it = other ?? new TrainingCase();
            var error = Assert.Throws<ArgumentException>(() => it.Fit(options));
            Assert.Contains(difference, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_torn_or_damaged_file_is_refused_in_one_sentence_and_never_believed()
    {
        using (var it = new TrainingCase(new(3, 4, 1) { Outputs = 2, Output = Activation.Sigmoid }, samples: 5))
        {
            it.Fit(Options() with
            {
                Steps = 20, Checkpoint = new(File) { Steps = 10, Notes = new Dictionary<string, string> { ["note"] = "n" } },
            });
        }

        byte[] whole = System.IO.File.ReadAllBytes(File);
        var loaded = TrainingCheckpoint.Load(File);
        Assert.Equal("n", loaded.Notes["note"]);
        string torn = Path.Combine(_folder, "torn");
        for (int length = 0; length < whole.Length; length += length < 64 ? 1 : 37) Refused(whole[..length]);
        var random = new Random(1);
        for (int i = 0; i < 1500; i++)
        {
            byte[] damaged = [.. whole];
            int at = random.Next(whole.Length);
            damaged[at] ^= (byte)(1 << random.Next(8));
            // Spaces that fill the header are the one thing that may change.
            if (whole[at] == (byte)' ') continue;
            Refused(damaged);
        }

        void Refused(byte[] bytes)
        {
            System.IO.File.WriteAllBytes(torn, bytes);
            var error = Assert.Throws<InvalidDataException>(() => TrainingCheckpoint.Load(torn));
            Assert.StartsWith(torn, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_ends_the_training_and_leaves_the_last_one()
    {
        using var first = new TrainingCase();
        first.Fit(Options() with { Checkpoint = new(File) { Steps = 60, Interval = null } });
        byte[] before = System.IO.File.ReadAllBytes(File);
        using var it = new TrainingCase();
        string blocked = Path.Combine(_folder, "blocked");
        Directory.CreateDirectory(blocked);
        Assert.ThrowsAny<IOException>(() => it.Fit(Options() with { Checkpoint = new(blocked) { Steps = 60 } }));
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
    }

    [Theory]
    [InlineData(0L, 1.0)]
    [InlineData(5L, -1.0)]
    public void Wrong_intervals_are_refused(long steps, double seconds)
    {
        using var it = new TrainingCase();
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            it.Fit(Options() with { Checkpoint = new(File) { Steps = steps, Interval = TimeSpan.FromSeconds(seconds) } }));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
