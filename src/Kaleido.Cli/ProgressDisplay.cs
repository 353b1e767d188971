using System.Diagnostics;
using System.Globalization;
using Kaleido.Lab.Creation;
using Kaleido.Training;

namespace Kaleido.Cli;

/// <summary>
/// Shows a running creation: on a terminal one line that is rewritten, elsewhere a line at every twentieth of the steps, but at most
/// one in two seconds and at least one a minute.
/// </summary>
internal sealed class ProgressDisplay(Terminal terminal) : IProgress<CreateProgress>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2), Longest = TimeSpan.FromMinutes(1),
        Redraw = TimeSpan.FromMilliseconds(100);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _last;
    private long _twentieth, _shown = -1;
    private int _width;

    public void Report(CreateProgress value)
    {
        switch (value.Phase)
        {
            case CreatePhase.Training:
                ShowTraining(value.Training);
                break;
            case CreatePhase.Sampling:
                if (terminal.IsInteractive && _clock.Elapsed - _last >= Redraw)
                    Rewrite(string.Create(CultureInfo.InvariantCulture, $"iteration {value.Iteration}/{value.Iterations}"));
                break;
            case CreatePhase.Measuring:
                Clear();
                break;
            default:
                Clear();
                terminal.Output.WriteLine(value.Text);
                terminal.Output.Flush();
                break;
        }
    }

    private void ShowTraining(TrainingProgress training)
    {
        string line = Line(training);
        if (terminal.IsInteractive)
        {
            Rewrite(line);
            return;
        }

        var since = _clock.Elapsed - _last;
        long twentieth = 20 * training.Step / training.Steps;
        bool last = training.Step == training.Steps;
        if (training.Step == _shown) return;
        if (!last && since < Longest && (twentieth == _twentieth || since < Shortest)) return;
        (_twentieth, _shown, _last) = (twentieth, training.Step, _clock.Elapsed);
        terminal.Output.WriteLine(line);
        terminal.Output.Flush();
    }

    /// <summary>"step 300/3000  loss 0.0123  156 steps/s  85.2 GFLOP/s  17 s left".</summary>
    internal static string Line(TrainingProgress training)
    {
        double mean = training.Elapsed > TimeSpan.Zero ? training.Step / training.Elapsed.TotalSeconds : 0;
        double rate = training.StepsPerSecond > 0 ? training.StepsPerSecond : mean;
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

    private void Rewrite(string line)
    {
        terminal.Output.Write("\r" + line.PadRight(_width));
        terminal.Output.Flush();
        (_width, _last) = (line.Length, _clock.Elapsed);
    }

    private void Clear()
    {
        if (_width == 0) return;
        terminal.Output.Write("\r" + new string(' ', _width) + "\r");
        _width = 0;
    }
}
