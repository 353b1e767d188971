#!/usr/bin/env bash
# Builds what bench/Kaleido.DeviceBench needs on a machine without dotnet: one folder and one archive of it.
#
#   bench/device.sh [FOLDER]        artifacts/device by default; RID=linux-arm64 for another processor
#
# There: tar xzf kaleido-devices.tar.gz && kaleido-devices/run-on-device.sh results
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:-$root/artifacts/device}
rid=${RID:-linux-x64}
limit=60 # MB
folder=$out/kaleido-devices
rm -rf "$folder" "$folder.tar.gz"
mkdir -p "$folder"
dotnet publish "$root/bench/Kaleido.DeviceBench" -c Release -r "$rid" --self-contained -v q -o "$folder"
rm -f "$folder"/*.xml "$folder/createdump"
cp "$root/bench/Kaleido.DeviceBench/run-on-device.sh" "$root/bench/peers/device.py" "$folder"
chmod +x "$folder"/*.sh "$folder"/*.py
megabytes=$(( ($(du -s --apparent-size -B 1 "$folder" | cut -f 1) + 999999) / 1000000 ))
echo "$folder: $megabytes MB (du -s --apparent-size), of $limit"
(( megabytes < limit )) || { echo "too large" >&2; exit 1; }
if [[ $rid == linux-$([[ $(uname -m) == aarch64 ]] && echo arm64 || echo x64) ]]; then
  # In an empty folder and without dotnet: what was trimmed away must not be missed.
  empty=$(mktemp -d)
  trap 'rm -rf "$empty"' EXIT
  try() { (cd "$empty" && env -i PATH=/usr/bin:/bin HOME="$empty" "$folder/kaleido-devices" "$@"); }
  try laws | tail -n 1
  if command -v python3 >/dev/null; then
    python3 "$folder/device.py" --device cpu --tiny --groups plain --json "$empty/pytorch.json" 2>/dev/null | tail -n 1 \
      || { echo "device.py fails" >&2; exit 1; }
  fi
  try measure --device cpu --quick --only tiny 2>/dev/null | tail -n 2
fi
tar -C "$out" -czf "$folder.tar.gz" kaleido-devices
echo "$folder.tar.gz: $(( ($(stat -c %s "$folder.tar.gz") + 999999) / 1000000 )) MB"
