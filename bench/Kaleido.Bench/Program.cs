using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Kaleido.Bench;

// dotnet run -c Release --project bench/Kaleido.Bench -- --filter '*Step*'
// Short jobs in this process by default; "--full" first for BenchmarkDotNet's own processes and job lengths.
// "manners" alone: how the threads behave beside others.
if (args is ["manners"]) return Manners.Run();
// "soak 30": training and sampling at once for 30 minutes.
if (args is ["soak", var minutes]) return Soak.Run(double.Parse(minutes, System.Globalization.CultureInfo.InvariantCulture));
// "scaling": how the cost of a step grows, as CSV.
if (args is ["scaling"]) return Scaling.Run();
// "paths": every path of the matrix product beside the one that the library chooses.
if (args is ["paths", ..]) return PathTable.Run(args.AsSpan(1));
// "figure6 [threads [steps]]": a sample of the networks of Fig. 6, for bench/peers/figure6.py.
if (args is ["figure6", ..]) return Figure6Sample.Run(args.AsSpan(1));
bool full = args.Length > 0 && args[0] == "--full";
var job = full ? Job.Default : Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
var diagnoser = new PeakDiagnoser();
var config = DefaultConfig.Instance
    .AddJob(job)
    .AddDiagnoser(diagnoser)
    .AddColumn(PeakColumn.All(diagnoser))
    .HideColumns(Column.Error, Column.StdDev, Column.RatioSD);
var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(full ? args[1..] : args, config);
return summaries.Any(s => s.HasCriticalValidationErrors || s.Reports.Any(r => !r.Success)) ? 1 : 0;
