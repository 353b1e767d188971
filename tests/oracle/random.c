/* Philox4x32-10, what is drawn with it, and the permutation of minibatches: src/Kaleido.Math/Numerics. */
#include "oracle.h"

void philox(uint32_t seed, uint32_t stream, uint64_t step, uint64_t block, uint32_t words[4])
{
    uint32_t c[4] = { (uint32_t)block, (uint32_t)(block >> 32), (uint32_t)step, (uint32_t)(step >> 32) };
    for (int round = 0; round < 10; round++)
    {
        uint64_t p = (uint64_t)0xD2511F53u * c[0], q = (uint64_t)0xCD9E8D57u * c[2];
        c[0] = (uint32_t)(q >> 32) ^ c[1] ^ seed;
        c[2] = (uint32_t)(p >> 32) ^ c[3] ^ stream;
        c[1] = (uint32_t)q;
        c[3] = (uint32_t)p;
        seed += 0x9E3779B9u;
        stream += 0xBB67AE85u;
    }

    memcpy(words, c, sizeof c);
}

float uniform_at(uint32_t seed, uint32_t stream, uint64_t step, uint64_t index, float low, float high)
{
    uint32_t words[4];
    philox(seed, stream, step, index / 4, words);
    float value = fmaf((float)(words[index % 4] >> 8) * 0x1p-24f, (float)((double)high - low), low);
    return value < high ? value : high;
}

float normal_at(uint32_t seed, uint32_t stream, uint64_t step, uint64_t index, double mean, double deviation)
{
    uint32_t words[4];
    double sine, cosine;
    philox(seed, stream, step, index / 4, words);
    const uint32_t *pair = words + index % 4 / 2 * 2;
    double first = ((double)(pair[0] >> 8) + 1) * 0x1p-24, second = (double)(pair[1] >> 8) * 0x1p-24;
    double radius = sqrt(fabs(log_of_normal(first) * -2));
    turns_near(second, &sine, &cosine);
    return (float)fma(deviation, radius * (index % 2 ? sine : cosine), mean);
}

uint32_t permuted(uint32_t index, uint32_t count, uint32_t seed, uint32_t stream, uint64_t step)
{
    int half = 1;
    while (half < 16 && (uint64_t)1 << 2 * half < count) half++;
    uint32_t mask = ((uint32_t)1 << half) - 1;
    do
    {
        uint32_t left = index >> half, right = index & mask;
        for (uint64_t round = 0; round < 6; round++)
        {
            uint32_t words[4];
            philox(seed, stream, step, round << 32 | right, words);
            uint32_t next = left ^ (words[0] & mask);
            left = right;
            right = next;
        }

        index = left << half | right;
    } while (index >= count);
    return index;
}

void report_random(void)
{
    static const uint64_t steps[] = { 0, 1, 77, 0x100000001u };
    begin("philox");
    for (int s = 0; s < 4; s++)
        for (uint64_t block = 0; block < 1000; block++)
        {
            uint32_t words[4];
            philox(12345u + (uint32_t)s, 0xFFFFFFF0u, steps[s], block << 11 * s, words);
            for (int i = 0; i < 4; i++) put_word(words[i]);
        }

    end();
    begin("uniform_noise");
    for (int s = 0; s < 4; s++)
        for (uint64_t i = 0; i < 20011; i++) put_float(uniform_at(3, 0x20000000u, steps[s], i, -0.7f, 1.3f));
    end();
    begin("normal_noise");
    for (int s = 0; s < 4; s++)
        for (uint64_t i = 0; i < 20011; i++) put_float(normal_at(4, 0x10000001u, steps[s], i, 0.25, 1.5));
    end();
    begin("minibatches");
    static const uint32_t samples[] = { 2, 3, 17, 64, 65, 1000, 60000, 1u << 24 };
    for (int n = 0; n < 8; n++)
        for (int s = 0; s < 4; s++)
            for (uint32_t i = 0; i < 1009 && i < samples[n] - 1; i++) put_float((float)permuted(i, samples[n], 5, 0x10000000u, steps[s]));
    end();
}
