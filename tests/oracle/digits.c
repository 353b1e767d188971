/* The digits that the library draws by itself, which "kaleido verify" trains on: src/Kaleido.Math/Data/EmbeddedDigits.cs and beside it. */
#include "oracle.h"

enum { SIDE = 28, MOST_POINTS = 32, MOST_PIECES = 8, MOST_LINE = 512, SPAN = 6 };
#define EDGE 1.25
#define BOX 20.0

/* Digit, share of writers, points in hundredths of the height; '|' turns sharply without lifting the pen, '/' lifts it. */
static const struct { int digit, share; const char *path; } strokes[] = {
    { 0, 50, "40,2 16,14 4,48 13,84 34,98 56,84 66,48 57,16 38,2 30,5" },
    { 0, 25, "46,8 30,2 12,20 4,52 12,84 32,97 54,86 63,54 56,20 38,6 26,16" },
    { 0, 15, "52,12 34,2 12,18 6,50 16,82 36,95 58,80 70,50 66,22 50,6 34,8" },
    { 0, 10, "20,10 6,40 8,78 28,97 50,84 60,50 52,16 34,3 16,14" },
    { 1, 60, "35,0 35,50 35,100" },
    { 1, 15, "37,0 34,30 35,70 38,100" },
    { 1, 16, "17,24 28,14 37,1 | 37,1 37,50 37,100" },
    { 1, 9, "17,24 28,14 37,1 | 37,1 37,50 37,99 / 14,100 36,99 60,99" },
    { 2, 28, "8,25 20,6 42,2 58,18 52,42 30,72 6,96 | 6,96 32,95 68,97" },
    { 2, 30, "8,22 26,3 50,6 58,28 44,58 22,88 8,96 3,86 14,78 36,88 70,96" },
    { 2, 15, "12,12 32,2 54,10 56,32 40,60 8,93 | 8,93 28,88 48,98 72,92" },
    { 2, 15, "4,34 10,12 34,2 54,14 50,40 30,66 2,88 | 2,88 30,84 74,88" },
    { 2, 14, "8,36 22,18 42,14 50,28 36,54 16,76 0,86 | 0,86 44,82 94,88" },
    { 2, 12, "14,8 40,0 60,14 58,34 36,58 16,78 14,92 28,96 36,84 22,74 6,80 2,96 | 2,96 36,94 66,86" },
    { 3, 45, "10,13 30,1 54,12 50,34 26,47 | 26,47 54,55 60,78 38,98 6,90" },
    { 3, 15, "8,5 34,4 58,3 | 58,3 42,22 28,41 | 28,41 54,50 60,75 40,97 6,90" },
    { 3, 25, "10,10 36,0 54,16 40,39 24,45 30,50 52,58 58,78 36,98 5,88" },
    { 3, 15, "6,18 24,3 48,6 50,28 24,44 | 24,44 46,46 66,64 54,90 28,99 2,92" },
    { 4, 38, "14,2 8,28 6,53 | 6,53 32,54 66,49 / 56,6 51,50 48,100" },
    { 4, 14, "50,1 26,32 4,60 | 4,60 34,60 70,58 / 51,2 49,50 47,100" },
    { 4, 30, "10,4 5,34 14,52 36,51 57,36 / 61,2 56,40 48,100" },
    { 4, 18, "8,8 8,36 22,48 44,44 60,24 64,4 | 64,4 58,48 54,100" },
    { 5, 38, "58,3 36,4 15,6 | 15,6 12,24 10,42 | 10,42 32,36 56,50 58,78 36,98 6,90" },
    { 5, 34, "20,4 16,22 13,40 34,43 56,60 50,86 24,99 3,89 / 20,5 44,4 70,0" },
    { 5, 14, "68,2 48,4 28,6 | 28,6 20,22 16,40 34,50 46,66 38,88 16,98 0,92" },
    { 5, 14, "62,4 38,3 22,10 14,32 26,42 48,54 52,78 32,96 4,92" },
    { 5, 12, "14,10 14,28 12,42 | 12,42 36,40 56,58 50,84 26,98 4,90 / 15,9 44,8 82,2" },
    { 6, 45, "48,2 22,20 6,55 10,85 32,99 56,85 54,62 32,53 9,72" },
    { 6, 30, "52,0 26,28 8,64 13,91 35,97 51,80 43,62 22,66 10,80" },
    { 6, 15, "30,0 14,28 6,62 16,92 42,97 62,80 54,60 30,62 12,82" },
    { 6, 10, "66,4 36,14 12,44 4,74 22,96 50,88 56,66 38,56 12,68" },
    { 7, 42, "4,8 32,6 62,4 | 62,4 45,42 28,100" },
    { 7, 18, "4,8 32,6 62,4 | 62,4 44,45 28,100 / 16,51 38,48 62,46" },
    { 7, 14, "6,24 7,14 7,6 | 7,6 32,6 62,4 | 62,4 46,42 34,100" },
    { 7, 26, "4,12 20,4 40,9 60,8 60,22 44,56 36,100" },
    { 8, 48, "54,12 34,0 12,13 20,38 44,58 56,80 34,99 10,84 20,60 44,38 57,16 50,8" },
    { 8, 20, "34,47 12,32 16,8 36,1 54,12 52,34 34,47 | 34,47 10,62 8,86 32,99 56,86 54,62 34,47" },
    { 8, 20, "60,6 38,2 18,14 22,36 42,54 50,78 30,99 8,88 14,66 40,44 66,8" },
    { 8, 12, "44,44 22,38 18,14 40,2 58,16 46,40 20,62 8,84 24,99 46,88 48,66 26,42" },
    { 8, 14, "64,14 44,6 22,10 18,28 36,44 50,62 46,88 26,99 10,86 20,66 44,46 68,20" },
    { 9, 40, "56,15 36,2 12,14 8,38 28,50 50,36 58,12 | 58,12 56,50 50,100" },
    { 9, 25, "56,14 38,2 14,12 8,36 26,49 48,38 57,14 | 57,14 58,50 44,86 22,98 6,91" },
    { 9, 20, "54,10 34,3 12,20 14,42 34,45 54,24 | 54,24 44,58 34,100" },
    { 9, 15, "58,20 42,2 16,10 10,34 30,46 56,28 62,10 58,44 52,72 50,100" },
};

struct point { double x, y; };
struct chance { uint32_t seed, stream; uint64_t step, block; };

static double uniform(struct chance *c)
{
    uint32_t words[4];
    philox(c->seed, c->stream, c->step, c->block++, words);
    return words[0] * 0x1p-32;
}

static double between(struct chance *c, double low, double high) { return low + (high - low) * uniform(c); }

static double normal(struct chance *c)
{
    uint32_t words[4];
    philox(c->seed, c->stream, c->step, c->block++, words);
    return ((double)((uint64_t)words[0] + words[1] + words[2] + words[3]) * 0x1p-32 - 2.0) * 1.7320508075688772;
}

static double least(double x, double y) { return x < y ? x : y; }
static double most(double x, double y) { return x > y ? x : y; }
static double limited(double x, double lower, double upper) { return x < lower ? lower : x > upper ? upper : x; }

/* sin(x + turn·π/2) by Taylor's series. */
static double sine(double x, int turn)
{
    double n = rint(x * 0.6366197723675814), r = fma(n, -6.077100506506192e-11, fma(n, -1.5707963267341256, x)), s = r * r, value;
    int quadrant = ((int)n + turn) & 3;
    if (quadrant & 1)
    {
        double p = fma(s, -1.0 / 87178291200, 1.0 / 479001600);
        p = fma(s, p, -1.0 / 3628800);
        p = fma(s, p, 1.0 / 40320);
        p = fma(s, p, -1.0 / 720);
        p = fma(s, p, 1.0 / 24);
        value = fma(s, fma(s, p, -0.5), 1);
    }
    else
    {
        double p = fma(s, 1.0 / 6227020800, -1.0 / 39916800);
        p = fma(s, p, 1.0 / 362880);
        p = fma(s, p, -1.0 / 5040);
        p = fma(s, p, 1.0 / 120);
        value = fma(r * s, fma(s, p, -1.0 / 6), r);
    }

    return quadrant < 2 ? value : -value;
}

struct hand
{
    double slant, cosine, sine, aspect, radius, shake, bend, taper, weight;
    double wave_x, wave_y, size_x, size_y, phase_x, phase_y, tilt_x, tilt_y;
};

static struct hand hand_of(struct chance *writer, struct chance *sample)
{
    struct hand h;
    h.slant = 0.13 + 0.22 * normal(writer);
    h.slant += 0.08 * normal(sample);
    double turn = 0.09 * normal(writer);
    turn += 0.08 * normal(sample);
    h.cosine = sine(turn, 1);
    h.sine = sine(turn, 0);
    h.aspect = 1.04 + 0.18 * normal(writer);
    h.aspect = limited(h.aspect + 0.13 * normal(sample), 0.55, 1.6);
    h.radius = 1.40 + 0.34 * normal(writer);
    h.radius = limited(h.radius + 0.08 * normal(sample), 0.75, 2.4);
    h.shake = limited(0.024 + 0.010 * normal(writer), 0.004, 0.05);
    h.bend = 0.16 * normal(sample);
    h.taper = 0.24 * normal(sample);
    h.weight = 0.24 * normal(sample);
    h.wave_x = between(sample, 2, 7);
    h.wave_y = between(sample, 2, 7);
    h.size_x = 0.042 * normal(sample);
    h.size_y = 0.042 * normal(sample);
    h.phase_x = between(sample, 0, 6.28);
    h.phase_y = between(sample, 0, 6.28);
    h.tilt_x = between(sample, -3, 3);
    h.tilt_y = between(sample, -3, 3);
    return h;
}

static struct point mapped(const struct hand *h, double x, double y)
{
    x -= 0.34;
    y -= 0.5;
    double wobble_x = h->size_x * sine(h->wave_x * y + h->tilt_x * x + h->phase_x, 0);
    double wobble_y = h->size_y * sine(h->wave_y * x + h->tilt_y * y + h->phase_y, 0);
    y += h->weight * (0.25 - y * y);
    x = x * h->aspect * (1 + h->taper * y) + h->bend * y * y + wobble_x;
    y += wobble_y;
    x -= h->slant * y;
    return (struct point){ h->cosine * x - h->sine * y, h->sine * x + h->cosine * y };
}

static double spline(double a, double b, double c, double d, double t)
{
    double cubic = 3 * (b - c) + d - a, square = 2 * a - 5 * b + 4 * c - d;
    return b + 0.5 * t * (c - a + t * (square + t * cubic));
}

static const char *chosen(int digit, double share)
{
    int total = 0;
    const char *path = NULL;
    for (size_t i = 0; i < sizeof strokes / sizeof *strokes; i++) total += strokes[i].digit == digit ? strokes[i].share : 0;
    double place = share * total;
    for (size_t i = 0; i < sizeof strokes / sizeof *strokes; i++)
    {
        if (strokes[i].digit != digit) continue;
        path = strokes[i].path;
        if ((place -= strokes[i].share) < 0) break;
    }

    return path;
}

static int number(const char **text)
{
    int value = 0;
    for (; **text >= '0' && **text <= '9'; ++*text) value = 10 * value + (**text - '0');
    return value;
}

static double depth[SIDE * SIDE];

static void segment(double x0, double y0, double r0, double x1, double y1, double r1)
{
    double reach = most(r0, r1) + EDGE, dx = x1 - x0, dy = y1 - y0, square = dx * dx + dy * dy, inverse = square > 0 ? 1 / square : 0;
    int left = (int)most(0, trunc(least(x0, x1) - reach)), right = (int)least(SIDE - 1, trunc(most(x0, x1) + reach));
    int top = (int)most(0, trunc(least(y0, y1) - reach)), bottom = (int)least(SIDE - 1, trunc(most(y0, y1) + reach));
    for (int y = top; y <= bottom; y++)
        for (int x = left; x <= right; x++)
        {
            double px = x + 0.5 - x0, py = y + 0.5 - y0, along = limited((px * dx + py * dy) * inverse, 0, 1);
            double ex = px - along * dx, ey = py - along * dy;
            depth[y * SIDE + x] = most(depth[y * SIDE + x], r0 + along * (r1 - r0) - sqrt(ex * ex + ey * ey));
        }
}

static int shift(int64_t moment, int64_t mass, int first, int last)
{
    return (int)limited(rint(SIDE / 2.0 - (double)moment / (double)mass), -first, SIDE - 1 - last);
}

static void finish(float *picture)
{
    int level[SIDE * SIDE], left = SIDE, right = -1, top = SIDE, bottom = -1;
    int64_t mass = 0, mass_x = 0, mass_y = 0;
    for (int i = 0; i < SIDE * SIDE; i++)
    {
        int x = i % SIDE, y = i / SIDE;
        picture[i] = 0;
        level[i] = (int)rint(255 * limited(depth[i] * (1 / EDGE) + 0.5, 0, 1));
        if (level[i] == 0) continue;
        left = x < left ? x : left;
        right = x > right ? x : right;
        top = y < top ? y : top;
        bottom = y > bottom ? y : bottom;
        mass += level[i];
        mass_x += (int64_t)level[i] * x;
        mass_y += (int64_t)level[i] * y;
    }

    if (mass == 0) return;
    int move_x = shift(mass_x, mass, left, right), move_y = shift(mass_y, mass, top, bottom);
    for (int y = top; y <= bottom; y++)
        for (int x = left; x <= right; x++) picture[(y + move_y) * SIDE + x + move_x] = (float)level[y * SIDE + x] / 255.0f;
}

void draw_digit(uint32_t seed, int index, float *picture)
{
    struct chance writer = { seed, 0x44494701, (uint64_t)(index / 10), 0 }, sample = { seed, 0x44494702, (uint64_t)index, 0 };
    struct point line[MOST_LINE], points[MOST_POINTS], last = { 0, 0 };
    int starts[MOST_PIECES + 1], pieces = 0, length = 0;
    const char *path = chosen(index % 10, uniform(&sample));
    struct hand h = hand_of(&writer, &sample);
    for (bool joined = false; *path; pieces++)
    {
        /* One piece: its points in the pattern, displaced, and the curve through them. */
        double xs[MOST_POINTS], ys[MOST_POINTS];
        int count = 0;
        for (; *path && *path != '|' && *path != '/'; path += *path == ' ')
        {
            xs[count] = number(&path) / 100.0;
            path++;
            ys[count++] = number(&path) / 100.0;
        }

        for (int i = 0; i < count; i++)
        {
            double shake = (i == 0 || i == count - 1 ? 1.6 : 1.0) * h.shake, dx = shake * normal(&sample), dy = shake * normal(&sample);
            if (i > 0 || !joined) last = mapped(&h, xs[i] + dx, ys[i] + dy);
            points[i] = last;
        }

        starts[pieces] = length;
        for (int i = 0; i + 1 < count; i++)
        {
            struct point a = points[i ? i - 1 : 0], b = points[i], c = points[i + 1], d = points[i + 2 < count ? i + 2 : count - 1];
            for (int step = i ? 1 : 0; step <= SPAN; step++)
            {
                double t = (double)step / SPAN;
                line[length++] = (struct point){ spline(a.x, b.x, c.x, d.x, t), spline(a.y, b.y, c.y, d.y, t) };
            }
        }

        joined = *path == '|';
        if (*path) path += 2;
    }

    starts[pieces] = length;
    double left = INFINITY, right = -INFINITY, top = INFINITY, bottom = -INFINITY;
    for (int i = 0; i < length; i++)
    {
        left = least(left, line[i].x);
        right = most(right, line[i].x);
        top = least(top, line[i].y);
        bottom = most(bottom, line[i].y);
    }

    double scale = (BOX - EDGE - 2 * h.radius) / most(right - left, bottom - top);
    double move_x = SIDE / 2.0 - scale * 0.5 * (left + right) + between(&sample, -0.5, 0.5);
    double move_y = SIDE / 2.0 - scale * 0.5 * (top + bottom) + between(&sample, -0.5, 0.5);
    for (int i = 0; i < SIDE * SIDE; i++) depth[i] = -1e9;
    for (int piece = 0; piece < pieces; piece++)
    {
        int first = starts[piece], end = starts[piece + 1];
        double start_radius = h.radius * (1 + 0.12 * normal(&sample)), end_radius = h.radius * (1 + 0.15 * normal(&sample));
        double per_vertex = (end_radius - start_radius) / (end - 1 - first);
        for (int i = first; i + 1 < end; i++)
        {
            double r = start_radius + per_vertex * (i - first), x = scale * line[i].x + move_x, y = scale * line[i].y + move_y;
            segment(x, y, r, scale * line[i + 1].x + move_x, scale * line[i + 1].y + move_y, r + per_vertex);
        }
    }

    finish(picture);
}
