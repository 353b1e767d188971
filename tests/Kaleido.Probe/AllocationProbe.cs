namespace Kaleido.Probe;

/// <summary>Contract rule 19.</summary>
internal static class AllocationProbe
{
    /// <summary>What all threads allocate in 1000 steps after 100, while the number of rows changes and losses are read.</summary>
    public static long BytesPerThousandSteps(int threads)
    {
        using var training = new TrainingPlan(threads, 64, 500, 64, 128, 64);
        training.ShareAlways();
        double last = 0;
        Run(100);
        long before = GC.GetTotalAllocatedBytes(true);
        Run(1000);
        long after = GC.GetTotalAllocatedBytes(true);
        if (!double.IsFinite(last)) throw new InvalidOperationException($"the loss became {last}");
        if (training.Workers != threads) throw new InvalidOperationException($"{training.Workers} threads took part, not {threads}");
        return after - before;

        void Run(int steps)
        {
            for (int step = 0; step < steps; step++)
            {
                training.Plan.Run(step % 7 == 6 ? 41 : 64);
                last = training.Plan.Scalar(training.Loss);
            }
        }
    }
}
