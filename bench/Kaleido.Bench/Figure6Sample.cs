using System.Globalization;
using System.Text.Json;
using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Numerics;
using Kaleido.Training;

namespace Kaleido.Bench;

/// <summary>
/// A sample of the networks of Fig. 6 (two hidden layers of 50, sigmoid, Adam; 1 to 2048 points, 4 of its 1 to 16 dimensions), twenty
/// seeds side by side as the figure trains them: seconds per network and step, as JSON on one line. <c>bench/peers/figure6.py</c> holds
/// them against PyTorch.
/// </summary>
internal static class Figure6Sample
{
    private const int Dimension = 4, Seeds = 20, Rounds = 3;

    public static int Run(ReadOnlySpan<string> args)
    {
        int threads = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 0, steps = args.Length > 1
            ? int.Parse(args[1], CultureInfo.InvariantCulture) : 300;
        using var device = Device.Cpu(threads);
        var seconds = new SortedDictionary<int, double>();
        Train(64, 100);
        for (int points = 1; points <= 2048; points *= 2)
        {
            double[] times = new double[Rounds];
            for (int i = 0; i < Rounds; i++) times[i] = Train(points, steps) / (Seeds * (double)steps);
            Array.Sort(times);
            seconds[points] = times[Rounds / 2];
        }

        Console.WriteLine(JsonSerializer.Serialize(seconds.ToDictionary(it => it.Key.ToString(CultureInfo.InvariantCulture),
            it => it.Value)));
        return 0;

        double Train(int points, int count)
        {
            var members = Enumerable.Range(0, Seeds).Select(seed =>
            {
                float[] data = [.. Enumerable.Range(0, points * Dimension).Select(i =>
                    Philox.ToUniform(Philox.Word((uint)seed, RandomStreams.DrawnData, 0, (ulong)i)))];
                return new EnsembleMember(data, data) { WeightSeed = (uint)seed, TrainingSeed = (uint)seed };
            }).ToArray();
            return EnsembleTrainer.Fit(device, new(Dimension, 50, 2) { Output = Activation.Sigmoid }, members, LossFunction.SquaredError,
                new() { Steps = count, LearningRate = 1e-3, EvaluationInterval = 100 }).Elapsed.TotalSeconds;
        }
    }
}
