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
bool full = args.Length > 0 && args[0] == "--full";
var job = full ? Job.Default : Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
var config = DefaultConfig.Instance
    .AddJob(job)
    .AddColumn(new GigaflopsColumn())
    .HideColumns(Column.Error, Column.StdDev, Column.RatioSD);
Console.WriteLine($"multiply-add peak of one core, probed now: {PeakProbe.Gigaflops():f0} GFLOP/s");
var summaries = BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(full ? args[1..] : args, config);
Console.WriteLine($"multiply-add peak of one core, probed after: {PeakProbe.Gigaflops():f0} GFLOP/s");
return summaries.Any(s => s.HasCriticalValidationErrors || s.Reports.Any(r => !r.Success)) ? 1 : 0;
