using Kaleido.Data;
using Kaleido.Lab.Creation;

namespace Kaleido.Lab.Tests.Creation;

public sealed class CreateSettingsTests
{
    private static readonly CreateOptions s_all = CreateOptions.ForData with
    {
        Data = "/data", Class = 4, Random = 17, Size = new ImageSize(3, 2), DeviceName = "reference", Samples = 12,
        LearningRate = 1.0 / 3, Cosine = true, InputNoise = 0.1, Epsilon = 1e-300, Seed = uint.MaxValue,
    };

    public static TheoryData<string, CreateOptions> Changes() => new()
    {
        { "--samples", s_all with { Samples = 13 } },
        { "--hidden", s_all with { Hidden = 1 } },
        { "--layers", s_all with { HiddenLayers = 1 } },
        { "--steps", s_all with { Steps = int.MaxValue } },
        { "--batch", s_all with { BatchSize = 1 } },
        { "--lr", s_all with { LearningRate = Math.BitIncrement(1.0 / 3) } },
        { "--schedule", s_all with { Cosine = false } },
        { "--noise", s_all with { InputNoise = 0 } },
        { "--epsilon", s_all with { Epsilon = 0 } },
        { "--iterations", s_all with { Iterations = 1 } },
        { "--chains", s_all with { Chains = 1 } },
        { "--class", s_all with { Class = null } },
        { "--random", s_all with { Random = null } },
        { "--size", s_all with { Size = new ImageSize(2, 3) } },
        { "--device", s_all with { DeviceName = "cpu" } },
        { "--seed", s_all with { Seed = 0 } },
        { "--data", s_all with { Data = null } },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Every_setting_survives_and_is_told_when_it_changes(string flag, CreateOptions changed)
    {
        var read = CreateSettings.Read(CreateSettings.Write(changed), "file");
        Assert.Null(CreateSettings.Difference(changed, read));
        Assert.StartsWith(flag + " was ", CreateSettings.Difference(s_all, changed), StringComparison.Ordinal);
        Assert.StartsWith(flag + " was ", CreateSettings.Difference(read, s_all), StringComparison.Ordinal);
    }

    [Fact]
    public void What_decides_no_bit_is_no_setting() => Assert.Null(CreateSettings.Difference(s_all,
        s_all with
        {
            Threads = 3, Output = "x", CheckpointSteps = 7, CheckpointSeconds = 1, Resume = true, Data = "/elsewhere",
            ReportInterval = TimeSpan.Zero, SamplingAfterCancel = TimeSpan.Zero, KeepCheckpoint = true,
        }));

    [Fact]
    public void Every_option_is_a_setting_or_known_not_to_be_one()
    {
        string[] none =
        [
            "Data", "Threads", "Output", "CheckpointSteps", "CheckpointSeconds", "Resume", "ReportInterval", "SamplingAfterCancel",
            "KeepCheckpoint", "OpenDevice",
        ];
        int options = typeof(CreateOptions).GetProperties()
            .Count(property => property is { CanWrite: true } && !property.GetMethod!.IsStatic && !none.Contains(property.Name));
        Assert.Equal(options, CreateSettings.Write(s_all with { Data = null }).Count);
    }

    [Theory]
    [InlineData("--hidden", "many")]
    [InlineData("--hidden", "-1")]
    [InlineData("--hidden", "99999999999")]
    [InlineData("--hidden", "4294967295")]
    [InlineData("--size", "3")]
    [InlineData("--size", "x")]
    [InlineData("--class", "")]
    [InlineData("--lr", "0,1")]
    public void A_checkpoint_that_says_what_cannot_be_is_refused(string flag, string value)
    {
        var notes = CreateSettings.Write(s_all);
        notes[CreateSettings.Prefix + flag] = value;
        var error = Assert.Throws<InvalidDataException>(() => CreateSettings.Read(notes, "file"));
        Assert.Equal($"file: the checkpoint says that {flag} was \"{value}\", which cannot be.", error.Message);
        notes.Remove(CreateSettings.Prefix + flag);
        error = Assert.Throws<InvalidDataException>(() => CreateSettings.Read(notes, "file"));
        Assert.StartsWith($"file: the checkpoint does not say what {flag} was", error.Message, StringComparison.Ordinal);
    }
}
