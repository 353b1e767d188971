namespace Kaleido.Lab.Tests.Support;

/// <summary>A fact judged by the program pngcheck; skipped, with the reason, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfPngcheckAttribute : FactAttribute
{
    public FactIfPngcheckAttribute() => Skip = Program is null ? "The program pngcheck is not installed." : null!;

    public static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? "pngcheck.exe" : "pngcheck"))
        .FirstOrDefault(File.Exists);
}
