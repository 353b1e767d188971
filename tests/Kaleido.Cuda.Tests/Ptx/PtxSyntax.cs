namespace Kaleido.Cuda.Tests.Ptx;

/// <summary>What an operand of a statement is.</summary>
internal enum PtxOperandKind
{
    /// <summary>A register or a special register (%tid.x) by name.</summary>
    Register,
    /// <summary>A number: its bits.</summary>
    Number,
    /// <summary>The name of a variable or a label.</summary>
    Symbol,
    /// <summary>[base + offset].</summary>
    Address,
    /// <summary>{a, b}: registers by name.</summary>
    Vector,
}

/// <summary>One operand: its name (of the register, symbol or base), its number (or offset), its parts.</summary>
internal sealed record PtxOperand(PtxOperandKind Kind, string Name, long Number, IReadOnlyList<string> Parts);

/// <summary>One instruction as written: guard (null for none), opcode with its modifiers, operands.</summary>
internal sealed record PtxStatement(int Line, string? Guard, bool GuardNegated, string Opcode, IReadOnlyList<PtxOperand> Operands)
{
    /// <inheritdoc/>
    public override string ToString() => $"line {Line}, {Opcode} {string.Join(", ", Operands.Select(Written))}";

    private static string Written(PtxOperand operand) => operand.Kind switch
    {
        PtxOperandKind.Number => FormattableString.Invariant($"0x{operand.Number:X}"),
        PtxOperandKind.Address => FormattableString.Invariant($"[{operand.Name}+{operand.Number}]"),
        PtxOperandKind.Vector => $"{{{string.Join(", ", operand.Parts)}}}",
        _ => operand.Name,
    };
}

/// <summary>A variable in shared or constant memory.</summary>
internal sealed record PtxVariable(string Name, string Space, int Alignment, int Bytes, byte[] Initial);

/// <summary>A parameter of a kernel: where it lies among the parameters.</summary>
public sealed record PtxParameter(string Name, string Type, int Offset, int Bytes);

/// <summary>One kernel as written.</summary>
internal sealed class PtxEntry(string name)
{
    public string Name { get; } = name;

    public List<PtxParameter> Parameters { get; } = [];

    public int ParameterBytes { get; set; }

    /// <summary>The most threads of a block (.maxntid), 1024 if not said.</summary>
    public int MostThreads { get; set; } = 1024;

    public Dictionary<string, string> Registers { get; } = new(StringComparer.Ordinal);

    public List<PtxVariable> Shared { get; } = [];

    public List<PtxStatement> Statements { get; } = [];

    public Dictionary<string, int> Labels { get; } = new(StringComparer.Ordinal);
}

/// <summary>A PTX file as written.</summary>
internal sealed class PtxFile
{
    public string Version { get; set; } = "";

    public string Target { get; set; } = "";

    public List<PtxEntry> Entries { get; } = [];

    public List<PtxVariable> Constants { get; } = [];
}
