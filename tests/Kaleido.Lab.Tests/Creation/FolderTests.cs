using Kaleido.Data;
using Kaleido.Lab.Creation;
using Kaleido.Tests.Support;

namespace Kaleido.Lab.Tests.Creation;

/// <summary>Any folder of pictures becomes a kaleidoscope.</summary>
public sealed class FolderTests
{
    // KALEIDO_DEMO=DIR keeps the pictures in DIR/pictures: docs/pictures.md is made from them.
    [Fact]
    public void Chains_end_at_pictures_of_the_folder()
    {
        using var folder = new TemporaryFolder();
        string keep = Environment.GetEnvironmentVariable("KALEIDO_DEMO") is { Length: > 0 } demo ? demo : folder.Path;
        string pictures = Path.Combine(keep, "pictures");
        DrawnFolder.Draw(pictures, 40, seed: 1);
        var result = CreateRun.Execute(CreateOptions.ForData with
        {
            Data = pictures,
            Size = new ImageSize(12, 12),
            Hidden = 200,
            HiddenLayers = 3,
            Steps = 1500,
            LearningRate = 1e-3,
            Cosine = true,
            InputNoise = 0.5,
            Iterations = 60,
            Chains = 40,
            Output = folder.File("run"),
        });
        Assert.Equal((40, 432), (result.Data.Samples, result.Data.Features));
        Assert.Equal(new ImageShape(12, 12, 3), result.Data.Image);
        Assert.Equal(["boat", "house", "sun", "tree"], result.Data.ClassNames!);
        Assert.True(result.Memorization!.MemorizedShare > 0.8, $"{result.Memorization.MemorizedShare} of the chains end at a picture");
        Assert.All(OutputFolder.Files, name => Assert.True(new FileInfo(folder.File(Path.Combine("run", name))).Length > 100, name));
    }
}
