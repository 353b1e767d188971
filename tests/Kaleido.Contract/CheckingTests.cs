using System.Reflection;
using Kaleido.Backends;
using Kaleido.Backends.Decorators;
using Kaleido.Backends.Reference;
using Kaleido.Tensors;

namespace Kaleido.Contract;

public sealed class CheckingTests
{
    private static MatrixView Put(CheckingBackend backend, int rows, int columns, params double[] values)
    {
        var memory = backend.Allocate((long)rows * columns);
        memory.Upload(0, values);
        return new(memory, 0, rows, columns);
    }

    /// <summary>A backend whose Fill writes one number further, before or behind its destination.</summary>
    public class Careless : DispatchProxy
    {
        public IBackend Inner { get; set; } = null!;

        public int Before { get; set; }

        public int Behind { get; set; }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IBackend.Fill))
            {
                var view = (MatrixView)args![1]!;
                args[1] = view with { Offset = view.Offset - Before, Rows = 1, Columns = (int)view.Count + Before + Behind };
            }

            return targetMethod.Invoke(Inner, args);
        }
    }

    [Theory, InlineData(0, 1), InlineData(1, 0), InlineData(16, 0), InlineData(0, 16)]
    public void A_write_outside_a_memory_is_found_at_the_operation_that_made_it(int before, int behind)
    {
        var inner = DispatchProxy.Create<IBackend, Careless>();
        var careless = (Careless)(object)inner;
        (careless.Inner, careless.Before, careless.Behind) = (new ReferenceBackend(), before, behind);
        var backend = new CheckingBackend(inner);
        var memory = backend.Allocate(6);
        var failure = Assert.Throws<InvalidOperationException>(() => backend.Fill(1, new(memory, 0, 2, 3)));
        Assert.Contains("Fill", failure.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(backend.Verify);
        Assert.Throws<InvalidOperationException>(memory.Dispose);
        backend.Verify();
        backend.Dispose();
    }

    [Fact]
    public void Correct_operations_pass()
    {
        using var backend = new CheckingBackend(new ReferenceBackend());
        var (x, y) = (Put(backend, 2, 2, 1, 2, 3, 4), Put(backend, 2, 2, 0, 0, 0, 0));
        backend.Product(x, false, x, true, false, y);
        backend.Binary(x, y, BinaryOperation.Add, y);
        backend.Verify();
    }

    [Fact]
    public void A_view_outside_its_memory_is_refused()
    {
        using var backend = new CheckingBackend(new ReferenceBackend());
        var memory = backend.Allocate(6);
        foreach (var view in new MatrixView[] { new(memory, 1, 2, 3), new(memory, -1, 1, 1), new(memory, 7, 0, 0) })
            Assert.Throws<ArgumentOutOfRangeException>(() => backend.Fill(0, view));
        Assert.Throws<ArgumentException>(() => backend.Fill(0, new(memory, 0, -1, -2)));
        backend.Fill(0, new(memory, 6, 0, 3));
    }

    [Fact]
    public void Memory_given_back_or_of_another_backend_is_refused()
    {
        using var backend = new CheckingBackend(new ReferenceBackend());
        using var other = new CheckingBackend(new ReferenceBackend());
        var x = Put(backend, 1, 2, 1, 2);
        var lost = Put(backend, 1, 2, 1, 2);
        lost.Memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => backend.Broadcast(lost, x));
        Assert.Throws<ArgumentException>(() => backend.Broadcast(Put(other, 1, 2, 1, 2), x));
    }

    [Fact]
    public void A_destination_that_overlaps_an_operand_is_refused()
    {
        using var backend = new CheckingBackend(new ReferenceBackend());
        var memory = backend.Allocate(20);
        MatrixView x = new(memory, 0, 3, 3), shifted = new(memory, 1, 3, 3), beside = new(memory, 9, 3, 3), row = new(memory, 0, 1, 3);
        Assert.Throws<ArgumentException>(() => backend.Unary(x, UnaryOperation.Abs, 0, shifted));
        Assert.Throws<ArgumentException>(() => backend.Broadcast(row, x));
        Assert.Throws<ArgumentException>(() => backend.Transpose(x, x));
        Assert.Throws<ArgumentException>(() => backend.Product(x, false, beside, false, false, x));
        var rule = new OptimizerRule(OptimizerKind.Adam, LearningRateSchedule.Constant(1));
        Assert.Throws<ArgumentException>(() => backend.Update(backend.AllocateCounter(), rule, x, x, beside, beside));
        backend.Unary(x, UnaryOperation.Abs, 0, x);
        backend.Transpose(x, beside);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_with_the_operation_and_the_shapes()
    {
        using var backend = new CheckingBackend(new ReferenceBackend());
        var (x, y) = (Put(backend, 2, 3, new double[6]), Put(backend, 2, 2, new double[4]));
        var failure = Assert.Throws<ArgumentException>(() => backend.Product(x, false, x, false, false, y));
        Assert.Contains("Product: the shapes ([2, 3], [2, 3]) → [2, 2]", failure.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => backend.Binary(x, y, BinaryOperation.Add, Put(backend, 2, 3, new double[6])));
        Assert.Throws<ArgumentException>(() => backend.Reduce(x, ReduceOperation.RowSum, Put(backend, 3, 1, new double[3])));
        Assert.Throws<ArgumentException>(() => backend.Slice(x, 1, 2, y));
        Assert.Throws<ArgumentException>(() => backend.Place(y, 0, 2, x));
    }

    [Fact]
    public void The_operation_that_makes_the_first_NaN_is_named()
    {
        var (x, y) = (new double[] { 4, -1 }, new double[2]);
        using (var backend = new CheckingBackend(new ReferenceBackend()))
        {
            var failure = Assert.Throws<ArithmeticException>(
                () => backend.Unary(Put(backend, 1, 2, x), UnaryOperation.Log, 0, Put(backend, 1, 2, y)));
            Assert.StartsWith("Log ([1, 2]) → [1, 2] made a NaN at (0, 1)", failure.Message, StringComparison.Ordinal);
            // A NaN that was there before is not this operation's fault.
            backend.Unary(Put(backend, 1, 2, double.NaN, 1), UnaryOperation.Log, 0, Put(backend, 1, 2, y));
            backend.Fill(double.NaN, Put(backend, 1, 2, y));
        }

        using var tolerant = new CheckingBackend(new ReferenceBackend(), refuseNaN: false);
        tolerant.Unary(Put(tolerant, 1, 2, x), UnaryOperation.Log, 0, Put(tolerant, 1, 2, y));
    }

    [Fact]
    public void Memory_not_given_back_is_listed()
    {
        using var backend = new CheckingBackend(new ReferenceBackend());
        var (first, second) = (backend.Allocate(5), backend.Allocate(7));
        Assert.Equal([5, 7], backend.Leaks());
        first.Dispose();
        Assert.Equal([7], backend.Leaks());
        Assert.Equal(1, backend.LiveAllocations);
        second.Dispose();
        Assert.Empty(backend.Leaks());
    }

    [Fact]
    public void An_executable_gives_all_its_memory_back()
    {
        using var backend = new CheckingBackend(new ReferenceBackend());
        var program = new PlanProgram(
            [new(new(Extent.Rows, 2), SlotKind.Input), new(new(Extent.Rows, 2), SlotKind.Computed)],
            [new(new UnaryElementwise(UnaryOperation.Exp), [0], 1)], [1], []);
        using (var executable = backend.Lower(program, 3))
        {
            executable.Run(2);
            Assert.Equal(2, backend.LiveAllocations);
        }

        Assert.Equal(0, backend.LiveAllocations);
    }
}
