#:package MathNet.Numerics@5.0.0
#:property PublishAot=false
// MathNet.Numerics' managed matrix products, as a contender: dotnet run mathnet.cs -- THREADS [quick]
using System.Diagnostics;
using System.Globalization;
using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra.Single;

int threads = int.Parse(args[0], CultureInfo.InvariantCulture);
bool quick = args.Length > 1;
Control.UseManaged();
Control.MaxDegreeOfParallelism = threads;
var lines = new List<string>();
// Its products are some fifty times slower than the others': the large ones would take minutes.
foreach (string shape in (string[])["1000x500x500 NN", "1000x500x500 NT", "1000x500x500 TN", "1024x1024x1024 NN", "32x500x500 NN", "2x10x10 NN"])
{
    int[] size = [.. shape.Split(' ')[0].Split('x').Select(s => int.Parse(s, CultureInfo.InvariantCulture))];
    var (m, n, k) = (size[0], size[1], size[2]);
    bool ta = shape[^2] == 'T', tb = shape[^1] == 'T';
    DenseMatrix a = DenseMatrix.CreateRandom(ta ? k : m, ta ? m : k, new MathNet.Numerics.Distributions.ContinuousUniform()),
        b = DenseMatrix.CreateRandom(tb ? n : k, tb ? k : n, new MathNet.Numerics.Distributions.ContinuousUniform());
    var c = new DenseMatrix(m, n);
    double seconds = Seconds(() =>
    {
        if (ta) a.TransposeThisAndMultiply(b, c);
        else if (tb) a.TransposeAndMultiply(b, c);
        else a.Multiply(b, c);
    });
    lines.Add(string.Create(CultureInfo.InvariantCulture,
        $$"""{"shape": "{{shape}}", "threads": {{threads}}, "gflops": {{2.0 * m * n * k / seconds / 1e9:0.###}}, "percent_of_peak": null}"""));
}

Console.WriteLine($$"""{"name": "MathNet 5.0.0", "threads": {{threads}}, "products": [{{string.Join(", ", lines)}}]}""");

double Seconds(Action action)
{
    action();
    long start = Stopwatch.GetTimestamp();
    action();
    int calls = (int)Math.Max(1, (quick ? 0.01 : 0.04) / Math.Max(Stopwatch.GetElapsedTime(start).TotalSeconds, 1e-9));
    var times = new List<double>();
    for (int round = 0; round < (quick ? 3 : 7); round++)
    {
        start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++) action();
        times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds / calls);
    }

    times.Sort();
    return times[times.Count / 2];
}
