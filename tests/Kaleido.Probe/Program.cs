using System.Globalization;
using Kaleido.Probe;
using Kaleido.Probe.Oracle;

// Tests start this program as a process of its own: to count allocations, and to run under other instruction sets.
switch (args)
{
    case ["alloc-plan", var threads]:
        long bytes = AllocationProbe.BytesPerThousandSteps(int.Parse(threads, CultureInfo.InvariantCulture));
        Console.WriteLine(bytes.ToString(CultureInfo.InvariantCulture));
        return 0;
    case ["hash-small", .. var threads]:
        HashProbe.PrintInstructionSets();
        foreach (string count in threads)
            Console.WriteLine($"hash {count} {HashProbe.WeightsSha256(int.Parse(count, CultureInfo.InvariantCulture))}");
        return 0;
    case ["alloc-fit", var threads, var batch]:
        Print(TrainingProbe.BytesPerThousandSteps(int.Parse(threads, CultureInfo.InvariantCulture),
            int.Parse(batch, CultureInfo.InvariantCulture)));
        return 0;
    case ["hash-ensemble", .. var threads]:
        HashProbe.PrintInstructionSets();
        foreach (string count in threads)
            Console.WriteLine($"hash {count} {EnsembleProbe.WeightsSha256(int.Parse(count, CultureInfo.InvariantCulture))}");
        return 0;
    case ["alloc-ensemble", var threads, var batch]:
        Print(EnsembleProbe.BytesPerThousandSteps(
            int.Parse(threads, CultureInfo.InvariantCulture), int.Parse(batch, CultureInfo.InvariantCulture)));
        return 0;
    case ["alloc-evaluate", var threads]:
        Print(TrainingProbe.BytesPerThousandEvaluations(int.Parse(threads, CultureInfo.InvariantCulture)));
        return 0;
    case ["alloc-sample", var threads]:
        Print(SamplingProbe.BytesPerThousandIterations(int.Parse(threads, CultureInfo.InvariantCulture)));
        return 0;
    case ["products"]:
        ProductProbe.RunAll();
        Console.WriteLine(Kaleido.Backends.Cpu.CpuBackend.InstructionSet);
        return 0;
    case ["product-paths"]:
        ProductProbe.PrintPaths();
        return 0;
    case ["oracle", var count, .. var names] when names.Length <= 1:
        OracleProbe.Run(uint.Parse(count, CultureInfo.InvariantCulture), names.FirstOrDefault());
        return 0;
    default:
        Console.Error.WriteLine("usage: products | product-paths | alloc-plan THREADS | alloc-fit THREADS BATCH | "
            + "alloc-ensemble THREADS BATCH | alloc-evaluate THREADS | alloc-sample THREADS | "
            + "hash-small THREADS … | hash-ensemble THREADS … | "
            + "oracle COUNT [NAME]");
        return 2;
}

static void Print(long bytes) => Console.WriteLine(bytes.ToString(CultureInfo.InvariantCulture));
