using System.Diagnostics;
using Kaleido.Backends;
using Kaleido.Lab.Benchmarking;
using Kaleido.Networks;

namespace Kaleido.DeviceBench;

/// <summary>What is measured, and for how long.</summary>
/// <param name="Works">What.</param>
/// <param name="Rounds">How many rounds, of which the median is taken.</param>
/// <param name="RoundSeconds">How long a round lasts at least, unless one call lasts longer.</param>
/// <param name="WarmUpSeconds">How long a work runs before it is measured.</param>
internal sealed record RaceOptions(IReadOnlyList<WorkItem> Works, int Rounds, double RoundSeconds, double WarmUpSeconds)
{
    private static readonly MlpOptions s_line = new(1, 5, 2) { Output = Activation.Sigmoid },
        s_plane = new(2, 50, 2) { Output = Activation.Sigmoid };

    /// <summary>Everything, in some minutes.</summary>
    public static RaceOptions Full { get; } = new(List([64, 128, 256, 512, 1024, 2048, 4096], [100, 1000, 10_000]), 7, 0.1, 0.3);

    /// <summary>A rough look.</summary>
    public static RaceOptions Quick { get; } = new(List([64, 256, 1024], [100, 1000]), 3, 0.02, 0.05);

    private static List<WorkItem> List(int[] products, int[] batches) =>
    [
        .. products.Select(WorkItem.Product),
        .. batches.Select(batch => WorkItem.Step(Workloads.Mnist, batch)),
        .. batches.Select(chains => WorkItem.Sampling(Workloads.Mnist, chains)),
        WorkItem.Step(s_line, 2, "tiny 2x5"), WorkItem.Step(s_plane, 4, "tiny 2x50"),
    ];
}

/// <summary>Measures the same work on several devices, which take turns, so that whatever else the machine does meets them all.</summary>
internal sealed class DeviceRace(
    IReadOnlyList<(Contender Contender, Device Device)> contenders, RaceOptions options, Action<string> progress)
{
    private const int MostCalls = 200_000;

    /// <summary>Adds the figures of every work to a report. What a device refuses is an omission, and the others go on.</summary>
    public void Run(DeviceReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        report.Contenders.AddRange(contenders.Select(it => it.Contender));
        foreach (var work in options.Works)
        {
            progress(work.Name);
            Measure(work, report);
        }
    }

    private void Measure(WorkItem work, DeviceReport report)
    {
        var lanes = contenders.Select(it => new Lane(it.Contender, it.Device)).ToList();
        try
        {
            Each(lane => lane.Prepare(work, options));
            for (int round = 0; round < options.Rounds; round++) Each(lane => lane.Round());
        }
        finally
        {
            foreach (var lane in lanes) lane.Dispose();
        }

        foreach (var lane in lanes)
        {
            if (lane.Failure is { } reason) report.Omissions.Add(new($"{work.Name}, {lane.Contender.Title}", reason));
            else report.Timings.Add(lane.Timing(work.Name));
        }

        void Each(Action<Lane> action)
        {
            foreach (var lane in lanes.Where(lane => lane.Failure is null))
            {
                try
                {
                    action(lane);
                }
#pragma warning disable CA1031 // Whatever goes wrong on one device is told; the others go on.
                catch (Exception failure)
                {
                    lane.Failure = $"{failure.GetType().Name}: {failure.Message}";
                }
#pragma warning restore CA1031
            }
        }
    }

    private sealed class Lane(Contender contender, Device device) : IDisposable
    {
        private readonly List<double> _times = [], _issues = [];
        private double _compile, _first, _second;
        private DeviceWork? _work;
        private int _calls;

        public Contender Contender => contender;

        public string? Failure { get; set; }

        public void Prepare(WorkItem item, RaceOptions options)
        {
            long start = Stopwatch.GetTimestamp();
            _work = item.Build(device);
            _work.Wait();
            _compile = Lap(ref start);
            _first = Call(ref start) / _work.Repeats;
            double once = Call(ref start);
            _second = once / _work.Repeats;
            // The JIT makes better versions of what runs often, and a clock that idled needs a moment.
            long begin = start;
            do once = Math.Min(once, Call(ref start));
            while (Stopwatch.GetElapsedTime(begin, start).TotalSeconds < options.WarmUpSeconds);
            _calls = (int)Math.Clamp(options.RoundSeconds * 1000 / once, 1, MostCalls);
            if (_calls == 1) return;
            // Waiting for each call takes longer than issuing one after the other: the number of calls is set by the latter.
            Issue(_calls);
            _work.Wait();
            double each = Lap(ref start) / _calls;
            _calls = (int)Math.Clamp(options.RoundSeconds * 1000 / each, 1, MostCalls);
        }

        public void Round()
        {
            // Another device had its turn: some calls that do not count.
            Issue(_calls / 10);
            _work!.Wait();
            long start = Stopwatch.GetTimestamp(), begin = start;
            Issue(_calls);
            _issues.Add(Lap(ref start) / _calls / _work.Repeats);
            _work.Wait();
            _times.Add(Lap(ref begin) / _calls / _work.Repeats);
        }

        private void Issue(int calls)
        {
            for (int i = 0; i < calls; i++) _work!.Run();
        }

        private double Call(ref long start)
        {
            _work!.Run();
            _work.Wait();
            return Lap(ref start);
        }

        private static double Lap(ref long start)
        {
            long now = Stopwatch.GetTimestamp();
            double milliseconds = Stopwatch.GetElapsedTime(start, now).TotalMilliseconds;
            start = now;
            return milliseconds;
        }

        public Timing Timing(string work) => new(work, contender.Title, Median(_times), _times.Min(), _times.Max())
        {
            CompileMilliseconds = _compile,
            FirstMilliseconds = _first,
            SecondMilliseconds = _second,
            IssueMilliseconds = Median(_issues),
        };

        private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

        public void Dispose()
        {
            try
            {
                _work?.Dispose();
            }
            catch (DeviceException failure)
            {
                Failure ??= failure.Message;
            }
        }
    }
}
