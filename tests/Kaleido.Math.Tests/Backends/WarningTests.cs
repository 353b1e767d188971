using System.Diagnostics;
using Kaleido.Backends.Cpu;

namespace Kaleido.Tests.Backends;

public sealed class WarningTests
{
    private const string Sign = "no fused multiply-add";

    [Fact]
    public void A_missing_multiply_add_is_warned_of_once()
    {
        using var written = new StringWriter();
        using var listener = new TextWriterTraceListener(TextWriter.Synchronized(written));
        Trace.Listeners.Add(listener);
        try
        {
            int warned = 0;
            CpuBackend.WarnOnce(true, ref warned);
            listener.Flush();
            Assert.Equal(0, warned);
            Parallel.For(0, 16, _ => CpuBackend.WarnOnce(false, ref warned));
            CpuBackend.WarnOnce(false, ref warned);
        }
        finally
        {
            Trace.Listeners.Remove(listener);
        }

        listener.Flush();
        Assert.Single(written.ToString().Split('\n'), line => line.Contains(Sign, StringComparison.Ordinal));
    }
}
