"""What every contender is measured on: the same shapes, sizes and counts as src/Kaleido.Lab/Benchmarking/Workloads.cs."""
import os
import time

SHAPES = [
    "1000x500x500 NN", "1000x500x500 NT", "1000x500x500 TN", "1000x500x784 NN", "1000x784x500 NN", "1000x784x500 NT",
    "500x500x1000 TN", "784x500x1000 TN", "1024x1024x1024 NN", "2048x2048x2048 NN", "4096x4096x4096 NN", "32x500x500 NN",
    "2x10x10 NN", "1x500x500 NN",
]
# A call from Python costs a microsecond: longer than this product.
TOO_SMALL = {"2x10x10 NN"}
QUICK_FLOPS = 2e10


def parse(shape):
    """Rows, columns, common dimension, and whether each operand is stored as its transpose."""
    sizes, transposes = shape.split(" ")
    m, n, k = (int(s) for s in sizes.split("x"))
    return m, n, k, transposes[0] == "T", transposes[1] == "T"


def flops(shape):
    m, n, k, _, _ = parse(shape)
    return 2.0 * m * n * k


def shapes(quick, largest=float("inf")):
    limit = min(largest, QUICK_FLOPS if quick else float("inf"))
    return [s for s in SHAPES if s not in TOO_SMALL and flops(s) < limit]


def median(values):
    values = sorted(values)
    return values[len(values) // 2] if values else None


def seconds(action, quick):
    """Seconds of one call: the median of rounds that are each long enough to be timed."""
    action()
    start = time.perf_counter()
    action()
    once = time.perf_counter() - start
    calls = max(1, int((0.01 if quick else 0.04) / max(once, 1e-9)))
    for _ in range(calls // 2):
        action()
    times = []
    for _ in range(3 if quick else 7):
        start = time.perf_counter()
        for _ in range(calls):
            action()
        times.append((time.perf_counter() - start) / calls)
    return median(times)


def limit_threads(threads):
    """For libraries that look at the environment when they are loaded."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
