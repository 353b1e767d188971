#!/usr/bin/env bash
# Lets NVIDIA's own tools judge src/Kaleido.Cuda, without a GPU: ptxas and nvdisasm the kernels, the headers of CUDA and cuBLAS our
# declarations and numbers, the libraries our search and our description of products (tests/Kaleido.Cuda.Tests/Nvidia).
# Usage: tests/nvidia/run.sh [--install [FOLDER [SUITE]]]. Without --install: what KALEIDO_NVIDIA names or this machine has.
# --install (Debian and its kin) fetches the packages of the component non-free, from where apt fetches this system's own, and unpacks of
# them what is needed into FOLDER (artifacts/nvidia); nothing is installed, and apt's state stays as it is. SUITE: another release's.
# These packages are NVIDIA's, under NVIDIA's licence, which is yours to read. They are more than 1 GB to fetch, 0.7 GB unpacked.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fetch() { # fetch FOLDER SUITE: NVIDIA's packages, unpacked
  local folder=$1 suite=$2 site keyring=/usr/share/keyrings/debian-archive-keyring.gpg apt packages package
  site=$(apt-get indextargets --format '$(CREATED_BY) $(COMPONENT) $(RELEASE) $(SITE)' \
    | awk -v suite="${VERSION_CODENAME:-}" '$1 == "Packages" && $2 == "main" && $3 == suite { print $4; exit }')
  [[ $site ]] || { echo "apt has no source of $PRETTY_NAME's own"; exit 1; }
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/debs" "$folder"
  [[ -r $keyring ]] && keyring="[signed-by=$keyring]" || keyring=
  echo "deb $keyring $site $suite main contrib non-free" >"$work/sources.list"
  apt=(-qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$work/lists"
    -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=)
  echo "fetching NVIDIA's packages of $suite (more than 1 GB, under NVIDIA's licence)"
  apt-get "${apt[@]}" update
  mapfile -t packages < <(apt-cache "${apt[@]}" pkgnames libcu | grep -E '^(libcublas(lt)?[0-9]+|libcu\+\+-dev)$')
  packages+=(libcuda1 nvidia-cuda-toolkit nvidia-cuda-dev)
  (cd "$work/debs" && apt-get "${apt[@]}" download "${packages[@]}")
  for package in "$work"/debs/*.deb; do
    # Of all that there is: programs, headers, and of the libraries not those for linking.
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$folder" --wildcards --no-anchored --exclude='*.a' --exclude='usr/share' \
      --exclude='usr/lib/nvidia-*' --exclude='*stubs*' './usr/*'
  done
}

if [[ ${1:-} == --install ]] && (( $# <= 3 )); then
  # shellcheck source=/dev/null
  source /etc/os-release
  KALEIDO_NVIDIA=${2:-artifacts/nvidia}
  complete=$KALEIDO_NVIDIA/.complete
  [[ -e $complete ]] || { fetch "$KALEIDO_NVIDIA" "${3:-${VERSION_CODENAME:-}}"; touch "$complete"; }
  KALEIDO_NVIDIA=$(cd "$KALEIDO_NVIDIA" && pwd)
  export KALEIDO_NVIDIA
elif (( $# > 0 )); then
  sed -n '2,7s/^# //p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi

project=tests/Kaleido.Cuda.Tests
dotnet build -c Release "$project" -v q >"$work/build" || { cat "$work/build"; exit 1; }
status=0
dotnet test -c Release --no-build "$project" --filter 'FullyQualifiedName~.Nvidia.' --logger 'console;verbosity=detailed' \
  >"$work/tests" 2>&1 || status=$?
grep -oE '^ +(sm_|headers of|driver for|the provider opens|Not found).*' "$work/tests" | sed 's/^ *//' | sort -uV || true
count() { awk -v what="$1:" '$1 == what { n = $2 } END { print n + 0 }' "$work/tests"; }
if (( status )); then
  awk '/^  (Passed|Skipped) / { show = 0 } /^  Failed / { show = 1 } show' "$work/tests"
  echo "NVIDIA's tools find fault: $(count Failed) tests failed"
  exit 1
fi
(( $(count Passed) > 0 )) || { echo "nothing was checked: NVIDIA's tools are not here (--install fetches them)"; exit 1; }
echo "NVIDIA's tools find no fault in kernels, declarations, numbers and calls: $(count Passed) tests passed, $(count Skipped) skipped"
