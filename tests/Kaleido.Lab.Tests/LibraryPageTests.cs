using Kaleido.Autodiff;
using Kaleido.Backends;
using Kaleido.Data;
using Kaleido.Lab.Pictures;
using Kaleido.Lab.Plots;
using Kaleido.Networks;
using Kaleido.Optimizers;
using Kaleido.Sampling;
using Kaleido.Training;

namespace Kaleido.Lab.Tests;

/// <summary>The examples of docs/library.md, run; and the page, compared with them.</summary>
[Collection(nameof(ReadmeTests))]
public class LibraryPageTests
{
    [Fact]
    public async Task The_examples_run()
    {
        using var folder = new ReadmeTests.CurrentFolder();
        // <page>
using var device = Device.Best();

// Three arms of a spiral: points in the plane, and the number of the arm in a column.
float[] points = new float[2 * 300], arms = [.. Enumerable.Range(0, 300).Select(i => (float)(i % 3))];
for (int i = 0; i < arms.Length; i++)
{
    float radius = 0.1f + 0.9f * i / arms.Length;
    var (sin, cos) = MathF.SinCos(4 * radius + arms[i] * 2 * MathF.PI / 3);
    (points[2 * i], points[2 * i + 1]) = (radius * cos, radius * sin);
}

using var classifier = Mlp.Create(device, new(Inputs: 2, Hidden: 32, HiddenLayers: 2)
{
    Outputs = 3, Output = Activation.Softmax, Seed = 1,
});
var trained = await Trainer.FitAsync(classifier, points, arms, LossFunction.CrossEntropy,
    new() { Steps = 1000, BatchSize = 100, Optimizer = new AdamW { LearningRate = 3e-3 } },
    new Progress<TrainingProgress>(now => Console.WriteLine($"step {now.Step}: loss {now.MinibatchLoss:g4}")));
float[] probabilities = classifier.Evaluate(points);                // [300, 3], row by row
        // </page>
        // <page>
float[] wave = [.. Enumerable.Range(0, 200).SelectMany(i => new[] { i / 199f, 0.5f + 0.3f * MathF.Sin(6 * i / 199f) })];
using var autoencoder = Mlp.Create(device, new(Inputs: 2, Hidden: 0, HiddenLayers: 0)
{
    HiddenWidths = [32, 1, 32], HiddenActivation = Activation.Tanh, Seed = 3,
});
var coded = await Trainer.FitAsync(autoencoder, wave, wave, LossFunction.SquaredError, new() { Steps = 2000, LearningRate = 3e-3 });
        // </page>
        // <page>
var graph = new Graph();
Node x = graph.Input("x", columns: 2), v = graph.Input("v", columns: 2);
Node a = x.Columns(0, 1), b = x.Columns(1, 1);
var rosenbrock = ((1 - a).Square() + 100 * (b - a.Square()).Square()).Sum();
var gradient = rosenbrock.Differentiate(x)[0];
var curvature = rosenbrock.HessianVector(x, v);                     // H·v

using var plan = Plan.Compile(graph, device, capacity: 1, [rosenbrock, gradient, curvature]);
plan.Upload(x, [-1f, 2f]);
plan.Upload(v, [1f, 0f]);
plan.Run(rows: 1);
float[] slope = new float[2], bend = new float[2];
plan.Download(gradient, slope);                                     // 396, 200
plan.Download(curvature, bend);                                     // 402, 400
Console.WriteLine(plan.Scalar(rosenbrock));                         // 104
        // </page>
        // <page>
using var parameters = new ParameterSet(device, [("height", 1, 1), ("rate", 1, 1)]);     // zeros, until they are uploaded
using var optimizer = new GradientDescent(parameters, new Adam { LearningRate = 0.02 });
var model = new Graph();
Node time = model.Input("time", columns: 1), measured = model.Input("measured", columns: 1);
Node[] unknown = [.. parameters.Parameters.Select(p => model.Variable(p.Name, parameters[p]))];
var error = (unknown[0] * (-unknown[1] * time).Exp() - measured).Square().Mean();
using var step = Plan.Compile(model, device, capacity: 50, [error], [optimizer.Minimize(error, unknown)]);

float[] times = [.. Enumerable.Range(0, 50).Select(i => i / 10f)];
step.Upload(time, times);
step.Upload(measured, [.. times.Select(t => 3 * MathF.Exp(-0.7f * t))]);
for (int i = 0; i < 2000; i++) step.Run();
float[] found = [.. parameters.Parameters.Select(p => parameters[p].ToArray()[0])];      // 3, 0.7
        // </page>
        // <page>
float[] circle = [.. Enumerable.Range(0, 12).Select(i => i * MathF.PI / 6)
    .SelectMany(angle => new[] { 0.5f + 0.4f * MathF.Cos(angle), 0.5f + 0.4f * MathF.Sin(angle) })];
using var network = Mlp.Create(device, new(Inputs: 2, Hidden: 50, HiddenLayers: 7) { Output = Activation.Sigmoid, Seed = 2 });
await ManifoldLearning.FitAsync(network, Dataset.FromRows("circle", circle, features: 2), new() { Steps = 3000, InputNoise = 0.03 });

using var kaleidoscope = new Kaleidoscope(network, new() { Samples = 500, Epsilon = 0, Seed = 1 });
float[] noise = kaleidoscope.Frame.Samples.ToArray(), samples = kaleidoscope.Advance(50).Samples.ToArray();
var picture = new Plot { Title = "Twelve points on a circle", EqualUnits = true }
    .Points(Column(noise, 0), Column(noise, 1), "noise")
    .Points(Column(samples, 0), Column(samples, 1), "after 50 applications")
    .Points(Column(circle, 0), Column(circle, 1), "data");
PngEncoder.Write("circle.png", picture.Draw(width: 700, height: 500));

static double[] Column(float[] rows, int column) => [.. rows.Where((_, i) => i % 2 == column).Select(value => (double)value)];
        // </page>
        int right = Enumerable.Range(0, arms.Length).Count(i => probabilities[3 * i + (int)arms[i]] > 0.5f);
        Assert.True(right > 285 && trained.Loss < 0.1, $"{right} of 300, loss {trained.Loss}");
        Assert.True(coded.Loss < 1e-3, $"{coded.Loss}");
        Assert.Equal(104, plan.Scalar(rosenbrock));
        Assert.Equal([396f, 200f], slope);
        Assert.Equal([402f, 400f], bend);
        Assert.Equal(3, found[0], 2);
        Assert.Equal(0.7, found[1], 2);
        Assert.True(Distance(samples) < 0.5 * Distance(noise), $"{Distance(samples)} against {Distance(noise)}");
        Assert.NotEqual(0, new FileInfo("circle.png").Length);

        double Distance(float[] rows) => Enumerable.Range(0, rows.Length / 2).Average(i => Enumerable.Range(0, 12)
            .Min(j => Math.Sqrt(Math.Pow(rows[2 * i] - circle[2 * j], 2) + Math.Pow(rows[2 * i + 1] - circle[2 * j + 1], 2))));
    }

    [Fact]
    public void The_page_shows_what_runs_here()
    {
        string page = ReadmeTests.Read("docs/library.md"), source = ReadmeTests.Read("tests/Kaleido.Lab.Tests/LibraryPageTests.cs");
        string[] shown = [.. ReadmeTests.Between(page, "```csharp\n", "```").Select(block => block.Trim())];
        string[] run = [.. ReadmeTests.Between(source, "// <page>\n", "// </page>").Select(block => block.Trim()).Take(shown.Length - 1)];
        Assert.Equal(6, shown.Length);
        Assert.Equal(source.Split('\n').Where(line => line.StartsWith("using Kaleido.", StringComparison.Ordinal)), shown[0].Split('\n'));
        Assert.Equal(run, shown[1..]);
    }
}
