using System.Diagnostics;

namespace Kaleido.Lab.Verification;

/// <summary>One instruction set: what its process used, and the hash of each thread count.</summary>
/// <param name="Switch">What was turned off.</param>
/// <param name="Description">The instructions really used, in words.</param>
/// <param name="Hashes">Thread counts with the hash of all weights that each arrived at.</param>
/// <param name="Problem">Why the result does not count, or null.</param>
public sealed record VerificationResult(
    InstructionSwitch Switch, string Description, IReadOnlyList<(int Threads, string Hash)> Hashes, string? Problem);

/// <summary>
/// Trains <see cref="VerificationCase"/> in one child process for each
/// instruction set that the machine can be told to use, with every thread count.
/// </summary>
public static class VerificationRun
{
    /// <summary>The word that asks this program to be such a child.</summary>
    public const string ChildVerb = "verify-child";

    /// <summary>1, 2, 3, 4 and more threads than there are cores.</summary>
    public static IReadOnlyList<int> ThreadCounts { get; } = [1, 2, 3, 4, Environment.ProcessorCount + 3];

    /// <summary>Runs one child and reads what it says.</summary>
    public static VerificationResult Execute(InstructionSwitch turnedOff, bool large, CancellationToken cancellation)
    {
        var start = Self();
        start.ArgumentList.Add(ChildVerb);
        if (large) start.ArgumentList.Add("--large");
        foreach (string name in (string[])["DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic", "KALEIDO_VECTOR"])
            start.Environment.Remove(name);
        if (Variable(turnedOff) is { } variable) start.Environment[variable] = "0";
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var child = Process.Start(start) ?? throw new IOException($"{start.FileName} could not be started");
        using var kill = cancellation.Register(() => child.Kill(entireProcessTree: true));
        var error = child.StandardError.ReadToEndAsync(CancellationToken.None);
        string[] lines = child.StandardOutput.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        child.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        if (child.ExitCode != 0)
            return new(turnedOff, "", [], $"the child process ended with {child.ExitCode}: {error.GetAwaiter().GetResult().Trim()}");
        return Read(turnedOff, lines);
    }

    /// <summary>
    /// What the child prints: a line on its instructions, the switches whose instructions it still has, then for each count the hash of
    /// everything and that of the network alone.
    /// </summary>
    public static IEnumerable<string> ChildLines(bool large)
    {
        yield return Backends.Cpu.CpuBackend.InstructionSet + (Backends.Cpu.CpuBackend.HasFusedMultiplyAdd ? ", FMA" : ", no FMA");
        yield return string.Join(' ', VerificationCase.InUse().Where(set => set.Value).Select(set => set.Key));
        foreach (int threads in ThreadCounts)
        {
            var (all, weights) = VerificationCase.Hashes(threads, large);
            yield return FormattableString.Invariant($"{threads} {all} {weights}");
        }
    }

    private static VerificationResult Read(InstructionSwitch turnedOff, string[] lines)
    {
        int expected = ThreadCounts.Count;
        // Without any instruction set the second line is empty, and so not there.
        bool none = lines.Length == expected + 1;
        if (!none && lines.Length != expected + 2) return new(turnedOff, "", [], $"the child process printed {lines.Length} lines");
        var hashes = lines[^expected..].Select(line => line.Split(' ')).Select(p => (int.Parse(p[0], null), p[1])).ToArray();
        bool ineffective = turnedOff != InstructionSwitch.None && !none && lines[1].Split(' ').Contains(turnedOff.ToString());
        return new(turnedOff, lines[0], hashes, ineffective ? $"{Variable(turnedOff)}=0 had no effect" : null);
    }

    private static string? Variable(InstructionSwitch turnedOff) => turnedOff switch
    {
        InstructionSwitch.Avx512 => "DOTNET_EnableAVX512",
        InstructionSwitch.Avx2 => "DOTNET_EnableAVX2",
        InstructionSwitch.Intrinsics => "DOTNET_EnableHWIntrinsic",
        _ => null,
    };

    // This program again: by itself, or, where a host runs it, by the host and the assembly that it was given.
    private static ProcessStartInfo Self()
    {
        string program = Environment.ProcessPath ?? throw new IOException("the path of this program is not known");
        var start = new ProcessStartInfo(program);
        if (Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase))
            start.ArgumentList.Add(Environment.GetCommandLineArgs()[0]);
        return start;
    }
}
