using System.Buffers;
using System.Text.Json;

namespace Kaleido.Files;

/// <summary>The JSON header of a safetensors file, read and written token by token (no reflection).</summary>
internal sealed class SafetensorsHeader
{
    // More than any tensor of ours needs; keeps a hostile header from growing lists.
    private const int MaximumRank = 64;

    private readonly string _path;

    private SafetensorsHeader(string path) => _path = path;

    /// <summary>One tensor as the header states it; Begin and End count from the end of the header.</summary>
    public sealed record Entry(string Name, SafetensorsType Type, int[] Shape, int Count, long Begin, long End);

    /// <summary>The tensors; ordered by their data once <see cref="CheckLayout"/> has run.</summary>
    public List<Entry> Entries { get; } = [];

    /// <summary>The strings under "__metadata__".</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Parses the bytes of a header.</summary>
    public static SafetensorsHeader Parse(byte[] json, string path)
    {
        var header = new SafetensorsHeader(path);
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
        try
        {
            header.ReadAll(ref reader);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // InvalidOperationException: an escape such as a lone surrogate that is no text.
            throw BadFile.At(path, 8 + reader.BytesConsumed, "a JSON header", "bytes that are not valid JSON there", error);
        }

        return header;
    }

    /// <summary>Orders the tensors by their data and refuses overlaps, holes, and data that end before or after the file does.</summary>
    public void CheckLayout(long dataLength, string path, long dataOffset)
    {
        Entries.Sort(static (a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin)
            : a.End != b.End ? a.End.CompareTo(b.End)
            : string.CompareOrdinal(a.Name, b.Name));
        long end = 0;
        foreach (Entry entry in Entries)
        {
            if (entry.Begin != end)
            {
                throw BadFile.At(path, dataOffset + entry.Begin, $"tensor {Quote(entry.Name)} to begin at data offset {BadFile.Text(end)}",
                    $"{BadFile.Text(entry.Begin)}, {(entry.Begin < end ? "an overlap" : "a hole")}");
            }

            end = entry.End;
            if (end > dataLength)
            {
                throw BadFile.At(path, dataOffset + entry.Begin, $"{BadFile.Text(end - entry.Begin)} bytes of tensor {Quote(entry.Name)}",
                    $"{BadFile.Text(Math.Max(0, dataLength - entry.Begin))} bytes before the end of the file");
            }
        }

        if (end != dataLength)
        {
            throw BadFile.At(path, dataOffset + end, "the end of the file after the last tensor",
                $"{BadFile.Text(dataLength - end)} more bytes");
        }
    }

    /// <summary>Builds a header for tensors in the order of their data, padded with spaces to a multiple of 8 bytes.</summary>
    public static byte[] Build(IReadOnlyList<SafetensorsTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                writer.WriteStartObject(SafetensorsFile.MetadataKey);
                foreach ((string key, string value) in metadata.OrderBy(p => p.Key, StringComparer.Ordinal))
                {
                    writer.WriteString(key, value);
                }

                writer.WriteEndObject();
            }

            long offset = 0;
            foreach (SafetensorsTensor tensor in tensors)
            {
                writer.WriteStartObject(tensor.Name);
                writer.WriteString("dtype", tensor.Type == SafetensorsType.F64 ? "F64" : "F32");
                writer.WriteStartArray("shape");
                foreach (int size in tensor.Shape)
                {
                    writer.WriteNumberValue(size);
                }

                writer.WriteEndArray();
                writer.WriteStartArray("data_offsets");
                writer.WriteNumberValue(offset);
                offset += (long)tensor.Count * SafetensorsTensor.SizeOf(tensor.Type);
                writer.WriteNumberValue(offset);
                writer.WriteEndArray();
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        int padded = (bytes.WrittenCount + 7) & ~7;
        if (padded > SafetensorsFile.MaximumHeader)
        {
            throw new ArgumentException($"The header would take {padded} bytes, more than the format's {SafetensorsFile.MaximumHeader}.");
        }

        var header = new byte[padded];
        header.AsSpan().Fill((byte)' ');
        bytes.WrittenSpan.CopyTo(header);
        return header;
    }

    /// <summary>A name as it may stand in a sentence: on one line and not too long.</summary>
    private static string Quote(string name)
    {
        string line = string.Concat(name.Take(80).Select(c => char.IsControl(c) ? '·' : c));
        return name.Length <= 80 ? $"\"{line}\"" : $"\"{line}…\"";
    }

    private void ReadAll(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "an object");
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!names.Add(name))
            {
                throw Bad(ref reader, "every name once", $"{Quote(name)} again");
            }

            if (name == SafetensorsFile.MetadataKey)
            {
                ReadMetadata(ref reader);
            }
            else
            {
                Entries.Add(ReadEntry(ref reader, name));
            }
        }

        // Only white space may follow: the reader throws on anything else.
        if (reader.Read())
        {
            throw Bad(ref reader, "the end of the header", "more JSON");
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject, "an object of strings under __metadata__");
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, $"a string for {Quote(key)}");
            if (!Metadata.TryAdd(key, reader.GetString()!))
            {
                throw Bad(ref reader, "every metadata key once", $"{Quote(key)} again");
            }
        }
    }

    private Entry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        Expect(ref reader, JsonTokenType.StartObject, $"an object for tensor {Quote(name)}");
        SafetensorsType? type = null;
        List<long>? shape = null, offsets = null;
        while (Next(ref reader) == JsonTokenType.PropertyName)
        {
            switch (reader.GetString())
            {
                case "dtype" when type is null:
                    Expect(ref reader, JsonTokenType.String, "a string for dtype");
                    string text = reader.GetString()!;
                    type = text switch
                    {
                        "F32" => SafetensorsType.F32,
                        "F64" => SafetensorsType.F64,
                        "F16" => SafetensorsType.F16,
                        "BF16" => SafetensorsType.BF16,
                        _ => throw Bad(ref reader, $"dtype F32, F64, F16 or BF16 for {Quote(name)}", Quote(text)),
                    };
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, MaximumRank);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, 2);
                    break;
                case var other:
                    throw Bad(ref reader, "dtype, shape and data_offsets, once each", Quote(other!));
            }
        }

        if (type is null || shape is null || offsets is not { Count: 2 })
        {
            throw Bad(ref reader, $"dtype, shape and two data_offsets for {Quote(name)}", "fewer");
        }

        Int128 count = 1;
        foreach (long size in shape)
        {
            // Sizes stay below 2^31 and the product below 2^62: no overflow. A later 0 may still make it small.
            count = Int128.Min(count * size, long.MaxValue);
        }

        long begin = offsets[0], end = offsets[1];
        int element = SafetensorsTensor.SizeOf(type.Value);
        if (end < begin || count * element != end - begin || count > (1 << 28) - 1)
        {
            string sizes = shape.Count == 0 ? "a scalar" : string.Join(" × ", shape.Select(BadFile.Text));
            throw Bad(ref reader, $"data_offsets that fit {sizes} {type} of {Quote(name)}, below 2^28 values",
                $"{BadFile.Text(begin)} to {BadFile.Text(end)}");
        }

        return new Entry(name, type.Value, [.. shape.Select(s => (int)s)], (int)count, begin, end);
    }

    private List<long> ReadNumbers(ref Utf8JsonReader reader, int most)
    {
        Expect(ref reader, JsonTokenType.StartArray, "an array of numbers");
        var numbers = new List<long>();
        while (Next(ref reader) != JsonTokenType.EndArray)
        {
            long limit = most == 2 ? long.MaxValue / 2 : int.MaxValue;
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out long number) || number < 0 || number > limit)
            {
                throw Bad(ref reader, "a whole number that is not negative", "something else");
            }

            numbers.Add(number);
            if (numbers.Count > most)
            {
                throw Bad(ref reader, $"at most {most} numbers", "more");
            }
        }

        return numbers;
    }

    private JsonTokenType Next(ref Utf8JsonReader reader) =>
        reader.Read() ? reader.TokenType : throw Bad(ref reader, "more of the JSON header", "its end");

    private void Expect(ref Utf8JsonReader reader, JsonTokenType token, string expected)
    {
        if (Next(ref reader) != token)
        {
            throw Bad(ref reader, expected, $"the JSON token {reader.TokenType}");
        }
    }

    private InvalidDataException Bad(ref Utf8JsonReader reader, string expected, string found) =>
        BadFile.At(_path, 8 + reader.TokenStartIndex, expected, found);
}
