using Kaleido.Data;
using Kaleido.Tests.Support;

namespace Kaleido.Tests.Data;

public class EmbeddedDigitsTests
{
    [Fact]
    public void Labels_go_round_and_a_sample_does_not_depend_on_how_many_there_are()
    {
        Dataset few = EmbeddedDigits.Create(37, 5), many = EmbeddedDigits.Create(200, 5);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => i % 10), many.Labels!.Value.ToArray());
        Assert.Equal(new ImageShape(28, 28, 1), many.Image);
        Assert.Equal(10, many.Classes);
        Assert.Equal(few.Values.ToArray(), many.First(37).Values.ToArray());
    }

    [Fact]
    public void The_bits_are_the_ones_written_here() =>
        // Changes only together with the numerics version.
        Assert.Equal("ab31599e6c12e56582139d60d5e7998844a0cab46ad8f1f944b57fe957f0aa07", EmbeddedDigits.Create(500, 1).Fingerprint);

    [Fact]
    public void No_two_samples_are_equal_within_or_across_seeds()
    {
        var seen = new HashSet<string>();
        foreach (uint seed in new uint[] { 0, 1, uint.MaxValue })
        {
            Dataset data = EmbeddedDigits.Create(200, seed);
            for (int i = 0; i < data.Samples; i++)
            {
                Assert.True(seen.Add(Dataset.FromRows("", data.Row(i), data.Features).Fingerprint), $"seed {seed}, sample {i}");
            }
        }
    }

    [Fact]
    public void Every_digit_is_bytes_over_255_saturated_in_the_stroke_and_centred_by_mass()
    {
        Dataset data = EmbeddedDigits.Create(3000, 77);
        int aside = 0;
        for (int i = 0; i < data.Samples; i++)
        {
            double mass = 0, x = 0, y = 0, largest = 0;
            ReadOnlySpan<float> row = data.Row(i);
            for (int p = 0; p < row.Length; p++)
            {
                Assert.Equal(MathF.Round(row[p] * 255) / 255f, row[p]);
                (mass, x, y, largest) = (mass + row[p], x + (row[p] * (p % 28)), y + (row[p] * (p / 28)), Math.Max(largest, row[p]));
            }

            Assert.True(largest > 0.9, $"sample {i} is faint");
            Assert.InRange(mass, 20, 28 * 28 / 2);
            // Whole pixels are moved, so half a pixel remains at most, unless ink already touches the border.
            bool touches = false;
            for (int k = 0; k < 28; k++)
            {
                touches |= row[k] > 0 || row[(27 * 28) + k] > 0 || row[k * 28] > 0 || row[(k * 28) + 27] > 0;
            }

            bool centred = Math.Max(Math.Abs((x / mass) - 14), Math.Abs((y / mass) - 14)) <= 0.5001;
            Assert.True(centred || touches, $"sample {i} lies at {x / mass}, {y / mass}");
            aside += centred ? 0 : 1;
        }

        Assert.InRange(aside, 0, data.Samples / 100);
    }

    [Fact]
    public void The_nearest_class_mean_of_one_seed_recognises_most_digits_of_another()
    {
        // Chance is 10 %; slant, width and ways of writing make it far from certain.
        Assert.InRange(NearestMean(EmbeddedDigits.Create(5000, 1), EmbeddedDigits.Create(1000, 2)), 0.6, 1.0);
    }

    [FactIfMnist]
    public void The_nearest_drawn_digit_names_at_least_60_percent_of_real_ones()
    {
        Dataset drawn = EmbeddedDigits.Create(4000, 1);
        string mnist = SharedData.Mnist!;
        Dataset real = Dataset.Open(
            Path.Combine(mnist, "t10k-images-idx3-ubyte.gz"), Path.Combine(mnist, "t10k-labels-idx1-ubyte.gz")).First(500);
        Assert.InRange(NearestNeighbour(drawn, real), 0.6, 1.0);
    }

    [Fact]
    public void Sine_and_cosine_of_the_strokes_are_within_1e_12()
    {
        for (int i = -20_000; i <= 20_000; i++)
        {
            double x = i * 0.05;
            Assert.InRange(Math.Abs(StrokeMath.Sin(x) - Math.Sin(x)), 0, 1e-12);
            Assert.InRange(Math.Abs(StrokeMath.Cos(x) - Math.Cos(x)), 0, 1e-12);
        }
    }

    [Fact]
    public void Sizes_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbeddedDigits.Create(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => EmbeddedDigits.Create(int.MaxValue, 1));
    }

    private static double NearestMean(Dataset train, Dataset test)
    {
        var means = new float[10 * train.Features];
        for (int i = 0; i < train.Samples; i++)
        {
            Span<float> mean = means.AsSpan(train.Labels!.Value.Span[i] * train.Features, train.Features);
            for (int p = 0; p < mean.Length; p++)
            {
                mean[p] += train.Row(i)[p] / (train.Samples / 10);
            }
        }

        return NearestNeighbour(Dataset.FromRows("means", means, train.Features, null, [.. Enumerable.Range(0, 10)]), test);
    }

    private static double NearestNeighbour(Dataset known, Dataset test)
    {
        int right = 0;
        Parallel.For(0, test.Samples, i =>
        {
            float least = float.MaxValue;
            int label = -1;
            for (int k = 0; k < known.Samples; k++)
            {
                float distance = System.Numerics.Tensors.TensorPrimitives.Distance(known.Row(k), test.Row(i));
                if (distance < least)
                {
                    (least, label) = (distance, known.Labels!.Value.Span[k]);
                }
            }

            if (label == test.Labels!.Value.Span[i])
            {
                Interlocked.Increment(ref right);
            }
        });
        return (double)right / test.Samples;
    }
}
