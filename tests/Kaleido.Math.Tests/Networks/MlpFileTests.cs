using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Files;
using Kaleido.Networks;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Networks;

public class MlpFileTests
{
    private static readonly MlpOptions Options = new(3, 0, 0)
    {
        HiddenWidths = [4, 4, 1],
        Outputs = 2,
        HiddenActivation = Activation.Elu(0.3),
        Output = Activation.Tanh,
        Initialization = Initialization.NeuralTangent,
        Residual = true,
        Seed = uint.MaxValue,
    };

    [Fact]
    public void What_was_saved_is_loaded_to_the_bit()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Cpu();
        using var network = Mlp.Create(device, Options);
        (network.InputScaling, network.OutputScaling) = (DataScaling.ToSymmetric, new(0.1, 1 / 3.0));
        string path = folder.File("n.safetensors");
        network.Save(path);
        using var loaded = Mlp.Load(device, path);
        Assert.Equal(network.WeightsSha256(), loaded.WeightsSha256());
        Assert.Equal(network.Parameters.Arena.ToArray(), loaded.Parameters.Arena.ToArray());
        Assert.Equal((network.InputScaling, network.OutputScaling), (loaded.InputScaling, loaded.OutputScaling));
        Assert.Equal(
            (Options.HiddenActivation, Options.Output, Options.Initialization, Options.Residual, Options.Seed),
            (loaded.Options.HiddenActivation, loaded.Options.Output, loaded.Options.Initialization, loaded.Options.Residual,
                loaded.Options.Seed));
        Assert.Equal(Options.Sizes(), loaded.Options.Sizes());
        float[] x = [1, 2, 3, -1, 0, 0.5f];
        Assert.Equal(network.Evaluate(x), loaded.Evaluate(x));
        string again = folder.File("again.safetensors");
        loaded.Save(again);
        Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(again));
    }

    [Fact]
    public void Doubles_of_the_reference_device_survive_and_fit_other_devices()
    {
        using var folder = new TemporaryFolder();
        using var reference = Device.Reference();
        using var cpu = Device.Cpu(1);
        using var network = Mlp.Create(reference, Options);
        double[] values = [.. Enumerable.Range(0, 12).Select(i => 1 / (i + 3.0))], back = new double[12];
        network.Weight(0).Upload(values);
        string path = folder.File("n.safetensors");
        network.Save(path);
        using var same = Mlp.Load(reference, path);
        same.Weight(0).Download(back);
        Assert.Equal(values, back);
        using var single = Mlp.Load(cpu, path);
        Assert.Equal(values.Select(v => (float)v), single.Weight(0).ToArray());
        Assert.Equal(network.WeightsSha256(), single.WeightsSha256());
    }

    public static TheoryData<string, string?> Damage => new()
    {
        { "format", null }, { "format", "other-1" }, { "sizes", null }, { "sizes", "3" }, { "sizes", "3,4,x,1,2" },
        { "sizes", "3,4,4,1,0" }, { "sizes", "3,4,5,1,2" }, { "sizes", "3,4,4,1,2,2" }, { "sizes", "3,4,4,2" },
        { "sizes", "2000000000,2000000000" }, { "sizes", "" },
        { "hidden_activation", null }, { "hidden_activation", "swoosh" }, { "output_activation", "elu:NaN" }, { "initialization", null },
        { "initialization", "Best" }, { "initialization", "99" }, { "residual", "yes" }, { "residual", null },
        { "seed", "-1" }, { "seed", null },
        { "input_scaling", null }, { "input_scaling", "1" }, { "input_scaling", "1,0" },
        { "output_scaling", "NaN,1" }, { "output_scaling", "a,b" },
        { "weights_sha256", "00" },
    };

    [Theory]
    [MemberData(nameof(Damage))]
    public void Bad_metadata_are_refused_by_one_sentence(string key, string? value)
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Cpu(1);
        var (tensors, metadata) = Saved(folder, device);
        if (value is null) metadata.Remove(key);
        else metadata[key] = value;
        Refused(folder, device, tensors, metadata);
    }

    [Fact]
    public void Bad_tensors_are_refused_by_one_sentence()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Cpu(1);
        var (tensors, metadata) = Saved(folder, device);
        Refused(folder, device, [.. tensors.Skip(1)], metadata);
        Refused(folder, device, [.. tensors, new SafetensorsTensor("more", [1], new float[1])], metadata);
        Refused(folder, device, [.. tensors.Skip(1), new SafetensorsTensor(tensors[0].Name, [3, 4], new float[12])], metadata);
        Refused(folder, device, [.. tensors.Skip(1), new SafetensorsTensor(tensors[0].Name, [12], new float[12])], metadata);
    }

    [Fact]
    public void A_file_without_a_hash_is_loaded()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Cpu(1);
        var (tensors, metadata) = Saved(folder, device);
        metadata.Remove("weights_sha256");
        string path = folder.File("foreign.safetensors");
        SafetensorsFile.Write(path, tensors, metadata);
        using var loaded = Mlp.Load(device, path);
        Assert.Equal(4, loaded.Layers);
    }

    [Fact]
    public void Damaged_files_are_refused_or_are_the_same_network()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, Options);
        string path = folder.File("n.safetensors");
        network.Save(path);
        byte[] whole = File.ReadAllBytes(path);
        string hash = network.WeightsSha256();
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = i < 40 ? whole[..(whole.Length * i / 40)] : Mutations.Mutate(whole, 5, i);
            try
            {
                using var loaded = Mlp.Load(device, folder.File("damaged", bytes));
                // What passes differs in a setting at most (or is not damaged at all): the weights are whole.
                Assert.Equal(hash, loaded.WeightsSha256());
            }
            catch (InvalidDataException e)
            {
                Assert.Contains("damaged", e.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', e.Message);
            }
        }
    }

    [Fact]
    public void A_file_that_cannot_be_written_leaves_the_old_one()
    {
        using var folder = new TemporaryFolder();
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, Options);
        string missing = Path.Combine(folder.Path, "no", "n.safetensors");
        Assert.Throws<DirectoryNotFoundException>(() => network.Save(missing));
        string path = folder.File("n.safetensors");
        network.Save(path);
        network.Save(path);
        Assert.Equal(["n.safetensors"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
        Assert.Throws<FileNotFoundException>(() => Mlp.Load(device, folder.File("other")));
    }

    private static (List<SafetensorsTensor> Tensors, Dictionary<string, string> Metadata) Saved(TemporaryFolder folder, Device device)
    {
        using var network = Mlp.Create(device, Options);
        string path = folder.File("whole.safetensors");
        network.Save(path);
        var file = SafetensorsFile.Read(path);
        return ([.. file.Tensors], new(file.Metadata));
    }

    private static void Refused(TemporaryFolder folder, Device device, List<SafetensorsTensor> tensors, Dictionary<string, string> metadata)
    {
        string path = folder.File("bad.safetensors");
        SafetensorsFile.Write(path, tensors, metadata);
        var error = Assert.Throws<InvalidDataException>(() => Mlp.Load(device, path));
        Assert.StartsWith(path + ": not a Kaleido network: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }
}
