#!/usr/bin/env bash
# Looks at the code that the JIT makes of the micro-kernels: the innermost loop must keep its accumulators in registers. Fails if a loop with
# multiply-adds touches the stack, or if none is found. Usage: bench/check-spills.sh [DLL of Kaleido.Probe]; needs .NET 10 on x64 and python3.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
probe=${1:-tests/Kaleido.Probe/bin/Release/net10.0/Kaleido.Probe.dll}
[[ -f $probe ]] || dotnet build -c Release tests/Kaleido.Probe -v q >&2
listing=$(mktemp)
trap 'rm -f "$listing"' EXIT
status=0
for wide in 1 0; do
  : >"$listing"
  set=$(DOTNET_EnableAVX512=$wide DOTNET_JitStdOutFile=$listing DOTNET_JitDisasm='*MicroKernel:Run' dotnet "$probe" products)
  python3 bench/spills.py "$listing" "$set" || status=1
  [[ $set == AVX-512* ]] || break
done
exit "$status"
