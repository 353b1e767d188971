using System.Text.Json;
using Kaleido.Lab.Benchmarking;

namespace Kaleido.Cli.Tests;

/// <summary>The form of what <c>kaleido bench</c> prints; how fast anything is, is not a matter for a test.</summary>
public sealed class BenchTests : IDisposable
{
    private static readonly BenchmarkOptions Little = new(2, [ProductShape.Parse("64x32x16 NT"), ProductShape.Parse("7x5x3 TN")], 1, 1e-4);

    private readonly string _folder = Directory.CreateTempSubdirectory("kaleido-").FullName;

    private string InFolder(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static Session Bench(bool json, string? rivals)
    {
        using StringWriter output = new(), error = new();
        int code = BenchCommand.Run(Little, json, rivals, new Terminal(output, error, IsInteractive: false), CancellationToken.None);
        return new(code, output.ToString(), error.ToString());
    }

    [Fact]
    public void The_json_has_every_figure_and_the_rivals_in_the_same_form()
    {
        string rivals = InFolder("rivals.json", """
            [{
              "name": "Other", "threads": 2,
              "products": [{"shape": "64x32x16 NT", "threads": 1, "gflops": 2.5, "percent_of_peak": null}], "step_ms": 5
            }]
            """);
        var run = Bench(json: true, rivals);
        Assert.Equal((0, ""), (run.Code, run.Error));
        using var document = JsonDocument.Parse(run.Output);
        var root = document.RootElement;
        Assert.Equal(BenchmarkReport.Format, root.GetProperty("format").GetString());
        string[] positive =
        [
            "peak_gflops", "peak_gflops_all_threads", "step_ms", "step_ms_one_thread", "sampling_ms", "tiny_steps_per_second",
            "ensemble_net_steps_per_second",
        ];
        Assert.All(positive, key => Assert.True(root.GetProperty(key).GetDouble() > 0, key));
        Assert.True(root.GetProperty("bytes_per_step").GetDouble() >= 0);
        var products = root.GetProperty("products").EnumerateArray().ToList();
        Assert.Equal(["64x32x16 NT 1", "7x5x3 TN 1", "64x32x16 NT 2", "7x5x3 TN 2"],
            products.Select(p => $"{p.GetProperty("shape").GetString()} {p.GetProperty("threads").GetInt32()}"));
        Assert.All(products, p => Assert.True(p.GetProperty("gflops").GetDouble() > 0 && p.GetProperty("percent_of_peak").GetDouble() > 0));
        var rival = Assert.Single(root.GetProperty("rivals").EnumerateArray());
        Assert.Equal(("Other", 5.0, 2.5), (rival.GetProperty("name").GetString(), rival.GetProperty("step_ms").GetDouble(),
            rival.GetProperty("products")[0].GetProperty("gflops").GetDouble()));
        Assert.Equal(JsonValueKind.Null, rival.GetProperty("sampling_ms").ValueKind);
    }

    [Fact]
    public void A_report_can_be_read_back_as_rivals()
    {
        var result = new BenchmarkResult
        {
            Name = "A", Threads = 3, PeakGflops = 100, StepMilliseconds = 2, Products = [new("1x2x3 NN", 3, 4, 5)], BytesPerStep = 0,
        };
        using var stream = new MemoryStream();
        BenchmarkReport.Write(stream, result, [result with { Name = "B" }]);
        var read = BenchmarkReport.ReadRivals(InFolder("report.json", System.Text.Encoding.UTF8.GetString(stream.ToArray())));
        Assert.Equal(["A", "B"], read.Select(r => r.Name));
        Assert.All(read, r => Assert.Equal((3, 100.0, 2.0, 0.0), (r.Threads, r.PeakGflops, r.StepMilliseconds, r.BytesPerStep)));
        Assert.All(read, r => Assert.Equal([new ProductSpeed("1x2x3 NN", 3, 4, 5)], r.Products));
        Assert.All(read, r => Assert.True(double.IsNaN(r.SamplingMilliseconds)));
    }

    [Fact]
    public void The_table_says_how_many_times_as_fast_as_each_rival()
    {
        var own = new BenchmarkResult
        {
            Name = "Kaleido", Threads = 1, StepMilliseconds = 10, TinyStepsPerSecond = 300, Products = [new("8x8x8 NN", 1, 30, 60)],
        };
        var other = new BenchmarkResult
        {
            Name = "Other", Threads = 1, StepMilliseconds = 15, TinyStepsPerSecond = 100, Products = [new("8x8x8 NN", 1, 10, 20)],
        };
        string[] lines = [.. BenchmarkTable.Lines(own, [other])];
        Assert.Contains(lines,
            l => l.StartsWith("8x8x8 NN", StringComparison.Ordinal) && l.EndsWith("10.0 (×3.00)", StringComparison.Ordinal));
        Assert.Contains(lines,
            l => l.StartsWith("training step", StringComparison.Ordinal) && l.EndsWith("15.0 (×1.50)", StringComparison.Ordinal));
        Assert.Contains(lines,
            l => l.StartsWith("tiny network", StringComparison.Ordinal) && l.EndsWith("100 (×3.00)", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("sampling", StringComparison.Ordinal) && l.EndsWith('-'));
    }

    [Theory]
    [InlineData("--threads 0", "--threads must be a whole number from 1 to 64, not \"0\".")]
    [InlineData("--colour", "\"--colour\" is not understood; see --help.")]
    public void A_wrong_flag_is_a_usage_error(string flags, string sentence)
    {
        var run = Session.Run(["bench", .. flags.Split(' ')]);
        Assert.Equal((2, "", sentence), (run.Code, run.Output, run.Sentence));
    }

    [Theory]
    [InlineData("nothing", "not the figures of a benchmark")]
    [InlineData("[{\"threads\": 1}]", "not the figures of a benchmark")]
    [InlineData("[{\"name\": \"x\", \"threads\": 1, \"products\": [{\"shape\": \"5 by 5\"}]}]", "not the figures of a benchmark")]
    public void A_broken_file_of_rivals_is_told_before_anything_is_measured(string text, string part)
    {
        string path = InFolder("broken.json", text);
        var run = Session.Run("bench", "--rivals", path);
        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.StartsWith($"{path}: {part}", run.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_of_rivals_is_named()
    {
        var run = Session.Run("bench", "--rivals", Path.Combine(_folder, "none.json"));
        Assert.Equal(1, run.Code);
        Assert.Contains("none.json", run.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Cancelling_ends_with_130()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Equal(130, Session.Run(cancelled.Token, "bench", "--quick").Code);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
