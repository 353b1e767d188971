using System.Reflection;
using System.Runtime.CompilerServices;
using Kaleido.Cuda.Interop;
using Kaleido.Cuda.Sessions;

namespace Kaleido.Cuda.Tests.Nvidia;

/// <summary>What src/Kaleido.Cuda takes CUDA's and cuBLAS's functions and numbers for.</summary>
internal static class Declarations
{
    /// <summary>The numbers that NVIDIA gives: where each is written, and its name in the headers.</summary>
    public static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["CudaStatus.Success"] = "CUDA_SUCCESS",
        ["CudaStatus.InvalidValue"] = "CUDA_ERROR_INVALID_VALUE",
        ["CudaStatus.OutOfMemory"] = "CUDA_ERROR_OUT_OF_MEMORY",
        ["CudaStatus.NotInitialized"] = "CUDA_ERROR_NOT_INITIALIZED",
        ["CudaStatus.NoDevice"] = "CUDA_ERROR_NO_DEVICE",
        ["CudaStatus.NotReady"] = "CUDA_ERROR_NOT_READY",
        ["CudaSession.MultiprocessorCount"] = "CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT",
        ["CudaSession.CapabilityMajor"] = "CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR",
        ["CudaSession.CapabilityMinor"] = "CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR",
        ["CudaSession.NonBlocking"] = "CU_STREAM_NON_BLOCKING",
        ["CudaSession.WithoutTiming"] = "CU_EVENT_DISABLE_TIMING",
        ["CudaSession.ThreadLocal"] = "CU_STREAM_CAPTURE_MODE_THREAD_LOCAL",
        ["CudaSession.ErrorLogBuffer"] = "CU_JIT_ERROR_LOG_BUFFER",
        ["CudaSession.ErrorLogBufferSize"] = "CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES",
        ["CudaSession.DefaultMath"] = "CUBLAS_DEFAULT_MATH",
        ["CudaSession.TensorFloat32Math"] = "CUBLAS_TF32_TENSOR_OP_MATH",
        ["CudaSession.NotSupported"] = "CUBLAS_STATUS_NOT_SUPPORTED",
        ["CudaSession.Float32"] = "CUDA_R_32F",
        ["CudaSession.ComputeFloat32"] = "CUBLAS_COMPUTE_32F",
        ["CudaSession.ComputeTensorFloat32"] = "CUBLAS_COMPUTE_32F_FAST_TF32",
        ["CudaSession.TransposeAttribute"] = "CUBLASLT_MATMUL_DESC_TRANSA",
        ["CudaSession.EpilogueAttribute"] = "CUBLASLT_MATMUL_DESC_EPILOGUE",
        ["CudaSession.VectorAttribute"] = "CUBLASLT_MATMUL_DESC_BIAS_POINTER",
        ["CudaSession.MostWorkspace"] = "CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES",
        ["CudaSession.LeastAlignment"] = "CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES",
        ["Epilogue.Bias"] = "CUBLASLT_EPILOGUE_BIAS",
        ["Epilogue.BiasRelu"] = "CUBLASLT_EPILOGUE_RELU_BIAS",
        ["Epilogue.SumsOfRight"] = "CUBLASLT_EPILOGUE_BGRADA",
        ["Epilogue.SumsOfLeft"] = "CUBLASLT_EPILOGUE_BGRADB",
    };

    /// <summary>The numbers that are our own.</summary>
    public static readonly string[] OurOwn =
    [
        "CudaSession.BlockSize", "CudaSession.BlocksPerMultiprocessor", "CudaSession.ErrorLogBytes", "CudaSession.MostMatmuls",
        "CudaSession.StatusBytes",
    ];

    /// <summary>Every constant of the classes that call CUDA.</summary>
    public static Dictionary<string, long> Numbers() => new[] { typeof(CudaStatus), typeof(CudaSession), typeof(Epilogue) }
        .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Where(field => field.IsLiteral)
        .ToDictionary(field => $"{field.DeclaringType!.Name}.{field.Name}",
            field => Convert.ToInt64(field.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>Lines for signatures.cpp: every function of the tables, every number, every structure.</summary>
    public static List<string> Lines()
    {
        List<string> lines =
        [
            .. Functions(find => new DriverTable(find)), .. Functions(find => new BlasTable(find)), .. Functions(find => new LtTable(find)),
            $"BYTES(cublasLtMatmulAlgo_t, {Unsafe.SizeOf<LtAlgorithm>()}, \"LtAlgorithm\")",
            $"BYTES(cublasLtMatmulHeuristicResult_t, {Unsafe.SizeOf<LtChoice>()}, \"LtChoice\")",
            // Written as numbers where they are used.
            "NUMBER(CUBLASLT_MATMUL_DESC_TRANSB, CUBLASLT_MATMUL_DESC_TRANSA + 1, \"the transpose of B\")",
            "NUMBER(CUBLAS_OP_N, 0, \"no transpose\")", "NUMBER(CUBLAS_OP_T, 1, \"a transpose\")",
        ];
        foreach (var (at, letter) in "BCD".Index())
            lines.Add($"NUMBER(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_{letter}_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES + {at + 1}, "
                + $"\"the alignment of {letter}\")");
        var numbers = Numbers();
        foreach (var (where, name) in Names) lines.Add(FormattableString.Invariant($"NUMBER({name}, {numbers[where]}, \"{where}\")"));
        return lines;
    }

    // Each function found is given a number instead of an address, by which its name is known again.
    private static IEnumerable<string> Functions<T>(Func<Func<string, nint>, T> open)
    {
        List<string> names = [];
        var table = open(name =>
        {
            names.Add(name);
            return names.Count;
        });
        foreach (var field in typeof(T).GetFields())
        {
            string name = names[(int)(nint)field.GetValue(table)! - 1];
            string parameters = string.Join(", ", field.FieldType.GetFunctionPointerParameterTypes().Select(Native));
            yield return $"TABLE({name}, {Native(field.FieldType.GetFunctionPointerReturnType())}({parameters}))";
        }
    }

    private static string Native(Type type)
    {
        if (type.IsPointer) return $"{Native(type.GetElementType()!)} *";
        if (type == typeof(LtAlgorithm)) return $"agreement::structure<{Unsafe.SizeOf<LtAlgorithm>()}>";
        if (type == typeof(LtChoice)) return $"agreement::structure<{Unsafe.SizeOf<LtChoice>()}>";
        return Type.GetTypeCode(type) switch
        {
            TypeCode.Byte => "char",
            TypeCode.Int32 => "int",
            TypeCode.UInt32 => "unsigned",
            TypeCode.Int64 => "long long",
            TypeCode.UInt64 => "unsigned long long",
            TypeCode.Single => "float",
            _ when type == typeof(void) => "void",
            _ when type == typeof(nint) => "void *",
            _ when type == typeof(nuint) => "size_t",
            _ => throw new NotSupportedException($"{type} has no counterpart in C here"),
        };
    }
}
