namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>A word or a sign of PTX text and the line that it stands on.</summary>
internal readonly record struct PtxToken(string Text, int Line);

/// <summary>Cuts PTX text into words (names, opcodes with their modifiers, numbers, quoted strings) and signs; comments fall
/// away.</summary>
internal static class PtxLexer
{
    public static List<PtxToken> Tokens(string text)
    {
        var tokens = new List<PtxToken>();
        int line = 1;
        for (int i = 0; i < text.Length;)
        {
            char c = text[i];
            if (c == '\n') line++;
            if (char.IsWhiteSpace(c))
            {
                i++;
            }
            else if (c == '/' && i + 1 < text.Length && text[i + 1] == '/')
            {
                while (i < text.Length && text[i] != '\n') i++;
            }
            else if (c == '"')
            {
                int end = text.IndexOf('"', i + 1);
                if (end < 0) throw new PtxException($"line {line}: a quotation that does not end");
                tokens.Add(new(text[i..(end + 1)], line));
                i = end + 1;
            }
            else if (IsWord(c) || (c == '-' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1])))
            {
                int start = i++;
                while (i < text.Length && IsWord(text[i])) i++;
                tokens.Add(new(text[start..i], line));
            }
            else if ("[]{}()<>,;:@!+=".Contains(c, StringComparison.Ordinal))
            {
                tokens.Add(new(c.ToString(), line));
                i++;
            }
            else
            {
                throw new PtxException($"line {line}: the character '{c}' has no meaning here");
            }
        }

        return tokens;
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '%' or '$';
}
