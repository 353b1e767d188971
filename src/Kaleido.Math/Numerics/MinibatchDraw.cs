using System.Runtime.CompilerServices;

namespace Kaleido.Numerics;

/// <summary>
/// Many elements of <see cref="FeistelPermutation"/>s at once, in vectors. Cycle walking takes few or many passes, and only with many
/// elements at hand is every pass full.
/// </summary>
internal static unsafe class MinibatchDraw
{
    // Elements that walk side by side: enough to fill vectors, few enough to stay in the nearest cache.
    private const int Walkers = 8 * PhiloxAcross.Walkers;

    /// <summary>
    /// Elements firstRow … firstRow + rows - 1 of the permutations of 0 … samples-1, as floats, for as many steps as
    /// <paramref name="indices"/> has room for: that of step s, row r, seed l is number ((s - firstStep)·rows + r - firstRow)·seeds + l.
    /// </summary>
    public static void Fill(
        ReadOnlySpan<uint> seeds, uint stream, int samples, ulong firstStep, int firstRow, int rows, Span<float> indices)
    {
        if (indices.IsEmpty) return;
        // Walkers share the upper half of their steps.
        int perStep = rows * seeds.Length, left = (indices.Length + perStep - 1) / perStep;
        while (left > 0)
        {
            int steps = (int)Math.Min((ulong)left, (1ul << 32) - (uint)firstStep), count = Math.Min(steps * perStep, indices.Length);
            Walk(seeds, stream, samples, firstStep, firstRow, rows, indices[..count]);
            indices = indices[count..];
            (firstStep, left) = (firstStep + (ulong)steps, left - steps);
        }
    }

    [SkipLocalsInit]
    private static void Walk(
        ReadOnlySpan<uint> seeds, uint stream, int samples, ulong firstStep, int firstRow, int rows, Span<float> indices)
    {
        // A walker: its value and above it the place of its result; its seed and above it its step.
        ulong* values = stackalloc ulong[Walkers], keys = stackalloc ulong[Walkers];
        uint step = (uint)firstStep, upperStep = (uint)(firstStep >> 32);
        int next = 0, row = 0, seed = 0, active = 0, halfBits = FeistelPermutation.HalfBits(samples);
        fixed (float* results = indices)
        {
            while (true)
            {
                for (; active < Walkers && next < indices.Length; active++, next++)
                {
                    values[active] = ((ulong)(uint)next << 32) | (uint)(firstRow + row);
                    keys[active] = ((ulong)step << 32) | seeds[seed];
                    if (++seed < seeds.Length) continue;
                    seed = 0;
                    if (++row < rows) continue;
                    row = 0;
                    step++;
                }

                if (active == 0) return;
                PhiloxAcross.Encrypt(values, keys, active, upperStep, stream, halfBits);

                // Those not below the number of samples walk on. Every value is written, the last one stays: branches would be guessed
                // wrong.
                int walking = 0;
                for (int i = 0; i < active; i++)
                {
                    ulong value = values[i], key = keys[i];
                    results[value >> 32] = (int)value;
                    (values[walking], keys[walking]) = (value, key);
                    walking += (int)((uint)(samples - 1 - (int)value) >> 31);
                }

                active = walking;
            }
        }
    }
}
