using Kaleido.Data;
using Kaleido.Files;
using Kaleido.Lab.Figures;
using Kaleido.Lab.Pictures;
using Kaleido.Networks;
using Kaleido.Tests.Files;
using Kaleido.Tests.Support;

namespace Kaleido.Lab.Tests.Figures;

/// <summary>Figures 7 and 8 on data drawn here: everything after the training, in a moment.</summary>
public sealed class ImageFigureTests
{
    private static readonly ImageSettings s_small = new(24, 2, 60, 16, 1e-3, 9, 12);

    [Theory]
    [InlineData("7")]
    [InlineData("8")]
    public void A_small_form_gives_all_that_is_reported_and_the_same_for_any_number_of_threads(string name)
    {
        using var folder = new TemporaryFolder();
        Draw(folder);
        FigureResult result = Run(3), alone = Run(1);
        Assert.Equal(name, result.Name);
        Assert.Equal(result.Numbers, alone.Numbers);
        Assert.Equal(result.Picture.Pixels, alone.Picture.Pixels);
        Assert.All(result.Tables, table => Assert.All(table.Rows, row => Assert.Equal(table.Columns.Count, row.Length)));
        Assert.Equal(result.Tables.SelectMany(t => t.Rows).SelectMany(r => r), alone.Tables.SelectMany(t => t.Rows).SelectMany(r => r));
        Assert.InRange(result.Animation!.Count, 2, 60);
        Assert.All(result.Animation, frame => Assert.InRange(frame.Width, 1, 600));
        Assert.NotEmpty(GifEncoder.Encode(result.Animation, result.Timing));
        Assert.Contains(result.Verdicts, verdict => verdict.Kind == VerdictKind.Claim);
        // Of another shape than the published one: nothing to hold the losses against.
        Assert.DoesNotContain(result.Verdicts, verdict => verdict.Statement.Contains("minibatch loss", StringComparison.Ordinal));

        FigureResult Run(int threads)
        {
            Experiment figure = name == "7" ? new Figure7(s_small) : new Figure8(s_small);
            return figure.Run(new(Threads: threads) { Data = folder.Path });
        }
    }

    [Fact]
    public void Losses_of_the_published_shape_are_held_against_the_published_ones()
    {
        using var folder = new TemporaryFolder();
        Draw(folder);
        var result = new Figure7(new(500, 10, 2, 1000, 1e-4, 4, 3)).Run(new() { Data = folder.Path });
        var loss = Assert.Single(result.Verdicts, verdict => verdict.Kind == VerdictKind.Acceptance);
        Assert.Equal("minibatch loss at step 0: 0.9275 ± 15 %", loss.Statement);
        Assert.False(loss.Holds); // these are no digits
        Assert.Equal([0, result.Tables[0].Rows[0][1], 0.9275], result.Tables[0].Rows[0]);
    }

    [Fact]
    public void Cancelling_while_the_chains_run_gives_no_result()
    {
        using var folder = new TemporaryFolder();
        Draw(folder);
        using var cancelled = new CancellationTokenSource();
        var told = new List<string>();
        Assert.ThrowsAny<OperationCanceledException>(() => new Figure7(s_small).Run(new()
        {
            Data = folder.Path,
            Report = text =>
            {
                told.Add(text);
                if (text.Contains("iteration", StringComparison.Ordinal)) cancelled.Cancel();
            },
        }, cancelled.Token));
        Assert.DoesNotContain(told, text => text.Contains("measuring", StringComparison.Ordinal));
    }

    [Fact]
    public void Jump_sizes_are_root_mean_squares_after_the_discarded_iterations()
    {
        var sizes = new JumpSizes(chains: 2, features: 2, discarded: 1);
        sizes.Observe(1, [0, 0, 1, 1]);
        sizes.Observe(2, [3, 4, 1, 1]);
        sizes.Observe(3, [3, 4, 2, 2]);
        Assert.Equal([0, 0, 0.5, 0.5 * Math.Sqrt(12.5)], sizes.Sorted(0.5));
        var later = new JumpSizes(chains: 1, features: 1, discarded: 2);
        for (int t = 1; t <= 3; t++) later.Observe(t, [t * t]);
        Assert.Equal([5.0], later.Sorted(1)); // from iteration 2 to 3 alone
    }

    [Fact]
    public void Each_sample_among_the_others_has_the_ratio_of_its_own_neighbours() =>
        Assert.Equal([1 / 3.0, 1 / 2.0, 2 / 3.0], Figure8.LeaveOneOut(Dataset.FromRows("line", [0, 1, 3], 1), new()).Select(ratio =>
            Math.Round(ratio, 15)),
            (x, y) => Math.Abs(x - y) < 1e-14);

    [Fact]
    public void A_closed_path_goes_through_its_corners_in_equal_steps()
    {
        var corners = Dataset.FromRows("corners", [0, 0, 1, 0, 0, 0.5f, 9, 9], 2);
        var path = ConnectedPictures.Along(corners, 3, 12);
        Assert.Equal((12, 2), (path.Samples, path.Features));
        for (int corner = 0; corner < 3; corner++) Assert.Equal(corners.Row(corner).ToArray(), path.Row(4 * corner).ToArray());
        double[] edges = [1, Math.Sqrt(1.25), 0.5];
        for (int i = 0; i < 12; i++)
        {
            var (from, to) = (path.Row(i).ToArray(), path.Row((i + 1) % 12).ToArray());
            Assert.Equal(edges[i / 4] / 4, Math.Sqrt(Math.Pow(to[0] - from[0], 2) + Math.Pow(to[1] - from[1], 2)), 1e-6);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => ConnectedPictures.Along(corners, 1, 12));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConnectedPictures.Along(corners, 5, 12));
        Assert.Throws<ArgumentOutOfRangeException>(() => ConnectedPictures.Along(corners, 3, 2));
    }

    [Fact]
    public void Animations_of_small_networks_have_frames_of_one_size_that_move()
    {
        using var device = Backends.Device.Cpu(1);
        using var line = Mlp.Create(device, new(1, 5, 2) { Output = Activation.Sigmoid });
        using var plane = Mlp.Create(device, new(2, 5, 2) { Output = Activation.Sigmoid });
        foreach (var frames in (IReadOnlyList<Picture>[])
        [
            SyntheticAnimations.Line("t", 0, 1, [0.2f, 0.8f], [("a", line), ("b", line)], 3),
            SyntheticAnimations.Plane([0.5f, 0.5f], [("a", plane), ("b", plane)], 0.05),
        ])
        {
            Assert.All(frames, frame => Assert.Equal((600, frames[0].Height), (frame.Width, frame.Height)));
            Assert.InRange(frames.Count, 4, 60);
            Assert.NotEqual(frames[0].Pixels, frames[1].Pixels);
            Assert.Equal(frames.Count, SyntheticAnimations.Timing(frames.Count, 100).Delays!.Count);
        }
    }

    // Twenty pictures of 6 × 5 with labels, as MNIST; forty of 32 × 32 × 3, as CIFAR-10.
    private static void Draw(TemporaryFolder folder)
    {
        string mnist = Directory.CreateDirectory(folder.File("mnist")).FullName,
            cifar = Directory.CreateDirectory(folder.File("cifar10")).FullName;
        byte[] images = IdxBytes.Make(IdxType.UInt8, [20, 5, 6], [.. Enumerable.Range(0, 600).Select(i => (double)(i * i * 37 % 256))]);
        File.WriteAllBytes(Path.Combine(mnist, "train-images-idx3-ubyte"), images);
        File.WriteAllBytes(Path.Combine(mnist, "t10k-images-idx3-ubyte"), images);
        File.WriteAllBytes(Path.Combine(mnist, "train-labels-idx1-ubyte"),
            IdxBytes.Make(IdxType.UInt8, [20], [.. Enumerable.Range(0, 20).Select(i => (double)(i % 10))]));
        var bytes = new byte[40 * 3073];
        for (int i = 0; i < bytes.Length; i++) bytes[i] = i % 3073 == 0 ? (byte)(i / 3073 % 2 == 0 ? 5 : 1)
            : (byte)(i * 31 + i / 1024 * 50 + i / 3073 * 17);
        File.WriteAllBytes(Path.Combine(cifar, "data_batch_1.bin"), bytes);
    }
}
