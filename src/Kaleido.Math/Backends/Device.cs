using Kaleido.Backends.Cpu;
using Kaleido.Backends.Reference;
using Kaleido.Tensors;

namespace Kaleido.Backends;

/// <summary>
/// A place where graphs run: a backend with a name and the reason it was chosen. Networks, plans and tensors belong to one device.
/// </summary>
public sealed class Device : IDisposable
{
    /// <summary>A device on a backend. The device owns the backend.</summary>
    public Device(IBackend backend, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(backend);
        Backend = backend;
        Reason = reason ?? "";
    }

    /// <summary>The backend.</summary>
    public IBackend Backend { get; }

    /// <summary>Why this device was chosen, or an empty string.</summary>
    public string Reason { get; }

    /// <summary>The device in words and, in brackets, why it was chosen.</summary>
    public string Description => Reason.Length == 0 ? Backend.Description : $"{Backend.Description} ({Reason})";

    /// <summary>This processor. <paramref name="threads"/>: how many threads work on one plan; 0 for as many as there are cores.</summary>
    /// <remarks>The number of threads never changes a result.</remarks>
    public static Device Cpu(int threads = 0) => new(new CpuBackend(threads));

    /// <summary>The float64 reference: slow, simple, exact to double precision; for checking the others.</summary>
    public static Device Reference() => new(new ReferenceBackend());

    /// <summary>
    /// The first device that one of the providers can open, else this processor; <see cref="Description"/> says which and why.
    /// </summary>
    public static Device Best(params ReadOnlySpan<IDeviceProvider> providers)
    {
        var reasons = new List<string>();
        foreach (var provider in providers)
        {
            if (provider.TryOpen(out var device, out string reason)) return device!;
            reasons.Add($"no {provider.Name}: {reason}");
        }

        return new(new CpuBackend(0), string.Join("; ", reasons));
    }

    /// <summary>A matrix of zeros on this device.</summary>
    public Tensor CreateTensor(int rows, int columns) => new(Backend.Allocate((long)rows * columns), 0, rows, columns, ownsMemory: true);

    /// <summary>A matrix with these values, row by row.</summary>
    /// <exception cref="ArgumentException">The number of values is not rows × columns.</exception>
    public Tensor CreateTensor(int rows, int columns, ReadOnlySpan<float> values)
    {
        if (values.Length != (long)rows * columns)
        {
            throw new ArgumentException(
                $"CreateTensor: [{rows}, {columns}] holds {(long)rows * columns} values, {values.Length} were given", nameof(values));
        }
        var tensor = CreateTensor(rows, columns);
        tensor.Upload(values);
        return tensor;
    }

    /// <summary>Gives the backend back.</summary>
    public void Dispose() => Backend.Dispose();
}

/// <summary>Opens devices of one kind, for <see cref="Device.Best"/>. The library itself knows the processor alone.</summary>
public interface IDeviceProvider
{
    /// <summary>The kind of device, for example "CUDA".</summary>
    string Name { get; }

    /// <summary>Opens a device, or says in one sentence why there is none. Never throws.</summary>
    bool TryOpen(out Device? device, out string reason);
}

/// <summary>A device refused or failed a call: the name of the call and its status.</summary>
public sealed class DeviceException : Exception
{
    /// <summary>A failed call.</summary>
    public DeviceException(string call, string status) : base($"{call} failed: {status}") => (Call, Status) = (call, status);

    /// <summary>The call of the device's interface.</summary>
    public string Call { get; }

    /// <summary>What it returned.</summary>
    public string Status { get; }
}
