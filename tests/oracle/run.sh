#!/usr/bin/env bash
# Compares the library's results, bit by bit, with a second program in C and on other processors than this one:
#   1. oracle.c's hashes, compiled for this machine, with those of tests/Kaleido.Probe under every set of instructions;
#   2. the same C compiled for Arm64 and run by qemu-aarch64-static;
#   3. on x64: the probe, and the child of "kaleido verify" published self-contained, on emulated older processors.
# What cannot run here is skipped, and said so. Usage: tests/oracle/run.sh [--install] [COUNT]; COUNT inputs for each function (2^20).
# --install fetches missing compilers and emulators with apt-get (Debian). KALEIDO_PUBLISHED names a folder with a published kaleido.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
install=no count=1048576
for argument; do
  case $argument in
    --install) install=yes ;;
    *[!0-9]* | '') sed -n '2,8s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    *) count=$argument ;;
  esac
done
small=16384 # for processors that are emulated, or made to do without vectors
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0 skipped=0

has() { command -v "$1" >/dev/null; }
skip() { printf 'skipped  %s: %s\n' "$1" "$2"; skipped=$((skipped + 1)); }
same() { # same NAME EXPECTED ACTUAL
  if cmp -s "$2" "$3"; then printf 'equal    %s (%d lines)\n' "$1" "$(wc -l <"$2")"; return; fi
  printf 'DIFFERS  %s\n' "$1"
  diff "$2" "$3" || true
  failed=1
}

emulated() { # emulated PROCESSOR OUTPUT COMMAND...
  # The emulator sometimes crashes (signal 11) while .NET replaces code that runs; without tiers it is not replaced. Then once more.
  local status attempt
  for attempt in 1 2 3; do
    status=0
    DOTNET_TieredCompilation=0 DOTNET_gcConcurrent=0 qemu-x86_64-static -cpu "$1" "${@:3}" >"$2" 2>"$work/errors" || status=$?
    (( status == 139 )) || break
    echo "         the emulator crashed (attempt $attempt of 3)"
  done
  (( status == 0 )) || tail -3 "$work/errors"
}

if [[ $install == yes ]] && ! { has cc && has qemu-x86_64-static && has aarch64-linux-gnu-gcc; }; then
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends gcc libc6-dev qemu-user-static gcc-aarch64-linux-gnu \
    libc6-dev-arm64-cross; } >"$work/apt" 2>&1 || { echo "apt-get could not install what is missing:"; tail -3 "$work/apt"; }
fi

probe=tests/Kaleido.Probe/bin/Release/net10.0/Kaleido.Probe.dll
dotnet build -c Release tests/Kaleido.Probe -v q >"$work/build" || { cat "$work/build"; exit 1; }
dotnet build -c Release src/Kaleido.Cli -v q >"$work/build" || { cat "$work/build"; exit 1; }
# The last one of a line: that of the network's weights.
hashes() { awk 'NF >= 2 && length($NF) == 64 { print $NF }' "$@" | sort -u; }
dotnet src/Kaleido.Cli/bin/Release/net10.0/kaleido.dll verify-child --large >"$work/child"
hashes "$work/child" >"$work/large"
dotnet "$probe" oracle "$count" >"$work/library"
dotnet "$probe" oracle "$small" >"$work/library-small"
for switch in DOTNET_EnableAVX512=0 DOTNET_EnableAVX2=0 DOTNET_EnableHWIntrinsic=0 KALEIDO_VECTOR=128 \
  KALEIDO_PRODUCT={in-place,pieces,panels,panels-and-rows}; do
  env "$switch" dotnet "$probe" oracle "$small" >"$work/switched"
  same "library with $switch, $small inputs a function" "$work/library-small" "$work/switched"
done

# No function of these but exactly rounded ones: no platform's tanh may judge ours.
flags=(-std=c11 -O2 -ffp-contract=off -Wall -Wextra -Werror)
if has cc; then
  cc "${flags[@]}" "$here"/*.c -o "$work/oracle" -lm
  "$work/oracle" "$count" >"$work/c"
  same "C on $(uname -m), $count inputs a function" "$work/library" "$work/c"
  "$work/oracle" large | hashes >"$work/c-large"
  same "C on $(uname -m), weights of kaleido verify --large" "$work/large" "$work/c-large"
else
  skip "C on this machine" "no C compiler (cc)"
fi

if ! has aarch64-linux-gnu-gcc; then
  skip "C on emulated Arm64" "no aarch64-linux-gnu-gcc (Debian: gcc-aarch64-linux-gnu, libc6-dev-arm64-cross)"
elif ! has qemu-aarch64-static; then
  skip "C on emulated Arm64" "no qemu-aarch64-static (Debian: qemu-user-static)"
else
  aarch64-linux-gnu-gcc "${flags[@]}" -static "$here"/*.c -o "$work/oracle-arm64" -lm
  qemu-aarch64-static "$work/oracle-arm64" "$count" >"$work/c-arm64"
  same "C on emulated Arm64, $count inputs a function" "$work/library" "$work/c-arm64"
  qemu-aarch64-static "$work/oracle-arm64" large | hashes >"$work/c-large"
  same "C on emulated Arm64, weights of kaleido verify --large" "$work/large" "$work/c-large"
fi

if [[ $(uname -m) != x86_64 ]]; then
  skip "emulated older x64 processors" "this machine is $(uname -m)"
elif ! has qemu-x86_64-static; then
  skip "emulated older x64 processors" "no qemu-x86_64-static (Debian: qemu-user-static)"
else
  dotnet=$(readlink -f "$(command -v dotnet)")
  published=${KALEIDO_PUBLISHED:-$work/published}
  [[ -x $published/kaleido ]] || dotnet publish src/Kaleido.Cli -c Release -r linux-x64 --self-contained -p:PublishTrimmed=true \
    -p:PublishReadyToRun=true -p:PublishSingleFile=true -v q -o "$published" >"$work/publish" || { cat "$work/publish"; exit 1; }
  "$published/kaleido" verify-child | hashes >"$work/weights"
  awk '$1 == "training_verify" { print $2 }' "$work/library-small" >"$work/expected"
  same "published kaleido verify-child on this machine" "$work/expected" "$work/weights"
  for processor in Haswell SandyBridge Nehalem; do
    emulated "$processor" "$work/emulated" "$dotnet" "$probe" oracle "$small"
    same "library on an emulated $processor, $small inputs a function" "$work/library-small" "$work/emulated"
    emulated "$processor" "$work/child" "$published/kaleido" verify-child
    hashes "$work/child" >"$work/weights"
    same "published kaleido verify-child on an emulated $processor ($(head -1 "$work/child"))" "$work/expected" "$work/weights"
  done
fi

if (( failed )); then echo "there are differences: give oracle and the probe COUNT and the line's name, and compare"; exit 1; fi
echo "all equal$( (( skipped == 0 )) || printf ', %d skipped' "$skipped")"
