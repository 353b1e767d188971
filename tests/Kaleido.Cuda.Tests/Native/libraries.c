// Shared libraries with the functions of the CUDA driver and of cuBLAS as C declares them in cuda.h and cublas_v2.h, each of which calls on to a
// pointer that the test sets. So the way from a file's name over the system's loader to a call is the real one, and a number or kind of
// arguments that the C# side has wrong shows. Compiled once with -DDRIVER and once with -DBLAS.
#include <stddef.h>

#define ENTRY(name, parameters, arguments) \
    static int (*to_##name) parameters; \
    int name parameters { return to_##name arguments; } \
    void set_##name(void *function) { to_##name = (int (*) parameters)function; }

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
ENTRY(cuMemAlloc_v2, (CUdeviceptr * address, size_t bytes), (address, bytes))
ENTRY(cuMemFree_v2, (CUdeviceptr address), (address))
ENTRY(cuMemHostAlloc, (void **host, size_t bytes, u flags), (host, bytes, flags))
ENTRY(cuMemFreeHost, (void *host), (host))
ENTRY(cuMemcpyHtoDAsync_v2, (CUdeviceptr to, const void *from, size_t bytes, CUstream stream), (to, from, bytes, stream))
ENTRY(cuMemcpyDtoHAsync_v2, (void *to, CUdeviceptr from, size_t bytes, CUstream stream), (to, from, bytes, stream))
ENTRY(cuMemcpyDtoDAsync_v2, (CUdeviceptr to, CUdeviceptr from, size_t bytes, CUstream stream), (to, from, bytes, stream))
ENTRY(cuMemsetD32Async, (CUdeviceptr to, u word, size_t count, CUstream stream), (to, word, count, stream))
ENTRY(cuModuleLoadDataEx, (CUmodule * module, const void *image, u count, int *options, void **values), (module, image, count, options, values))
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
ENTRY(cublasSgemm_v2, (cublasHandle_t handle, int transa, int transb, int m, int n, int k, const float *alpha, const float *A, int lda, const float *B,
    int ldb, const float *beta, float *C, int ldc), (handle, transa, transb, m, n, k, alpha, A, lda, B, ldb, beta, C, ldc))
#endif
