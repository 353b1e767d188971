using System.Globalization;

namespace Kaleido.Cli;

/// <summary>What <c>kaleido info</c> tells: for people a heading and lines, for programs one object.</summary>
/// <param name="Heading">The first line for people.</param>
/// <param name="Values">Names, values for programs, and what people read instead: null for the value itself, "" for nothing.</param>
internal sealed record Facts(string Heading, Facts.Fact[] Values)
{
    private const int Shown = 20;

    /// <summary>One fact.</summary>
    public readonly record struct Fact(string Name, object? Value, string? Text = null);

    /// <summary>For people; facts that are not there are left out.</summary>
    public IEnumerable<string> Lines() => Values
        .Select(fact => (fact.Name, Text: fact.Text ?? Text(fact.Value)))
        .Where(fact => fact.Text.Length > 0)
        .Select(fact => $"  {fact.Name.Replace('_', ' ')}: {fact.Text}")
        .Prepend(Heading);

    /// <summary>For programs.</summary>
    public string Json() => JsonText.Of(writer =>
    {
        foreach (var (name, value, _) in Values) JsonText.Value(writer, name, value);
    });

    private static string Text(object? value) => value switch
    {
        null => "",
        bool truth => truth ? "yes" : "no",
        IReadOnlyList<int> numbers => List(numbers),
        IReadOnlyList<string> texts => List(texts),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string List<T>(IReadOnlyList<T> values) =>
        string.Join(", ", values.Take(Shown).Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)))
        + (values.Count > Shown ? string.Create(CultureInfo.InvariantCulture, $", and {values.Count - Shown} more") : "");
}
