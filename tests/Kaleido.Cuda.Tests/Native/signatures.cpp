// Compared with NVIDIA's headers while it is compiled (nothing is to be run): the declarations of entries.h, and those of src/Kaleido.Cuda
// in tables.h, which a test writes: TABLE(name, function type), NUMBER(NVIDIA's, ours, where), BYTES(NVIDIA's type, ours, where).
#include <cublasLt.h>
#include <cublas_v2.h>
#include <cuda.h>
#include <type_traits>

// Later headers have it under this name alone.
#if CUDA_VERSION < 13000
#define cuEventElapsedTime_v2 cuEventElapsedTime
#endif

namespace agreement
{
// An integer or enum, a pointer, a floating-point number, a structure.
template <class T> constexpr int kind = std::is_pointer_v<T> ? 2 : std::is_floating_point_v<T> ? 3 : std::is_class_v<T> ? 4 : 1;

template <class T, class = void> constexpr bool is_complete = false;
template <class T> constexpr bool is_complete<T, std::void_t<decltype(sizeof(T))>> = !std::is_void_v<T>;

// Same size and kind, and of pointers what they point to likewise, as far as both sides say what that is. C# has handles and addresses as
// integers: for it (loosely) an integer of eight bytes may stand for a pointer.
template <class Ours, class Theirs> constexpr bool same(bool loosely)
{
    if constexpr (std::is_pointer_v<Ours> && std::is_pointer_v<Theirs>)
    {
        using To = std::remove_cv_t<std::remove_pointer_t<Ours>>;
        using From = std::remove_cv_t<std::remove_pointer_t<Theirs>>;
        if constexpr (is_complete<To> && is_complete<From>) return same<To, From>(loosely);
        else return true;
    }
    else
    {
        bool pointer = kind<Ours> == 2 || kind<Theirs> == 2, words = kind<Ours> <= 2 && kind<Theirs> <= 2;
        return sizeof(Ours) == sizeof(Theirs) && (kind<Ours> == kind<Theirs> || (loosely && pointer && words));
    }
}

template <class Ours, class Theirs> struct functions;
template <class R, class... P, class S, class... Q> struct functions<R(P...), S(Q...)>
{
    static constexpr bool agree(bool loosely)
    {
        if constexpr (sizeof...(P) == sizeof...(Q)) return same<R, S>(loosely) && (same<P, Q>(loosely) && ...);
        else return false;
    }
};

template <int Bytes> struct structure
{
    char bytes[Bytes];
};

// What must not agree does not.
static_assert(!functions<int(int), int(long)>::agree(true) && !functions<int(int), int(int, int)>::agree(true));
static_assert(!functions<int(int), int(float)>::agree(true) && !functions<int(int *), int(unsigned long *)>::agree(true));
static_assert(!functions<int(void *), int(unsigned long)>::agree(false) && functions<int(void *), int(unsigned long)>::agree(true));
static_assert(!functions<int(structure<8> *), int(structure<16> *)>::agree(true));
}

namespace entries
{
#define ENTRY(name, parameters, arguments) \
    typedef int type_of_##name parameters; \
    static_assert(agreement::functions<type_of_##name, decltype(::name)>::agree(false), "entries.h declares another " #name);
#define DRIVER
#define BLAS
#define LT
#include "entries.h"
}

#define TABLE(name, ...) \
    static_assert(agreement::functions<__VA_ARGS__, decltype(::name)>::agree(true), "src/Kaleido.Cuda declares another " #name);
#define NUMBER(theirs, ours, where) static_assert((long long)(theirs) == ours, where " is not " #theirs);
#define BYTES(theirs, ours, where) static_assert(sizeof(theirs) == ours, where " has not the size of " #theirs);
#include "tables.h"
