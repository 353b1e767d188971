using System.CommandLine;

namespace Kaleido.Cli;

/// <summary>
/// <c>kaleido completion SHELL</c>: a script that lets the shell complete commands and flags. It asks the program itself
/// (<c>kaleido "[suggest:POSITION]" LINE</c>), so it never falls behind.
/// </summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # eval "$(kaleido completion bash)"
        _kaleido() {
          local IFS=$'\n' current=${COMP_WORDS[COMP_CWORD]}
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "$current"))
          # Flags (and /h) only behind a dash: else they hide the files.
          if [[ $current != -* ]]; then COMPREPLY=($(printf '%s\n' "${COMPREPLY[@]}" | grep -v '^[-/]')); fi
          if [[ ${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=($(compgen -f -- "$current")); fi
        }
        complete -o filenames -F _kaleido kaleido
        """;

    private const string Zsh = """
        # eval "$(kaleido completion zsh)"
        _kaleido() {
          local -a found=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
          found=(${found:#})
          [[ ${words[CURRENT]} == -* ]] || found=(${found:#[-\/]*})
          if (( ${#found} )); then compadd -- $found; else _files; fi
        }
        compdef _kaleido kaleido
        """;

    private const string Fish = """
        # kaleido completion fish | source
        complete -c kaleido -a '(set -l line (commandline -cp); kaleido "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)'
        """;

    public static Command Build(Terminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.CompletionSources.Add("bash", "zsh", "fish");
        Flags.Demand(shell, name => name is "bash" or "zsh" or "fish", name => $"SHELL must be bash, zsh or fish, not \"{name}\"");
        var command = new Command("completion", "Print a script that lets your shell complete commands and flags.") { shell };
        command.SetAction(result =>
        {
            terminal.Output.WriteLine(result.GetValue(shell) switch { "zsh" => Zsh, "fish" => Fish, _ => Bash });
            return ExitCode.Success;
        });
        return command;
    }
}
