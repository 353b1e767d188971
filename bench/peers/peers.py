#!/usr/bin/env python3
"""Kaleido beside PyTorch, numpy, MathNet and the native BLAS libraries of this machine, on the very same work.

Each contender runs in a process of its own (two BLAS libraries in one process ruin each other), in turn with Kaleido, for some rounds. Printed
are medians, and the median over the rounds of Kaleido's speed divided by the contender's: above 1 Kaleido is faster. A figure without
context means little on a shared machine; a ratio of two that were taken within a minute of each other means more.

    bench/peers/peers.py                       everything that is installed
    bench/peers/peers.py --only torch,openblas
    bench/peers/peers.py --blas /opt/aocl/lib/libblis-mt.so --python /opt/venv/bin/python
    bench/peers/peers.py --json peers.json     and then: kaleido bench --rivals peers.json
"""
import argparse
import ctypes.util
import glob
import json
import os
import shlex
import subprocess
import sys

import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FIGURES = [("step_ms", False), ("step_ms_one_thread", False), ("sampling_ms", False), ("tiny_steps_per_second", True)]
LIBRARIES = {
    "openblas": ("blas", ["libopenblas.so.0", "openblas-pthread/libopenblas.so.0"], "libopenblas0-pthread"),
    "blis": ("blas", ["libblis.so.4", "blis-pthread/libblis.so.4"], "libblis4-pthread"),
    "onednn": ("onednn", ["libdnnl.so.3", "libdnnl.so.2"], "libdnnl2"),
}


def find_library(names):
    for name in names:
        for folder in ("/usr/lib/*-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"):
            for path in glob.glob(os.path.join(folder, name)):
                return path
    return None


def kaleido_command(given):
    if given:
        return shlex.split(given)
    dll = os.path.join(ROOT, "src/Kaleido.Cli/bin/Release/net10.0/kaleido.dll")
    if not os.path.exists(dll):
        subprocess.run(["dotnet", "build", "-c", "Release", os.path.join(ROOT, "src/Kaleido.Cli"), "-v", "q"], check=True, stdout=sys.stderr)
    return ["dotnet", dll]


def contenders(options):
    """Name, command for a number of threads; or, for what is not there, how to install it."""
    script = os.path.join(HERE, "contender.py")
    quick = ["--quick"] if options.quick else []

    def python(kind, interpreter, *more):
        return lambda threads: [interpreter, script, kind, "--threads", str(threads), *more, *quick]

    for interpreter in options.python or ["/usr/bin/python3"]:
        for kind, package in (("torch", "python3-torch"), ("numpy", "python3-numpy")):
            there = subprocess.run([interpreter, "-c", f"import {kind}"], capture_output=True).returncode == 0
            yield kind, python(kind, interpreter) if there else None, f"apt install {package}, or --python PATH of one that has it"
    for name, (kind, files, package) in LIBRARIES.items():
        path = find_library(files)
        yield name, python(kind, sys.executable, "--library", path) if path else None, f"apt install {package}"
    for path in options.blas:
        yield os.path.basename(path), python("blas", sys.executable, "--library", path), ""
    yield "mathnet", lambda threads: ["dotnet", "run", os.path.join(HERE, "mathnet", "mathnet.cs"), "--", str(threads), *(["quick"] if options.quick else [])], ""


def run(command, threads):
    environment = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = str(threads)
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout[done.stdout.index("{"):])


def flat(result):
    """Figures by name, and whether more is better."""
    figures = {name: (result[name], more) for name, more in FIGURES if result.get(name) is not None}
    for product in result.get("products", []):
        figures[f"{product['shape']}, {product['threads']} threads"] = (product["gflops"], True)
    return figures


def race(name, command, kaleido, options):
    rounds = []
    for _ in range(options.rounds):
        own = flat(run(kaleido + ["bench", "--json", "--threads", str(options.threads)] + (["--quick"] if options.quick else []), options.threads))
        other = run(command(options.threads), options.threads)
        if options.threads > 1:
            alone = run(command(1), 1)
            other["products"] += alone["products"]
            if "step_ms" in alone:
                other["step_ms_one_thread"] = alone["step_ms"]
                other["tiny_steps_per_second"] = max(other["tiny_steps_per_second"], alone["tiny_steps_per_second"])
        rounds.append((own, other))
    merged = dict(rounds[-1][1])
    print(f"\n{merged['name']}: {'':<32}{'Kaleido':>12}{'rival':>12}{'ratio':>8}", file=sys.stderr if options.json == "-" else sys.stdout)
    ratios = {}
    for key, (_, more) in flat(merged).items():
        pairs = [(own[key][0], flat(other)[key][0]) for own, other in rounds if key in own and key in flat(other)]
        if not pairs:
            continue
        ratios[key] = workloads.median([a / b if more else b / a for a, b in pairs])
        mine, theirs = workloads.median([a for a, _ in pairs]), workloads.median([b for _, b in pairs])
        print(f"  {key:<42}{mine:>12,.1f}{theirs:>12,.1f}{ratios[key]:>8.2f}", file=sys.stderr if options.json == "-" else sys.stdout)
        if key in merged:
            merged[key] = theirs
    for product in merged.get("products", []):
        key = f"{product['shape']}, {product['threads']} threads"
        product["gflops"] = workloads.median([flat(other)[key][0] for _, other in rounds])
    for threads in sorted({p["threads"] for p in merged.get("products", [])}):
        share = [ratios[f"{p['shape']}, {threads} threads"] for p in merged["products"] if p["threads"] == threads and f"{p['shape']}, {threads} threads" in ratios]
        mean = 1.0
        for ratio in share:
            mean *= ratio ** (1 / len(share))
        print(f"  {'geometric mean of products, ' + str(threads) + ' threads':<42}{'':>24}{mean:>8.2f}",
              file=sys.stderr if options.json == "-" else sys.stdout)
    return merged


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="names, separated by commas: torch, numpy, openblas, blis, onednn, mathnet, or a library's file name")
    parser.add_argument("--blas", action="append", default=[], metavar="PATH", help="another library with cblas_sgemm")
    parser.add_argument("--python", action="append", metavar="PATH", help="an interpreter with torch or numpy (default /usr/bin/python3)")
    parser.add_argument("--kaleido", metavar="COMMAND", help="how to start kaleido (default: built from this repository)")
    parser.add_argument("--quick", action="store_true", help="short measurements")
    parser.add_argument("--json", metavar="FILE", help="also write the rivals' medians, for kaleido bench --rivals")
    options = parser.parse_args()
    for path in options.blas:
        if not os.path.exists(path):
            parser.error(f"--blas {path}: there is no such file")
    only = set(options.only.split(",")) if options.only else None
    known = list(contenders(options))
    if only and not only <= {name for name, _, _ in known}:
        parser.error(f"--only knows {', '.join(sorted({name for name, _, _ in known}))}")
    kaleido = kaleido_command(options.kaleido)
    results = []
    for name, command, hint in known:
        if only and name not in only:
            continue
        if command is None:
            print(f"{name}: not installed ({hint})")
            continue
        results.append(race(name, command, kaleido, options))
    if options.json:
        with (sys.stdout if options.json == "-" else open(options.json, "w", encoding="utf-8")) as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
