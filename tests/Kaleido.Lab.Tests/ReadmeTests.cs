using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Networks;
using Kaleido.Sampling;
using Kaleido.Training;

namespace Kaleido.Lab.Tests;

/// <summary>They change the current folder of the process: nothing else may run beside them.</summary>
[CollectionDefinition(nameof(ReadmeTests), DisableParallelization = true)]
public sealed class ReadmeCollection;

/// <summary>The examples of the README, run; and the README, compared with them.</summary>
[Collection(nameof(ReadmeTests))]
public class ReadmeTests
{
    private static readonly string Root = FindRoot();

    [Fact]
    public async Task The_examples_run()
    {
        using var folder = new CurrentFolder();
        // <readme>
using var device = Device.Best();                                   // Device.Description says which, and why
var digits = EmbeddedDigits.Create(samples: 100, seed: 1);          // or Dataset.Open("mnist/")
using var network = Mlp.Create(device, new(Inputs: 784, Hidden: 64, HiddenLayers: 3) { Output = Activation.Tanh, Seed = 1 });

var fit = await ManifoldLearning.FitAsync(network, digits, new() { BatchSize = 100, Steps = 300, LearningRate = 1e-3 });
Console.WriteLine($"{fit.Loss:g4} after {fit.Steps} steps, {fit.StopReason}");

using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 100, Start = Noise.Uniform(-1, 1), Epsilon = 0.01, Seed = 7 });
foreach (var frame in kaleidoscope.Run(iterations: 300))            // frame.Samples: after f; frame.Noisy: what f sees next
    if (frame.Converged) break;                                     // burn-in detected without looking at the data

network.Save("digits.safetensors");
        // </readme>
        // <readme>
float[] t = [.. Enumerable.Range(0, 200).Select(i => i / 199f)], wave = [.. t.Select(v => MathF.Sin(6 * v))];
using var curve = Mlp.Create(device, new(Inputs: 1, Hidden: 32, HiddenLayers: 2) { Seed = 1 });     // no activation at the output
var options = new TrainingOptions { Steps = 2000, LearningRate = 3e-3, Checkpoint = new("curve.checkpoint") { Steps = 500 } };
if (File.Exists("curve.checkpoint")) options = options with { Resume = TrainingCheckpoint.Load("curve.checkpoint") };
var regression = await Trainer.FitAsync(curve, t, wave, LossFunction.SquaredError, options);
float[] predicted = curve.Evaluate(t);                              // samples in rows
        // </readme>
        // <readme>
var graph = new Graph();
var x = graph.Input("x", columns: 3);
var energy = (x.Square() * 0.5 + x.Sin()).Sum();
var gradient = energy.Differentiate(x)[0];                          // x + cos x
using var plan = Plan.Compile(graph, device, capacity: 8, [energy, gradient]);
plan.Upload(x, [0f, 1f, 2f]);
plan.Run(rows: 1);
float[] slope = new float[3];
plan.Download(gradient, slope);                                     // 1, 1.54, 1.58
        // </readme>
        Assert.Equal(StopReason.Completed, fit.StopReason);
        Assert.True(regression.Loss < 1e-3, $"{regression.Loss}");
        Assert.True(predicted.Zip(wave, (p, w) => Math.Abs(p - w)).Max() < 0.2);
        Assert.Equal(2000, TrainingCheckpoint.Load("curve.checkpoint").Step);
        Assert.True(fit.Loss < 0.2 * fit.Evaluations[0].Loss);
        Assert.True(kaleidoscope.Frame.Converged);
        using var loaded = Mlp.Load(device, "digits.safetensors");
        Assert.Equal(network.WeightsSha256(), loaded.WeightsSha256());
        for (int i = 0; i < 3; i++) Assert.Equal(i + Math.Cos(i), slope[i], 6);
    }

    [Fact]
    public void The_readme_shows_what_runs_here()
    {
        string readme = Read("README.md"), source = Read("tests/Kaleido.Lab.Tests/ReadmeTests.cs");
        string[][] blocks = [.. Between(readme, "```csharp\n", "```").Select(block => block.Split('\n'))];
        string[] shown = [.. blocks.Select(lines => string.Join('\n', lines.Where(line => !IsUsing(line))).Trim())];
        string[] run = [.. Between(source, "// <readme>\n", "// </readme>").Select(b => b.Trim()).Take(shown.Length)];
        Assert.Equal(3, shown.Length);
        Assert.Equal(run, shown);

        // Where the code that runs here has its names from, the readme must say: no more and no less, each before the first use.
        Assert.Equal(source.Split('\n').Where(IsUsing), blocks.SelectMany(lines => lines.Where(IsUsing)).Order(StringComparer.Ordinal));
        Assert.Contains("using Kaleido.Autodiff;", blocks[2]);

        static bool IsUsing(string line) => line.StartsWith("using Kaleido.", StringComparison.Ordinal);
    }

    [Fact]
    public void Every_file_that_the_documents_link_to_exists()
    {
        var documents = Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Append(Path.Combine(Root, "README.md"));
        foreach (string document in documents)
        {
            foreach (string target in Between(File.ReadAllText(document), "](", ")")
                .Where(t => !t.Contains("://", StringComparison.Ordinal)))
            {
                string[] parts = target.Split('#');
                string file = parts[0].Length == 0 ? document : Path.Combine(Path.GetDirectoryName(document)!, parts[0]);
                Assert.True(File.Exists(file) && (parts.Length == 1 || Headings(file).Contains(parts[1])),
                    $"{document} links to {target}, which is not there");
            }
        }
    }

    // As they are linked to: small letters, spaces as hyphens, without punctuation.
    private static IEnumerable<string> Headings(string file) => File.ReadLines(file).Where(line => line.StartsWith('#'))
        .Select(line => string.Concat(line.TrimStart('#').Trim().ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-'))
            .Replace(' ', '-'));

    internal static IEnumerable<string> Between(string text, string start, string end)
    {
        for (int at = text.IndexOf(start, StringComparison.Ordinal); at >= 0; at = text.IndexOf(start, at, StringComparison.Ordinal))
        {
            int first = at + start.Length;
            at = text.IndexOf(end, first, StringComparison.Ordinal);
            yield return text[first..at];
        }
    }

    internal static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "Kaleido.Native.sln"))) at = at.Parent!;
        return at.FullName;
    }

    /// <summary>A temporary current folder, since the example saves beside itself.</summary>
    internal sealed class CurrentFolder : IDisposable
    {
        private readonly string _before = Environment.CurrentDirectory;
        private readonly string _folder = Directory.CreateTempSubdirectory("kaleido-readme-").FullName;

        public CurrentFolder() => Environment.CurrentDirectory = _folder;

        public void Dispose()
        {
            Environment.CurrentDirectory = _before;
            Directory.Delete(_folder, recursive: true);
        }
    }
}
