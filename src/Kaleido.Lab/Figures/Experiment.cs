using Kaleido.Lab.Beyond;
using Kaleido.Lab.Ensembles;
using Kaleido.Lab.Pictures;

namespace Kaleido.Lab.Figures;

/// <summary>How to make a figure.</summary>
/// <param name="Seeds">Number of seeds 0 … Seeds-1; 0 for the figure's own number.</param>
/// <param name="Quick">True for the quick form: eight seeds, unless <paramref name="Seeds"/> says otherwise.</param>
/// <param name="Threads">Threads; 0 for as many as the process may use. They never change a number.</param>
public sealed record FigureOptions(int Seeds = 0, bool Quick = false, int Threads = 0)
{
    private const int QuickSeeds = 8;

    /// <summary>
    /// The folder with the data sets, one sub-folder each (<c>mnist</c>, <c>cifar10</c>); null for the environment's <c>KALEIDO_DATA</c>.
    /// </summary>
    public string? Data { get; init; }

    /// <summary>Told in a few words what is being done, now and then; null for nobody.</summary>
    public Action<string>? Report { get; init; }

    /// <summary>The same with the name of a case before all that is told; for figures that train several.</summary>
    /// <param name="name">Of the case, in few words.</param>
    public FigureOptions For(string name) => Report is { } report ? this with { Report = text => report($"{name}: {text}") } : this;

    /// <summary>The number of seeds, where the full form has <paramref name="full"/>.</summary>
    public int SeedsOf(int full) => Seeds > 0 ? Seeds : Quick ? Math.Min(QuickSeeds, full) : full;

    /// <summary>
    /// The number of seeds of one of several families, some of which take much longer than others: never more than
    /// <paramref name="full"/>, and none where the quick form leaves the family out.
    /// </summary>
    /// <param name="full">The family's number in the full form, and the most.</param>
    /// <param name="quick">Its number in the quick form; 0 where that leaves it out.</param>
    public int SeedsOf(int full, int quick)
    {
        int own = Quick ? quick : full;
        return Seeds > 0 && own > 0 ? Math.Min(Seeds, full) : own;
    }

    /// <summary>The folder of a data set, if it is there.</summary>
    /// <param name="name"><c>mnist</c> or <c>cifar10</c>.</param>
    public string? FindData(string name)
    {
        string? folder = Data ?? Environment.GetEnvironmentVariable("KALEIDO_DATA");
        return string.IsNullOrEmpty(folder) || !Directory.Exists(Path.Combine(folder, name)) ? null : Path.Combine(folder, name);
    }

    /// <summary>The folder of a data set.</summary>
    /// <param name="name"><c>mnist</c> or <c>cifar10</c>.</param>
    /// <exception cref="DirectoryNotFoundException">It is not there; the sentence says where it was looked for.</exception>
    public string RequireData(string name) => FindData(name) ?? throw new DirectoryNotFoundException(
        (Data ?? Environment.GetEnvironmentVariable("KALEIDO_DATA")) is { Length: > 0 } folder
            ? $"the data set {name} is not there: {folder} has no folder {name}"
            : $"the data set {name} is needed: --data (or KALEIDO_DATA) names the folder that has a folder {name}");
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
    /// <summary>Frames of one size that show what moves, if anything does.</summary>
    public IReadOnlyList<Picture>? Animation { get; init; }

    /// <summary>How the frames follow each other.</summary>
    public AnimationOptions Timing { get; init; } = new() { Delay = 250 };

    /// <summary>Whether every acceptance holds.</summary>
    public bool IsAccepted => Verdicts.All(verdict => verdict.Kind != VerdictKind.Acceptance || verdict.Holds);
}

/// <summary>
/// An experiment that makes a figure: one of H. Shrivastava, Generative Kaleidoscopic Networks, arXiv 2402.11793, a law over many networks,
/// or an answer to a question that the paper leaves open.
/// </summary>
public abstract class Experiment
{
    /// <summary>The name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What it shows, in one line.</summary>
    public abstract string Title { get; }

    /// <summary>The data set that it needs (<c>mnist</c>, <c>cifar10</c>), or null where it makes its own data.</summary>
    public virtual string? DataSet => null;

    /// <summary>Whether <see cref="FigureOptions.Seeds"/> means anything to it: not where one network is all there is.</summary>
    public virtual bool HasSeeds => true;

    /// <summary>Runs the experiment.</summary>
    /// <param name="options">How many seeds, in which form.</param>
    /// <param name="cancellation">Ends it by an exception.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="DirectoryNotFoundException">Its data set is not there.</exception>
    public abstract FigureResult Run(FigureOptions options, CancellationToken cancellation = default);

    /// <summary>All experiments: the paper's figures in its order, laws over depth, width and noise, questions beyond the paper.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        new Figure2(),
        new Figure3(),
        new Notebook1D(),
        new Figure4(),
        new Figure5a(),
        new Figure5b(),
        new Figure6(),
        new Figure7(),
        new Figure8(),
        new DepthLaw(),
        new WidthLaw(),
        new OnePointLaw(),
        new JumpLaw(),
        new MarginLaw(),
        new Denoising(),
        new CensusFigure(),
        new CertifiedRadii(),
        new LearnsIdentity(),
        new SmoothData(),
        new FractalSets(),
        new Conditional(),
        new AttractorCompression(),
        new GradientStudy(),
        new AttractorMemory(),
        new NoiseStudy(),
    ];

    /// <summary>The experiment of a name, or null.</summary>
    public static Experiment? Find(string name) => All.FirstOrDefault(figure => figure.Name == name);
}
