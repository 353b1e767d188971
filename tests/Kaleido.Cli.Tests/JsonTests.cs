using System.Text.Json;
using Kaleido.Cli.Tests.Support;
using Kaleido.Lab.Creation;
using Kaleido.Lab.Verification;
using Kaleido.Tests.Support;

namespace Kaleido.Cli.Tests;

/// <summary>With --json the output is one object with the keys of docs/formats.md, and nothing else.</summary>
public sealed class JsonTests
{
    private static readonly string s_formats = File.ReadAllText(Material.InRepository("docs", "formats.md"));

    private static JsonElement Run(params string[] args)
    {
        var run = Session.Run([.. args, "--json"]);
        Assert.Equal((0, ""), (run.Code, run.Error));
        return Parse(run.Output);
    }

    private static JsonElement Parse(string output)
    {
        Assert.EndsWith("}" + Environment.NewLine, output, StringComparison.Ordinal);
        using var document = JsonDocument.Parse(output);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        return document.RootElement.Clone();
    }

    private static void HasKeys(JsonElement json, string keys)
    {
        Assert.Equal(keys, string.Join(' ', json.EnumerateObject().Select(property => property.Name)));
        foreach (string key in keys.Split(' ')) Assert.Contains($"`{key}`", s_formats, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_prints_its_report()
    {
        using var folder = new TemporaryFolder();
        string named = folder.File("für+ε");
        var json = Run(["create", .. Material.Small, "--out", named]);
        string text = File.ReadAllText(Path.Combine(named, OutputFolder.Report));
        Assert.Contains("für+ε\"", text, StringComparison.Ordinal); // as it is, for people
        using var file = JsonDocument.Parse(text);
        Assert.True(JsonElement.DeepEquals(file.RootElement, json));
        HasKeys(json,
            "format version numerics_version date_utc stop_reason weights_sha256 best_weights_sha256 settings data network training "
            + "sampling memorization environment seconds");
    }

    [Fact]
    public void A_cancelled_create_prints_its_report_too()
    {
        using var folder = new TemporaryFolder();
        var run = Session.Run(new CancellationToken(true), ["create", .. Material.Small, "--out", folder.Path, "--json"]);
        Assert.Equal(130, run.Code);
        Assert.Equal("cancelled", Parse(run.Output).GetProperty("stop_reason").GetString());
        Assert.StartsWith("cancelled after 0 steps and 1 iteration;", run.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Sample_tells_what_it_did()
    {
        using var folder = new TemporaryFolder();
        Session.Run(["create", .. Material.Small, "--out", folder.Path]);
        string file = folder.File("s.npy");
        var json = Run("sample", folder.Path, "--chains", "2", "--iterations", "1", "--seed", "9", "--out", file);
        HasKeys(json, "network weights_sha256 chains iterations epsilon seed burn_in is_cycle median_step out");
        Assert.Equal((2, 1, 0.01, 9, file), (json.GetProperty("chains").GetInt32(), json.GetProperty("iterations").GetInt32(),
            json.GetProperty("epsilon").GetDouble(), json.GetProperty("seed").GetInt32(), json.GetProperty("out").GetString()));
        Assert.Equal(Run("info", folder.Path).GetProperty("weights_sha256").GetString(), json.GetProperty("weights_sha256").GetString());
    }

    [Fact]
    public void Info_tells_a_network()
    {
        using var folder = new TemporaryFolder();
        Session.Run(["create", .. Material.Small, "--out", folder.Path]);
        var json = Run("info", Path.Combine(folder.Path, "network.safetensors"));
        HasKeys(json,
            "kind path sizes parameters hidden_activation output_activation initialization seed input_scale input_offset numerics_version "
            + "weights_sha256");
        Assert.Equal(
            ("network", "[784,8,784]"),
            (json.GetProperty("kind").GetString(), json.GetProperty("sizes").GetRawText().Replace("\n", "", StringComparison.Ordinal)
                .Replace(" ", "", StringComparison.Ordinal)));
        Assert.Equal((2.0, -1.0), (json.GetProperty("input_scale").GetDouble(), json.GetProperty("input_offset").GetDouble()));
    }

    [Fact]
    public void Info_tells_data_with_and_without_labels()
    {
        using var folder = new TemporaryFolder();
        const string Keys = "kind path header samples features width height channels minimum maximum "
            + "classes class_names samples_of_each_class fingerprint picture";
        var photos = Run("info", Material.Photos(folder.File("photos"), 2), "--size", "3x2");
        HasKeys(photos, Keys);
        Assert.Equal((2, 18, 3, 2, 3), (photos.GetProperty("samples").GetInt32(), photos.GetProperty("features").GetInt32(),
            photos.GetProperty("width").GetInt32(), photos.GetProperty("height").GetInt32(), photos.GetProperty("channels").GetInt32()));
        Assert.All(["classes", "class_names", "samples_of_each_class", "picture"],
            key => Assert.Equal(JsonValueKind.Null, photos.GetProperty(key).ValueKind));
        string picture = folder.File("first.png");
        var classes = Run("info", Material.Classes(folder.File("classes"), 1, "cat", "dög"), "--picture", picture);
        HasKeys(classes, Keys);
        Assert.Equal(["cat", "dög"], classes.GetProperty("class_names").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal([3, 3], classes.GetProperty("samples_of_each_class").EnumerateArray().Select(count => count.GetInt32()));
        Assert.Equal((2, picture), (classes.GetProperty("classes").GetInt32(), classes.GetProperty("picture").GetString()));
        Assert.True(File.Exists(picture));
    }

    [Fact]
    public void Info_tells_devices_and_checkpoints()
    {
        HasKeys(Run("info", "--devices"),
            "kind device cuda no_cuda os runtime architecture processor cores instruction_set fused_multiply_add vector512 vector256 "
            + "vector128 vector_floats");
        using var folder = new TemporaryFolder();
        Session.Run(new CancellationToken(true), ["create", .. Material.Small, "--out", folder.Path]);
        var checkpoint = Run("info", folder.File(OutputFolder.Checkpoint));
        Assert.Equal(("checkpoint", 0, "20"), (checkpoint.GetProperty("kind").GetString(), checkpoint.GetProperty("step").GetInt32(),
            checkpoint.GetProperty("steps").GetString()));
    }

    [Fact]
    public void Convert_tells_what_it_wrote()
    {
        using var folder = new TemporaryFolder();
        string mnist = Material.Idx(folder.File("mnist"), 20), table = folder.File("t.csv"), array = folder.File("a.npy");
        var json = Run("convert", mnist, table);
        HasKeys(json, "from to samples features classes labels_written header fingerprint");
        Assert.Equal((20, 30, 10, true), (json.GetProperty("samples").GetInt32(), json.GetProperty("features").GetInt32(),
            json.GetProperty("classes").GetInt32(), json.GetProperty("labels_written").GetBoolean()));
        Assert.False(Run("convert", mnist, array).GetProperty("labels_written").GetBoolean());
        Assert.Equal(JsonValueKind.Null, Run("convert", array, folder.File("b.npy")).GetProperty("classes").ValueKind);
    }

    [Fact]
    public void Verify_lists_every_hash()
    {
        using StringWriter output = new(), error = new();
        VerificationResult[] results =
        [
            new(InstructionSwitch.None, "AVX2", [(1, "aa"), (4, "aa")], null),
            new(InstructionSwitch.Avx2, "x", [(1, "ab")], "no effect"),
        ];
        Assert.Equal(1, VerifyCommand.JudgeAsJson(results, new(output, error, false)));
        var json = Parse(output.ToString());
        HasKeys(json, "all_equal results problems");
        Assert.False(json.GetProperty("all_equal").GetBoolean());
        HasKeys(json.GetProperty("results")[2], "off instruction_set threads sha256");
        Assert.Equal("Avx2: no effect", Assert.Single(json.GetProperty("problems").EnumerateArray()).GetString());
        Assert.Equal(0, VerifyCommand.JudgeAsJson(results[..1], new(output, error, false)));
    }
}
