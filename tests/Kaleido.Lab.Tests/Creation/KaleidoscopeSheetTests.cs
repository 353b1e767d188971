using Kaleido.Data;
using Kaleido.Lab.Creation;

namespace Kaleido.Lab.Tests.Creation;

public sealed class KaleidoscopeSheetTests
{
    [Fact]
    public void The_start_the_first_application_and_the_last_are_always_shown()
    {
        foreach (int iterations in (int[])[1, 2, 3, 5, 10, 100, 300, 100_000])
        {
            int[] chosen = KaleidoscopeSheet.Choose(iterations);
            Assert.Equal([0, 1], chosen[..2]);
            Assert.Equal(iterations, chosen[^1]);
            Assert.True(chosen.Length <= 7);
            Assert.Equal(chosen.Order().Distinct(), chosen);
        }

        Assert.Equal([0, 1, 3, 6, 16, 40, 100], KaleidoscopeSheet.Choose(100));
    }

    [Theory]
    [InlineData(784, 28, 28)]
    [InlineData(12, 4, 3)]
    [InlineData(7, 7, 1)]
    public void Rows_that_are_no_pictures_become_nearly_square(int features, int width, int height) =>
        Assert.Equal(new ImageShape(width, height, 1), KaleidoscopeSheet.ShapeOf(Dataset.FromRows("rows", new float[features], features)));

    [Fact]
    public void What_cannot_be_drawn_is_refused_by_name()
    {
        var twoChannels = Dataset.FromRows("pairs", new float[8], 8, new ImageShape(2, 2, 2));
        Assert.Equal("pairs: pictures of 2 channels cannot be drawn, only those of 1 or 3.",
            Assert.Throws<InvalidDataException>(() => KaleidoscopeSheet.ShapeOf(twoChannels)).Message);
        Assert.Throws<InvalidDataException>(() => KaleidoscopeSheet.ShapeOf(Dataset.FromRows("long", new float[4099], 4099)));
    }

    [Fact]
    public void At_most_a_hundred_chains_are_drawn()
    {
        var shape = new ImageShape(2, 2, 1);
        var hundred = KaleidoscopeSheet.Draw([(0, new float[400]), (1, new float[400])], shape);
        var thousand = KaleidoscopeSheet.Draw([(0, new float[4000]), (1, new float[4000])], shape);
        Assert.Equal((hundred.Width, hundred.Height), (thousand.Width, thousand.Height));
    }

    [Theory]
    [InlineData(100, 28, 28, 10 * 29 + 1, 10 * 29 + 1)] // MNIST's digits are large enough.
    [InlineData(100, 8, 8, 10 * 25 + 1, 10 * 25 + 1)]   // three times
    [InlineData(100, 2, 1, 10 * 25 + 1, 10 * 13 + 1)]   // twelve times
    [InlineData(1, 28, 28, 28 * 4 + 2, 28 * 4 + 2)]     // One alone fills the grid.
    public void Small_pictures_are_enlarged(int samples, int width, int height, int gridWidth, int gridHeight)
    {
        var grid = KaleidoscopeSheet.DrawGrid(new float[samples * width * height], new(width, height, 1));
        Assert.Equal((gridWidth, gridHeight), (grid.Width, grid.Height));
    }
}
