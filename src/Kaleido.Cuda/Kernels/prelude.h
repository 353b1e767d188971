// What a CUDA SDK would declare, for a compiler without one (clang -nocudainc -nocudalib), and exactly rounded arithmetic by name.
//
// Compiled with -ffp-contract=off: a fused multiply-add happens where fma is written and nowhere else. In PTX every addition and
// multiplication then carries .rn, without which the driver's compiler may contract it again.

#define KERNEL extern "C" __attribute__((global)) void
#define DEVICE static inline __attribute__((device, always_inline))
#define SHARED static __attribute__((shared))
#define CONSTANT static __attribute__((constant)) const
#define THREADS(count) __attribute__((launch_bounds(count)))

typedef int s32;
typedef unsigned int u32;
typedef long long s64;
typedef unsigned long long u64;

DEVICE s32 thread_x() { return __nvvm_read_ptx_sreg_tid_x(); }
DEVICE s32 thread_y() { return __nvvm_read_ptx_sreg_tid_y(); }
DEVICE s32 block_x() { return __nvvm_read_ptx_sreg_ctaid_x(); }
DEVICE s32 block_y() { return __nvvm_read_ptx_sreg_ctaid_y(); }
DEVICE s32 threads_x() { return __nvvm_read_ptx_sreg_ntid_x(); }
DEVICE s32 threads_y() { return __nvvm_read_ptx_sreg_ntid_y(); }
DEVICE s32 blocks_x() { return __nvvm_read_ptx_sreg_nctaid_x(); }
DEVICE s32 blocks_y() { return __nvvm_read_ptx_sreg_nctaid_y(); }

// Waits for all threads of the block; every thread must come here.
DEVICE void barrier() { __syncthreads(); }

DEVICE float fma(float x, float y, float z) { return __builtin_fmaf(x, y, z); }
DEVICE double fma(double x, double y, double z) { return __builtin_fma(x, y, z); }
DEVICE float root(float x) { return __nvvm_sqrt_rn_f(x); }
DEVICE double root(double x) { return __nvvm_sqrt_rn_d(x); }
DEVICE float magnitude(float x) { return __builtin_fabsf(x); }
DEVICE double magnitude(double x) { return __builtin_fabs(x); }
DEVICE double nearest(double x) { return __builtin_rint(x); }
DEVICE float rounded(double x) { return (float)x; }

DEVICE u32 bits_of(float x) { u32 bits; __builtin_memcpy(&bits, &x, sizeof bits); return bits; }
DEVICE float float_of(u32 bits) { float x; __builtin_memcpy(&x, &bits, sizeof x); return x; }
DEVICE u64 bits_of(double x) { u64 bits; __builtin_memcpy(&bits, &x, sizeof bits); return bits; }
DEVICE double double_of(u64 bits) { double x; __builtin_memcpy(&x, &bits, sizeof x); return x; }

DEVICE float with_sign(float x, float sign) { return float_of((bits_of(x) & 0x7FFFFFFFu) | (bits_of(sign) & 0x80000000u)); }
DEVICE double with_sign(double x, double sign)
{
    return double_of((bits_of(x) & 0x7FFFFFFFFFFFFFFFu) | (bits_of(sign) & 0x8000000000000000u));
}

DEVICE float limited(float x, float lower, float upper) { return x > upper ? upper : x < lower ? lower : x; }
DEVICE double limited(double x, double lower, double upper) { return x > upper ? upper : x < lower ? lower : x; }

#define INFINITY __builtin_inff()
#define WIDE_INFINITY __builtin_inf()
#define NOT_A_NUMBER float_of(0x7FC00000u)
