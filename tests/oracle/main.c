/*
 * oracle [COUNT [NAME]]: the hashes, with COUNT inputs for each elementwise function (2^20 if not given); or all results under NAME.
 * oracle large: the digits and the weights of "kaleido verify --large".
 */
#include "oracle.h"
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "large"))
    {
        report_large_training();
        return fflush(stdout) ? 1 : 0;
    }

    unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1ul << 20;
    if (argc > 3 || count < 16384 || count > 1ul << 31)
    {
        fprintf(stderr, "usage: oracle [COUNT [NAME]] | large, with 16384 <= COUNT <= 2^31\n");
        return 2;
    }

    if (argc > 2) report_only(argv[2]);
    report_elementwise((uint32_t)count);
    report_random();
    report_matrices();
    report_optimizers();
    report_trainings();
    return fflush(stdout) ? 1 : 0;
}
