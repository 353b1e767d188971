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
}
