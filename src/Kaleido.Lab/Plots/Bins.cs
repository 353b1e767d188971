namespace Kaleido.Lab.Plots;

/// <summary>The counts of a histogram.</summary>
internal static class Bins
{
    /// <summary>Equal intervals over the finite numbers; all numbers equal give intervals of one unit in all.</summary>
    public static (double[] Left, double[] Right, double[] Counts) Of(ReadOnlySpan<double> values, int bins)
    {
        double least = double.MaxValue, most = double.MinValue;
        foreach (double value in values)
        {
            if (Math.Abs(value) <= AxisScale.Largest)
            {
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
            }
        }

        if (least > most)
        {
            return ([], [], []);
        }

        if (!(most - least > Math.Max(1e-9 * Math.Abs(most), 1e-280)))
        {
            double room = Math.Max(0.5, 1e-6 * Math.Abs(most));
            (least, most) = (least - room, most + room);
        }

        double[] left = new double[bins], right = new double[bins], counts = new double[bins];
        for (int i = 0; i < bins; i++)
        {
            left[i] = least + ((most - least) * i / bins);
            right[i] = least + ((most - least) * (i + 1) / bins);
        }

        foreach (double value in values)
        {
            if (Math.Abs(value) <= AxisScale.Largest)
            {
                counts[Math.Min(bins - 1, (int)((value - least) / (most - least) * bins))]++;
            }
        }

        return (left, right, counts);
    }
}
