using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>
/// A handful of numbers worked on at once: 512, 256 or 128 bits, or one scalar. A formula written once against this interface gives
/// the same bits at every width, because each operation here is exactly rounded (or moves bits).
/// </summary>
/// <remarks>
/// A mask is a lane whose elements have all bits set (true) or none. "Bits" operations treat an element as an integer of its own size.
/// The JIT bounds how much it inlines into one method, and a formula with calls left in it is ten times slower: hence the form with a
/// scalar addend, and plain wrappers for each width instead of generic ones.
/// The bits of a NaN (its sign and payload) are not part of the promise: only that the result is a NaN.
/// </remarks>
internal interface ILane<TSelf, T>
    where TSelf : struct, ILane<TSelf, T>
    where T : unmanaged
{
    /// <summary>Elements in the lane.</summary>
    static abstract int Count { get; }

    /// <summary>Every element is the value.</summary>
    static abstract TSelf Create(T value);

    /// <summary>Every element has these bits (for float the lower 32).</summary>
    static abstract TSelf CreateBits(ulong bits);

    /// <summary>Reads <see cref="Count"/> consecutive elements.</summary>
    static abstract TSelf Load(ref readonly T source);

    /// <summary>Writes <see cref="Count"/> consecutive elements.</summary>
    void Store(ref T destination);

    /// <summary>Sum, rounded once.</summary>
    static abstract TSelf operator +(TSelf left, TSelf right);

    /// <summary>Difference, rounded once.</summary>
    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>Product, rounded once.</summary>
    static abstract TSelf operator *(TSelf left, TSelf right);

    /// <summary>Quotient, rounded once.</summary>
    static abstract TSelf operator /(TSelf left, TSelf right);

    /// <summary>Bitwise and.</summary>
    static abstract TSelf operator &(TSelf left, TSelf right);

    /// <summary>Bitwise or.</summary>
    static abstract TSelf operator |(TSelf left, TSelf right);

    /// <summary>Bitwise exclusive or.</summary>
    static abstract TSelf operator ^(TSelf left, TSelf right);

    /// <summary>left · right + addend, rounded once.</summary>
    static abstract TSelf FusedMultiplyAdd(TSelf left, TSelf right, TSelf addend);

    /// <summary>left · right + addend, rounded once, with the same addend for every element.</summary>
    static abstract TSelf FusedMultiplyAdd(TSelf left, TSelf right, T addend);

    /// <summary>Square root, rounded once.</summary>
    static abstract TSelf Sqrt(TSelf value);

    /// <summary>The value without its sign.</summary>
    static abstract TSelf Abs(TSelf value);

    /// <summary>The magnitude of one with the sign of the other.</summary>
    static abstract TSelf CopySign(TSelf magnitude, TSelf sign);

    /// <summary>Mask of left &lt; right (false for NaN).</summary>
    static abstract TSelf LessThan(TSelf left, TSelf right);

    /// <summary>Mask of left &gt; right (false for NaN).</summary>
    static abstract TSelf GreaterThan(TSelf left, TSelf right);

    /// <summary>Mask of left = right (false for NaN).</summary>
    static abstract TSelf Equal(TSelf left, TSelf right);

    /// <summary>Element by element the first where the mask is true, else the second.</summary>
    static abstract TSelf Select(TSelf mask, TSelf whenTrue, TSelf whenFalse);

    /// <summary>The value limited to [lower, upper]; NaN stays, and a value equal to a limit keeps the sign of its zero.</summary>
    static abstract TSelf Clamp(TSelf value, T lower, T upper);

    /// <summary>Whether any element of a mask is true.</summary>
    static abstract bool Any(TSelf mask);

    /// <summary>Whether the bits of any element, as an unsigned integer, are above the limit (for float its lower 32 bits).</summary>
    static abstract bool AnyBitsAbove(TSelf value, ulong limit);

    /// <summary>Integer sum of the bits, wrapping.</summary>
    static abstract TSelf AddBits(TSelf left, TSelf right);

    /// <summary>Integer difference of the bits, wrapping.</summary>
    static abstract TSelf SubtractBits(TSelf left, TSelf right);

    /// <summary>Bits moved to the left.</summary>
    static abstract TSelf ShiftLeft(TSelf value, int count);

    /// <summary>Bits moved to the right, zeros coming in.</summary>
    static abstract TSelf ShiftRight(TSelf value, int count);

    /// <summary>Bits moved to the right, copies of the sign bit coming in.</summary>
    static abstract TSelf ShiftRightArithmetic(TSelf value, int count);

    /// <summary>Reads <see cref="Count"/> consecutive float32 numbers, widened if the element type is double.</summary>
    static abstract TSelf LoadSingle(ref readonly float source);

    /// <summary>Writes <see cref="Count"/> consecutive float32 numbers, rounded to nearest even if the element type is double.</summary>
    void StoreSingle(ref float destination);

    /// <summary>Applies a float64 function: float elements are widened (exactly), and the results rounded once.</summary>
    static abstract TSelf MapDouble<TFunction>(in TFunction function, TSelf x) where TFunction : struct, IDoubleFunction;
}

/// <summary>Lanes of 64 bits can also multiply integers, for random numbers.</summary>
internal interface IDoubleLane<TSelf> : ILane<TSelf, double>
    where TSelf : struct, IDoubleLane<TSelf>
{
    /// <summary>The 64-bit integer product of the lower 32 bits of the elements.</summary>
    static abstract TSelf MultiplyLowHalves(TSelf left, TSelf right);

    /// <summary>first ^ second ^ third, in one instruction where there is one.</summary>
    static abstract TSelf ExclusiveOr(TSelf first, TSelf second, TSelf third);
}

/// <summary>A function of float32 numbers, written once for every lane width.</summary>
internal interface IFloatFunction
{
    /// <summary>The values of the function.</summary>
    TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, float>;
}

/// <summary>A function of float64 numbers, written once for every lane width.</summary>
internal interface IDoubleFunction
{
    /// <summary>The values of the function.</summary>
    TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, double>;
}

/// <summary>A float64 function as a float32 one: widened exactly, rounded once. For kernels that work on float lanes.</summary>
internal readonly struct Rounded<TFunction>(TFunction function) : IFloatFunction
    where TFunction : struct, IDoubleFunction
{
    private readonly TFunction _function = function;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TLane Apply<TLane>(TLane x) where TLane : struct, ILane<TLane, float> => TLane.MapDouble(_function, x);
}
