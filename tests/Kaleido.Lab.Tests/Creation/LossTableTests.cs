using System.Globalization;
using Kaleido.Lab.Creation;
using Kaleido.Tests.Support;
using Kaleido.Training;

namespace Kaleido.Lab.Tests.Creation;

public sealed class LossTableTests
{
    private static FitResult Fit(float[] losses, params Evaluation[] evaluations) => new()
    {
        Loss = 0.5,
        BestStep = 0,
        Steps = losses.Length,
        StopReason = StopReason.Completed,
        IsDead = false,
        DivergedAtStep = null,
        MinibatchLosses = losses,
        Evaluations = evaluations,
        LastWeightsSha256 = "",
        BestWeightsSha256 = "",
        Elapsed = TimeSpan.FromSeconds(1),
    };

    private static string[] Write(FitResult fit)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("loss.csv");
        LossTable.Write(path, fit);
        string text = File.ReadAllText(path);
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        return text.TrimEnd('\n').Split('\n');
    }

    [Fact]
    public void Every_step_has_its_row_and_every_number_reads_back_as_itself()
    {
        float[] losses = [1f / 3, float.NaN, 1e-30f];
        string[] lines = Write(Fit(losses, new Evaluation(0, 0.1, 1), new Evaluation(2, 2.0 / 3, 1)));
        Assert.Equal("step,minibatch_loss,evaluation_loss", lines[0]);
        Assert.Equal("0,,0.1", lines[1]);
        Assert.Equal(5, lines.Length);
        for (int step = 1; step <= 3; step++)
        {
            string[] cells = lines[step + 1].Split(',');
            Assert.Equal(step.ToString(CultureInfo.InvariantCulture), cells[0]);
            Assert.Equal(losses[step - 1], float.Parse(cells[1], CultureInfo.InvariantCulture));
        }

        Assert.Equal(2.0 / 3, double.Parse(lines[3].Split(',')[2], CultureInfo.InvariantCulture));
        Assert.EndsWith(",", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_training_keeps_every_kth_row_the_evaluations_and_the_last()
    {
        var losses = new float[25_001];
        string[] lines = Write(Fit(losses, new Evaluation(0, 1, 1), new Evaluation(7, 1, 1)));
        int[] steps = [.. lines[1..].Select(line => int.Parse(line.Split(',')[0], CultureInfo.InvariantCulture))];
        Assert.Equal(3, LossTable.Interval(25_001));
        Assert.Equal([0, .. Enumerable.Range(1, 25_001).Where(s => s % 3 == 0 || s is 7 or 25_001)], steps);
        Assert.Equal(1, LossTable.Interval(10_000));
    }
}
