using Kaleido.Backends;
using Kaleido.Backends.Decorators;
using Kaleido.Cuda;
using Kaleido.Cuda.Tests.Fake;

namespace Kaleido.Contract;

/// <summary>The devices that the laws of the contract are checked on here: the CUDA device on a machine whose GPU is imagined.</summary>
public static class Devices
{
    private static readonly Dictionary<string, Func<IBackend>> Known = new()
    {
        ["cuda on the fake"] = () => FakeDevice.Open(new()),
        ["cuda on the fake, without graphs"] = () => FakeDevice.Open(new(), new() { CaptureGraphs = false }),
        ["checking(cuda on the fake)"] = () => new CheckingBackend(FakeDevice.Open(new()), refuseNaN: false),
    };

    public static IEnumerable<string> Names => Known.Keys;

    /// <summary>A fresh device.</summary>
    public static Bench Open(string name) => new(Known[name](), keepsOrderOfProducts: false);
}
