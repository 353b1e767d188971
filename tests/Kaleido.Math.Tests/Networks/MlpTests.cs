using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Networks;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Networks;

public class MlpTests
{
    [Theory]
    [InlineData("relu", "sigmoid", false)]
    [InlineData("relu", "tanh", true)]
    [InlineData("leakyrelu:0.2", "identity", false)]
    [InlineData("elu:1", "identity", true)]
    [InlineData("softplus", "identity", true)] // φ(0) = ln 2 is taken off
    [InlineData("cos", "sin", true)]
    [InlineData("tanh", "identity", false)]
    public void The_network_is_its_formula(string hidden, string output, bool residual)
    {
        using var device = Device.Reference();
        using var network = Mlp.Create(device, new(3, 0, 0)
        {
            HiddenWidths = [5, 5, 3, 5, 5],
            Outputs = 2,
            HiddenActivation = Activation.Parse(hidden),
            Output = Activation.Parse(output),
            Residual = residual,
            Seed = 8,
        });
        float[] x = Uniform(4 * 3), y = network.Evaluate(x);
        for (int row = 0; row < 4; row++)
        {
            double[] expected = TextbookNetwork.Forward(network, [.. x[(3 * row)..(3 * row + 3)].Select(v => (double)v)]);
            // The float64 device is exact to 10⁻¹³; its result is rounded to float32 on the way out.
            for (int o = 0; o < 2; o++)
                Assert.InRange(Math.Abs(y[2 * row + o] - expected[o]), 0, Math.ScaleB(1, -24) * Math.Abs(expected[o]) + 1e-13);
        }
    }

    [Fact]
    public void Residual_layers_of_zero_weights_are_the_identity()
    {
        using var device = Device.Cpu(1);
        foreach (string hidden in new[] { "relu", "softplus", "sigmoid", "cos" })
        {
            using var network = Mlp.Create(device, new(4, 4, 3)
            {
                HiddenActivation = Activation.Parse(hidden),
                Initialization = Initialization.Identity,
                Residual = true,
            });
            for (int layer = 0; layer < 3; layer++) network.Weight(layer).Upload(new float[16]);
            float[] x = Uniform(8);
            Assert.Equal(x, network.Evaluate(x));
        }
    }

    [Fact]
    public void Parameter_counts_are_those_of_the_literature()
    {
        using var device = Device.Cpu(1);
        using (var network = Mlp.Create(device, new(1, 10, 6))) Assert.Equal(581, network.ParameterCount);
        using (var network = Mlp.Create(device, new(784, 500, 10))) Assert.Equal(3_039_784, network.ParameterCount);
        Assert.Equal(48_311_072, Count(new(3072, 2000, 10)));
        Assert.Equal(286, Count(new(1, 5, 10)));
        Assert.Equal(2_701, Count(new(1, 50, 2)));

        static long Count(MlpOptions options)
        {
            var sizes = options.Sizes();
            return Enumerable.Range(0, sizes.Count - 1).Sum(layer => (sizes[layer] + 1L) * sizes[layer + 1]);
        }
    }

    [Fact]
    public void Flops_count_two_per_multiply_add()
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(3, 0, 0) { HiddenWidths = [5, 7], Outputs = 2 });
        Assert.Equal(2 * (3 * 5 + 5 * 7 + 7 * 2), network.ForwardFlops);
        Assert.Equal(2 * (2 * 3 * 5 + 3 * 5 * 7 + 3 * 7 * 2), network.StepFlops);
    }

    [Fact]
    public void Sizes_out_of_range_are_refused()
    {
        using var device = Device.Cpu(1);
        foreach (var options in new MlpOptions[]
        {
            new(0, 5, 1), new(-1, 5, 1), new(3, 0, 2), new(3, -1, 2), new(3, 5, -1), new(3, 5, 1) { Outputs = -1 },
            new(3, 5, 1) { HiddenWidths = [4, 0] },
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => Mlp.Create(device, options));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(700)]
    public void Any_number_of_rows_gives_each_row_its_own_bits(int rows)
    {
        using var device = Device.Cpu();
        using var network = Mlp.Create(device, new(3, 17, 2) { Outputs = 5, Output = Activation.Tanh, Seed = 2 });
        float[] x = Uniform(rows * 3), y = network.Evaluate(x);
        Assert.Equal(rows * 5, y.Length);
        for (int row = 0; row < rows; row += 50) Assert.Equal(network.Evaluate(x.AsSpan(row * 3, 3)), y[(row * 5)..(row * 5 + 5)]);
    }

    [Fact]
    public void Inputs_and_outputs_are_scaled()
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(2, 0, 0) { Initialization = Initialization.Identity });
        network.InputScaling = new(-1, 2);
        network.OutputScaling = new(3, 4);
        // x → 2x - 1 → the identity → (y - 3)/4.
        Assert.Equal([-1f, -0.75f, -0.5f, -0.875f], network.Evaluate([0f, 0.5f, 1f, 0.25f]));
        network.OutputScaling = network.InputScaling;
        Assert.Equal([0f, 0.5f, 1f, 0.25f], network.Evaluate([0f, 0.5f, 1f, 0.25f]));
    }

    [Fact]
    public void Sizes_that_are_no_whole_samples_are_refused()
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(3, 4, 1) { Outputs = 2 });
        var error = Assert.Throws<ArgumentException>(() => network.Evaluate(new float[4]));
        Assert.StartsWith("Evaluate: 4 input values are not samples of 3 features", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => network.Evaluate(new float[6], new float[3]));
        Assert.Throws<ArgumentException>(() => network.Forward(new Kaleido.Autodiff.Graph().Input("x", 2)));
    }

    [Fact]
    public void Threads_that_evaluate_at_once_get_what_one_gets_alone()
    {
        using var device = Device.Cpu();
        using var network = Mlp.Create(device, new(6, 40, 3) { Output = Activation.Sigmoid, Seed = 4 });
        float[][] inputs = [.. Enumerable.Range(0, 4).Select(i => Uniform(300 * 6, i))];
        float[][] expected = [.. inputs.Select(x => network.Evaluate(x))];
        var failures = 0;
        Thread[] threads = [.. inputs.Select((x, i) => new Thread(() =>
        {
            for (int repeat = 0; repeat < 20; repeat++)
            {
                if (!network.Evaluate(x).AsSpan().SequenceEqual(expected[i])) Interlocked.Increment(ref failures);
            }
        }))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.Equal(0, failures);
    }

    [Fact]
    public void An_unknown_parameter_is_named()
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(1, 2, 1));
        Assert.Contains("layer7.weight", Assert.Throws<KeyNotFoundException>(() => network.Weight(7)).Message, StringComparison.Ordinal);
    }

    private static float[] Uniform(int count, int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
    }
}
