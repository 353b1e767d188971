using Kaleido.Backends;
using Kaleido.Numerics;

namespace Kaleido.Cuda.Tests.Kernels;

/// <summary>A chain of elementwise operations in one launch has the bits of its operations one by one on the CPU device.</summary>
public sealed class ChainKernelTests
{
    private const int Load = 96, Store = 97, Constant = 98, Uniform = 99, Normal = 100, Registers = 16;

    // One step as the kernel reads it: 8 numbers of 64 bits.
    private static ulong[] Step(
        int operation, int destination = 0, int first = 0, int second = 0, int third = 0, double alpha = 0, double beta = 0,
        ulong address = 0, long rowStride = 0, long columnStride = 0) =>
    [
        (uint)operation | ((ulong)(uint)destination << 32), (uint)first | ((ulong)(uint)second << 32), (uint)third,
        BitConverter.DoubleToUInt64Bits(alpha), BitConverter.DoubleToUInt64Bits(beta), address, (ulong)rowStride, (ulong)columnStride,
    ];

    private static void Launch(KernelBench bench, Geometry geometry, IEnumerable<ulong[]> steps, int rows, int columns)
    {
        ulong[] data = [.. steps.SelectMany(s => s)];
        bench.Launch("chain", geometry.Grid, geometry.Block, bench.Put<ulong>(data), data.Length / 8, (long)rows, (long)columns);
    }

    [Fact]
    public void Every_operation_in_a_chain_has_the_bits_of_the_CPU()
    {
        const int Count = 1500;
        float[] x = Numbers.Patterns(Count, 51), y = [.. Numbers.Patterns(Count, 52).Reverse()], z = Numbers.Patterns(Count, 53);
        void Check(ulong[] operation, string name, Action<IBackend, Kaleido.Tensors.MatrixView> primitive)
        {
            using var bench = new KernelBench();
            ulong target = bench.Room(Count);
            Launch(bench, Geometry.Flat(Count)[0],
            [
                Step(Load, 3, address: bench.Put<float>(x), columnStride: 1), Step(Load, 15, address: bench.Put<float>(y), columnStride: 1),
                Step(Load, 7, address: bench.Put<float>(z), columnStride: 1), operation,
                Step(Store, first: 9, address: target, columnStride: 1),
            ], 1, Count);
            Numbers.Same(Cpu.Result(1, Count, primitive), bench.Get<float>(target), name);
        }

        foreach (var function in Enum.GetValues<UnaryOperation>())
            Check(Step((int)function, 9, 3, alpha: 0.3), function.ToString(), (b, d) => b.Unary(Cpu.View(x, 1, Count), function, 0.3, d));
        foreach (var function in Enum.GetValues<BinaryOperation>())
        {
            Check(Step(32 + (int)function, 9, 3, 15), function.ToString(),
                (b, d) => b.Binary(Cpu.View(x, 1, Count), Cpu.View(y, 1, Count), function, d));
        }

        foreach (var function in Enum.GetValues<TernaryOperation>())
        {
            Check(Step(64 + (int)function, 9, 3, 15, 7), function.ToString(),
                (b, d) => b.Ternary(Cpu.View(x, 1, Count), Cpu.View(y, 1, Count), Cpu.View(z, 1, Count), function, d));
        }

        Check(Step(Constant, 9, alpha: 0.1), "constant", (b, d) => b.Fill(0.1, d));
        using var counters = new KernelBench();
        foreach (ulong step in new ulong[] { 0, 3, 0x1_0000_0001 })
        {
            foreach (var (operation, distribution) in new[] { (Uniform, NoiseDistribution.Uniform), (Normal, NoiseDistribution.Normal) })
            {
                // Another step of the chain reads the same counter's memory, so it is the chain's own.
                var noise = new NoiseOperation(distribution, -0.25, 1.5, Seed: 9, Stream: RandomStreams.ChainNoise);
                using var bench = new KernelBench();
                ulong target = bench.Room(5 * 13), counter = bench.Put(step);
                Launch(bench, Geometry.Flat(65)[0],
                [
                    Step(operation, 4, 9, unchecked((int)noise.Stream), alpha: -0.25, beta: 1.5, address: counter),
                    Step(Store, first: 4, address: target, rowStride: 13, columnStride: 1),
                ], 5, 13);
                Numbers.Same(Cpu.Result(5, 13, (b, d) => b.Noise(Cpu.At(step), noise, d)), bench.Get<float>(target),
                    $"{distribution}, step {step}");
            }
        }
    }

    [Fact]
    public void Random_chains_have_the_bits_of_their_operations_one_by_one()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            var random = new Random(seed);
            int rows = 1 + random.Next(20), columns = 1 + random.Next(20);
            foreach (var geometry in Geometry.Flat(rows * columns))
            {
                random = new Random(seed + 1000);
                using var bench = new KernelBench { Backwards = geometry.Backwards };
                var steps = new List<ulong[]>();
                var registers = new float[Registers][];
                var stored = new List<(ulong Address, float[] Expected)>();
                void Set(int register, Action<IBackend, Kaleido.Tensors.MatrixView> primitive, ulong[] step)
                {
                    registers[register] = Cpu.Result(rows, columns, primitive);
                    steps.Add(step);
                }

                for (int register = 0; register < Registers; register++)
                {
                    int r = random.Next(2) == 0 ? 1 : rows, c = random.Next(3) == 0 ? 1 : columns;
                    float[] x = Numbers.Mixed(r * c, random, special: random.Next(4) == 0);
                    Set(register, (b, d) => b.Broadcast(Cpu.View(x, r, c), d),
                        Step(Load, register, address: bench.Put<float>(x), rowStride: r == 1 ? 0 : c, columnStride: c == 1 ? 0 : 1));
                }

                Kaleido.Tensors.MatrixView View(int register) => Cpu.View(registers[register], rows, columns);
                for (int k = 0; k < 25; k++)
                {
                    int to = random.Next(Registers), first = random.Next(Registers), second = random.Next(Registers),
                        third = random.Next(Registers);
                    switch (random.Next(4))
                    {
                        case 0:
                            var unary = (UnaryOperation)random.Next(21);
                            Set(to, (b, d) => b.Unary(View(first), unary, 0.7, d), Step((int)unary, to, first, alpha: 0.7));
                            break;
                        case 1:
                            var binary = (BinaryOperation)random.Next(9);
                            Set(to, (b, d) => b.Binary(View(first), View(second), binary, d), Step(32 + (int)binary, to, first, second));
                            break;
                        case 2:
                            var ternary = (TernaryOperation)random.Next(2);
                            Set(to, (b, d) => b.Ternary(View(first), View(second), View(third), ternary, d),
                                Step(64 + (int)ternary, to, first, second, third));
                            break;
                        default:
                            ulong target = bench.Room(rows * columns);
                            steps.Add(Step(Store, first: first, address: target, rowStride: columns, columnStride: 1));
                            stored.Add((target, registers[first]));
                            break;
                    }
                }

                Launch(bench, geometry, steps, rows, columns);
                foreach (var (address, expected) in stored) Numbers.Same(expected, bench.Get<float>(address), $"seed {seed}, {geometry}");
            }
        }
    }
}
