namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>The shipped PTX comes from the sources beside it.</summary>
public sealed class BuildTests
{
    private static string FirstLine => KernelBench.Text[..KernelBench.Text.IndexOf('\n', StringComparison.Ordinal)];

    [Fact]
    public void The_PTX_names_the_hash_of_its_sources() =>
        Assert.True(FirstLine == Sources.Heading(),
            $"kernels.ptx is older than its sources: run src/Kaleido.Cuda/Kernels/build.sh\n{FirstLine}\n{Sources.Heading()}");

    [FactIfCompiler]
    public void Compiling_the_sources_gives_the_shipped_PTX() =>
        Assert.Equal(KernelBench.Text, Sources.Run(Path.Combine(Sources.Folder, "build.sh"), "--check"),
            ignoreLineEndingDifferences: false);
}
