using System.Text.RegularExpressions;
using Kaleido.Backends;

namespace Kaleido.Tests.Architecture;

/// <summary>Folder, namespace and layer are one, and imports run one way.</summary>
public sealed partial class LayerTests
{
    private static readonly Dictionary<string, string[]> MayUse = Layers();

    // Folders that only sort the files of the namespace above them.
    private static readonly HashSet<string> Drawers =
        ["Backends/Cpu/Products", "Backends/Cpu/Threading", "Files/Images", "Numerics/Functions", "Numerics/Lanes"];

    private static Dictionary<string, string[]> Layers()
    {
        string[] core = ["Numerics", "Tensors", "Backends", "Autodiff"], above = ["Networks", "Optimizers", "Training", "Sampling"];
        var layers = new Dictionary<string, string[]> { ["Files"] = ["Numerics", "Tensors"], ["Data"] = ["Numerics", "Tensors", "Files"] };
        for (int i = 0; i < core.Length; i++) layers[core[i]] = core[..i];
        for (int i = 0; i < above.Length; i++) layers[above[i]] = [.. core, "Files", "Data", .. above[..i]];
        return layers;
    }

    [Fact]
    public void Imports_run_one_way()
    {
        var wrong = new SortedSet<string>();
        int seen = 0;
        foreach (var type in typeof(IBackend).Assembly.GetTypes())
        {
            if (Layer(type) is not { } layer) continue;
            Assert.True(MayUse.ContainsKey(layer), $"{type.FullName} lies in no layer");
            foreach (var used in IlReader.TypesNamedBy(type))
            {
                seen++;
                if (used.Assembly == type.Assembly && Layer(used) is { } other && other != layer && !MayUse[layer].Contains(other))
                    wrong.Add($"{layer} uses {other}: {type.FullName} names {used.FullName ?? used.Name}");
            }
        }

        Assert.True(seen > 1000);
        Assert.Empty(wrong);
    }

    private static string? Layer(Type type) =>
        type.Namespace is { } name && name.StartsWith("Kaleido.", StringComparison.Ordinal) ? name.Split('.')[1] : null;

    [Fact]
    public void An_import_is_seen_in_signatures_fields_and_bodies()
    {
        Assert.Contains(typeof(Kaleido.Numerics.Elementary), IlReader.TypesNamedBy(typeof(OptimizerRule)));
        Assert.Contains(typeof(Kaleido.Tensors.DeviceMemory), IlReader.TypesNamedBy(typeof(IBackend)));
        Assert.Contains(typeof(Kaleido.Autodiff.Node), IlReader.TypesNamedBy(typeof(Kaleido.Autodiff.Graph)));
    }

    [Fact]
    public void Folders_are_namespaces()
    {
        string root = Path.Combine(Repository(), "src", "Kaleido.Math");
        var wrong = new List<string>();
        foreach (string file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
        {
            string folder = Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Replace('\\', '/');
            if (folder.Split('/')[0] is "bin" or "obj") continue;
            if (Drawers.Contains(folder)) folder = folder[..folder.LastIndexOf('/')];
            string expected = "Kaleido." + folder.Replace('/', '.'), actual = Namespace().Match(File.ReadAllText(file)).Groups[1].Value;
            if (actual != expected) wrong.Add($"{file}: {actual}, not {expected}");
        }

        Assert.Empty(wrong);
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kaleido.Native.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
