using System.Diagnostics;
using System.Globalization;
using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Networks;
using Kaleido.Optimizers;

namespace Kaleido.Bench;

/// <summary>
/// How the thread team behaves beside others: <c>dotnet run -c Release --project bench/Kaleido.Bench -- manners</c>. Prints the speed of
/// the MNIST step alone, beside one busy process per core, and of two trainings at once; and the processor time that idle workers take.
/// </summary>
internal static class Manners
{
    private static readonly TimeSpan s_stretch = TimeSpan.FromSeconds(3);

    public static int Run()
    {
        int threads = ThreadTeam.Shared.MaximumWorkers;
        using var first = new Training(threads);
        using var second = new Training(threads);
        double alone = StepsPerSecond(first);
        Print("training alone", $"{alone:f1} steps/s");

        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        Thread.Sleep(2000);
        double idle = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds;
        Print("idle for 2 s after it", $"{idle:f1} ms of processor time for {threads} threads, parking included");

        double together = 0;
        Parallel.Invoke(new ParallelOptions { MaxDegreeOfParallelism = 2 },
            () => Add(ref together, StepsPerSecond(first)), () => Add(ref together, StepsPerSecond(second)));
        alone = (alone + StepsPerSecond(first)) / 2;
        Print("two trainings at once", $"{together:f1} steps/s in all, {100 * together / alone:f0} % of one alone (aim: 85 %)");

        var hogs = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => Hog()).ToList();
        try
        {
            double crowded = StepsPerSecond(first);
            Print($"beside {hogs.Count} busy processes", $"{crowded:f1} steps/s, {100 * crowded / alone:f0} % of its idle speed (aim: 40 %)");
        }
        finally
        {
            foreach (var hog in hogs) hog.Kill();
        }

        return 0;
    }

    private static void Print(string what, FormattableString figure) =>
        Console.WriteLine($"{what,-28} {figure.ToString(CultureInfo.InvariantCulture)}");

    private static void Add(ref double sum, double more)
    {
        double seen;
        do seen = sum;
        while (Interlocked.CompareExchange(ref sum, seen + more, seen) != seen);
    }

    private static double StepsPerSecond(Training training)
    {
        for (int i = 0; i < 5; i++) training.Step.Run();
        long start = Stopwatch.GetTimestamp();
        int steps = 0;
        for (; Stopwatch.GetElapsedTime(start) < s_stretch; steps++) training.Step.Run();
        return steps / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // A process that does nothing but compute, at this one's priority.
    private static Process Hog() => Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "while :; do :; done" } })!;

    private sealed class Training : IDisposable
    {
        private readonly Device _device;
        private readonly Mlp _network;
        private readonly GradientDescent _descent;

        public Training(int threads)
        {
            _device = Device.Cpu(threads);
            _network = Mlp.Create(_device, new(784, 500, 10) { Output = Activation.Tanh });
            _descent = new GradientDescent(_network.Parameters, new Adam { LearningRate = 1e-4 });
            Step = TrainingStep.Compile(_network, _descent, samples: 4000, batch: 1000);
        }

        public Plan Step { get; }

        public void Dispose()
        {
            Step.Dispose();
            _descent.Dispose();
            _network.Dispose();
            _device.Dispose();
        }
    }
}
