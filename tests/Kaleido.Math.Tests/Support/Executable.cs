namespace Kaleido.Tests.Support;

/// <summary>Programs that a machine may or may not have.</summary>
internal static class Executable
{
    /// <summary>The path of a program on the search path, or null.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    /// <summary>Those of <paramref name="names"/> that this machine lacks, as the reason to skip a test; null if it has all.</summary>
    public static string? Missing(params ReadOnlySpan<string> names)
    {
        string[] missing = [.. names.ToArray().Where(name => Find(name) is null)];
        return missing.Length == 0 ? null : $"Not installed: {string.Join(", ", missing)}.";
    }
}

/// <summary>A fact that needs programs; skipped, with their names, where they are not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfExecutableAttribute : FactAttribute
{
    public FactIfExecutableAttribute(params string[] names) => Skip = Executable.Missing(names)!;
}

/// <summary>
/// A theory about emulated x64 processors; skipped, with the reason, where they cannot be emulated or .NET is another kind's.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryIfEmulatedX64Attribute : TheoryAttribute
{
    public const string Emulator = "qemu-x86_64-static";

    public TheoryIfEmulatedX64Attribute() =>
        Skip = System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture != System.Runtime.InteropServices.Architecture.X64
            ? "This .NET is not for x64."
            : Executable.Missing(Emulator)!;
}
