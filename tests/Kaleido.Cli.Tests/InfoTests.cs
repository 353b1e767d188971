using System.Text.Json;
using Kaleido.Backends;
using Kaleido.Files;
using Kaleido.Networks;
using Kaleido.Tests.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Cli.Tests;

public sealed class InfoTests
{
    private static string Network(TemporaryFolder folder, out string hash)
    {
        string path = folder.File("net.safetensors");
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(6, 5, 2) { Output = Activation.Tanh, Seed = 9 });
        network.Save(path);
        hash = network.WeightsSha256();
        return path;
    }

    [Fact]
    public void Whoever_reads_a_table_tells_once_that_its_first_line_holds_names()
    {
        using var folder = new TemporaryFolder();
        string named = folder.File("t.csv"), plain = folder.File("u.csv");
        File.WriteAllText(named, "height,width\n0.5,0.25\n1,0\n0,1\n");
        File.WriteAllText(plain, "0.5,0.25\n1,0\n0,1\n");
        string[] create = [.. "create --hidden 4 --layers 1 --steps 2 --iterations 1 --chains 1 --threads 1".Split(' ')];
        foreach (string[] args in (string[][])
        [
            ["info"],
            ["convert", folder.File("x.npy")],
            [.. create, "--out", folder.File("out"), "--data"],
        ])
        {
            Session With(string path, params string[] more) =>
                Session.Run([.. args[0] == "convert" ? [args[0], path, args[1]] : (string[])[.. args, path], .. more]);

            var run = With(named);
            Assert.Equal((0, ""), (run.Code, run.Error));
            Assert.Single(run.Output.Split('\n'),
                line => line.Contains("the first line holds names, not numbers: height, width", StringComparison.Ordinal));
            Assert.DoesNotContain("names", With(plain).Output, StringComparison.Ordinal);
            foreach (var (path, header) in ((string, string?)[])[(named, "height, width"), (plain, null)])
            {
                using var json = JsonDocument.Parse(With(path, "--json").Output);
                var data = args[0] == "create" ? json.RootElement.GetProperty("data") : json.RootElement;
                Assert.Equal((header, 2), (data.GetProperty("header").GetString(), data.GetProperty("features").GetInt32()));
            }
        }
    }

    [Fact]
    public void A_network_is_told_by_shape_activations_parameters_and_hash()
    {
        using var folder = new TemporaryFolder();
        string path = Network(folder, out string hash);
        var run = Session.Run("info", path);
        Assert.Equal((0, ""), (run.Code, run.Error));
        foreach (string part in (string[])["sizes: 6-5-5-6", "parameters: 101", "hidden activation: relu", "output activation: tanh",
            "seed: 9", hash])
            Assert.Contains(part, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_under_another_name_is_known_by_its_contents()
    {
        using var folder = new TemporaryFolder();
        string path = Network(folder, out string hash), other = folder.File("other");
        File.Move(path, other);
        Assert.Contains(hash, Session.Run("info", other).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_network_is_one_sentence()
    {
        using var folder = new TemporaryFolder();
        string path = Network(folder, out string hash);
        byte[] bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..^5]);
        var truncated = Session.Run("info", path);
        Assert.Equal(1, truncated.Code);
        Assert.StartsWith(path, truncated.Sentence, StringComparison.Ordinal);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        var changed = Session.Run("info", path);
        Assert.Equal(1, changed.Code);
        Assert.EndsWith($"\"weights_sha256\" is {hash}.", changed.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_are_told_by_samples_features_classes_and_fingerprint()
    {
        using var folder = new TemporaryFolder();
        folder.File("train-images-idx3-ubyte", IdxBytes.Make(IdxType.UInt8, [3, 2, 4], IdxBytes.Ramp(24)));
        folder.File("train-labels-idx1-ubyte", IdxBytes.Make(IdxType.UInt8, [3], 1, 0, 4));
        var run = Session.Run("info", folder.Path);
        Assert.Equal((0, ""), (run.Code, run.Error));
        foreach (string part in (string[])["samples: 3", "features: 8", "width: 4", "height: 2", "classes: 5",
            Data.Dataset.Open(folder.Path).Fingerprint])
            Assert.Contains(part, run.Output, StringComparison.Ordinal);
        Assert.Contains("classes: no labels", Session.Run("info", Path.Combine(folder.Path, "train-images-idx3-ubyte")).Output,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.safetensors")]
    [InlineData("missing")]
    [InlineData("no/folder/missing")]
    public void What_is_not_there_is_one_sentence(string name)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File(name);
        var run = Session.Run("info", path);
        Assert.Equal((1, ""), (run.Code, run.Output));
        Assert.StartsWith(path, run.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Devices_are_told_with_their_instruction_set()
    {
        var run = Session.Run("info", "--devices");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.StartsWith("CPU, float32, ", run.Output, StringComparison.Ordinal);
        Assert.Contains($"instruction set: {Backends.Cpu.CpuBackend.InstructionSet}", run.Output, StringComparison.Ordinal);
    }
}
