namespace Kaleido.Data;

/// <summary>How people write the ten digits: for each, some ways with the share of writers who use them.</summary>
/// <remarks>
/// A way is written as points "x,y" in hundredths of the digit's height, x to the right, y down. A smooth curve runs through them;
/// '|' turns sharply at the last point without lifting the pen, '/' lifts it.
/// </remarks>
internal static class DigitStrokes
{
    /// <summary>A point of the pattern, in heights of the digit.</summary>
    public readonly record struct Point(double X, double Y);

    /// <summary>One way to write a digit: pieces of smooth curve; a joined piece shares its first point with the one before.</summary>
    public sealed record Style(int Share, Point[][] Pieces, bool[] Joined);

    private static readonly (int Digit, int Share, string Path)[] Table =
    [
        (0, 50, "40,2 16,14 4,48 13,84 34,98 56,84 66,48 57,16 38,2 30,5"),
        (0, 25, "46,8 30,2 12,20 4,52 12,84 32,97 54,86 63,54 56,20 38,6 26,16"),
        (0, 15, "52,12 34,2 12,18 6,50 16,82 36,95 58,80 70,50 66,22 50,6 34,8"),
        (0, 10, "20,10 6,40 8,78 28,97 50,84 60,50 52,16 34,3 16,14"),

        (1, 60, "35,0 35,50 35,100"),
        (1, 15, "37,0 34,30 35,70 38,100"),
        (1, 16, "17,24 28,14 37,1 | 37,1 37,50 37,100"),
        (1, 9, "17,24 28,14 37,1 | 37,1 37,50 37,99 / 14,100 36,99 60,99"),

        (2, 28, "8,25 20,6 42,2 58,18 52,42 30,72 6,96 | 6,96 32,95 68,97"),
        (2, 30, "8,22 26,3 50,6 58,28 44,58 22,88 8,96 3,86 14,78 36,88 70,96"),
        (2, 15, "12,12 32,2 54,10 56,32 40,60 8,93 | 8,93 28,88 48,98 72,92"),
        (2, 15, "4,34 10,12 34,2 54,14 50,40 30,66 2,88 | 2,88 30,84 74,88"),
        (2, 14, "8,36 22,18 42,14 50,28 36,54 16,76 0,86 | 0,86 44,82 94,88"),
        (2, 12, "14,8 40,0 60,14 58,34 36,58 16,78 14,92 28,96 36,84 22,74 6,80 2,96 | 2,96 36,94 66,86"),

        (3, 45, "10,13 30,1 54,12 50,34 26,47 | 26,47 54,55 60,78 38,98 6,90"),
        (3, 15, "8,5 34,4 58,3 | 58,3 42,22 28,41 | 28,41 54,50 60,75 40,97 6,90"),
        (3, 25, "10,10 36,0 54,16 40,39 24,45 30,50 52,58 58,78 36,98 5,88"),
        (3, 15, "6,18 24,3 48,6 50,28 24,44 | 24,44 46,46 66,64 54,90 28,99 2,92"),

        (4, 38, "14,2 8,28 6,53 | 6,53 32,54 66,49 / 56,6 51,50 48,100"),
        (4, 14, "50,1 26,32 4,60 | 4,60 34,60 70,58 / 51,2 49,50 47,100"),
        (4, 30, "10,4 5,34 14,52 36,51 57,36 / 61,2 56,40 48,100"),
        (4, 18, "8,8 8,36 22,48 44,44 60,24 64,4 | 64,4 58,48 54,100"),

        (5, 38, "58,3 36,4 15,6 | 15,6 12,24 10,42 | 10,42 32,36 56,50 58,78 36,98 6,90"),
        (5, 34, "20,4 16,22 13,40 34,43 56,60 50,86 24,99 3,89 / 20,5 44,4 70,0"),
        (5, 14, "68,2 48,4 28,6 | 28,6 20,22 16,40 34,50 46,66 38,88 16,98 0,92"),
        (5, 14, "62,4 38,3 22,10 14,32 26,42 48,54 52,78 32,96 4,92"),
        (5, 12, "14,10 14,28 12,42 | 12,42 36,40 56,58 50,84 26,98 4,90 / 15,9 44,8 82,2"),

        (6, 45, "48,2 22,20 6,55 10,85 32,99 56,85 54,62 32,53 9,72"),
        (6, 30, "52,0 26,28 8,64 13,91 35,97 51,80 43,62 22,66 10,80"),
        (6, 15, "30,0 14,28 6,62 16,92 42,97 62,80 54,60 30,62 12,82"),
        (6, 10, "66,4 36,14 12,44 4,74 22,96 50,88 56,66 38,56 12,68"),

        (7, 42, "4,8 32,6 62,4 | 62,4 45,42 28,100"),
        (7, 18, "4,8 32,6 62,4 | 62,4 44,45 28,100 / 16,51 38,48 62,46"),
        (7, 14, "6,24 7,14 7,6 | 7,6 32,6 62,4 | 62,4 46,42 34,100"),
        (7, 26, "4,12 20,4 40,9 60,8 60,22 44,56 36,100"),

        (8, 48, "54,12 34,0 12,13 20,38 44,58 56,80 34,99 10,84 20,60 44,38 57,16 50,8"),
        (8, 20, "34,47 12,32 16,8 36,1 54,12 52,34 34,47 | 34,47 10,62 8,86 32,99 56,86 54,62 34,47"),
        (8, 20, "60,6 38,2 18,14 22,36 42,54 50,78 30,99 8,88 14,66 40,44 66,8"),
        (8, 12, "44,44 22,38 18,14 40,2 58,16 46,40 20,62 8,84 24,99 46,88 48,66 26,42"),
        (8, 14, "64,14 44,6 22,10 18,28 36,44 50,62 46,88 26,99 10,86 20,66 44,46 68,20"),

        (9, 40, "56,15 36,2 12,14 8,38 28,50 50,36 58,12 | 58,12 56,50 50,100"),
        (9, 25, "56,14 38,2 14,12 8,36 26,49 48,38 57,14 | 57,14 58,50 44,86 22,98 6,91"),
        (9, 20, "54,10 34,3 12,20 14,42 34,45 54,24 | 54,24 44,58 34,100"),
        (9, 15, "58,20 42,2 16,10 10,34 30,46 56,28 62,10 58,44 52,72 50,100"),
    ];

    private static readonly Style[][] ByDigit = [.. Enumerable.Range(0, 10).Select(digit =>
        Table.Where(entry => entry.Digit == digit).Select(entry => Parse(entry.Share, entry.Path)).ToArray())];

    /// <summary>The ways to write a digit.</summary>
    public static ReadOnlySpan<Style> Of(int digit) => ByDigit[digit];

    /// <summary>The way that a uniform number in [0, 1) falls on.</summary>
    public static Style Choose(int digit, double uniform)
    {
        Style[] styles = ByDigit[digit];
        int total = 0;
        foreach (Style style in styles)
        {
            total += style.Share;
        }

        double place = uniform * total;
        foreach (Style style in styles)
        {
            place -= style.Share;
            if (place < 0)
            {
                return style;
            }
        }

        return styles[^1];
    }

    private static Style Parse(int share, string path)
    {
        var pieces = new List<Point[]>();
        var joined = new List<bool>();
        var points = new List<Point>();
        bool join = false;
        foreach (string word in (path + " /").Split(' '))
        {
            if (word is "|" or "/")
            {
                pieces.Add([.. points]);
                joined.Add(join);
                join = word == "|";
                points.Clear();
                continue;
            }

            int comma = word.IndexOf(',', StringComparison.Ordinal);
            points.Add(new(Number(word.AsSpan(0, comma)) / 100.0, Number(word.AsSpan(comma + 1)) / 100.0));
        }

        return new Style(share, [.. pieces], [.. joined]);
    }

    private static int Number(ReadOnlySpan<char> digits) => int.Parse(digits, System.Globalization.CultureInfo.InvariantCulture);
}
