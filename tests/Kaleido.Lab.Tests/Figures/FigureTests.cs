using System.Text.Json;
using System.Text.Json.Serialization;
using Kaleido.Backends;
using Kaleido.Lab.Figures;
using Kaleido.Lab.Pictures;
using Kaleido.Networks;
using Kaleido.Tests.Support;

namespace Kaleido.Lab.Tests.Figures;

public sealed class FigureTests
{
    // Those of the paper that take a second; tests/Kaleido.Ensembles runs all.
    public static TheoryData<string> Names => ["2", "3", "1d", "4", "5a", "5b"];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_quick_form_is_accepted_and_the_same_for_any_number_of_threads(string name)
    {
        var figure = Experiment.Find(name)!;
        var result = figure.Run(new(Quick: true, Threads: 3));
        Assert.Equal(name, result.Name);
        Assert.All(result.Verdicts.Where(v => v.Kind == VerdictKind.Acceptance),
            verdict => Assert.True(verdict.Holds, $"{verdict.Statement}: {verdict.Seen}"));
        Assert.True(result.IsAccepted);
        var alone = figure.Run(new(Quick: true, Threads: 1));
        Assert.Equal(result.Numbers, alone.Numbers);
        Assert.Equal(result.Picture.Pixels, alone.Picture.Pixels);
        Assert.Equal(result.Tables.SelectMany(t => t.Rows).SelectMany(r => r), alone.Tables.SelectMany(t => t.Rows).SelectMany(r => r));
        Assert.All(result.Tables, table => Assert.All(table.Rows, row => Assert.Equal(table.Columns.Count, row.Length)));
    }

    [Fact]
    public void The_loss_at_the_corners_falls_with_the_number_of_points_in_every_dimension()
    {
        var result = Experiment.Find("6")!.Run(new(Seeds: 3, Quick: true));
        var falls = result.Verdicts.Where(verdict => !verdict.Statement.Contains("7/12", StringComparison.Ordinal)).ToList();
        Assert.Equal(5 + 4, falls.Count);
        Assert.All(falls, verdict => Assert.True(verdict.Holds, $"{verdict.Statement}: {verdict.Seen}"));
        Assert.Equal(5 * 9 * 3, result.Tables[0].Rows.Count);
    }

    // The counts that the paper and the figures speak of.
    [Theory]
    [InlineData(1, 5, 10, 286)]
    [InlineData(1, 50, 2, 2701)]
    [InlineData(3072, 2000, 10, 48_311_072)]
    public void A_network_of_the_figures_has_its_number_of_parameters(int features, int width, int layers, long parameters)
    {
        long hidden = width, inputs = features;
        Assert.Equal(parameters, inputs * hidden + hidden + (layers - 1) * (hidden * hidden + hidden) + hidden * inputs + inputs);
        if (parameters > 1_000_000) return;
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(features, width, layers));
        Assert.Equal(parameters, network.ParameterCount);
    }

    [Fact]
    public void A_cancelled_figure_gives_no_result()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => Experiment.Find("2")!.Run(new(Quick: true), cancelled.Token));
        Assert.Null(Experiment.Find("nine"));
    }

    [Fact]
    public void The_binomial_tail_is_that_of_the_closed_forms()
    {
        Assert.Equal(1, BinomialTest.LowerTail(5, 5, 0.3), 12);
        Assert.Equal(Math.Pow(0.1, 8), BinomialTest.LowerTail(0, 8, 0.9), 15);
        Assert.Equal(1 - Math.Pow(0.9, 8), BinomialTest.LowerTail(7, 8, 0.9), 12);
        Assert.Equal(0.5, BinomialTest.LowerTail(3, 7, 0.5), 12); // symmetric
        Assert.Equal(0.5, BinomialTest.UpperTail(4, 7, 0.5), 12);
        Assert.Equal(1, BinomialTest.UpperTail(0, 7, 0.5));
        Assert.Equal(Math.Pow(0.9, 8), BinomialTest.UpperTail(8, 8, 0.9), 12);
        // p = .9: three of eight failures are rare (P = .038), four are rejected (P = .005).
        Assert.True(Verdict.AtLeast("", 5, 8, 0.9, full: false).Holds);
        Assert.False(Verdict.AtLeast("", 4, 8, 0.9, full: false).Holds);
        Assert.False(Verdict.AtLeast("", 44, 50, 0.9, full: true).Holds);
        Assert.False(Verdict.AtLeast("", 0, 0, 0.9, full: true).Holds);
        // Medians: five of eight below the bound are common, eight are rejected (P = .004).
        Assert.True(Verdict.QuantileAtLeast("", [0, 0, 0, 0, 0, 2, 2, 2], 0.5, 1, full: false).Holds);
        Assert.False(Verdict.QuantileAtLeast("", [0, 0, 0, 0, 0, 2, 2, 2], 0.5, 1, full: true).Holds);
        Assert.False(Verdict.QuantileAtLeast("", [0, 0, 0, 0, 0, 0, 0, 0], 0.5, 1, full: false).Holds);
        Assert.True(Verdict.QuantileAtMost("", [0, 0, 0, 2, 2], 0.5, 1, full: true).Holds);
        Assert.False(Verdict.QuantileAtMost("", [2, 2, 2, 2, 2, 2, 2, 2], 0.5, 1, full: false).Holds);
        Assert.False(Verdict.QuantileAtLeast("", [], 0.5, 1, full: true).Holds);
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialTest.LowerTail(-1, 3, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialTest.LowerTail(4, 3, 0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => BinomialTest.LowerTail(1, 3, 1.5));
    }

    [Fact]
    public void A_bound_that_is_neither_reached_nor_rejected_or_could_not_be_is_undecided_and_does_not_fail()
    {
        const string Few = "; too few seeds to be rejected at 1 %, whatever comes out";
        foreach (var (verdict, word, seen) in ((Verdict, string, string)[])
        [
            (Verdict.AtLeast("", 0, 7, 0.4, full: false), "undecided", $"0 of 7 seeds{Few}"),
            (Verdict.AtLeast("", 6, 8, 0.9, full: false), "undecided", "6 of 8 seeds, not rejected at 1 %"),
            (Verdict.AtLeast("", 8, 8, 0.9, full: false), "accepted", "8 of 8 seeds"),
            // Of .85 two failures are not rare enough (P = .02), three are (P = .003).
            (Verdict.AtLeast("", 2, 2, 0.85, full: false), "undecided", $"2 of 2 seeds{Few}"),
            (Verdict.AtLeast("", 3, 3, 0.85, full: false), "accepted", "3 of 3 seeds"),
            (Verdict.AtLeast("", 1, 1, 0.9, full: true), "accepted", "1 of 1 seeds"),
            (Verdict.AtLeast("", 4, 8, 0.9, full: false), "failed", "4 of 8 seeds, rejected at 1 %"),
            (Verdict.AtLeast("", 44, 50, 0.9, full: true), "failed", "44 of 50 seeds"),
            (Verdict.AtLeast("", 0, 0, 0.9, full: false), "failed", "0 of 0 seeds"),
            (Verdict.QuantileAtLeast("", [0.888], 0.5, 0.95, full: false), "undecided", $"0.888 against 0.95{Few}"),
            (Verdict.QuantileAtMost("", [0.6, 0.6, 0.9], 0.5, 0.65, full: false), "undecided", $"0.6 against 0.65{Few}"),
            (Verdict.QuantileAtMost("", [2, 2, 2, 2, 0, 0, 0], 0.5, 1, full: false), "undecided", "2 against 1, not rejected at 1 %"),
            (Verdict.QuantileAtMost("", [2, 2, 2, 0, 0, 0, 0], 0.5, 1, full: false), "accepted", "0 against 1"),
            (Verdict.QuantileAtMost("", [0, 0, 0], 0.5, 0.05, full: true), "accepted", "0 against 0.05"),
        ])
        {
            Assert.Equal((word, seen), (verdict.Word, verdict.Seen));
            Assert.Equal(word != "failed", new FigureResult("t", "", [], [], [verdict], new Picture(1, 1, 1)).IsAccepted);
        }
    }

    private static readonly JsonSerializerOptions s_named = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    [Theory]
    [InlineData(0, false, 20, 3, 20)]
    [InlineData(0, true, 20, 3, 3)]
    [InlineData(4, false, 20, 3, 4)]
    [InlineData(4, true, 20, 3, 4)]
    [InlineData(50, false, 20, 3, 20)]
    [InlineData(50, true, 20, 3, 20)]
    [InlineData(4, false, 1, 0, 1)]
    [InlineData(4, true, 1, 0, 0)]
    public void A_family_takes_at_most_its_own_seeds_and_none_where_the_quick_form_leaves_it_out(
        int asked, bool quick, int full, int own, int seeds) =>
        Assert.Equal(seeds, new FigureOptions(asked, quick).SeedsOf(full, own));

    [Fact]
    public void Its_files_hold_what_the_result_holds()
    {
        using var folder = new TemporaryFolder();
        var result = new FigureResult("t", "a title",
            [
                new("seeds", 2), new("nothing", double.NaN), new("never", double.PositiveInfinity), new("below", double.NegativeInfinity),
                new("tenth", 0.1),
            ],
            [new("seeds", ["seed", "loss"], [[0, 0.1], [1, double.PositiveInfinity]])],
            [new(VerdictKind.Acceptance, "s", false, "seen"), new(VerdictKind.Claim, "c", false, "")], new Picture(3, 2, 1));
        var written = FigureFiles.Write(folder.Path, result, new(Seeds: 2, Quick: true));
        Assert.Equal([folder.File("figure-t-seeds.csv"), folder.File("figure-t.png"), folder.File("figure-t.json")], written);
        Assert.Equal("seed,loss\n0,0.1\n1,Infinity\n", File.ReadAllText(written[0]));
        var json = JsonDocument.Parse(File.ReadAllBytes(written[2])).RootElement;
        Assert.False(json.GetProperty("accepted").GetBoolean());
        Assert.Equal(2, json.GetProperty("numbers").GetProperty("seeds").GetInt32());
        Assert.Equal("NaN", json.GetProperty("numbers").GetProperty("nothing").GetString());
        var numbers = json.GetProperty("numbers").Deserialize<Dictionary<string, double>>(s_named)!;
        Assert.Equal(result.Numbers, numbers);
        Assert.True(json.GetProperty("quick").GetBoolean());
        Assert.Equal(2, json.GetProperty("seeds").GetInt32());
        Assert.Equal(["failed", "refuted"],
            json.GetProperty("verdicts").EnumerateArray().Select(v => v.GetProperty("verdict").GetString()));
    }

    [Fact]
    public void The_table_of_verdicts_has_a_line_for_each()
    {
        using var folder = new TemporaryFolder();
        FigureResult[] results =
        [
            new("a", "", [], [], [new(VerdictKind.Acceptance, "x|y", true, "1"), new(VerdictKind.Claim, "c", false, "2")],
                new Picture(1, 1, 1)),
            new("b", "", [], [], [new(VerdictKind.Claim, "d", true, "3")], new Picture(1, 1, 1)),
        ];
        Assert.Equal("1 accepted, 0 undecided, 0 failed, 1 confirmed, 1 refuted", VerdictTable.Count(results));
        Assert.Equal(["| a | x\\|y | 1 | accepted |", "| a | c | 2 | refuted |", "| b | d | 3 | confirmed |"],
            File.ReadAllLines(VerdictTable.Write(folder.Path, results))[2..]);
    }

    [Fact]
    public void An_animation_is_written_as_GIF_of_its_frames()
    {
        using var folder = new TemporaryFolder();
        var result = new FigureResult("t", "", [], [], [], new Picture(3, 2, 1))
        {
            Animation = [new Picture(3, 2, 1), new Picture(3, 2, 1)],
        };
        Assert.Contains(folder.File("figure-t.gif"), FigureFiles.Write(folder.Path, result, new()));
        Assert.Equal("GIF89a"u8.ToArray(), File.ReadAllBytes(folder.File("figure-t.gif"))[..6]);
    }

    [Fact]
    public void A_data_set_that_is_not_there_is_named_with_where_it_was_looked_for()
    {
        using var folder = new TemporaryFolder();
        var options = new FigureOptions { Data = folder.Path };
        Assert.Null(options.FindData("mnist"));
        Assert.Contains($"{folder.Path} has no folder mnist",
            Assert.Throws<DirectoryNotFoundException>(() => options.RequireData("mnist")).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder.File("mnist"));
        Assert.Equal(folder.File("mnist"), options.RequireData("mnist"));
    }

    [Fact]
    public void More_seeds_begin_with_those_of_fewer()
    {
        double[] few = Losses(3), more = Losses(11);
        Assert.Equal(few, more[..3]);

        static double[] Losses(int seeds) => [.. Experiment.Find("2")!.Run(new(Seeds: seeds)).Tables[0].Rows.Select(row => row[1])];
    }
}
