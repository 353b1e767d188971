using System.Text.RegularExpressions;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>
/// The kernels' coefficients are those of the second program in C, which is compared with the library on millions of numbers: what is wrong
/// in the last place of a small coefficient is seldom seen in a result.
/// </summary>
public sealed partial class ConstantTests
{
    [Fact]
    public void Every_floating_point_constant_of_the_functions_is_one_of_the_second_program()
    {
        string oracle = Path.Combine(Sources.Folder, "..", "..", "..", "tests", "oracle");
        var known = Directory.GetFiles(oracle, "*.c").SelectMany(file =>
            Constants(File.ReadAllText(file))).ToHashSet(StringComparer.Ordinal);
        var mine = Constants(File.ReadAllText(Path.Combine(Sources.Folder, "functions.h"))).ToHashSet(StringComparer.Ordinal);
        Assert.InRange(mine.Count, 120, 300);
        Assert.Empty(mine.Except(known));
    }

    // Decimal and hexadecimal floating-point constants and hexadecimal integers; not whole numbers, which C may write without ".0".
    private static IEnumerable<string> Constants(string text) =>
        Constant().Matches(Regex.Replace(text, @"//.*|/\*[\s\S]*?\*/", ""))
            .Select(m => m.Value.TrimEnd('u')).Where(value => !value.EndsWith(".0", StringComparison.Ordinal));

    [GeneratedRegex(@"(?<![\w.])(\d+\.\d+(e[+-]?\d+)?f?|\d+e[+-]?\d+f?|0x[0-9A-Fa-f]+(p[+-]?\d+f?)?u?)(?![\w.])")]
    private static partial Regex Constant();
}
