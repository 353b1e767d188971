// Shared libraries with the functions of the CUDA driver and of cuBLAS as C declares them in cuda.h, cublas_v2.h and cublasLt.h, each of
// which calls on to a pointer that the test sets. So the way from a file's name over the system's loader to a call is the real one, and a
// number or kind of arguments that the C# side has wrong shows. Compiled with -DDRIVER, with -DBLAS and with -DLT.
#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define ENTRY(name, parameters, arguments) \
    static int (*to_##name) parameters; \
    int name parameters { return to_##name arguments; } \
    void set_##name(void *function) { to_##name = (int (*) parameters)function; }

#include "entries.h"
