using System.Globalization;

namespace Kaleido.Files;

/// <summary>A table of numbers as a CSV file holds it.</summary>
/// <param name="Rows">Lines of numbers, at least 1.</param>
/// <param name="Columns">Numbers in a row, without the label; at least 1.</param>
/// <param name="Values">Row-major [rows, columns], each rounded once from its decimal text to float; all finite.</param>
/// <param name="Labels">One label from 0 to 999,999 per row, or null where no column is called "label".</param>
/// <param name="Header">The names in the first line, ", " between them, cut to 200 characters; null where that is a row of numbers.</param>
public sealed record CsvTable(int Rows, int Columns, ReadOnlyMemory<float> Values, ReadOnlyMemory<int>? Labels, string? Header = null);

/// <summary>Reads tables of numbers from text files (comma-separated values).</summary>
/// <remarks>
/// <para>Separator: what stands in the first line, tab before semicolon before comma. Numbers have a decimal point in every culture; spaces
/// around them and one pair of double quotes are allowed, nothing else. Lines end with LF or CR LF; empty lines are passed over.</para>
/// <para>Header: the first line is one where its fields are names; a line of names and numbers is refused, so a row of numbers is never
/// taken for one. Labels: a header may call its first or its last column "label" (in any case); whole numbers from 0 to 999,999 stand
/// there. Without a header there are no labels.</para>
/// <para>Source of the form: RFC 4180, "Common Format and MIME Type for CSV Files", without its quoted separators and line breaks.</para>
/// </remarks>
public static class CsvReader
{
    private const int MaximumLabel = 999_999;

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">Wrong contents: path, offset, expected (with line and column), found.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder of the file does not exist.</exception>
    public static CsvTable Read(string path)
    {
        using var file = BadFile.Open(path);
        return Read(file, path);
    }

    /// <summary>Reads from a seekable stream, from its start to its end.</summary>
    /// <param name="stream">A seekable stream; it stays open.</param>
    /// <param name="path">The name to use in messages.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Read(string)"/>.</exception>
    public static CsvTable Read(Stream stream, string path) => Read(stream, path, null);

    /// <summary>As the public one; <paramref name="check"/> sees rows and columns before anything is allocated for them.</summary>
    internal static CsvTable Read(Stream stream, string path, Action<int, int>? check)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(path);
        if (IsJson(stream)) throw BadFile.At(path, 0, "a table of numbers", "JSON");
        byte separator = Separator(stream);
        Layout layout = Measure(stream, path, separator);
        check?.Invoke(layout.Rows, layout.Features);
        var values = new float[layout.Rows * layout.Features];
        int[]? labels = layout.Label > 0 ? new int[layout.Rows] : null;
        var scanner = new CsvScanner(stream, separator);
        for (int skip = layout.Header is null ? 0 : layout.Columns; skip > 0; skip--) scanner.Next();
        int value = 0, row = 0;
        while (scanner.Next())
        {
            if (scanner.Column == layout.Label) labels![row] = ReadLabel(scanner, path);
            else values[value++] = ReadNumber(scanner, path);
            row += scanner.IsLast ? 1 : 0;
        }

        return new CsvTable(layout.Rows, layout.Features, values, labels is null ? default(ReadOnlyMemory<int>?) : labels, layout.Header);
    }

    /// <summary>Tab, semicolon or comma: the first of them that occurs in the first line that is not empty.</summary>
    private static byte Separator(Stream stream)
    {
        bool semicolon = false;
        var scanner = new CsvScanner(stream, (byte)';');
        while (scanner.Next())
        {
            if (scanner.Field.Contains((byte)'\t')) return (byte)'\t';
            if (scanner.IsLast) break;
            semicolon = true;
        }

        return semicolon ? (byte)';' : (byte)',';
    }

    /// <summary>Counts rows and columns, refusing rows of other lengths, so that what is allocated stands in the file.</summary>
    private static Layout Measure(Stream stream, string path, byte separator)
    {
        var scanner = new CsvScanner(stream, separator);
        var header = new CsvHeader(path);
        while (scanner.Next())
        {
            header.Add(scanner);
            if (scanner.IsLast) break;
        }

        var (columns, label) = (header.Columns, header.Label);
        string? names = header.Names();
        int rows = names is null ? 1 : 0;
        while (scanner.Next())
        {
            if (scanner.Column > columns || (scanner.IsLast && scanner.Column != columns))
            {
                throw BadFile.At(path, scanner.Offset,
                    $"{columns} {(columns == 1 ? "field" : "fields")} in line {scanner.Line}, as in the first line",
                    $"{(scanner.Column > columns ? "more" : scanner.Column)}");
            }

            rows += scanner.IsLast ? 1 : 0;
        }

        var layout = new Layout(rows, columns, label, names);
        if (rows == 0) throw BadFile.At(path, stream.Length, "a row of numbers after the header", "the end of the file");
        if (layout.Features == 0) throw BadFile.At(path, header.LabelOffset, "a column beside the labels", "none");
        return (long)rows * layout.Features * sizeof(float) <= Array.MaxLength
            ? layout
            : throw BadFile.At(path, 0, "at most 2 GB of numbers", $"{BadFile.Text(rows)} rows of {BadFile.Text(layout.Features)}");
    }

    private static bool IsJson(Stream stream)
    {
        Span<byte> start = stackalloc byte[64];
        stream.Position = 0;
        start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)].TrimStart(" \t\r\n"u8);
        return start.Length > 0 && start[0] is (byte)'{' or (byte)'[';
    }

    private static float ReadNumber(CsvScanner scanner, string path)
    {
        if (!TryNumber(scanner, out float number))
        {
            bool blanks = Trim(scanner.Field).Contains((byte)' ');
            throw Bad(scanner, path, "a number",
                Shown(scanner) + (blanks ? "; fields are separated by commas, semicolons or tabs, not by blanks" : ""));
        }

        return float.IsFinite(number) ? number : throw Bad(scanner, path, "a finite number", Shown(scanner));
    }

    private static int ReadLabel(CsvScanner scanner, string path) =>
        TryNumber(scanner, out float label) && label is >= 0 and <= MaximumLabel && label == MathF.Truncate(label)
            ? (int)label
            : throw Bad(scanner, path, $"a label, a whole number from 0 to {MaximumLabel},", Shown(scanner));

    internal static bool TryNumber(CsvScanner scanner, out float number)
    {
        number = 0;
        ReadOnlySpan<byte> field = Trim(scanner.Field);

        // The platform's parser would pass over zero bytes at the end.
        return !scanner.IsTooLong && field.Length > 0 && field[^1] != 0
            && float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    internal static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> field)
    {
        field = field.Trim((byte)' ');
        return field.Length >= 2 && field[0] == '"' && field[^1] == '"' ? field[1..^1].Trim((byte)' ') : field;
    }

    internal static InvalidDataException Bad(CsvScanner scanner, string path, string expected, string found) =>
        BadFile.At(path, scanner.Offset, $"{expected} in line {scanner.Line}, column {scanner.Column}", found);

    internal static string Shown(CsvScanner scanner)
    {
        ReadOnlySpan<byte> field = scanner.Field;
        Span<char> shown = stackalloc char[Math.Min(field.Length, 40)];
        for (int i = 0; i < shown.Length; i++)
        {
            shown[i] = field[i] is >= 32 and < 127 ? (char)field[i] : '·';
        }

        return $"\"{shown}{(field.Length > 40 ? "…" : "")}\"";
    }

    /// <summary>Label is a column from 1, or 0 for none.</summary>
    private readonly record struct Layout(int Rows, int Columns, int Label, string? Header)
    {
        public int Features => Columns - (Label > 0 ? 1 : 0);
    }
}
