using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Kaleido.Numerics;

namespace Kaleido.Backends.Cpu;

/// <summary>Four floats where there is no fused multiply-add: <see cref="Lanes128"/> with an emulated one. No masks.</summary>
internal readonly unsafe struct SoftwareLanes : ILanes<Vector128<float>>
{
    public static int Count
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 4;
    }

    public static bool CanMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load(float* source) => Vector128.Load(source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Broadcast(float* source) => Vector128.Create(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<float> value, float* destination) => value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Add(Vector128<float> left, Vector128<float> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Max(Vector128<float> left, Vector128<float> right) => Vector128.Max(left, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> FusedMultiplyAdd(Vector128<float> left, Vector128<float> right, Vector128<float> addend)
        => SoftwareFusedMultiplyAdd.Single(left, right, addend);

    public static Vector128<float> First(int count) => throw new NotSupportedException("no masks");

    public static Vector128<float> LoadMasked(float* source, Vector128<float> mask) => throw new NotSupportedException("no masks");

    public static void StoreMasked(Vector128<float> value, float* destination, Vector128<float> mask)
        => throw new NotSupportedException("no masks");
}
