using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Figures;

/// <summary>How to make a figure.</summary>
/// <param name="Seeds">Number of seeds 0 … Seeds-1; 0 for the figure's own number.</param>
/// <param name="Quick">True for the quick form: eight seeds, unless <paramref name="Seeds"/> says otherwise.</param>
/// <param name="Threads">Threads; 0 for as many as the process may use. They never change a number.</param>
public sealed record FigureOptions(int Seeds = 0, bool Quick = false, int Threads = 0)
{
    private const int QuickSeeds = 8;

    /// <summary>The number of seeds, where the full form has <paramref name="full"/>.</summary>
    public int SeedsOf(int full) => Seeds > 0 ? Seeds : Quick ? Math.Min(QuickSeeds, full) : full;
}

/// <summary>A table of numbers, as CSV.</summary>
/// <param name="Name">Part of the file's name.</param>
/// <param name="Columns">The headings.</param>
/// <param name="Rows">The rows, each as long as the headings.</param>
public sealed record FigureTable(string Name, IReadOnlyList<string> Columns, IReadOnlyList<double[]> Rows);

/// <summary>What a figure came to.</summary>
/// <param name="Name">The figure's name.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Numbers">Single numbers by name: seeds, dead nets, medians.</param>
/// <param name="Tables">Numbers by seed or by point.</param>
/// <param name="Verdicts">The judgements.</param>
/// <param name="Picture">What there is to see.</param>
public sealed record FigureResult(
    string Name, string Title, IReadOnlyList<KeyValuePair<string, double>> Numbers, IReadOnlyList<FigureTable> Tables,
    IReadOnlyList<Verdict> Verdicts, Picture Picture)
{
    /// <summary>Whether every acceptance holds.</summary>
    public bool IsAccepted => Verdicts.All(verdict => verdict.Kind != VerdictKind.Acceptance || verdict.Holds);
}

/// <summary>A figure of H. Shrivastava, Generative Kaleidoscopic Networks, arXiv 2402.11793, as an experiment.</summary>
public abstract class PaperFigure
{
    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What it shows, in one line.</summary>
    public abstract string Title { get; }

    /// <summary>Runs the experiment.</summary>
    /// <param name="options">How many seeds, in which form.</param>
    /// <param name="cancellation">Ends it by an exception.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public abstract FigureResult Run(FigureOptions options, CancellationToken cancellation = default);

    /// <summary>All figures, in the paper's order.</summary>
    public static IReadOnlyList<PaperFigure> All { get; } = [new Figure2(), new Figure3(), new Notebook1D(), new Figure4(), new Figure5a(), new Figure5b(), new Figure6()];

    /// <summary>The figure of a name, or null.</summary>
    public static PaperFigure? Find(string name) => All.FirstOrDefault(figure => figure.Name == name);
}
