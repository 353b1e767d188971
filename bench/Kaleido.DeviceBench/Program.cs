using Kaleido.DeviceBench;

return Commands.Run(args, Console.Out, Console.Error);
