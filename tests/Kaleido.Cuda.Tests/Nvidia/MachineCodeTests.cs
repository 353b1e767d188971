using System.Text.RegularExpressions;
using Kaleido.Cuda.Tests.Ptx;
using Xunit.Abstractions;

namespace Kaleido.Cuda.Tests.Nvidia;

/// <summary>What NVIDIA's assembler makes of our PTX. The driver's compiler is of the same make, not the same program.</summary>
/// <param name="output">For tests/nvidia/run.sh.</param>
public sealed class MachineCodeTests(ITestOutputHelper output)
{
    private const int RegistersOfABlock = 65_536, StaticSharedBytes = 48 << 10;

    private static PtxFile Ptx { get; } = PtxParser.Parse(JudgedKernels.Text);

    /// <summary>The architectures that ptxas knows.</summary>
    public static TheoryData<int> Architectures => [.. NvidiaTools.Architectures];

    private static int Count(PtxEntry entry, string pattern) => entry.Statements.Count(s => Regex.IsMatch(s.Opcode, $"^({pattern})$"));

    // Division and root of floating point become a dozen instructions and a subroutine, in which NVIDIA fuses, flushes and rounds aside as
    // it must for a quotient or root that is rounded once.
    private static bool Divides(PtxEntry entry) => Count(entry, @"(div|rcp|sqrt)\.rn\.f(32|64)") > 0;

    [TheoryIfNvidia(Needs.Assembler)]
    [MemberData(nameof(Architectures))]
    public void Every_kernel_is_compiled_without_a_warning_and_keeps_everything_in_registers(int architecture)
    {
        var code = MachineCode.For(architecture);
        Assert.True(code.ExitCode == 0, code.Messages);
        Assert.All(code.Messages.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => Assert.Matches("^ptxas info  |^    [0-9]+ bytes stack frame", line));
        Assert.Equal(Ptx.Entries.Select(e => e.Name).Order(StringComparer.Ordinal), code.Kernels.Keys.Order(StringComparer.Ordinal));
        var most = code.Kernels.MaxBy(kernel => kernel.Value.Registers);
        output.WriteLine($"sm_{architecture}: {code.Kernels.Count} kernels, at most {most.Value.Registers} registers a thread "
            + $"({most.Key}), {code.Kernels.Values.Sum(usage => usage.Spilled)} bytes spilled");
        foreach (var (name, usage) in code.Kernels) Assert.True((usage.Stack, usage.Spilled) == (0, 0), $"{name}: {usage}");
    }

    [TheoryIfNvidia(Needs.Assembler)]
    [MemberData(nameof(Architectures))]
    public void A_block_of_the_most_threads_fits_into_a_multiprocessor(int architecture)
    {
        var kernels = MachineCode.For(architecture).Kernels;
        Assert.Contains(kernels.Values, usage => usage.Registers > 100);
        Assert.Contains(kernels.Values, usage => usage.Shared > 0);
        foreach (var entry in Ptx.Entries)
        {
            // Registers are given to a warp by 256, and warps by four.
            var usage = kernels[entry.Name];
            int ofAWarp = (usage.Registers * 32 + 255) / 256 * 256, warps = (entry.MostThreads + 127) / 128 * 4;
            Assert.True(ofAWarp * warps is > 0 and <= RegistersOfABlock, $"{entry.Name} with {entry.MostThreads} threads: {usage}");
            Assert.True(usage.Shared <= StaticSharedBytes, $"{entry.Name}: {usage}");
            Assert.True(usage.Shared >= entry.Shared.Sum(variable => variable.Bytes), $"{entry.Name}: {usage}");
        }
    }

    [TheoryIfNvidia(Needs.Assembler | Needs.Disassembler)]
    [MemberData(nameof(Architectures))]
    public void Nothing_is_fused_that_the_sources_do_not_fuse(int architecture)
    {
        // One of the PTX may become several, where a loop is unrolled. One that was fused, or moved to a unit that rounds otherwise, would
        // be missing.
        (string Ptx, string Machine)[] pairs =
        [
            (@"(add|sub)\.rn\.f32", "FADD"), (@"mul\.rn\.f32", "FMUL"), (@"fma\.rn\.f32", "FFMA"),
            (@"(add|sub)\.rn\.f64", "DADD"), (@"mul\.rn\.f64", "DMUL"), (@"fma\.rn\.f64", "DFMA"),
        ];
        foreach (var entry in Ptx.Entries)
        {
            var code = MachineCode.For(architecture).Instructions[entry.Name];
            foreach (var (ptx, machine) in pairs)
            {
                int asked = Count(entry, ptx), made = code.Count(i => i.Name == machine && !i.Flushes && !i.RoundsAside);
                Assert.True(made >= asked, $"{entry.Name}: {asked} {ptx}, {made} {machine}");
                if (asked == 0 && !Divides(entry)) Assert.DoesNotContain(code, i => i.Name == machine && !i.IsCopy);
            }
        }
    }

    [TheoryIfNvidia(Needs.Assembler | Needs.Disassembler)]
    [MemberData(nameof(Architectures))]
    public void Without_a_division_nothing_flushes_is_approximated_or_rounds_aside(int architecture)
    {
        int divisions = 0;
        foreach (var entry in Ptx.Entries.Where(e => !Divides(e)))
        {
            var code = MachineCode.For(architecture).Instructions[entry.Name];
            // A division of integers begins with an approximate reciprocal of the divisor, rounded up, and corrects it.
            bool OfIntegers(MachineInstruction i) =>
                Regex.IsMatch(i.Operation, @"^(I2F\.(F32\.)?U(32|64)\.RP|F2I\.(FTZ\.)?U(32|64)\.(F32\.)?TRUNC(\.NTZ)?)$");
            Assert.DoesNotContain(code, i => (i.Flushes || i.RoundsAside) && !OfIntegers(i));
            int reciprocals = code.Count(i => i.Operation == "MUFU.RCP");
            Assert.Equal(code.Count(i => i.Name == "I2F" && i.RoundsAside), reciprocals);
            Assert.Equal(reciprocals, code.Count(i => i.Name == "MUFU"));
            Assert.Equal(Count(entry, @"(div|rem)\.[su](32|64)") > 0, reciprocals > 0);
            divisions += reciprocals;
        }

        Assert.True(divisions > 0);
    }
}
