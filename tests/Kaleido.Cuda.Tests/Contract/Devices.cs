using Kaleido.Backends;
using Kaleido.Backends.Decorators;
using Kaleido.Cuda;
using Kaleido.Cuda.Tests.Fake;

namespace Kaleido.Contract;

/// <summary>The devices that the laws of the contract are checked on here: the CUDA device on a machine whose GPU is imagined.</summary>
public static class Devices
{
    /// <summary>With the epilogue that changes no rule; its primitives are those of the plain device, so it is not one of all.</summary>
    internal const string Ended = "cuda on the fake, epilogues";

    private const string Exact = "cuda on the fake, exact products";

    private static readonly Dictionary<string, Func<FakeMachine, IBackend>> Known = new()
    {
        ["cuda on the fake"] = machine => FakeDevice.Open(machine),
        [Ended] = machine => FakeDevice.Open(machine, new() { Epilogues = CudaEpilogues.Bias }),
        [Exact] = machine => FakeDevice.Open(machine, new() { ExactProducts = true }),
        ["checking(cuda on the fake)"] = machine => new CheckingBackend(FakeDevice.Open(machine), refuseNaN: false),
    };

    public static IEnumerable<string> Names => Known.Keys.Where(name => name != Ended);

    /// <summary>A fresh device. When it is given back, nothing may be left and no call may have been wrong.</summary>
    public static Bench Open(string name)
    {
        var machine = new FakeMachine();
        return new(Known[name](machine), keepsOrderOfProducts: name == Exact, () =>
        {
            Assert.Empty(machine.Violations);
            Assert.Empty(machine.Faults);
            Assert.Empty(machine.Leaks());
        });
    }
}
