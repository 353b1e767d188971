// The functions of the CUDA driver, of cuBLAS and of cublasLt that src/Kaleido.Cuda uses, as C declares them in cuda.h, cublas_v2.h and
// cublasLt.h: ENTRY(name, parameters, arguments). libraries.c makes libraries of them, signatures.cpp compares them with NVIDIA's headers.
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;
typedef struct context *CUcontext;
typedef struct module *CUmodule;
typedef struct function *CUfunction;
typedef struct stream *CUstream;
typedef struct event *CUevent;
typedef struct graph *CUgraph;
typedef struct executable *CUgraphExec;
typedef unsigned u;

#ifdef DRIVER
ENTRY(cuInit, (u flags), (flags))
ENTRY(cuDriverGetVersion, (int *version), (version))
ENTRY(cuGetErrorName, (int error, const char **text), (error, text))
ENTRY(cuGetErrorString, (int error, const char **text), (error, text))
ENTRY(cuDeviceGetCount, (int *count), (count))
ENTRY(cuDeviceGet, (CUdevice * device, int ordinal), (device, ordinal))
ENTRY(cuDeviceGetName, (char *name, int length, CUdevice device), (name, length, device))
ENTRY(cuDeviceGetAttribute, (int *value, int attribute, CUdevice device), (value, attribute, device))
ENTRY(cuDeviceTotalMem_v2, (size_t * bytes, CUdevice device), (bytes, device))
ENTRY(cuDevicePrimaryCtxRetain, (CUcontext * context, CUdevice device), (context, device))
ENTRY(cuDevicePrimaryCtxRelease_v2, (CUdevice device), (device))
ENTRY(cuCtxSetCurrent, (CUcontext context), (context))
ENTRY(cuMemGetInfo_v2, (size_t * free, size_t *all), (free, all))
ENTRY(cuMemAlloc_v2, (CUdeviceptr * address, size_t bytes), (address, bytes))
ENTRY(cuMemFree_v2, (CUdeviceptr address), (address))
ENTRY(cuMemHostAlloc, (void **host, size_t bytes, u flags), (host, bytes, flags))
ENTRY(cuMemFreeHost, (void *host), (host))
ENTRY(cuMemcpyHtoDAsync_v2, (CUdeviceptr to, const void *from, size_t bytes, CUstream stream), (to, from, bytes, stream))
ENTRY(cuMemcpyDtoHAsync_v2, (void *to, CUdeviceptr from, size_t bytes, CUstream stream), (to, from, bytes, stream))
ENTRY(cuMemcpyDtoDAsync_v2, (CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream), (to, from, bytes, stream))
ENTRY(cuMemsetD32Async, (CUdeviceptr to, u word, size_t count, CUstream stream), (to, word, count, stream))
ENTRY(cuModuleLoadDataEx, (CUmodule * module, const void *image, u count, int *options, void **values),
    (module, image, count, options, values))
ENTRY(cuModuleUnload, (CUmodule module), (module))
ENTRY(cuModuleGetFunction, (CUfunction * function, CUmodule module, const char *name), (function, module, name))
ENTRY(cuLaunchKernel, (CUfunction f, u gx, u gy, u gz, u bx, u by, u bz, u shared, CUstream stream, void **arguments, void **extra),
    (f, gx, gy, gz, bx, by, bz, shared, stream, arguments, extra))
ENTRY(cuStreamCreate, (CUstream * stream, u flags), (stream, flags))
ENTRY(cuStreamDestroy_v2, (CUstream stream), (stream))
ENTRY(cuStreamSynchronize, (CUstream stream), (stream))
ENTRY(cuStreamWaitEvent, (CUstream stream, CUevent event, u flags), (stream, event, flags))
ENTRY(cuStreamBeginCapture_v2, (CUstream stream, int mode), (stream, mode))
ENTRY(cuStreamEndCapture, (CUstream stream, CUgraph *graph), (stream, graph))
ENTRY(cuEventCreate, (CUevent * event, u flags), (event, flags))
ENTRY(cuEventDestroy_v2, (CUevent event), (event))
ENTRY(cuEventRecord, (CUevent event, CUstream stream), (event, stream))
ENTRY(cuEventQuery, (CUevent event), (event))
ENTRY(cuEventSynchronize, (CUevent event), (event))
ENTRY(cuEventElapsedTime_v2, (float *milliseconds, CUevent start, CUevent end), (milliseconds, start, end))
ENTRY(cuGraphInstantiateWithFlags, (CUgraphExec * executable, CUgraph graph, unsigned long long flags), (executable, graph, flags))
ENTRY(cuGraphLaunch, (CUgraphExec executable, CUstream stream), (executable, stream))
ENTRY(cuGraphExecDestroy, (CUgraphExec executable), (executable))
ENTRY(cuGraphDestroy, (CUgraph graph), (graph))
#endif

#ifdef BLAS
typedef struct handle *cublasHandle_t;
ENTRY(cublasCreate_v2, (cublasHandle_t * handle), (handle))
ENTRY(cublasDestroy_v2, (cublasHandle_t handle), (handle))
ENTRY(cublasGetVersion_v2, (cublasHandle_t handle, int *version), (handle, version))
ENTRY(cublasSetStream_v2, (cublasHandle_t handle, CUstream stream), (handle, stream))
ENTRY(cublasSetWorkspace_v2, (cublasHandle_t handle, void *workspace, size_t bytes), (handle, workspace, bytes))
ENTRY(cublasSetMathMode, (cublasHandle_t handle, int mode), (handle, mode))
ENTRY(cublasSgemm_v2, (cublasHandle_t handle, int transa, int transb, int m, int n, int k, const float *alpha, const float *A, int lda,
    const float *B, int ldb, const float *beta, float *C, int ldc),
    (handle, transa, transb, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc))
#endif

#ifdef LT
typedef struct handle *cublasLtHandle_t;
typedef struct description *cublasLtMatmulDesc_t;
typedef struct layout *cublasLtMatrixLayout_t;
typedef struct preference *cublasLtMatmulPreference_t;
typedef struct { uint64_t data[8]; } cublasLtMatmulAlgo_t;
typedef struct
{
    cublasLtMatmulAlgo_t algo;
    size_t workspaceSize;
    int state;
    float wavesCount;
    int reserved[4];
} cublasLtMatmulHeuristicResult_t;
ENTRY(cublasLtCreate, (cublasLtHandle_t * handle), (handle))
ENTRY(cublasLtDestroy, (cublasLtHandle_t handle), (handle))
ENTRY(cublasLtMatmulDescCreate, (cublasLtMatmulDesc_t * description, int computeType, int scaleType), (description, computeType, scaleType))
ENTRY(cublasLtMatmulDescSetAttribute, (cublasLtMatmulDesc_t description, int attribute, const void *value, size_t bytes),
    (description, attribute, value, bytes))
ENTRY(cublasLtMatmulDescDestroy, (cublasLtMatmulDesc_t description), (description))
ENTRY(cublasLtMatrixLayoutCreate, (cublasLtMatrixLayout_t * layout, int type, uint64_t rows, uint64_t columns, int64_t leading),
    (layout, type, rows, columns, leading))
ENTRY(cublasLtMatrixLayoutDestroy, (cublasLtMatrixLayout_t layout), (layout))
ENTRY(cublasLtMatmulPreferenceCreate, (cublasLtMatmulPreference_t * preference), (preference))
ENTRY(cublasLtMatmulPreferenceSetAttribute, (cublasLtMatmulPreference_t preference, int attribute, const void *value, size_t bytes),
    (preference, attribute, value, bytes))
ENTRY(cublasLtMatmulPreferenceDestroy, (cublasLtMatmulPreference_t preference), (preference))
ENTRY(cublasLtMatmulAlgoGetHeuristic, (cublasLtHandle_t handle, cublasLtMatmulDesc_t operation, cublasLtMatrixLayout_t A,
    cublasLtMatrixLayout_t B, cublasLtMatrixLayout_t C, cublasLtMatrixLayout_t D, cublasLtMatmulPreference_t preference, int requested,
    cublasLtMatmulHeuristicResult_t *results, int *returned), (handle, operation, A, B, C, D, preference, requested, results, returned))
ENTRY(cublasLtMatmul, (cublasLtHandle_t handle, cublasLtMatmulDesc_t compute, const void *alpha, const void *A,
    cublasLtMatrixLayout_t Adesc, const void *B, cublasLtMatrixLayout_t Bdesc, const void *beta, const void *C,
    cublasLtMatrixLayout_t Cdesc, void *D, cublasLtMatrixLayout_t Ddesc, const cublasLtMatmulAlgo_t *algo, void *workspace,
    size_t workspaceSize, CUstream stream),
    (handle, compute, alpha, A, Adesc, B, Bdesc, beta, C, Cdesc, D, Ddesc, algo, workspace, workspaceSize, stream))
static_assert(sizeof(cublasLtMatmulHeuristicResult_t) == 96, "as the header of cublasLt has it");
#endif
