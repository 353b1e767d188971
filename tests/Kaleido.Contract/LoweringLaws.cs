using Kaleido.Backends;
using Kaleido.Tests;
using Xunit.Sdk;

namespace Kaleido.Contract;

/// <summary>What a device makes of a whole program must be, to the bit, what its primitives make of it one by one.</summary>
public sealed class LoweringLaws
{
    [Theory, OnEveryDevice]
    public void A_lowered_program_has_the_bits_of_its_primitives(string device)
    {
        using var bench = Devices.Open(device);
        Law.Holds(Law.Sizes(3, 33), it => Check(bench, it, Math.Clamp(it.Sizes[2], 1, 25)), 120);
    }

    [Theory, OnEveryDevice]
    public void A_lowered_program_of_many_rows_has_the_bits_of_its_primitives(string device)
    {
        using var bench = Devices.Open(device);
        // Enough rows that a device shares the work out.
        foreach (int seed in Enumerable.Range(0, bench.IsDouble ? 2 : 12)) Check(bench, new([700 + seed, 20 + (3 * seed)], seed), 20);
    }

    [Theory, OnEveryDevice]
    public void A_lowered_program_of_many_columns_has_the_bits_of_its_primitives(string device)
    {
        using var bench = Devices.Open(device);
        // Wider than a block of a row, with parameters for several stretches of an update; small where only the interpreter would run.
        using var lowered = bench.Backend.Lower(new([], [], [], []), 0);
        int[] widths = lowered is Interpreter ? [129] : [300, 513];
        foreach (int columns in widths) Check(bench, new([columns % 7, columns], columns), 20);
    }

    [Theory, OnEveryDevice]
    public void Random_programs_hold_numbers_and_not_mostly_NaN(string device)
    {
        using var bench = Devices.Open(device);
        long numbers = 0, all = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            var made = new RandomProgram(bench, seed, 9, 15);
            using var executable = bench.Backend.Lower(made.Program, 11);
            executable.Run(11);
            foreach (int output in made.Program.Outputs)
            {
                double[] values = bench.Read(executable.View(output, 11)).Values;
                (numbers, all) = (numbers + values.Count(double.IsFinite), all + values.Length);
            }
        }

        Assert.True(numbers > 0.75 * all, $"{numbers} of {all} values are finite");
    }

    private static void Check(Bench bench, SizedCase it, int length)
    {
        var (rows, columns) = (it.Sizes[0], it.Sizes[1]);
        var (one, other) = (new RandomProgram(bench, it.Seed, columns, length), new RandomProgram(bench, it.Seed, columns, length));
        var random = it.Random();
        using var lowered = bench.Backend.Lower(one.Program, rows + 2);
        using var plain = new Interpreter(bench.Backend, other.Program, rows + 2);
        try
        {
            foreach (int now in new[] { rows, rows + 2, rows })
            {
                for (int slot = 0; slot < RandomProgram.Inputs; slot++)
                {
                    var shape = one.Program.Slots[slot].Shape;
                    double[] values = bench.Random(random, shape.Rows.Resolve(now), shape.Columns.Resolve(now)).Values;
                    foreach (var executable in new IExecutable[] { lowered, plain })
                    {
                        var view = executable.View(slot, now);
                        view.Memory.Upload(view.Offset, values);
                    }
                }

                lowered.Run(now);
                plain.Run(now);
                foreach (int output in one.Program.Outputs) bench.SameBits(bench.Read(plain.View(output, now)), lowered.View(output, now));
                for (int i = 0; i < one.State().Count; i++) bench.SameBits(bench.Read(other.State()[i]), one.State()[i]);
            }
        }
        catch (XunitException failure)
        {
            throw new XunitException($"{it}: {failure.Message}\n{one}");
        }

        Assert.Equal(3UL, lowered.Counter.Value);
        Assert.Equal(3UL, plain.Counter.Value);
    }
}
