using Kaleido.Backends;
using Kaleido.Lab.Beyond;
using Kaleido.Networks;

namespace Kaleido.Lab.Tests.Beyond;

public sealed class LabelledChainsTests
{
    private const int Features = 3, Classes = 2;

    // A network that gives its input's last two numbers, whatever the first three, and reports them in the first two outputs.
    private static Mlp Echo(Device device)
    {
        var network = Mlp.Create(device, new(Features + Classes, 0, 0) { Output = Activation.Identity });
        var weight = new float[(Features + Classes) * (Features + Classes)];
        weight[0 * 5 + 3] = weight[1 * 5 + 4] = 1;
        weight[3 * 5 + 3] = weight[4 * 5 + 4] = 0.5f;
        network.Weight(0).Upload(weight);
        network.Bias(0).Upload(new float[5]);
        return network;
    }

    [Fact]
    public void A_clamped_label_is_seen_at_every_step_one_given_at_the_start_fades_as_the_network_says()
    {
        using var device = Device.Cpu(1);
        using var network = Echo(device);
        int[] labels = [1, 0];
        var clamped = LabelledChains.Run(network, labels, Classes, 3, 0, 0, LabelUse.Clamped, 4);
        var fading = LabelledChains.Run(network, labels, Classes, 3, 0, 0, LabelUse.AtStart);
        for (int t = 1; t <= 3; t++)
        {
            Assert.Equal([0, 4, 0, 4, 0, 0], clamped[t]);
            float rest = MathF.ScaleB(1, 1 - t);
            Assert.Equal([0, rest, 0, rest, 0, 0], fading[t]);
        }
    }

    [Fact]
    public void Starts_are_uniform_noise_and_the_noise_between_iterations_stays_in_the_cube()
    {
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(Features + Classes, 0, 0) { Initialization = Initialization.Identity });
        var chains = LabelledChains.Run(network, new int[100], Classes, 5, 0.3f, 7);
        Assert.Equal(6, chains.Count);
        Assert.All(chains.SelectMany(it => it), v => Assert.InRange(v, 0f, 1f));

        // 300 uniform numbers: mean ½ ± 5·.289/√300.
        Assert.Equal(0.5, chains[0].Average(), 0.084);
        for (int i = 0; i < 300; i++) Assert.InRange(Math.Abs(chains[3][i] - chains[2][i]), 0f, 0.3f + 1e-6f);
        Assert.NotEqual(chains[2], chains[3]);
        Assert.Equal(chains[5], LabelledChains.Run(network, new int[100], Classes, 5, 0.3f, 7)[5]);
    }

    [Fact]
    public void Labels_are_appended_as_unit_vectors() =>
        Assert.Equal([1, 2, 0, 1, 3, 4, 1, 0], LabelledChains.Append([1, 2, 3, 4], [1, 0], Classes));
}
