namespace Kaleido.Lab.Pictures;

/// <summary>At most 256 colours for a sequence of pictures: all of them where they suffice, else those of a median cut.</summary>
/// <remarks>
/// Median cut: P. Heckbert, "Color Image Quantization for Frame Buffer Display", SIGGRAPH 1982. Colours are counted in cells of 4 × 4 × 4
/// levels. The box with the largest product of pixels and longest side is cut across that side where half of its pixels lie on each hand,
/// until there are 256 boxes; a box gives the mean of its pixels.
/// </remarks>
internal sealed class ColourPalette
{
    public const int Most = 256;
    private const int CellBits = 6;
    private const int Cells = 1 << (3 * CellBits);
    private readonly byte[] _colours;
    private readonly Dictionary<int, byte>? _indices;
    private readonly short[]? _nearest;

    private ColourPalette(byte[] colours, Dictionary<int, byte>? indices)
    {
        _colours = colours;
        _indices = indices;
        if (indices is null)
        {
            _nearest = new short[Cells];
            Array.Fill(_nearest, (short)-1);
        }
    }

    /// <summary>The number of colours, 1 to 256.</summary>
    public int Count => _colours.Length / 3;

    /// <summary>Red, green, blue of each colour.</summary>
    public ReadOnlySpan<byte> Colours => _colours;

    /// <summary>Whether the palette holds every colour of the pictures that it was made for.</summary>
    public bool IsExact => _indices is not null;

    /// <summary>A palette for pictures, of which there is at least one.</summary>
    public static ColourPalette Of(IReadOnlyList<Picture> pictures)
    {
        var seen = new HashSet<int>();
        foreach (Picture picture in pictures)
        {
            int last = -1;
            for (int i = 0; i < picture.Pixels.Length && seen.Count <= Most; i += picture.Channels)
            {
                int colour = Colour(picture, i);
                if (colour != last)
                {
                    seen.Add(colour);
                    last = colour;
                }
            }
        }

        if (seen.Count > Most)
        {
            return new ColourPalette(MedianCut(pictures), indices: null);
        }

        int[] sorted = [.. seen];
        Array.Sort(sorted);
        var indices = new Dictionary<int, byte>();
        var colours = new byte[3 * sorted.Length];
        for (int i = 0; i < sorted.Length; i++)
        {
            indices[sorted[i]] = (byte)i;
            for (int c = 0; c < 3; c++)
            {
                colours[(3 * i) + c] = (byte)(sorted[i] >> (16 - (8 * c)));
            }
        }

        return new ColourPalette(colours, indices);
    }

    /// <summary>The index of every pixel of one of the pictures that an exact palette was made for.</summary>
    public byte[] Indices(Picture picture)
    {
        var indices = new byte[picture.Width * picture.Height];
        for (int i = 0; i < indices.Length; i++)
        {
            indices[i] = _indices![Colour(picture, i * picture.Channels)];
        }

        return indices;
    }

    /// <summary>
    /// The index of the colour nearest to the middle of the cell of a colour, by the sum of squared differences; the first of equals.
    /// </summary>
    public byte Nearest(int red, int green, int blue)
    {
        int cell = Cell(red, green, blue);
        if (_nearest![cell] >= 0)
        {
            return (byte)_nearest[cell];
        }

        const int Middle = 1 << (7 - CellBits), Mask = ~((1 << (8 - CellBits)) - 1);
        (red, green, blue) = ((red & Mask) + Middle, (green & Mask) + Middle, (blue & Mask) + Middle);
        int best = 0, least = int.MaxValue;
        for (int i = 0; i < Count; i++)
        {
            int r = red - _colours[3 * i], g = green - _colours[(3 * i) + 1], b = blue - _colours[(3 * i) + 2];
            int distance = (r * r) + (g * g) + (b * b);
            if (distance < least)
            {
                (best, least) = (i, distance);
            }
        }

        _nearest[cell] = (short)best;
        return (byte)best;
    }

    private static int Colour(Picture picture, int at)
    {
        byte[] pixels = picture.Pixels;
        return picture.Channels == 1 ? pixels[at] * 0x010101 : (pixels[at] << 16) | (pixels[at + 1] << 8) | pixels[at + 2];
    }

    private static int Cell(int red, int green, int blue)
    {
        const int Shift = 8 - CellBits;
        return ((((red >> Shift) << CellBits) | (green >> Shift)) << CellBits) | (blue >> Shift);
    }

    private static byte[] MedianCut(IReadOnlyList<Picture> pictures)
    {
        var counts = new long[Cells];
        var sums = new long[3 * Cells];
        foreach (Picture picture in pictures)
        {
            for (int i = 0; i < picture.Pixels.Length; i += 3)
            {
                byte[] pixels = picture.Pixels;
                int cell = Cell(pixels[i], pixels[i + 1], pixels[i + 2]);
                counts[cell]++;
                for (int c = 0; c < 3; c++)
                {
                    sums[(3 * cell) + c] += pixels[i + c];
                }
            }
        }

        int[] cells = [.. Enumerable.Range(0, Cells).Where(cell => counts[cell] > 0)];
        var boxes = new List<Box> { Box.Of(cells, 0, cells.Length, counts) };
        while (boxes.Count < Most)
        {
            int widest = Enumerable.Range(0, boxes.Count).MaxBy(i => boxes[i].Weight);
            Box box = boxes[widest];
            if (box.End - box.Start < 2)
            {
                break;
            }

            int cut = box.Cut(cells, counts);
            boxes[widest] = Box.Of(cells, box.Start, cut, counts);
            boxes.Add(Box.Of(cells, cut, box.End, counts));
        }

        var colours = new byte[3 * boxes.Count];
        for (int i = 0; i < boxes.Count; i++)
        {
            ReadOnlySpan<int> members = cells.AsSpan(boxes[i].Start, boxes[i].End - boxes[i].Start);
            for (int c = 0; c < 3; c++)
            {
                long sum = 0, count = 0;
                foreach (int cell in members)
                {
                    sum += sums[(3 * cell) + c];
                    count += counts[cell];
                }

                colours[(3 * i) + c] = (byte)(((2 * sum) + count) / (2 * count));
            }
        }

        return colours;
    }

    /// <summary>A run of the list of cells, the axis along which they spread most, and what decides which box is cut next.</summary>
    private readonly record struct Box(int Start, int End, int Axis, long Weight)
    {
        public static Box Of(int[] cells, int start, int end, long[] counts)
        {
            Span<int> low = [int.MaxValue, int.MaxValue, int.MaxValue], high = [0, 0, 0];
            long pixels = 0;
            for (int i = start; i < end; i++)
            {
                pixels += counts[cells[i]];
                for (int c = 0; c < 3; c++)
                {
                    int level = Level(cells[i], c);
                    (low[c], high[c]) = (Math.Min(low[c], level), Math.Max(high[c], level));
                }
            }

            int axis = 0;
            for (int c = 1; c < 3; c++)
            {
                axis = high[c] - low[c] > high[axis] - low[axis] ? c : axis;
            }

            return new Box(start, end, axis, pixels * (high[axis] - low[axis]));
        }

        /// <summary>Sorts the cells of this box along its axis and returns where its second half begins; both halves hold a cell.</summary>
        public int Cut(int[] cells, long[] counts)
        {
            int axis = Axis;
            // Equal levels in the order of the cells, so that the palette is a function of the pictures.
            Array.Sort(cells, Start, End - Start, Comparer<int>.Create((a, b) =>
                Level(a, axis) != Level(b, axis) ? Level(a, axis).CompareTo(Level(b, axis)) : a.CompareTo(b)));
            long all = 0, before = 0;
            for (int i = Start; i < End; i++)
            {
                all += counts[cells[i]];
            }

            int cut = Start;
            while (cut < End - 1 && (cut == Start || 2 * (before + counts[cells[cut]]) <= all))
            {
                before += counts[cells[cut++]];
            }

            return cut;
        }

        private static int Level(int cell, int axis) => (cell >> (CellBits * (2 - axis))) & ((1 << CellBits) - 1);
    }
}
