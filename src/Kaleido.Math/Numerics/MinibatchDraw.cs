using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>
/// Many elements of <see cref="FeistelPermutation"/>s at once, 32 of them in vectors. Cycle walking takes few or many passes, and only with
/// many elements at hand is every pass full.
/// </summary>
internal static unsafe class MinibatchDraw
{
    private const int Slots = 2 * PhiloxAcross.Seeds;

    /// <summary>
    /// Elements firstRow … firstRow + rows - 1 of the permutations of 0 … samples-1, as floats, for as many steps as
    /// <paramref name="indices"/> has room for: that of step s, row r, seed l is number ((s - firstStep)·rows + r - firstRow)·seeds + l.
    /// </summary>
    [SkipLocalsInit]
    public static void Fill(
        ReadOnlySpan<uint> seeds, uint stream, int samples, ulong firstStep, int firstRow, int rows, Span<float> indices)
    {
        // A slot holds one value until it lands below the number of samples, then the next one.
        ulong* values = stackalloc ulong[Slots], slotSeeds = stackalloc ulong[Slots], steps = stackalloc ulong[Slots];
        int* targets = stackalloc int[Slots];
        int next = 0, active = 0, row = 0, seed = 0, halfBits = FeistelPermutation.HalfBits(samples);
        ulong step = firstStep;
        for (int slot = 0; slot < Slots; slot++)
        {
            (values[slot], slotSeeds[slot], steps[slot]) = (0, 0, 0);
            if (next < indices.Length) Load(active++, seeds);
        }

        while (active > 0)
        {
            PhiloxAcross.Encrypt(values, slotSeeds, steps, stream, halfBits);
            for (int slot = 0; slot < active; slot++)
            {
                int value = (int)values[slot];
                if (value >= samples) continue;
                indices[targets[slot]] = value;
                if (next < indices.Length)
                {
                    Load(slot, seeds);
                    continue;
                }

                active--;
                (values[slot], slotSeeds[slot], steps[slot], targets[slot]) = (values[active], slotSeeds[active], steps[active], targets[active]);
                slot--;
            }
        }

        void Load(int slot, ReadOnlySpan<uint> seeds)
        {
            (values[slot], slotSeeds[slot], steps[slot]) = ((ulong)(firstRow + row), seeds[seed], step);
            targets[slot] = next++;
            if (++seed < seeds.Length) return;
            seed = 0;
            if (++row < rows) return;
            row = 0;
            step++;
        }
    }
}
