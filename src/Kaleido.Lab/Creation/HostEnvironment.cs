using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Kaleido.Backends.Cpu;

namespace Kaleido.Lab.Creation;

/// <summary>What a run ran on: figures of time mean nothing without it.</summary>
public static class HostEnvironment
{
    /// <summary>The version of this library, for example "0.1.0".</summary>
    public static string Version { get; } =
        typeof(HostEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    /// <summary>The name of the processor as Linux knows it, elsewhere its architecture.</summary>
    public static string Processor { get; } = FindProcessor();

    /// <summary>Names and values, in an order for reading. Text, whole numbers and truth values.</summary>
    public static IReadOnlyList<(string Name, object Value)> Describe() =>
    [
        ("os", RuntimeInformation.OSDescription),
        ("runtime", RuntimeInformation.FrameworkDescription),
        ("architecture", RuntimeInformation.ProcessArchitecture.ToString()),
        ("processor", Processor),
        ("cores", Environment.ProcessorCount),
        ("instruction_set", CpuBackend.InstructionSet),
        ("fused_multiply_add", CpuBackend.HasFusedMultiplyAdd),
        ("vector512", Vector512.IsHardwareAccelerated),
        ("vector256", Vector256.IsHardwareAccelerated),
        ("vector128", Vector128.IsHardwareAccelerated),
        ("vector_floats", Vector<float>.Count),
    ];

    private static string FindProcessor()
    {
        string architecture = RuntimeInformation.ProcessArchitecture.ToString();
        try
        {
            string? line = OperatingSystem.IsLinux()
                ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
                : null;
            return line is null ? architecture : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return architecture;
        }
    }
}
