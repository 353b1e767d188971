using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Kaleido.Backends;
using Kaleido.Lab.Creation;
using Kaleido.Numerics;

namespace Kaleido.Cli;

/// <summary>The command line as a function: arguments in, text and an exit code out.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command. Cancelling it gives <see cref="ExitCode.Cancelled"/>, with what was reached saved.</summary>
    public static int Run(string[] args, Terminal terminal, CancellationToken cancellation)
    {
        var root = Build(terminal, cancellation);
        try
        {
            return Run(root, args, terminal);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException or DeviceException)
        {
            terminal.Fail(Sentence(error.Message));
            return ExitCode.Failed;
        }
        catch (OutOfMemoryException error)
        {
            terminal.Fail(Sentence(error is InsufficientMemoryException ? error.Message : $"The memory did not suffice: {error.Message}"));
            return ExitCode.Failed;
        }
    }

    // What judges the words may look at the files that they name, so that this can fail, too.
    private static int Run(RootCommand root, string[] args, Terminal terminal)
    {
        var result = root.Parse(args);
        string? stray = StrayFlags.Find(result);
        if ((result.Errors.Count > 0 || stray is not null) && result.Action is not (HelpAction or Examples.HelpWithExamples))
        {
            terminal.Fail(Sentence(stray is not null ? stray
                : result.UnmatchedTokens.Count > 0 ? Suggestion.Refuse(result.CommandResult.Command, result.UnmatchedTokens[0])
                : args.Length == 0
                ? $"A command is missing: {string.Join(", ", root.Subcommands.Where(c => !c.Hidden).Select(c => c.Name))}; see --help"
                : Words(result.Errors[0])));
            return ExitCode.Usage;
        }

        return result.Invoke(new() { Output = terminal.Output, Error = terminal.Error, EnableDefaultExceptionHandler = false });
    }

    /// <summary>All commands.</summary>
    public static RootCommand Build(Terminal terminal, CancellationToken cancellation)
    {
        var root = new RootCommand("Kaleido: digits, or pictures of your own, out of noise by iterating a neural network.")
        {
            CreateCommand.Build(terminal, cancellation),
            SampleCommand.Build(terminal, cancellation),
            InfoCommand.Build(terminal),
            ConvertCommand.Build(terminal, cancellation),
            FigureCommand.Build(terminal, cancellation),
            BenchCommand.Build(terminal, cancellation),
            VerifyCommand.Build(terminal, cancellation),
            VerifyCommand.BuildChild(terminal),
            CompletionCommand.Build(terminal),
        };
        Examples.AddTo(root, terminal);
        foreach (var option in root.Options.OfType<VersionOption>()) option.Action = new VersionAction(terminal);
        return root;
    }

    // How often a flag is given is told in words of the library's own.
    private static string Words(ParseError error) => error.SymbolResult is OptionResult { Option: var option, Tokens.Count: var values }
        && option.Arity.MaximumNumberOfValues == 1 && values != 1
        ? values == 0 ? $"{option.Name} lacks its value; see --help" : $"{option.Name} is given {values} times; once is enough"
        : error.SymbolResult is ArgumentResult { Tokens.Count: 0, Argument: var argument, Parent: CommandResult { Command: var command } }
        && argument.Arity.MinimumNumberOfValues > 0 ? $"{command.Name} lacks its {argument.HelpName ?? argument.Name}; see --help"
        : error.Message;

    // One line, whatever the source of the message, and always with a full stop.
    private static string Sentence(string message)
    {
        string line = message.ReplaceLineEndings(" ").Trim();
        return line.EndsWith('.') ? line : line + ".";
    }

    private sealed class VersionAction(Terminal terminal) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            terminal.Output.WriteLine(FormattableString.Invariant(
                $"kaleido {HostEnvironment.Version}, numerics version {NumericsVersion.Current}"));
            return ExitCode.Success;
        }
    }
}
