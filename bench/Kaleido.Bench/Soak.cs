using System.Diagnostics;
using System.Globalization;
using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Sampling;
using Kaleido.Training;

namespace Kaleido.Bench;

/// <summary>
/// Training and sampling at once under changing load: <c>dotnet run -c Release --project bench/Kaleido.Bench -- soak 30</c> (minutes).
/// Fails if two trainings from one seed differ in a bit, if there is no result for two minutes, or if memory
/// grows.
/// </summary>
internal static class Soak
{
    private const long AllowedGrowth = 32L << 20;

    private static long s_trainings, s_samplings, s_lastResult;

    public static int Run(double minutes)
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        var hashes = new HashSet<string>();
        var samples = new HashSet<string>();
        string? failure = null;
        s_lastResult = Stopwatch.GetTimestamp();
        var trainer = new Thread(() => Work(ref s_trainings, hashes, Train, stop.Token));
        var sampler = new Thread(() => Work(ref s_samplings, samples, Sample, stop.Token));
        trainer.Start();
        sampler.Start();
        var hogs = new Stack<Process>();
        var random = new Random(1);
        long atFirst = 0, most = 0;
        var clock = Stopwatch.StartNew();
        while (!stop.IsCancellationRequested && failure is null)
        {
            Thread.Sleep(5000);
            // Neighbours come and go.
            if (hogs.Count < Environment.ProcessorCount && random.Next(2) == 0) hogs.Push(Hog());
            else if (hogs.Count > 0) End(hogs.Pop());
            long bytes = MemoryInUse();
            if (clock.Elapsed.TotalMinutes < Math.Min(2, minutes / 3)) atFirst = Math.Max(atFirst, bytes);
            most = Math.Max(most, bytes);
            if (hashes.Count > 1 || samples.Count > 1) failure = "results differ";
            if (Stopwatch.GetElapsedTime(Volatile.Read(ref s_lastResult)).TotalMinutes > 2) failure = "no result for two minutes";
            if (most > atFirst + AllowedGrowth) failure = string.Create(CultureInfo.InvariantCulture, $"memory grew from {atFirst >> 20} to {most >> 20} MB");
        }

        foreach (var hog in hogs) End(hog);
        stop.Cancel();
        if (failure is null && !(trainer.Join(TimeSpan.FromMinutes(2)) && sampler.Join(TimeSpan.FromMinutes(2)))) failure = "a thread does not end";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{clock.Elapsed.TotalMinutes:f1} minutes, {s_trainings} trainings ({hashes.Count} different), {s_samplings} samplings ({samples.Count} different), "
            + $"memory {atFirst >> 20} MB at first, {most >> 20} MB at most"));
        Console.WriteLine(failure is null ? "all equal" : $"failed: {failure}");
        // The threads of a hang would keep the process.
        Environment.Exit(failure is null ? 0 : 1);
        return 0;
    }

    private static void Work(ref long count, HashSet<string> results, Func<int, string> action, CancellationToken stop)
    {
        for (int i = 0; !stop.IsCancellationRequested; i++)
        {
            string result = action(1 + i % (ThreadTeam.Shared.MaximumWorkers + 2));
            lock (results) results.Add(result);
            Interlocked.Increment(ref count);
            Volatile.Write(ref s_lastResult, Stopwatch.GetTimestamp());
        }
    }

    private static readonly float[] s_data = Data();

    private static float[] Data()
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, 400 * 784).Select(_ => random.NextSingle())];
    }

    private static string Train(int threads)
    {
        using var device = Device.Cpu(threads);
        using var network = Mlp.Create(device, new(784, 200, 4) { Output = Activation.Tanh });
        var fit = Trainer.Fit(network, s_data, s_data, LossFunction.SquaredError,
            new() { Steps = 60, BatchSize = 300, Optimizer = new Adam { LearningRate = 1e-3 } });
        return fit.LastWeightsSha256;
    }

    private static string Sample(int threads)
    {
        using var device = Device.Cpu(threads);
        using var network = Mlp.Create(device, new(784, 200, 4) { Output = Activation.Tanh });
        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 300, Epsilon = 0.1 });
        for (int i = 0; i < 40; i++) kaleidoscope.Step();
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(kaleidoscope.Frame.Noisy.Span)));
    }

    private static long MemoryInUse()
    {
        GC.Collect();
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    private static Process Hog() => Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", "while :; do :; done" } })!;

    private static void End(Process hog)
    {
        hog.Kill();
        hog.Dispose();
    }
}
