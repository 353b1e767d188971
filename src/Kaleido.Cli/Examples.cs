using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Kaleido.Cli;

/// <summary>What a command is good for, shown behind its --help. A test runs every line.</summary>
internal static class Examples
{
    /// <summary>One example.</summary>
    /// <param name="Arguments">What is typed behind "kaleido".</param>
    /// <param name="Comment">What it does, in few words.</param>
    public readonly record struct Example(string Arguments, string Comment);

    /// <summary>The examples of each command, by its name; "" for the program itself.</summary>
    public static IReadOnlyDictionary<string, Example[]> All { get; } = new Dictionary<string, Example[]>
    {
        [""] =
        [
            new("create", "digits out of noise, into kaleido-out/"),
            new("create --data photos/ --size 32x32 --out photos-out", "pictures of your own out of noise"),
            new("sample kaleido-out --out film.gif", "the network again, as an animation"),
            new("create --help", "everything that can be set, and more examples"),
        ],
        ["create"] =
        [
            new("create", "digits that the program draws itself"),
            new("create --data mnist/ --out mnist-out", "the network of the paper for a folder of IDX files"),
            new("create --resume mnist-out", "go on after Ctrl-C or a crash, to the same bits"),
            new("create --data photos/ --size 32x32 --out photos-out", "your own pictures, whatever their sizes"),
            new("create --data cifar/ --class 5 --random 500 --out dogs", "500 of CIFAR-10's dogs"),
        ],
        ["sample"] =
        [
            new("sample kaleido-out --seed 7", "from other noise, into kaleidoscope.png"),
            new("sample kaleido-out --out film.gif", "how samples appear, as an animation"),
            new("sample kaleido-out --chains 1000 --out samples.npy", "samples for NumPy"),
        ],
        ["convert"] =
        [
            new("convert mnist/ digits.npz", "for NumPy: x are the pictures, y the labels"),
            new("convert mnist/ digits.csv --random 1000", "1000 of them as a table, the label last"),
            new("convert mnist/ fives.png --class 5 --first 100", "a sheet of 100 fives"),
            new("convert digits.npz digits/", "a folder of pictures, a sub-folder for each label"),
            new("convert photos/ small/ --size 32x32", "smaller pictures"),
        ],
        ["info"] =
        [
            new("info kaleido-out", "the network in it: sizes, activations, hash of the weights"),
            new("info mnist/ --picture first.png", "samples, features, classes, and the first 100 drawn"),
            new("info --devices", "what there is to compute on"),
        ],
        ["figure"] =
        [
            new("figure list", "what there is"),
            new("figure 2", "a figure of the paper, 50 seeds, with its verdicts"),
            new("figure 2 --quick --json", "few seeds, as one JSON object for a script"),
            new("figure all --quick", "all that there are, few seeds"),
        ],
        ["bench"] = [new("bench --quick", "a rough look"), new("bench --json", "all figures, for a script")],
        ["verify"] = [new("verify", "the same bits with every instruction set and thread count")],
        ["completion"] = [new("completion bash", "eval \"$(kaleido completion bash)\" in ~/.bashrc makes Tab work")],
    };

    /// <summary>Lets --help of a program show them.</summary>
    public static void AddTo(RootCommand root, Terminal terminal)
    {
        foreach (var option in root.Options.OfType<HelpOption>())
        {
            if (option.Action is HelpAction help) option.Action = new HelpWithExamples(help, terminal);
        }
    }

    internal sealed class HelpWithExamples(HelpAction help, Terminal terminal) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int code = help.Invoke(parseResult);
            var command = parseResult.CommandResult.Command;
            if (!All.TryGetValue(command is RootCommand ? "" : command.Name, out var examples)) return code;
            terminal.Output.WriteLine("Examples:");
            int width = examples.Max(example => example.Arguments.Length);
            foreach (var (arguments, comment) in examples) terminal.Output.WriteLine($"  kaleido {arguments.PadRight(width)}  # {comment}");
            terminal.Output.WriteLine();
            return code;
        }
    }
}
