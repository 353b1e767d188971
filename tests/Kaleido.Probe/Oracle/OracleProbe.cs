using Kaleido.Backends;

namespace Kaleido.Probe.Oracle;

/// <summary>
/// The library's answers to tests/oracle: the same inputs, the same names, in the same order. Where a line differs, the program there and
/// this one, both given its name, print every number under it.
/// </summary>
internal static class OracleProbe
{
    private const int Threads = 2;

    public static void Run(uint count, string? only)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 16384u);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1u << 28);
        using var device = Device.Cpu(Threads);
        var report = new OracleReport(Console.Out, only);
        new OracleElementwise(report, device, count).Run();
        new OracleRandom(report, device).Run();
        new OracleMatrices(report, device).Run();
        new OracleTraining(report, device, Threads).Run();
    }
}
