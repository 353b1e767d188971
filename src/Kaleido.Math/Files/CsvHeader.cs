using System.Buffers;
using System.Text;

namespace Kaleido.Files;

/// <summary>
/// Tells from the first line of a table whether it holds names or numbers. It never takes a row of numbers for names: a line where some
/// fields are numbers and others are names is refused, but where one of them is "label", which nothing but a header says.
/// </summary>
/// <remarks>
/// A name has a letter, and other characters than a number in any notation has ("1x1" is a name, "1,5e3" and "-inf" are none). Fields may
/// be empty where others are names: tables of data frames leave the name of their first column out.
/// </remarks>
internal sealed class CsvHeader(string path)
{
    /// <summary>The longest text of names that is kept.</summary>
    public const int MaximumText = 200;

    private static readonly SearchValues<byte> s_numeric = SearchValues.Create("0123456789+-.,' \"eE"u8);

    private readonly StringBuilder _names = new();
    private (int Column, string Shown)? _name, _number;
    private long _numberOffset;

    /// <summary>How many fields the line has.</summary>
    public int Columns { get; private set; }

    /// <summary>The column called label, from 1; 0 for none.</summary>
    public int Label { get; private set; }

    /// <summary>Where its name stands.</summary>
    public long LabelOffset { get; private set; }

    /// <summary>Takes the next field of the line.</summary>
    public void Add(CsvScanner scanner)
    {
        Columns = scanner.Column;
        ReadOnlySpan<byte> field = CsvReader.Trim(scanner.Field);
        Append(field);
        if (field.Length == 5 && Ascii.EqualsIgnoreCase(field, "label"u8))
        {
            if (Label > 0) throw CsvReader.Bad(scanner, path, "one column called label", "a second one");
            (Label, LabelOffset) = (Columns, scanner.Offset);
        }
        else if (IsNumeric(field) || CsvReader.TryNumber(scanner, out _))
        {
            if (_number is null) (_number, _numberOffset) = ((Columns, CsvReader.Shown(scanner)), scanner.Offset);
        }
        else if (HasLetter(field))
        {
            _name ??= (Columns, CsvReader.Shown(scanner));
        }
    }

    /// <summary>The names, or null if the line is a row of numbers (or of what is neither, which is refused when it is read).</summary>
    /// <exception cref="InvalidDataException">It is neither one nor the other, or the column of labels is inside.</exception>
    public string? Names()
    {
        if (Columns == 0) throw BadFile.At(path, 0, "a table of numbers", "no line");
        if (Label > 1 && Label < Columns)
        {
            throw BadFile.At(path, LabelOffset, "the column called label to be the first or the last one",
                $"it in column {Label} of {Columns}");
        }

        if (Label == 0 && _name is var (column, name) && _number is var (place, number))
        {
            throw BadFile.At(path, _numberOffset, "the first line to hold numbers or the names of the columns, not both",
                $"the number {number} in column {place} and the name {name} in column {column}");
        }

        return Label > 0 || _name is not null ? _names.ToString() : null;
    }

    // Of what a file says only characters that a terminal merely shows.
    private void Append(ReadOnlySpan<byte> field)
    {
        if (_names.Length >= MaximumText) return;
        if (Columns > 1) _names.Append(", ");
        foreach (char c in Encoding.UTF8.GetString(field)) _names.Append(char.IsControl(c) ? '·' : c);
        if (_names.Length < MaximumText) return;
        _names.Length = MaximumText - 1;
        _names.Append('…');
    }

    // A number, in whatever notation: a decimal comma, blanks or quotes between digits, infinities, more digits than are kept.
    private static bool IsNumeric(ReadOnlySpan<byte> field)
    {
        ReadOnlySpan<byte> sign = field is [(byte)'-' or (byte)'+', ..] ? field[1..] : field;
        if (Ascii.EqualsIgnoreCase(sign, "inf"u8) || Ascii.EqualsIgnoreCase(sign, "nan"u8)) return true;
        return field.ContainsAnyInRange((byte)'0', (byte)'9') && !field.ContainsAnyExcept(s_numeric);
    }

    private static bool HasLetter(ReadOnlySpan<byte> field)
    {
        foreach (byte value in field)
        {
            if (char.IsAsciiLetter((char)value) || value >= 0x80) return true;
        }

        return false;
    }
}
