namespace Kaleido.Tests.Numerics;

/// <summary>Float32 arguments over the whole range of bit patterns.</summary>
public static class Sweep
{
    /// <summary>Every 4099th bit pattern, every power of two with neighbours, and special values. 4099 is a prime.</summary>
    public static readonly float[] Values = Build(4099);

    /// <summary>A thinner sweep, for what is compared many times.</summary>
    public static readonly float[] Thin = Build(65537);

    private static float[] Build(uint stride)
    {
        List<float> values = [];
        for (ulong bits = 0; bits <= uint.MaxValue; bits += stride) values.Add(BitConverter.UInt32BitsToSingle((uint)bits));
        for (uint exponent = 0; exponent < 256; exponent++)
        {
            for (int step = -3; step <= 3; step++)
            {
                uint bits = (exponent << 23) + (uint)step;
                values.Add(BitConverter.UInt32BitsToSingle(bits & 0x7FFFFFFF));
                values.Add(BitConverter.UInt32BitsToSingle(bits | 0x80000000));
            }
        }

        float[] special =
        [
            0, -0f, 1, -1, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MinValue, float.Epsilon,
            -float.Epsilon, 88.72283f, 88.72284f, -87.33655f, -103.97f, -103.98f, 0.34657359f, 0.34657362f, 10.05f, -10.05f, 1.41421354f,
            0.707106769f, -0.29289323f, 0.41421357f, -14.4f, -14.7f, 1.57079637f, 3.14159274f, 134217728, 134217744, -134217744, 16777216,
            0.625f, -0.625f, 10, 100_000, -100_000, 1e-20f, -1e-20f, -20, 40, 105, -105, -104, 89,
            1.152921505e18f, -0.99999994f, 1.17549435e-38f,
        ];
        // Densely around the places where the formulas change.
        foreach (float value in special)
        {
            int reach = float.IsFinite(value) ? 200 : 0, bits = BitConverter.SingleToInt32Bits(value);
            for (int step = -reach; step <= reach; step++) values.Add(BitConverter.Int32BitsToSingle(bits + step));
        }

        return [.. values];
    }
}
