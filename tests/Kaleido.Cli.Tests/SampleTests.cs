using Kaleido.Cli.Tests.Support;
using Kaleido.Data;
using Kaleido.Lab.Tests.Support;
using Kaleido.Tests.Support;

namespace Kaleido.Cli.Tests;

public sealed class SampleTests
{
    [Fact]
    public void The_settings_of_the_creation_give_its_picture_again()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("run"), picture = folder.File("again.png"), film = folder.File("again.gif");
        Session.Run(["create", .. Material.Small, "--seed", "4", "--out", run]);
        string[] same = ["sample", run, "--chains", "4", "--iterations", "3", "--seed", "4"];
        var session = Session.Run([.. same, "--out", picture]);
        Assert.Equal((0, ""), (session.Code, session.Error));
        Assert.Equal($"sampled 4 chains, 3 iterations, not settled yet; wrote {picture}", session.Output.TrimEnd());
        Assert.Equal(new PngReader(File.ReadAllBytes(Path.Combine(run, "kaleidoscope.png"))).Pixels,
            new PngReader(File.ReadAllBytes(picture)).Pixels);
        Session.Run([.. same, "--out", film]);
        Assert.Equal(File.ReadAllBytes(Path.Combine(run, "kaleidoscope.gif")), File.ReadAllBytes(film));
    }

    [Theory]
    [InlineData("x.npy")]
    [InlineData("x.npz")]
    public void Arrays_hold_the_last_samples_of_every_chain_in_the_data_units(string name)
    {
        using var folder = new TemporaryFolder();
        string photos = Material.Photos(folder.File("photos"), 4), run = folder.File("run"), file = folder.File(name);
        Session.Run(["create", "--data", photos, "--size", "6x5", .. Material.Small, "--out", run]);
        var session = Session.Run("sample", run, "--shape", "6x5x3", "--chains", "130", "--iterations", "2", "--out", file);
        Assert.Equal((0, ""), (session.Code, session.Error));
        var data = Dataset.Open(file);
        Assert.Equal((130, new ImageShape(6, 5, 3)), (data.Samples, data.Image));
        Assert.All(data.Values.ToArray(), value => Assert.InRange(value, 0f, 1f));
        Assert.True(data.Values.Span.IndexOfAnyInRange(1e-6f, 0.999f) >= 0);
    }

    [Fact]
    public void Chains_and_iterations_of_one_are_told_in_the_singular()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("run"), file = folder.File("x.npy");
        Session.Run(["create", .. Material.Small, "--out", run]);
        Assert.Equal($"sampled 1 chain, 1 iteration, not settled yet; wrote {file}",
            Session.Run("sample", run, "--chains", "1", "--iterations", "1", "--out", file).Output.TrimEnd());
    }

    [Fact]
    public void The_reference_device_samples_nearly_the_same()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("run"), fast = folder.File("fast.npy"), slow = folder.File("slow.npy");
        Session.Run(["create", .. Material.Small, "--out", run]);
        string[] same = ["sample", run, "--chains", "3", "--iterations", "1"];
        Session.Run([.. same, "--out", fast]);
        Assert.Equal(0, Session.Run([.. same, "--device", "reference", "--out", slow]).Code);
        var (one, two) = (Dataset.Open(fast), Dataset.Open(slow));
        // One application of a network of 784-8-784 with weights below 1: some hundred roundings of numbers below 8.
        for (int i = 0; i < one.Values.Length; i++) Assert.Equal(two.Values.Span[i], one.Values.Span[i], 1e-4);
    }

    [Fact]
    public void Cancelling_writes_what_was_reached()
    {
        using var folder = new TemporaryFolder();
        string run = folder.File("run"), picture = folder.File("x.png");
        Session.Run(["create", .. Material.Small, "--out", run]);
        var session = Session.Run(new CancellationToken(true), "sample", run, "--out", picture);
        Assert.Equal((130, $"cancelled after 1 iteration; what was reached is in {picture}."), (session.Code, session.Sentence));
        Assert.True(File.Exists(picture));
    }

    [Fact]
    public void The_shape_is_that_of_the_run_beside_the_network()
    {
        using var folder = new TemporaryFolder();
        string photos = Material.Photos(folder.File("photos"), 4), run = folder.File("run");
        Assert.Equal(0, Session.Run(["create", "--data", photos, "--size", "9x4", .. Material.Small, "--out", run]).Code);
        Assert.Equal(0, Session.Run("sample", run, "--iterations", "3", "--chains", "5", "--out", folder.File("a.npy")).Code);
        Assert.Equal([5, 4, 9, 3], Kaleido.Files.NpyReader.Read(folder.File("a.npy")).Shape.ToArray());

        // Alone it is guessed: 108 = 3 · 6².
        File.Move(Path.Combine(run, "network.safetensors"), folder.File("alone.safetensors"));
        Assert.Equal(0, Session.Run(
            "sample", folder.File("alone.safetensors"), "--iterations", "3", "--chains", "5", "--out", folder.File("b.npy")).Code);
        Assert.Equal([5, 6, 6, 3], Kaleido.Files.NpyReader.Read(folder.File("b.npy")).Shape.ToArray());
    }
}
