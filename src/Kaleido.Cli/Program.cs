using Kaleido.Cli;

using var signals = new Signals();
return CommandLine.Run(args, Terminal.Standard(), signals.Token);
