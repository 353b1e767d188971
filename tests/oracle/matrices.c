/* Products and reductions, each in the order of operations of docs/numerics.md, rules 1 and 2. */
#include "oracle.h"
#include <stdio.h>
#include <stdlib.h>

void product(
    const float *a, bool transpose_a, const float *b, bool transpose_b, int rows, int columns, int depth, bool accumulate, float *c)
{
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < columns; column++)
        {
            float sum = accumulate ? c[row * columns + column] : 0.0f;
            for (int k = 0; k < depth; k++)
            {
                float left = transpose_a ? a[k * rows + row] : a[row * depth + k];
                float right = transpose_b ? b[column * depth + k] : b[k * columns + column];
                sum = fmaf(left, right, sum);
            }

            c[row * columns + column] = sum;
        }
}

float row_sum(const float *row, int columns)
{
    float lanes[16] = { 0 };
    for (int column = 0; column < columns; column++) lanes[column % 16] += row[column];
    for (int half = 8; half; half /= 2)
        for (int lane = 0; lane < half; lane++) lanes[lane] += lanes[lane + half];
    return lanes[0];
}

void column_sums(const float *x, int rows, int columns, float *sums)
{
    for (int column = 0; column < columns; column++)
    {
        sums[column] = 0;
        for (int first = 0; first < rows; first += 64)
        {
            float block = 0;
            for (int row = first; row < rows && row < first + 64; row++) block += x[row * columns + column];
            sums[column] = first == 0 ? block : sums[column] + block;
        }
    }
}

float full_sum(const float *x, int rows, int columns)
{
    float sum, *sums = malloc(((size_t)rows + 1) * sizeof *sums);
    for (int row = 0; row < rows; row++) sums[row] = row_sum(x + row * columns, columns);
    column_sums(sums, rows, 1, &sum);
    free(sums);
    return sum;
}

float row_maximum(const float *row, int columns)
{
    float largest = -INFINITY;
    for (int column = 0; column < columns; column++)
    {
        float x = row[column];
        if (x != x) return x;
        if (x > largest || (x == largest && !signbit(x))) largest = x;
    }

    return largest;
}

int row_arg_maximum(const float *row, int columns)
{
    float largest = row_maximum(row, columns);
    for (int column = 0; column < columns; column++)
        if (row[column] == largest || row[column] != row[column]) return column;
    return -1;
}

float row_log_sum_exp(const float *row, int columns)
{
    float largest = row_maximum(row, columns), shift = fabsf(largest) < INFINITY ? largest : 0;
    float *powers = malloc(((size_t)columns + 1) * sizeof *powers);
    for (int column = 0; column < columns; column++) powers[column] = exp_f(row[column] - shift);
    float value = log_f(row_sum(powers, columns)) + shift;
    free(powers);
    return value;
}

typedef float (*generator)(uint32_t, uint32_t);

static float *filled(size_t count, generator generate, uint32_t seed)
{
    float *x = malloc((count + 1) * sizeof *x);
    for (size_t i = 0; i < count; i++) x[i] = generate(seed, (uint32_t)i);
    return x;
}

static void report_product(const char *kind, int rows, int columns, int depth, generator generate)
{
    char name[64];
    snprintf(name, sizeof name, "%s_%dx%dx%d", kind, rows, columns, depth);
    float *a = filled((size_t)rows * depth, generate, 10), *b = filled((size_t)depth * columns, generate, 11);
    begin(name);
    for (int variant = 0; variant < 8; variant++)
    {
        float *c = filled((size_t)rows * columns, generate, 12);
        product(a, variant & 1, b, variant & 2, rows, columns, depth, variant & 4, c);
        put_floats(c, (size_t)rows * columns);
        free(c);
    }

    end();
    free(a);
    free(b);
}

static void report_reductions(const char *kind, generator generate)
{
    static const int shapes[][2] = {
        { 1, 1 }, { 1, 17 }, { 65, 1 }, { 130, 33 }, { 64, 16 }, { 200, 70 }, { 3, 1000 }, { 63, 5 }, { 129, 160 },
    };
    static const char *const names[] = { "row_sum", "row_maximum", "row_arg_maximum", "row_log_sum_exp", "column_sum", "full_sum" };
    for (int function = 0; function < 6; function++)
    {
        char name[64];
        snprintf(name, sizeof name, "%s%s", names[function], kind);
        begin(name);
        for (uint32_t shape = 0; shape < 9; shape++)
        {
            int rows = shapes[shape][0], columns = shapes[shape][1];
            float *x = filled((size_t)rows * columns, generate, 20 + shape), *sums = malloc((size_t)columns * sizeof *sums);
            if (function == 4)
            {
                column_sums(x, rows, columns, sums);
                put_floats(sums, (size_t)columns);
            }
            else if (function == 5)
            {
                put_float(full_sum(x, rows, columns));
            }

            for (int row = 0; row < rows && function < 4; row++)
            {
                const float *r = x + row * columns;
                put_float(function == 0 ? row_sum(r, columns) : function == 1 ? row_maximum(r, columns)
                    : function == 2 ? (float)row_arg_maximum(r, columns) : row_log_sum_exp(r, columns));
            }

            free(x);
            free(sums);
        }

        end();
    }
}

void report_matrices(void)
{
    static const int shapes[][3] = {
        { 1, 1, 1 }, { 3, 5, 7 }, { 17, 33, 65 }, { 12, 32, 256 }, { 13, 31, 300 }, { 64, 48, 17 }, { 37, 70, 523 }, { 1, 257, 100 },
        { 300, 2, 40 }, { 5, 3, 1100 },
    };
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) report_product("product", shapes[i][0], shapes[i][1], shapes[i][2], unit);
    report_product("product_special", 9, 20, 40, unit_or_special);
    report_product("product_special", 30, 50, 3, unit_or_special);
    report_reductions("", unit);
    report_reductions("_special", unit_or_special);
}
