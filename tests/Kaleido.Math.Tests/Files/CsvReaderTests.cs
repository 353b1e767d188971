using System.Globalization;
using System.Text;
using Kaleido.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Files;

public class CsvReaderTests
{
    private const string Name = "somewhere/file";

    private static CsvTable Read(string text) => CsvReader.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)), Name);

    private static string Refused(string text)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(text)).Message;
        Assert.Matches(@"^somewhere/file, offset \d+: expected [^\r\n]+, found [^\r\n]+\.$", message);
        return message;
    }

    [Theory]
    [InlineData("1,2,3\n4,5,6\n")]
    [InlineData("1;2;3\n4;5;6")]
    [InlineData("1\t2\t3\r\n4\t5\t6\r\n")]
    [InlineData("a,b,c\n1,2,3\n4,5,6\n")]
    [InlineData("\n\n 1 , 2 ,3\n\r\n4,5,\"6\"\n\n")]
    [InlineData("\uFEFF1,2,3\n4,5,6\n")]
    [InlineData("\"a\";\"b\";\"c\"\n1;2.0;+3\n4e0;50E-1;6\n")]
    public void The_same_table_in_many_forms(string text)
    {
        CsvTable table = Read(text);
        Assert.Equal((2, 3), (table.Rows, table.Columns));
        Assert.Equal([1f, 2, 3, 4, 5, 6], table.Values.ToArray());
        Assert.Null(table.Labels);
    }

    [Theory]
    [InlineData("label,a,b\n2,0.5,1\n0,-1,3\n")]
    [InlineData("a;b;Label\n0.5;1;2\n-1;3;0.0\n")]
    [InlineData("\"LABEL\"\ta\tb\n2\t0.5\t1\n0\t-1\t3\n")]
    public void A_first_or_last_column_called_label_holds_labels(string text)
    {
        CsvTable table = Read(text);
        Assert.Equal((2, 2), (table.Rows, table.Columns));
        Assert.Equal([0.5f, 1, -1, 3], table.Values.ToArray());
        Assert.Equal([2, 0], table.Labels!.Value.ToArray());
    }

    [Theory]
    [InlineData("1,2\n3\n", "2 fields in line 2, as in the first line, found 1")]
    [InlineData("1,2\n3,4,5\n", "in line 2, as in the first line, found more")]
    [InlineData("1,2\n3,x\n", "a number in line 2, column 2, found \"x\"")]
    [InlineData("1,2\n3,\n", "line 2, column 2, found \"\"")]
    [InlineData("1,2\n3,NaN\n", "finite")]
    [InlineData("1,2\n3,1e999\n", "finite")]
    [InlineData("1,2\n3,1 2\n", "\"1 2\"")]
    [InlineData("1,2\n3,1,5\n", "found more")]
    [InlineData("1;2\n3,5;4\n", "\"3,5\"")]
    [InlineData("1,2\n3,1\0\n", "\"1·\"")]
    [InlineData("a,label,b\n1,2,3\n", "first or the last")]
    [InlineData("label,a,label\n1,2,3\n", "a second one")]
    [InlineData("label,a\n1.5,2\n", "whole number")]
    [InlineData("label,a\n-1,2\n", "whole number")]
    [InlineData("label,a\n1000000,2\n", "whole number")]
    [InlineData("label\n1\n", "beside the labels")]
    [InlineData("a,b\n", "after the header")]
    [InlineData("\n\n", "no line")]
    [InlineData("", "no line")]
    public void What_is_no_table_of_numbers_is_refused_by_line_and_column(string text, string part) =>
        Assert.Contains(part, Refused(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("a,b,c\n1,2,3\n", "a, b, c")]
    [InlineData(",0_x,1_x\n1,2,3\n", ", 0_x, 1_x")]
    [InlineData("label,0,1\n1,2,3\n", "label, 0, 1")]
    [InlineData("label,1x1,1x2\n1,2,3\n", "label, 1x1, 1x2")]
    [InlineData("1x1,1x2,e\n1,2,3\n", "1x1, 1x2, e")]
    [InlineData("\" größe \";\"\";\"x\u001by\"\n1;2;3\n", "größe, , x·y")]
    public void A_first_line_of_names_is_told(string text, string names)
    {
        CsvTable table = Read(text);
        Assert.Equal((1, names), (table.Rows, table.Header));
    }

    [Fact]
    public void Of_a_very_long_first_line_the_beginning_is_told()
    {
        string names = Read(string.Join(',', Enumerable.Range(0, 5000).Select(i => $"x{i}")) + "\n"
            + string.Join(',', new int[5000])).Header!;
        Assert.StartsWith("x0, x1, x2, ", names, StringComparison.Ordinal);
        Assert.Equal((CsvHeader.MaximumText, '…'), (names.Length, names[^1]));
    }

    [Theory]
    [InlineData("0.5,x,0.25\n1,2,3\n", "not both, found the number \"0.5\" in column 1 and the name \"x\" in column 2")]
    [InlineData("x,1,2\n1,2,3\n", "found the number \"1\" in column 2 and the name \"x\" in column 1")]
    [InlineData("x,nan\n1,2\n", "not both")]
    [InlineData("-inf,x\n1,2\n", "not both")]
    [InlineData("1,,3\n4,5,6\n", "a number in line 1, column 2, found \"\"")]
    [InlineData(",,\n4,5,6\n", "a number in line 1, column 1, found \"\"")]
    [InlineData("?,-,*\n4,5,6\n", "a number in line 1, column 1, found \"?\"")]
    [InlineData("nan,nan\n4,5\n", "a finite number in line 1, column 1, found \"nan\"")]
    [InlineData("inf,-Inf\n4,5\n", "a number in line 1, column 1, found \"inf\"")]
    [InlineData("0,5;0,25\n1;0\n", "a number in line 1, column 1, found \"0,5\"")]
    [InlineData("1 2 3\n4 5 6\n", "not by blanks")]
    [InlineData("1e5e,2\n4,5\n", "a number in line 1, column 1")]
    public void A_row_of_numbers_is_never_taken_for_names(string text, string part) =>
        Assert.Contains(part, Refused(text), StringComparison.Ordinal);

    [Fact]
    public void A_first_row_of_more_digits_than_are_kept_is_no_header()
    {
        string third = "0." + new string('3', 300);
        Assert.Contains("a number in line 1, column 1", Refused($"{third},{third}\n1,2\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Offsets_count_bytes()
    {
        Assert.Contains("offset 6:", Refused("1,2\n3,x\n"), StringComparison.Ordinal);
        string longRows = string.Concat(Enumerable.Repeat("0.25,0.5\n", 3000));
        Assert.Contains($"offset {longRows.Length + 2}: expected a number in line 3001, column 2", Refused(longRows + "1,y\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_that_cross_blocks_and_long_ones_are_told_apart()
    {
        var text = new StringBuilder();
        for (int i = 0; i < 5000; i++) text.Append(CultureInfo.InvariantCulture, $"{i}.125,{i}\n");
        CsvTable table = Read(text.ToString());
        Assert.Equal(5000, table.Rows);
        Assert.All(Enumerable.Range(0, 5000), i =>
            Assert.Equal((i + 0.125f, (float)i), (table.Values.Span[2 * i], table.Values.Span[(2 * i) + 1])));
        Assert.Equal(1f, Read("1," + "1".PadLeft(255, '0') + "\n").Values.Span[1]);
        Assert.Contains("…", Refused("1,2\n1," + "1".PadLeft(257, '0') + "\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_float_comes_back_whatever_the_culture()
    {
        var values = new float[2000];
        for (int i = 0; i < values.Length; i++)
        {
            uint bits = Kaleido.Numerics.Philox.Word(5, 6, 7, (ulong)i);
            values[i] = BitConverter.UInt32BitsToSingle((bits & 0x7F80_0000) == 0x7F80_0000 ? bits & 0xBFFF_FFFF : bits);
        }

        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = ",", NegativeSign = "~" } };
            CsvTable table = Read(string.Join('\n', values.Select(v => v.ToString("R", CultureInfo.InvariantCulture))));
            Assert.Equal(values.Select(BitConverter.SingleToUInt32Bits), table.Values.ToArray().Select(BitConverter.SingleToUInt32Bits));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Files_are_read_and_missing_ones_named()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal([1f, 2], CsvReader.Read(folder.File("a", "1,2"u8.ToArray())).Values.ToArray());
        Assert.Throws<FileNotFoundException>(() => CsvReader.Read(folder.File("none")));
    }
}
