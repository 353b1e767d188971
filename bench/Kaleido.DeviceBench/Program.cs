using Kaleido.DeviceBench;

return Commands.Run(args, Console.Out, Console.Error, (only, verbose) => new LawRun(only, verbose, Console.Out).Run());
