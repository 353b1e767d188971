/* What the oracle prints: one hash of 64 bits per name, FNV-1a over 32-bit words instead of bytes; and SHA-256 for weights. */
#include "oracle.h"
#include <stdio.h>

static const char *only, *current;
static uint64_t hash;

void report_only(const char *name) { only = name; }

void begin(const char *name)
{
    current = name;
    hash = 0xCBF29CE484222325u;
}

void put_word(uint32_t word)
{
    if (only && !strcmp(only, current)) printf("%08x\n", (unsigned)word);
    hash = (hash ^ word) * 0x100000001B3u;
}

void put_float(float x) { put_word(x != x ? 0x7FC00000u : bits_of(x)); }

void put_double(double x)
{
    uint64_t bits = x != x ? 0x7FF8000000000000u : bits_of_double(x);
    put_word((uint32_t)bits);
    put_word((uint32_t)(bits >> 32));
}

void put_floats(const float *x, size_t count)
{
    for (size_t i = 0; i < count; i++) put_float(x[i]);
}

void end(void)
{
    if (!only) printf("%s %016llx\n", current, (unsigned long long)hash);
}

void print_line(const char *name, const char *value)
{
    if (!only) printf("%s %s\n", name, value);
}

/* FIPS 180-4. */
static uint32_t turned(uint32_t x, int by) { return x >> by | x << (32 - by); }

static void sha256_block(uint32_t state[8], const uint8_t *block)
{
    static const uint32_t constants[64] = {
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
        0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
        0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
        0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
        0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
        0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    };
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++)
    {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turned(a, 7) ^ turned(a, 18) ^ a >> 3) + w[i - 7] + (turned(b, 17) ^ turned(b, 19) ^ b >> 10);
    }

    memcpy(v, state, sizeof v);
    for (int i = 0; i < 64; i++)
    {
        uint32_t choice = (v[4] & v[5]) ^ (~v[4] & v[6]), majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
        uint32_t first = v[7] + (turned(v[4], 6) ^ turned(v[4], 11) ^ turned(v[4], 25)) + choice + constants[i] + w[i];
        uint32_t second = (turned(v[0], 2) ^ turned(v[0], 13) ^ turned(v[0], 22)) + majority;
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += first;
        v[0] = first + second;
    }

    for (int i = 0; i < 8; i++) state[i] += v[i];
}

void sha256_hex(const uint8_t *bytes, size_t length, char hex[65])
{
    uint32_t state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };
    size_t whole = length / 64, rest = length % 64;
    for (size_t i = 0; i < whole; i++) sha256_block(state, bytes + 64 * i);
    uint8_t last[128] = { 0 };
    memcpy(last, bytes + 64 * whole, rest);
    last[rest] = 0x80;
    size_t size = rest < 56 ? 64 : 128;
    for (int i = 0; i < 8; i++) last[size - 1 - i] = (uint8_t)((uint64_t)length * 8 >> 8 * i);
    for (size_t i = 0; i < size; i += 64) sha256_block(state, last + i);
    for (int i = 0; i < 8; i++) snprintf(hex + 8 * i, 9, "%08x", (unsigned)state[i]);
}
