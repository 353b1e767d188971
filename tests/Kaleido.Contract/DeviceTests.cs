using Xunit.Abstractions;

namespace Kaleido.Contract;

public sealed class DeviceTests(ITestOutputHelper output)
{
    [Fact]
    public void A_skipped_device_says_why_and_the_managed_ones_are_never_skipped()
    {
        foreach (var (name, reason) in Devices.Skipped)
        {
            output.WriteLine($"skipped {name}: {reason}");
            Assert.NotEmpty(reason);
        }

        Assert.Contains("reference", Devices.Names);
        Assert.Contains("cpu", Devices.Names);
        Assert.Contains("checking(cpu)", Devices.Names);
        Assert.Contains("timing(cpu)", Devices.Names);
    }

    [FactOnCuda]
    public void The_laws_are_checked_on_CUDA()
    {
        Assert.False(Devices.Skipped.TryGetValue("cuda", out string? reason), $"KALEIDO_REQUIRE_CUDA is 1, and {reason}");
        Assert.Contains("cuda", Devices.Names);
        Assert.Contains("checking(cuda)", Devices.Names);
    }
}

/// <summary>
/// A fact that is skipped, with the reason in sight, where there is no CUDA device, unless KALEIDO_REQUIRE_CUDA=1 demands one.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactOnCudaAttribute : FactAttribute
{
    public FactOnCudaAttribute() =>
        Skip = Environment.GetEnvironmentVariable("KALEIDO_REQUIRE_CUDA") == "1" ? null! : Devices.Skipped.GetValueOrDefault("cuda")!;
}
