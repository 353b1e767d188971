using System.Globalization;

namespace Kaleido.Lab.Creation;

/// <summary>Numbers in sentences.</summary>
public static class Wording
{
    /// <summary>"1 sample", "3 samples".</summary>
    public static string Count(long count, string noun, string? plural = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? noun : plural ?? noun + "s")}");
}
