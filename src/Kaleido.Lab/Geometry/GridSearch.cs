using Kaleido.Lab.Metrics;
using Kaleido.Networks;

namespace Kaleido.Lab.Geometry;

/// <summary>
/// Fixed points by brute force, a check on proofs that shares nothing with them but Newton's method: f - x on a grid, from every cell where
/// each coordinate of it changes sign and from every local minimum of its norm.
/// </summary>
internal static class GridSearch
{
    private const double Same = 1e-6, Converged = 1e-10;

    /// <summary>
    /// The fixed points found, [features] each, of a network with one or two features on a grid of so many points a side.
    /// </summary>
    public static List<double[]> Find(Mlp network, double low, double high, int side, CancellationToken cancellation = default)
    {
        int features = network.Inputs, rows = features == 1 ? 1 : side;
        var found = new List<double[]>();
        var newton = new Newton(network);
        using var map = new NetworkMap(nameof(GridSearch), network);
        double step = (high - low) / (side - 1);
        double[]? below = null, here = Line(map, 0, side, features, low, step);
        for (int row = 0; here is not null; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[]? above = row + 1 < rows ? Line(map, row + 1, side, features, low, step) : null;
            Look(row, below, here, above);
            (below, here) = (here, above);
        }

        return found;

        void Look(int row, double[]? below, double[] here, double[]? above)
        {
            for (int i = 0; i < side; i++)
            {
                bool minimum = true;
                double own = Norm(here, i);
                foreach (double[]? line in (double[]?[])[below, here, above])
                {
                    for (int j = Math.Max(0, i - 1); line is not null && j <= Math.Min(side - 1, i + 1); j++)
                        minimum &= own <= Norm(line, j);
                }

                bool turns = i + 1 < side && (features == 1 || above is not null);
                for (int k = 0; k < features && turns; k++)
                {
                    double least = Math.Min(here[i * features + k], here[(i + 1) * features + k]);
                    double most = Math.Max(here[i * features + k], here[(i + 1) * features + k]);
                    if (above is not null)
                    {
                        least = Math.Min(least, Math.Min(above[i * features + k], above[(i + 1) * features + k]));
                        most = Math.Max(most, Math.Max(above[i * features + k], above[(i + 1) * features + k]));
                    }

                    turns = least <= 0 && most >= 0;
                }

                if (turns) Refine(row, i, 0.5);
                if (minimum) Refine(row, i, 0);
            }
        }

        double Norm(double[] line, int i)
        {
            double sum = 0;
            for (int k = 0; k < features; k++) sum += line[i * features + k] * line[i * features + k];
            return sum;
        }

        void Refine(int row, int i, double shift)
        {
            double[] x = features == 1 ? [low + (i + shift) * step] : [low + (i + shift) * step, low + (row + shift) * step];
            if (!newton.Refine(x) || x.Any(value => value < low || value > high)) return;
            if (!found.Exists(other => PointSets.LargestDifference(other, x) <= Same)) found.Add(x);
        }
    }

    // f - x along one line of the grid.
    private static double[] Line(NetworkMap map, int row, int side, int features, double low, double step)
    {
        var x = new double[side * features];
        for (int i = 0; i < side; i++)
        {
            x[i * features] = (float)(low + i * step);
            if (features == 2) x[i * features + 1] = (float)(low + row * step);
        }

        var values = new double[x.Length];
        map.Apply(x, values);
        for (int i = 0; i < x.Length; i++) values[i] -= x[i];
        return values;
    }

    /// <summary>Newton's method for f(x) = x in float64.</summary>
    private sealed class Newton
    {
        private readonly NetworkEnclosure _network;

        public Newton(Mlp network) => _network = new(ReluMap.Of(nameof(GridSearch), network), OutputCurve.Of(nameof(GridSearch), network));

        public bool Refine(double[] x)
        {
            int size = x.Length;
            double[] still = new double[size];
            for (int i = 0; i < 40; i++)
            {
                _network.Enclose(x, still);
                double[] residual = [.. x.Select((value, k) => value - _network.Value[k].Midpoint)];
                if (residual.All(value => Math.Abs(value) <= Converged)) return true;
                double[] c = Krawczyk.Inverse(
                    [.. _network.Jacobian.Select((entry, k) => (k % (size + 1) == 0 ? 1 : 0) - entry.Midpoint)], size);
                for (int k = 0; k < size; k++)
                {
                    for (int j = 0; j < size; j++) x[k] -= c[k * size + j] * residual[j];
                    if (!(Math.Abs(x[k]) < 10)) return false;
                }
            }

            return false;
        }
    }
}
