namespace Kaleido.Lab.Pictures;

/// <summary>Draws a picture in the colours of a palette so that the mean colour of a region is kept.</summary>
internal static class Dithering
{
    /// <summary>
    /// Error diffusion: the difference between a pixel and its colour of the palette goes on by 7/16 to the next pixel, by 3/16, 5/16 and
    /// 1/16 to the row below. Rows are passed to and fro, against stripes. The parts add up to the whole, so only what leaves the picture,
    /// or a wish for less than black or more than white, is lost.
    /// </summary>
    /// <remarks>Source: R. Floyd, L. Steinberg, "An Adaptive Algorithm for Spatial Grey Scale", Proc. SID 17(2), 1976.</remarks>
    public static byte[] FloydSteinberg(Picture picture, ColourPalette palette)
    {
        int width = picture.Width;
        var indices = new byte[width * picture.Height];

        // In units of 1/256 level, with a column beside each end.
        int[] here = new int[3 * (width + 2)], below = new int[3 * (width + 2)];
        ReadOnlySpan<byte> colours = palette.Colours;
        Span<int> wanted = stackalloc int[3];
        for (int y = 0; y < picture.Height; y++)
        {
            int step = y % 2 == 0 ? 1 : -1;
            for (int x = step > 0 ? 0 : width - 1; x >= 0 && x < width; x += step)
            {
                for (int c = 0; c < 3; c++)
                {
                    int level = picture.Pixels[(((y * width) + x) * picture.Channels) + (picture.Channels == 1 ? 0 : c)];
                    wanted[c] = Math.Clamp((level << 8) + here[(3 * (x + 1)) + c], 0, 255 << 8);
                }

                byte index = palette.Nearest((wanted[0] + 128) >> 8, (wanted[1] + 128) >> 8, (wanted[2] + 128) >> 8);
                indices[(y * width) + x] = index;
                for (int c = 0; c < 3; c++)
                {
                    int error = wanted[c] - (colours[(3 * index) + c] << 8), at = (3 * (x + 1)) + c, ahead = 3 * step;
                    int next = (7 * error) >> 4, behind = (3 * error) >> 4, under = (5 * error) >> 4;
                    here[at + ahead] += next;
                    below[at - ahead] += behind;
                    below[at] += under;
                    below[at + ahead] += error - next - behind - under;
                }
            }

            (here, below) = (below, here);
            Array.Clear(below);
        }

        return indices;
    }
}
