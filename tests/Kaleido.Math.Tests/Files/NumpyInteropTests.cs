using Kaleido.Backends;
using Kaleido.Files;
using Kaleido.Networks;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files;

/// <summary>What others write is read here, and what is written here is read by others.</summary>
public class NumpyInteropTests
{
    [FactIfNumpy]
    public void Files_of_NumPy_are_read()
    {
        using var folder = new TemporaryFolder();
        string script = """
            import sys, warnings, numpy as np
            warnings.simplefilter('ignore')
            folder, n = sys.argv[1] + '/', 0
            for order in '<>':
                for kind in ['b1', 'i1', 'i2', 'i4', 'i8', 'u1', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8']:
                    for layout in 'CF':
                        for version in [(1, 0), (2, 0), (3, 0)]:
                            a = ((np.arange(24) * 5) % 2 if kind == 'b1' else np.arange(24) * 5).astype(order + kind).reshape(2, 3, 4)
                            with open(f'{folder}{n}.npy', 'wb') as f:
                                np.lib.format.write_array(f, np.asarray(a, order=layout), version=version)
                            n += 1
            np.savez(folder + 'stored.npz', np.float32([[1, 2], [3, 4]]), y=np.int64([5, 6]))
            np.savez_compressed(folder + 'packed.npz', x=np.zeros((100, 100)), scalar=np.float64(7))
            np.save(folder + 'object.npy', np.array([{}, 1], dtype=object))
            np.save(folder + 'struct.npy', np.zeros(2, dtype=[('a', '<f4')]))
            np.savetxt(folder + 'a.csv', np.float32([[0.1, -2e-30], [3, 4]]), delimiter=';')
            print(n)
            """;
        int count = int.Parse(Python.Run(Python.WithNumpy!, script, folder.Path));
        Assert.Equal(2 * 12 * 2 * 3, count);
        for (int i = 0; i < count; i++)
        {
            NpyArray array = NpyReader.Read(folder.File($"{i}.npy"));
            Assert.Equal([2, 3, 4], array.Shape.ToArray());
            Assert.Equal(Enumerable.Range(0, 24).Select(k => array.Type == NpyType.Boolean ? k * 5 % 2 : k * 5.0), array.ToDoubles());
        }

        Assert.Equal(12, Enumerable.Range(0, count).Select(i => NpyReader.Read(folder.File($"{i}.npy")).Type).Distinct().Count());
        var stored = NpzReader.Read(folder.File("stored.npz"));
        Assert.Equal(["y", "arr_0"], stored.Keys.OrderDescending());
        Assert.Equal([1f, 2, 3, 4], stored["arr_0"].ToArray<float>());
        Assert.Equal([5L, 6], stored["y"].ToArray<long>());
        var packed = NpzReader.Read(folder.File("packed.npz"));
        Assert.Equal((10_000, 7.0), (packed["x"].Count, packed["scalar"][0]));
        Assert.Contains("pickled", Assert.Throws<InvalidDataException>(() => NpyReader.Read(folder.File("object.npy"))).Message,
            StringComparison.Ordinal);
        Assert.Contains("structured", Assert.Throws<InvalidDataException>(() => NpyReader.Read(folder.File("struct.npy"))).Message,
            StringComparison.Ordinal);
        Assert.Equal([0.1f, -2e-30f, 3, 4], CsvReader.Read(folder.File("a.csv")).Values.ToArray());
    }

    [FactIfNumpy]
    public void NumPy_reads_what_is_written_here()
    {
        using var folder = new TemporaryFolder();
        var arrays = new OrderedDictionary<string, NpyArray>
        {
            ["f4"] = NpyArray.From<float>([2, 3], [1, 2, 3, 4, 5, 6]),
            ["f8"] = NpyArray.From<double>([], [Math.PI]),
            ["f2"] = NpyArray.From<Half>([1], [(Half)0.5]),
            ["i8"] = NpyArray.From<long>([3], [-1, 0, long.MaxValue]),
            ["u1"] = NpyArray.From<byte>([1, 1, 2], [7, 255]),
            ["b1"] = NpyArray.From<bool>([2], [true, false]),
            ["u8"] = NpyArray.From<ulong>([0, 4], []),
        };
        foreach ((string name, NpyArray array) in arrays) NpyWriter.Write(folder.File(name + ".npy"), array);
        NpzWriter.Write(folder.File("stored.npz"), arrays);
        NpzWriter.Write(folder.File("packed.npz"), arrays, compress: true);
        string script = """
            import sys, numpy as np
            folder = sys.argv[1] + '/'
            for file in ['stored.npz', 'packed.npz']:
                with np.load(folder + file) as z:
                    for name in z.files:
                        a, b = z[name], np.load(folder + name + '.npy')
                        assert a.dtype == b.dtype and a.shape == b.shape and (a == b).all(), name
                    assert z.files == sys.argv[2].split(), z.files
            print(';'.join(f'{b.dtype.str} {b.shape} {b.tolist()}' for b in (np.load(folder + n + '.npy') for n in z.files)))
            """;
        Assert.Equal(
            "<f4 (2, 3) [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]];<f8 () 3.141592653589793;<f2 (1,) [0.5];<i8 (3,) [-1, 0, 9223372036854775807];"
            + "|u1 (1, 1, 2) [[[7, 255]]];|b1 (2,) [True, False];<u8 (0, 4) []",
            Python.Run(Python.WithNumpy!, script, folder.Path, string.Join(' ', arrays.Keys)));
    }

    [FactIfTorch]
    public void PyTorch_computes_with_a_network_written_here_what_is_computed_here()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("net.safetensors");
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(5, 7, 2) { Output = Activation.Identity, Seed = 4 });
        network.Save(path);
        float[] input = [0.5f, -1, 0.25f, 2, -0.125f], output = network.Evaluate(input);

        // Six lines read the format: the length, the header, and a view of each tensor's bytes.
        string script = """
            import sys, json, struct, torch
            data = open(sys.argv[1], 'rb').read()
            n = struct.unpack('<Q', data[:8])[0]
            header = json.loads(data[8:8 + n])
            part = lambda e: bytearray(data[8 + n + e['data_offsets'][0]:8 + n + e['data_offsets'][1]])
            t = {k: torch.frombuffer(part(e), dtype=torch.float32).reshape(e['shape']) for k, e in header.items() if k != '__metadata__'}
            h = torch.tensor([float(v) for v in sys.argv[2:]])
            for i in range(3):
                h = t[f'layer{i}.weight'] @ h + t[f'layer{i}.bias']
                h = torch.relu(h) if i < 2 else h
            print(header['__metadata__']['sizes'], ' '.join(repr(v) for v in h.tolist()))
            """;
        string[] printed = Python.Run(Python.WithTorch!, script, [path, .. input.Select(v => v.ToString("R", null))]).Split(' ');
        Assert.Equal("5,7,7,5", printed[0]);
        double[] theirs = [.. printed[1..].Select(v => double.Parse(v, System.Globalization.CultureInfo.InvariantCulture))];

        // Each sums in its own order: γ of the longest chain, 3 layers of at most 8 terms, on values below the sums of magnitudes.
        double bound = Bound(network, input);
        for (int i = 0; i < output.Length; i++) Assert.InRange(Math.Abs(output[i] - theirs[i]), 0, bound);
    }

    /// <summary>2 · γ₂₇ times the largest output of the network with all magnitudes: of inputs, weights and biases.</summary>
    private static double Bound(Mlp network, float[] input)
    {
        double[] h = [.. input.Select(v => (double)Math.Abs(v))];
        for (int layer = 0; layer < network.Layers; layer++)
        {
            double[] weight = new double[network.Weight(layer).Count], bias = new double[network.Weight(layer).Rows];
            network.Weight(layer).Download(weight);
            network.Bias(layer).Download(bias);
            h = [.. bias.Select((b, o) => Math.Abs(b) + h.Select((v, i) => v * Math.Abs(weight[(o * h.Length) + i])).Sum())];
        }

        double unit = 27 * Math.ScaleB(1, -24);
        return 2 * unit / (1 - unit) * h.Max();
    }
}
