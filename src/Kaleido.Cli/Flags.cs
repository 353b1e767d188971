using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Kaleido.Cli;

/// <summary>Options that read numbers the same in every culture and refuse them in one sentence that names the flag.</summary>
internal static class Flags
{
    /// <summary>A whole number in a range; null where it is not given.</summary>
    public static Option<long?> Whole(string name, string description, long least, long most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
                && value >= least && value <= most)
                return value;
            result.AddError(string.Create(CultureInfo.InvariantCulture,
                $"{name} must be a whole number from {least} to {most}, not \"{text}\""));
            return null;
        },
    };

    /// <summary>A finite number, above 0 or from 0 on; null where it is not given.</summary>
    public static Option<double?> Number(string name, string description, bool zero) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                && double.IsFinite(value) && (zero ? value >= 0 : value > 0))
            {
                return value;
            }

            result.AddError($"{name} must be a number {(zero ? "from 0 on" : "above 0")}, not \"{text}\"");
            return null;
        },
    };

    /// <summary>A path; null where it is not given.</summary>
    public static Option<string?> Path(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "DIR",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal)) return text;
            result.AddError($"{name} must name a path, not \"\"");
            return null;
        },
    };
}
