using System.Runtime.CompilerServices;

namespace Kaleido.Backends.Cpu;

/// <summary>What the micro-kernel does to an element between its chain and memory: see <see cref="ProductEnd"/>.</summary>
internal interface IStoreEnd
{
    static abstract bool HasBias { get; }

    /// <summary>The values to store for the chains <paramref name="x"/>.</summary>
    static abstract TVector Apply<TLanes, TVector>(TVector x, TVector bias)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct;
}

/// <summary>Nothing.</summary>
internal readonly struct NoEnd : IStoreEnd
{
    public static bool HasBias => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TLanes, TVector>(TVector x, TVector bias)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => x;
}

/// <summary>A bias is added.</summary>
internal readonly struct BiasEnd : IStoreEnd
{
    public static bool HasBias => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TLanes, TVector>(TVector x, TVector bias)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => TLanes.Add(x, bias);
}

/// <summary>A bias is added, then the maximum with +0 taken, which is the ReLU: +0 above -0, NaN for NaN.</summary>
internal readonly struct BiasReluEnd : IStoreEnd
{
    public static bool HasBias => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Apply<TLanes, TVector>(TVector x, TVector bias)
        where TLanes : struct, ILanes<TVector>
        where TVector : struct => TLanes.Max(TLanes.Add(x, bias), default);
}
