using Kaleido.Tests.Support;

namespace Kaleido.Tests.Numerics;

/// <summary>
/// The library against tests/oracle, the same rules written once more in plain C: elementwise functions, random numbers, products,
/// reductions, optimisers and whole trainings, by the hashes of their results.
/// </summary>
public sealed class SecondProgramTests
{
    // The most that is quick, and the least that the program takes.
    private const string Many = "1048576", Some = "262144", Few = "16384";

    [FactIfExecutable("cc")]
    public void A_program_in_C_has_the_same_bits_on_every_instruction_set()
    {
        using var folder = new TemporaryFolder();
        string program = Compile("cc", folder, []);
        Assert.Equal(Probe.Start([program, Many]).Check(), Probe.Run(["oracle", Many]));
        string[] expected = Probe.Start([program, Few]).Check();
        foreach (string name in (string[])["DOTNET_EnableAVX512", "DOTNET_EnableAVX2", "DOTNET_EnableHWIntrinsic"])
            Assert.Equal(expected, Probe.Run(["oracle", Few], (name, "0")));
        Assert.Equal(expected, Probe.Run(["oracle", Few], ("KALEIDO_VECTOR", "128")));
    }

    [FactIfExecutable("aarch64-linux-gnu-gcc", "qemu-aarch64-static")]
    public void A_program_in_C_has_the_same_bits_on_an_emulated_Arm64()
    {
        using var folder = new TemporaryFolder();
        string program = Compile("aarch64-linux-gnu-gcc", folder, ["-static"]);
        Assert.Equal(Probe.Run(["oracle", Some]), Probe.Start(["qemu-aarch64-static", program, Some]).Check());
    }

    [TheoryIfEmulatedX64]
    [InlineData("Haswell", "AVX2")]
    [InlineData("Nehalem", "128-bit SSE")]
    public void The_library_has_the_same_bits_on_an_emulated_older_processor(string processor, string instructions)
    {
        Assert.Equal([instructions], Emulated(processor, "products"));
        Assert.Equal(Probe.Run(["oracle", Few]), Emulated(processor, "oracle", Few));
    }

    private static string[] Emulated(string processor, params string[] arguments)
    {
        // The emulator itself sometimes crashes (signal 11) while .NET replaces code that runs; without tiers it is not replaced. A crash
        // is not an answer: another attempt. A wrong answer is one.
        const int Crashed = 128 + 11;
        for (int attempt = 1; ; attempt++)
        {
            var answer = Probe.RunUnder([TheoryIfEmulatedX64Attribute.Emulator, "-cpu", processor], arguments,
                ("DOTNET_TieredCompilation", "0"), ("DOTNET_gcConcurrent", "0"));
            if (answer.ExitCode != Crashed || attempt == 3) return answer.Check();
        }
    }

    private static string Compile(string compiler, TemporaryFolder folder, string[] options)
    {
        string sources = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "oracle"));
        string program = folder.File("oracle");
        Probe.Start([compiler, "-std=c11", "-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", .. options,
            .. Directory.GetFiles(sources, "*.c"), "-o", program, "-lm"]).Check();
        return program;
    }
}
