#!/usr/bin/env bash
# Everything that this repository wants to know of a machine with a GPU, into a folder. Needs neither dotnet nor the network.
#
#   run-on-device.sh FOLDER [--quick] [--cpu] [PHASE...]
#
# Phases, all by default: machine, laws, check, measure, profile, peers, table. Each writes its own file and has a time limit, and one that fails
# does not stop the others; the exit code is the number of those that failed. --cpu: there is no GPU, and none is demanded.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out= quick=() demand=1 phases=()
for argument; do
  case $argument in
    --quick) quick=(--quick) ;;
    --cpu) demand=0 ;;
    -*) echo "unknown: $argument" >&2; exit 64 ;;
    *) if [[ -z $out ]]; then out=$argument; else phases+=("$argument"); fi ;;
  esac
done
[[ $out ]] || { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 64; }
mkdir -p "$out" && out=$(cd "$out" && pwd) || exit 64
(( ${#phases[@]} )) || phases=(machine laws check measure profile peers table)
program=$here/kaleido-devices
chmod +x "$program" 2>/dev/null

# What the driver compiles is kept for the processes of this run, and thrown away with it: the first opening shows what it costs.
cache=$(mktemp -d)
trap 'rm -rf "$cache"' EXIT
export CUDA_CACHE_PATH=$cache CUDA_CACHE_MAXSIZE=1073741824 KALEIDO_REQUIRE_CUDA=$demand PYTHONUNBUFFERED=1

# The cuBLAS of PyTorch, if there is one and Kaleido can open it: then both multiply with the same.
own=()
if [[ -z ${KALEIDO_CUBLAS:-} ]] && command -v python3 >/dev/null; then
  folder=$(python3 - <<'PYTHON' 2>/dev/null
import glob, os, site, sysconfig
roots = dict.fromkeys([sysconfig.get_paths()["purelib"], *site.getsitepackages(), site.getusersitepackages()])
found = [path for root in roots for path in glob.glob(os.path.join(root, "nvidia", "*", "lib", "libcublas.so.*"))]
print(os.path.dirname(found[0]) if found else "")
PYTHON
  )
  if [[ $folder ]]; then
    own=(env KALEIDO_CUBLAS="$folder" LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}")
    timeout 60 "${own[@]}" "$program" info >/dev/null 2>&1 || own=()
  fi
fi

# The first opening has happened above only if there is a cuBLAS of PyTorch: measure it again with an empty cache.
rm -rf "${cache:?}"/*

failed=0
phase() { # name, seconds, file, command...
  local name=$1 seconds=$2 file=$3 code begin=$SECONDS
  shift 3
  timeout --kill-after=10 "$seconds" "$@" >"$out/$file" 2>&1
  code=$?
  (( code == 0 )) || failed=$((failed + 1))
  local verdict=ok
  (( code == 0 )) || verdict="FAILED with $code"
  printf '%-8s %s, %d s, %s: %s\n' "$name" "$verdict" $((SECONDS - begin)) "$file" "$(tail -n 1 "$out/$file")"
}

machine() {
  date -u
  uname -srm
  command -v nvidia-smi >/dev/null && nvidia-smi
  "${own[@]}" "$program" info || (( ! demand ))
}

for name in "${phases[@]}"; do
  case $name in
    machine) export -f machine; phase machine 60 machine.txt bash -c "own=(${own[*]@Q}) program=${program@Q} demand=$demand; machine" ;;
    laws) phase laws 240 laws.txt "${own[@]}" "$program" laws --verbose ;;
    check) (( demand )) && phase check 180 check.txt "${own[@]}" "$program" check ;;
    measure)
      devices=both
      (( demand )) || devices=cpu
      phase measure 300 measure.txt "${own[@]}" "$program" measure --device $devices "${quick[@]}" --json "$out/kaleido.json" ;;
    profile) (( demand )) && phase profile 90 profile.txt "${own[@]}" bash -c '"$0" profile && "$0" profile --precision tf32' "$program" ;;
    peers)
      python=$(command -v python3 || true)
      if [[ $python ]]; then phase peers 270 peers.txt "$python" "$here/device.py" --json "$out/pytorch.json" --seconds 250 "${quick[@]}"
      else echo "peers    no python3 here: skipped"; fi ;;
    table) phase table 30 table.md "$program" table "$out/kaleido.json" "$out/pytorch.json" ;;
    *) echo "no such phase: $name" >&2; failed=$((failed + 1)) ;;
  esac
done
command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,memory.used,temperature.gpu,clocks.sm --format=csv,noheader
[[ -s $out/table.md ]] && cat "$out/table.md"
exit "$failed"
