using System.Text.Json;
using Kaleido.Cli.Tests.Support;
using Kaleido.Tests.Support;

namespace Kaleido.Cli.Tests;

/// <summary>How far a long command is: in place on a terminal, else now and then on the error stream.</summary>
public sealed class StatusLineTests
{
    // Stands still until it is told to go on.
    private sealed class Clock : TimeProvider
    {
        private readonly List<(TimerCallback Callback, long Period)> _timers = [];
        private long _now;

        // Goes on by so much whenever it is looked at.
        public TimeSpan Stride { get; init; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now += Stride.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Assert.True(period == dueTime || period == Timeout.InfiniteTimeSpan);
            _timers.Add((callback, dueTime.Ticks));
            return new Nothing();
        }

        public void Advance(double seconds)
        {
            for (long end = _now + TimeSpan.FromSeconds(seconds).Ticks; _now < end;)
            {
                _now += TimeSpan.TicksPerSecond;
                foreach (var (callback, period) in _timers) if (_now % period == 0) callback(null);
            }
        }

        private sealed class Nothing : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private static (Clock Clock, StringWriter Output, StringWriter Error, Terminal Terminal) Make(bool interactive)
    {
        var (clock, output, error) = (new Clock(), new StringWriter(), new StringWriter());
        return (clock, output, error, new Terminal(output, error, interactive) { Time = clock });
    }

    private static string[] Lines(StringWriter text) =>
        text.ToString().ReplaceLineEndings("\n").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Where_no_line_can_be_rewritten_the_error_stream_gets_one_after_ten_seconds_and_ever_fewer(bool interactive, bool json)
    {
        var (clock, output, error, terminal) = Make(interactive);
        using (var status = new StatusLine(terminal, json))
        {
            status.Begin("a");
            for (int i = 1; i < 10; i++)
            {
                status.Show($"b {i}");
                clock.Advance(1);
            }

            Assert.Empty(Lines(error));
            clock.Advance(1);
            Assert.Equal(["a: b 9"], Lines(error));
            // Also while nobody tells anything.
            clock.Advance(90);
            Assert.Equal(10, Lines(error).Length);
            clock.Advance(3500);
            Assert.InRange(Lines(error).Length, 60, 90);
        }

        Assert.Equal("", output.ToString());
        Assert.DoesNotContain(error.ToString().ReplaceLineEndings("\n"), c => char.IsControl(c) && c != '\n');
    }

    [Fact]
    public void A_terminal_gets_a_line_that_is_rewritten_at_most_ten_times_a_second_and_taken_away()
    {
        var (clock, output, error, terminal) = Make(interactive: true);
        using (var status = new StatusLine(terminal))
        {
            for (int i = 1; i <= 3; i++)
            {
                status.Show($"step {i}");
                status.Show("too soon");
                clock.Advance(1);
            }
        }

        Assert.Equal("\rstep 1\rstep 2\rstep 3\r      \r", output.ToString());
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public void Where_the_end_is_long_in_coming_it_is_told_that_the_signal_was_heard()
    {
        var (clock, output, error, terminal) = Make(interactive: false);
        using var signals = new Signals(terminal);
        signals.Cancel();
        Assert.True(signals.Token.IsCancellationRequested);
        clock.Advance(Signals.Patience.TotalSeconds - 1);
        Assert.Empty(Lines(error));
        clock.Advance(1);
        Assert.StartsWith("stopping: ", Assert.Single(Lines(error)), StringComparison.Ordinal);
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public void Every_long_command_tells_on_the_error_stream_how_far_it_is_and_leaves_the_output_to_results()
    {
        using var folder = new TemporaryFolder();
        string mnist = Material.Idx(folder.File("mnist"), 20), run = folder.File("run");
        foreach (var (args, told) in ((string[], string)[])
        [
            (Session.SmallCreate(run), "step 120/120"),
            (Session.SmallCreate(run), "iteration 5/5"),
            (["sample", run, "--iterations", "7", "--out", folder.File("x.png")], "iteration 7/7"),
            (["convert", mnist, folder.File("x.npz")], "reading " + mnist),
            (["info", mnist], "reading " + mnist),
            (["figure", "2", "--quick", "--threads", "1", "--out", folder.File("figures")], "figure 2: step "),
        ])
        {
            foreach (bool json in (bool[])[false, true])
            {
                // A minute passes between any two looks at the clock.
                using StringWriter output = new(), error = new();
                var terminal = new Terminal(output, error, IsInteractive: false) { Time = new Clock { Stride = TimeSpan.FromMinutes(1) } };
                Assert.Equal(0, CommandLine.Run(json ? [.. args, "--json"] : args, terminal, CancellationToken.None));
                Assert.Contains(Lines(error), line => line.StartsWith(told, StringComparison.Ordinal));
                Assert.DoesNotContain(told, output.ToString(), StringComparison.Ordinal);
                if (json) JsonDocument.Parse(output.ToString()).Dispose();
            }
        }
    }
}
