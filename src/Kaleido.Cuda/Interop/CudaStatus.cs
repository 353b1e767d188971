using System.Globalization;
using System.Runtime.InteropServices;

namespace Kaleido.Cuda.Interop;

/// <summary>The status numbers of CUDA and cuBLAS that mean something here, and words for all of them.</summary>
internal static unsafe class CudaStatus
{
    public const int Success = 0, InvalidValue = 1, OutOfMemory = 2, NotInitialized = 3, NoDevice = 100, NotReady = 600;

    /// <summary>
    /// True for an error after which the driver refuses every further call in this process: a kernel that left its memory, a launch that
    /// failed, uncorrectable memory errors, a device that fell off the bus.
    /// </summary>
    public static bool IsSticky(int status) => status is
        4 // deinitialised: the process ends
        or 46 // device unavailable
        or 214 // uncorrectable memory error
        or 220 // NVLink
        or 226 // contained by the GPU's error containment
        or 700 // illegal address
        or 702 // launch timeout
        or 709 // the context is destroyed
        or 710 // assertion on the device
        or (>= 714 and <= 719) // hardware stack, illegal instruction, misaligned address, address space, program counter, launch failed
        or 721 // tensor memory
        or 810 // the server that shares the GPU among processes (MPS) ended this one's work
        or 911; // an error outside CUDA, on another device

    /// <summary>For example "2 CUDA_ERROR_OUT_OF_MEMORY (out of memory)".</summary>
    public static string Text(DriverTable driver, int status)
    {
        string number = status.ToString(CultureInfo.InvariantCulture);
        string? name = Words(driver.GetErrorName, status), words = Words(driver.GetErrorString, status);
        return name is null ? number : words is null ? $"{number} {name}" : $"{number} {name} ({words})";
    }

    private static string? Words(delegate* unmanaged<int, byte**, int> say, int status)
    {
        byte* text = null;
        return say(status, &text) == Success && text is not null ? Marshal.PtrToStringUTF8((nint)text) : null;
    }

    /// <summary>For example "7 CUBLAS_STATUS_INVALID_VALUE".</summary>
    public static string BlasText(int status)
    {
        string? name = status switch
        {
            1 => "NOT_INITIALIZED",
            3 => "ALLOC_FAILED",
            7 => "INVALID_VALUE",
            8 => "ARCH_MISMATCH",
            11 => "MAPPING_ERROR",
            13 => "EXECUTION_FAILED",
            14 => "INTERNAL_ERROR",
            15 => "NOT_SUPPORTED",
            16 => "LICENSE_ERROR",
            _ => null,
        };
        string number = status.ToString(CultureInfo.InvariantCulture);
        return name is null ? number : $"{number} CUBLAS_STATUS_{name}";
    }
}
