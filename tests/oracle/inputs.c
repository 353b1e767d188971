/* Inputs from integers alone. */
#include "oracle.h"

/* Zeros, the ends of the subnormal and normal numbers, infinities, NaN, and where a formula changes to another one. */
static const uint32_t specials[] = {
    0x00000000, 0x00000001, 0x00000002, 0x00400000, 0x007FFFFF, 0x00800000, 0x00800001, 0x01000000, 0x7F7FFFFF, 0x7F800000, 0x7FC00000,
    0x7F800001, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3F000000, 0x3F3504F3, 0x3F3504F4, 0x3FB504F3, 0x3F1FFFFF, 0x3F200000, 0x3ED413CD,
    0x41A00000, 0x42B17217, 0x42B17218, 0x42B20000, 0x42AEAC50, 0x42CFF1B4, 0x42D00000, 0x41100000, 0x41105000, 0x42D20000, 0x1E3CE508,
    0x33000000, 0x32FFFFFF, 0x33800000, 0x5D7FFFFF, 0x5D800000, 0x5D800001, 0x40490FDB, 0x3FC90FDB, 0x3F490FDB, 0x47C34FFF, 0x47C35000,
    0x47C35001, 0x4CFFFFFF, 0x4D000000, 0x4D000001, 0x7E800000, 0x40C00000, 0x416B3333, 0x41700000, 0x40BFFFFF, 0x3F7FFFFE, 0x35800000,
};

enum { SPECIALS = sizeof specials / sizeof *specials };

uint64_t mixed(uint32_t seed, uint32_t index)
{
    /* The output function of SplitMix64 (G. Steele, D. Lea, C. Flood, OOPSLA 2014). */
    uint64_t z = (((uint64_t)seed << 32 | index) + 1) * 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

float pattern(uint32_t index)
{
    if (index < 2 * SPECIALS) return float_of(specials[index / 2] | (index % 2) << 31);
    uint64_t word = mixed(1, index);
    return index % 2 ? (float)((int32_t)(word >> 40) - 0x800000) * 0x1p-16f : float_of((uint32_t)(word >> 32));
}

double pattern_double(uint32_t index)
{
    if (index < 2 * SPECIALS) return float_of(specials[index / 2] | (index % 2) << 31);
    uint64_t word = mixed(2, index);
    return index % 2 ? ((double)(word >> 11) - 0x1p52) * 0x1p-42 : double_of(word);
}

float unit(uint32_t seed, uint32_t index) { return (float)((int32_t)(mixed(seed, index) >> 40) - 0x800000) * 0x1p-23f; }

float unit_or_special(uint32_t seed, uint32_t index)
{
    uint64_t word = mixed(seed, index);
    return word % 61 == 0 ? pattern((uint32_t)(word >> 32) % (4 * SPECIALS)) : unit(seed, index);
}
