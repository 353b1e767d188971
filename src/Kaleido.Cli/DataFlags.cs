using System.CommandLine;
using Kaleido.Data;

namespace Kaleido.Cli;

/// <summary>Which samples of a data source, and in which size: the same flags wherever data are read.</summary>
internal sealed class DataFlags
{
    /// <summary>What can be read.</summary>
    public const string Sources = "IDX (as MNIST's, plain or .gz), CIFAR-10 binary, .npy, .npz or CSV, or a folder of them or of PNG, PGM and PPM pictures";

    private readonly Option<ImageSize?> _size = Flags.Size("--size", "Bring the pictures of a folder to this size, by area [default: their own]");

    private readonly Option<long?> _first;

    private readonly Option<long?> _class = Flags.Whole("--class", "Only the samples of this class", 0, int.MaxValue);

    private readonly Option<long?> _random = Flags.Whole("--random", "So many samples drawn by --seed instead of the first ones", 1, int.MaxValue);

    private readonly Option<long?> _seed;

    /// <param name="first">The flag that takes the first samples, where a command has its own.</param>
    /// <param name="seed">The seed's flag, where a command has its own.</param>
    public DataFlags(Option<long?>? first = null, Option<long?>? seed = null)
    {
        _first = first ?? Flags.Whole("--first", "Only the first N samples [default: all]", 1, int.MaxValue);
        _seed = seed ?? Flags.Whole("--seed", "Seed of --random [default: 0]", 0, uint.MaxValue);
    }

    /// <summary>The flags, but for those that the command brought.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _first, _class, _random, _seed, _size })
        {
            if (!command.Options.Contains(option)) command.Options.Add(option);
        }
    }

    /// <summary>Whether a flag is given that only data of one's own can have.</summary>
    public bool IsGiven(System.CommandLine.Parsing.CommandResult result) =>
        result.GetResult(_class) is not null || result.GetResult(_random) is not null || result.GetResult(_size) is not null;

    public DatasetOptions Read(ParseResult result) => new()
    {
        Size = result.GetValue(_size),
        First = (int?)result.GetValue(_first),
        Class = (int?)result.GetValue(_class),
        Random = (int?)result.GetValue(_random),
        Seed = (uint)(result.GetValue(_seed) ?? 0),
    };
}
