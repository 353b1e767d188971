using Kaleido.Cli;

var terminal = Terminal.Standard();
using var signals = new Signals(terminal);
return CommandLine.Run(args, terminal, signals.Token);
