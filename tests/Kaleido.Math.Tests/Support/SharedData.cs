namespace Kaleido.Tests.Support;

/// <summary>Finds folders of files kept outside the repository: by an environment variable, else beside a folder above.</summary>
internal static class SharedData
{
    public static string? Golden { get; } = Find("KALEIDO_GOLDEN", "golden");

    public static string? Mnist { get; } = Find("KALEIDO_DATA", "data") is { } data && Directory.Exists(Path.Combine(data, "mnist"))
        ? Path.Combine(data, "mnist")
        : null;

    /// <summary>The first file in the folder of CIFAR-10's binary files.</summary>
    public static string? Cifar10 { get; } =
        Find("KALEIDO_DATA", "data") is { } root && Directory.Exists(Path.Combine(root, "cifar10"))
            ? Directory.GetFiles(Path.Combine(root, "cifar10"), "data_batch*.bin").Order(StringComparer.Ordinal).FirstOrDefault()
            : null;

    private static string? Find(string variable, string name)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } set)
        {
            return Directory.Exists(set) ? set : null;
        }

        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = Path.Combine(at.FullName, "shared", name);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}

/// <summary>A fact about the golden files; skipped, with the reason, where they are not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfGoldenAttribute : FactAttribute
{
    public FactIfGoldenAttribute() => Skip = SharedData.Golden is null ? "No golden files: set KALEIDO_GOLDEN to their folder." : null!;
}

/// <summary>A fact about real MNIST; skipped, with the reason, where it is not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfMnistAttribute : FactAttribute
{
    public FactIfMnistAttribute() => Skip = SharedData.Mnist is null ? "No MNIST: set KALEIDO_DATA to a folder that holds mnist/." : null!;
}

/// <summary>A fact about real CIFAR-10; skipped, with the reason, where it is not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactIfCifar10Attribute : FactAttribute
{
    public FactIfCifar10Attribute() =>
        Skip = SharedData.Cifar10 is null ? "No CIFAR-10: set KALEIDO_DATA to a folder that holds cifar10/data_batch*.bin." : null!;
}
