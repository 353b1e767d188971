/* Every elementwise operation over generated numbers. */
#include "oracle.h"

static float negate(float x, double alpha) { (void)alpha; return float_of(bits_of(x) ^ 0x80000000u); }
static float absolute(float x, double alpha) { (void)alpha; return fabsf(x); }
static float sign(float x, double alpha) { (void)alpha; return x != x ? x : x > 0 ? 1.0f : x < 0 ? -1.0f : 0.0f; }
static float root(float x, double alpha) { (void)alpha; return sqrtf(x); }
static float relu(float x, double alpha) { (void)alpha; return x <= 0 ? 0.0f : x; }
static float leaky_relu(float x, double alpha) { return x > 0 ? x : x * (float)alpha; }
static float elu(float x, double alpha) { return elu_f(x, (float)alpha); }

#define PLAIN(name) static float name##_plain(float x, double alpha) { (void)alpha; return name##_f(x); }
PLAIN(exp) PLAIN(expm1) PLAIN(log) PLAIN(log1p) PLAIN(tanh) PLAIN(sigmoid) PLAIN(softplus)
PLAIN(erf) PLAIN(normal_cdf) PLAIN(gelu) PLAIN(sin) PLAIN(cos)

static const struct { const char *name; float (*function)(float, double); double alpha; } unary[] = {
    { "negate", negate, 0 }, { "abs", absolute, 0 }, { "sign", sign, 0 }, { "sqrt", root, 0 }, { "exp", exp_plain, 0 },
    { "expm1", expm1_plain, 0 }, { "log", log_plain, 0 }, { "log1p", log1p_plain, 0 }, { "tanh", tanh_plain, 0 },
    { "sigmoid", sigmoid_plain, 0 }, { "softplus", softplus_plain, 0 }, { "erf", erf_plain, 0 }, { "normal_cdf", normal_cdf_plain, 0 },
    { "gelu", gelu_plain, 0 }, { "relu", relu, 0 }, { "leaky_relu", leaky_relu, 0.01 }, { "elu", elu, 1 }, { "elu_0.3", elu, 0.3 },
    { "sin", sin_plain, 0 }, { "cos", cos_plain, 0 }, { "power_1.7", pow_f, 1.7 }, { "power_3", pow_f, 3 }, { "power_-0.5", pow_f, -0.5 },
    { "power_-2", pow_f, -2 }, { "power_0", pow_f, 0 },
};

static float chosen(int function, float x, float y)
{
    switch (function)
    {
        case 0: return x + y;
        case 1: return x - y;
        case 2: return x * y;
        case 3: return x / y;
        case 4: return x != x || y != y ? NAN : x > y || (x == y && !signbit(x)) ? x : y;
        case 5: return x != x || y != y ? NAN : x < y || (x == y && signbit(x)) ? x : y;
        case 6: return x < y;
        case 7: return x <= y;
        default: return x == y;
    }
}

/* Operands: every special number with every other one, and then any with any. */
static float first(uint32_t i) { return i < 110 * 110 ? pattern(i % 110) : pattern(i); }
static float second(uint32_t i, uint32_t count) { return i < 110 * 110 ? pattern(i / 110) : pattern((uint32_t)(mixed(5, i) % count)); }

static void report_double(uint32_t count)
{
    double sine, cosine;
    begin("exp_double");
    for (uint32_t i = 0; i < count; i++) put_double(exp_d(pattern_double(i)));
    end();
    begin("log_double");
    for (uint32_t i = 0; i < count; i++) put_double(log_d(pattern_double(i)));
    end();
    begin("sin_cos_double");
    for (uint32_t i = 0; i < count; i++)
    {
        sincos_d(pattern_double(i), &sine, &cosine);
        put_double(sine);
        put_double(cosine);
    }

    end();
    begin("sin_cos_turns_double");
    for (uint32_t i = 0; i < count; i++)
    {
        sincos_turns_d(pattern_double(i), &sine, &cosine);
        put_double(sine);
        put_double(cosine);
    }

    end();
    begin("power_double");
    for (uint32_t i = 0; i < count; i++) put_double(power_d(pattern_double(i), unit(3, i) * (i % 7)));
    end();
    begin("power_integer_double");
    for (uint32_t i = 0; i < count; i++) put_double(power_integer_d(pattern_double(i), (int64_t)mixed(4, i) >> i % 64));
    end();
}

void report_elementwise(uint32_t count)
{
    static const char *const binary[] = { "add", "subtract", "multiply", "divide", "maximum", "minimum", "less", "less_or_equal", "equal" };
    for (size_t f = 0; f < sizeof unary / sizeof *unary; f++)
    {
        begin(unary[f].name);
        for (uint32_t i = 0; i < count; i++) put_float(unary[f].function(pattern(i), unary[f].alpha));
        end();
    }

    for (int f = 0; f < 9; f++)
    {
        begin(binary[f]);
        for (uint32_t i = 0; i < count; i++) put_float(chosen(f, first(i), second(i, count)));
        end();
    }

    begin("select");
    for (uint32_t i = 0; i < count; i++) put_float(pattern(i) == 0 ? second(i, count) : first(i));
    end();
    begin("fused_multiply_add");
    for (uint32_t i = 0; i < count; i++)
    {
        /* Every other addend is the product taken away, or a neighbour of it: nothing is left but what rounding cut off. */
        float x = first(i), y = second(i, count), xy = x * y, z = pattern((uint32_t)(mixed(6, i) % count));
        if (i % 2 && xy == xy) z = float_of(bits_of(-xy) + (uint32_t)(i / 2 % 3) - 1);
        put_float(fmaf(x, y, z));
    }

    end();
    report_double(count / 16);
}
