using System.Globalization;
using System.Text;
using Kaleido.Files;
using Kaleido.Training;

namespace Kaleido.Lab.Creation;

/// <summary>The losses of a training as comma-separated values.</summary>
public static class LossTable
{
    /// <summary>Up to this many steps each has its row.</summary>
    public const int MaximumRows = 10_000;

    /// <summary>The first line.</summary>
    public const string Header = "step,minibatch_loss,evaluation_loss";

    /// <summary>
    /// Every how many steps a row is written: 1 up to <see cref="MaximumRows"/> steps, then the least that keeps to about as many.
    /// </summary>
    public static long Interval(long steps) => Math.Max(1, (steps + MaximumRows - 1) / MaximumRows);

    /// <summary>
    /// Writes a header and a row per step: the completed steps, the loss of that step's minibatch before its update (empty for step 0,
    /// where there was none), and the loss on the evaluation set after it (empty where it was not evaluated). Beyond
    /// <see cref="MaximumRows"/> steps only every <see cref="Interval"/>-th, those with an evaluation and the last are written. Numbers
    /// are the shortest that read back as the same float (minibatch) or double (evaluation), lines end in LF, NaN is written NaN.
    /// </summary>
    public static void Write(string path, FitResult fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
            writer.WriteLine(Header);
            var losses = fit.MinibatchLosses.Span;
            long interval = Interval(fit.Steps);
            int next = 0;
            for (long step = 0; step <= fit.Steps; step++)
            {
                bool evaluated = next < fit.Evaluations.Count && fit.Evaluations[next].Step == step;
                if (!evaluated && (step == 0 || (step % interval != 0 && step != fit.Steps))) continue;
                string minibatch = step == 0 ? "" : losses[(int)step - 1].ToString("R", CultureInfo.InvariantCulture);
                string evaluation = evaluated ? fit.Evaluations[next++].Loss.ToString("R", CultureInfo.InvariantCulture) : "";
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{step},{minibatch},{evaluation}"));
            }
        });
    }
}
