using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Backends.Cpu.Programs;
using Kaleido.Tensors;

namespace Kaleido.Tests.Backends.Programs;

/// <summary>What is fused into one step, and what gets no memory.</summary>
public sealed class FusionTests : IDisposable
{
    private readonly Device _device = Device.Cpu(1);
    private readonly Graph _graph = new();
    private readonly List<IDisposable> _held = [];

    public void Dispose()
    {
        _held.ForEach(h => h.Dispose());
        _device.Dispose();
    }

    private Node Parameter(string label, int rows, int columns)
    {
        var tensor = _device.CreateTensor(rows, columns);
        _held.Add(tensor);
        return _graph.Variable(label, tensor);
    }

    private (Plan Plan, CpuProgram Program) Compile(params Node[] outputs)
    {
        var plan = Plan.Compile(_graph, _device, 100, outputs);
        _held.Add(plan);
        return (plan, (CpuProgram)plan.Executable);
    }

    private static bool HasMemory(CpuProgram program, int slot) => program.View(slot, 1).Offset >= 0;

    [Fact]
    public void A_layer_is_one_step_and_keeps_only_its_activation()
    {
        Node x = _graph.Input("x", 20), w = Parameter("w", 30, 20), b = Parameter("b", 1, 30);
        var (plan, program) = Compile((x.Product(w, false, true) + b).Relu());
        Assert.IsType<ProductStep>(Assert.Single(program.StepList));
        var instructions = plan.Program.Instructions;
        Assert.Equal(["Product", "Add", "Relu"], instructions.Select(i => i.Operation.Name));
        // Bias and ReLU are done in registers as the product is stored.
        Assert.False(HasMemory(program, instructions[0].Destination));
        Assert.False(HasMemory(program, instructions[1].Destination));
        Assert.True(HasMemory(program, instructions[2].Destination));
    }

    [Theory]
    [InlineData("Relu")]
    [InlineData("Tanh")]
    [InlineData("Sigmoid")]
    public void The_gradient_of_an_activation_joins_the_product_that_feeds_it(string activation)
    {
        var function = Enum.Parse<UnaryOperation>(activation);
        Node x = _graph.Input("x", 20), w = Parameter("w", 30, 20), v = Parameter("v", 10, 30);
        Node hidden = x.Product(w, false, true).Unary(function), u = _graph.Input("u", 10);
        var gradient = hidden.Product(v, false, true).VectorJacobian(u, w)[0];
        var (plan, program) = Compile(gradient);
        // Forward, u·v with the mask, and the product of that with x: the output itself is never computed.
        Assert.Equal(3, program.StepList.Count);
        Assert.All(program.StepList, step => Assert.IsType<ProductStep>(step));
        Assert.Equal(3, plan.Program.Instructions.Count(i => i.Operation is ProductOperation));
    }

    [Fact]
    public void A_training_step_of_a_deep_network_is_three_products_a_layer_and_a_column_sum()
    {
        const int layers = 6, width = 40;
        Node x = _graph.Input("x", width), y = x;
        var parameters = new List<Node>();
        for (int layer = 0; layer < layers; layer++)
        {
            parameters.Add(Parameter($"w{layer}", width, width));
            parameters.Add(Parameter($"b{layer}", 1, width));
            y = y.Product(parameters[^2], false, true) + parameters[^1];
            y = layer < layers - 1 ? y.Relu() : y.Tanh();
        }

        var loss = (y - x).Square().Mean();
        var (plan, program) = Compile([loss, .. loss.Differentiate([.. parameters])]);
        Assert.Equal(3 * layers - 1, program.StepList.OfType<ProductStep>().Count());
        // A column sum for every bias; for the loss the row sums and their sum.
        Assert.Equal(layers + 2, program.StepList.OfType<ReduceStep>().Count());
        Assert.InRange(program.StepList.OfType<ElementwiseStep>().Count(), 0, 4);
        Assert.Equal(program.StepList.Count,
            program.StepList.Count(step => step is ProductStep or ReduceStep or ElementwiseStep));

        using var plain = Plan.Compile(_graph, _device, 100, [loss, .. loss.Differentiate([.. parameters])], null, interpret: true);
        Assert.True(plan.WorkspaceBytes < plain.WorkspaceBytes / 2);
        // Of the elementwise values each layer stores its activation and the gradient before it; the loss its squares and a few scalars.
        var elementwise = plan.Program.Instructions.Where(i => i.Operation.IsElementwise).ToList();
        int stored = elementwise.Count(i => HasMemory(program, i.Destination));
        Assert.InRange(stored, 2 * layers, 2 * layers + 4);
        Assert.True(elementwise.Count >= 4 * layers);
    }

    [Fact]
    public void A_chain_of_elementwise_operations_is_one_step_without_intermediate_values()
    {
        Node x = _graph.Input("x", 30), row = Parameter("row", 1, 30), column = _graph.Input("column", 1);
        var (plan, program) = Compile((((x * row).Tanh() + column).Exp() * 0.5 - x.RowSum().BroadcastTo(x.Shape)).Abs());
        Assert.Equal(2, program.StepList.Count);
        Assert.IsType<ElementwiseStep>(program.StepList[1]);
        Assert.All(plan.Program.Instructions.Where(i => i.Operation.IsElementwise && i.Destination != plan.Program.Outputs[0]),
            i => Assert.False(HasMemory(program, i.Destination)));
    }

    [Fact]
    public void Values_that_do_not_live_at_the_same_time_share_memory()
    {
        var y = _graph.Input("x", 50);
        for (int i = 0; i < 20; i++) y = (y.Product(Parameter($"w{i}", 50, 50)) * 0.1).Tanh();
        var (plan, program) = Compile(y);
        using var plain = Plan.Compile(_graph, _device, 100, [y], null, interpret: true);
        // The input, the output and two values in turn.
        Assert.InRange(program.ValueBytes, 2 * 100 * 50 * 4, 4 * (100 * 50 + 16) * 4 + 64 * 4);
        Assert.True(plain.WorkspaceBytes >= 60 * 100 * 50 * 4);
        Assert.Equal(20, program.StepList.Count);
        Assert.Equal(60, plan.Program.Instructions.Count);
    }

    [Fact]
    public void A_value_that_something_outside_reads_too_is_stored_once()
    {
        Node x = _graph.Input("x", 30), hidden = x.Tanh(), sum = hidden.RowSum();
        var (_, program) = Compile(hidden * sum, hidden);
        Assert.Equal(3, program.StepList.Count);
        Assert.Equal([typeof(ElementwiseStep), typeof(ReduceStep), typeof(ElementwiseStep)], program.StepList.Select(s => s.GetType()));
    }
}
