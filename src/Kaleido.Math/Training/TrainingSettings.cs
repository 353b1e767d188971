using System.Globalization;
using Kaleido.Networks;
using Kaleido.Numerics;

namespace Kaleido.Training;

/// <summary>Everything that decides a training's bits, by name: two trainings with equal settings go the same way.</summary>
internal static class TrainingSettings
{
    private const string Steps = "steps";

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
            [Steps] = Text(options.Steps),
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

    /// <summary>
    /// Why a training cannot go on from a checkpoint, in words: the first setting in which they differ; null if it can. The number of steps
    /// may be another one (where a schedule depends on it, that differs) as long as what was done is what that training does too.
    /// </summary>
    public static string? Difference(TrainingCheckpoint checkpoint, IReadOnlyDictionary<string, string> now, TrainingOptions options)
    {
        foreach (var (name, value) in now.Where(setting => setting.Key != Steps))
        {
            string? before = checkpoint.Settings.GetValueOrDefault(name);
            if (before != value) return $"{name} was {before ?? "not recorded"} and is {value} now";
        }

        string change = $"{Steps} was {checkpoint.Settings.GetValueOrDefault(Steps)} and is {now[Steps]} now";
        if (checkpoint.Step > options.Steps) return $"{change}, but {checkpoint.Step} are made";
        // The last step is evaluated whatever its number.
        foreach (var evaluation in checkpoint.Evaluations)
        {
            if (evaluation.Step % options.EvaluationInterval != 0 && evaluation.Step != options.Steps)
            {
                return $"{change}, but step {evaluation.Step} was evaluated as the last one, as it would not have been, since only every "
                    + $"{options.EvaluationInterval}th step is";
            }
        }

        return null;
    }

    private static string Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "none";

    private static string Text(bool value) => value ? "true" : "false";
}
