using System.Text.Json;
using Kaleido.Cli.Tests.Support;
using Kaleido.Lab.Figures;
using Kaleido.Tests.Support;

namespace Kaleido.Cli.Tests;

/// <summary><c>figure --json</c>: one object with the keys of docs/formats.md on the output, and the files beside it.</summary>
public sealed class FigureJsonTests
{
    private static readonly string s_formats = File.ReadAllText(Material.InRepository("docs", "formats.md"));

    private static JsonElement Parse(string output)
    {
        Assert.EndsWith("}" + Environment.NewLine, output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    private static void HasKeys(JsonElement json, string keys)
    {
        Assert.Equal(keys, string.Join(' ', json.EnumerateObject().Select(property => property.Name)));
        foreach (string key in keys.Split(' ')) Assert.Contains($"`{key}`", s_formats, StringComparison.Ordinal);
    }

    [Fact]
    public void One_object_says_what_the_file_says_and_what_was_written()
    {
        using var folder = new TemporaryFolder();
        var run = Session.Run("figure", "2", "--quick", "--seeds", "2", "--threads", "1", "--out", folder.Path, "--json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var json = Parse(run.Output);
        HasKeys(json, "format version numerics_version stop_reason accepted seconds figures left_out verdict_table");
        Assert.Equal("kaleido-figures-1", json.GetProperty("format").GetString());
        Assert.Equal(("completed", true), (json.GetProperty("stop_reason").GetString(), json.GetProperty("accepted").GetBoolean()));
        Assert.Equal((0, JsonValueKind.Null), (json.GetProperty("left_out").GetArrayLength(), json.GetProperty("verdict_table").ValueKind));
        var figure = Assert.Single(json.GetProperty("figures").EnumerateArray());
        HasKeys(figure, "figure title quick seeds accepted numbers verdicts seconds files");
        Assert.True(figure.GetProperty("seconds").GetDouble() > 0);
        string[] files = [.. figure.GetProperty("files").EnumerateArray().Select(file => file.GetString()!)];
        Assert.Equal(Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal), files.Order(StringComparer.Ordinal));

        using var own = JsonDocument.Parse(File.ReadAllBytes(folder.File("figure-2.json")));
        foreach (var property in own.RootElement.EnumerateObject().SkipWhile(property => property.Name != "figure"))
            Assert.True(JsonElement.DeepEquals(property.Value, figure.GetProperty(property.Name)), property.Name);
    }

    [Fact]
    public void The_list_names_every_figure_and_the_data_it_needs()
    {
        var run = Session.Run("figure", "list", "--json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var json = Parse(run.Output);
        HasKeys(json, "figures");
        Assert.Equal(Experiment.All.Select(figure => (figure.Name, figure.Title, figure.DataSet, figure.HasSeeds)),
            json.GetProperty("figures").EnumerateArray().Select(figure =>
            {
                HasKeys(figure, "figure title data_set has_seeds");
                return (figure.GetProperty("figure").GetString()!, figure.GetProperty("title").GetString()!,
                    figure.GetProperty("data_set").GetString(), figure.GetProperty("has_seeds").GetBoolean());
            }));
    }

    [Fact]
    public void A_cancelled_command_says_so_in_its_object_and_by_its_exit_code()
    {
        using var folder = new TemporaryFolder();
        var run = Session.Run(new CancellationToken(true),
            "figure", "all", "--quick", "--data", folder.Path, "--out", folder.File("out"), "--json");
        Assert.Equal((130, "cancelled in figure 2; nothing of it was written."), (run.Code, run.Sentence));
        var json = Parse(run.Output);
        Assert.Equal(("cancelled", 0, JsonValueKind.Null),
            (json.GetProperty("stop_reason").GetString(), json.GetProperty("figures").GetArrayLength(),
                json.GetProperty("verdict_table").ValueKind));
        Assert.False(Directory.Exists(folder.File("out")));
    }

    [Fact]
    public void What_is_left_out_is_named_with_the_data_it_lacks()
    {
        var lacking = Experiment.All.Where(figure => figure.DataSet is not null).ToList();
        var json = Parse(FigureJson.Of([], lacking, new(), isCancelled: false, "v.md", 1.5) + Environment.NewLine);
        Assert.Equal("v.md", json.GetProperty("verdict_table").GetString());
        Assert.Equal([("7", "mnist"), ("8", "cifar10")], json.GetProperty("left_out").EnumerateArray().Select(figure =>
        {
            HasKeys(figure, "figure data_set");
            return (figure.GetProperty("figure").GetString(), figure.GetProperty("data_set").GetString());
        }));
    }

    [Fact]
    public void An_infinite_number_and_one_that_is_none_are_told_apart()
    {
        var result = new FigureResult("t", "", [new("never", double.PositiveInfinity), new("nothing", double.NaN)], [],
            [new(VerdictKind.Acceptance, "s", false, "")], new(1, 1, 1));
        var json = Parse(FigureJson.Of([new(result, 1, [])], [], new(), isCancelled: false, null, 1) + Environment.NewLine);
        Assert.False(json.GetProperty("accepted").GetBoolean());
        var numbers = json.GetProperty("figures")[0].GetProperty("numbers");
        Assert.Equal(("Infinity", "NaN"), (numbers.GetProperty("never").GetString(), numbers.GetProperty("nothing").GetString()));
    }
}
