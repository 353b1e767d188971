using System.Globalization;
using Kaleido.Data;

namespace Kaleido.Lab.Creation;

/// <summary>
/// How much memory a creation takes at least, so that a run too large is refused before it starts instead of killed on its way.
/// </summary>
internal static class MemoryNeed
{
    // Parameters, gradients, Adam's two moments, the best network, and a copy while the file is written.
    private const double CopiesOfParameters = 6;

    /// <summary>Refuses what cannot fit.</summary>
    /// <exception cref="InsufficientMemoryException">It does not fit; one sentence says what takes the most.</exception>
    public static void Check(CreateOptions options, Dataset data)
    {
        double features = data.Features, hidden = options.Hidden, layers = options.HiddenLayers;
        double parameters = (2 * features * hidden) + ((layers - 1) * hidden * hidden) + (layers * hidden) + features;
        double activations = (layers * hidden) + (3 * features);
        (string Name, double Floats, double Largest)[] needs =
        [
            ($"a network of {options.HiddenLayers} hidden layers of {options.Hidden}", CopiesOfParameters * parameters, parameters),
            ($"{data.Samples} samples", 2.0 * data.Samples * features, data.Samples * features),
            ($"minibatches of {options.BatchSize}", options.BatchSize * activations, options.BatchSize * Math.Max(hidden, features)),
            Chains(options.Chains, features, hidden),
            Frames(options.Chains, features),
            ($"{options.Steps} steps", options.Steps, options.Steps),
        ];
        Demand(needs);
    }

    /// <summary>Refuses a sampling that cannot fit.</summary>
    /// <exception cref="InsufficientMemoryException">It does not fit; one sentence says what takes the most.</exception>
    public static void Check(int chains, int features, int hidden) => Demand([Chains(chains, features, hidden), Frames(chains, features)]);

    // Three states on the device, two in the frame, and the last one once more in the data's units.
    private static (string Name, double Floats, double Largest) Chains(double chains, double features, double hidden) =>
        (Wording.Count((long)chains, "chain"), chains * ((6 * features) + (2 * hidden)), chains * Math.Max(hidden, features));

    // About fifty frames of the chains that are shown.
    private static (string Name, double Floats, double Largest) Frames(int chains, double features)
    {
        double shown = Math.Min(chains, KaleidoscopeSheet.MaximumTiles) * features;
        return ("the pictures", 50 * shown, shown);
    }

    private static void Demand((string Name, double Floats, double Largest)[] needs)
    {
        double available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, total = sizeof(float) * needs.Sum(need => need.Floats);
        var (name, floats, _) = needs.MaxBy(need => need.Floats);
        if (total > available)
        {
            throw new InsufficientMemoryException(string.Create(CultureInfo.InvariantCulture,
                $"This takes at least {total / 1e9:F1} GB of memory, {floats * sizeof(float) / 1e9:F1} GB of it for {name}, "
                + $"but the machine has {available / 1e9:F1} GB."));
        }

        foreach (var need in needs.Where(need => need.Largest > Array.MaxLength - 64))
        {
            throw new InsufficientMemoryException(string.Create(CultureInfo.InvariantCulture,
                $"One array for {need.Name} would hold {need.Largest:F0} numbers, but at most {Array.MaxLength - 64} are possible."));
        }
    }
}
