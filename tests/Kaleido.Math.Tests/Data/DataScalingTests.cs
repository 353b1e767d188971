using Kaleido.Data;
using Kaleido.Numerics;

namespace Kaleido.Tests.Data;

public class DataScalingTests
{
    [Fact]
    public void Symmetric_scaling_of_a_byte_has_the_bits_of_float32_byte_over_127_5_minus_1()
    {
        for (int b = 0; b < 256; b++)
        {
            float[] stored = [b / 255f], scaled = new float[1];
            DataScaling.ToSymmetric.Apply(stored, scaled);
            float direct = (b / 127.5f) - 1f;
            Assert.Equal(BitConverter.SingleToInt32Bits(direct), BitConverter.SingleToInt32Bits(scaled[0]));
        }
    }

    [Fact]
    public void Unit_scaling_changes_nothing_but_the_sign_of_zero()
    {
        float[] values = [0f, 1f, 0.3f, -2.5f, float.Epsilon, float.MaxValue];
        float[] scaled = new float[values.Length];
        DataScaling.ToUnit.Apply(values, scaled);
        Assert.Equal(values, scaled);
    }

    [Fact]
    public void Inverting_symmetric_scaling_is_off_by_at_most_2_to_the_minus_24()
    {
        // y in [-1, 1] is rounded by at most 2^-25, which halves to 2^-26; the result, at most 1, by at most 2^-25 more.
        double bound = Math.ScaleB(1, -26) + Math.ScaleB(1, -25);
        float[] x = new float[4096], y = new float[4096];
        for (int i = 0; i < x.Length; i++)
        {
            x[i] = Philox.ToUniform(Philox.Word(3, 0, 0, (ulong)i));
        }

        DataScaling.ToSymmetric.Apply(x, y);
        DataScaling.ToSymmetric.Invert(y, y);
        for (int i = 0; i < x.Length; i++)
        {
            Assert.InRange(Math.Abs((double)y[i] - x[i]), 0, bound);
        }
    }

    [Fact]
    public void In_place_gives_the_bits_of_out_of_place()
    {
        float[] x = [0.1f, float.NaN, 3e38f, -7f], y = new float[4];
        var scaling = new DataScaling(0.25, 1.75);
        scaling.Apply(x, y);
        scaling.Apply(x, x);
        Assert.Equal(y, x);
        Assert.True(float.IsNaN(x[1]));
    }

    [Fact]
    public void A_short_destination_and_a_scale_of_zero_are_refused()
    {
        Assert.Throws<ArgumentException>(() => DataScaling.ToUnit.Apply(new float[3], new float[2]));
        Assert.Throws<InvalidOperationException>(() => new DataScaling(1, 0).Invert(new float[1], new float[1]));
    }
}
