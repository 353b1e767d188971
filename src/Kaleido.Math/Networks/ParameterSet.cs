using System.Security.Cryptography;
using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Networks;

/// <summary>One parameter of a network: its name and its place in the flat arena.</summary>
/// <param name="Name">For example "layer0.weight".</param>
/// <param name="Rows">Rows; a weight is [out, in], a bias [1, out].</param>
/// <param name="Columns">Columns.</param>
/// <param name="Offset">Index of the first number in the arena, a multiple of 16.</param>
public sealed record Parameter(string Name, int Rows, int Columns, int Offset)
{
    /// <summary>Number of elements.</summary>
    public int Count => Rows * Columns;
}

/// <summary>All parameters of a network in one flat arena on a device; a parameter is a view of it, gaps between them are +0.</summary>
public sealed class ParameterSet : IDisposable
{
    private readonly List<Parameter> _parameters = [];

    /// <summary>An arena for parameters of these names and sizes, all +0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are more numbers than one array can hold.</exception>
    public ParameterSet(Device device, IEnumerable<(string Name, int Rows, int Columns)> parameters)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(parameters);
        Device = device;
        long length = 0;
        foreach (var (name, rows, columns) in parameters)
        {
            long next = length + ((long)rows * columns + 15) / 16 * 16;
            if (next > Array.MaxLength)
                throw new ArgumentOutOfRangeException(
                    nameof(parameters), $"the parameters up to {name} are {next} numbers; at most {Array.MaxLength} are possible");
            _parameters.Add(new(name, rows, columns, (int)length));
            length = next;
        }

        Arena = device.CreateTensor(1, (int)length);
    }

    /// <summary>The device.</summary>
    public Device Device { get; }

    /// <summary>The arena, [1, length].</summary>
    public Tensor Arena { get; }

    /// <summary>The parameters in the order of the layers, weight before bias.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>Number of parameters' elements, without gaps.</summary>
    public long Count => _parameters.Sum(p => (long)p.Count);

    /// <summary>The view of one parameter.</summary>
    public Tensor this[Parameter parameter]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(parameter);
            return new(Arena.Memory, parameter.Offset, parameter.Rows, parameter.Columns);
        }
    }

    /// <summary>The parameter of a name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Parameter this[string name] => _parameters.Find(p => p.Name == name)
        ?? throw new KeyNotFoundException($"the network has no parameter \"{name}\"");

    /// <summary>
    /// SHA-256 in lower-case hexadecimal over the parameters in order, each row-major as little-endian float32; a NaN counts as 0x7FC00000.
    /// </summary>
    public string Sha256() => Sha256(Arena);

    /// <summary>The same over another arena with this layout, such as a copy of earlier weights.</summary>
    public string Sha256(Tensor arena)
    {
        ArgumentNullException.ThrowIfNull(arena);
        var values = new float[Arena.Count];
        arena.Memory.Download(arena.Offset, values);
        return Sha256(values);
    }

    /// <summary>The same over an arena in the host's memory.</summary>
    internal string Sha256(ReadOnlySpan<float> arena)
    {
        var bytes = new byte[checked(Count * sizeof(float))];
        int length = 0;
        foreach (var parameter in _parameters)
        {
            foreach (float value in arena.Slice(parameter.Offset, parameter.Count))
            {
                uint bits = float.IsNaN(value) ? 0x7FC00000u : BitConverter.SingleToUInt32Bits(value);
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(length), bits);
                length += sizeof(float);
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>Gives the arena back.</summary>
    public void Dispose() => Arena.Dispose();
}
