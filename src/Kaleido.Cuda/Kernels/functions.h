// The elementary functions of docs/numerics.md, with the bits of src/Kaleido.Math/Numerics: the same polynomials, operation by operation.

#define ROUNDER 12582912.0f // 1.5·2^23
#define LOG2E 1.44269502f
#define LN2_HIGH 0.693147182f
#define LN2_LOW -1.90465421e-9f
#define ONE_BITS 0x3F800000u
#define ROOT_HALF_BITS 0x3F3504F3u
#define WIDE_ROUNDER 6755399441055744.0 // 1.5·2^52
#define PI 3.14159265358979323846

// ---- float32 ----

// x = n ln 2 + r; n + bias is in the lowest bits of the result.
DEVICE u32 reduce_exp(float x, int bias, float *r)
{
    float magic = ROUNDER + (float)bias, shifted = fma(x, LOG2E, magic), n = shifted - magic;
    *r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x));
    return bits_of(shifted);
}

// e^r - 1, even and odd powers apart.
DEVICE float exp_minus_one(float r)
{
    float u = r * r;
    float high = fma(u, 0.00138361135f, fma(r, 0.0083691217f, 0.0416681059f));
    float q = fma(high, u, fma(r, 0.166665167f, 0.49999994f));
    return fma(u, q, r);
}

// e^r - 1 by Horner's scheme.
DEVICE float expm1_near(float r)
{
    float q = fma(0.00138400786f, r, 0.00836705137f);
    q = fma(q, r, 0.0416677408f);
    q = fma(q, r, 0.16666539f);
    q = fma(q, r, 0.49999997f);
    return fma(r * r, q, r);
}

DEVICE float exp_of_limited(float x)
{
    float r;
    u32 shifted = reduce_exp(x, 254, &r);
    float s = exp_minus_one(r);
    u32 half = shifted << 22 & 0xFF800000u, rest = (shifted << 23) - half;
    return fma(s, float_of(half), float_of(half)) * float_of(rest);
}

DEVICE float exp_of(float x) { return exp_of_limited(limited(x, -104, 89)); }

DEVICE float expm1_of(float x)
{
    float r, scale = float_of(reduce_exp(limited(x, -20, 89), 126, &r) << 23);
    float half = fma(expm1_near(r), scale, scale - 0.5f);
    return magnitude(x) < 1e-20f ? x : half + half;
}

DEVICE float elu_of(float x, float alpha)
{
    float r, scale = float_of(reduce_exp(limited(x, -20, 100), 127, &r) << 23);
    float negative = with_sign(fma(expm1_near(r), scale, scale - 1), x);
    return x > 0 ? x : negative * alpha;
}

DEVICE float tanh_of(float x)
{
    float a = limited(magnitude(x), -1, 10), u = a * a, uu = u * u;
    float p = fma(u, 0.0206281673f, -0.0537365153f);
    p = fma(uu, -0.00569229806f, p);
    p = fma(p, uu, fma(u, 0.133314058f, -0.333332807f));
    float small = fma(a * u, p, a);

    float magic = ROUNDER + 127, shifted = fma(a, 2 * LOG2E, magic), n = shifted - magic;
    float s = exp_minus_one(fma(n, -LN2_HIGH, a + a)), scale = float_of(bits_of(shifted) << 23);
    float large = 1 - 2 / fma(s, scale, scale + 1);
    return with_sign(a < 0.625f ? small : large, x);
}

DEVICE float sigmoid_of(float x)
{
    const float tiny = 0x1p-64f;
    float r, scale = float_of(reduce_exp(limited(magnitude(x), -1, 105), 63, &r) << 23), s = exp_minus_one(r);
    float sum = scale + tiny, rest = tiny - (sum - scale);
    float lower = 1 / (fma(s, scale, rest) + sum) * tiny;
    return x > 0 ? 1 - lower : lower;
}

// (ln(1 + t) - t) / t², given u = t².
DEVICE float log_tail(float t, float u)
{
    float even = fma(u, -0.109175749f, -0.125493601f);
    even = fma(even, u, -0.16659373f);
    even = fma(even, u, -0.250001669f);
    even = fma(even, u, -0.5f);
    float odd = fma(u, 0.053336259f, 0.121090487f);
    odd = fma(odd, u, 0.142096385f);
    odd = fma(odd, u, 0.200022221f);
    odd = fma(odd, u, 0.333333135f);
    return fma(odd, t, even);
}

DEVICE float log_near_one(float t, float k)
{
    float u = t * t;
    return fma(k, LN2_HIGH, fma(u, log_tail(t, u), t));
}

DEVICE float softplus_of(float x)
{
    float e = exp_of_limited(limited(-0.0f - magnitude(x), -104, 1));
    bool half = e > 0.41421357f;
    float t = half ? fma(e, 0.5f, -0.5f) : e, u = t * t;
    float log = fma(u, log_tail(t, u), t) + (half ? LN2_HIGH : 0.0f);
    return (x > 0 ? x : 0.0f) + log;
}

// ---- float64, for what float32 does not cover; rounded once ----

// ln x for positive, normal x.
DEVICE double log_of_normal(double x)
{
    u64 bits = bits_of(x), exponent = (bits + (0x3FF0000000000000u - 0x3FE6A09E667F3BCDu)) >> 52;
    double f = double_of(bits - ((exponent - 1023) << 52)) - 1;
    double k = double_of(exponent | 0x4330000000000000u) - (4503599627370496.0 + 1023);
    double s = f / (f + 2), u = s * s;
    double p = fma(0.08418901690579617, u, 0.09060961410100757);
    p = fma(p, u, 0.11111717448303399);
    p = fma(p, u, 0.14285708008158043);
    p = fma(p, u, 0.20000000030885484);
    p = fma(p, u, 0.33333333333276427);
    p = fma(p, u, 1.0);
    return fma(k, 0.6931471805599453, fma(k, 2.3190468138462996e-17, (s + s) * p));
}

DEVICE double log_wide(double x)
{
    if (x == 0) return -WIDE_INFINITY;
    if (x < 0) return NOT_A_NUMBER;
    return x < WIDE_INFINITY ? log_of_normal(x) : x + x;
}

// e^x for |x| up to 700.
DEVICE double exp_wide(double x)
{
    double shifted = fma(x, 1.4426950408889634, WIDE_ROUNDER), n = shifted - WIDE_ROUNDER;
    double r = fma(n, -2.3190468138462996e-17, fma(n, -0.6931471805599453, x)), u = r * r;
    double even = fma(fma(0.0013944657780788593, u, 0.041666294975778846), u, 0.5000000067670217);
    double odd = fma(fma(0.00019790585685646028, u, 0.008333496718792431), u, 0.16666665869999048);
    double value = fma(u, fma(odd, r, even), r) + 1;
    return double_of(bits_of(value) + (bits_of(shifted) << 52));
}

CONSTANT u64 two_over_pi[] = {
    0xA2F9836E4E441529u, 0xFC2757D1F534DDC0u, 0xDB6295993C439041u, 0xFE5163ABDEBBC561u, 0xB7246E3A424DD2E0u,
};

// The remainder of a large number by π/2, with integers: M. Payne, R. Hanek, SIGNUM Newsletter 18 (1983).
DEVICE double reduce_large(float x, u32 *quadrant)
{
    u32 bits = bits_of(x);
    int exponent = (int)(bits >> 23 & 255) - 150;
    *quadrant = 0;
    if (exponent > 104) return NOT_A_NUMBER;
    int first = exponent - 2, word = first / 64, shift = first % 64;
    u64 high = two_over_pi[word], low = two_over_pi[word + 1], mantissa = (bits & 0x7FFFFF) | 0x800000;
    if (shift)
    {
        high = high << shift | low >> (64 - shift);
        low = low << shift | two_over_pi[word + 2] >> (64 - shift);
    }

    u64 lower = low * mantissa, upper = high * mantissa + __nvvm_mulhi_ull(low, mantissa);
    u32 turns = (u32)((upper + ((u64)1 << 61)) >> 62);
    double r = (double)(s64)(upper << 2 | lower >> 62) * 0x1p-64 * (PI / 2);
    *quadrant = (x < 0 ? 0 - turns : turns) & 3;
    return x < 0 ? -r : r;
}

DEVICE void sine_and_cosine_near(double r, double *sine, double *cosine)
{
    double u = r * r;
    double s = fma(-2.4805587179980646e-08, u, 2.7555990399839905e-06);
    s = fma(s, u, -0.0001984126691523504);
    s = fma(s, u, 0.008333333331077422);
    s = fma(s, u, -0.16666666666663882);
    *sine = r * fma(s, u, 1.0);
    double c = fma(2.066546282098877e-09, u, -2.7555854928223973e-07);
    c = fma(c, u, 2.4801582620550964e-05);
    c = fma(c, u, -0.001388888888212255);
    c = fma(c, u, 0.04166666666663089);
    c = fma(c, u, -0.49999999999999967);
    *cosine = fma(c, u, 1.0);
}

// sin(x + quadrants·π/2).
DEVICE double sine_wide(float narrow, u32 quadrants)
{
    double x = narrow, r, sine, cosine;
    u32 quadrant;
    if (magnitude(x) > 0x1p27)
    {
        r = reduce_large(narrow, &quadrant);
    }
    else
    {
        double shifted = fma(x, 2 / PI, WIDE_ROUNDER), n = shifted - WIDE_ROUNDER;
        r = fma(n, -6.123233995736766e-17, fma(n, -1.5707963267948966, x));
        quadrant = (u32)bits_of(shifted);
    }

    sine_and_cosine_near(r, &sine, &cosine);
    quadrant += quadrants;
    double value = quadrant & 1 ? cosine : sine;
    return quadrant & 2 ? -value : value;
}

// erfc z for 0 ≤ z ≤ 10.6, given z².
DEVICE double erfc_positive(double z, double square)
{
    double a = z + 3, b = z + z + 1, inverse = 1 / (a * b);
    double t = (z - 3) * b * inverse, u = t * t;
    double even = fma(3.252806553195142e-05, u, -0.0001281071304580016);
    even = fma(even, u, 0.00189536086162951);
    even = fma(even, u, -0.02377131435997539);
    even = fma(even, u, -0.11927362812947898);
    even = fma(even, u, -0.047562294764169594);
    even = fma(even, u, 1.2530080582716197);
    double odd = fma(0.00012498381559694204, u, -0.0007894727016550765);
    odd = fma(odd, u, 0.002533691329083784);
    odd = fma(odd, u, 0.06830729960132965);
    odd = fma(odd, u, 0.1296452078698401);
    odd = fma(odd, u, -0.13562110705775693);
    return exp_wide(0 - square) * fma(odd, t, even) * a * inverse;
}

DEVICE double normal_cdf_wide(double x)
{
    double a = limited(magnitude(x), 0, 14.7);
    double lower = 0.5 * erfc_positive(a * 0.7071067811865476, 0.5 * a * a);
    return x > 0 ? 1 - lower : lower;
}

DEVICE float erf_of(float x)
{
    double wide = x, z = limited(magnitude(wide), 0, 6);
    if (!(z < 1)) return (float)with_sign(1 - erfc_positive(z, z * z), wide);
    double u = wide * wide;
    double p = fma(-9.641535816684353e-06, u, 0.0001125695464255402);
    p = fma(p, u, -0.0008482829750677543);
    p = fma(p, u, 0.005220945493094332);
    p = fma(p, u, -0.026865400062412628);
    p = fma(p, u, 0.11283781974410585);
    p = fma(p, u, -0.3761263843466465);
    return (float)(wide * fma(p, u, 1.1283791670580205));
}

DEVICE float normal_cdf_of(float x) { return (float)normal_cdf_wide(x); }

DEVICE float gelu_of(float x) { return (float)(limited((double)x, -15.0, WIDE_INFINITY) * normal_cdf_wide(x)); }

DEVICE float pow_of(float x, double exponent)
{
    if (exponent == 0) return 1;
    double wide = x, positive = magnitude(wide);
    bool integer = nearest(exponent) == exponent;
    bool odd = integer && magnitude(exponent) < 0x1p53 && nearest(exponent / 2) * 2 != exponent;
    double value = positive == 1 ? 1 : exp_wide(limited(exponent * log_wide(positive), -700, 700));
    if (odd) return (float)with_sign(value, wide);
    return !integer && wide < 0 && wide > -WIDE_INFINITY ? NOT_A_NUMBER : (float)value;
}

// ---- float32 functions that fall back on float64 ----

// x = 2^k m with m from the root of 1/2 to that of 2.
DEVICE float exponent_of(u32 shifted) { return float_of(shifted >> 23 | 0x4B000000u) - (8388608.0f + 127); }

DEVICE float log_of(float x)
{
    if (!(x >= 0x1p-126f && x < INFINITY)) return (float)log_wide(x);
    u32 shifted = bits_of(x) + (ONE_BITS - ROOT_HALF_BITS);
    float mantissa = float_of((shifted & 0x7FFFFFu) + ROOT_HALF_BITS);
    return log_near_one(mantissa - 1, exponent_of(shifted));
}

DEVICE float log1p_of(float x)
{
    float sum = x + 1;
    if (!(sum >= 0x1p-25f && sum <= 0x1p60f)) return (float)log_wide((double)x + 1);
    u32 shifted = bits_of(sum) + (ONE_BITS - ROOT_HALF_BITS);
    float inverse = float_of(2 * ONE_BITS - (shifted & 0xFF800000u));
    float t = fma(x, inverse, inverse - 1);
    return with_sign(log_near_one(t, exponent_of(shifted)), x);
}

// sin(x + quadrants·π/2), |x| up to 10^5.
DEVICE float sine_near(float x, int quadrants)
{
    float magic = ROUNDER + (float)quadrants, shifted = fma(x, 0.636619747f, magic), n = shifted - magic;
    float r = fma(n, -1.57079637f, x);
    r = fma(n, 4.37113883e-8f, r);
    r = fma(n, 1.71512489e-15f, r);
    float u = r * r;
    u32 quadrant = bits_of(shifted);
    float c = fma(2.44323273e-05f, u, -0.00138873095f);
    c = fma(c, u, 0.0416666456f);
    c = fma(c, u, -0.5f);
    float s = fma(-0.000195180954f, u, 0.00833218824f);
    s = fma(s, u, -0.166666552f);
    float value = quadrant & 1 ? fma(c, u, 1.0f) : fma(r * u, s, r);
    return float_of(bits_of(value) ^ (quadrant & 2) << 30);
}

DEVICE float sin_of(float x)
{
    if (magnitude(x) > 1e5f) return (float)sine_wide(x, 0);
    return x == 0 ? x : sine_near(x, 0);
}

DEVICE float cos_of(float x) { return magnitude(x) > 1e5f ? (float)sine_wide(x, 1) : sine_near(x, 1); }

// ---- exactly rounded ones ----

DEVICE float negate_of(float x) { return float_of(bits_of(x) ^ 0x80000000u); }
DEVICE float sign_of(float x) { return x != x ? x : x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f; }
DEVICE float relu_of(float x) { return x <= 0 ? 0.0f : x; }
DEVICE float leaky_relu_of(float x, float slope) { return x > 0 ? x : x * slope; }

DEVICE float maximum_of(float x, float y)
{
    return x > y ? x : x < y ? y : x == y ? float_of(bits_of(x) & bits_of(y)) : x + y;
}

DEVICE float minimum_of(float x, float y)
{
    return x < y ? x : x > y ? y : x == y ? float_of(bits_of(x) | bits_of(y)) : x + y;
}

DEVICE float select_of(float x, float y, float z) { return x == 0 ? z : y; }

// ---- random numbers ----

struct Words { u32 word[4]; };

// Philox4x32-10: J. Salmon and others, SC 2011.
DEVICE Words philox(u32 seed, u32 stream, u64 step, u64 block)
{
    u32 c0 = (u32)block, c1 = (u32)(block >> 32), c2 = (u32)step, c3 = (u32)(step >> 32);
    for (int round = 0; round < 10; round++)
    {
        u64 p = (u64)0xD2511F53u * c0, q = (u64)0xCD9E8D57u * c2;
        c0 = (u32)(q >> 32) ^ c1 ^ seed;
        c2 = (u32)(p >> 32) ^ c3 ^ stream;
        c1 = (u32)q;
        c3 = (u32)p;
        seed += 0x9E3779B9u;
        stream += 0xBB67AE85u;
    }

    return Words { { c0, c1, c2, c3 } };
}

DEVICE float uniform_of(u32 word, float low, float width, float high)
{
    float value = fma((float)(word >> 8) * 0x1p-24f, width, low);
    return value < high ? value : high;
}

// Sine and cosine of 2π·turns, as the normal numbers need them.
DEVICE void turns_near(double turns, double *sine, double *cosine)
{
    double shifted = fma(turns, 4.0, WIDE_ROUNDER), s, c;
    u32 quadrant = (u32)bits_of(shifted);
    sine_and_cosine_near(fma(shifted - WIDE_ROUNDER, -0.25, turns) * (2 * PI), &s, &c);
    double sine_value = quadrant & 1 ? c : s, cosine_value = quadrant & 1 ? s : c;
    *sine = quadrant & 2 ? -sine_value : sine_value;
    *cosine = (quadrant + 1) & 2 ? -cosine_value : cosine_value;
}

// Two normal numbers from two words: G. Box, M. Muller, Annals of Mathematical Statistics 29 (1958).
DEVICE void normal_pair(u32 word1, u32 word2, double mean, double deviation, float *first, float *second)
{
    double sine, cosine, u1 = ((double)(word1 >> 8) + 1) * 0x1p-24, u2 = (double)(word2 >> 8) * 0x1p-24;
    double radius = root(magnitude(log_of_normal(u1) * -2));
    turns_near(u2, &sine, &cosine);
    *first = (float)fma(deviation, radius * cosine, mean);
    *second = (float)fma(deviation, radius * sine, mean);
}
