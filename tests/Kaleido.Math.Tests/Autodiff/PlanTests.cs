using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Tests.Autodiff;

/// <summary>What a plan promises: start-of-step values, effects, steps, rows, refusals. Fused and interpreted.</summary>
public sealed class PlanTests
{
    public static TheoryData<string, bool> Devices => new()
    {
        { "cpu", false }, { "cpu", true }, { "float64", false },
    };

    private static Device Open(string name) => name == "cpu" ? Device.Cpu(2) : Device.Reference();

    [Theory]
    [MemberData(nameof(Devices))]
    public void Two_assignments_swap_two_variables(string name, bool interpret)
    {
        using var device = Open(name);
        using Tensor first = device.CreateTensor(1, 2, [1f, 2f]), second = device.CreateTensor(1, 2, [3f, 4f]);
        var graph = new Graph();
        Node x = graph.Variable("x", first), y = graph.Variable("y", second);
        using var plan = Plan.Compile(graph, device, 0, [], [new Assignment(x, y), new Assignment(y, x)], interpret);
        plan.Run();
        Assert.Equal([3f, 4f], first.ToArray());
        Assert.Equal([1f, 2f], second.ToArray());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Outputs_and_recordings_show_variables_as_they_were_before_the_step(string name, bool interpret)
    {
        using var device = Open(name);
        using Tensor w = device.CreateTensor(1, 1, [10f]), g = device.CreateTensor(1, 1);
        using Tensor m = device.CreateTensor(1, 1), v = device.CreateTensor(1, 1);
        using var ring = device.CreateTensor(1, 3);
        var graph = new Graph();
        var parameter = graph.Variable("w", w);
        var gradient = (0.5 * parameter.Square()).Sum().Differentiate(parameter)[0];
        var rule = new OptimizerRule(OptimizerKind.Sgd, LearningRateSchedule.Constant(0.5));
        GraphEffect[] effects = [new ParameterUpdate(rule, w, g, m, v, [(gradient, 0)]), new Recording(parameter, ring)];
        using var plan = Plan.Compile(graph, device, 0, [parameter, gradient], effects, interpret);
        float[] expected = [10f, 5f, 2.5f, 1.25f];
        for (int step = 0; step < 3; step++)
        {
            plan.Run();
            Assert.Equal(expected[step], plan.Scalar(parameter));
            Assert.Equal(expected[step], plan.Scalar(gradient));
            Assert.Equal(expected[step + 1], w.ToArray()[0]);
            Assert.Equal(expected[step], ring.ToArray()[step]);
        }

        plan.Run();
        Assert.Equal([1.25f, 5f, 2.5f], ring.ToArray());
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Outputs_stay_while_others_run(string name, bool interpret)
    {
        using var device = Open(name);
        var graph = new Graph();
        var x = graph.Input("x", 40);
        var outputs = new List<Node> { x.Tanh() };
        for (int i = 0; i < 12; i++) outputs.Add((outputs[^1].Product(x, transposeRight: true).Product(x) * 0.01).Tanh());
        var values = Enumerable.Range(0, 70 * 40).Select(i => (float)Math.Sin(i)).ToArray();
        using var all = Plan.Compile(graph, device, 70, outputs, null, interpret);
        all.Upload(x, values);
        all.Run();
        foreach (var output in outputs)
        {
            using var one = Plan.Compile(graph, device, 70, [output], null, interpret);
            one.Upload(x, values);
            one.Run();
            float[] expected = new float[70 * 40], actual = new float[70 * 40];
            one.Download(output, expected);
            all.Download(output, actual);
            Assert.Equal(expected, actual);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_mean_divides_by_the_rows_of_the_run(string name, bool interpret)
    {
        using var device = Open(name);
        var graph = new Graph();
        var x = graph.Input("x", 2);
        var mean = x.Mean();
        using var plan = Plan.Compile(graph, device, 4, [mean], null, interpret);
        plan.Upload(x, [1f, 2f, 3f, 4f, 5f, 6f, 7f, 8f]);
        foreach (var (rows, expected) in new[] { (4, 4.5), (1, 1.5), (3, 3.5), (4, 4.5) })
        {
            plan.Run(rows);
            Assert.Equal(expected, plan.Scalar(mean));
        }

        plan.Run(0);
        Assert.True(double.IsNaN(plan.Scalar(mean)));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void The_minibatch_and_the_noise_follow_the_step(string name, bool interpret)
    {
        using var device = Open(name);
        var graph = new Graph();
        Node indices = graph.MinibatchIndices(50, 3, 0), noise = graph.UniformNoise(new(Extent.Rows, 4), -1, 1, 3, 1);
        using var plan = Plan.Compile(graph, device, 20, [indices, noise], null, interpret);
        var seen = new List<(float[] Indices, float[] Noise)>();
        for (int step = 0; step < 5; step++) seen.Add(Step());
        Assert.Equal(5ul, plan.Step);
        Assert.All(seen, s => Assert.Equal(20, s.Indices.Distinct().Count()));
        Assert.All(seen, s => Assert.All(s.Indices, i => Assert.InRange(i, 0, 49)));
        Assert.Equal(5, seen.Select(s => string.Join(' ', s.Indices)).Distinct().Count());
        Assert.Equal(5, seen.Select(s => string.Join(' ', s.Noise)).Distinct().Count());
        plan.Step = 2;
        var again = Step();
        Assert.Equal(seen[2].Indices, again.Indices);
        Assert.Equal(seen[2].Noise, again.Noise);
        Assert.Equal(3ul, plan.Step);

        (float[] Indices, float[] Noise) Step()
        {
            plan.Run();
            float[] i = new float[20], n = new float[80];
            plan.Download(indices, i);
            plan.Download(noise, n);
            return (i, n);
        }
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Memory_that_was_given_back_is_refused(string name, bool interpret)
    {
        using var device = Open(name);
        var tensor = device.CreateTensor(1, 2);
        var graph = new Graph();
        Node x = graph.Input("x", 2), sum = (x + graph.Variable("w", tensor)).Sum();
        var plan = Plan.Compile(graph, device, 3, [sum], null, interpret);
        plan.Run(1);
        tensor.Dispose();
        Assert.Throws<ObjectDisposedException>(() => plan.Run(1));
        Assert.Throws<ObjectDisposedException>(() => Plan.Compile(graph, device, 3, [sum], null, interpret));
        plan.Dispose();
        plan.Dispose();
        Assert.Throws<ObjectDisposedException>(() => plan.Run(1));
        Assert.Throws<ObjectDisposedException>(() => plan.Upload(x, [1f, 2f]));
        Assert.Throws<ObjectDisposedException>(() => plan.Scalar(sum));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Wrong_sizes_rows_and_nodes_are_refused(string name, bool interpret)
    {
        using var device = Open(name);
        Graph graph = new(), other = new();
        Node x = graph.Input("x", 2), square = graph.Input("square", new Shape(Extent.Rows, Extent.Rows)), sum = x.Sum() + square.Sum();
        Node stranger = other.Input("x", 2), unused = graph.Input("unused", 2), hidden = x.Tanh();
        using var plan = Plan.Compile(graph, device, 3, [sum], null, interpret);
        plan.Upload(x, new float[6]);
        plan.Upload(x, new float[2]);
        plan.Upload(square, new float[4]);
        Assert.Throws<ArgumentException>(() => plan.Upload(square, new float[6]));
        Assert.Throws<ArgumentException>(() => plan.Upload(x, new float[5]));
        Assert.Throws<ArgumentException>(() => plan.Upload(x, new double[8]));
        Assert.Throws<ArgumentException>(() => plan.Upload(unused, new float[2]));
        Assert.Throws<ArgumentException>(() => plan.Upload(stranger, new float[2]));
        Assert.Throws<ArgumentException>(() => plan.Upload(sum, new float[1]));
        plan.Run(2);
        Assert.Throws<ArgumentException>(() => plan.Download(sum, new float[2]));
        Assert.Throws<ArgumentException>(() => plan.Download(hidden, new float[4]));
        Assert.Throws<ArgumentException>(() => plan.Scalar(stranger.Sum()));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Run(4));
        Assert.Throws<ArgumentOutOfRangeException>(() => plan.Run(-1));
        Assert.Throws<ArgumentException>(() => Plan.Compile(graph, device, 3, [stranger], null, interpret));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void A_capacity_beyond_the_rows_of_a_variable_or_of_the_samples_is_refused(string name, bool interpret)
    {
        using var device = Open(name);
        using var large = device.CreateTensor(10, 2);
        using var part = new Tensor(large.Memory, 4, 3, 2);
        var graph = new Graph();
        Node rows = graph.RowsVariable("part", part), indices = graph.MinibatchIndices(5, 1, 1);
        using var plan = Plan.Compile(graph, device, 3, [rows], null, interpret);
        plan.Run();
        Assert.Throws<ArgumentException>(() => Plan.Compile(graph, device, 4, [rows], null, interpret));
        Assert.Throws<ArgumentException>(() => Plan.Compile(graph, device, 6, [indices], null, interpret));
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void Effects_that_do_not_fit_are_refused(string name, bool interpret)
    {
        using var device = Open(name);
        using Tensor w = device.CreateTensor(1, 2), three = device.CreateTensor(1, 3), empty = device.CreateTensor(1, 0);
        var graph = new Graph();
        Node x = graph.Input("x", 2), parameter = graph.Variable("w", w), gradient = parameter.Square().Sum().Differentiate(parameter)[0];
        var rule = new OptimizerRule(OptimizerKind.Sgd, LearningRateSchedule.Constant(0.5));
        GraphEffect[] wrong =
        [
            new Assignment(x, x), new Assignment(parameter, x), new Recording(parameter, three), new Recording(x.Sum(), empty),
            new ParameterUpdate(rule, w, three, w, w, [(gradient, 0)]), new ParameterUpdate(rule, w, w, w, w, [(gradient, 1)]),
        ];
        foreach (var effect in wrong) Assert.ThrowsAny<ArgumentException>(() => Plan.Compile(graph, device, 2, [], [effect], interpret));
    }

    [Fact]
    public void Nodes_that_nothing_needs_are_dropped()
    {
        using var device = Device.Cpu(1);
        var graph = new Graph();
        Node x = graph.Input("x", 3), dead = x.Exp().Product(x, true), alive = x.Tanh().StopGradient();
        using var plan = Plan.Compile(graph, device, 2, [alive]);
        Assert.Single(plan.Program.Instructions);
        Assert.DoesNotContain(plan.Program.Slots, s => s.Shape == dead.Shape);
    }
}
