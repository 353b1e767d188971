using System.Reflection;
using Kaleido.Backends;
using Kaleido.Backends.Decorators;
using Kaleido.Backends.Reference;
using Kaleido.Tensors;

namespace Kaleido.Contract;

public sealed class ForwardingTests
{
    private static readonly (string Name, Func<IBackend, IBackend> Decorate)[] Decorators =
        [("checking", inner => new CheckingBackend(inner)), ("timing", inner => new TimingBackend(inner))];

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var (name, _) in Decorators)
            foreach (var member in typeof(IBackend).GetMethods().Concat(typeof(IDisposable).GetMethods())) cases.Add(name, member.Name);
        return cases;
    }

    private static IBackend Decorate(string name, IBackend inner) => Decorators.Single(it => it.Name == name).Decorate(inner);

    private static MethodInfo Method(string member) =>
        typeof(IBackend).GetMethods().Concat(typeof(IDisposable).GetMethods()).Single(method => method.Name == member);

    /// <summary>Arguments that fit every member: all matrices are [1, 1] and hold 1, except an index and a ring, which hold 0.</summary>
    private static object?[] Arguments(MethodInfo method, IBackend backend) => [.. method.GetParameters().Select((parameter, position) =>
    {
        var type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        if (type == typeof(MatrixView))
        {
            var memory = backend.Allocate(position + 2);
            memory.Upload(position, [parameter.Name == "indices" ? 0.0 : 1.0]);
            return (object)new MatrixView(memory, position, 1, 1);
        }

        if (type == typeof(StepCounter)) return backend.AllocateCounter();
        if (type == typeof(NoiseOperation)) return new NoiseOperation(NoiseDistribution.Normal, 2, 3, 4, 5);
        if (type == typeof(MinibatchIndicesOperation)) return new MinibatchIndicesOperation(9, 8, 7);
        if (type == typeof(OptimizerRule)) return new OptimizerRule(OptimizerKind.RmsProp, LearningRateSchedule.Constant(0.25));
        if (type == typeof(bool)) return true;
        if (type == typeof(double)) return 2.5;
        if (type == typeof(long)) return 3L;
        if (type == typeof(int)) return 0; // the only place in a [1, 1]
        if (type.IsEnum) return Enum.GetValues(type).GetValue(2 % Enum.GetValues(type).Length)!;
        throw new NotSupportedException($"a new kind of argument: {type}");
    })];

    [Theory, MemberData(nameof(Cases))]
    public void A_decorator_forwards_every_member_with_its_arguments(string decorator, string member)
    {
        var (inner, record) = RecordingProxy.Around(new ReferenceBackend());
        var backend = Decorate(decorator, inner);
        var method = Method(member);
        if (member == nameof(IBackend.Lower))
        {
            // The exception: the interpreter, over the decorator itself.
            using var executable = backend.Lower(new([], [], [], []), 0);
            Assert.IsType<Interpreter>(executable);
            Assert.DoesNotContain(record.Calls, call => call.Member == nameof(IBackend.Lower));
            return;
        }

        object?[] arguments = Arguments(method, backend);
        record.Calls.Clear();
        object? result = method.Invoke(backend, arguments);
        var (_, forwarded) = Assert.Single(record.Calls, call => call.Member == member);
        Assert.Equal(arguments.Length, forwarded.Length);
        for (int i = 0; i < arguments.Length; i++)
        {
            if (decorator == "checking" && arguments[i] is MatrixView given)
            {
                // The same matrix behind its guard zone.
                var translated = Assert.IsType<MatrixView>(forwarded[i]);
                Assert.Equal((given.Rows, given.Columns), (translated.Rows, translated.Columns));
                Assert.NotSame(given.Memory, translated.Memory);
                Assert.Equal(given.Memory.Length + 2 * (translated.Offset - given.Offset), translated.Memory.Length);
                double[] seen = [-1, -1];
                given.Memory.Download(given.Offset, seen.AsSpan(0, 1));
                translated.Memory.Download(translated.Offset, seen.AsSpan(1, 1));
                Assert.Equal(seen[0], seen[1]);
            }
            else if (decorator == "checking" && member == nameof(IBackend.Allocate))
            {
                Assert.True((long)forwarded[i]! > (long)arguments[i]!);
            }
            else
            {
                Assert.Equal(arguments[i], forwarded[i]);
            }
        }

        if (member == $"get_{nameof(IBackend.Description)}")
            Assert.StartsWith(inner.Description, (string)result!, StringComparison.Ordinal);
        else if (result is not null and not DeviceMemory and not StepCounter)
            Assert.Equal(method.Invoke(inner, arguments), result);
    }

    [Theory, InlineData("checking"), InlineData("timing")]
    public void A_lowered_program_runs_through_the_decorator(string decorator)
    {
        var (inner, record) = RecordingProxy.Around(new ReferenceBackend());
        using var backend = Decorate(decorator, inner);
        var program = new PlanProgram(
            [new(new(Extent.Rows, 2), SlotKind.Input), new(new(Extent.Rows, 2), SlotKind.Computed)],
            [new(new UnaryElementwise(UnaryOperation.Exp), [0], 1)], [1], []);
        using var executable = backend.Lower(program, 3);
        record.Calls.Clear();
        executable.Run(3);
        Assert.Contains(record.Calls, call => call.Member == nameof(IBackend.Unary));
        if (backend is not TimingBackend timing) return;
        Assert.Equal(("Exp", 1L, 6L), timing.Operations().Select(it => (it.Name, it.Calls, it.Elements)).Single());
    }
}
