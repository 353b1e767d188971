using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <summary>How a product is cut into tasks. Nothing here can reach a number: only the time depends on it.</summary>
/// <param name="RowBlock">Rows of C per task.</param>
/// <param name="PanelBlock">Panels of B (each a few vectors of columns) per task.</param>
internal readonly record struct ProductBlocking(int RowBlock, int PanelBlock)
{
    /// <summary>Up to this depth one pass; beyond it blocks of about <see cref="DepthBlock"/>, between which C is reloaded.</summary>
    public const int DepthOnePass = 1024, DepthBlock = 704;

    /// <summary>With at most this many rows each task takes them all.</summary>
    public const int ThinRows = 64;

    /// <summary>Cycles below which a task is not worth splitting.</summary>
    private const double SmallTask = 8000;

    /// <summary>The size of the depth blocks.</summary>
    public static int DepthBlocks(int depth)
    {
        if (depth <= DepthOnePass)
            return Math.Max(depth, 1);
        int blocks = (depth + DepthBlock - 1) / DepthBlock;
        return (depth + blocks - 1) / blocks;
    }

    /// <summary>
    /// Blocks for a thin product: all rows in each task. The fewest rounds of tasks win, then the widest tasks (long runs of B).
    /// </summary>
    public static ProductBlocking Thin(int rows, int panels, int depth, int workers)
    {
        double panelCycles = Math.Max(rows, 8) * (double)Math.Max(depth, 1);
        int least = (int)Math.Clamp(Math.Ceiling(SmallTask / panelCycles), 1, panels);
        int best = panels, shortest = int.MaxValue;
        if (workers <= 1)
            return new(rows, panels);
        for (int block = panels; block >= least; block--)
        {
            int tasks = (panels + block - 1) / block, time = (tasks + workers - 1) / workers * block;
            if (time >= shortest)
                continue;
            shortest = time;
            best = block;
        }

        return new(rows, best);
    }

    /// <summary>Blocks for a product whose panels are packed beforehand: the candidate with the least estimated time.</summary>
    public static ProductBlocking Choose(int rows, int panels, int depth, int group, int workers)
    {
        ProductBlocking best = new(rows, panels);
        double least = double.MaxValue;
        for (int split = 1; split <= Math.Min(panels, 64); split++)
        {
            int panelBlock = (panels + split - 1) / split;
            if (panelBlock * (split - 1) >= panels)
                continue;
            for (int groups = 1; groups <= 12; groups++)
            {
                int rowBlock = groups * group;
                double time = Time(rows, panels, depth, group, workers, rowBlock, panelBlock);
                if (time < least * (split > 1 ? 0.98 : 1))
                {
                    least = time;
                    best = new(rowBlock, panelBlock);
                }

                if (rowBlock >= rows)
                    break;
            }
        }

        return best;
    }

    /// <summary>
    /// Estimated cycles. Each row of a panel costs a cycle per k; fetching a panel or a row of A anew costs some more. Workers
    /// never end together, least of all on a busy machine: they idle for a third of a task on average.
    /// </summary>
    private static double Time(int rows, int panels, int depth, int group, int workers, int rowBlock, int panelBlock)
    {
        double k = Math.Max(depth, 16);
        int depthBlock = DepthBlocks(depth);
        double fetchPanel = panels * (double)depthBlock > 8192 ? 2 : 0.5; // beyond this B is far larger than a core's cache
        double task = (rowBlock * panelBlock + fetchPanel * panelBlock + 0.5 * rowBlock) * k + 2000;
        int rowTasks = (rows + rowBlock - 1) / rowBlock, panelTasks = (panels + panelBlock - 1) / panelBlock;
        int lastRows = rows - (rowTasks - 1) * rowBlock, lastPanels = panels - (panelTasks - 1) * panelBlock;
        double lastRow = (lastRows + (lastRows % group == 0 ? 0 : 1)) / (double)rowBlock;
        double work = (rowTasks - 1 + lastRow) * (panelTasks - 1 + lastPanels / (double)panelBlock);
        double rounds = workers <= 1 ? work : Math.Max(work / workers + 0.3, Math.Ceiling(work / workers - 0.02));
        return rounds * task * (rowBlock * (double)depthBlock > 130_000 ? 1.1 : 1); // A's block should stay in the core's cache
    }
}
