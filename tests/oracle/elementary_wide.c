/* Functions of float32 numbers that are computed in float64 and rounded once: src/Kaleido.Math/Numerics/Functions. */
#include "oracle.h"

__extension__ typedef unsigned __int128 uint128;

#define ROUNDER 6755399441055744.0 /* 1.5·2^52 */
#define LN2_HIGH 0.6931471805599453
#define LN2_LOW 2.3190468138462996e-17
#define PI 3.14159265358979323846

static double limited(double x, double lower, double upper) { return x > upper ? upper : x < lower ? lower : x; }

/* e^x for |x| up to 700. */
static double exp_wide(double x)
{
    double shifted = fma(x, 1.4426950408889634, ROUNDER), n = shifted - ROUNDER;
    double r = fma(n, -LN2_LOW, fma(n, -LN2_HIGH, x)), u = r * r;
    double even = fma(fma(0.0013944657780788593, u, 0.041666294975778846), u, 0.5000000067670217);
    double odd = fma(fma(0.00019790585685646028, u, 0.008333496718792431), u, 0.16666665869999048);
    double value = fma(u, fma(odd, r, even), r) + 1;
    return double_of(bits_of_double(value) + (bits_of_double(shifted) << 52));
}

double log_of_normal(double x)
{
    uint64_t bits = bits_of_double(x), exponent = (bits + (0x3FF0000000000000u - 0x3FE6A09E667F3BCDu)) >> 52;
    double f = double_of(bits - ((exponent - 1023) << 52)) - 1;
    double k = double_of(exponent | 0x4330000000000000u) - (4503599627370496.0 + 1023);
    double s = f / (f + 2), u = s * s;
    double p = fma(0.08418901690579617, u, 0.09060961410100757);
    p = fma(p, u, 0.11111717448303399);
    p = fma(p, u, 0.14285708008158043);
    p = fma(p, u, 0.20000000030885484);
    p = fma(p, u, 0.33333333333276427);
    p = fma(p, u, 1.0);
    return fma(k, LN2_HIGH, fma(k, LN2_LOW, (s + s) * p));
}

double log_wide(double x)
{
    if (x == 0) return -INFINITY;
    if (x < 0) return NAN;
    return x < INFINITY ? log_of_normal(x) : x + x;
}

double log1p_wide(double x)
{
    if (fabs(x) < 0x1p-20) return x * fma(fma(x, 1 / 3.0, -0.5), x, 1);
    return log_wide(x + 1);
}

/* The remainder of a large number by π/2, with integers: M. Payne, R. Hanek, SIGNUM Newsletter 18 (1983). */
static double reduce_large(float x, unsigned *quadrant)
{
    static const uint64_t two_over_pi[] = {
        0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0,
    };
    uint32_t bits = bits_of(x);
    int exponent = (int)(bits >> 23 & 255) - 150;
    *quadrant = 0;
    if (exponent > 104) return NAN;
    int first = exponent - 2, word = first / 64, shift = first % 64;
    uint64_t high = two_over_pi[word], low = two_over_pi[word + 1];
    if (shift)
    {
        high = high << shift | low >> (64 - shift);
        low = low << shift | two_over_pi[word + 2] >> (64 - shift);
    }

    uint128 turned = ((uint128)high << 64 | low) * ((bits & 0x7FFFFF) | 0x800000);
    unsigned nearest = (unsigned)((turned + ((uint128)1 << 125)) >> 126);
    double r = (double)(int64_t)(uint64_t)(turned << 2 >> 64) * 0x1p-64 * (PI / 2);
    *quadrant = (x < 0 ? 0 - nearest : nearest) & 3;
    return x < 0 ? -r : r;
}

static void sine_and_cosine_near(double r, double *sine, double *cosine)
{
    double u = r * r;
    double s = fma(-2.4805587179980646e-08, u, 2.7555990399839905e-06);
    s = fma(s, u, -0.0001984126691523504);
    s = fma(s, u, 0.008333333331077422);
    s = fma(s, u, -0.16666666666663882);
    *sine = r * fma(s, u, 1);
    double c = fma(2.066546282098877e-09, u, -2.7555854928223973e-07);
    c = fma(c, u, 2.4801582620550964e-05);
    c = fma(c, u, -0.001388888888212255);
    c = fma(c, u, 0.04166666666663089);
    c = fma(c, u, -0.49999999999999967);
    *cosine = fma(c, u, 1);
}

double sine_wide(double x, unsigned quadrants)
{
    double r, sine, cosine;
    unsigned quadrant;
    if (fabs(x) > 0x1p27)
    {
        r = reduce_large((float)x, &quadrant);
    }
    else
    {
        double shifted = fma(x, 2 / PI, ROUNDER), n = shifted - ROUNDER;
        r = fma(n, -6.123233995736766e-17, fma(n, -1.5707963267948966, x));
        quadrant = (unsigned)bits_of_double(shifted);
    }

    sine_and_cosine_near(r, &sine, &cosine);
    quadrant += quadrants;
    double value = quadrant & 1 ? cosine : sine;
    return quadrant & 2 ? -value : value;
}

/* Sine and cosine of 2π·turns, as the normal numbers need them. */
void turns_near(double turns, double *sine, double *cosine)
{
    double shifted = fma(turns, 4, ROUNDER), s, c;
    unsigned quadrant = (unsigned)bits_of_double(shifted);
    sine_and_cosine_near(fma(shifted - ROUNDER, -0.25, turns) * (2 * PI), &s, &c);
    *sine = quadrant & 1 ? c : s;
    *cosine = quadrant & 1 ? s : c;
    if (quadrant & 2) *sine = -*sine;
    if ((quadrant + 1) & 2) *cosine = -*cosine;
}

/* erfc z for 0 ≤ z ≤ 10.6, given z². */
static double erfc_positive(double z, double square)
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

float erf_f(float x)
{
    double wide = x, z = limited(fabs(wide), 0, 6);
    if (!(z < 1)) return (float)copysign(1 - erfc_positive(z, z * z), wide);
    double u = wide * wide;
    double p = fma(-9.641535816684353e-06, u, 0.0001125695464255402);
    p = fma(p, u, -0.0008482829750677543);
    p = fma(p, u, 0.005220945493094332);
    p = fma(p, u, -0.026865400062412628);
    p = fma(p, u, 0.11283781974410585);
    p = fma(p, u, -0.3761263843466465);
    return (float)(wide * fma(p, u, 1.1283791670580205));
}

static double normal_cdf_wide(double x)
{
    double a = limited(fabs(x), 0, 14.7);
    double lower = 0.5 * erfc_positive(a * 0.7071067811865476, 0.5 * a * a);
    return x > 0 ? 1 - lower : lower;
}

float normal_cdf_f(float x) { return (float)normal_cdf_wide(x); }

float gelu_f(float x) { return (float)(limited(x, -15, INFINITY) * normal_cdf_wide(x)); }

float pow_f(float x, double exponent)
{
    if (exponent == 0) return 1;
    double wide = x, magnitude = fabs(wide);
    bool integer = rint(exponent) == exponent, odd = integer && fabs(exponent) < 0x1p53 && rint(exponent / 2) * 2 != exponent;
    double value = magnitude == 1 ? 1 : exp_wide(limited(exponent * log_wide(magnitude), -700, 700));
    if (odd) return (float)copysign(value, wide);
    return !integer && wide < 0 && wide > -INFINITY ? NAN : (float)value;
}
