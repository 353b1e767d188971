/* Whole trainings: forward pass, gradients by hand, clipping, Adam. What is printed is the library's SHA-256 of the weights. */
#include "oracle.h"
#include <stdlib.h>

enum activation { RELU, GELU, SIGMOID, TANH };
enum { MOST_LAYERS = 4, WIDTH = 784 };

struct network
{
    int layers, widths[MOST_LAYERS + 1];
    enum activation activations[MOST_LAYERS];
    size_t weight[MOST_LAYERS], bias[MOST_LAYERS], length; /* places in the arenas, multiples of 16 */
    float *w, *g, *a, *b;
};

static float *numbers(size_t count) { return calloc(count + 1, sizeof(float)); }

static void arrange(struct network *n)
{
    n->length = 0;
    for (int l = 0; l < n->layers; l++)
    {
        n->weight[l] = n->length;
        n->length += ((size_t)n->widths[l] * n->widths[l + 1] + 15) / 16 * 16;
        n->bias[l] = n->length;
        n->length += ((size_t)n->widths[l + 1] + 15) / 16 * 16;
    }

    n->w = numbers(n->length);
    n->g = numbers(n->length);
    n->a = numbers(n->length);
    n->b = numbers(n->length);
}

static void dispose(struct network *n)
{
    free(n->w);
    free(n->g);
    free(n->a);
    free(n->b);
}

static float value_of(enum activation f, float z)
{
    return f == RELU ? (z <= 0 ? 0.0f : z) : f == GELU ? gelu_f(z) : f == SIGMOID ? sigmoid_f(z) : tanh_f(z);
}

/* g·f'(z), with y = f(z). */
static float pulled(enum activation f, float z, float y, float g)
{
    switch (f)
    {
        case RELU: return 0 < y ? g : 0.0f;
        case GELU: return g * fmaf(z, (float)0.3989422804014327 * exp_f(z * z * -0.5f), normal_cdf_f(z));
        case SIGMOID: return g * (y * (1 - y));
        default: return g * fmaf(-y, y, 1);
    }
}

/* The gradients of mean((f(inputs) - targets)²). */
static void differentiate(struct network *n, const float *inputs, const float *targets, int rows)
{
    float *z[MOST_LAYERS], *y[MOST_LAYERS + 1];
    y[0] = numbers((size_t)rows * n->widths[0]);
    memcpy(y[0], inputs, (size_t)rows * n->widths[0] * sizeof(float));
    for (int l = 0; l < n->layers; l++)
    {
        size_t columns = n->widths[l + 1], count = rows * columns;
        z[l] = numbers(count);
        y[l + 1] = numbers(count);
        product(y[l], false, n->w + n->weight[l], true, rows, n->widths[l + 1], n->widths[l], false, z[l]);
        for (size_t i = 0; i < count; i++) y[l + 1][i] = value_of(n->activations[l], z[l][i] += n->w[n->bias[l] + i % columns]);
    }

    size_t outputs = (size_t)rows * n->widths[n->layers];
    float *g = numbers(outputs), scale = 1 / (float)outputs;
    for (size_t i = 0; i < outputs; i++)
    {
        float half = scale * (y[n->layers][i] - targets[i]);
        g[i] = half + half;
    }

    for (int l = n->layers - 1; l >= 0; l--)
    {
        int columns = n->widths[l + 1], inner = n->widths[l];
        for (size_t i = 0; i < (size_t)rows * columns; i++) g[i] = pulled(n->activations[l], z[l][i], y[l + 1][i], g[i]);
        column_sums(g, rows, columns, n->g + n->bias[l]);
        product(g, true, y[l], false, columns, inner, rows, false, n->g + n->weight[l]);
        float *next = numbers((size_t)rows * inner);
        product(g, false, n->w + n->weight[l], false, rows, inner, columns, false, next);
        free(g);
        free(z[l]);
        free(y[l + 1]);
        g = next;
    }

    free(g);
    free(y[0]);
}

static float squares(const float *x, int rows, int columns)
{
    float *square = numbers((size_t)rows * columns);
    for (int i = 0; i < rows * columns; i++) square[i] = x[i] * x[i];
    float sum = full_sum(square, rows, columns);
    free(square);
    return sum;
}

static void clip(struct network *n, double norm)
{
    float total = 0;
    for (int l = 0; l < n->layers; l++)
    {
        float weight = squares(n->g + n->weight[l], n->widths[l + 1], n->widths[l]), bias = squares(n->g + n->bias[l], 1, n->widths[l + 1]);
        total = l == 0 ? weight : total + weight;
        total += bias;
    }

    float factor = (float)norm / (sqrtf(total) + (float)1e-6);
    if (!(factor < 1)) factor = factor != factor ? factor : 1;
    for (size_t i = 0; i < n->length; i++) n->g[i] *= factor;
}

static void report_weights(const char *name, const struct network *n)
{
    uint8_t *bytes = malloc(n->length * 4), *next = bytes;
    char hex[65];
    for (int l = 0; l < n->layers; l++)
        for (int part = 0; part < 2; part++)
        {
            const float *x = n->w + (part ? n->bias[l] : n->weight[l]);
            size_t count = (size_t)n->widths[l + 1] * (part ? 1 : n->widths[l]);
            for (size_t i = 0; i < count; i++)
            {
                uint32_t bits = x[i] != x[i] ? 0x7FC00000u : bits_of(x[i]);
                for (int shift = 0; shift < 32; shift += 8) *next++ = (uint8_t)(bits >> shift);
            }
        }

    sha256_hex(bytes, (size_t)(next - bytes), hex);
    print_line(name, hex);
    free(bytes);
}

/* A minibatch of distinct rows, and the same with noise. */
static void draw(
    const float *data, int samples, int rows, int width, uint32_t seed, uint32_t order, uint32_t noise, uint64_t step,
    float *x, float *noisy)
{
    for (int row = 0; row < rows; row++)
    {
        size_t source = permuted((uint32_t)row, (uint32_t)samples, seed, order, step);
        memcpy(x + row * width, data + source * width, (size_t)width * sizeof *x);
    }

    for (int i = 0; i < rows * width; i++) noisy[i] = x[i] + normal_at(seed, noise, step, (uint64_t)i, 0, 0.1);
}

/* The training of tests/Kaleido.Probe/TrainingPlan.cs, as "hash-small" runs it. */
static void fill(float *x, size_t count, double scale)
{
    uint32_t state = 12345;
    for (size_t i = 0; i < count; i++)
    {
        state = state * 1664525u + 1013904223u;
        x[i] = (float)(((double)(state >> 8) / 8388608.0 - 1) * scale);
    }
}

static void report_plan(void)
{
    struct network n = { .layers = 4, .widths = { 20, 260, 34, 18, 20 }, .activations = { RELU, GELU, SIGMOID, TANH } };
    struct optimizer adam = { .kind = ADAM, .schedule = { COSINE, 1e-2, 2, 50, 1, 0 }, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8 };
    float data[60 * 20], x[40 * 20], noisy[40 * 20];
    arrange(&n);
    fill(n.w, n.length, 0.15);
    fill(data, 60 * 20, 1);
    for (uint64_t step = 0; step < 3; step++)
    {
        int rows = step == 1 ? 33 : 40;
        draw(data, 60, rows, 20, 1, 0, 1, step, x, noisy);
        differentiate(&n, noisy, x, rows);
        optimizer_step(&adam, step, n.g, n.w, n.a, n.b, n.length);
    }

    report_weights("training_plan", &n);
    dispose(&n);
}

/* "kaleido verify": drawn parameters, minibatches, noise, clipping by norm, Adam; with its data, or with others. */
struct fit { const char *name; int samples, rows, hidden, steps; double norm; };

static void report_fit(const struct fit *fit, const float *data)
{
    struct network n = {
        .layers = 4, .widths = { WIDTH, fit->hidden, fit->hidden, fit->hidden, WIDTH }, .activations = { RELU, RELU, RELU, TANH },
    };
    struct optimizer adam = { .kind = ADAM, .schedule = { CONSTANT, 1e-3, 0, 1, 1, 0 }, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8 };
    float *x = numbers((size_t)fit->rows * WIDTH), *noisy = numbers((size_t)fit->rows * WIDTH);
    arrange(&n);
    for (int l = 0; l < n.layers; l++)
    {
        float bound = (float)(1 / sqrt((double)n.widths[l]));
        uint32_t stream = 2 * (uint32_t)l;
        for (int i = 0; i < n.widths[l] * n.widths[l + 1]; i++) n.w[n.weight[l] + i] = uniform_at(3, stream, 0, (uint64_t)i, -bound, bound);
        for (int i = 0; i < n.widths[l + 1]; i++) n.w[n.bias[l] + i] = uniform_at(3, stream + 1, 0, (uint64_t)i, -bound, bound);
    }

    for (int step = 0; step < fit->steps; step++)
    {
        draw(data, fit->samples, fit->rows, WIDTH, 3, 0x10000000u, 0x10000001u, (uint64_t)step, x, noisy);
        differentiate(&n, noisy, x, fit->rows);
        clip(&n, fit->norm);
        optimizer_step(&adam, (uint64_t)step, n.g, n.w, n.a, n.b, n.length);
    }

    report_weights(fit->name, &n);
    dispose(&n);
    free(x);
    free(noisy);
}

static void report_verify(const struct fit *fit)
{
    size_t count = (size_t)fit->samples * WIDTH;
    float *data = numbers(count);
    for (int i = 0; i < fit->samples; i++) draw_digit(3, i, data + i * WIDTH);
    begin("digits");
    put_floats(data, count);
    end();
    for (size_t i = 0; i < count; i++) data[i] = (float)fma(data[i], 2, -1);
    report_fit(fit, data);
    free(data);
}

void report_trainings(void)
{
    static float data[40 * WIDTH];
    report_plan();

    /* The limit lies between the gradients' norms: some steps are clipped. */
    for (uint32_t i = 0; i < 40 * WIDTH; i++) data[i] = unit(40, i);
    report_fit(&(struct fit){ "training_fit", 40, 17, 23, 20, 0.016 }, data);
    report_verify(&(struct fit){ "training_verify", 40, 17, 23, 20, 1 });
}

void report_large_training(void) { report_verify(&(struct fit){ "training_verify_large", 400, 131, 203, 8, 1 }); }
