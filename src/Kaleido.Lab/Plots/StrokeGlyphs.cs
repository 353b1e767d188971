using System.Globalization;

namespace Kaleido.Lab.Plots;

/// <summary>The letters of <see cref="StrokeFont"/> as strokes, drawn for this project.</summary>
/// <remarks>
/// A letter is "width path": capitals are 10 units high, small letters 7, tails reach down to −3, the baseline is 0, y points up.
/// The path: M moves, L draws a line, h a quarter of an ellipse that starts horizontally, v one that starts vertically, Q a quadratic
/// and C a cubic Bézier curve, D a dot. Quarters are cubic Bézier curves with the usual handles of 0.5523 of the half axes.
/// </remarks>
internal static class StrokeGlyphs
{
    private const string BowlRight = "M0,3.5 v2.8,7 h5.5,3.5 v2.8,0 h0,3.5", BowlLeft = "M5.5,3.5 v2.7,7 h0,3.5 v2.7,0 h5.5,3.5";

    private const string Drawn = $"""
        ! 0 M0,10 L0,3 D0,0.2
        " 2 M0,10 L0,7 M2,10 L2,7
        # 7 M2,0 L3,10 M5,0 L6,10 M0,3.2 L7,3.2 M0.6,6.6 L7.6,6.6
        $ 6 M5.8,8 Q5.2,9 3.1,9 h0.4,7.2 C0.4,5.6 1.5,5.3 3.1,5 C4.9,4.6 6,4 6,2.7 v3,1 Q0.7,1 0,2.2 M3,10.5 L3,-0.5
        % 9 M2,10 h4,7.6 v2,5.2 h0,7.6 v2,10 M7,4.8 h9,2.4 v7,0 h5,2.4 v7,4.8 M7.4,10 L1.6,0
        & 7.5 M7.5,0 L2,6.3 C0.6,8 1.2,10 3.1,10 h5,8.2 C5,5.8 0,5.6 0,2.6 v2.8,0 C5,0 6.8,2 7,4.4
        ' 0 M0,10 L0,7
        ( 2.5 M2.5,11 Q0,8 0,4 Q0,0 2.5,-3
        ) 2.5 M0,11 Q2.5,8 2.5,4 Q2.5,0 0,-3
        * 4 M2,10 L2,6 M0.2,9 L3.8,7 M3.8,9 L0.2,7
        + 6 M3,1.5 L3,7.5 M0,4.5 L6,4.5
        , 0.6 M0.4,0.4 L-0.2,-1.8
        - 3 M0,3.7 L3,3.7
        . 0 D0,0.2
        / 4 M0,-1 L4,11
        0 5.6 M2.8,10 h5.6,5 v2.8,0 h0,5 v2.8,10
        1 5.6 M0.8,8 L3,10 L3,0
        2 5.6 M0.2,7.6 Q0.6,10 2.8,10 h5.4,7.4 C5.4,5 2,3.2 0,0 L5.6,0
        3 5.6 M0.3,8.4 Q1,10 2.8,10 h5.2,7.6 v2.4,5.3 M2.4,5.3 h5.6,2.7 v2.7,0 Q0.7,0 0,1.8
        4 5.6 M4.3,0 L4.3,10 L0,3 L5.8,3
        5 5.6 M5.2,10 L0.9,10 L0.4,5.2 Q1.4,6.4 2.8,6.4 h5.6,3.2 v2.7,0 Q0.8,0 0,1.7
        6 5.6 M5.1,8.6 Q4.5,10 3,10 h0,4.6 L0,3.2 v2.8,0 h5.6,3.2 v2.9,6.3 h0,3.2
        7 5.6 M0,10 L5.6,10 Q2.8,5 2,0
        8 5.6 M2.8,5.3 h0.4,7.7 v2.8,10 h5.2,7.7 v2.8,5.3 h5.6,2.6 v2.8,0 h0,2.6 v2.8,5.3
        9 5.6 M0.5,1.4 Q1.1,0 2.6,0 h5.6,5.4 L5.6,6.8 v2.8,10 h0,6.8 v2.7,3.7 h5.6,6.8
        : 0 D0,0.2 D0,6.2
        ; 0.6 M0.4,0.4 L-0.2,-1.8 D0.4,6.2
        < 6 M6,8 L0,4.5 L6,1
        = 6 M0,6 L6,6 M0,3 L6,3
        > 6 M0,8 L6,4.5 L0,1
        ? 5 M0,7.8 Q0.4,10 2.5,10 h5,7.5 C5,5.4 2.4,5.4 2.4,3 D2.4,0.2
        @ 10 M7,6.5 L7,3.4 h10,5 v5,10 h0,4 v5,-2 L7.5,-2 M7,4.5 v5,7 h3,4.5 v5,2.4 h7,4.5
        A 8 M0,0 L4,10 L8,0 M1.4,3.4 L6.6,3.4
        B 6.5 M0,0 L0,10 L3.5,10 h6,7.6 v3.5,5.2 L0,5.2 M3.5,5.2 h6.5,2.6 v3.5,0 L0,0
        C 7.5 M7.5,7.8 Q6.6,10 4.2,10 h0,5 v4.2,0 Q6.6,0 7.5,2.2
        D 7 M0,0 L0,10 L3,10 h7,5 v3,0 L0,0
        E 6 M6,10 L0,10 L0,0 L6,0 M0,5.2 L5.2,5.2
        F 5.6 M5.6,10 L0,10 L0,0 M0,5.2 L5,5.2
        G 8 M7.6,7.8 Q6.7,10 4.2,10 h0,5 v4.2,0 h8,3.4 L8,4.8 L5,4.8
        H 7 M0,0 L0,10 M7,0 L7,10 M0,5.2 L7,5.2
        I 0 M0,0 L0,10
        J 5 M5,10 L5,3 v2.5,0 h0,2.5
        K 6.7 M0,0 L0,10 M6.3,10 L0,4 M2.2,6.1 L6.7,0
        L 5.5 M0,10 L0,0 L5.5,0
        M 8 M0,0 L0,10 L4,3 L8,10 L8,0
        N 7 M0,0 L0,10 L7,0 L7,10
        O 8 M4,10 h8,5 v4,0 h0,5 v4,10
        P 6.2 M0,0 L0,10 L3.4,10 h6.2,7.3 v3.4,4.6 L0,4.6
        Q 8 M4,10 h8,5 v4,0 h0,5 v4,10 M5,2.6 L8,-0.6
        R 6.6 M0,0 L0,10 L3.4,10 h6.2,7.3 v3.4,4.6 L0,4.6 M3.2,4.6 L6.6,0
        S 6.5 M6.2,8.1 Q5.4,10 3.2,10 h0.3,7.6 C0.3,5.8 1.5,5.5 3.3,5.1 C5.3,4.7 6.5,4.2 6.5,2.6 v3.2,0 Q0.8,0 0,2
        T 7 M0,10 L7,10 M3.5,10 L3.5,0
        U 7 M0,10 L0,3.5 v3.5,0 h7,3.5 L7,10
        V 8 M0,10 L4,0 L8,10
        W 11 M0,10 L2.8,0 L5.5,9 L8.2,0 L11,10
        X 7 M0,0 L7,10 M0,10 L7,0
        Y 7 M0,10 L3.5,5 L7,10 M3.5,5 L3.5,0
        Z 6.5 M0,10 L6.5,10 L0,0 L6.5,0
        [ 2 M2,11 L0,11 L0,-3 L2,-3
        \ 4 M0,11 L4,-1
        ] 2 M0,11 L2,11 L2,-3 L0,-3
        ^ 5 M0,7 L2.5,10 L5,7
        _ 6 M0,-2 L6,-2
        ` 2 M0,10.5 L2,8.5
        a 5 M0.4,5.7 Q1.1,7 2.8,7 h5,4.8 L5,0 M5,4.1 L2.6,4.1 h0,2 v2.3,0 Q4.2,0 5,1.7
        b 5.5 M0,10 L0,0 {BowlRight}
        c 5 M5,5.4 Q4.3,7 2.8,7 h0,3.5 v2.8,0 Q4.3,0 5,1.6
        d 5.5 M5.5,10 L5.5,0 {BowlLeft}
        e 5.5 M0,3.7 L5.5,3.7 v2.8,7 h0,3.5 v2.9,0 Q4.6,0 5.3,1.6
        f 3.8 M4,10 L3.5,10 h1.5,8 L1.5,0 M0,7 L3.6,7
        g 5.5 M5.5,7 L5.5,-0.4 v2.8,-3 Q1.2,-3 0.4,-2 {BowlLeft}
        h 5 M0,10 L0,0 M0,4 v2.7,7 h5,4.3 L5,0
        i 0 M0,7 L0,0 D0,9.7
        j 2 M2,7 L2,-1 v0,-3 D2,9.7
        k 5 M0,10 L0,0 M4.6,7 L0,2.8 M1.7,4.3 L5,0
        l 1.4 M0,10 L0,1.6 v1.6,0
        m 8 M0,7 L0,0 M0,4.5 v2.2,7 h4,4.8 L4,0 M4,4.5 v6.2,7 h8,4.8 L8,0
        n 5 M0,7 L0,0 M0,4 v2.7,7 h5,4.3 L5,0
        o 5.6 M2.8,7 h5.6,3.5 v2.8,0 h0,3.5 v2.8,7
        p 5.5 M0,7 L0,-3 {BowlRight}
        q 5.5 M5.5,7 L5.5,-3 {BowlLeft}
        r 3 M0,7 L0,0 M0,3.8 v3.2,7
        s 4.6 M4.3,5.7 Q3.8,7 2.2,7 h0.2,5.3 C0.2,4.1 1.1,3.9 2.3,3.6 C3.7,3.3 4.6,2.9 4.6,1.8 v2.3,0 Q0.6,0 0,1.5
        t 3.5 M1.4,9.4 L1.4,1.8 v3.2,0 L3.6,0 M0,7 L3.5,7
        u 5 M0,7 L0,2.7 v2.3,0 h5,3 M5,7 L5,0
        v 5.5 M0,7 L2.75,0 L5.5,7
        w 8 M0,7 L2,0 L4,6.3 L6,0 L8,7
        x 5 M0,0 L5,7 M0,7 L5,0
        y 5.5 M0,7 L2.9,0 M5.5,7 L2.6,-1.2 Q1.9,-3 0.4,-3
        z 4.8 M0,7 L4.8,7 L0,0 L4.8,0
        {"{"} 3 M3,11 h1.5,9.5 L1.5,6 v0,4 h1.5,2 L1.5,-1.5 v3,-3
        | 0 M0,11 L0,-3
        {"}"} 3 M0,11 h1.5,9.5 L1.5,6 v3,4 h1.5,2 L1.5,-1.5 v0,-3
        ~ 6 M0,3.8 C1,5.8 2.2,5.6 3,4.6 C3.8,3.6 5,3.4 6,5.2
        ° 3 M1.5,10 h3,8.5 v1.5,7 h0,8.5 v1.5,10
        ± 6 M3,2.5 L3,8.5 M0,5.5 L6,5.5 M0,0.5 L6,0.5
        · 0 D0,4.2
        × 5 M0,2 L5,7 M0,7 L5,2
        − 6 M0,4.5 L6,4.5
        – 5 M0,3.7 L5,3.7
        … 6 D0,0.2 D3,0.2 D6,0.2
        → 8 M0,4.5 L8,4.5 M5,7.5 L8,4.5 L5,1.5
        ← 8 M0,4.5 L8,4.5 M3,7.5 L0,4.5 L3,1.5
        ≤ 6 M6,9 L0,6 L6,3 M0,0.6 L6,0.6
        ≥ 6 M0,9 L6,6 L0,3 M0,0.6 L6,0.6
        ≈ 6 M0,5.6 C1,7.6 2.2,7.4 3,6.4 C3.8,5.4 5,5.2 6,7 M0,2.2 C1,4.2 2.2,4 3,3 C3.8,2 5,1.8 6,3.6
        ∞ 9 M4.5,4.5 C3.4,6.6 2.8,7 2,7 h0,4.5 v2,2 C2.8,2 3.4,2.4 4.5,4.5 C5.6,6.6 6.2,7 7,7 h9,4.5 v7,2 C6.2,2 5.6,2.4 4.5,4.5
        √ 7 M0,4.5 L1.5,5 L3,0 L5,11 L8,11
        ∇ 7 M0,10 L7,10 L3.5,0 L0,10
        ∂ 5.4 M0.8,9.2 Q1.4,10 2.6,10 h5.4,5 v2.4,0 h0,3 v2.6,6 h5.4,3
        ‖ 2 M0,11 L0,-3 M2,11 L2,-3
        Δ 8 M0,0 L4,10 L8,0 L0,0
        Σ 6.5 M6.5,10 L0,10 L3.6,5.1 L0,0 L6.5,0
        Π 7 M0,0 L0,10 L7,10 L7,0
        Ω 8 M0,0 L2.6,0 L2.6,1.4 C0.6,2.6 0,4.2 0,5.6 v4,10 h8,5.6 C8,4.2 7.4,2.6 5.4,1.4 L5.4,0 L8,0
        α 6.4 M6,7 C5.4,2.6 4.2,0 2.6,0 h0,3.5 v2.6,7 C4.4,7 4.8,0.2 6.4,0
        β 5.4 M0,-3 L0,7.6 v2.6,10 h4.8,7.8 v2,5.6 M2,5.6 L2.8,5.6 h5.4,2.8 v2.8,0 Q0.9,0 0,1.5
        γ 5.5 M0,7 C1.6,7 2.2,3 2.7,-0.4 M5.5,7 L2.7,-0.4 C2,-2.4 2.1,-3 2.7,-3 C3.3,-3 3.2,-2 2.7,-0.4
        δ 5.4 M5,9.4 Q4,10 2.9,10 h1,8.4 C1,6.8 5.4,6.8 5.4,3 v2.7,0 h0,3 v2.7,5.8 Q3.5,5.8 4,5.5
        ε 4.6 M4.6,6 Q3.8,7 2.4,7 h0.3,5.3 v2.2,3.7 L3.4,3.7 M2.2,3.7 h0,1.9 v2.3,0 Q4,0 4.7,1.2
        ζ 4.6 M0.6,10 L4.4,10 C1.6,8 0,5.4 0,3 v2.4,0.4 C4.6,0.2 4.8,-1.4 3.4,-2.8
        η 5 M0,7 L0,0 M0,4 v2.7,7 h5,4.3 L5,-3
        θ 5.2 M2.6,10 h5.2,5 v2.6,0 h0,5 v2.6,10 M0,5.2 L5.2,5.2
        κ 4.8 M0,7 L0,0 M4.6,7 L0,2.8 M1.7,4.3 L4.9,0
        λ 5.6 M0,10 Q1.4,10 1.8,8.6 L5.6,0 M2.8,6 L0,0
        μ 5 M0,7 L0,-3 M0,2.7 v2.3,0 h5,3 M5,7 L5,0
        π 6.4 M0,6.2 Q0.4,7 1.6,7 L6.4,7 M1.9,7 Q1.8,2 0.8,0 M4.6,7 L4.6,1.6 v6,0
        ρ 5.5 M0,-3 L0,3.5 v2.8,7 h5.5,3.5 v2.8,0 h0,3.5
        σ 6.4 M6.6,7 L2.8,7 h0,3.5 v2.8,0 h5.6,3.4 Q5.6,6 3.6,7
        τ 5.6 M0,6.2 Q0.4,7 1.6,7 L5.6,7 M2.8,7 L2.8,1.6 v4.4,0
        φ 6.4 M3.2,10 L3.2,-3 M3.2,7 h6.4,3.5 v3.2,0 h0,3.5 v3.2,7
        χ 5.6 M0,7 C2,7 3.4,-3 5.6,-3 M5.4,7 L0.2,-3
        ψ 6.6 M0,7 L0,3.6 v3.3,0 h6.6,3.6 L6.6,7 M3.3,10 L3.3,-3
        ω 7.6 M1.2,7 h0,3 v2,0 h3.8,3 L3.8,4.6 M3.8,3 v5.6,0 h7.6,3 v6.4,7
        """;

    private const string Raised = "⁰¹²³⁴⁵⁶⁷⁸⁹", Lowered = "₀₁₂₃₄₅₆₇₈₉";
    private static readonly Dictionary<char, Glyph> Glyphs = Read();

    /// <summary>What stands for a character that the font lacks: an upright box.</summary>
    private static readonly Glyph Missing = Parse("5 M0,0 L0,10 L5,10 L5,0 L0,0");

    /// <summary>Whether the font has a character of its own.</summary>
    public static bool Has(char character) => Glyphs.ContainsKey(character);

    /// <summary>The letter, or a box for a character that the font lacks.</summary>
    public static Glyph Of(char character) => Glyphs.GetValueOrDefault(character, Missing);

    private static Dictionary<char, Glyph> Read()
    {
        var glyphs = new Dictionary<char, Glyph> { [' '] = new(1.6, []) };
        foreach (string line in Drawn.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            glyphs[line[0]] = Parse(line[2..].Trim());
        }

        for (int digit = 0; digit < 10; digit++)
        {
            glyphs[Raised[digit]] = glyphs[(char)('0' + digit)].Small(rise: 5);
            glyphs[Lowered[digit]] = glyphs[(char)('0' + digit)].Small(rise: -2.5);
        }

        glyphs['⁻'] = glyphs['−'].Small(rise: 5);
        glyphs['⁺'] = glyphs['+'].Small(rise: 5);
        glyphs['µ'] = glyphs['μ'];
        glyphs['—'] = glyphs['–'];
        return glyphs;
    }

    private static Glyph Parse(string text)
    {
        string[] words = text.Split(' ');
        var strokes = new List<(double X, double Y)[]>();
        var stroke = new List<(double X, double Y)>();
        for (int i = 1; i < words.Length; i++)
        {
            char command = words[i][0];
            (double X, double Y) at = Point(words[i][1..]), from = stroke.Count > 0 ? stroke[^1] : at;
            const double Handle = 0.5523;
            switch (command)
            {
                case 'M' or 'D':
                    End(strokes, stroke);
                    stroke.Add(at);
                    if (command == 'D')
                    {
                        // A dot is a tiny square, so that it is a little broader than a stroke.
                        stroke.AddRange([(at.X + 0.12, at.Y), (at.X + 0.12, at.Y + 0.24), (at.X - 0.12, at.Y + 0.24), (at.X - 0.12, at.Y)]);
                    }

                    break;
                case 'L':
                    stroke.Add(at);
                    break;
                case 'h':
                    Curve(stroke, from, (from.X + (Handle * (at.X - from.X)), from.Y), (at.X, at.Y - (Handle * (at.Y - from.Y))), at);
                    break;
                case 'v':
                    Curve(stroke, from, (from.X, from.Y + (Handle * (at.Y - from.Y))), (at.X - (Handle * (at.X - from.X)), at.Y), at);
                    break;
                case 'Q':
                    (double X, double Y) end = Point(words[++i]);
                    Curve(stroke, from, Third(from, at), Third(end, at), end);
                    break;
                case 'C':
                    Curve(stroke, from, at, Point(words[i + 1]), Point(words[i + 2]));
                    i += 2;
                    break;
                default:
                    throw new InvalidOperationException($"The font's letter '{text}' has no command {command}.");
            }
        }

        End(strokes, stroke);
        return new Glyph(double.Parse(words[0], CultureInfo.InvariantCulture), [.. strokes]);
    }

    private static (double X, double Y) Third((double X, double Y) end, (double X, double Y) handle) =>
        (end.X + (2 * (handle.X - end.X) / 3), end.Y + (2 * (handle.Y - end.Y) / 3));

    private static void End(List<(double X, double Y)[]> strokes, List<(double X, double Y)> stroke)
    {
        if (stroke.Count > 0)
        {
            strokes.Add([.. stroke]);
            stroke.Clear();
        }
    }

    private static (double X, double Y) Point(string text)
    {
        string[] numbers = text.Split(',');
        return (double.Parse(numbers[0], CultureInfo.InvariantCulture), double.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    private static void Curve(
        List<(double X, double Y)> stroke, (double X, double Y) a, (double X, double Y) b, (double X, double Y) c, (double X, double Y) d)
    {
        const int Pieces = 8;
        for (int i = 1; i <= Pieces; i++)
        {
            double t = (double)i / Pieces, s = 1 - t, wa = s * s * s, wb = 3 * s * s * t, wc = 3 * s * t * t, wd = t * t * t;
            stroke.Add(((wa * a.X) + (wb * b.X) + (wc * c.X) + (wd * d.X), (wa * a.Y) + (wb * b.Y) + (wc * c.Y) + (wd * d.Y)));
        }
    }

    /// <summary>One letter.</summary>
    /// <param name="Width">The width of the ink in units.</param>
    /// <param name="Strokes">Polylines in units, y up.</param>
    internal sealed record Glyph(double Width, (double X, double Y)[][] Strokes)
    {
        public Glyph Small(double rise) => new(
            0.6 * Width, [.. Strokes.Select(s => s.Select(p => (0.6 * p.X, (0.6 * p.Y) + rise)).ToArray())])
        {
            Gap = 1.7,
        };

        /// <summary>Units between the ink of this letter and the next.</summary>
        public double Gap { get; init; } = 2.5;
    }
}
