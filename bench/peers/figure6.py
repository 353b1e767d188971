#!/usr/bin/env python3
"""How long all networks of Fig. 6 take in PyTorch, one after the other, and in Kaleido, from a sample of both.

Fig. 6: 5 dimensions x 12 numbers of points (1 to 2048) x 20 seeds x 10,000 steps of Adam, two hidden layers of 50, batches of at most 1000.
Sampled: every number of points, in 4 dimensions, some hundred steps each, medians of rounds. PyTorch trains one network after another, with one
thread and with all, the faster counts; Kaleido trains twenty seeds side by side, as the figure does. Dimensions change little: the hidden
layers are 50 wide. Rounds alternate, so that other work on the machine meets both.

    bench/peers/figure6.py [--python /usr/bin/python3] [--threads N] [--steps 300] [--rounds 3]
"""
import argparse
import json
import os
import subprocess
import sys
import time

import workloads

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
POINTS = [1 << i for i in range(12)]
DIMENSION, DIMENSIONS, SEEDS, STEPS = 4, 5, 20, 10_000


def torch_times(threads, steps):
    """Seconds of one step for every number of points."""
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(threads)
    times = {}
    for points in POINTS:
        data = torch.rand(points, DIMENSION)
        network = torch.nn.Sequential(torch.nn.Linear(DIMENSION, 50), torch.nn.ReLU(), torch.nn.Linear(50, 50), torch.nn.ReLU(),
                                      torch.nn.Linear(50, DIMENSION), torch.nn.Sigmoid())
        optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)

        def step():
            rows = data if points <= 1000 else data[torch.randperm(points)[:1000]]
            optimizer.zero_grad(set_to_none=True)
            loss = torch.nn.functional.mse_loss(network(rows), rows)
            loss.backward()
            optimizer.step()

        for _ in range(20):
            step()
        start = time.perf_counter()
        for _ in range(steps):
            step()
        times[str(points)] = (time.perf_counter() - start) / steps
    return times


def run(command, threads):
    environment = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        environment[name] = str(threads)
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def kaleido_command():
    dll = os.path.join(ROOT, "bench/Kaleido.Bench/bin/Release/net10.0/Kaleido.Bench.dll")
    if not os.path.exists(dll):
        subprocess.run(["dotnet", "build", "-c", "Release", os.path.join(ROOT, "bench/Kaleido.Bench"), "-v", "q"], check=True, stdout=sys.stderr)
    return ["dotnet", dll, "figure6"]


def hours(times):
    return sum(times[str(points)] for points in POINTS) * DIMENSIONS * SEEDS * STEPS / 3600


def medians(rounds):
    return {key: workloads.median([times[key] for times in rounds]) for key in rounds[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default="/usr/bin/python3", help="an interpreter with torch")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, metavar="THREADS", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.sample:
        print(json.dumps(torch_times(options.sample, options.steps)))
        return
    if subprocess.run([options.python, "-c", "import torch"], capture_output=True).returncode != 0:
        parser.error(f"{options.python} has no torch: apt install python3-torch, or --python PATH of one that has it")
    kaleido, torch = [], {1: [], options.threads: []}
    for _ in range(options.rounds):
        kaleido.append(run(kaleido_command() + [str(options.threads), str(options.steps)], options.threads))
        for threads in torch:
            torch[threads].append(run([options.python, os.path.abspath(__file__), "--sample", str(threads), "--steps", str(options.steps)], threads))
    mine = medians(kaleido)
    ways = [medians(rounds) for rounds in torch.values()]
    theirs = {key: min(way[key] for way in ways) for key in mine}
    print(f"{'points':>8}{'PyTorch':>14}{'Kaleido':>14}{'ratio':>9}   microseconds per network and step, {options.threads} threads")
    for points in POINTS:
        a, b = theirs[str(points)], mine[str(points)]
        print(f"{points:>8}{1e6 * a:>14,.1f}{1e6 * b:>14,.1f}{a / b:>9.1f}")
    print(f"all {DIMENSIONS} x {len(POINTS)} x {SEEDS} networks, {STEPS} steps each (extrapolated): PyTorch {hours(theirs):.2f} h, "
          f"Kaleido {hours(mine):.3f} h, {hours(theirs) / hours(mine):.0f} times")


if __name__ == "__main__":
    main()
