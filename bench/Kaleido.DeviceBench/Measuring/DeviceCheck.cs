using System.Globalization;
using Kaleido.Backends;
using Kaleido.Cuda;
using Kaleido.Lab.Benchmarking;
using Kaleido.Networks;

namespace Kaleido.DeviceBench;

/// <summary>How large the check is.</summary>
/// <param name="Net">The network.</param>
/// <param name="Batch">Rows of a step; some steps have fewer.</param>
/// <param name="Steps">Steps of each training.</param>
/// <param name="Chains">Chains of the sampling.</param>
/// <param name="Iterations">Its iterations.</param>
/// <param name="Products">Sizes of the products.</param>
internal sealed record CheckOptions(MlpOptions Net, int Batch, int Steps, int Chains, int Iterations, IReadOnlyList<int> Products)
{
    /// <summary>The MNIST network at its batch.</summary>
    public static CheckOptions Mnist { get; } = new(Workloads.Mnist, 1000, 40, 1000, 20, [64, 500, 1024]);
}

/// <summary>
/// What a CUDA device must give, to the bit: the same training captured as a graph and launched one by one, and with exact products the
/// processor's; products within their bounds; and all memory back.
/// </summary>
internal sealed class DeviceCheck(Func<CudaOptions, Device> open, CheckOptions options, Action<string> print)
{
    internal const CudaEpilogues AllEpilogues = CudaEpilogues.Bias | CudaEpilogues.BiasRelu | CudaEpilogues.BiasGradient;

    private int _failures;

    /// <summary>Makes every check and prints a line for each that begins with PASS or FAIL. Returns how many failed.</summary>
    public int Run()
    {
        foreach (var (name, mode) in new (string, CudaOptions)[]
        {
            ("float32", new()), ("TF32", new() { AllowTensorFloat32 = true }), ("exact products", new() { ExactProducts = true }),
            ("float32, cublasLt's epilogues", new() { Epilogues = AllEpilogues }),
            ("TF32, cublasLt's epilogues", new() { AllowTensorFloat32 = true, Epilogues = AllEpilogues }),
        })
        {
            float[]? captured = null, launched = null;
            Check($"{name}: a training by capture equals one by single launches, to the bit", () =>
            {
                (captured, launched) = (Train(open(mode)), Train(open(mode with { CaptureGraphs = false })));
                return Compare(captured, launched);
            });
            if (!mode.ExactProducts) continue;
            Check($"{name}: that training equals the processor's, to the bit",
                () => Compare(captured ?? Train(open(mode)), Train(Device.Cpu())));
            Check($"{name}: sampling equals the processor's, to the bit", () => Compare(Sample(open(mode)), Sample(Device.Cpu())));
        }

        foreach (int size in options.Products)
        {
            Check($"product of {size}: strict float32 is within its bound", () => Product(new(), size, 0));
            // Both factors lose at most 2⁻¹⁰ of themselves, whether they are rounded or cut.
            Check($"product of {size}: TF32 is within its bound",
                () => Product(new() { AllowTensorFloat32 = true }, size, Math.ScaleB(1, -9) + Math.ScaleB(1, -20)));
        }

        print(_failures == 0 ? "all passed" : $"{_failures} failed");
        return _failures;
    }

    private void Check(string name, Func<(bool Passed, string Detail)> check)
    {
        bool passed = false;
        string detail;
        try
        {
            (passed, detail) = check();
        }
#pragma warning disable CA1031 // Whatever goes wrong in one check is its failure; the others still say what they find.
        catch (Exception failure)
        {
            detail = $"{failure.GetType().Name}: {failure.Message}";
        }
#pragma warning restore CA1031

        if (!passed) _failures++;
        print($"{(passed ? "PASS" : "FAIL")} {name}: {detail}");
    }

    private static (bool Passed, string Detail) Compare(float[] one, float[] other)
    {
        int differing = one.Length == other.Length ? 0 : Math.Max(one.Length, other.Length), first = -1;
        for (int i = 0; i < Math.Min(one.Length, other.Length); i++)
        {
            if (BitConverter.SingleToInt32Bits(one[i]) == BitConverter.SingleToInt32Bits(other[i])) continue;
            if (first < 0) first = i;
            differing++;
        }

        bool alive = one.Length > 0 && Array.TrueForAll(one, float.IsFinite) && Array.Exists(one, x => x != 0);
        string shown = first < 0 ? ""
            : string.Create(CultureInfo.InvariantCulture, $", the first is number {first}: {one[first]:R} and {other[first]:R}");
        return (differing == 0 && alive, alive
            ? string.Create(CultureInfo.InvariantCulture, $"{differing} of {one.Length} numbers differ{shown}")
                : "numbers are not finite, or all zero");
    }

    // Parameters, then losses. Now and then a step has fewer rows, so that a second graph takes its turn.
    private float[] Train(Device device) => OnDevice(device, () =>
    {
        using var work = DeviceWork.Step(device, options.Net, options.Batch);
        for (int step = 0; step < options.Steps; step++) work.Plan!.Run(step % 5 == 3 ? options.Batch - options.Batch / 3 : options.Batch);
        work.Wait();
        return [.. work.Network!.Parameters.Arena.ToArray(),
            .. work.Losses!.ToArray().AsSpan(0, Math.Min(options.Steps, work.Losses.Count))];
    });

    private float[] Sample(Device device) => OnDevice(device, () =>
    {
        using var work = DeviceWork.Sampling(device, options.Net, options.Chains);
        return work.Kaleidoscope!.Advance(options.Iterations).Noisy.ToArray();
    });

    // |C - exact| ≤ (γ + lost) |A||B|, elementwise, with γ for size + 2 roundings.
    private (bool Passed, string Detail) Product(CudaOptions mode, int size, double lost)
    {
        float[] found = Multiply(open(mode), size), a = new float[size * size], b = new float[size * size];
        using (var cpu = Device.Cpu())
        using (var work = DeviceWork.Product(cpu, size))
        {
            var operands = work.Operands!;
            operands[0].Download(a);
            operands[1].Download(b);
        }

        double unit = Math.ScaleB(1, -24), gamma = (size + 2) * unit / (1 - (size + 2) * unit), worst = 0, strictest = 0;
        // A sample of the rows is enough: every column, every row of tiles.
        for (int i = 0; i < size; i += Math.Max(1, size / 61))
        {
            for (int j = 0; j < size; j++)
            {
                double exact = 0, magnitude = 0;
                for (int k = 0; k < size; k++)
                {
                    double term = (double)a[i * size + k] * b[k * size + j];
                    (exact, magnitude) = (exact + term, magnitude + Math.Abs(term));
                }

                double error = Math.Abs(found[i * size + j] - exact);
                worst = Math.Max(worst, error / ((gamma + lost) * magnitude));
                strictest = Math.Max(strictest, error / (gamma * magnitude));
            }
        }

        return (worst <= 1, string.Create(CultureInfo.InvariantCulture, $"the largest error is {worst:0.000} of the bound")
            + (lost > 0 ? strictest > 1 ? "; tensor cores are at work"
                : "; no more error than in float32: tensor cores do not seem to be at work" : ""));
    }

    private float[] Multiply(Device device, int size) => OnDevice(device, () =>
    {
        using var work = DeviceWork.Product(device, size);
        float[] found = new float[size * size];
        // The third run is a replay.
        for (int i = 0; i < 3; i++) work.Run();
        work.Plan!.Download(work.Result!, found);
        return found;
    });

    /// <summary>The numbers of a work, done twice on a device, which must then hold as little as before.</summary>
    /// <exception cref="InvalidOperationException">It or the driver holds more, or the numbers differ.</exception>
    internal static float[] OnDevice(Device device, Func<float[]> work)
    {
        using (device)
        {
            var cuda = device.Backend as CudaBackend;
            int before = cuda?.LiveAllocations ?? 0;
            float[] first = work();
            // What a device keeps for itself, such as an optimiser's rule, it makes once.
            int once = cuda?.LiveAllocations ?? 0;
            long left = cuda?.FreeMemoryBytes ?? 0;
            float[] second = work();
            int after = cuda?.LiveAllocations ?? 0;
            long lost = left - (cuda?.FreeMemoryBytes ?? 0);
            // The driver, too, may keep something the first few times, and other processes may take: what leaks does so every time.
            for (int i = 0; i < 3 && lost > 0; i++)
            {
                left = cuda!.FreeMemoryBytes;
                _ = work();
                lost = Math.Min(lost, left - cuda.FreeMemoryBytes);
            }

            if (lost > 0) throw new InvalidOperationException($"memory leaks: the driver has {lost} bytes less after every time");
            if (after != once || once - before > 4)
                throw new InvalidOperationException(
                    $"memory leaks: {before} allocations before the work, {once} after it, {after} after the same work again");
            if (!first.AsSpan().SequenceEqual(second))
                throw new InvalidOperationException("the same work gave other numbers the second time");
            return first;
        }
    }
}
