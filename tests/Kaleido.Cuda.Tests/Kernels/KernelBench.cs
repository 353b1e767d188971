using System.Runtime.InteropServices;
using Kaleido.Cuda.Tests.Ptx;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>The shipped kernels on the interpreter, with memory of their own: allocations of exactly their size, gaps between
/// them.</summary>
internal sealed unsafe class KernelBench : IDisposable
{
    private static readonly Lazy<string> s_text = new(() =>
    {
        using var stream = System.Reflection.Assembly.Load("Kaleido.Cuda").GetManifestResourceStream("kernels.ptx")
            ?? throw new InvalidOperationException("kernels.ptx is not in the assembly");
        return new StreamReader(stream).ReadToEnd();
    });

    private static readonly Lazy<PtxModule> s_module = new(() => PtxModule.Load(Text));

    private readonly PtxMemory _memory = new();
    private readonly Dictionary<ulong, (nint Pointer, int Bytes)> _allocations = [];
    private ulong _next = 0x7_0000_0000;

    /// <summary>The shipped PTX.</summary>
    public static string Text => s_text.Value;

    /// <summary>The shipped PTX, decoded.</summary>
    public static PtxModule Module => s_module.Value;

    /// <summary>Memory with these numbers; none for none.</summary>
    public ulong Put<T>(params ReadOnlySpan<T> values) where T : unmanaged
    {
        int bytes = values.Length * sizeof(T);
        ulong address = _next;
        _next += ((ulong)bytes + 0x10FF) & ~0xFFul;
        if (bytes == 0) return address;
        nint pointer = (nint)NativeMemory.Alloc((nuint)bytes);
        values.CopyTo(new Span<T>((void*)pointer, values.Length));
        _allocations.Add(address, (pointer, bytes));
        _memory.Map(address, pointer, bytes);
        return address;
    }

    /// <summary>Room for numbers that a kernel must write: every one is a NaN that no kernel makes.</summary>
    public ulong Room(long count)
    {
        var values = new uint[count];
        Array.Fill(values, 0xFFFA5A5Au);
        return Put<uint>(values);
    }

    /// <summary>What lies at an address.</summary>
    public T[] Get<T>(ulong address) where T : unmanaged =>
        _allocations.TryGetValue(address, out var a) ? new ReadOnlySpan<T>((void*)a.Pointer, a.Bytes / sizeof(T)).ToArray() : [];

    /// <summary>Launches a kernel with parameters of exactly the types that it has.</summary>
    public void Launch(string kernel, PtxDimensions grid, PtxDimensions block, params ReadOnlySpan<object> parameters)
    {
        var expected = Module.Parameters(kernel);
        Assert.Equal(expected.Count, parameters.Length);
        byte[] bytes = new byte[Module.ParameterBytes(kernel)];
        for (int i = 0; i < parameters.Length; i++)
        {
            var place = bytes.AsSpan(expected[i].Offset);
            Assert.Equal(expected[i].Type, parameters[i] switch
            {
                ulong or long => ".u64", uint or int => ".u32", float => ".f32", double => ".f64", _ => "another type",
            });
            switch (parameters[i])
            {
                case ulong x: MemoryMarshal.Write(place, x); break;
                case long x: MemoryMarshal.Write(place, x); break;
                case uint x: MemoryMarshal.Write(place, x); break;
                case int x: MemoryMarshal.Write(place, x); break;
                case float x: MemoryMarshal.Write(place, x); break;
                case double x: MemoryMarshal.Write(place, x); break;
            }
        }

        Module.Launch(kernel, grid, block, bytes, _memory, Backwards);
    }

    /// <summary>The last thread first.</summary>
    public bool Backwards { get; init; }

    public void Dispose()
    {
        foreach (var (pointer, _) in _allocations.Values) NativeMemory.Free((void*)pointer);
    }
}
