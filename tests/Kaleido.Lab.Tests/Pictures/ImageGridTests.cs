using Kaleido.Data;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;

namespace Kaleido.Lab.Tests.Pictures;

public class ImageGridTests
{
    private static byte At(Picture picture, int x, int y, int channel = 0) =>
        picture.Pixels[(((y * picture.Width) + x) * picture.Channels) + channel];

    [Fact]
    public void Every_pixel_of_every_tile_is_where_it_belongs()
    {
        const int Samples = 7, Width = 3, Height = 2, Columns = 4, Padding = 2, Upscale = 3;
        float[] rows = [.. Enumerable.Range(0, Samples * Width * Height).Select(i => i / 255f)];
        var options = new ImageGridOptions { Columns = Columns, Padding = Padding, Upscale = Upscale, Background = 99 };
        Picture grid = ImageGrid.Draw(rows, new ImageShape(Width, Height, 1), options);
        Assert.Equal((Columns * ((Width * Upscale) + Padding)) + Padding, grid.Width);
        Assert.Equal((2 * ((Height * Upscale) + Padding)) + Padding, grid.Height);
        for (int y = 0; y < grid.Height; y++)
        {
            for (int x = 0; x < grid.Width; x++)
            {
                int tileX = (x - Padding) / ((Width * Upscale) + Padding), inX = (x - Padding) % ((Width * Upscale) + Padding);
                int tileY = (y - Padding) / ((Height * Upscale) + Padding), inY = (y - Padding) % ((Height * Upscale) + Padding);
                int sample = (tileY * Columns) + tileX;
                bool inside = x >= Padding && y >= Padding && inX < Width * Upscale && inY < Height * Upscale && sample < Samples;
                int expected = inside ? (sample * Width * Height) + (inY / Upscale * Width) + (inX / Upscale) : 99;
                Assert.Equal(expected, At(grid, x, y));
            }
        }
    }

    [Fact]
    public void Planes_become_colours()
    {
        float[] rows = [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23];
        Picture grid = ImageGrid.Draw(rows, new ImageShape(2, 2, 3), new() { Padding = 0, High = 255 });
        Assert.Equal([0, 10, 20, 1, 11, 21, 2, 12, 22, 3, 13, 23], grid.Pixels);
    }

    [Fact]
    public void Colours_are_enlarged_pixel_by_pixel()
    {
        float[] rows = [.. Enumerable.Range(0, 2 * 3 * 2 * 3).Select(i => i / 255f)];
        Picture grid = ImageGrid.Draw(rows, new ImageShape(3, 2, 3), new() { Columns = 2, Padding = 1, Upscale = 4, Background = 200 });
        Assert.Equal((1 + (2 * 13), 1 + 8 + 1, 3), (grid.Width, grid.Height, grid.Channels));
        for (int y = 0; y < grid.Height; y++)
        {
            for (int x = 0; x < grid.Width; x++)
            {
                for (int c = 0; c < 3; c++)
                {
                    int sample = (x - 1) / 13, inX = (x - 1) % 13, inY = y - 1;
                    bool inside = x >= 1 && inX < 12 && inY is >= 0 and < 8;
                    Assert.Equal(inside ? (sample * 18) + (c * 6) + (inY / 4 * 3) + (inX / 4) : 200, At(grid, x, y, c));
                }
            }
        }
    }

    [Fact]
    public void Values_are_mapped_from_low_to_high_and_clamped()
    {
        float[] rows = [-1, 1, 0, -2, 9, float.NaN, float.PositiveInfinity, float.NegativeInfinity];
        Picture grid = ImageGrid.Draw(rows, new ImageShape(8, 1, 1), new() { Padding = 0, Low = -1, High = 1 });
        Assert.Equal([0, 255, 128, 0, 255, 0, 255, 0], grid.Pixels);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(4, 2, 2)]
    [InlineData(5, 3, 2)]
    [InlineData(9, 3, 3)]
    [InlineData(10, 4, 3)]
    public void Without_columns_the_grid_is_nearly_square(int samples, int columns, int lines)
    {
        Picture grid = ImageGrid.Draw(new float[samples], new ImageShape(1, 1, 1), new() { Padding = 0 });
        Assert.Equal((columns, lines), (grid.Width, grid.Height));
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var shape = new ImageShape(2, 2, 1);
        Assert.Throws<ArgumentException>(() => ImageGrid.Draw([], shape));
        Assert.Throws<ArgumentException>(() => ImageGrid.Draw(new float[5], shape));
        Assert.Throws<ArgumentException>(() => ImageGrid.Draw(new float[8], new ImageShape(2, 2, 2)));
        Assert.ThrowsAny<ArgumentException>(() => ImageGrid.Draw(new float[4], new ImageShape(-2, -2, 1)));
        Assert.Throws<ArgumentException>(() => ImageGrid.Draw(new float[4], shape, new() { Upscale = 0 }));
        Assert.Throws<ArgumentException>(() => ImageGrid.Draw(new float[4], shape, new() { Low = 1, High = 1 }));
        Assert.Throws<ArgumentException>(() => ImageGrid.Draw(new float[4], shape, new() { High = float.NaN }));
        Assert.Throws<ArgumentException>(() => ImageGrid.Draw(new float[4], shape, new() { Padding = -1 }));
    }

    [Fact]
    public void A_strip_holds_every_picture_whole_in_its_order()
    {
        Picture grey = new(10, 6, 1, 50), colour = new(4, 9, 3, 120);
        colour.Pixels[0] = 121;
        Picture strip = PictureStrip.Join([(grey, ""), (colour, "")], gap: 5);
        Assert.Equal((5 + 10 + 5 + 4 + 5, 5 + 9 + 5, 3), (strip.Width, strip.Height, strip.Channels));
        Assert.Equal((255, 50, 50, 255), (At(strip, 4, 5), At(strip, 5, 5, 2), At(strip, 14, 10), At(strip, 15, 10)));
        Assert.Equal((121, 120, 120), (At(strip, 20, 5), At(strip, 20, 5, 1), At(strip, 23, 13, 2)));
        Assert.Equal(255, At(strip, 14, 11));
        Assert.Throws<ArgumentException>(() => PictureStrip.Join([]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_caption_is_drawn_above_and_widens_a_narrow_panel(int channels)
    {
        (Picture, string)[] panels = [(new Picture(4, 4, channels, 10), "wide caption"), (new Picture(4, 4, channels, 20), "")];
        Picture strip = PictureStrip.Join(panels, gap: 3, captionSize: 12);
        Picture bare = PictureStrip.Join([.. panels.Select(panel => (panel.Item1, ""))], gap: 3);
        int room = StrokeFont.Width("wide caption", 12), line = strip.Height - bare.Height;
        Assert.Equal(3 + room + 3 + 4 + 3, strip.Width);
        Assert.True(line is > 12 and < 24, $"{line} pixels for capitals of 12");
        Assert.All(strip.Pixels[..(3 * strip.Width * channels)], shade => Assert.Equal(255, shade));
        Assert.Contains(strip.Pixels[(3 * strip.Width * channels)..((3 + line) * strip.Width * channels)], shade => shade < 100);
        Assert.Equal((255, 10), (At(strip, 3 + (room / 2), 3 + line - 1), At(strip, 3 + (room / 2), 3 + line + 2)));
    }

    [Fact]
    public void Captions_of_grey_and_of_colour_are_alike()
    {
        Picture grey = PictureStrip.Join([(new Picture(90, 2, 1, 255), "300 (last)")]);
        Picture colour = PictureStrip.Join([(new Picture(90, 2, 3, 255), "300 (last)")]);
        for (int i = 0; i < grey.Pixels.Length; i++)
        {
            Assert.Equal(grey.Pixels[i], colour.Pixels[(3 * i) + (i % 3)]);
        }
    }

    [Fact]
    public void Pasting_outside_or_colour_into_grey_is_refused()
    {
        var grey = new Picture(4, 4, 1);
        Assert.Throws<ArgumentException>(() => grey.Paste(new Picture(2, 2, 1), 3, 0));
        Assert.Throws<ArgumentException>(() => grey.Paste(new Picture(2, 2, 1), 0, -1));
        Assert.Throws<ArgumentException>(() => grey.Paste(new Picture(2, 2, 3), 0, 0));
    }
}
