using FsCheck;
using FsCheck.Fluent;
using Kaleido.Backends.Cpu;
using Kaleido.Numerics;

namespace Kaleido.Tests.Backends;

public sealed class ProductPathTests
{
    public static TheoryData<string, string> LevelsAndPaths()
    {
        var all = new TheoryData<string, string>();
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>().Where(Simd.IsAvailable))
            foreach (ProductPath path in Enum.GetValues<ProductPath>())
                all.Add(level.ToString(), path.ToString());
        return all;
    }

    [Theory]
    [MemberData(nameof(LevelsAndPaths))]
    public void Every_path_computes_the_textbook_chain_to_the_bit(string level, string path)
    {
        Config config = Config.QuickThrowOnFailure.WithMaxTest(120).WithReplay(20261121, 11);
        var forced = Enum.Parse<ProductPath>(path);
        Check.One(config, Prop.ForAll(
            ProductTests.Cases(), it => ProductTests.Holds(it with { Path = forced, PackOnce = false }, Enum.Parse<SimdLevel>(level))));
    }

    [Theory]
    [MemberData(nameof(LevelsAndPaths))]
    public void A_forced_path_is_taken_wherever_it_exists(string level, string path)
    {
        var simd = Enum.Parse<SimdLevel>(level);
        var forced = Enum.Parse<ProductPath>(path);
        foreach (int rows in new[] { 1, 13, 65, 300 })
        {
            foreach (bool transposed in new[] { false, true })
            {
                var kernel = ProductKernel.Create(rows, 40, 20, false, transposed, 20, transposed ? 20 : 40, 40, false, 2,
                    simd, path: forced);
                bool exists = forced != ProductPath.InPlace || (!transposed && CanMask(simd));
                Assert.Equal(simd == SimdLevel.Scalar ? ProductPath.Pieces : exists ? forced : ProductPath.Panels, kernel.Path);
            }
        }
    }

    [Theory]
    [InlineData(SimdLevel.Vector512, 1000, 500, 500, 500, 500, true, ProductPath.InPlace)]
    [InlineData(SimdLevel.Vector512, 1000, 500, 500, 500, 500, false, ProductPath.Panels)]
    [InlineData(SimdLevel.Vector256, 1000, 500, 500, 500, 500, true, ProductPath.Panels)]
    [InlineData(SimdLevel.Vector512, 1000, 512, 500, 500, 512, true, ProductPath.Panels)] // rows of B in the same cache sets
    [InlineData(SimdLevel.Vector512, 1000, 500, 1025, 1025, 500, true, ProductPath.Panels)] // panels of too many pages
    [InlineData(SimdLevel.Vector512, 1024, 1024, 1024, 1024, 1024, true, ProductPath.PanelsAndRows)]
    [InlineData(SimdLevel.Vector512, 1000, 500, 512, 512, 500, false, ProductPath.PanelsAndRows)] // rows of A in the same cache sets
    [InlineData(SimdLevel.Vector256, 32, 500, 500, 500, 500, true, ProductPath.InPlace)]
    [InlineData(SimdLevel.Vector256, 32, 500, 500, 500, 500, false, ProductPath.Pieces)]
    [InlineData(SimdLevel.Vector512, 12, 4096, 4096, 4096, 4096, true, ProductPath.InPlace)]
    [InlineData(SimdLevel.Vector256, 12, 4096, 4096, 4096, 4096, true, ProductPath.Pieces)]
    [InlineData(SimdLevel.Vector128, 2, 10, 10, 10, 10, true, ProductPath.InPlace)]
    internal void The_table_chooses(
        SimdLevel level, int rows, int columns, int depth, int lda, int ldb, bool inPlace, ProductPath expected)
        => Assert.Equal(expected, ProductPaths.Choose(level, rows, columns, depth, lda, ldb, inPlace));

    [Fact]
    public void A_smaller_depth_never_leads_away_from_reading_in_place()
    {
        foreach (SimdLevel level in Enum.GetValues<SimdLevel>())
            foreach (int rows in new[] { 1, 6, 7, 12, 13, 64, 65, 1000 })
                foreach (int columns in new[] { 1, 500, 1024 })
                    foreach (int ldb in new[] { 500, 512, 2048, 3000 })
                        for (int depth = 1, before = 1; depth <= 2048; before = depth, depth *= 2)
                            if (ProductPaths.Choose(level, rows, columns, depth, depth, ldb, true) == ProductPath.InPlace)
                                Assert.Equal(ProductPath.InPlace, ProductPaths.Choose(level, rows, columns, before, before, ldb, true));
    }

    [Theory]
    [InlineData("in-place", ProductPath.InPlace)]
    [InlineData(" Pieces ", ProductPath.Pieces)]
    [InlineData("panels", ProductPath.Panels)]
    [InlineData("PANELS-AND-ROWS", ProductPath.PanelsAndRows)]
    [InlineData("", null)]
    [InlineData("fast", null)]
    [InlineData(null, null)]
    internal void The_environment_names_a_path_or_none(string? value, ProductPath? expected) =>
        Assert.Equal(expected, ProductPaths.Parse(value));

    private static bool CanMask(SimdLevel level) => level switch
    {
        SimdLevel.Vector512 => Lanes512.CanMask,
        SimdLevel.Vector256 => Lanes256.CanMask,
        SimdLevel.Vector128 => Lanes128.CanMask && !SoftwareFusedMultiplyAdd.IsNeeded,
        _ => false,
    };
}
