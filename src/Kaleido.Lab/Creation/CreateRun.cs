using System.Diagnostics;
using System.Globalization;
using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Data;
using Kaleido.Lab.Conversion;
using Kaleido.Lab.Metrics;
using Kaleido.Lab.Pictures;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Sampling;
using Kaleido.Training;

namespace Kaleido.Lab.Creation;

/// <summary>
/// The whole path: data, a network fitted to map them to themselves, the network applied again and again to noise, a picture, files
/// (H. Shrivastava, Generative Kaleidoscopic Networks, arXiv 2402.11793).
/// </summary>
public static class CreateRun
{
    private static readonly int Evaluated = new TrainingOptions().EvaluationSamples;

    /// <summary>
    /// Runs it and writes the files of <see cref="OutputFolder"/>, each complete or not at all. Cancelling ends it after the current
    /// step; what was reached is written still: the best network so far, its losses, and the picture. Where it is the training that is
    /// cancelled, the picture shows what that network makes of noise, as far as the iterations come in <see
    /// cref="CreateOptions.SamplingAfterCancel"/> (one, where no step was made); where it is the sampling, the iterations
    /// made. A divergence or a dead network is a result, not an exception.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    /// <exception cref="IOException">The folder cannot be written to, known before any work, or the data are not there.</exception>
    /// <exception cref="InvalidDataException">The data cannot be used; the message is one sentence.</exception>
    /// <exception cref="InsufficientMemoryException">The memory does not suffice, known before the training.</exception>
    public static CreateResult Execute(CreateOptions options, IProgress<CreateProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        // First, so that another setting is called by its name even where it could not be.
        var checkpoint = options.Resume ? LoadCheckpoint(options.Output).Checkpoint : null;
        if (checkpoint is not null) CheckSettings(checkpoint, options);
        options.Validate();
        var clock = Stopwatch.StartNew();
        // Before anything is written: where there is no such device, nothing happens.
        using var device = options.OpenDevice?.Invoke()
            ?? (options.DeviceName == "reference" ? Device.Reference() : Device.Cpu(options.Threads));
        OutputFolder.Prepare(options.Output);
        var data = Load(options);
        var shape = KaleidoscopeSheet.ShapeOf(data);
        var asked = options;
        options = options with { Samples = data.Samples, BatchSize = Math.Min(options.BatchSize, data.Samples) };
        MemoryNeed.Check(options, data);
        if (checkpoint is null) SetAside(options.Output);

        options = options with { Threads = (device.Backend as CpuBackend)?.Threads ?? 1 };
        using var network = Mlp.Create(device, new(data.Features, options.Hidden, options.HiddenLayers)
        {
            Output = Activation.Tanh,
            Seed = options.Seed,
        });
        progress?.Report(new(CreatePhase.Loaded, Describe(data, network)));
        var fit = Fit(network, data, options, asked, checkpoint, Relay(progress), cancellation);
        progress?.Report(new(CreatePhase.Trained, Describe(fit, data.Samples)));

        var sampling = Stopwatch.StartNew();
        using var kaleidoscope = new Kaleidoscope(network, new()
        {
            Samples = options.Chains,
            Epsilon = options.Epsilon,
            Seed = options.Seed,
        });
        bool trained = fit.StopReason != StopReason.Cancelled;
        using var allowance = new CancellationTokenSource();
        if (!trained) allowance.CancelAfter(options.SamplingAfterCancel);
        int iterations = trained || (fit.Steps > 0 && options.SamplingAfterCancel > TimeSpan.Zero) ? options.Iterations : 1;
        int[] sheet = KaleidoscopeSheet.Choose(iterations), animation = KaleidoscopeSheet.ChooseForAnimation(iterations);
        var frames = KaleidoscopeSheet.Collect(kaleidoscope, iterations, [.. sheet.Union(animation).Order()], progress,
            trained ? cancellation : allowance.Token);
        var samplingTime = sampling.Elapsed;
        progress?.Report(new(CreatePhase.Measuring));
        var memorization = Measure(device, frames[^1].Samples, data, trained, cancellation);
        bool cancelled = !trained || memorization is null || frames[^1].Iteration < options.Iterations;
        var last = kaleidoscope.Frame;
        var result = new CreateResult
        {
            Options = options,
            Data = data,
            Fit = fit,
            StopReason = cancelled ? StopReason.Cancelled : fit.StopReason,
            Iterations = last.Iteration,
            Frames = [.. Shown(sheet).Select(frame => frame.Iteration)],
            BurnIn = last.BurnIn,
            IsCycle = last.IsCycle,
            MedianStep = last.MedianStep,
            Memorization = memorization,
            SamplingTime = samplingTime,
            Elapsed = clock.Elapsed,
        };
        Write(result, network, KaleidoscopeSheet.Draw(Shown(sheet), shape));
        foreach (string name in OutputFolder.Animations)
            SampleFiles.WriteAnimation(Path.Combine(options.Output, name), Shown(animation), shape);
        RunReport.Write(Path.Combine(options.Output, OutputFolder.Report), result, network);
        if (!cancelled && !options.KeepCheckpoint) File.Delete(Path.Combine(options.Output, OutputFolder.Checkpoint));
        return result;

        // The last frame in any case: where it was cancelled, that is none of the chosen ones.
        List<(int Iteration, float[] Samples)> Shown(int[] chosen) =>
            [.. frames.Where((frame, i) => i == frames.Count - 1 || Array.BinarySearch(chosen, frame.Iteration) >= 0)];
    }

    /// <summary>The settings of the run in a folder that is unfinished or has kept its checkpoint.</summary>
    /// <exception cref="IOException">There is none, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">Its checkpoint is damaged; one sentence says how.</exception>
    public static CreateOptions ReadUnfinished(string folder) => LoadCheckpoint(folder).Options;

    private static (TrainingCheckpoint Checkpoint, CreateOptions Options) LoadCheckpoint(string folder)
    {
        string path = Path.Combine(folder, OutputFolder.Checkpoint);
        if (!File.Exists(path))
        {
            if (File.Exists(folder)) throw new FileNotFoundException($"{folder} is a file: expected the folder of an unfinished run.");
            if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"{folder}: there is no such folder.");
            throw new FileNotFoundException(File.Exists(Path.Combine(folder, OutputFolder.Report))
                ? $"{folder}: the run in it is complete, and there is no checkpoint to go on from (--keep-checkpoint would have kept it)."
                : $"{folder}: there is no unfinished run in it ({OutputFolder.Checkpoint} is missing).");
        }

        var checkpoint = TrainingCheckpoint.Load(path);
        return (checkpoint, CreateSettings.Read(checkpoint.Notes, path) with { Output = folder, Resume = true });
    }

    private static void CheckSettings(TrainingCheckpoint checkpoint, CreateOptions options)
    {
        string path = Path.Combine(options.Output, OutputFolder.Checkpoint);
        if (CreateSettings.Difference(CreateSettings.Read(checkpoint.Notes, path), options) is { } difference)
            throw new InvalidDataException($"{path}: the run cannot go on with other settings: {difference}.");
    }

    // A run that begins anew does not destroy what another one left unfinished.
    private static void SetAside(string folder)
    {
        string path = Path.Combine(folder, OutputFolder.Checkpoint);
        if (File.Exists(path)) File.Move(path, Path.Combine(folder, OutputFolder.EarlierCheckpoint), overwrite: true);
    }

    private static FitResult Fit(
        Mlp network, Dataset data, CreateOptions options, CreateOptions asked,
        TrainingCheckpoint? checkpoint, TrainingRelay? progress, CancellationToken cancellation)
    {
        string path = Path.Combine(options.Output, OutputFolder.Checkpoint);
        var training = Training(options) with
        {
            Resume = checkpoint,
            Checkpoint = new(path)
            {
                Steps = options.CheckpointSteps > 0 ? options.CheckpointSteps : null,
                Interval = options.CheckpointSeconds > 0 ? TimeSpan.FromSeconds(options.CheckpointSeconds) : null,
                Notes = CreateSettings.Write(asked),
            },
        };
        try
        {
            return ManifoldLearning.Fit(network, data, training, progress, cancellation);
        }
        catch (ArgumentException error) when (checkpoint is not null)
        {
            // The settings are equal, so it is the data, or the version of the library.
            throw new InvalidDataException($"{path}: {Wording.Plain(error).Replace("Fit: ", "", StringComparison.Ordinal)}", error);
        }
    }

    private static Dataset Load(CreateOptions options)
    {
        if (options.Data is null)
        {
            const int Most = 2_000_000;
            return options.Samples <= Most ? EmbeddedDigits.Create(options.Samples, options.Seed)
                : throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                    $"At most {Most} digits can be drawn, not {options.Samples}."));
        }

        var data = DataSource.Open(options.Data, new DatasetOptions
        {
            Size = options.Size,
            Class = options.Class,
            First = options.Samples > 0 ? options.Samples : null,
            Random = options.Random,
            Seed = options.Seed,
        });
        DataSource.DemandUnitRange(options.Data, data, "all values must lie in [0, 1], so scale them first");
        return data;
    }

    private static TrainingOptions Training(CreateOptions options) => new()
    {
        BatchSize = options.BatchSize,
        Steps = options.Steps,
        LearningRate = options.LearningRate,
        Optimizer = new Adam
        {
            LearningRate = options.LearningRate,
            Schedule = options.Cosine
                ? LearningRateSchedule.Cosine(options.LearningRate, options.Steps, options.LearningRate / 100)
                : null,
        },
        InputNoise = options.InputNoise,
        Seed = options.Seed,
        ReportInterval = options.ReportInterval,
    };

    private static Memorization? Measure(Device device, float[] points, Dataset data, bool trained, CancellationToken cancellation)
    {
        try
        {
            return Memorization.Measure(device, points, data, trained ? cancellation : CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static void Write(CreateResult result, Mlp network, Picture picture)
    {
        string folder = result.Options.Output;
        network.Save(Path.Combine(folder, OutputFolder.Network));
        LossTable.Write(Path.Combine(folder, OutputFolder.Losses), result.Fit);
        PngEncoder.Write(Path.Combine(folder, OutputFolder.Picture), picture);
    }

    private static string Describe(Dataset data, Mlp network) => string.Create(CultureInfo.InvariantCulture,
        $"{(Wording.Header(data) is { } header ? header + Environment.NewLine : "")}"
        + $"{data.Name}: {Wording.Count(data.Samples, "sample")} of {Wording.Count(data.Features, "feature")}; "
        + $"network {Wording.Sizes(network.Options.Sizes())}, "
        + $"{network.ParameterCount} parameters; {network.Device.Description}");

    // What is evaluated was trained on: it tells how well the samples are stored.
    private static string Describe(FitResult fit, int samples) => string.Create(CultureInfo.InvariantCulture,
        $"trained {Wording.Count(fit.Steps, "step")} in {fit.Elapsed.TotalSeconds:F1} s, best loss {fit.Loss:G4} at step {fit.BestStep} "
        + $"(on {(Evaluated < samples ? $"the first {Evaluated} of the" : "the")} training samples, without noise)");

    private static TrainingRelay? Relay(IProgress<CreateProgress>? progress) => progress is null ? null : new(progress);

    private sealed class TrainingRelay(IProgress<CreateProgress> progress) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => progress.Report(new(CreatePhase.Training, Training: value));
    }
}
