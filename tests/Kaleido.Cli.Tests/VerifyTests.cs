using Kaleido.Lab.Verification;

namespace Kaleido.Cli.Tests;

/// <summary>The judgement of <c>kaleido verify</c>; the run itself is in <see cref="ProcessTests"/>.</summary>
public sealed class VerifyTests
{
    private static (int Code, string Output, string Error) Judge(params VerificationResult[] results)
    {
        using StringWriter output = new(), error = new();
        int code = VerifyCommand.Judge(results, new Terminal(output, error, IsInteractive: false));
        return (code, output.ToString(), error.ToString());
    }

    private static VerificationResult Result(InstructionSwitch off, string hash, string? problem = null) =>
        new(off, "AVX2, FMA", [(1, "aa"), (4, hash)], problem);

    [Fact]
    public void Equal_hashes_are_a_success()
    {
        var (code, output, error) = Judge(Result(InstructionSwitch.None, "aa"), Result(InstructionSwitch.Avx512, "aa"));
        Assert.Equal((0, ""), (code, error));
        Assert.EndsWith("all equal", output.TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("avx512 off", output, StringComparison.Ordinal);
    }

    [Fact]
    public void One_different_hash_is_a_failure()
    {
        var (code, output, error) = Judge(Result(InstructionSwitch.None, "aa"), Result(InstructionSwitch.Avx2, "ab"));
        Assert.Equal((1, "kaleido: 2 different results; all must be equal."), (code, error.TrimEnd()));
        Assert.DoesNotContain("all equal", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_switch_without_effect_is_a_failure_even_if_the_hashes_are_equal()
    {
        var (code, output, error) = Judge(Result(InstructionSwitch.Avx2, "aa", "DOTNET_EnableAVX2=0 had no effect"));
        Assert.Equal((1, "kaleido: avx2 off: DOTNET_EnableAVX2=0 had no effect."), (code, error.TrimEnd()));
        Assert.DoesNotContain("all equal", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_hash_covers_the_network_and_the_ensemble()
    {
        string both = VerificationCase.Sha256(1, large: false), ensemble = VerificationCase.EnsembleSha256(1);
        Assert.Equal(64, both.Length);
        Assert.Equal(3, new[] { both, ensemble, VerificationCase.WeightsSha256(1, large: false) }.Distinct().Count());
        Assert.Equal((both, ensemble), (VerificationCase.Sha256(3, large: false), VerificationCase.EnsembleSha256(3)));
        Assert.Equal($"1 {both} {VerificationCase.WeightsSha256(1, large: false)}", VerificationRun.ChildLines(large: false).ElementAt(2));
    }

    [Fact]
    public void No_result_at_all_is_a_failure() => Assert.Equal(1, Judge().Code);
}
