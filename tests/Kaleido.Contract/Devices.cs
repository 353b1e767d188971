using Kaleido.Backends;
using Kaleido.Backends.Cpu;
using Kaleido.Backends.Decorators;
using Kaleido.Backends.Reference;
using Kaleido.Cuda;

namespace Kaleido.Contract;

/// <summary>The devices that the laws are checked on. A further device is one line in <see cref="Known"/>.</summary>
public static class Devices
{
    private static readonly Candidate[] Known =
    [
        new("reference", () => new ReferenceBackend()),
        new("cpu", () => new CpuBackend(0)),
        new("cpu, one thread", () => new CpuBackend(1)),
        new("checking(cpu)", () => new CheckingBackend(new CpuBackend(0), refuseNaN: false)),
        new("checking(reference)", () => new CheckingBackend(new ReferenceBackend(), refuseNaN: false)),
        new("timing(cpu)", () => new TimingBackend(new CpuBackend(0))),
        new("cuda", () => OpenCuda(CudaProvider.Instance), KeepsOrderOfProducts: false),
        new("cuda, exact products", () => OpenCuda(new CudaProvider(new() { ExactProducts = true }))),
        new("checking(cuda)", () => new CheckingBackend(OpenCuda(CudaProvider.Instance), refuseNaN: false), KeepsOrderOfProducts: false),
    ];

    private static readonly Lazy<IReadOnlyDictionary<string, string>> Refused = new(FindRefused);

    /// <summary>The names of the devices that can be opened here.</summary>
    public static IEnumerable<string> Names => Known.Select(candidate => candidate.Name).Except(Refused.Value.Keys);

    /// <summary>The devices that cannot be opened here, each with the reason.</summary>
    public static IReadOnlyDictionary<string, string> Skipped => Refused.Value;

    private static IBackend OpenCuda(CudaProvider provider) => provider.TryOpen(out var device, out string reason)
        ? device!.Backend : throw new DeviceException("opening CUDA", reason);

    /// <summary>A fresh device.</summary>
    public static Bench Open(string name)
    {
        var candidate = Known.Single(candidate => candidate.Name == name);
        return new(candidate.Open(), candidate.KeepsOrderOfProducts);
    }

    private static Dictionary<string, string> FindRefused()
    {
        var refused = new Dictionary<string, string>();
        foreach (var candidate in Known)
        {
            try
            {
                candidate.Open().Dispose();
            }
            catch (DeviceException exception)
            {
                refused[candidate.Name] = exception.Message;
            }
        }

        return refused;
    }

    /// <param name="Name">The name in the tests.</param>
    /// <param name="Open">Opens the device, or throws <see cref="DeviceException"/> with the reason why there is none.</param>
    /// <param name="KeepsOrderOfProducts">False where a vendor's library chooses the order of the additions in a product.</param>
    private sealed record Candidate(string Name, Func<IBackend> Open, bool KeepsOrderOfProducts = true);
}
