using System.Runtime.InteropServices;

namespace Kaleido.Tests.Backends;

/// <summary>Floats at a 64-byte boundary, with guard values on both sides that must survive.</summary>
internal sealed unsafe class AlignedFloats : IDisposable
{
    private const int Guard = 64;
    private const float Canary = 12345.678f;
    private readonly float* _memory;

    public AlignedFloats(long length)
    {
        Length = checked((int)length);
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)(Length + 2 * Guard) * sizeof(float), 64);
        new Span<float>(_memory, Length + 2 * Guard).Fill(Canary);
    }

    public int Length { get; }

    public float* Pointer => _memory + Guard;

    public Span<float> Span => new(Pointer, Length);

    public void CheckGuards()
    {
        for (int i = 0; i < Guard; i++)
        {
            Assert.Equal(Canary, _memory[i]);
            Assert.Equal(Canary, _memory[Guard + Length + i]);
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}

/// <summary>Comparison to the bit; a NaN equals every NaN.</summary>
internal static class Bits
{
    public static uint Of(float value) => float.IsNaN(value) ? 0x7FC00000u : BitConverter.SingleToUInt32Bits(value);

    public static void Equal(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            if (Of(expected[i]) != Of(actual[i]))
                Assert.Fail($"{what}: element {i} is {actual[i]:R} ({Of(actual[i]):X8}), not {expected[i]:R} ({Of(expected[i]):X8})");
    }

    /// <summary>Mostly ordinary numbers, some zeros of both signs, subnormals, and, if asked for, infinities and NaN.</summary>
    public static void Fill(Span<float> values, Random random, bool special)
    {
        foreach (ref float value in values)
        {
            value = random.Next(special ? 400 : 40) switch
            {
                0 => 0f,
                1 => -0f,
                2 => 1e-41f,
                3 => -3e-45f,
                4 => 1e20f,
                5 => -1e-20f,
                _ when special && random.Next(300) == 0 => random.Next(3) switch
                {
                    0 => float.PositiveInfinity,
                    1 => float.NegativeInfinity,
                    _ => float.NaN,
                },
                _ => (float)(random.NextDouble() * 2 - 1),
            };
        }
    }
}
