namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>What an instruction does. D, A, B, C are the places of its operands among a thread's registers.</summary>
internal enum PtxOperation : byte
{
    // Flow.
    Branch, Barrier, Exit,
    // D = A & Number, D = the pair (A, B), the pair (D, C) = A, D = C ? A : B.
    Move, Pack, Unpack, Select,
    // Memory: D = memory[A + Number], memory[A + Number] = B; parameters at Number.
    LoadParameter, LoadGlobal, LoadConstant, LoadShared, LoadGlobalVector, LoadSharedVector, StoreGlobal, StoreShared, CompareAndSwap,
    AtomicAdd,
    // Integers; results are cut to the width.
    Add, Subtract, Multiply, MultiplyAdd, MultiplyWideSigned, MultiplyWideUnsigned, MultiplyHighUnsigned, MultiplyHighSigned,
    MultiplyHighUnsigned64, DivideUnsigned, DivideSigned, RemainderUnsigned, RemainderSigned, Negate, Absolute, MinimumSigned,
    MaximumSigned, MinimumUnsigned, MaximumUnsigned, And, Or, Xor, Not, ShiftLeft, ShiftRightUnsigned, ShiftRightSigned, BitField,
    FunnelLeft, FunnelRight, MultiplyWideSigned16, MultiplyWideUnsigned16,
    // Comparisons: the relation is Aux.
    CompareUnsigned, CompareSigned, CompareFloat, CompareDouble,
    // float32.
    AddFloat, SubtractFloat, MultiplyFloat, DivideFloat, FusedFloat, ReciprocalFloat, RootFloat, AbsoluteFloat, NegateFloat, MinimumFloat,
    MaximumFloat,
    // float64.
    AddDouble, SubtractDouble, MultiplyDouble, DivideDouble, FusedDouble, ReciprocalDouble, RootDouble, AbsoluteDouble, NegateDouble,
    MinimumDouble, MaximumDouble,
    // Conversions; between integers the source is extended as Aux says (its bits, negative if signed).
    Extend, SignedToFloat, UnsignedToFloat, SignedToDouble, UnsignedToDouble, DoubleToFloat, FloatToDouble, RoundDouble, RoundFloat,
    FloatToSigned, DoubleToSigned,
}

/// <summary>A relation of a comparison.</summary>
internal enum PtxRelation : byte
{
    Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual,
    EqualOrNan, NotEqualOrNan, LessOrNan, LessOrEqualOrNan, GreaterOrNan, GreaterOrEqualOrNan, Numbers, Nan,
}

/// <summary>One instruction, decoded.</summary>
internal struct PtxInstruction
{
    public PtxOperation Operation;

    /// <summary>A relation, or bytes of an access, or the width in bits of an integer operand (negative: signed).</summary>
    public sbyte Aux;

    /// <summary>The predicate register that guards it, or -1.</summary>
    public int Guard;

    public bool GuardNegated;

    public int D, A, B, C;

    /// <summary>The last destination of a load of four numbers: D, C, B, E.</summary>
    public int E;

    /// <summary>A mask of the result's width, an offset of an access, or where a branch goes.</summary>
    public ulong Number;
}

/// <summary>One kernel, decoded: registers are 64 bits each, constants are registers that nothing writes.</summary>
internal sealed class PtxKernel(PtxEntry entry)
{
    public PtxEntry Entry { get; } = entry;

    public PtxInstruction[] Instructions { get; set; } = [];

    /// <summary>Values of all registers when a thread begins.</summary>
    public ulong[] Initial { get; set; } = [];

    /// <summary>Where among them the constants begin; all before them are zeros.</summary>
    public int FirstNumber { get; set; }

    public int SharedBytes { get; set; }

    public bool HasBarrier { get; set; }
}

/// <summary>The first registers of every thread: the special ones.</summary>
internal static class PtxSpecial
{
    public static readonly string[] Names =
    [
        "%tid.x", "%tid.y", "%tid.z", "%ntid.x", "%ntid.y", "%ntid.z", "%ctaid.x", "%ctaid.y", "%ctaid.z", "%nctaid.x", "%nctaid.y",
        "%nctaid.z",
    ];

    public const int Thread = 0, Threads = 3, Block = 6, Blocks = 9;
}
