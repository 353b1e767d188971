using Kaleido.Backends;
using Kaleido.Networks;
using Kaleido.Sampling;

namespace Kaleido.Tests.Sampling;

public class KaleidoscopeTests
{
    private static Mlp Network(Device device, string output = "tanh", uint seed = 1, int features = 3) =>
        Mlp.Create(device, new(features, 16, 2) { Output = Activation.Parse(output), Seed = seed });

    private static float[] Final(Kaleidoscope kaleidoscope, int iterations)
    {
        for (int i = 0; i < iterations; i++) kaleidoscope.Step();
        return kaleidoscope.Frame.Noisy.ToArray();
    }

    [Fact]
    public void Without_noise_it_is_the_iterated_network_to_the_bit()
    {
        using var device = Device.Cpu();
        using var network = Network(device);
        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 300, Seed = 2 });
        float[] x = kaleidoscope.Frame.Samples.ToArray();
        Assert.Equal(0, kaleidoscope.Frame.Iteration);
        for (int a = 1; a <= 12; a++)
        {
            // f^(a+1) = f∘f^a: whatever way the iterations are grouped, the bits are the same.
            x = network.Evaluate(x);
            var frame = kaleidoscope.Step();
            Assert.Equal(a, frame.Iteration);
            Assert.Equal(x, frame.Samples.ToArray());
            Assert.Equal(x, frame.Noisy.ToArray());
        }
    }

    [Theory]
    [InlineData(1, 5, 16)]
    [InlineData(1, 70, 256)]
    [InlineData(2, 200, 70)]
    [InlineData(4, 300, 512)]
    public void Many_iterations_at_once_are_as_many_one_by_one_even_when_weights_change_between(int threads, int chains, int width)
    {
        using var device = Device.Cpu(threads);
        using var network = Mlp.Create(device, new(20, width, 3) { Output = Activation.Tanh, Seed = 4 });
        var options = new KaleidoscopeOptions { Samples = chains, Epsilon = 0.01, Seed = 2 };
        using var together = new Kaleidoscope(network, options);
        using var alone = new Kaleidoscope(network, options);
        for (int round = 1; round <= 3; round++)
        {
            float[] expected = Final(alone, 7), seen = together.Advance(7).Noisy.ToArray();
            Assert.Equal(7 * round, together.Iteration);
            Assert.Equal(expected, seen);
            var weights = network.Parameters.Arena.ToArray();
            network.Parameters.Arena.Upload([.. weights.Select(w => w * 1.1f)]);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => together.Advance(-1));
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    public void Chains_are_independent_and_a_smaller_run_is_the_beginning_of_a_larger(double epsilon)
    {
        using var device = Device.Cpu();
        using var network = Network(device);
        using var large = new Kaleidoscope(network, new() { Samples = 333, Epsilon = epsilon, Seed = 2 });
        using var small = new Kaleidoscope(network, new() { Samples = 7, Epsilon = epsilon, Seed = 2 });
        Assert.Equal(Final(small, 9), Final(large, 9)[..(7 * 3)]);
    }

    [Fact]
    public void One_seed_gives_one_result_for_any_threads_and_after_a_reset()
    {
        float[]? first = null;
        for (int threads = 1; threads <= 4; threads++)
        {
            using var device = Device.Cpu(threads);
            using var network = Network(device);
            using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 500, Epsilon = 0.05, Seed = 3 });
            float[] start = kaleidoscope.Frame.Samples.ToArray(), last = Final(kaleidoscope, 8);
            Assert.Equal(first ??= last, last);
            kaleidoscope.Reset();
            Assert.Equal((0, null), (kaleidoscope.Iteration, kaleidoscope.Frame.BurnIn));
            Assert.Equal(start, kaleidoscope.Frame.Samples.ToArray());
            Assert.Equal(last, Final(kaleidoscope, 8));
            using var other = new Kaleidoscope(network, new() { Samples = 500, Epsilon = 0.05, Seed = 4 });
            Assert.NotEqual(start, other.Frame.Samples.ToArray());
            Assert.NotEqual(last, Final(other, 8));
        }
    }

    [Theory]
    [InlineData(Boundary.Clamp, "sigmoid")]
    [InlineData(Boundary.Reflect, "sigmoid")]
    [InlineData(Boundary.Clamp, "tanh")]
    [InlineData(Boundary.Reflect, "tanh")]
    public void Noise_has_zero_mean_keeps_its_bounds_and_the_range(Boundary boundary, string output)
    {
        const double Epsilon = 0.02;
        using var device = Device.Cpu();
        using var network = Network(device, output);
        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 2000, Epsilon = Epsilon, Boundary = boundary, Seed = 5 });
        var (low, high) = kaleidoscope.Range;
        double sum = 0;
        int count = 0;
        for (int i = 0; i < 5; i++)
        {
            float[] before = kaleidoscope.Frame.Noisy.ToArray();
            var frame = kaleidoscope.Step();
            // What is shown is the network's output, before noise; what goes on is the noisy state.
            Assert.Equal(network.Evaluate(before), frame.Samples.ToArray());
            float[] samples = frame.Samples.ToArray(), noisy = frame.Noisy.ToArray();
            for (int k = 0; k < samples.Length; k++)
            {
                Assert.InRange(noisy[k], (float)low, (float)high);
                Assert.InRange(Math.Abs((double)noisy[k] - samples[k]), 0, Epsilon + 1e-7);
                if (samples[k] < low + Epsilon || samples[k] > high - Epsilon) continue;
                (sum, count) = (sum + noisy[k] - samples[k], count + 1);
            }
        }

        Assert.InRange(count, 10_000, 30_000);
        Assert.InRange(Math.Abs(sum / count), 0, 5 * Epsilon / Math.Sqrt(3.0 * count));
    }

    [Theory]
    [InlineData(Boundary.Clamp)]
    [InlineData(Boundary.Reflect)]
    public void At_the_ends_noise_is_clamped_or_mirrored(Boundary boundary)
    {
        // A network of zeros but for its bias gives sigmoid(±40) = 1 or 0 (to 4e-18) everywhere: every state is at an end.
        using var device = Device.Cpu(1);
        using var network = Mlp.Create(device, new(2, 0, 0) { Output = Activation.Sigmoid });
        network.Weight(0).Upload(new float[4]);
        network.Bias(0).Upload([40f, -40f]);
        KaleidoscopeOptions options = new() { Samples = 400, Epsilon = 0.25, Boundary = boundary, Seed = 6 };
        using var kaleidoscope = new Kaleidoscope(network, options);
        float[] noisy = Final(kaleidoscope, 1);
        int atEnd = 0;
        for (int chain = 0; chain < 400; chain++)
        {
            float high = noisy[2 * chain], low = noisy[2 * chain + 1];
            Assert.InRange(high, 0.75f, 1f);
            Assert.InRange(low, 0f, 0.25f);
            atEnd += (high == 1 ? 1 : 0) + (low < 1e-15f ? 1 : 0);
        }

        // Clamping leaves about half of 800 at the ends (five standard errors: 71); mirroring almost none.
        if (boundary == Boundary.Clamp) Assert.InRange(atEnd, 329, 471);
        else Assert.InRange(atEnd, 0, 3);
        // Noise that would mirror past the other end is clamped there.
        using var wide = new Kaleidoscope(network, options with { Epsilon = 100 });
        Assert.All(Final(wide, 1), v => Assert.InRange(v, 0f, 1f));
    }

    [Fact]
    public void Mirroring_is_two_ends_minus_the_value()
    {
        // The state is 1 (bias 40); noise fixed at +0.25 gives 1.25, mirrored 0.75; at -1.25 gives -0.25, mirrored 0.25.
        foreach (var (noise, expected) in new[] { (0.25, 0.75f), (-1.25, 0.25f), (-0.5, 0.5f), (1.5, 0f), (-3, 1f) })
        {
            using var device = Device.Cpu(1);
            using var network = Mlp.Create(device, new(1, 0, 0) { Output = Activation.Sigmoid });
            network.Weight(0).Upload([0f]);
            network.Bias(0).Upload([40f]);
            using var kaleidoscope = new Kaleidoscope(network, new()
            {
                Samples = 3, Epsilon = 1, Perturbation = Noise.Uniform(noise, noise), Boundary = Boundary.Reflect,
            });
            Assert.All(Final(kaleidoscope, 1), v => Assert.Equal(expected, v));
        }
    }

    [Theory]
    [InlineData(0, 1, 1.5)]
    [InlineData(-1, 1, 2)]
    public void The_reference_preset_has_the_bias_of_the_published_code(double low, double high, double bias)
    {
        var options = KaleidoscopeOptions.Reference(low, high, 0.01);
        Assert.Equal(bias, options.Perturbation.Mean);
        Assert.Equal((high, 2 * high - low), (options.Perturbation.First, options.Perturbation.Second));
        Assert.Equal(Noise.Uniform(low, high), options.Start);
        Assert.Equal(0, new KaleidoscopeOptions().Perturbation.Mean);
        using var device = Device.Cpu(1);
        using var network = Network(device, low == 0 ? "sigmoid" : "tanh");
        using var kaleidoscope = new Kaleidoscope(network, options with { Samples = 2000 });
        var frame = kaleidoscope.Step();
        double mean = 0;
        for (int i = 0; i < frame.Samples.Length; i++) mean += (frame.Noisy.Span[i] - frame.Samples.Span[i]) / frame.Samples.Length;
        double deviation = 0.01 * (high - low) / Math.Sqrt(12.0 * frame.Samples.Length);
        Assert.InRange(Math.Abs(mean - 0.01 * bias), 0, 5 * deviation);
    }

    [Fact]
    public void A_frame_is_one_object_and_a_copy_keeps_it()
    {
        using var device = Device.Cpu(1);
        using var network = Network(device);
        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 5, Epsilon = 0.1 });
        KaleidoscopeFrame? kept = null;
        float[] samples = [], noisy = [];
        int seen = 0;
        foreach (var frame in kaleidoscope.Run(4))
        {
            Assert.Same(kaleidoscope.Frame, frame);
            Assert.Equal((++seen, 5, 3), (frame.Iteration, frame.Chains, frame.Features));
            if (seen == 2) (kept, samples, noisy) = (frame.Copy(), frame.Samples.ToArray(), frame.Noisy.ToArray());
        }

        Assert.Equal((4, 2), (seen, kept!.Iteration));
        Assert.Equal(samples, kept.Samples.ToArray());
        Assert.Equal(noisy, kept.Noisy.ToArray());
        Assert.NotEqual(noisy, kaleidoscope.Frame.Noisy.ToArray());
        Assert.Throws<ArgumentOutOfRangeException>(() => kaleidoscope.Run(-1));
    }

    [Fact]
    public void Networks_and_settings_that_cannot_be_iterated_are_refused()
    {
        using var device = Device.Cpu(1);
        using var unbounded = Network(device, "identity");
        using var oblong = Mlp.Create(device, new(3, 4, 1) { Outputs = 2, Output = Activation.Tanh });
        using var network = Network(device);
        Assert.Contains("identity",
            Assert.Throws<ArgumentException>(() => new Kaleidoscope(unbounded, new())).Message, StringComparison.Ordinal);
        Assert.Contains("3 features to 2",
            Assert.Throws<ArgumentException>(() => new Kaleidoscope(oblong, new())).Message, StringComparison.Ordinal);
        foreach (var bad in new KaleidoscopeOptions[]
        {
            new() { Samples = 0 }, new() { Epsilon = -1 }, new() { Epsilon = double.NaN }, new() { Tolerance = 0 }, new() { Patience = 0 },
            new() { Start = Noise.Uniform(1, 0) }, new() { Start = Noise.Normal(0, -1) },
            new() { Perturbation = Noise.Normal(double.NaN, 1) },
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => new Kaleidoscope(network, bad));
        }
    }

    [Fact]
    public void Normal_starts_are_moved_into_the_range()
    {
        using var device = Device.Cpu(1);
        using var network = Network(device, "sigmoid");
        using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 1000, Start = Noise.Normal(0.5, 0.5) });
        float[] start = kaleidoscope.Frame.Samples.ToArray();
        Assert.All(start, v => Assert.InRange(v, 0f, 1f));
        // Beyond one deviation on each side: 15.87 %, within five standard errors.
        Assert.InRange(start.Count(v => v == 0) / (double)start.Length,
            0.1587 - 5 * 0.3654 / Math.Sqrt(3000), 0.1587 + 5 * 0.3654 / Math.Sqrt(3000));
        Assert.InRange(start.Count(v => v == 1) / (double)start.Length,
            0.1587 - 5 * 0.3654 / Math.Sqrt(3000), 0.1587 + 5 * 0.3654 / Math.Sqrt(3000));
    }
}
