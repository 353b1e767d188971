#!/bin/sh
# Compiles kernels.cu to kernels.ptx, or with --check to standard output. Needs
# Debian 12's packages clang-14 and libclang-common-14-dev; no CUDA SDK.
#
# sm_50 (Maxwell) is the oldest target that every driver from CUDA 11.4 to 12 has hardware for, and nothing newer is needed: the driver
# compiles PTX of an older target for any newer GPU, so one file serves Maxwell to Blackwell (CUDA 13 dropped Maxwell to Volta as machine
# code to be made, not as targets to be read). PTX 6.0 (CUDA 9) is far below the 7.4 that the driver of CUDA 11.4 reads.
#
# -ffp-contract=off: multiplications and additions stay apart, marked .rn, so that the driver may not fuse them either. No fast-math switch:
# division and square root are .rn, subnormal numbers stay.
set -eu
cd "$(dirname "$0")"
compiler=${KALEIDO_CLANG:-clang-14}
target=kernels.ptx
[ "${1:-}" = --check ] && target=/dev/stdout
sources="prelude.h functions.h kernels.cu build.sh"
hash=$(cat $sources | sha256sum | cut -d ' ' -f 1)
text=$("$compiler" -x cuda --cuda-device-only -nocudainc -nocudalib --cuda-gpu-arch=sm_50 -Xclang -target-feature -Xclang +ptx60 \
    -std=c++14 -O3 -ffp-contract=off -Wall -Wextra -Wno-unused-parameter -Werror -S kernels.cu -o -)
printf '// sha256 of %s: %s\n%s\n' "$sources" "$hash" "$text" >"$target"
