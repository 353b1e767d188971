using Kaleido.Backends;
using Kaleido.Backends.Decorators;
using Kaleido.Backends.Reference;
using Kaleido.Tensors;

namespace Kaleido.Contract;

public sealed class TimingTests
{
    [Fact]
    public void Calls_and_elements_are_counted_per_operation_and_forgotten_by_Reset()
    {
        using var backend = new TimingBackend(new ReferenceBackend());
        var memory = backend.Allocate(200);
        MatrixView x = new(memory, 0, 10, 10), y = new(memory, 100, 10, 10);
        for (int i = 0; i < 3; i++) backend.Unary(x, UnaryOperation.Tanh, 0, y);
        backend.Unary(x, UnaryOperation.Exp, 0, y);
        backend.Reduce(x, ReduceOperation.FullSum, new(memory, 100, 1, 1));
        var counted = backend.Operations().ToDictionary(it => it.Name);
        Assert.Equal(["Exp", "FullSum", "Tanh"], counted.Keys.Order());
        Assert.Equal((3L, 300L), (counted["Tanh"].Calls, counted["Tanh"].Elements));
        Assert.Equal((1L, 100L), (counted["FullSum"].Calls, counted["FullSum"].Elements));
        Assert.All(counted.Values, it => Assert.True(it.Time > TimeSpan.Zero));
        backend.Reset();
        Assert.Empty(backend.Operations());
    }

    [Fact]
    public void The_table_is_aligned_and_sorted_by_time()
    {
        using var backend = new TimingBackend(new ReferenceBackend());
        var memory = backend.Allocate(20_000);
        backend.Fill(1, new(memory, 0, 1, 1));
        backend.Unary(new(memory, 0, 100, 100), UnaryOperation.NormalCdf, 0, new(memory, 10_000, 100, 100));
        string[] lines = backend.ToTable().TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Single(lines.Select(line => line.Length).Distinct());
        Assert.StartsWith("operation", lines[0], StringComparison.Ordinal);
        Assert.Equal(backend.Operations().Select(it => it.Name), lines[1..].Select(line => line.Split(' ')[0]));
        var times = backend.Operations().Select(it => it.Time).ToList();
        Assert.Equal(times.OrderDescending(), times);
    }

    [Fact]
    public void An_empty_table_is_its_heading()
    {
        using var backend = new TimingBackend(new ReferenceBackend());
        Assert.Equal("operation     calls        elements            ms    share\n", backend.ToTable());
    }
}
