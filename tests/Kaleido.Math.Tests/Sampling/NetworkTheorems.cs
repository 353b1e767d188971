using FsCheck;
using FsCheck.Fluent;
using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Sampling;

namespace Kaleido.Tests.Sampling;

/// <summary>What holds for every network of the kind that is iterated, trained or not.</summary>
public class NetworkTheorems
{
    private sealed record Case(int Features, int Width, int Layers, int Rows, int Exponent, int Seed, bool Tanh)
    {
        public Mlp Create(Device device, double scale)
        {
            var network = Mlp.Create(device,
                new(Features, Width, Layers) { Output = Tanh ? Activation.Tanh : Activation.Sigmoid, Seed = (uint)Seed });
            for (int layer = 0; layer < network.Layers; layer++)
            {
                network.Weight(layer).Upload([.. network.Weight(layer).ToArray().Select(w => (float)(w * scale))]);
                network.Bias(layer).Upload([.. network.Bias(layer).ToArray().Select(b => (float)(b * scale))]);
            }

            return network;
        }

        public float[] Inputs(double scale)
        {
            var random = new Random(Seed);
            return [.. Enumerable.Range(0, Rows * Features).Select(_ => (float)((random.NextDouble() * 2 - 1) * scale))];
        }
    }

    private static Arbitrary<Case> Cases => Arb.From(
        from features in Gen.Choose(1, 5)
        from width in Gen.Choose(1, 20)
        from layers in Gen.Choose(1, 5)
        from rows in Gen.Choose(1, 40)
        from exponent in Gen.Choose(-6, 6)
        from seed in Gen.Choose(0, 1_000_000)
        from tanh in Gen.Elements(false, true)
        select new Case(features, width, layers, rows, exponent, seed, tanh));

    [Fact]
    public void Outputs_lie_in_the_closed_range_for_any_weights_and_inputs()
    {
        using var device = Device.Cpu(1);
        Law.Holds(Cases, it =>
        {
            // Up to 10¹² and layers of up to 20 units, five times: far from overflow after the products 10⁶·(20·10⁴)⁵.
            foreach (var (weights, inputs) in new[] { (1.0, 1.0), (1e4, 1e6), (1e-20, 1e-20) })
            {
                using var network = it.Create(device, weights);
                var (low, high) = network.Options.Output.Range!.Value;
                Assert.All(network.Evaluate(it.Inputs(inputs)), y => Assert.InRange(y, (float)low, (float)high));
            }
        }, 60);
    }

    [Fact]
    public void Permuting_samples_permutes_their_outputs_to_the_bit()
    {
        using var device = Device.Cpu(2);
        Law.Holds(Cases, it =>
        {
            using var network = it.Create(device, 1);
            float[] x = it.Inputs(1), y = network.Evaluate(x);
            int[] order = [.. Enumerable.Range(0, it.Rows)];
            new Random(it.Seed).Shuffle(order);
            float[] permuted = network.Evaluate([.. order.SelectMany(row => x[(row * it.Features)..((row + 1) * it.Features)])]);
            Assert.Equal([.. order.SelectMany(row => y[(row * it.Features)..((row + 1) * it.Features)])], permuted);
        }, 60);
    }

    [Fact]
    public void Rescaling_a_hidden_layer_by_a_power_of_two_changes_no_bit()
    {
        using var device = Device.Cpu(1);
        Law.Holds(Cases, it =>
        {
            using var network = it.Create(device, 1);
            float[] x = it.Inputs(1), before = network.Evaluate(x);
            float factor = MathF.ScaleB(1, it.Exponent);
            int layer = it.Seed % it.Layers;
            Scale(network.Weight(layer), factor);
            Scale(network.Bias(layer), factor);
            Scale(network.Weight(layer + 1), 1 / factor);
            Assert.Equal(before, network.Evaluate(x));
        }, 60);

        static void Scale(Kaleido.Tensors.Tensor tensor, float factor) => tensor.Upload([.. tensor.ToArray().Select(v => v * factor)]);
    }

    [Fact]
    public void Iterations_compose_f_to_the_a_plus_b_is_f_to_the_a_after_f_to_the_b()
    {
        using var device = Device.Cpu(1);
        Law.Holds(Cases, it =>
        {
            using var network = it.Create(device, 2);
            using var kaleidoscope = new Kaleidoscope(network, new() { Samples = it.Rows, Seed = (uint)it.Seed });
            int a = 1 + it.Seed % 4, b = 1 + it.Width % 4;
            float[] start = kaleidoscope.Frame.Samples.ToArray();
            for (int i = 0; i < a + b; i++) kaleidoscope.Step();
            float[] x = start;
            for (int i = 0; i < b; i++) x = network.Evaluate(x);
            for (int i = 0; i < a; i++) x = network.Evaluate(x);
            Assert.Equal(x, kaleidoscope.Frame.Samples.ToArray());
        }, 40);
    }
}
