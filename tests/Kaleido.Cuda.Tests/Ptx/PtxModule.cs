namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>Sizes of a grid or a block, or a place in one.</summary>
public readonly record struct PtxDimensions(uint X, uint Y = 1, uint Z = 1)
{
    /// <summary>X·Y·Z.</summary>
    public long Count => (long)X * Y * Z;

    /// <summary>The place of number i, x first.</summary>
    public PtxDimensions Place(long i) => new((uint)(i % X), (uint)(i / X % Y), (uint)(i / X / Y));

    /// <inheritdoc/>
    public override string ToString() => $"({X}, {Y}, {Z})";
}

/// <summary>
/// PTX text made ready to run on this processor: slow, deterministic and strict. Kernels may be launched from several threads at once.
/// </summary>
public sealed unsafe class PtxModule
{
    private readonly Dictionary<string, PtxKernel> _kernels = new(StringComparer.Ordinal);
    private readonly byte[] _constants;
    private readonly int _constantBytes;
    private long _executed;

    private PtxModule(PtxFile file)
    {
        (Version, Target) = (file.Version, file.Target);
        var offsets = new Dictionary<string, int>(StringComparer.Ordinal);
        int bytes = 0;
        foreach (var constant in file.Constants)
        {
            bytes = (bytes + constant.Alignment - 1) / constant.Alignment * constant.Alignment;
            offsets.Add(constant.Name, bytes);
            bytes += constant.Bytes;
        }

        _constantBytes = bytes;
        _constants = new byte[bytes + 1]; // never empty, so that it has an address
        foreach (var constant in file.Constants) constant.Initial.CopyTo(_constants.AsSpan(offsets[constant.Name]));
        foreach (var entry in file.Entries) _kernels.Add(entry.Name, PtxDecoder.Decode(entry, offsets));
    }

    /// <summary>Reads PTX text.</summary>
    /// <exception cref="PtxException">Something in it is not understood.</exception>
    public static PtxModule Load(string text) => new(PtxParser.Parse(text));

    /// <summary>.version.</summary>
    public string Version { get; }

    /// <summary>.target.</summary>
    public string Target { get; }

    /// <summary>The kernels' names.</summary>
    public IReadOnlyCollection<string> Kernels => _kernels.Keys;

    /// <summary>Instructions executed in all launches.</summary>
    public long Executed => Interlocked.Read(ref _executed);

    /// <summary>A launch that executes more instructions is taken for one without end.</summary>
    public long MostInstructions { get; set; } = 20_000_000_000;

    /// <summary>Where each parameter of a kernel lies among its parameters' bytes.</summary>
    public IReadOnlyList<PtxParameter> Parameters(string kernel) => Find(kernel).Entry.Parameters;

    /// <summary>Bytes of a kernel's parameters.</summary>
    public int ParameterBytes(string kernel) => Find(kernel).Entry.ParameterBytes;

    /// <summary>Runs a kernel with its parameters given as the driver takes them: one pointer to each.</summary>
    public void Launch(string kernel, PtxDimensions grid, PtxDimensions block, void** parameters, PtxMemory memory)
    {
        var entry = Find(kernel).Entry;
        Span<byte> bytes = stackalloc byte[entry.ParameterBytes];
        for (int i = 0; i < entry.Parameters.Count; i++)
            new ReadOnlySpan<byte>(parameters[i], entry.Parameters[i].Bytes).CopyTo(bytes[entry.Parameters[i].Offset..]);
        Launch(kernel, grid, block, bytes, memory);
    }

    /// <summary>
    /// Runs a kernel with its parameters' bytes, each at its offset; the threads of a block, and the blocks, from the first to the last or
    /// the other way round.
    /// </summary>
    /// <exception cref="PtxException">The launch does not fit the kernel, or a thread did something forbidden.</exception>
    public void Launch(string kernel, PtxDimensions grid, PtxDimensions block, ReadOnlySpan<byte> parameters, PtxMemory memory,
        bool backwards = false)
    {
        ArgumentNullException.ThrowIfNull(memory);
        var found = Find(kernel);
        if (parameters.Length != found.Entry.ParameterBytes)
            throw new PtxException($"{kernel}: {found.Entry.ParameterBytes} bytes of parameters are expected, not {parameters.Length}");
        if (grid.Count == 0 || block.Count == 0 || grid.X > int.MaxValue || grid.Y > 65535 || grid.Z > 65535 || block.Z > 64)
            throw new PtxException($"{kernel}: a grid of {grid} and blocks of {block} cannot be launched");
        if (block.Count > found.Entry.MostThreads)
            throw new PtxException($"{kernel}: {block.Count} threads in a block, at most {found.Entry.MostThreads} are allowed");
        fixed (byte* bytes = parameters)
        fixed (byte* constants = _constants)
        {
            var launch = new PtxLaunch(found, memory, constants, _constantBytes, grid, block, bytes)
            {
                Backwards = backwards,
                MostInstructions = MostInstructions,
            };
            launch.Run();
            Interlocked.Add(ref _executed, launch.Executed);
        }
    }

    private PtxKernel Find(string kernel) =>
        _kernels.TryGetValue(kernel, out var found) ? found : throw new PtxException($"there is no kernel {kernel}");
}
