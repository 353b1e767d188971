namespace Kaleido.Lab.Plots;

/// <summary>A plot on two axes; what it shows is added by the methods of <see cref="FigureSeries"/>.</summary>
/// <example><code>
/// var plot = new Plot { Title = "Loss", X = new() { Label = "step" }, Y = new() { Label = "loss", Logarithmic = true } }
///     .Band(steps, lower, upper).Line(steps, median, "median of 30 seeds");
/// PngEncoder.Write("loss.png", plot.Draw(800, 500));
/// </code></example>
public sealed class Plot : Figure;
