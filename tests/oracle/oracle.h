/*
 * A second program for Kaleido's numbers: the rules of docs/numerics.md in plain C11, one number at a time, written to be read beside the
 * C# and to run on processors that .NET is not at hand for. It reads nothing. Every result is hashed and printed as "name hash"; the
 * verb "oracle" of tests/Kaleido.Probe prints the same lines, computed by the library.
 *
 * Compile with -ffp-contract=off: a fused multiply-add happens where fma or fmaf is written, and nowhere else. Of the mathematical library
 * only exactly rounded functions are used (fma, fmaf, sqrt, sqrtf, rint, trunc, ldexp, fabs, copysign).
 */
#ifndef KALEIDO_ORACLE_H
#define KALEIDO_ORACLE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint32_t bits_of(float x) { uint32_t bits; memcpy(&bits, &x, sizeof bits); return bits; }
static inline float float_of(uint32_t bits) { float x; memcpy(&x, &bits, sizeof x); return x; }
static inline uint64_t bits_of_double(double x) { uint64_t bits; memcpy(&bits, &x, sizeof bits); return bits; }
static inline double double_of(uint64_t bits) { double x; memcpy(&x, &bits, sizeof x); return x; }

/* report.c: what is printed. A NaN counts as 0x7FC00000 (0x7FF8000000000000); -0 is not +0. */
void report_only(const char *name); /* print the numbers under this name in hexadecimal instead of all the hashes */
void begin(const char *name);
void put_word(uint32_t word);
void put_float(float x);
void put_double(double x);
void put_floats(const float *x, size_t count);
void end(void);
void print_line(const char *name, const char *value);
void sha256_hex(const uint8_t *bytes, size_t length, char hex[65]);

/* inputs.c: numbers made from integers alone. */
uint64_t mixed(uint32_t seed, uint32_t index);
float pattern(uint32_t index);                     /* special values first, then spread over all bit patterns, and over [-128, 128) */
double pattern_double(uint32_t index);
float unit(uint32_t seed, uint32_t index);         /* a multiple of 2^-23 in [-1, 1) */
float unit_or_special(uint32_t seed, uint32_t index);

/* elementary.c, elementary_wide.c: functions of float32 numbers. */
float exp_f(float x);
float expm1_f(float x);
float elu_f(float x, float alpha);
float tanh_f(float x);
float sigmoid_f(float x);
float softplus_f(float x);
float log_f(float x);
float log1p_f(float x);
float sin_f(float x);
float cos_f(float x);
float erf_f(float x);
float normal_cdf_f(float x);
float gelu_f(float x);
float pow_f(float x, double exponent);
double log_of_normal(double x);                    /* ln x for positive, normal x */
void turns_near(double turns, double *sine, double *cosine);
double sine_wide(double x, unsigned quadrants);    /* sin(x + quadrants·π/2) of a float32 number, in double */
double log_wide(double x);
double log1p_wide(double x);

/* elementary_double.c: functions of float64 numbers, for schedules and bias corrections. */
double exp_d(double x);
double log_d(double x);
void sincos_d(double x, double *sine, double *cosine);
void sincos_turns_d(double turns, double *sine, double *cosine);
double power_integer_d(double x, int64_t n);
double power_d(double x, double y);

/* random.c */
void philox(uint32_t seed, uint32_t stream, uint64_t step, uint64_t block, uint32_t words[4]);
float uniform_at(uint32_t seed, uint32_t stream, uint64_t step, uint64_t index, float low, float high);
float normal_at(uint32_t seed, uint32_t stream, uint64_t step, uint64_t index, double mean, double deviation);
uint32_t permuted(uint32_t index, uint32_t count, uint32_t seed, uint32_t stream, uint64_t step);

/* digits.c: 28 × 28 pixels in [0, 1]. */
void draw_digit(uint32_t seed, int index, float *picture);

/* matrices.c: row-major and dense. */
void product(
    const float *a, bool transpose_a, const float *b, bool transpose_b, int rows, int columns, int depth, bool accumulate, float *c);
float row_sum(const float *row, int columns);
void column_sums(const float *x, int rows, int columns, float *sums);
float full_sum(const float *x, int rows, int columns);
float row_maximum(const float *row, int columns);
int row_arg_maximum(const float *row, int columns);
float row_log_sum_exp(const float *row, int columns);

/* optimizers.c */
enum schedule_kind { CONSTANT, STEP, COSINE };
struct schedule { enum schedule_kind kind; double rate; int64_t warm_up, period; double factor, minimum; };
double schedule_at(const struct schedule *schedule, uint64_t step);

enum optimizer_kind { SGD, ADAGRAD, RMSPROP, ADAM };
struct optimizer
{
    enum optimizer_kind kind;
    struct schedule schedule;
    double beta1, beta2, epsilon, momentum, dampening, rate_decay, weight_decay;
    bool nesterov, decoupled;
};
void optimizer_step(const struct optimizer *o, uint64_t step, const float *g, float *w, float *a, float *b, size_t count);

/* The lines, in this order. */
void report_elementwise(uint32_t count);
void report_random(void);
void report_matrices(void);
void report_optimizers(void);
void report_trainings(void);
void report_large_training(void); /* the larger case of "kaleido verify", by itself */

#endif
