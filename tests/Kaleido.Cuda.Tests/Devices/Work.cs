using Kaleido.Backends;
using Kaleido.Cuda.Tests.Fake;
using Kaleido.Tensors;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>A small training: a minibatch with noise, two products, a bias, a ReLU, a loss that is recorded, and Adam.</summary>
internal sealed class Work : IDisposable
{
    private const int Samples = 23, Inputs = 5, Outputs = 4;

    private readonly IExecutable _executable;
    private readonly List<DeviceMemory> _memories = [];
    private readonly DeviceMemory _parameters, _ring;
    private readonly IBackend _backend;

    public Work(IBackend backend, int capacity)
    {
        _backend = backend;
        try
        {
            var random = new Random(4);
            DeviceMemory Put(int length)
            {
                var memory = backend.Allocate(length);
                _memories.Add(memory);
                memory.Upload(0, Enumerable.Range(0, length).Select(_ => (float)(2 * random.NextDouble() - 1)).ToArray());
                return memory;
            }

            DeviceMemory Zeros(int length)
            {
                var memory = backend.Allocate(length);
                _memories.Add(memory);
                return memory;
            }

            int count = Inputs * Outputs + Outputs;
            var data = Put(Samples * Inputs);
            var wanted = Put(Outputs);
            (_parameters, _ring) = (Put(count), Zeros(3));
            DeviceMemory gradients = Zeros(count), moment1 = Zeros(count), moment2 = Zeros(count);
            Shape batch = new(Extent.Rows, Inputs), result = new(Extent.Rows, Outputs), column = new(Extent.Rows, 1);
            Slot[] slots =
            [
                new(new(Samples, Inputs), SlotKind.Variable, data),
                new(new(Inputs, Outputs), SlotKind.Variable, _parameters),
                new(new(1, Outputs), SlotKind.Variable, _parameters, Inputs * Outputs),
                new(new(1, Outputs), SlotKind.Variable, wanted),
                new(Shape.Scalar, SlotKind.Count, Counted: result),
                new(column, SlotKind.Computed), new(batch, SlotKind.Computed), // 5, 6
                new(batch, SlotKind.Computed), new(batch, SlotKind.Computed), // 7, 8
                new(result, SlotKind.Computed), new(result, SlotKind.Computed), new(result, SlotKind.Computed), // 9 … 11
                new(result, SlotKind.Computed), new(result, SlotKind.Computed), // 12, 13
                new(Shape.Scalar, SlotKind.Computed), new(Shape.Scalar, SlotKind.Computed), // 14, 15
                new(result, SlotKind.Computed), new(result, SlotKind.Computed), // 16, 17
                new(new(Inputs, Outputs), SlotKind.Computed, gradients), // 18
                new(new(1, Outputs), SlotKind.Computed, gradients, Inputs * Outputs), // 19
                new(new(Samples, Inputs), SlotKind.Computed), // 20
                new(Shape.Scalar, SlotKind.Constant, Constant: 0),
            ];
            Instruction[] instructions =
            [
                new(new MinibatchIndicesOperation(Samples, 3, 1), [], 5),
                new(new GatherRowsOperation(), [0, 5], 6),
                new(new NoiseOperation(NoiseDistribution.Normal, 0, 0.1, 3, 2), [], 7),
                new(new BinaryElementwise(BinaryOperation.Add), [6, 7], 8),
                new(new ProductOperation(false, false), [8, 1], 9),
                new(new BinaryElementwise(BinaryOperation.Add), [9, 2], 10),
                new(new UnaryElementwise(UnaryOperation.Tanh), [10], 11),
                new(new BinaryElementwise(BinaryOperation.Subtract), [11, 3], 12),
                new(new BinaryElementwise(BinaryOperation.Multiply), [12, 12], 13),
                new(new Reduction(ReduceOperation.FullSum), [13], 14),
                new(new BinaryElementwise(BinaryOperation.Divide), [14, 4], 15),
                new(new BinaryElementwise(BinaryOperation.Divide), [12, 4], 16),
                new(new TernaryElementwise(TernaryOperation.Select), [10, 16, 21], 17),
                new(new ProductOperation(true, false), [8, 17], 18),
                new(new Reduction(ReduceOperation.ColumnSum), [17], 19),
                new(new ScatterAddRowsOperation(), [8, 5], 20),
            ];
            var rule = new OptimizerRule(OptimizerKind.Adam, LearningRateSchedule.Cosine(0.05, 30).WithWarmUp(3));
            Effect[] effects = [new RecordEffect(15, _ring, 0, 3), new UpdateEffect(rule, gradients, _parameters, moment1, moment2, count)];
            _executable = backend.Lower(new(slots, instructions, [11], effects), capacity);
        }
        catch
        {
            foreach (var memory in _memories) memory.Dispose();
            throw;
        }
    }

    public IExecutable Executable => _executable;

    public void Step(int rows) => _executable.Run(rows);

    /// <summary>Parameters and recorded losses.</summary>
    public float[] Read()
    {
        _backend.Synchronize();
        float[] all = new float[_parameters.Length + 3];
        _parameters.Download(0, all.AsSpan(0, (int)_parameters.Length));
        _ring.Download(0, all.AsSpan((int)_parameters.Length));
        return all;
    }

    public void Dispose()
    {
        var failures = new List<Exception>();
        foreach (IDisposable it in (IDisposable[])[_executable, .. _memories])
        {
            try
            {
                it.Dispose();
            }
            catch (DeviceException failure)
            {
                failures.Add(failure);
            }
        }

        if (failures.Count > 0) throw failures[0];
    }
}
