using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Kaleido.Tests.Support;

namespace Kaleido.Cuda.Tests.Nvidia;

/// <summary>What a kernel takes of a multiprocessor, in bytes but for the registers of a thread.</summary>
internal sealed record KernelUsage(int Registers, int Stack, int Spilled, int Shared);

/// <summary>An instruction of the machine: the operation with its modifiers, and its operands as written.</summary>
internal sealed record MachineInstruction(string Operation, string Operands)
{
    /// <summary>The operation without its modifiers; 32I is only how an operand is stored.</summary>
    public string Name { get; } = Operation.Split('.')[0].Replace("32I", "", StringComparison.Ordinal);

    /// <summary>Whether it takes subnormal numbers for zeros.</summary>
    public bool Flushes => Operation.Contains(".FTZ", StringComparison.Ordinal);

    /// <summary>Whether it rounds to another side than to nearest.</summary>
    public bool RoundsAside => Regex.IsMatch(Operation, @"\.R[ZMP]\b");

    /// <summary>Whether it adds zero, which is how a number is copied, negated or freed of its sign.</summary>
    public bool IsCopy => Name is "FADD" or "DADD" && Operands.EndsWith("-RZ", StringComparison.Ordinal);
}

/// <summary>The kernels as ptxas compiles them for one architecture.</summary>
internal sealed partial class MachineCode
{
    private static readonly ConcurrentDictionary<int, Lazy<MachineCode>> s_all = new();

    private readonly Lazy<Dictionary<string, List<MachineInstruction>>> _instructions;

    private MachineCode(int architecture)
    {
        using var folder = new TemporaryFolder();
        string ptx = folder.File("kernels.ptx", Encoding.UTF8.GetBytes(JudgedKernels.Text)), cubin = folder.File("kernels.cubin");
        string target = string.Create(CultureInfo.InvariantCulture, $"-arch=sm_{architecture}");
        (ExitCode, Messages) = NvidiaTools.Run(NvidiaTools.Assembler!, "-v", target, ptx, "-o", cubin);
        Kernels = Usage().Matches(Messages).ToDictionary(m => m.Groups["name"].Value, m => new KernelUsage(
            Number(m, "registers"), Number(m, "stack"), Number(m, "stores") + Number(m, "loads"), Number(m, "shared")));
        byte[] code = ExitCode == 0 ? File.ReadAllBytes(cubin) : [];
        _instructions = new(() => Disassemble(code));
    }

    /// <summary>0, if ptxas compiled the kernels.</summary>
    public int ExitCode { get; }

    /// <summary>All that ptxas said.</summary>
    public string Messages { get; }

    /// <summary>What it said of each kernel.</summary>
    public IReadOnlyDictionary<string, KernelUsage> Kernels { get; }

    /// <summary>The instructions of each kernel and of the subroutines that come with it.</summary>
    public IReadOnlyDictionary<string, List<MachineInstruction>> Instructions => _instructions.Value;

    /// <summary>The kernels compiled for an architecture: 90 is sm_90.</summary>
    public static MachineCode For(int architecture) => s_all.GetOrAdd(architecture, a => new(() => new(a))).Value;

    private static int Number(Match match, string group) =>
        match.Groups[group].Success ? int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture) : 0;

    private static Dictionary<string, List<MachineInstruction>> Disassemble(byte[] code)
    {
        using var folder = new TemporaryFolder();
        var (exitCode, text) = NvidiaTools.Run(NvidiaTools.Disassembler!, "-c", folder.File("kernels.cubin", code));
        Assert.True(exitCode == 0, text);
        Dictionary<string, List<MachineInstruction>> kernels = [];
        List<MachineInstruction>? current = null;
        foreach (string line in text.Split('\n'))
        {
            if (Section().Match(line) is { Success: true } section) kernels.Add(section.Groups[1].Value, current = []);
            if (Instruction().Match(line) is { Success: true } it)
                current!.Add(new(it.Groups["operation"].Value, it.Groups["operands"].Value.TrimEnd(' ', '}')));
        }

        return kernels;
    }

    [GeneratedRegex(@"Function properties for (?<name>\w+)\s+(?<stack>\d+) bytes stack frame, (?<stores>\d+) bytes spill stores, "
        + @"(?<loads>\d+) bytes spill loads\s+ptxas info\s+: Used (?<registers>\d+) registers(.*?, (?<shared>\d+) bytes smem)?.*\n")]
    private static partial Regex Usage();

    [GeneratedRegex(@"^\s*\.section\s+\.text\.(\w+),")]
    private static partial Regex Section();

    // Two that are issued together stand in braces.
    [GeneratedRegex(@"^\s+/\*[0-9a-f]+\*/\s+\{?\s*(@!?U?P\w+\s+)?(?<operation>[A-Z][A-Za-z0-9_.]*)\s*(?<operands>[^;]*)")]
    private static partial Regex Instruction();
}
