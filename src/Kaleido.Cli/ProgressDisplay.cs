using System.Globalization;
using Kaleido.Lab.Creation;
using Kaleido.Training;

namespace Kaleido.Cli;

/// <summary>Shows a running creation: what it has found out in lines of the output, how far it is in a <see cref="StatusLine"/>.</summary>
/// <param name="terminal">Where the lines go.</param>
/// <param name="status">Where it is told how far it is.</param>
/// <param name="json">Whether the output is kept for one JSON object: then there are no lines.</param>
internal sealed class ProgressDisplay(Terminal terminal, StatusLine status, bool json) : IProgress<CreateProgress>
{
    public void Report(CreateProgress value)
    {
        switch (value.Phase)
        {
            case CreatePhase.Training:
                status.Show(Line(value.Training), always: true);
                break;
            case CreatePhase.Sampling:
                if (status.IsDue)
                    status.Show(string.Create(CultureInfo.InvariantCulture, $"iteration {value.Iteration}/{value.Iterations}"));
                break;
            case CreatePhase.Measuring:
                status.Show("comparing the chains with the training samples", always: true);
                break;
            default:
                status.Clear();
                if (!json)
                {
                    terminal.Output.WriteLine(value.Text);
                    terminal.Output.Flush();
                }

                status.Show(value.Phase == CreatePhase.Loaded ? "preparing the training" : "preparing the sampling", always: true);
                break;
        }
    }

    /// <summary>"step 300/3000  loss 0.0123  156 steps/s  85.2 GFLOP/s  17 s left".</summary>
    internal static string Line(TrainingProgress training)
    {
        double mean = training.Elapsed > TimeSpan.Zero ? training.Step / training.Elapsed.TotalSeconds : 0;
        double rate = training.StepsPerSecond > 0 ? training.StepsPerSecond : mean;
        if (training.Step == 0) return string.Create(CultureInfo.InvariantCulture, $"step 0/{training.Steps}");
        string left = mean > 0 ? Duration((training.Steps - training.Step) / mean) + " left" : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"step {training.Step}/{training.Steps}  loss {training.MinibatchLoss:G4}  {rate:G4} steps/s  "
            + $"{rate * training.FlopsPerStep / 1e9:G3} GFLOP/s  {left}").TrimEnd();
    }

    private static string Duration(double seconds) => seconds switch
    {
        < 100 => string.Create(CultureInfo.InvariantCulture, $"{seconds:F0} s"),
        < 6000 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:F0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:F1} h"),
    };
}
