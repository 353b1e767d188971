/* Learning rates and optimiser updates: src/Kaleido.Math/Backends/OptimizerRule.cs and LearningRateSchedule.cs. */
#include "oracle.h"

double schedule_at(const struct schedule *s, uint64_t step)
{
    if (step < (uint64_t)s->warm_up) return s->rate * (double)(step + 1) / (double)s->warm_up;
    int64_t t = (int64_t)step - s->warm_up;
    if (s->kind == STEP) return s->rate * power_integer_d(s->factor, t / s->period);
    if (s->kind == CONSTANT) return s->rate;
    double sine, cosine;
    sincos_turns_d((double)(t < s->period ? t : s->period) / (double)s->period / 2, &sine, &cosine);
    return s->minimum + (s->rate - s->minimum) * (1 + cosine) / 2;
}

static double one_minus_power(double beta, int64_t t)
{
    /* Where it rounds to 1 the library leaves the power out; here it is computed. */
    return 1 - power_integer_d(beta, t);
}

static float flushed(float x) { return fabsf(x) < 0x1p-126f ? 0.0f : x; }

void optimizer_step(const struct optimizer *o, uint64_t step, const float *gradients, float *parameters, float *a, float *b, size_t count)
{
    double rate = schedule_at(&o->schedule, step), shrink = 1 - rate * o->weight_decay, root = 1;
    int64_t completed = (int64_t)step + 1;
    if (o->kind == ADAM)
    {
        root = 1 / sqrt(one_minus_power(o->beta2, completed));
        rate /= one_minus_power(o->beta1, completed);
    }
    else if (o->kind == ADAGRAD)
    {
        rate /= 1 + (double)step * o->rate_decay;
    }

    float minus_rate = (float)-rate, epsilon = (float)o->epsilon, momentum = (float)o->momentum;
    float beta1 = (float)o->beta1, rest1 = (float)(1 - o->beta1), beta2 = (float)o->beta2, rest2 = (float)(1 - o->beta2);
    for (size_t i = 0; i < count; i++)
    {
        float g = gradients[i], w = parameters[i], direction = 0;
        if (o->weight_decay != 0 && !o->decoupled) g = fmaf((float)o->weight_decay, w, g);
        if (o->decoupled && shrink != 1) w *= (float)shrink;
        switch (o->kind)
        {
            case SGD:
                direction = g;
                if (o->momentum == 0) break;
                a[i] = step == 0 ? g : fmaf(momentum, a[i], (float)(1 - o->dampening) * g);
                direction = o->nesterov ? fmaf(momentum, a[i], g) : a[i];
                break;
            case ADAGRAD:
                a[i] = fmaf(g, g, a[i]);
                direction = g / (sqrtf(a[i]) + epsilon);
                break;
            case RMSPROP:
                a[i] = fmaf(beta2, a[i], rest2 * g * g);
                direction = g / (sqrtf(a[i]) + epsilon);
                if (o->momentum != 0) direction = b[i] = fmaf(momentum, b[i], direction);
                break;
            case ADAM:
                a[i] = flushed(fmaf(beta1, a[i], rest1 * g));
                b[i] = flushed(fmaf(beta2, b[i], rest2 * g * g));
                direction = a[i] / fmaf(sqrtf(b[i]), (float)root, epsilon);
                break;
        }

        parameters[i] = fmaf(minus_rate, direction, w);
    }
}

enum { LENGTH = 1003 };

static void report_optimizer(const char *name, const struct optimizer *o)
{
    static const uint64_t later[] = { 100, 1000, 50000, 123456789 };
    float g[LENGTH], w[LENGTH], a[LENGTH] = { 0 }, b[LENGTH] = { 0 };
    for (uint32_t i = 0; i < LENGTH; i++) w[i] = unit(30, i);
    begin(name);
    for (uint32_t turn = 0; turn < 24; turn++)
    {
        /* Some gradients are tiny, so that moments become subnormal; some are special. */
        for (uint32_t i = 0; i < LENGTH; i++)
        {
            float x = unit(31 + turn, i);
            g[i] = i % 3 ? x : i % 2 ? x * 0x1p-127f : unit_or_special(31 + turn, i);
        }

        optimizer_step(o, turn < 20 ? turn : later[turn - 20], g, w, a, b, LENGTH);
    }

    put_floats(w, LENGTH);
    put_floats(a, LENGTH);
    put_floats(b, LENGTH);
    end();
}

void report_optimizers(void)
{
    const struct schedule schedules[] = {
        { CONSTANT, 1e-2, 7, 1, 1, 0 }, { STEP, 3e-3, 0, 100, 0.7, 0 }, { COSINE, 1e-1, 30, 1900, 1, 1e-4 }, { COSINE, 1e-3, 0, 3, 1, 0 },
    };
    begin("schedules");
    for (int kind = 0; kind < 4; kind++)
        for (uint64_t step = 0; step < 2000; step++) put_double(schedule_at(schedules + kind, step));
    end();
    struct optimizer adam = { .kind = ADAM, .schedule = schedules[0], .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8 };
    report_optimizer("adam", &adam);
    adam.weight_decay = 0.01;
    adam.schedule = schedules[1];
    report_optimizer("adam_l2", &adam);
    adam.decoupled = true;
    adam.schedule = schedules[2];
    report_optimizer("adamw", &adam);
    struct optimizer sgd = { .kind = SGD, .schedule = schedules[0] };
    report_optimizer("sgd", &sgd);
    sgd.momentum = 0.9;
    sgd.dampening = 0.3;
    report_optimizer("sgd_momentum", &sgd);
    sgd.dampening = 0;
    sgd.nesterov = true;
    report_optimizer("sgd_nesterov", &sgd);
    struct optimizer adagrad = { .kind = ADAGRAD, .schedule = schedules[0], .rate_decay = 0.01, .epsilon = 1e-10 };
    report_optimizer("adagrad", &adagrad);
    struct optimizer rmsprop = { .kind = RMSPROP, .schedule = schedules[0], .beta2 = 0.99, .epsilon = 1e-8, .momentum = 0.9 };
    report_optimizer("rmsprop", &rmsprop);
}
