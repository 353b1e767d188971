using System.Runtime.CompilerServices;

namespace Kaleido.Backends.Cpu.Ensembles;

/// <summary>What a worker needs to run a program for one group of networks: where the spaces begin, seeds, the step.</summary>
internal sealed unsafe class LaneContext
{
    private readonly nint[] _bases = new nint[4];

    /// <summary>Seeds of the networks' minibatches and noise.</summary>
    public uint[] Seeds { get; set; } = [];

    /// <summary>The gathered memories: that of source s and network l is number s·16 + l.</summary>
    public nint[] Sources { get; set; } = [];

    /// <summary>Completed steps.</summary>
    public ulong Step { get; set; }

    /// <summary>The last step of this stretch: completed steps before it.</summary>
    public ulong LastStep { get; set; }

    /// <summary>Minibatches drawn ahead for this stretch.</summary>
    public LaneMinibatch.Ahead Minibatches { get; } = new();

    /// <summary>The optimiser's scalars of this step.</summary>
    public OptimizerScalars Scalars { get; set; }

    /// <summary>Scratch of the step that runs.</summary>
    public float* Scratch { get; set; }

    /// <summary>Sets the beginning of a space.</summary>
    public void Bind(LaneSpace space, float* start) => _bases[(int)space] = (nint)start;

    /// <summary>The address of a place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float* Pointer(LanePlace place) => (float*)_bases[(int)place.Space] + place.Offset;
}

/// <summary>One step of a program for a group of networks.</summary>
internal abstract class LaneStep
{
    /// <summary>Floats of scratch.</summary>
    public virtual long Scratch => 0;

    /// <summary>Computes the step for all networks of the group.</summary>
    public abstract void Run(LaneContext context);
}
