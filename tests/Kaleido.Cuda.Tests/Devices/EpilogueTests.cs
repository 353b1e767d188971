using Kaleido.Backends;
using Kaleido.Cuda.Interop;
using Kaleido.Cuda.Tests.Fake;
using Kaleido.Networks;
using Kaleido.Tensors;
using Kaleido.Training;

namespace Kaleido.Cuda.Tests.Devices;

/// <summary>Products that cublasLt ends. The fake's multiplies as its sgemm does, so what an ending does to the bits shows.</summary>
public sealed class EpilogueTests
{
    internal const CudaEpilogues All = CudaEpilogues.Bias | CudaEpilogues.BiasRelu | CudaEpilogues.BiasGradient;

    // Sizes for which addresses in the arenas have many alignments; an output without activation, so that a bias stands alone.
    private static readonly MlpOptions Net = new(5, 7, 2) { Seed = 3 };

    private static readonly float[] Data = [.. Enumerable.Range(0, 40 * 5).Select(i => (float)(1 + Math.Sin(i * 0.37)) / 2)];

    private static FitResult Train(FakeMachine machine, CudaOptions options, int steps = 12)
    {
        FitResult fit;
        var training = new TrainingOptions { Steps = steps, BatchSize = 11, EvaluationInterval = 6, Seed = 4 };
        using (var device = new Device(FakeDevice.Open(machine, options)))
        using (var network = Mlp.Create(device, Net))
        {
            fit = Trainer.Fit(network, Data, Data, LossFunction.SquaredError, training);
        }

        Assert.Empty(machine.Violations);
        Assert.Empty(machine.Faults);
        Assert.Empty(machine.Leaks());
        return fit;
    }

    [Fact]
    public void Without_being_asked_for_nothing_is_loaded_and_nothing_ends_otherwise()
    {
        var (machine, system) = (new FakeMachine(), new FakeSystem());
        FakeMachine.Current = machine;
        Assert.True(new CudaProvider(new(), system).TryOpen(out var device, out _));
        device!.Dispose();
        Assert.True(new CudaProvider(new() { Epilogues = All, ExactProducts = true }, system).TryOpen(out device, out _));
        device!.Dispose();
        Assert.DoesNotContain(system.Tried, name => name.Contains("Lt", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(CudaEpilogues.Bias), InlineData(CudaEpilogues.BiasRelu), InlineData(CudaEpilogues.Bias | CudaEpilogues.BiasRelu)]
    public void A_bias_and_a_ReLU_after_the_same_product_have_the_same_bits(CudaEpilogues epilogues)
    {
        var machine = new FakeMachine();
        var (one, other) = (Train(machine, new() { Epilogues = epilogues }), Train(new(), new()));
        Assert.True(machine.Calls["cublasLtMatmul"] > 0);
        Assert.Equal((other.LastWeightsSha256, other.BestWeightsSha256), (one.LastWeightsSha256, one.BestWeightsSha256));
        Assert.Equal(other.MinibatchLosses.ToArray(), one.MinibatchLosses.ToArray());
    }

    [Fact]
    public void The_gradient_of_a_bias_differs_by_the_order_of_its_additions()
    {
        var machine = new FakeMachine();
        var (one, other) = (Train(machine, new() { Epilogues = CudaEpilogues.BiasGradient }), Train(new(), new()));
        Assert.Contains(machine.Launches, it => it.Contains("epilogue 512", StringComparison.Ordinal));
        float[] have = one.MinibatchLosses.ToArray(), want = other.MinibatchLosses.ToArray();
        // docs/numerics.md: over the first 50 steps two float32 programs agree to 1e-5 in the loss.
        for (int step = 0; step < want.Length; step++) Assert.InRange(Math.Abs(have[step] - want[step]), 0, 1e-5 * want[step]);
    }

    [Fact]
    public void Capture_equals_single_launches_to_the_bit_with_the_same_algorithms()
    {
        FakeMachine captured = new(), single = new();
        var (one, other) = (Train(captured, new() { Epilogues = All }), Train(single, new() { Epilogues = All, CaptureGraphs = false }));
        Assert.Equal(other.LastWeightsSha256, one.LastWeightsSha256);
        // In the order of their first launches.
        Assert.Equal(Matmuls(single), Matmuls(captured));
        static IEnumerable<string> Matmuls(FakeMachine machine) =>
            machine.Launches.Where(it => it.StartsWith("matmul", StringComparison.Ordinal)).Distinct();
    }

    [Fact]
    public void Lowered_programs_and_layers_have_the_bits_of_their_primitives_with_a_bias_by_cublasLt()
    {
        new Contract.LoweringLaws().A_lowered_program_has_the_bits_of_its_primitives(Contract.Devices.Ended);
        new Contract.LayerLaws().A_layer_has_the_bits_of_its_primitives(Contract.Devices.Ended);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void The_heuristic_is_asked_once_for_each_kind_of_product(bool captures)
    {
        FakeMachine few = new(), many = new();
        Train(few, new() { Epilogues = All, CaptureGraphs = captures }, 6);
        Train(many, new() { Epilogues = All, CaptureGraphs = captures }, 18);
        Assert.True(few.Calls["cublasLtMatmulAlgoGetHeuristic"] > 0);
        Assert.Equal(few.Calls["cublasLtMatmulAlgoGetHeuristic"], many.Calls["cublasLtMatmulAlgoGetHeuristic"]);
    }

    [Fact]
    public void Where_the_heuristic_offers_nothing_our_kernels_do_it_with_their_bits()
    {
        var machine = new FakeMachine { LtOffers = _ => false };
        var (one, other) = (Train(machine, new() { Epilogues = All }), Train(new(), new()));
        Assert.Equal(0, machine.Calls.GetValueOrDefault("cublasLtMatmul"));
        Assert.True(machine.Calls["cublasLtMatmulAlgoGetHeuristic"] > 0);
        Assert.Equal(other.LastWeightsSha256, one.LastWeightsSha256);
    }

    [Theory, InlineData(true, false), InlineData(false, true)]
    public void Without_the_library_or_one_of_its_functions_all_goes_on_without(bool isThere, bool isWhole)
    {
        var system = new FakeSystem { Missing = isWhole ? [] : ["cublasLtMatmul"] };
        if (!isThere) system.Installed.Remove("libcublasLt.so.12");
        FakeMachine.Current = new();
        Assert.True(new CudaProvider(new() { Epilogues = All }, system).TryOpen(out var device, out _));
        using (device)
        {
            Assert.Contains("libcublasLt.so.12", system.Tried);
            Assert.DoesNotContain("epilogues", device!.Description, StringComparison.Ordinal);
        }

        using var with = new Device(FakeDevice.Open(new(), new() { Epilogues = All }));
        Assert.EndsWith("cuBLAS 12.4.5 with epilogues", with.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("libcublas.so.12", "libcublasLt.so.12")]
    [InlineData("/usr/local/cuda/lib64/libcublas.so", "/usr/local/cuda/lib64/libcublasLt.so")]
    [InlineData("/opt/cublas-12/libcublas.so.12.4.5.8", "/opt/cublas-12/libcublasLt.so.12.4.5.8")]
    [InlineData(@"C:\CUDA\bin\cublas64_12.dll", @"C:\CUDA\bin\cublasLt64_12.dll")]
    public void CublasLt_lies_beside_cuBLAS(string blas, string expected) => Assert.Equal(expected, LibrarySearch.LtBeside(blas));

    [Theory, InlineData(CudaEpilogues.None, true), InlineData(CudaEpilogues.Bias, true), InlineData(CudaEpilogues.BiasRelu, false)]
    public void A_NaN_passes_a_ReLU_unless_its_epilogue_was_asked_for(CudaEpilogues epilogues, bool passes)
    {
        using var backend = FakeDevice.Open(new(), new() { Epilogues = epilogues });
        using DeviceMemory x = backend.Allocate(2), w = backend.Allocate(6), bias = backend.Allocate(3);
        x.Upload(0, [1f, float.NaN]);
        var program = new PlanProgram(
            [
                new(new(1, 2), SlotKind.Variable, x), new(new(2, 3), SlotKind.Variable, w), new(new(1, 3), SlotKind.Variable, bias),
                new(new(1, 3), SlotKind.Computed), new(new(1, 3), SlotKind.Computed), new(new(1, 3), SlotKind.Computed),
            ],
            [
                new(new ProductOperation(false, false), [0, 1], 3), new(new BinaryElementwise(BinaryOperation.Add), [3, 2], 4),
                new(new UnaryElementwise(UnaryOperation.Relu), [4], 5),
            ], [5], []);
        using var executable = backend.Lower(program, 1);
        executable.Run(1);
        float[] y = new float[3];
        executable.View(5, 1).Memory.Download(0, y);
        Assert.All(y, value => Assert.Equal(passes, float.IsNaN(value)));
    }

    [Theory, InlineData(false, false), InlineData(false, true), InlineData(true, false), InlineData(true, true)]
    public void Sums_of_columns_with_a_product_are_those_of_the_operand_asked_for_and_waited_for_by_readers(bool ofLeft, bool readsSums)
    {
        var machine = new FakeMachine();
        using var backend = FakeDevice.Open(machine, new() { Epilogues = CudaEpilogues.BiasGradient });
        using DeviceMemory a = backend.Allocate(6), b = backend.Allocate(9), sums = backend.Allocate(3), c = backend.Allocate(6);
        a.Upload(0, [1f, 2, 3, 4, 5, 6]);
        b.Upload(0, [1f, 0, 0, 0, 1, 0, 2, 0, 1]);
        // A program, so that it goes to the second stream.
        var program = new PlanProgram(
            [
                new(new(3, 2), SlotKind.Variable, a), new(new(3, 3), SlotKind.Variable, b),
                new(new(2, 3), SlotKind.Computed, c), new(new(1, ofLeft ? 2 : 3), SlotKind.Computed, sums),
                new(readsSums ? new(1, ofLeft ? 2 : 3) : new(2, 3), SlotKind.Computed),
            ],
            [
                new(new Reduction(ReduceOperation.ColumnSum), [ofLeft ? 0 : 1], 3), new(new ProductOperation(true, false), [0, 1], 2),
                new(new UnaryElementwise(UnaryOperation.Negate), [readsSums ? 3 : 2], 4),
            ], [2, 3, 4], []);
        using var executable = backend.Lower(program, 1);
        for (int run = 0; run < 3; run++)
        {
            executable.Run(1);
            float[] product = new float[6], total = new float[3], first = new float[1];
            executable.View(4, 1).Memory.Download(0, first);
            c.Download(0, product);
            sums.Download(0, total);
            Assert.Equal([11, 3, 5, 14, 4, 6], product);
            Assert.Equal(ofLeft ? [9, 12, 0] : [3, 1, 1], total);
            Assert.Equal(readsSums ? -total[0] : -11, first[0]);
        }

        Assert.Contains(machine.Launches, it => it.Contains($"epilogue {(ofLeft ? 512 : 256)}", StringComparison.Ordinal));
        Assert.DoesNotContain(machine.Launches, it => it.StartsWith("column_sum", StringComparison.Ordinal));
        Assert.Empty(machine.Violations);
    }

    [Fact]
    public void Ever_new_kinds_of_products_do_not_pile_up()
    {
        var machine = new FakeMachine();
        using (var backend = FakeDevice.Open(machine, new() { Epilogues = All }))
        {
            int rows = Sessions.CudaSession.MostMatmuls + 9;
            using DeviceMemory x = backend.Allocate(rows), w = backend.Allocate(2), y = backend.Allocate(2 * rows);
            MatrixView weight = new(w, 0, 1, 2), bias = weight;
            for (int i = 1; i <= rows; i++) backend.ProductBias(new(x, 0, i, 1), false, weight, false, bias, false, new(y, 0, i, 2));
            int held = machine.Calls["cublasLtMatmulDescCreate"] - machine.Calls["cublasLtMatmulDescDestroy"];
            Assert.Equal((9, rows), (held, machine.Calls["cublasLtMatmulAlgoGetHeuristic"]));
        }

        Assert.Empty(machine.Leaks());
        Assert.Empty(machine.Violations);
    }
}
