using Kaleido.Cuda.Interop;
using Kaleido.Cuda.Tests.Fake;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>Beside another library in the same context: its stream and its memory.</summary>
public sealed unsafe class SharingTests
{
    [Fact]
    public void A_device_works_on_the_stream_and_in_the_memory_of_another_library_and_leaves_both_to_it()
    {
        var machine = new FakeMachine();
        FakeMachine.Current = machine;
        var driver = new DriverTable(name => FakeDriver.Table.GetValueOrDefault(name));
        nint context, stream;
        ulong address;
        Assert.Equal((0, 0), (driver.PrimaryContextRetain(&context, 0), driver.ContextSetCurrent(context)));
        Assert.Equal(0, driver.StreamCreate(&stream, 1));
        Assert.Equal(0, driver.MemoryAllocate(&address, 16));
        Assert.Equal(0, driver.Set32(address, BitConverter.SingleToUInt32Bits(3), 4, stream));
        using (var backend = FakeDevice.Open(machine, new() { SharedStream = stream }))
        {
            Assert.Equal((context, stream), (backend.Session.Context, backend.Session.Stream));
            using var shared = new CudaMemory(backend.Session, address, 4);
            using var own = backend.Allocate(4);
            // In the order of the one stream, without a wait between.
            backend.Binary(new(shared, 0, 1, 4), new(shared, 0, 1, 4), Backends.BinaryOperation.Add, new(own, 0, 1, 4));
            backend.Broadcast(new(own, 0, 1, 4), new(shared, 0, 1, 4));
            float[] read = new float[4];
            own.Download(0, read);
            Assert.Equal([6, 6, 6, 6], read);
        }

        // Still there, and still theirs to give back.
        float number;
        Assert.Equal((0, 0), (driver.ContextSetCurrent(context), driver.CopyToHost(&number, address + 12, 4, stream)));
        Assert.Equal((0, 6f), (driver.StreamSynchronize(stream), number));
        Assert.Equal((0, 0, 0), (driver.MemoryFree(address), driver.StreamDestroy(stream), driver.PrimaryContextRelease(0)));
        Assert.Empty(machine.Violations);
        Assert.Empty(machine.Leaks());
    }
}
