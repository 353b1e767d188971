using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Kaleido.Tests.Support;

/// <summary>A small reader of safetensors files for tests: a header length, a JSON header, then little-endian data.</summary>
public sealed class GoldenFile
{
    private readonly byte[] _bytes;
    private readonly int _dataStart;
    private readonly Dictionary<string, (string Type, int[] Shape, int Begin, int End)> _entries = [];

    private GoldenFile(byte[] bytes)
    {
        _bytes = bytes;
        int headerLength = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        _dataStart = 8 + headerLength;
        using JsonDocument header = JsonDocument.Parse(bytes.AsMemory(8, headerLength));
        foreach (JsonProperty property in header.RootElement.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                Metadata = property.Value.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!);
                continue;
            }

            int[] offsets = Integers(property.Value.GetProperty("data_offsets"));
            _entries[property.Name] =
                (property.Value.GetProperty("dtype").GetString()!, Integers(property.Value.GetProperty("shape")), offsets[0], offsets[1]);
        }
    }

    /// <summary>The names of the tensors.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>The strings of the header's metadata.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Opens a file by its name in the Golden folder of the tests, or by a full path.</summary>
    public static GoldenFile Open(string path) => new(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Golden", path)));

    /// <summary>The sizes of a tensor.</summary>
    public int[] Shape(string name) => _entries[name].Shape;

    /// <summary>The numbers of a float32 tensor.</summary>
    public float[] Float32(string name) => Read<float>(name, "F32");

    /// <summary>The numbers of a float64 tensor.</summary>
    public double[] Float64(string name) => Read<double>(name, "F64");

    private T[] Read<T>(string name, string type) where T : unmanaged
    {
        var entry = _entries[name];
        if (entry.Type != type) throw new InvalidDataException($"{name} is {entry.Type}, not {type}");
        if (!BitConverter.IsLittleEndian) throw new PlatformNotSupportedException("a little-endian machine is expected");
        return MemoryMarshal.Cast<byte, T>(_bytes.AsSpan(_dataStart + entry.Begin, entry.End - entry.Begin)).ToArray();
    }

    private static int[] Integers(JsonElement array) => [.. array.EnumerateArray().Select(element => element.GetInt32())];
}
