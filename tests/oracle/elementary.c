/* The float32 formulas: src/Kaleido.Math/Numerics/Functions. */
#include "oracle.h"

#define ROUNDER 12582912.0f /* 1.5·2^23 */
#define LOG2E 1.44269502f
#define LN2_HIGH 0.693147182f
#define LN2_LOW -1.90465421e-9f
#define ONE_BITS 0x3F800000u
#define ROOT_HALF_BITS 0x3F3504F3u

static float limited(float x, float lower, float upper) { return x > upper ? upper : x < lower ? lower : x; }

/* x = n ln 2 + r; n + bias is in the lowest bits of the result. */
static uint32_t reduce_exp(float x, int bias, float *r)
{
    float magic = ROUNDER + (float)bias, shifted = fmaf(x, LOG2E, magic), n = shifted - magic;
    *r = fmaf(n, -LN2_LOW, fmaf(n, -LN2_HIGH, x));
    return bits_of(shifted);
}

/* e^r - 1, even and odd powers apart. */
static float exp_minus_one(float r)
{
    float u = r * r;
    float high = fmaf(u, 0.00138361135f, fmaf(r, 0.0083691217f, 0.0416681059f));
    float q = fmaf(high, u, fmaf(r, 0.166665167f, 0.49999994f));
    return fmaf(u, q, r);
}

/* e^r - 1 by Horner's scheme. */
static float expm1_near(float r)
{
    float q = fmaf(0.00138400786f, r, 0.00836705137f);
    q = fmaf(q, r, 0.0416677408f);
    q = fmaf(q, r, 0.16666539f);
    q = fmaf(q, r, 0.49999997f);
    return fmaf(r * r, q, r);
}

static float exp_of_limited(float x)
{
    float r;
    uint32_t shifted = reduce_exp(x, 254, &r);
    float s = exp_minus_one(r);
    uint32_t half = shifted << 22 & 0xFF800000u, rest = (shifted << 23) - half;
    return fmaf(s, float_of(half), float_of(half)) * float_of(rest);
}

float exp_f(float x) { return exp_of_limited(limited(x, -104, 89)); }

float expm1_f(float x)
{
    float r, scale = float_of(reduce_exp(limited(x, -20, 89), 126, &r) << 23);
    float half = fmaf(expm1_near(r), scale, scale - 0.5f);
    return fabsf(x) < 1e-20f ? x : half + half;
}

float elu_f(float x, float alpha)
{
    float r, scale = float_of(reduce_exp(limited(x, -20, 100), 127, &r) << 23);
    float negative = copysignf(fmaf(expm1_near(r), scale, scale - 1), x);
    return x > 0 ? x : negative * alpha;
}

float tanh_f(float x)
{
    float a = limited(fabsf(x), -1, 10), u = a * a, uu = u * u;
    float p = fmaf(u, 0.0206281673f, -0.0537365153f);
    p = fmaf(uu, -0.00569229806f, p);
    p = fmaf(p, uu, fmaf(u, 0.133314058f, -0.333332807f));
    float small = fmaf(a * u, p, a);

    float magic = ROUNDER + 127, shifted = fmaf(a, 2 * LOG2E, magic), n = shifted - magic;
    float s = exp_minus_one(fmaf(n, -LN2_HIGH, a + a)), scale = float_of(bits_of(shifted) << 23);
    float large = 1 - 2 / fmaf(s, scale, scale + 1);
    return copysignf(a < 0.625f ? small : large, x);
}

float sigmoid_f(float x)
{
    const float tiny = 0x1p-64f;
    float r, scale = float_of(reduce_exp(limited(fabsf(x), -1, 105), 63, &r) << 23), s = exp_minus_one(r);
    float sum = scale + tiny, rest = tiny - (sum - scale);
    float lower = 1 / (fmaf(s, scale, rest) + sum) * tiny;
    return x > 0 ? 1 - lower : lower;
}

/* (ln(1 + t) - t) / t², given u = t². */
static float log_tail(float t, float u)
{
    float even = fmaf(u, -0.109175749f, -0.125493601f);
    even = fmaf(even, u, -0.16659373f);
    even = fmaf(even, u, -0.250001669f);
    even = fmaf(even, u, -0.5f);
    float odd = fmaf(u, 0.053336259f, 0.121090487f);
    odd = fmaf(odd, u, 0.142096385f);
    odd = fmaf(odd, u, 0.200022221f);
    odd = fmaf(odd, u, 0.333333135f);
    return fmaf(odd, t, even);
}

static float log_near_one(float t, float k)
{
    float u = t * t;
    return fmaf(k, LN2_HIGH, fmaf(u, log_tail(t, u), t));
}

float softplus_f(float x)
{
    float e = exp_of_limited(limited(-0.0f - fabsf(x), -104, 1));
    bool half = e > 0.41421357f;
    float t = half ? fmaf(e, 0.5f, -0.5f) : e, u = t * t;
    float log = fmaf(u, log_tail(t, u), t) + (half ? LN2_HIGH : 0.0f);
    return (x > 0 ? x : 0.0f) + log;
}

/* x = 2^k m with m from the root of 1/2 to that of 2. */
static float exponent_of(uint32_t shifted) { return float_of(shifted >> 23 | 0x4B000000u) - (8388608.0f + 127); }

float log_f(float x)
{
    if (!(x >= 0x1p-126f && x < INFINITY)) return (float)log_wide(x);
    uint32_t shifted = bits_of(x) + (ONE_BITS - ROOT_HALF_BITS);
    float mantissa = float_of((shifted & 0x7FFFFFu) + ROOT_HALF_BITS);
    return log_near_one(mantissa - 1, exponent_of(shifted));
}

float log1p_f(float x)
{
    float sum = x + 1;
    if (!(sum >= 0x1p-25f && sum <= 0x1p60f)) return (float)log1p_wide(x);
    uint32_t shifted = bits_of(sum) + (ONE_BITS - ROOT_HALF_BITS);
    float inverse = float_of(2 * ONE_BITS - (shifted & 0xFF800000u));
    float t = fmaf(x, inverse, inverse - 1);
    return copysignf(log_near_one(t, exponent_of(shifted)), x);
}

/* sin(x + quadrants·π/2), |x| up to 10^5. */
static float sine(float x, int quadrants)
{
    float magic = ROUNDER + (float)quadrants, shifted = fmaf(x, 0.636619747f, magic), n = shifted - magic;
    float r = fmaf(n, -1.57079637f, x);
    r = fmaf(n, 4.37113883e-8f, r);
    r = fmaf(n, 1.71512489e-15f, r);
    float u = r * r, value;
    uint32_t quadrant = bits_of(shifted);
    if (quadrant & 1)
    {
        float c = fmaf(2.44323273e-05f, u, -0.00138873095f);
        c = fmaf(c, u, 0.0416666456f);
        c = fmaf(c, u, -0.5f);
        value = fmaf(c, u, 1);
    }
    else
    {
        float s = fmaf(-0.000195180954f, u, 0.00833218824f);
        s = fmaf(s, u, -0.166666552f);
        value = fmaf(r * u, s, r);
    }

    return float_of(bits_of(value) ^ (quadrant & 2) << 30);
}

float sin_f(float x)
{
    if (fabsf(x) > 1e5f) return (float)sine_wide(x, 0);
    return x == 0 ? x : sine(x, 0);
}

float cos_f(float x) { return fabsf(x) > 1e5f ? (float)sine_wide(x, 1) : sine(x, 1); }
