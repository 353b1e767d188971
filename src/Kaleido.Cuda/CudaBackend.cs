using System.Globalization;
using Kaleido.Backends;
using Kaleido.Cuda.Interop;
using Kaleido.Cuda.Sessions;
using Kaleido.Tensors;

namespace Kaleido.Cuda;

/// <summary>
/// An NVIDIA GPU, in float32. Work is issued on two streams, with the results that one would give (the second takes gradients of
/// weights), and runs while the host goes on; <see cref="Synchronize"/> and downloads wait.
/// Products are computed by cuBLAS, which chooses the order of their additions (unless <see cref="CudaOptions.ExactProducts"/> asks for
/// another); everything else by kernels that have the bits of the CPU.
/// </summary>
/// <remarks>
/// An index out of range is found while the device runs: gathering and scattering throw <see cref="ArgumentOutOfRangeException"/> at the
/// next <see cref="Synchronize"/> or download. A call that CUDA refuses throws <see cref="DeviceException"/> with its name and status.
/// After an error that CUDA cannot recover from every further call says that the device is lost.
/// <para>Safe for several threads, one call after the other.</para>
/// </remarks>
public sealed partial class CudaBackend : IBackend
{
    private readonly CudaSession _session;
    private readonly Dictionary<OptimizerRule, (ulong Rule, ulong Scalars)> _rules = [];

    internal CudaBackend(CudaSession session) => _session = session;

    /// <summary>The device's name, for example "NVIDIA H100 80GB HBM3".</summary>
    public string Name => _session.Properties.Name;

    /// <summary>The compute capability, for example 9.0.</summary>
    public Version ComputeCapability => new(_session.Properties.Major, _session.Properties.Minor);

    /// <summary>Bytes of memory that the device has.</summary>
    public long MemoryBytes => _session.Properties.Bytes;

    /// <summary>Bytes of memory that the driver could give now; other processes take from it too.</summary>
    /// <exception cref="DeviceException">The driver does not say.</exception>
    public long FreeMemoryBytes => _session.FreeBytes;

    /// <summary>How the device was opened.</summary>
    public CudaOptions Options => _session.Options;

    /// <summary>
    /// Memories that are held on the device: those of tensors and plans that were not given back, and a few of the device itself.
    /// </summary>
    public int LiveAllocations => _session.LiveAllocations;

    /// <inheritdoc/>
    public string Description => string.Create(CultureInfo.InvariantCulture,
        $"CUDA, {Precision}, {Name}, driver for CUDA "
        + $"{CudaProperties.Version(_session.Properties.DriverVersion)}, cuBLAS {CudaProperties.BlasVersion(_session.BlasVersion)}")
        + (_session.HasEpilogues ? " with epilogues" : "");

    private string Precision => Options.ExactProducts ? "float32 with the CPU's bits"
        : Options.AllowTensorFloat32 ? "float32 with TF32 products" : "float32";

    /// <inheritdoc/>
    public int BytesPerNumber => sizeof(float);

    internal CudaSession Session => _session;

    /// <inheritdoc/>
    public DeviceMemory Allocate(long length) => new CudaMemory(_session, length);

    /// <inheritdoc/>
    public StepCounter AllocateCounter() => new CudaStepCounter(_session);

    /// <inheritdoc/>
    public void Synchronize() => _session.Synchronize();

    /// <inheritdoc/>
    public IExecutable Lower(PlanProgram program, int capacity)
    {
        ArgumentNullException.ThrowIfNull(program);
        return new CudaProgram(this, program, capacity);
    }

    /// <summary>
    /// How long the device works on what <paramref name="work"/> issues, by its own clock (resolution about half a microsecond). Waits
    /// until it is done. Nothing else may be issued meanwhile.
    /// </summary>
    public TimeSpan Measure(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return _session.Measure(work);
    }

    /// <summary>
    /// How long each launch of a program takes when a plan runs it here, merged as the plan does: each is captured many times in one graph
    /// and that is timed, so neither the host nor what runs beside it counts. Computed operands are zeros. Waits until it is done.
    /// </summary>
    /// <param name="program">The program; what it changes (parameters, variables, rings) is changed to no use.</param>
    /// <param name="rows">Rows of a run.</param>
    /// <param name="repeats">How often each is in its graph.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative, or no repeats are asked for.</exception>
    /// <exception cref="DeviceException">A call of CUDA failed.</exception>
    public IReadOnlyList<LaunchTime> Profile(PlanProgram program, int rows, int repeats = 50)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(repeats);
        return new CudaProfile(this, program, rows, repeats).Run();
    }

    /// <summary>Gives the device back, with all memory on it.</summary>
    /// <exception cref="DeviceException">A call of CUDA failed; all that can be given back has been.</exception>
    public void Dispose() => _session.Dispose();

    /// <summary>The address of a matrix that is read.</summary>
    private ulong Address(in MatrixView view)
    {
        ulong address = CudaMemory.AddressOf(view, _session);
        _session.BeforeUse(address, view.Count, writes: false);
        return address;
    }

    /// <summary>The address of a matrix that is written.</summary>
    private ulong Target(in MatrixView view)
    {
        ulong address = CudaMemory.AddressOf(view, _session);
        _session.BeforeUse(address, view.Count, writes: true);
        return address;
    }

    private static ulong Address(StepCounter counter)
    {
        ArgumentNullException.ThrowIfNull(counter);
        return counter is CudaStepCounter cuda ? cuda.Address
            : throw new ArgumentException($"the counter belongs to another device ({counter.GetType().Name})", nameof(counter));
    }

    /// <inheritdoc/>
    public void Product(
        in MatrixView left, bool transposeLeft, in MatrixView right, bool transposeRight, bool accumulate, in MatrixView destination)
    {
        using var scope = _session.Enter();
        ulong a = Address(left), b = Address(right), c = Target(destination);
        if (destination.Count == 0) return;
        int inner = transposeLeft ? left.Rows : left.Columns;
        if (Options.ExactProducts)
        {
            var (p, q) = (Operand(left, transposeLeft), Operand(right, transposeRight));
            _session.Launch(KernelNames.Product, ProductTiles(destination), a, p.Row, p.Column, b, q.Row, q.Column, c,
                (long)destination.Rows, (long)destination.Columns, (long)inner, accumulate ? 1 : 0);
        }
        else if (inner > 0)
        {
            var it = BlasProduct.OfRows(a, transposeLeft, b, transposeRight, c, destination.Rows, destination.Columns, inner);
            _session.Product(it, accumulate);
        }
        else if (!accumulate)
        {
            _session.Set(c, 0, destination.Count);
        }
    }

    /// <inheritdoc/>
    public void Noise(StepCounter counter, NoiseOperation noise, in MatrixView destination)
    {
        ArgumentNullException.ThrowIfNull(noise);
        using var scope = _session.Enter();
        ulong step = Address(counter), to = Target(destination);
        var at = _session.Flat((destination.Count + 3) / 4);
        if (destination.Count == 0) return;
        if (noise.Distribution == NoiseDistribution.Uniform)
        {
            _session.Launch(KernelNames.NoiseUniform, at,
                step, noise.Seed, noise.Stream, (float)noise.First, (float)noise.Second, to, destination.Count);
            return;
        }

        _session.Launch(KernelNames.NoiseNormal, at, step, noise.Seed, noise.Stream, noise.First, noise.Second, to, destination.Count);
    }

    /// <inheritdoc/>
    public void MinibatchIndices(StepCounter counter, MinibatchIndicesOperation minibatch, in MatrixView destination)
    {
        ArgumentNullException.ThrowIfNull(minibatch);
        using var scope = _session.Enter();
        ulong step = Address(counter), to = Target(destination);
        if (destination.Count == 0) return;
        _session.Launch(KernelNames.MinibatchIndices, _session.Flat(destination.Rows),
            step, minibatch.Seed, minibatch.Stream, minibatch.Samples, to, (long)destination.Rows);
    }

    /// <inheritdoc/>
    public void Update(
        StepCounter counter, OptimizerRule rule, in MatrixView gradients, in MatrixView parameters,
        in MatrixView moment1, in MatrixView moment2)
    {
        ArgumentNullException.ThrowIfNull(rule);
        using var scope = _session.Enter();
        ulong step = Address(counter), g = Address(gradients), w = Target(parameters), a = Target(moment1), b = Target(moment2);
        if (parameters.Count == 0) return;
        var (data, scalars) = Place(rule);
        _session.Launch(KernelNames.OptimizerScalars, new(1, 1, 1, 1), step, data, scalars);
        _session.Launch(KernelNames.Update[(int)rule.Kind], _session.Flat(parameters.Count), scalars, g, w, a, b, parameters.Count);
    }

    /// <summary>The rule in device memory and room for what it gives in a step; written once, because a rule is a value.</summary>
    private (ulong Rule, ulong Scalars) Place(OptimizerRule rule)
    {
        if (_rules.TryGetValue(rule, out var known)) return known;
        var placed = (_session.Allocate(RuleData.Length * sizeof(long)), _session.Allocate(RuleData.ScalarBytes));
        _session.Upload(placed.Item1, System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(RuleData.Of(rule)));
        _rules.Add(rule, placed);
        return placed;
    }

    /// <inheritdoc/>
    public void Record(StepCounter counter, in MatrixView x, in MatrixView ring)
    {
        using var scope = _session.Enter();
        _session.Launch(KernelNames.Record, new(1, 1, 1, 1), Address(counter), Address(x), Target(ring), ring.Count);
    }

    /// <inheritdoc/>
    public void Advance(StepCounter counter)
    {
        using var scope = _session.Enter();
        _session.Launch(KernelNames.Advance, new(1, 1, 1, 1), Address(counter));
        if (!_session.IsCapturing) ((CudaStepCounter)counter).NoteAdvance();
    }
}
