using System.Globalization;
using Kaleido.Probe;

// Tests start this program as a process of its own: to count allocations, and to run under other instruction sets.
switch (args)
{
    case ["alloc-plan", var threads]:
        Console.WriteLine(AllocationProbe.BytesPerThousandSteps(int.Parse(threads, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture));
        return 0;
    case ["hash-small", .. var threads]:
        HashProbe.PrintInstructionSets();
        foreach (string count in threads)
            Console.WriteLine($"hash {count} {HashProbe.WeightsSha256(int.Parse(count, CultureInfo.InvariantCulture))}");
        return 0;
    default:
        Console.Error.WriteLine("usage: alloc-plan THREADS | hash-small THREADS …");
        return 2;
}
