using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace Kaleido.Tests.Architecture;

/// <summary>Reads what compiled methods name: the methods they call, the fields they touch, the types they mention.</summary>
internal static class IlReader
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>All methods and constructors that a type declares itself.</summary>
    public static IEnumerable<MethodBase> Methods(Type type) =>
        type.GetMethods(Everything).Cast<MethodBase>().Concat(type.GetConstructors(Everything));

    /// <summary>The members that the body of a method names, in order.</summary>
    public static IEnumerable<MemberInfo> Members(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } il) yield break;
        Type[] ofType = method.DeclaringType!.GetGenericArguments(), ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
        for (int at = 0; at < il.Length;)
        {
            short value = il[at++];
            if (value == 0xFE) value = unchecked((short)(0xFE00 | il[at++]));
            var operand = OpCodesByValue[value].OperandType;
            if (operand is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
                yield return method.Module.ResolveMember(BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(at)), ofType, ofMethod)!;
            at += Size(operand, il, at);
        }
    }

    private static int Size(OperandType operand, byte[] il, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BinaryPrimitives.ReadInt32LittleEndian(il.AsSpan(at)),
        _ => 4,
    };

    /// <summary>Every type that a type names: bases, fields, signatures, and inside its methods.</summary>
    public static IEnumerable<Type> TypesNamedBy(Type type)
    {
        var named = new List<Type>(type.GetInterfaces());
        if (type.BaseType is { } parent) named.Add(parent);
        named.AddRange(type.GetFields(Everything).Select(field => field.FieldType));
        foreach (var method in Methods(type))
        {
            named.AddRange(method.GetParameters().Select(parameter => parameter.ParameterType));
            if (method is MethodInfo { ReturnType: var result }) named.Add(result);
            if (method.GetMethodBody() is { } body) named.AddRange(body.LocalVariables.Select(local => local.LocalType));
            foreach (var member in Members(method))
            {
                named.Add(member as Type ?? member.DeclaringType ?? type);
                if (member is FieldInfo field) named.Add(field.FieldType);
                if (member is MethodInfo called)
                {
                    named.Add(called.ReturnType);
                    named.AddRange(called.GetGenericArguments());
                }
            }
        }

        return named.SelectMany(Parts).Distinct();
    }

    private static IEnumerable<Type> Parts(Type type)
    {
        if (type.HasElementType) return Parts(type.GetElementType()!);
        return type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type) : [type];
    }
}
