using System.CommandLine;
using Kaleido.Data;

namespace Kaleido.Cli;

/// <summary>Which samples of a data source, and in which size: the same flags wherever data are read.</summary>
internal sealed class DataFlags
{
    /// <summary>What can be read.</summary>
    public const string Sources = "a folder of pictures (PNG, PGM or PPM; sub-folders are classes), "
        + "a file or a folder of IDX (MNIST's, plain or .gz) or of CIFAR-10 (binary), or an .npy, .npz or CSV file";

    private readonly Option<ImageSize?> _size = Flags.Size("--size", "Bring pictures to this size, averaging areas [default: their own]");

    private readonly Option<long?> _first;

    private readonly Option<long?> _class = Flags.Whole("--class",
        "Only the samples of this class, a number from 0 on [default: all]", 0, int.MaxValue);

    private readonly Option<long?> _random = Flags.Whole("--random",
        "Of these so many, drawn by --seed, in their order [default: all]", 1, int.MaxValue);

    private readonly Option<long?> _seed;

    private readonly Option?[] _brought;

    /// <param name="first">The flag that takes the first samples, where a command has its own.</param>
    /// <param name="seed">The seed's flag, where a command has its own.</param>
    public DataFlags(Option<long?>? first = null, Option<long?>? seed = null)
    {
        _brought = [first, seed];
        _first = first ?? Flags.Whole("--first", "Only the first N samples [default: all]", 1, int.MaxValue);
        _seed = seed ?? Flags.Whole("--seed", "Seed of --random [default: 0]", 0, uint.MaxValue);
    }

    /// <summary>Adds the flags to a command, but for those that it brought.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _class, _first, _random, _seed, _size })
        {
            if (!_brought.Contains(option)) command.Options.Add(option);
        }
    }

    /// <summary>Whether a flag is given that only data of one's own can have.</summary>
    public bool IsGiven(System.CommandLine.Parsing.CommandResult result) =>
        result.GetResult(_class) is not null || result.GetResult(_random) is not null || result.GetResult(_size) is not null;

    /// <summary>Whether any of the flags is given.</summary>
    public bool IsAnyGiven(System.CommandLine.Parsing.CommandResult result) =>
        IsGiven(result) || result.GetResult(_first) is not null || result.GetResult(_seed) is not null;

    public DatasetOptions Read(ParseResult result) => new()
    {
        Size = result.GetValue(_size),
        First = (int?)result.GetValue(_first),
        Class = (int?)result.GetValue(_class),
        Random = (int?)result.GetValue(_random),
        Seed = (uint)(result.GetValue(_seed) ?? 0),
    };
}
