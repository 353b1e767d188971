using System.Reflection;
using Kaleido.Backends;
using Kaleido.Cuda.Tests.Fake;
using Kaleido.Networks;
using Kaleido.Sampling;
using Kaleido.Training;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>What a user does: a network trained, applied, and iterated from noise.</summary>
public sealed class TrainingTests
{
    private static readonly MlpOptions Net = new(6, 10, 2) { Output = Activation.Tanh, Seed = 3 };

    private static readonly TrainingOptions Options = new()
    {
        Steps = 24, BatchSize = 11, EvaluationInterval = 8, Seed = 4, InputNoise = 0.05, Clipping = new(Norm: 5),
    };

    private static readonly float[] Data = [.. Enumerable.Range(0, 40 * 6).Select(i => (float)(1 + Math.Sin(i * 0.37)) / 2)];

    private static (FitResult Fit, float[] Samples) Run(Device device)
    {
        using (device)
        {
            using var network = Mlp.Create(device, Net);
            var fit = Trainer.Fit(network, Data, Data, LossFunction.SquaredError, Options);
            using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 5, Epsilon = 0.01, Seed = 7 });
            foreach (var frame in kaleidoscope.Run(6)) _ = frame.Iteration;
            return (fit, kaleidoscope.Frame.Samples.ToArray());
        }
    }

    private static (FitResult Fit, float[] Samples) OnFake(CudaOptions options)
    {
        var machine = new FakeMachine();
        var result = Run(new Device(FakeDevice.Open(machine, options)));
        Assert.Empty(machine.Violations);
        Assert.Empty(machine.Faults);
        Assert.Empty(machine.Leaks());
        return result;
    }

    [Fact]
    public void A_training_and_its_samples_have_the_same_bits_captured_and_launched_one_by_one()
    {
        var (one, other) = (OnFake(new()), OnFake(new() { CaptureGraphs = false }));
        Assert.Equal((other.Fit.LastWeightsSha256, other.Fit.BestWeightsSha256), (one.Fit.LastWeightsSha256, one.Fit.BestWeightsSha256));
        Assert.Equal(other.Fit.MinibatchLosses.ToArray(), one.Fit.MinibatchLosses.ToArray());
        Assert.Equal(other.Samples, one.Samples);
    }

    /// <summary>A CUDA device whose programs are run by the plain interpreter, every primitive by itself.</summary>
    public class Plain : DispatchProxy
    {
        public IBackend Inner { get; set; } = null!;

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name == nameof(IBackend.Lower)
            ? new Interpreter((IBackend)(object)this, (PlanProgram)args![0]!, (int)args[1]!) : targetMethod.Invoke(Inner, args);
    }

    [Fact]
    public void Merged_launches_have_the_bits_of_the_primitives()
    {
        var one = OnFake(new());
        var plain = DispatchProxy.Create<IBackend, Plain>();
        ((Plain)(object)plain).Inner = FakeDevice.Open(new());
        var other = Run(new Device(plain));
        Assert.Equal((other.Fit.LastWeightsSha256, other.Fit.BestWeightsSha256), (one.Fit.LastWeightsSha256, one.Fit.BestWeightsSha256));
        Assert.Equal(other.Samples, one.Samples);
    }

    // By cuBLAS: product, bias with ReLU; product, mask with column sums, product. Our products end with bias and ReLU, or with the mask.
    // With epilogues product with bias and ReLU; product, mask, product with column sums.
    [Theory, InlineData(false, false, 5), InlineData(true, false, 4), InlineData(false, true, 4)]
    public void A_layer_is_four_or_five_launches(bool exact, bool epilogues, int expected)
    {
        int Launches(int layers)
        {
            var machine = new FakeMachine();
            using var device = new Device(FakeDevice.Open(machine, new()
            {
                CaptureGraphs = false, ExactProducts = exact, Epilogues = epilogues ? EpilogueTests.All : CudaEpilogues.None,
            }));
            using var network = Mlp.Create(device, Net with { HiddenLayers = layers });
            int[] counts = [.. new[] { 8, 9 }.Select(steps =>
            {
                int before = Count(machine);
                var options = new TrainingOptions { Steps = steps, BatchSize = 11, EvaluationInterval = 1000 };
                Trainer.Fit(network, Data, Data, LossFunction.SquaredError, options);
                return Count(machine) - before;
            })];
            return counts[1] - counts[0];
        }

        static int Count(FakeMachine machine) => machine.Launches.Count;

        Assert.Equal(expected, Launches(3) - Launches(2));
    }

    [Fact]
    public void A_steady_training_step_is_one_launch_of_a_graph()
    {
        static Dictionary<string, int> Calls(int steps)
        {
            var machine = new FakeMachine();
            using var device = new Device(FakeDevice.Open(machine));
            using var network = Mlp.Create(device, Net);
            Trainer.Fit(network, Data, Data, LossFunction.SquaredError, Options with { Steps = steps, EvaluationInterval = 1000 });
            return machine.Calls.ToDictionary();
        }

        var (few, more) = (Calls(10), Calls(17));
        Assert.Equal(few.Keys.Order(), more.Keys.Order());
        Assert.Equal(["cuCtxSetCurrent", "cuGraphLaunch"], more.Keys.Where(name => more[name] != few[name]).Order());
        Assert.Equal(7, more["cuGraphLaunch"] - few["cuGraphLaunch"]);
    }

    private sealed class Listener : IProgress<TrainingProgress>
    {
        public List<TrainingProgress> Reports { get; } = [];

        public void Report(TrainingProgress value) => Reports.Add(value);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Losses_come_back_without_a_wait_between_evaluations(bool listens)
    {
        // More than a quarter of the ring of losses, evaluated before and after.
        const int Many = 300, Few = 6;
        var shape = new MlpOptions(2, 3, 1) { Seed = 3 };
        (int Waits, FitResult Fit, Listener Listener) Train(int steps)
        {
            var (machine, listener) = (new FakeMachine(), new Listener());
            using var device = new Device(FakeDevice.Open(machine, new() { ExactProducts = true }));
            using var network = Mlp.Create(device, shape);
            var fit = Fit(network, steps, listens ? listener : null);
            Assert.Empty(machine.Violations);
            return (machine.Calls["cuStreamSynchronize"] + machine.Calls.GetValueOrDefault("cuEventSynchronize"), fit, listener);
        }

        static FitResult Fit(Mlp network, int steps, Listener? listener) => Trainer.Fit(
            network, Data.AsMemory(0, 16), Data.AsMemory(0, 16), LossFunction.SquaredError,
            new() { Steps = steps, BatchSize = 4, EvaluationInterval = steps, ReportInterval = TimeSpan.Zero, Seed = 4 }, listener);

        var (waits, fit, listener) = Train(Many);
        Assert.Equal((Train(Few).Waits, 2), (waits, fit.Evaluations.Count));
        using var cpu = Device.Cpu(1);
        using var same = Mlp.Create(cpu, shape);
        float[] losses = Fit(same, Many, null).MinibatchLosses.ToArray();
        Assert.Equal(losses, fit.MinibatchLosses.ToArray());
        Assert.Equal(listens ? Many + 1 : 0, listener.Reports.Count);
        // What is reported is the loss of a step not long ago, and none twice out of order.
        int last = -1;
        foreach (var report in listener.Reports)
        {
            if (double.IsNaN(report.MinibatchLoss)) continue;
            int at = Array.IndexOf(losses, (float)report.MinibatchLoss, Math.Max(last, 0));
            Assert.InRange(at, last, report.Step - 1);
            last = at;
        }

        Assert.Equal(listens ? Many - 1 : -1, last);
    }

    [Fact]
    public void With_exact_products_a_training_and_its_samples_have_the_processors_bits()
    {
        var (gpu, cpu) = (OnFake(new() { ExactProducts = true }), Run(Device.Cpu(1)));
        Assert.Equal((cpu.Fit.LastWeightsSha256, cpu.Fit.BestWeightsSha256), (gpu.Fit.LastWeightsSha256, gpu.Fit.BestWeightsSha256));
        Assert.Equal(cpu.Fit.MinibatchLosses.ToArray(), gpu.Fit.MinibatchLosses.ToArray());
        Assert.Equal(cpu.Samples, gpu.Samples);
    }

    [Fact]
    public void A_training_follows_the_processors_up_to_the_order_of_additions_in_products()
    {
        var (gpu, cpu) = (OnFake(new()), Run(Device.Cpu(1)));
        Assert.Equal(cpu.Fit.Steps, gpu.Fit.Steps);
        // docs/numerics.md: over the first 50 steps two float32 programs agree to 1e-5 in the loss.
        float[] have = gpu.Fit.MinibatchLosses.ToArray(), want = cpu.Fit.MinibatchLosses.ToArray();
        Assert.Equal(24, want.Length);
        for (int step = 0; step < want.Length; step++) Assert.InRange(Math.Abs(have[step] - want[step]), 0, 1e-5 * want[step]);
    }
}
