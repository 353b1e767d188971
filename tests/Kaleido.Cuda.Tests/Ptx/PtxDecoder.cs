using Op = Kaleido.Cuda.Tests.Ptx.PtxOperation;

namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>Makes of the statements of a kernel what <see cref="PtxMachine"/> runs; an opcode that it does not know is refused.</summary>
internal sealed class PtxDecoder
{
    private readonly PtxEntry _entry;
    private readonly Dictionary<string, int> _registers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _symbols = new(StringComparer.Ordinal);
    private readonly Dictionary<long, int> _numbers = [];
    private readonly List<ulong> _initial = [];

    private PtxDecoder(PtxEntry entry, IReadOnlyDictionary<string, int> constants)
    {
        _entry = entry;
        foreach (string name in PtxSpecial.Names) Register(name);
        foreach (string name in entry.Registers.Keys) Register(name);
        foreach (var (name, offset) in constants) _symbols[name] = offset;
    }

    public static PtxKernel Decode(PtxEntry entry, IReadOnlyDictionary<string, int> constants) => new PtxDecoder(entry, constants).Kernel();

    private void Register(string name)
    {
        _registers.Add(name, _initial.Count);
        _initial.Add(0);
    }

    private PtxKernel Kernel()
    {
        int shared = 0;
        foreach (var variable in _entry.Shared)
        {
            int alignment = Math.Max(variable.Alignment, 4);
            shared = (shared + alignment - 1) / alignment * alignment;
            _symbols[variable.Name] = shared;
            shared += variable.Bytes;
        }

        var instructions = _entry.Statements.Select(Decode).ToList();
        instructions.Add(new() { Operation = Op.Exit, Guard = -1 });
        return new(_entry)
        {
            Instructions = [.. instructions],
            Initial = [.. _initial],
            FirstNumber = PtxSpecial.Names.Length + _entry.Registers.Count,
            SharedBytes = (shared + 3) / 4 * 4,
            HasBarrier = instructions.Exists(i => i.Operation == Op.Barrier),
        };
    }

    private PtxInstruction Decode(PtxStatement s)
    {
        var instruction = new PtxInstruction { Guard = -1, GuardNegated = s.GuardNegated };
        if (s.Guard is not null) instruction.Guard = Named(s.Guard, s);
        string[] parts = s.Opcode.Split('.');
        switch (parts[0])
        {
            case "bra":
                Count(s, 1);
                if (!_entry.Labels.TryGetValue(s.Operands[0].Name, out int target)) throw Bad(s, $"there is no label {s.Operands[0].Name}");
                (instruction.Operation, instruction.Number) = (Op.Branch, (ulong)target);
                return instruction;
            case "ret" or "exit":
                Count(s, 0);
                instruction.Operation = Op.Exit;
                return instruction;
            case "bar":
                Count(s, 1);
                if (s.Opcode != "bar.sync" || s.Operands[0] is not { Kind: PtxOperandKind.Number, Number: 0 } || s.Guard is not null)
                    throw Bad(s, "only bar.sync 0 for all threads is supported");
                instruction.Operation = Op.Barrier;
                return instruction;
            case "ld" or "st" or "atom":
                Access(s, parts, ref instruction);
                return instruction;
            case "setp":
                Compare(s, parts, ref instruction);
                return instruction;
            case "cvta":
                // An address of global memory is the same number in the generic space.
                if (s.Opcode is not ("cvta.to.global.u64" or "cvta.global.u64")) throw Bad(s, "not supported");
                Operands(s, Op.Move, 2, ref instruction);
                instruction.Number = ulong.MaxValue;
                return instruction;
        }

        if (s.Opcode == "mov.b64" && s.Operands.Any(o => o.Kind == PtxOperandKind.Vector)) return Pair(s, instruction);
        if (!PtxOpcodes.TryFind(s.Opcode, out var form)) throw Bad(s, "not supported");
        int count = form.Operation switch
        {
            Op.MultiplyAdd or Op.FusedFloat or Op.FusedDouble or Op.Select or Op.BitField or Op.FunnelLeft or Op.FunnelRight => 4,
            Op.Move or Op.Not or Op.Negate or Op.Absolute or Op.ReciprocalFloat or Op.ReciprocalDouble or Op.RootFloat or Op.RootDouble
                or Op.AbsoluteFloat or Op.AbsoluteDouble or Op.NegateFloat or Op.NegateDouble or >= Op.Extend => 2,
            _ => 3,
        };
        Operands(s, form.Operation, count, ref instruction);
        instruction.Aux = form.Aux;
        instruction.Number = Mask(form.Width);
        return instruction;
    }

    private static ulong Mask(int width) => width == 64 ? ulong.MaxValue : (1ul << width) - 1;

    private void Operands(PtxStatement s, Op operation, int count, ref PtxInstruction instruction)
    {
        Count(s, count);
        instruction.Operation = operation;
        instruction.D = Destination(s.Operands[0], s);
        instruction.A = Source(s.Operands[1], s);
        if (count > 2) instruction.B = Source(s.Operands[2], s);
        if (count > 3) instruction.C = Source(s.Operands[3], s);
    }

    private PtxInstruction Pair(PtxStatement s, PtxInstruction instruction)
    {
        Count(s, 2);
        bool unpack = s.Operands[0].Kind == PtxOperandKind.Vector;
        var parts = (unpack ? s.Operands[0] : s.Operands[1]).Parts;
        if (parts.Count != 2) throw Bad(s, "two parts of 32 bits are expected");
        if (unpack)
        {
            (instruction.D, instruction.C, instruction.A) = (Named(parts[0], s), Named(parts[1], s), Source(s.Operands[1], s));
            instruction.Operation = Op.Unpack;
        }
        else
        {
            (instruction.A, instruction.B, instruction.D) = (Named(parts[0], s), Named(parts[1], s), Destination(s.Operands[0], s));
            instruction.Operation = Op.Pack;
        }

        return instruction;
    }

    private void Access(PtxStatement s, string[] parts, ref PtxInstruction instruction)
    {
        bool load = parts[0] == "ld", atomic = parts[0] == "atom";
        int numbers = parts.Length == 4 && load ? parts[2] switch { "v2" => 2, "v4" => 4, _ => throw Bad(s, "not supported") } : 1;
        bool vector = numbers > 1;
        if (!(parts.Length == 3 || vector || atomic)) throw Bad(s, "not supported");
        int bytes = parts[^1] switch { "b32" or "u32" or "s32" or "f32" => 4, "b64" or "u64" or "s64" or "f64" => 8, _ => 0 };
        if (bytes == 0 || (vector && bytes != 4)) throw Bad(s, "not supported");
        instruction.Aux = (sbyte)(bytes * numbers);
        string space = parts[1];
        instruction.Operation = (load, space, vector, atomic) switch
        {
            (true, "param", false, _) => Op.LoadParameter,
            (true, "global", false, _) => Op.LoadGlobal,
            (true, "global", true, _) => Op.LoadGlobalVector,
            (true, "shared", true, _) => Op.LoadSharedVector,
            (true, "const", false, _) => Op.LoadConstant,
            (true, "shared", false, _) => Op.LoadShared,
            (false, "global", false, false) => Op.StoreGlobal,
            (false, "shared", false, false) => Op.StoreShared,
            (false, _, _, true) when s.Opcode == "atom.global.cas.b32" => Op.CompareAndSwap,
            (false, _, _, true) when s.Opcode is "atom.global.add.u32" or "atom.global.add.s32" => Op.AtomicAdd,
            _ => throw Bad(s, "not supported"),
        };
        Count(s, instruction.Operation == Op.CompareAndSwap ? 4 : atomic ? 3 : 2);
        var address = s.Operands[load || atomic ? 1 : 0];
        if (address.Kind != PtxOperandKind.Address) throw Bad(s, "an address in brackets is expected");
        instruction.Number = (ulong)address.Number;
        if (space == "param")
        {
            var parameter = _entry.Parameters.Find(p => p.Name == address.Name) ?? throw Bad(s, $"there is no parameter {address.Name}");
            instruction.Number += (ulong)parameter.Offset;
            if (instruction.Number + (ulong)bytes > (ulong)_entry.ParameterBytes) throw Bad(s, "outside of the parameters");
        }
        else
        {
            instruction.A = Source(address.Name[0] == '%'
                ? new(PtxOperandKind.Register, address.Name, 0, []) : new(PtxOperandKind.Symbol, address.Name, 0, []), s);
        }

        if (vector)
        {
            var names = s.Operands[0].Parts;
            if (names.Count != numbers) throw Bad(s, $"{numbers} destinations are expected");
            (instruction.D, instruction.C) = (Named(names[0], s), Named(names[1], s));
            if (numbers == 4) (instruction.B, instruction.E) = (Named(names[2], s), Named(names[3], s));
        }
        else if (load || atomic) instruction.D = Destination(s.Operands[0], s);
        if (!load) instruction.B = Source(s.Operands[atomic ? 2 : 1], s);
        if (instruction.Operation == Op.CompareAndSwap) instruction.C = Source(s.Operands[3], s);
    }

    private void Compare(PtxStatement s, string[] parts, ref PtxInstruction instruction)
    {
        if (parts.Length != 3) throw Bad(s, "not supported");
        var relation = parts[1] switch
        {
            "eq" => PtxRelation.Equal, "ne" => PtxRelation.NotEqual, "lt" or "lo" => PtxRelation.Less,
            "le" or "ls" => PtxRelation.LessOrEqual,
            "gt" or "hi" => PtxRelation.Greater, "ge" or "hs" => PtxRelation.GreaterOrEqual, "equ" => PtxRelation.EqualOrNan,
            "neu" => PtxRelation.NotEqualOrNan, "ltu" => PtxRelation.LessOrNan, "leu" => PtxRelation.LessOrEqualOrNan,
            "gtu" => PtxRelation.GreaterOrNan, "geu" => PtxRelation.GreaterOrEqualOrNan, "num" => PtxRelation.Numbers,
            "nan" => PtxRelation.Nan,
            _ => throw Bad(s, "not supported"),
        };
        var operation = parts[2] switch
        {
            "f32" => Op.CompareFloat,
            "f64" => Op.CompareDouble,
            "s16" or "s32" or "s64" => Op.CompareSigned,
            "u16" or "u32" or "u64" or "b16" or "b32" or "b64" => Op.CompareUnsigned,
            _ => throw Bad(s, "not supported"),
        };
        bool integers = operation is Op.CompareSigned or Op.CompareUnsigned;
        if (integers && relation > PtxRelation.GreaterOrEqual) throw Bad(s, "not supported");
        Operands(s, operation, 3, ref instruction);
        instruction.Aux = (sbyte)relation;
        instruction.Number = ulong.Parse(parts[2].AsSpan(1));
    }

    private int Destination(PtxOperand operand, PtxStatement s)
    {
        if (operand.Kind != PtxOperandKind.Register) throw Bad(s, "a register is expected as destination");
        int register = Named(operand.Name, s);
        return register >= PtxSpecial.Names.Length ? register : throw Bad(s, $"{operand.Name} cannot be written");
    }

    private int Named(string name, PtxStatement s) =>
        _registers.TryGetValue(name, out int register) ? register : throw Bad(s, $"there is no register {name}");

    private int Source(PtxOperand operand, PtxStatement s)
    {
        long number = operand.Number;
        switch (operand.Kind)
        {
            case PtxOperandKind.Register: return Named(operand.Name, s);
            case PtxOperandKind.Number: break;
            case PtxOperandKind.Symbol when _symbols.TryGetValue(operand.Name, out number): break;
            default: throw Bad(s, $"the operand {operand.Name} is not understood");
        }

        if (_numbers.TryGetValue(number, out int place)) return place;
        _numbers.Add(number, _initial.Count);
        _initial.Add((ulong)number);
        return _initial.Count - 1;
    }

    private static void Count(PtxStatement s, int count)
    {
        if (s.Operands.Count != count) throw Bad(s, $"{count} operands are expected");
    }

    private static PtxException Bad(PtxStatement s, string what) => new($"{s}: {what}");
}
