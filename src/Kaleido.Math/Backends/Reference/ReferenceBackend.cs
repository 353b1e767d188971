using Kaleido.Numerics;
using Kaleido.Tensors;

namespace Kaleido.Backends.Reference;

/// <summary>
/// The float64 device: every primitive as a plain loop in double, in the written order of operations and with no other cleverness.
/// Slow; for checking the other devices and for derivatives by differences. It alone may call the transcendental functions of
/// <see cref="Math"/>, so its last bits can differ between platforms.
/// </summary>
public sealed partial class ReferenceBackend : IBackend
{
    /// <inheritdoc/>
    public string Description => "float64 reference";

    /// <inheritdoc/>
    public int BytesPerNumber => sizeof(double);

    /// <inheritdoc/>
    public DeviceMemory Allocate(long length) => new ReferenceMemory(length);

    /// <inheritdoc/>
    public StepCounter AllocateCounter() => new HostStepCounter();

    /// <inheritdoc/>
    public void Product(
        in MatrixView left, bool transposeLeft, in MatrixView right, bool transposeRight, bool accumulate, in MatrixView destination)
    {
        var a = ReferenceMemory.Elements(left);
        var b = ReferenceMemory.Elements(right);
        var c = ReferenceMemory.Elements(destination);
        int inner = transposeLeft ? left.Rows : left.Columns;
        for (int row = 0; row < destination.Rows; row++)
        {
            for (int column = 0; column < destination.Columns; column++)
            {
                int at = row * destination.Columns + column;
                double sum = accumulate ? c[at] : 0;
                for (int k = 0; k < inner; k++)
                {
                    double x = a[transposeLeft ? k * left.Columns + row : row * left.Columns + k];
                    double y = b[transposeRight ? column * right.Columns + k : k * right.Columns + column];
                    sum = Math.FusedMultiplyAdd(x, y, sum);
                }

                c[at] = sum;
            }
        }
    }

    /// <inheritdoc/>
    public void Unary(in MatrixView x, UnaryOperation function, double alpha, in MatrixView destination)
    {
        var a = new Operand(x);
        var d = ReferenceMemory.Elements(destination);
        for (int i = 0, row = 0; row < destination.Rows; row++)
            for (int column = 0; column < destination.Columns; column++)
                d[i++] = ReferenceFunctions.Unary(a[row, column], function, alpha);
    }

    /// <inheritdoc/>
    public void Binary(in MatrixView x, in MatrixView y, BinaryOperation function, in MatrixView destination)
    {
        var a = new Operand(x);
        var b = new Operand(y);
        var d = ReferenceMemory.Elements(destination);
        for (int i = 0, row = 0; row < destination.Rows; row++)
            for (int column = 0; column < destination.Columns; column++)
                d[i++] = ReferenceFunctions.Binary(a[row, column], b[row, column], function);
    }

    /// <inheritdoc/>
    public void Ternary(in MatrixView x, in MatrixView y, in MatrixView z, TernaryOperation function, in MatrixView destination)
    {
        var p = new Operand(x);
        var q = new Operand(y);
        var s = new Operand(z);
        var d = ReferenceMemory.Elements(destination);
        for (int i = 0, row = 0; row < destination.Rows; row++)
            for (int column = 0; column < destination.Columns; column++)
                d[i++] = ReferenceFunctions.Ternary(p[row, column], q[row, column], s[row, column], function);
    }

    /// <inheritdoc/>
    public void Broadcast(in MatrixView x, in MatrixView destination) => Unary(x, UnaryOperation.Identity, 0, destination);

    /// <inheritdoc/>
    public void Fill(double value, in MatrixView destination) => ReferenceMemory.Elements(destination).Fill(value);

    /// <inheritdoc/>
    public void Noise(StepCounter counter, NoiseOperation noise, in MatrixView destination)
    {
        var d = ReferenceMemory.Elements(destination);
        for (int i = 0; i < d.Length; i++)
        {
            double draw = noise.Distribution == NoiseDistribution.Uniform
                ? Philox.ToUniform(Philox.Word(noise.Seed, noise.Stream, counter.Value, (ulong)i))
                : StandardNormal(noise, counter.Value, (ulong)i);
            double scale = noise.Distribution == NoiseDistribution.Uniform ? noise.Second - noise.First : noise.Second;
            d[i] = Math.FusedMultiplyAdd(draw, scale, noise.First);
        }
    }

    /// <summary>
    /// G. Box, M. Muller, Ann. Math. Statist. 29 (1958): an even element takes the cosine and the following odd one the sine of the two
    /// words at their places; the radius comes from u + 2⁻²⁴, which is never 0.
    /// </summary>
    private static double StandardNormal(NoiseOperation noise, ulong step, ulong index)
    {
        double u = Philox.ToUniform(Philox.Word(noise.Seed, noise.Stream, step, index & ~1UL)) + 1.0 / (1 << 24);
        double turns = Philox.ToUniform(Philox.Word(noise.Seed, noise.Stream, step, index | 1));
        var (sin, cos) = Math.SinCos(2 * Math.PI * turns);
        return Math.Sqrt(-2 * Math.Log(u)) * ((index & 1) == 0 ? cos : sin);
    }

    /// <inheritdoc/>
    public void MinibatchIndices(StepCounter counter, MinibatchIndicesOperation minibatch, in MatrixView destination)
    {
        var d = ReferenceMemory.Elements(destination);
        bool whole = d.Length >= minibatch.Samples;
        var permutation = whole ? default : new FeistelPermutation(minibatch.Samples, minibatch.Seed, minibatch.Stream, counter.Value);
        for (int i = 0; i < d.Length; i++) d[i] = whole ? i : permutation[i];
    }

    /// <inheritdoc/>
    public void Record(StepCounter counter, in MatrixView x, in MatrixView ring) =>
        ReferenceMemory.Elements(ring)[(int)(counter.Value % (ulong)ring.Count)] = ReferenceMemory.Elements(x)[0];

    /// <inheritdoc/>
    public void Advance(StepCounter counter) => counter.Value++;

    /// <inheritdoc/>
    public void Synchronize() { }

    /// <inheritdoc/>
    public IExecutable Lower(PlanProgram program, int capacity) => new Interpreter(this, program, capacity);

    /// <inheritdoc/>
    public void Dispose() { }

    /// <summary>The elements of an operand, repeated along the dimensions in which its size is 1.</summary>
    private readonly ref struct Operand
    {
        private readonly Span<double> _elements;
        private readonly int _rowStride, _columnStride;

        public Operand(in MatrixView view)
        {
            _elements = ReferenceMemory.Elements(view);
            _rowStride = view.Rows == 1 ? 0 : view.Columns;
            _columnStride = view.Columns == 1 ? 0 : 1;
        }

        public double this[int row, int column] => _elements[row * _rowStride + column * _columnStride];
    }
}
