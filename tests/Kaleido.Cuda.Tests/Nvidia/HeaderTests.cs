using System.Globalization;
using System.Text.RegularExpressions;
using Kaleido.Cuda.Interop;
using Kaleido.Cuda.Sessions;
using Kaleido.Tests.Support;
using Xunit.Abstractions;

namespace Kaleido.Cuda.Tests.Nvidia;

/// <summary>NVIDIA's headers say the same of functions, numbers and errors as our declarations do.</summary>
/// <param name="output">For tests/nvidia/run.sh.</param>
public sealed partial class HeaderTests(ITestOutputHelper output)
{
    // With the lines of Declarations, some of them changed.
    private static (int ExitCode, string Text) Compare(Func<string, string>? change = null)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder.File("tables.h"), Declarations.Lines().Select(change ?? (line => line)));
        string source = Path.Combine(AppContext.BaseDirectory, "Native", "signatures.cpp");
        return NvidiaTools.Run("c++", "-std=c++17", "-fsyntax-only", "-isystem", NvidiaTools.Headers!, "-I", folder.Path, source);
    }

    [FactIfNvidia(Needs.Headers)]
    public void Functions_structures_and_numbers_are_those_of_the_headers()
    {
        var (exitCode, text) = Compare();
        Assert.True(exitCode == 0, text);
        int Define(string file, string name) => int.Parse(
            Regex.Match(File.ReadAllText(Path.Combine(NvidiaTools.Headers!, file)), $@"#define {name} (\d+)").Groups[1].Value,
            CultureInfo.InvariantCulture);
        string[] blas = ["CUBLAS_VER_MAJOR", "CUBLAS_VER_MINOR", "CUBLAS_VER_PATCH"];
        int functions = Declarations.Lines().Count(line => line.StartsWith("TABLE", StringComparison.Ordinal));
        output.WriteLine($"headers of CUDA {CudaProperties.Version(Define("cuda.h", "CUDA_VERSION"))} and cuBLAS "
            + $"{string.Join('.', blas.Select(name => Define("cublas_api.h", name)))}: "
            + $"{functions} functions, {Declarations.Names.Count} numbers");
    }

    [FactIfNvidia(Needs.Headers)]
    public void A_wrong_declaration_is_found()
    {
        foreach (var (right, wrong) in new[]
        {
            ("TABLE(cuMemAlloc_v2, int(unsigned long long *, size_t))", "TABLE(cuMemAlloc_v2, int(unsigned *, size_t))"),
            ("TABLE(cuEventRecord, int(void *, void *))", "TABLE(cuEventRecord, int(void *))"),
            ("NUMBER(CUBLAS_COMPUTE_32F, 68, \"CudaSession.ComputeFloat32\")", "NUMBER(CUBLAS_COMPUTE_32F, 69, \"CudaSession\")"),
        })
        {
            Assert.Contains(right, Declarations.Lines());
            var (exitCode, text) = Compare(line => line == right ? wrong : line);
            Assert.True(exitCode != 0 && text.Contains("static assertion failed", StringComparison.Ordinal), text);
        }
    }

    [FactIfNvidia(Needs.Headers)]
    public void Every_number_is_known_to_be_NVIDIAs_or_our_own() => Assert.Equal(
        Declarations.Names.Keys.Concat(Declarations.OurOwn).Order(StringComparer.Ordinal),
        Declarations.Numbers().Keys.Order(StringComparer.Ordinal));

    [FactIfNvidia(Needs.Headers)]
    public void An_error_after_which_the_process_must_start_anew_loses_the_device()
    {
        // Errors whose description does not say so, but of a device or context that is not there any more.
        string[] others =
        [
            "DEINITIALIZED", "DEVICE_UNAVAILABLE", "ECC_UNCORRECTABLE", "NVLINK_UNCORRECTABLE", "CONTAINED", "CONTEXT_IS_DESTROYED",
            "TENSOR_MEMORY_LEAK",
        ];
        string header = File.ReadAllText(Path.Combine(NvidiaTools.Headers!, "cuda.h"));
        int sticky = 0;
        foreach (Match error in Error().Matches(header))
        {
            string name = error.Groups["name"].Value, words = Regex.Replace(error.Groups["words"].Value, @"[\s*]+", " ");
            bool lost = others.Contains(name)
                || Regex.IsMatch(words, "the process must be terminated and relaunched|context cannot be used anymore, and must be destr");
            int number = int.Parse(error.Groups["number"].Value, CultureInfo.InvariantCulture);
            Assert.True(lost == CudaStatus.IsSticky(number), $"{name}: {words}");
            if (lost) sticky++;
        }

        Assert.True(sticky >= 16, $"only {sticky} are described so");
    }

    [FactIfNvidia(Needs.Headers)]
    public void Every_status_of_cuBLAS_has_its_name()
    {
        string header = File.ReadAllText(Path.Combine(NvidiaTools.Headers!, "cublas_api.h"));
        var names = BlasStatus().Matches(header).ToDictionary(
            m => int.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture), m => m.Groups[1].Value);
        Assert.Equal("SUCCESS", names[0]);
        for (int status = 1; status < 100; status++)
        {
            string number = status.ToString(CultureInfo.InvariantCulture);
            Assert.Equal(
                names.TryGetValue(status, out string? name) ? $"{number} CUBLAS_STATUS_{name}" : number, CudaStatus.BlasText(status));
        }
    }

    [GeneratedRegex(@"/\*\*(?<words>(?:(?!\*/)[\s\S])*)\*/\s*CUDA_ERROR_(?<name>\w+)\s*=\s*(?<number>\d+)")]
    private static partial Regex Error();

    [GeneratedRegex(@"\bCUBLAS_STATUS_(\w+)\s*=\s*(\d+)")]
    private static partial Regex BlasStatus();
}
