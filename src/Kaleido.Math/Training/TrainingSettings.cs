using System.Globalization;
using Kaleido.Networks;
using Kaleido.Numerics;

namespace Kaleido.Training;

/// <summary>Everything that decides a training's bits, by name: two trainings with equal settings go the same way.</summary>
internal static class TrainingSettings
{
    public static Dictionary<string, string> Describe(Mlp network, TrainingData data, LossFunction loss, TrainingOptions options)
    {
        var o = network.Options;
        var rule = options.EffectiveOptimizer.ToRule();
        var schedule = rule.Schedule;
        return new(StringComparer.Ordinal)
        {
            ["numerics version"] = Text(NumericsVersion.Current),
            ["bits per number"] = Text(8 * network.Device.Backend.BytesPerNumber),
            ["layer sizes"] = string.Join(',', o.Sizes().Select(size => Text(size))),
            ["hidden activation"] = o.HiddenActivation.ToString(),
            ["output activation"] = o.Output.ToString(),
            ["initialization"] = o.Initialization.ToString(), // the neural tangent kind scales the forward pass too
            ["residual"] = Text(o.Residual),
            ["network seed"] = Text(o.Seed),
            ["input scaling"] = $"{Text(network.InputScaling.Offset)},{Text(network.InputScaling.Scale)}",
            ["output scaling"] = $"{Text(network.OutputScaling.Offset)},{Text(network.OutputScaling.Scale)}",
            ["loss"] = loss.ToString(),
            ["samples"] = Text(data.Samples),
            ["data SHA-256"] = data.Sha256(),
            ["batch size"] = Text(options.BatchSize),
            ["steps"] = Text(options.Steps),
            ["training seed"] = Text(options.Seed),
            ["input noise"] = Text(options.InputNoise),
            ["evaluation interval"] = Text(options.EvaluationInterval),
            ["evaluation samples"] = Text(options.EvaluationSamples),
            ["target loss"] = Text(options.TargetLoss),
            ["patience"] = Text(options.Patience),
            ["gradient norm limit"] = Text(options.Clipping?.Norm),
            ["gradient value limit"] = Text(options.Clipping?.Value),
            ["optimizer"] = rule.Kind.ToString(),
            ["beta1"] = Text(rule.Beta1),
            ["beta2"] = Text(rule.Beta2),
            ["optimizer epsilon"] = Text(rule.Epsilon),
            ["momentum"] = Text(rule.Momentum),
            ["dampening"] = Text(rule.Dampening),
            ["nesterov"] = Text(rule.Nesterov),
            ["rate decay"] = Text(rule.RateDecay),
            ["weight decay"] = Text(rule.WeightDecay),
            ["decoupled weight decay"] = Text(rule.Decoupled),
            ["schedule"] = schedule.Kind.ToString(),
            ["learning rate"] = Text(schedule.Rate),
            ["warm-up steps"] = Text(schedule.WarmUpSteps),
            ["schedule period"] = Text(schedule.Period),
            ["schedule factor"] = Text(schedule.Factor),
            ["minimum learning rate"] = Text(schedule.MinimumRate),
        };
    }

    /// <summary>The first setting in which two trainings differ, in words; null if they are equal.</summary>
    public static string? Difference(IReadOnlyDictionary<string, string> saved, IReadOnlyDictionary<string, string> now)
    {
        foreach (var (name, value) in now)
        {
            string? before = saved.GetValueOrDefault(name);
            if (before != value) return $"{name} was {before ?? "not recorded"} and is {value} now";
        }

        return null;
    }

    private static string Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "none";

    private static string Text(bool value) => value ? "true" : "false";
}
