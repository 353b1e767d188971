using Kaleido.Backends;
using Kaleido.Tensors;

namespace Kaleido.Contract;

/// <summary>A device under test, its precision, and what moves matrices to it and back.</summary>
public sealed class Bench(IBackend backend, bool keepsOrderOfProducts, Action? afterwards = null) : IDisposable
{
    private readonly List<DeviceMemory> _memories = [];

    public IBackend Backend { get; } = backend;

    public bool KeepsOrderOfProducts { get; } = keepsOrderOfProducts;

    public bool IsDouble => Backend.BytesPerNumber == 8;

    /// <summary>The unit roundoff u of the device: half the distance from 1 to the next number.</summary>
    public double Unit => IsDouble ? Math.ScaleB(1, -53) : Math.ScaleB(1, -24);

    public double SmallestNormal => IsDouble ? Math.ScaleB(1, -1022) : Math.ScaleB(1, -126);

    /// <summary>A result of one operation on the device's numbers, formed in double, rounded to the device.</summary>
    /// <remarks>For +, -, ·, / and √ of float32 numbers the second rounding changes nothing (53 ≥ 2·24 + 2).</remarks>
    public double Round(double value) => IsDouble ? value : (float)value;

    /// <summary>x·y + z with the device's one rounding.</summary>
    public double FusedMultiplyAdd(double x, double y, double z) =>
        IsDouble ? Math.FusedMultiplyAdd(x, y, z) : MathF.FusedMultiplyAdd((float)x, (float)y, (float)z);

    /// <summary>The distance between neighbours of the device's numbers around a value.</summary>
    public double Ulp(double value)
    {
        double magnitude = Math.Max(Math.Abs(value), SmallestNormal);
        return Math.ScaleB(2 * Unit, double.IsFinite(magnitude) ? Math.ILogB(magnitude) : 0);
    }

    /// <summary>Random numbers of the device between -2 and 2. Few share their last bits, so that most sums of them are rounded.</summary>
    public Grid Random(Random random, int rows, int columns) => Grid.Of(rows, columns, (_, _) => Round(4 * random.NextDouble() - 2));

    /// <summary>Random numbers of the device, every fourth an infinity, a NaN, a zero of either sign or an end of its range.</summary>
    public Grid Wild(Random random, int rows, int columns)
    {
        double largest = IsDouble ? double.MaxValue : float.MaxValue, smallest = IsDouble ? double.Epsilon : float.Epsilon;
        double[] special = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.0, -0.0, smallest, largest];
        var numbers = Random(random, rows, columns);
        return Grid.Of(rows, columns, (r, c) => random.Next(4) == 0 ? special[random.Next(special.Length)] : numbers[r, c]);
    }

    /// <summary>A matrix on the device, away from the start of its memory.</summary>
    public MatrixView Put(Grid grid, int offset = 3)
    {
        var memory = Allocate(offset + grid.Values.Length + 2);
        memory.Upload(offset, grid.Values);
        return new(memory, offset, grid.Rows, grid.Columns);
    }

    /// <summary>A destination full of a number that no law expects.</summary>
    public MatrixView Blank(int rows, int columns) => Put(Grid.Of(rows, columns, (_, _) => -98765), 5);

    public Grid Read(in MatrixView view)
    {
        Backend.Synchronize();
        var values = new double[view.Count];
        view.Memory.Download(view.Offset, values);
        return new(view.Rows, view.Columns, values);
    }

    public DeviceMemory Allocate(long length)
    {
        var memory = Backend.Allocate(length);
        _memories.Add(memory);
        return memory;
    }

    /// <summary>The numbers, as the device holds them, must agree in every bit; all NaN are one.</summary>
    public void SameBits(Grid expected, in MatrixView actual)
    {
        var read = Read(actual);
        Assert.Equal((expected.Rows, expected.Columns), (read.Rows, read.Columns));
        for (int i = 0; i < expected.Values.Length; i++)
        {
            double want = Round(expected.Values[i]), have = read.Values[i];
            bool same = double.IsNaN(want)
                ? double.IsNaN(have)
                : BitConverter.DoubleToInt64Bits(want) == BitConverter.DoubleToInt64Bits(have);
            Assert.True(same, $"element {i} of {actual}: expected {Text(want)}, found {Text(have)}");
        }
    }

    /// <summary>Every number must lie within its tolerance.</summary>
    public void Within(Grid expected, Grid tolerance, in MatrixView actual)
    {
        var read = Read(actual);
        for (int i = 0; i < expected.Values.Length; i++)
            Near(expected.Values[i], tolerance.Values[i], read.Values[i], $"element {i} of {actual}");
    }

    /// <summary>
    /// The number must lie within the tolerance of what is expected. NaN is expected as NaN, an infinity as itself; an infinity is
    /// also right where the expected number plus the tolerance overflows on the device.
    /// </summary>
    public void Near(double expected, double tolerance, double actual, string what)
    {
        double largest = IsDouble ? double.MaxValue : float.MaxValue;
        bool near = double.IsNaN(expected) ? double.IsNaN(actual)
            : double.IsInfinity(expected) ? actual == expected
            : double.IsInfinity(actual) ? Math.Sign(actual) == Math.Sign(expected) && Math.Abs(expected) + tolerance > largest
            : Math.Abs(actual - expected) <= tolerance;
        Assert.True(near, $"{what}: expected {Text(expected)} ± {Text(tolerance)}, found {Text(actual)}");
    }

    private static string Text(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose()
    {
        foreach (var memory in _memories) memory.Dispose();
        Backend.Dispose();
        afterwards?.Invoke();
    }
}
