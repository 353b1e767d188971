using Kaleido.Tensors;

namespace Kaleido.Backends;

/// <summary>
/// What a device must be able to do. Level one: memory and the primitives, each into a destination (order of arguments: sources,
/// scalars, destination). Level two: <see cref="Lower"/> turns a whole program into an executable; the default interprets the
/// primitives one by one.
/// </summary>
/// <remarks>
/// Arguments were validated above the backend: shapes fit, views lie inside their memories. The destination does not overlap a source,
/// except that an elementwise operation may write exactly onto a source of the same shape. Sizes may be zero.
/// The numerical rules that every backend keeps are in docs/numerics.md.
/// </remarks>
public interface IBackend : IDisposable
{
    /// <summary>The device in words: processor, instruction set, threads.</summary>
    string Description { get; }

    /// <summary>Bytes of one number: 4 for float32, 8 for the float64 reference.</summary>
    int BytesPerNumber { get; }

    /// <summary>Memory for <paramref name="length"/> numbers, all +0.</summary>
    DeviceMemory Allocate(long length);

    /// <summary>A step counter at 0.</summary>
    StepCounter AllocateCounter();

    /// <summary>
    /// destination = op(left)·op(right), or with <paramref name="accumulate"/> destination + op(left)·op(right), chained from destination.
    /// </summary>
    void Product(
        in MatrixView left, bool transposeLeft, in MatrixView right, bool transposeRight, bool accumulate, in MatrixView destination);

    /// <summary>destination = function(x).</summary>
    void Unary(in MatrixView x, UnaryOperation function, double alpha, in MatrixView destination);

    /// <summary>destination = function(x, y), operands repeated where their size is 1.</summary>
    void Binary(in MatrixView x, in MatrixView y, BinaryOperation function, in MatrixView destination);

    /// <summary>destination = function(x, y, z), operands repeated where their size is 1.</summary>
    void Ternary(in MatrixView x, in MatrixView y, in MatrixView z, TernaryOperation function, in MatrixView destination);

    /// <summary>destination = x, repeated where its size is 1; a plain copy if the shapes are equal.</summary>
    void Broadcast(in MatrixView x, in MatrixView destination);

    /// <summary>Every element of destination = value, rounded once.</summary>
    void Fill(double value, in MatrixView destination);

    /// <summary>destination = reduction(x).</summary>
    void Reduce(in MatrixView x, ReduceOperation function, in MatrixView destination);

    /// <summary>destination = xᵀ.</summary>
    void Transpose(in MatrixView x, in MatrixView destination);

    /// <summary>
    /// destination[i] = source[indices[i]], row by row. An index outside throws <see cref="ArgumentOutOfRangeException"/>.
    /// </summary>
    void GatherRows(in MatrixView source, in MatrixView indices, in MatrixView destination);

    /// <summary>destination = 0, then destination[indices[i]] += values[i] in ascending i.</summary>
    void ScatterAddRows(in MatrixView values, in MatrixView indices, in MatrixView destination);

    /// <summary>destination = the rectangle of x of its own size that begins at (row, column).</summary>
    void Slice(in MatrixView x, int row, int column, in MatrixView destination);

    /// <summary>The rectangle of destination that begins at (row, column) = x; the rest stays as it is.</summary>
    void Place(in MatrixView x, int row, int column, in MatrixView destination);

    /// <summary>destination[r, c] = 1 where indices[r] = c, else 0.</summary>
    void OneHot(in MatrixView indices, in MatrixView destination);

    /// <summary>A draw at the counter's step: see <see cref="NoiseOperation"/>.</summary>
    void Noise(StepCounter counter, NoiseOperation noise, in MatrixView destination);

    /// <summary>The minibatch of the counter's step: see <see cref="MinibatchIndicesOperation"/>.</summary>
    void MinibatchIndices(StepCounter counter, MinibatchIndicesOperation minibatch, in MatrixView destination);

    /// <summary>One step of an optimiser at the counter's step: see <see cref="OptimizerRule"/>. All views have the same size.</summary>
    void Update(
        StepCounter counter, OptimizerRule rule, in MatrixView gradients, in MatrixView parameters,
        in MatrixView moment1, in MatrixView moment2);

    /// <summary>ring[step mod ring.Count] = x, with x a scalar.</summary>
    void Record(StepCounter counter, in MatrixView x, in MatrixView ring);

    /// <summary>Adds one to the counter, after all that was issued before.</summary>
    void Advance(StepCounter counter);

    /// <summary>Returns when everything issued so far is done.</summary>
    void Synchronize();

    /// <summary>Turns a program into something that runs on this device, with room for <paramref name="capacity"/> rows.</summary>
    IExecutable Lower(PlanProgram program, int capacity);
}

/// <summary>A program made ready for a device.</summary>
public interface IExecutable : IDisposable
{
    /// <summary>
    /// Runs all instructions, then all effects, then advances the step, for 0 to capacity rows. A device's own program allocates nothing;
    /// the interpreter may.
    /// </summary>
    void Run(int rows);

    /// <summary>
    /// The same when every variable that the program reads and does not write holds what it held in the run before: what the device
    /// prepared from those variables is used again.
    /// </summary>
    void RunAgain(int rows) => Run(rows);

    /// <summary>
    /// Where an input is uploaded to or an output lies, for that many rows. Valid until disposal; outputs until the next run.
    /// </summary>
    MatrixView View(int slot, int rows);

    /// <summary>Bytes of device memory that the executable holds for values between instructions.</summary>
    long WorkspaceBytes { get; }

    /// <summary>The counter of completed runs.</summary>
    StepCounter Counter { get; }
}
