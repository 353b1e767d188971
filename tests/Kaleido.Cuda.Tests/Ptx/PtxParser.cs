using System.Globalization;

namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>
/// Reads PTX as clang writes it: kernels without functions they call, variables in constant and shared memory. What it does not know it
/// refuses with the line.
/// </summary>
internal sealed class PtxParser
{
    private readonly List<PtxToken> _tokens;
    private int _at;

    private PtxParser(string text) => _tokens = PtxLexer.Tokens(text);

    public static PtxFile Parse(string text) => new PtxParser(text).File();

    private int Line => _at < _tokens.Count ? _tokens[_at].Line : _tokens.Count > 0 ? _tokens[^1].Line : 0;

    private string Peek => _at < _tokens.Count ? _tokens[_at].Text : throw Bad("the text ends too early");

    private PtxException Bad(string what) => new($"line {Line}: {what}");

    private string Next()
    {
        string text = Peek;
        _at++;
        return text;
    }

    private bool Take(string text)
    {
        if (Peek != text) return false;
        _at++;
        return true;
    }

    private void Expect(string text)
    {
        if (Peek != text) throw Bad($"'{text}' is expected, not '{Peek}'");
        _at++;
    }

    private int Integer() => checked((int)Number(Next()));

    private PtxFile File()
    {
        var file = new PtxFile();
        while (_at < _tokens.Count)
        {
            switch (Peek)
            {
                case ".version": _at++; file.Version = Next(); break;
                case ".target": _at++; file.Target = Next(); break;
                case ".address_size":
                    _at++;
                    if (Integer() != 64) throw Bad("addresses of 64 bits are expected");
                    break;
                case ".visible": _at++; break;
                case ".entry": _at++; file.Entries.Add(Entry()); break;
                case ".const": _at++; file.Constants.Add(Variable(".const")); break;
                default: throw Bad($"'{Peek}' is not supported outside a kernel");
            }
        }

        return file;
    }

    private PtxVariable Variable(string space)
    {
        int alignment = 1;
        if (Take(".align")) alignment = Integer();
        int width = Width(Next());
        string name = Next();
        int bytes = width;
        if (Take("["))
        {
            bytes = checked(width * Integer());
            Expect("]");
        }

        byte[] initial = [];
        if (Take("="))
        {
            if (width != 1) throw Bad("only bytes may be given to a variable");
            Expect("{");
            var values = new List<byte>();
            do values.Add(checked((byte)Integer()));
            while (Take(","));
            Expect("}");
            initial = [.. values];
        }

        Expect(";");
        return new(name, space, alignment, bytes, initial);
    }

    private PtxEntry Entry()
    {
        var entry = new PtxEntry(Next());
        Expect("(");
        int offset = 0;
        while (!Take(")"))
        {
            Take(",");
            Expect(".param");
            string type = Next();
            int bytes = Width(type);
            offset = (offset + bytes - 1) / bytes * bytes;
            entry.Parameters.Add(new(Next(), type, offset, bytes));
            offset += bytes;
        }

        entry.ParameterBytes = offset;
        while (!Take("{"))
        {
            if (!Take(".maxntid")) throw Bad($"'{Peek}' is not supported before a kernel's body");
            entry.MostThreads = Integer();
            while (Take(",")) entry.MostThreads = checked(entry.MostThreads * Integer());
        }

        while (!Take("}")) Statement(entry);
        return entry;
    }

    private void Statement(PtxEntry entry)
    {
        int line = Line;
        string word = Next();
        switch (word)
        {
            case ".pragma":
                _at++;
                Expect(";");
                return;
            case ".reg":
                Registers(entry, Next());
                return;
            case ".shared":
                entry.Shared.Add(Variable(".shared"));
                return;
        }

        if (Take(":"))
        {
            if (!entry.Labels.TryAdd(word, entry.Statements.Count)) throw Bad($"the label {word} stands twice");
            return;
        }

        string? guard = null;
        bool negated = false;
        if (word == "@")
        {
            negated = Take("!");
            guard = Next();
            word = Next();
        }

        var operands = new List<PtxOperand>();
        while (!Take(";"))
        {
            if (operands.Count > 0) Expect(",");
            operands.Add(Operand());
        }

        entry.Statements.Add(new(line, guard, negated, word, operands));
    }

    private void Registers(PtxEntry entry, string type)
    {
        do
        {
            string name = Next();
            if (Take("<"))
            {
                int count = Integer();
                Expect(">");
                for (int i = 0; i < count; i++) entry.Registers.Add(name + i.ToString(CultureInfo.InvariantCulture), type);
            }
            else
            {
                entry.Registers.Add(name, type);
            }
        }
        while (Take(","));
        Expect(";");
    }

    private PtxOperand Operand()
    {
        string word = Next();
        if (word == "[")
        {
            string name = Next();
            long offset = Take("+") ? Number(Next()) : 0;
            Expect("]");
            return new(PtxOperandKind.Address, name, offset, []);
        }

        if (word == "{")
        {
            var parts = new List<string>();
            do parts.Add(Next());
            while (Take(","));
            Expect("}");
            return new(PtxOperandKind.Vector, "", 0, parts);
        }

        if (word[0] == '%') return new(PtxOperandKind.Register, word, 0, []);
        if (char.IsAsciiDigit(word[0]) || word[0] == '-') return new(PtxOperandKind.Number, "", Number(word), []);
        return new(PtxOperandKind.Symbol, word, 0, []);
    }

    private long Number(string word)
    {
        var culture = CultureInfo.InvariantCulture;
        ulong bits;
        if (word.StartsWith("0f", StringComparison.Ordinal) && word.Length == 10
            && ulong.TryParse(word.AsSpan(2), NumberStyles.HexNumber, culture, out bits))
            return (long)bits;
        if (word.StartsWith("0d", StringComparison.Ordinal) && word.Length == 18
            && ulong.TryParse(word.AsSpan(2), NumberStyles.HexNumber, culture, out bits))
            return (long)bits;
        if (long.TryParse(word, NumberStyles.AllowLeadingSign, culture, out long value)) return value;
        if (ulong.TryParse(word, NumberStyles.None, culture, out bits)) return (long)bits;
        _at--;
        throw Bad($"'{word}' is no number");
    }

    private int Width(string type) => type switch
    {
        ".b8" or ".u8" or ".s8" => 1,
        ".b16" or ".u16" or ".s16" => 2,
        ".b32" or ".u32" or ".s32" or ".f32" => 4,
        ".b64" or ".u64" or ".s64" or ".f64" => 8,
        _ => throw Bad($"the type '{type}' is not supported"),
    };
}
