namespace Kaleido.Lab.Plots;

/// <summary>The colours of what is not data.</summary>
internal static class Theme
{
    public static readonly Rgb Ink = Rgb.Of(0x262626), Frame = Rgb.Of(0x595959), GridLine = Rgb.Of(0xE4E4E4), MinorGrid = Rgb.Of(0xF2F2F2),
        Rule = Rgb.Of(0x4D4D4D), NoData = Rgb.Of(0xD9D9D9), LegendEdge = Rgb.Of(0xC8C8C8);
}
