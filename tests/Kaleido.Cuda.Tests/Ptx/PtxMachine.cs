using System.Runtime.CompilerServices;
using Op = Kaleido.Cuda.Tests.Ptx.PtxOperation;

namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>Runs one thread of a kernel until it ends or comes to a barrier.</summary>
/// <remarks>
/// Registers hold 64 bits; a result is cut to its width when it is written. Numbers in float32 and float64 are this processor's, which
/// rounds as PTX's .rn does; a NaN that float32 arithmetic makes has the bits 0x7FFFFFFF as on a GPU.
/// </remarks>
internal static unsafe class PtxMachine
{
    /// <summary>Runs from an instruction on; returns where a barrier stopped it (the instruction after it), or -1 at the end.</summary>
    public static int Run(PtxLaunch launch, PtxInstruction* instructions, ulong* r, int at)
    {
        long executed = 0;
        while (true)
        {
            PtxInstruction* i = instructions + at;
            executed++;
            at++;
            if (i->Guard >= 0 && (r[i->Guard] != 0) == i->GuardNegated) continue;
            switch (i->Operation)
            {
                case Op.Branch:
                    if ((int)i->Number < at && launch.Executed + executed > launch.MostInstructions)
                        throw launch.Fault(at - 1, "the launch runs for too long");
                    at = (int)i->Number;
                    break;
                case Op.Exit: launch.Executed += executed; return -1;
                case Op.Barrier: launch.Executed += executed; return at;

                case Op.Move: r[i->D] = r[i->A] & i->Number; break;
                case Op.Pack: r[i->D] = (uint)r[i->A] | (r[i->B] << 32); break;
                case Op.Unpack:
                    ulong whole = r[i->A];
                    (r[i->D], r[i->C]) = ((uint)whole, whole >> 32);
                    break;
                case Op.Select: r[i->D] = r[r[i->C] != 0 ? i->A : i->B] & i->Number; break;

                case Op.LoadParameter:
                    byte* parameter = launch.Parameters + i->Number;
                    r[i->D] = i->Aux == 4 ? *(uint*)parameter : *(ulong*)parameter;
                    break;
                case Op.LoadGlobal:
                    byte* global = launch.Global(at - 1, r[i->A] + i->Number, (uint)i->Aux);
                    r[i->D] = i->Aux == 4 ? *(uint*)global : *(ulong*)global;
                    break;
                case Op.LoadGlobalVector: Spread(i, r, launch.Global(at - 1, r[i->A] + i->Number, (uint)i->Aux)); break;
                case Op.LoadSharedVector: Spread(i, r, launch.Shared.Read(at - 1, r[i->A] + i->Number, i->Aux)); break;
                case Op.LoadConstant:
                    byte* constant = launch.Constant(at - 1, r[i->A] + i->Number, (uint)i->Aux);
                    r[i->D] = i->Aux == 4 ? *(uint*)constant : *(ulong*)constant;
                    break;
                case Op.LoadShared:
                    byte* shared = launch.Shared.Read(at - 1, r[i->A] + i->Number, i->Aux);
                    r[i->D] = i->Aux == 4 ? *(uint*)shared : *(ulong*)shared;
                    break;
                case Op.StoreGlobal:
                    byte* target = launch.Global(at - 1, r[i->A] + i->Number, (uint)i->Aux);
                    if (i->Aux == 4) *(uint*)target = (uint)r[i->B];
                    else *(ulong*)target = r[i->B];
                    break;
                case Op.StoreShared: launch.Shared.Write(at - 1, r[i->A] + i->Number, i->Aux, r[i->B]); break;
                case Op.CompareAndSwap:
                    uint* swapped = (uint*)launch.Global(at - 1, r[i->A] + i->Number, 4);
                    uint old = *swapped;
                    if (old == (uint)r[i->B]) *swapped = (uint)r[i->C];
                    r[i->D] = old;
                    break;
                case Op.AtomicAdd:
                    uint* sum = (uint*)launch.Global(at - 1, r[i->A] + i->Number, 4);
                    r[i->D] = *sum;
                    *sum += (uint)r[i->B];
                    break;

                case Op.Add: r[i->D] = (r[i->A] + r[i->B]) & i->Number; break;
                case Op.Subtract: r[i->D] = (r[i->A] - r[i->B]) & i->Number; break;
                case Op.Multiply: r[i->D] = (r[i->A] * r[i->B]) & i->Number; break;
                case Op.MultiplyAdd: r[i->D] = (r[i->A] * r[i->B] + r[i->C]) & i->Number; break;
                case Op.MultiplyWideSigned: r[i->D] = (ulong)((long)(int)r[i->A] * (int)r[i->B]); break;
                case Op.MultiplyWideUnsigned: r[i->D] = (ulong)(uint)r[i->A] * (uint)r[i->B]; break;
                case Op.MultiplyHighUnsigned: r[i->D] = (ulong)(uint)r[i->A] * (uint)r[i->B] >> 32; break;
                case Op.MultiplyHighSigned: r[i->D] = (uint)((long)(int)r[i->A] * (int)r[i->B] >> 32); break;
                case Op.MultiplyHighUnsigned64: r[i->D] = Math.BigMul(r[i->A], r[i->B], out _); break;
                case Op.And: r[i->D] = r[i->A] & r[i->B] & i->Number; break;
                case Op.Or: r[i->D] = (r[i->A] | r[i->B]) & i->Number; break;
                case Op.Xor: r[i->D] = (r[i->A] ^ r[i->B]) & i->Number; break;
                case Op.Not: r[i->D] = ~r[i->A] & i->Number; break;
                case Op.ShiftLeft: r[i->D] = (uint)r[i->B] > 63 ? 0 : (r[i->A] << (int)r[i->B]) & i->Number; break;
                case Op.ShiftRightUnsigned: r[i->D] = (uint)r[i->B] > 63 ? 0 : (r[i->A] & i->Number) >> (int)r[i->B]; break;

                case Op.CompareUnsigned:
                    ulong bits = i->Number == 64 ? ulong.MaxValue : (1ul << (int)i->Number) - 1;
                    r[i->D] = Holds((PtxRelation)i->Aux, (r[i->A] & bits).CompareTo(r[i->B] & bits));
                    break;
                case Op.CompareSigned:
                    r[i->D] = Holds((PtxRelation)i->Aux, Signed(r[i->A], -(int)i->Number).CompareTo(Signed(r[i->B], -(int)i->Number)));
                    break;
                case Op.CompareFloat: r[i->D] = Holds((PtxRelation)i->Aux, Float(r[i->A]), Float(r[i->B])); break;
                case Op.CompareDouble: r[i->D] = Holds((PtxRelation)i->Aux, Double(r[i->A]), Double(r[i->B])); break;

                case Op.AddFloat: r[i->D] = Bits(Float(r[i->A]) + Float(r[i->B])); break;
                case Op.SubtractFloat: r[i->D] = Bits(Float(r[i->A]) - Float(r[i->B])); break;
                case Op.MultiplyFloat: r[i->D] = Bits(Float(r[i->A]) * Float(r[i->B])); break;
                case Op.DivideFloat: r[i->D] = Bits(Float(r[i->A]) / Float(r[i->B])); break;
                case Op.FusedFloat: r[i->D] = Bits(MathF.FusedMultiplyAdd(Float(r[i->A]), Float(r[i->B]), Float(r[i->C]))); break;
                case Op.ReciprocalFloat: r[i->D] = Bits(1 / Float(r[i->A])); break;
                case Op.RootFloat: r[i->D] = Bits(MathF.Sqrt(Float(r[i->A]))); break;
                case Op.AbsoluteFloat: r[i->D] = Bits(MathF.Abs(Float(r[i->A]))); break;
                case Op.NegateFloat: r[i->D] = Bits(-Float(r[i->A])); break;
                case Op.MinimumFloat: r[i->D] = Bits(float.MinNumber(Float(r[i->A]), Float(r[i->B]))); break;
                case Op.MaximumFloat: r[i->D] = Bits(float.MaxNumber(Float(r[i->A]), Float(r[i->B]))); break;

                case Op.AddDouble: r[i->D] = Bits(Double(r[i->A]) + Double(r[i->B])); break;
                case Op.SubtractDouble: r[i->D] = Bits(Double(r[i->A]) - Double(r[i->B])); break;
                case Op.MultiplyDouble: r[i->D] = Bits(Double(r[i->A]) * Double(r[i->B])); break;
                case Op.DivideDouble: r[i->D] = Bits(Double(r[i->A]) / Double(r[i->B])); break;
                case Op.FusedDouble: r[i->D] = Bits(Math.FusedMultiplyAdd(Double(r[i->A]), Double(r[i->B]), Double(r[i->C]))); break;
                case Op.ReciprocalDouble: r[i->D] = Bits(1 / Double(r[i->A])); break;
                case Op.RootDouble: r[i->D] = Bits(Math.Sqrt(Double(r[i->A]))); break;
                case Op.AbsoluteDouble: r[i->D] = Bits(Math.Abs(Double(r[i->A]))); break;
                case Op.NegateDouble: r[i->D] = Bits(-Double(r[i->A])); break;
                case Op.MinimumDouble: r[i->D] = Bits(double.MinNumber(Double(r[i->A]), Double(r[i->B]))); break;
                case Op.MaximumDouble: r[i->D] = Bits(double.MaxNumber(Double(r[i->A]), Double(r[i->B]))); break;

                case Op.SignedToFloat: r[i->D] = Bits((float)Signed(r[i->A], i->Aux)); break;
                case Op.UnsignedToFloat: r[i->D] = Bits((float)Extended(r[i->A], i->Aux)); break;
                case Op.SignedToDouble: r[i->D] = Bits((double)Signed(r[i->A], i->Aux)); break;
                case Op.UnsignedToDouble: r[i->D] = Bits((double)Extended(r[i->A], i->Aux)); break;
                case Op.DoubleToFloat: r[i->D] = Bits((float)Double(r[i->A])); break;
                case Op.FloatToDouble: r[i->D] = Bits((double)Float(r[i->A])); break;
                case Op.RoundDouble: r[i->D] = Bits(Math.Round(Double(r[i->A]), MidpointRounding.ToEven)); break;
                case Op.RoundFloat: r[i->D] = Bits(MathF.Round(Float(r[i->A]), MidpointRounding.ToEven)); break;

                default: r[i->D] = Rare(launch, at - 1, i, r[i->A], r[i->B], r[i->C]); break;
            }
        }
    }

    // Two or four numbers of 32 bits into as many registers.
    private static void Spread(PtxInstruction* i, ulong* r, byte* source)
    {
        uint* numbers = (uint*)source;
        (r[i->D], r[i->C]) = (numbers[0], numbers[1]);
        if (i->Aux == 16) (r[i->B], r[i->E]) = (numbers[2], numbers[3]);
    }

    // What kernels seldom do.
    private static ulong Rare(PtxLaunch launch, int at, PtxInstruction* i, ulong a, ulong b, ulong c)
    {
        ulong mask = i->Number;
        switch (i->Operation)
        {
            case Op.Extend: return Extended(a, i->Aux) & mask;
            case Op.DivideUnsigned or Op.RemainderUnsigned or Op.DivideSigned or Op.RemainderSigned when (b & mask) == 0:
                throw launch.Fault(at, "division by zero");
            case Op.DivideUnsigned: return (a & mask) / (b & mask);
            case Op.RemainderUnsigned: return (a & mask) % (b & mask);
            // By -1 without the overflow that the host would report.
            case Op.DivideSigned: return (Signed(b, i->Aux) == -1 ? 0 - a : (ulong)(Signed(a, i->Aux) / Signed(b, i->Aux))) & mask;
            case Op.RemainderSigned: return Signed(b, i->Aux) == -1 ? 0 : (ulong)(Signed(a, i->Aux) % Signed(b, i->Aux)) & mask;
            case Op.Negate: return (0 - a) & mask;
            case Op.Absolute: return (Signed(a, i->Aux) < 0 ? 0 - a : a) & mask;
            case Op.MinimumSigned: return (ulong)Math.Min(Signed(a, i->Aux), Signed(b, i->Aux)) & mask;
            case Op.MaximumSigned: return (ulong)Math.Max(Signed(a, i->Aux), Signed(b, i->Aux)) & mask;
            case Op.MinimumUnsigned: return Math.Min(a & mask, b & mask);
            case Op.MaximumUnsigned: return Math.Max(a & mask, b & mask);
            case Op.ShiftRightSigned: return (ulong)(Signed(a, i->Aux) >> (int)Math.Min((uint)b, 63)) & mask;
            case Op.BitField:
                uint length = (uint)c & 255;
                return (a & mask) >> (int)Math.Min((uint)b & 255, 63) & (length > 63 ? ulong.MaxValue : (1ul << (int)length) - 1);
            case Op.FunnelLeft: return (((b << 32) | (uint)a) << (int)Turn(c, i->Aux)) >> 32;
            case Op.FunnelRight: return (uint)(((b << 32) | (uint)a) >> (int)Turn(c, i->Aux));
            case Op.MultiplyWideSigned16: return (uint)((short)a * (short)b);
            case Op.MultiplyWideUnsigned16: return (uint)((ushort)a * (ushort)b);
            case Op.FloatToSigned: return (mask > uint.MaxValue ? (ulong)(long)Float(a) : (ulong)(int)Float(a)) & mask;
            case Op.DoubleToSigned: return (mask > uint.MaxValue ? (ulong)(long)Double(a) : (ulong)(int)Double(a)) & mask;
            default: throw launch.Fault(at, $"{i->Operation} is not supported");
        }
    }

    private static uint Turn(ulong amount, sbyte limit) => limit == 31 ? (uint)amount & 31 : Math.Min((uint)amount, 32);

    private static ulong Extended(ulong x, int width) => width switch
    {
        < 0 => (ulong)Signed(x, width),
        64 => x,
        _ => x & ((1ul << width) - 1),
    };

    private static long Signed(ulong x, int width) => width switch { -64 => (long)x, -32 => (int)x, -16 => (short)x, _ => (sbyte)x };

    private static ulong Holds(PtxRelation relation, int order) => relation switch
    {
        PtxRelation.Equal => order == 0,
        PtxRelation.NotEqual => order != 0,
        PtxRelation.Less => order < 0,
        PtxRelation.LessOrEqual => order <= 0,
        PtxRelation.Greater => order > 0,
        _ => order >= 0,
    } ? 1ul : 0;

    private static ulong Holds(PtxRelation relation, double x, double y) => relation switch
    {
        PtxRelation.Equal => x == y,
        PtxRelation.NotEqual => x < y || x > y,
        PtxRelation.Less => x < y,
        PtxRelation.LessOrEqual => x <= y,
        PtxRelation.Greater => x > y,
        PtxRelation.GreaterOrEqual => x >= y,
        PtxRelation.EqualOrNan => !(x < y || x > y),
        PtxRelation.NotEqualOrNan => x != y,
        PtxRelation.LessOrNan => !(x >= y),
        PtxRelation.LessOrEqualOrNan => !(x > y),
        PtxRelation.GreaterOrNan => !(x <= y),
        PtxRelation.GreaterOrEqualOrNan => !(x < y),
        PtxRelation.Numbers => !double.IsNaN(x) && !double.IsNaN(y),
        _ => double.IsNaN(x) || double.IsNaN(y),
    } ? 1ul : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Float(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double Double(ulong bits) => BitConverter.UInt64BitsToDouble(bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(float x) => float.IsNaN(x) ? 0x7FFFFFFF : BitConverter.SingleToUInt32Bits(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(double x) => BitConverter.DoubleToUInt64Bits(x);
}
