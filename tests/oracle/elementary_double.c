/* The float64 functions of src/Kaleido.Math/Numerics/ElementaryDouble.cs. */
#include "oracle.h"

#define LN2_HEAD 0.6931471804855391
#define LN2_REST 7.440617110012397e-11
#define HALF_PI1 1.5707963267948966
#define HALF_PI2 6.123233995736766e-17
#define HALF_PI3 -1.4973849048591698e-33
#define PI 3.14159265358979323846

/* Horner's scheme from the highest power down. */
static double horner(const double *coefficients, int count, double x)
{
    double value = coefficients[0];
    for (int i = 1; i < count; i++) value = fma(value, x, coefficients[i]);
    return value;
}

#define HORNER(coefficients, x) horner(coefficients, sizeof coefficients / sizeof *coefficients, x)

double exp_d(double x)
{
    static const double c[] = {
        1.608662795678037e-10, 2.0918137737642736e-09, 2.505207109429355e-08, 2.75572632790885e-07, 2.755731924721873e-06,
        2.4801587336442236e-05, 0.00019841269841263298, 0.0013888888888879073, 0.008333333333333333, 0.04166666666666668,
        0.16666666666666666, 0.5,
    };
    if (x != x) return x;
    if (x > 709.782712893384) return INFINITY;
    if (x < -745.2) return 0;
    double n = rint(x * 1.4426950408889634);
    double high = x - n * LN2_HEAD, low = n * LN2_REST;
    double r = high - low, rest = high - r - low;
    return ldexp(1 + (r + fma(r * r, HORNER(c, r), rest)), (int)n);
}

double log_d(double x)
{
    static const double c[] = {
        0.05529505582119933, 0.052079700526563695, 0.05884563582301128, 0.06666611994692123, 0.07692308558355121, 0.09090909082113946,
        0.1111111111116673, 0.1428571428571408, 0.2, 0.3333333333333333,
    };
    if (x != x || x < 0) return NAN;
    if (x == 0) return -INFINITY;
    if (x == INFINITY) return x;
    int exponent = 0;
    if (x < 0x1p-1022)
    {
        x *= 0x1p54;
        exponent = -54;
    }

    uint64_t bits = bits_of_double(x);
    int shift = (int)((bits + (0x3FF0000000000000u - 0x3FE6A09E667F3BCDu)) >> 52) - 1023;
    double f = double_of(bits - ((uint64_t)(int64_t)shift << 52)) - 1, k = exponent + shift;
    double s = f / (2 + f), u = s * s, p = HORNER(c, u), half = 0.5 * f * f;
    return k * LN2_HEAD + (f - (half - fma(s, half + 2 * u * p, k * LN2_REST)));
}

/* Sine and cosine of n·π/2 + r + rest. */
static void turn(int64_t n, double r, double rest, double *sine, double *cosine)
{
    static const double sines[] = {
        -7.586685070091267e-13, 1.605853141458901e-10, -2.5052106231157904e-08, 2.7557319219335453e-06, -0.0001984126984126506,
        0.008333333333333331, -0.16666666666666666,
    };
    static const double cosines[] = {
        -1.1367978191553177e-11, 2.0875886390883725e-09, -2.755731556415141e-07, 2.480158729368715e-05, -0.0013888888888880767,
        0.04166666666666664,
    };
    double u = r * r, w = 1 - 0.5 * u;
    double s = r + fma(u * r, HORNER(sines, u), rest * (1 - 0.5 * u));
    double c = w + (1 - w - 0.5 * u + fma(u * u, HORNER(cosines, u), -r * rest));
    switch (n & 3)
    {
        case 0: *sine = s; *cosine = c; break;
        case 1: *sine = c; *cosine = -s; break;
        case 2: *sine = -s; *cosine = -c; break;
        default: *sine = -c; *cosine = s; break;
    }
}

void sincos_d(double x, double *sine, double *cosine)
{
    *sine = *cosine = NAN;
    if (!(fabs(x) <= 0x1p30)) return;
    double n = rint(x * (2 / PI));
    double first = fma(-n, HALF_PI1, x), second = n * HALF_PI2, r = first - second;
    double rest = first - r - second - fma(n, HALF_PI3, fma(n, HALF_PI2, -second));
    turn((int64_t)n, r, rest, sine, cosine);
}

void sincos_turns_d(double turns, double *sine, double *cosine)
{
    *sine = *cosine = NAN;
    if (!(fabs(turns) <= 0x1p50)) return;
    double n = rint(4 * turns), t = fma(n, -0.25, turns), whole = 4 * HALF_PI1;
    double r = t * whole, rest = fma(t, whole, -r) + t * (4 * HALF_PI2);
    turn((int64_t)n, r, rest, sine, cosine);
}

double power_integer_d(double x, int64_t n)
{
    double result = 1;
    for (uint64_t bits = n < 0 ? 0 - (uint64_t)n : (uint64_t)n; bits; bits >>= 1)
    {
        if (bits & 1) result *= x;
        x *= x;
    }

    return n < 0 ? 1 / result : result;
}

double power_d(double x, double y)
{
    if (y == 0 || x == 1) return 1;
    if (x != x || y != y) return NAN;
    bool integer = rint(y) == y, infinite = fabs(y) == INFINITY;
    if (fabs(y) <= 2147483647 && integer) return power_integer_d(x, (int64_t)y);
    double magnitude = fabs(x);
    if (magnitude == 1 && infinite) return 1;
    if (x < 0 && !integer && x != -INFINITY) return NAN;
    double value = exp_d(y * log_d(magnitude));
    bool odd = !infinite && integer && fabs(y) < 0x1p53 && rint(y / 2) * 2 != y;
    return odd ? copysign(value, x) : value;
}
