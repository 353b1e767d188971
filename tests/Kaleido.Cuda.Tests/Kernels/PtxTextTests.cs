using System.Text.RegularExpressions;
using Kaleido.Backends;
using Kaleido.Cuda.Interop;
using Kaleido.Cuda.Tests.Ptx;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>What the shipped PTX must not contain, and that it is what its README says.</summary>
public sealed partial class PtxTextTests
{
    // Kernels whose sources ask for no fused multiply-add.
    private const string Unfused = "unary_(negate|abs|sign|sqrt|relu|leaky_relu|identity)|binary_.*|ternary_select|"
        + "bias_(identity|relu|leaky_relu)|relu_gradient|relu_gradient_column_sum|copy|row_sum|row_maximum|row_arg_maximum|column_sum"
        + "|transpose|gather_rows|scatter_add_rows|one_hot|minibatch_indices|record|advance";

    private static PtxFile File { get; } = PtxParser.Parse(KernelBench.Text);

    private static string Readme => System.IO.File.ReadAllText(Path.Combine(Sources.Folder, "README.md"));

    [Fact]
    public void Floating_point_is_rounded_to_nearest_and_subnormals_stay()
    {
        foreach (var entry in File.Entries) RoundsToNearest(entry);
    }

    /// <summary>The rule for one kernel.</summary>
    internal static void RoundsToNearest(PtxEntry entry)
    {
        foreach (var statement in entry.Statements)
        {
            string opcode = statement.Opcode;
            Assert.DoesNotMatch(@"\.(approx|ftz|full|sat|rz|rm|rp)\b", opcode);
            Assert.DoesNotMatch(@"^(ex2|lg2|sin|cos|tanh|rsqrt|mad\.(rn|f))", opcode);

            // Without .rn the driver's compiler may fuse a multiplication and an addition.
            if (Regex.IsMatch(opcode, @"^(add|sub|mul|div|fma|rcp|sqrt)\..*f(32|64)$"))
                Assert.Contains(".rn.", opcode, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nothing_is_fused_that_the_sources_do_not_fuse()
    {
        int checkedKernels = 0;
        foreach (var entry in File.Entries.Where(e => Regex.IsMatch(e.Name, $"^({Unfused})$")))
        {
            Assert.DoesNotContain(entry.Statements, s => s.Opcode.StartsWith("fma", StringComparison.Ordinal));
            checkedKernels++;
        }

        Assert.Equal(34, checkedKernels);
    }

    [Fact]
    public void Target_and_version_are_what_the_drivers_of_CUDA_11_4_read()
    {
        Assert.Equal("sm_50", File.Target);
        Assert.Equal("6.0", File.Version);
    }

    [Fact]
    public void Threads_synchronise_by_barriers_alone()
    {
        // Nothing depends on the threads of a warp running in step.
        foreach (var entry in File.Entries)
            Assert.DoesNotContain(entry.Statements, s => Regex.IsMatch(s.Opcode, "^(shfl|vote|match|bar\\.(?!sync)|membar|red)"));
    }

    [Fact]
    public void Every_kernel_that_is_shipped_is_one_that_the_device_launches_and_the_other_way_round()
    {
        var names = typeof(KernelNames).GetFields().Select(field => field.GetValue(null))
            .SelectMany(value => value as string[] ?? [(string)value!])
            .Concat(Enum.GetValues<UnaryOperation>().Select(KernelNames.Bias).OfType<string>());
        Assert.Equal(File.Entries.Select(e => e.Name).Order(StringComparer.Ordinal), names.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_README_lists_every_kernel_with_its_parameters()
    {
        var written = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (Match row in Row().Matches(Readme))
        {
            string[] types = [.. Parameter().Matches(row.Groups["parameters"].Value).Select(m => m.Groups[1].Value switch
            {
                "ptr" or "s64" or "u64" => ".u64", "s32" or "u32" => ".u32", string type => $".{type}",
            })];
            foreach (Match name in Name().Matches(row.Groups["names"].Value))
            {
                foreach (string kernel in Expanded(name.Groups[1].Value)) written.Add(kernel, types);
            }
        }

        Assert.Equal(File.Entries.Select(e => e.Name).Order(StringComparer.Ordinal), written.Keys.Order(StringComparer.Ordinal));
        foreach (var entry in File.Entries)
            Assert.True(written[entry.Name].SequenceEqual(entry.Parameters.Select(p => p.Type)),
                $"{entry.Name} has other parameters than its row says");
    }

    // unary_F, and so on, to the names of all functions.
    private static IEnumerable<string> Expanded(string name) => name switch
    {
        "unary_F" => Enum.GetValues<UnaryOperation>().Select(f => $"unary_{ElementwiseKernelTests.Name(f)}"),
        "binary_F" => Enum.GetValues<BinaryOperation>().Select(f => $"binary_{ElementwiseKernelTests.Name(f)}"),
        "ternary_F" => Enum.GetValues<TernaryOperation>().Select(f => $"ternary_{ElementwiseKernelTests.Name(f)}"),
        "bias_F" => ElementwiseKernelTests.BiasFunctions.Select(f => $"bias_{ElementwiseKernelTests.Name(f)}"),
        _ => [name],
    };

    [Fact]
    public void The_README_names_the_members_of_every_operation_in_order()
    {
        string InOrder<T>() where T : struct, Enum => string.Join(' ', Enum.GetValues<T>().Select(f => ElementwiseKernelTests.Name(f)));
        string text = Regex.Replace(Readme, @"\s+", " ");
        Assert.Contains($"`{InOrder<UnaryOperation>()}`", text, StringComparison.Ordinal);
        Assert.Contains($"`{InOrder<BinaryOperation>()}`", text, StringComparison.Ordinal);
        Assert.Contains($"`{InOrder<TernaryOperation>()}`", text, StringComparison.Ordinal);
        Assert.Equal((0, 3), ((int)OptimizerKind.Sgd, (int)OptimizerKind.Adam));
        Assert.Equal((1, 2), ((int)ScheduleKind.Step, (int)ScheduleKind.Cosine));
    }

    [Fact]
    public void Every_instruction_of_every_kernel_is_understood() =>
        Assert.Equal(File.Entries.Select(e => e.Name), KernelBench.Module.Kernels);

    [GeneratedRegex(@"^\| (?<names>`[^|]*) \| (?<parameters>ptr [^|]*) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?:^|, )(ptr|s64|u64|s32|u32|f32|f64) \w+")]
    private static partial Regex Parameter();

    [GeneratedRegex("`([a-zA-Z_0-9]+)`")]
    private static partial Regex Name();
}
