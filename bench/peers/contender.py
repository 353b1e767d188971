#!/usr/bin/env python3
"""One contender in a process of its own: prints its figures as JSON, in the form of `kaleido bench --json`.

contender.py numpy|torch|blas|onednn --threads N [--library PATH] [--quick]
"""
import argparse
import ctypes
import json
import random

import workloads


def numpy_products(threads, quick):
    import numpy as np

    generator = np.random.default_rng(1)

    def stored(rows, columns, transposed):
        matrix = generator.random((columns, rows) if transposed else (rows, columns), dtype=np.float32) - np.float32(0.5)
        return matrix.T if transposed else matrix

    for shape in workloads.shapes(quick):
        m, n, k, ta, tb = workloads.parse(shape)
        a, b, c = stored(m, k, ta), stored(k, n, tb), np.empty((m, n), np.float32)
        yield shape, workloads.seconds(lambda: np.dot(a, b, out=c), quick)


def floats(count):
    block = (ctypes.c_float * count)()
    pattern = [random.random() - 0.5 for _ in range(min(count, 4096))]
    for start in range(0, count, len(pattern)):
        size = min(len(pattern), count - start)
        block[start:start + size] = pattern[:size]
    return block


def library_products(path, onednn, quick):
    """Through the C interface: cblas_sgemm, or oneDNN's dnnl_sgemm, which is row-major too."""
    library = ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
    sgemm = library.dnnl_sgemm if onednn else library.cblas_sgemm
    sgemm.restype = ctypes.c_int if onednn else None
    integer = ctypes.c_int64 if onednn else ctypes.c_int
    pointer = ctypes.POINTER(ctypes.c_float)
    head = [ctypes.c_char] * 2 if onednn else [ctypes.c_int] * 3
    sgemm.argtypes = head + [integer] * 3 + [ctypes.c_float, pointer, integer, pointer, integer, ctypes.c_float, pointer, integer]
    for shape in workloads.shapes(quick):
        m, n, k, ta, tb = workloads.parse(shape)
        a, b, c = floats(m * k), floats(k * n), floats(m * n)
        letters = [b"T" if ta else b"N", b"T" if tb else b"N"]
        start = letters if onednn else [101, 112 if ta else 111, 112 if tb else 111]
        arguments = start + [m, n, k, 1.0, a, m if ta else k, b, k if tb else n, 0.0, c, n]
        yield shape, workloads.seconds(lambda: sgemm(*arguments), quick)


def torch_networks(threads, quick, result):
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(threads)

    def net(sizes, last):
        layers = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
        layers[-1] = last
        return torch.nn.Sequential(*layers)

    def step_of(network, data, batch, rate):
        optimizer = torch.optim.Adam(network.parameters(), lr=rate)
        losses = []

        def step():
            rows = data[torch.randperm(len(data))[:batch]]
            optimizer.zero_grad(set_to_none=True)
            loss = torch.nn.functional.mse_loss(network(rows), rows)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
            if len(losses) > 1000:
                losses.clear()

        return step

    mnist = [784] + [500] * 10 + [784]
    data = torch.rand(4000, 784)
    network = net(mnist, torch.nn.Tanh())
    state = torch.rand(1000, 784)

    def sample():
        with torch.no_grad():
            state.copy_((network(state) + 0.01 * torch.randn(1000, 784)).clamp_(-1, 1))

    # PyTorch's own threads and those of its BLAS can get in each other's way: the better of both ways counts.
    for own in sorted({threads, 1}):
        torch.set_num_threads(own)
        step = 1000 * workloads.seconds(step_of(net(mnist, torch.nn.Tanh()), data, 1000, 1e-4), quick)
        sampling = 1000 * workloads.seconds(sample, quick)
        result["step_ms"] = min(step, result.get("step_ms", step))
        result["sampling_ms"] = min(sampling, result.get("sampling_ms", sampling))
    torch.set_num_threads(1)
    tiny = step_of(net([1] + [10] * 6 + [1], torch.nn.Sigmoid()), torch.rand(20, 1), 2, 1e-3)
    result["tiny_steps_per_second"] = 1 / workloads.seconds(tiny, quick)
    return f"PyTorch {torch.__version__}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["numpy", "torch", "blas", "onednn"])
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--library")
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    workloads.limit_threads(options.threads)
    result = {"name": options.kind, "threads": options.threads, "products": []}
    if options.kind == "torch":
        result["name"] = torch_networks(options.threads, options.quick, result)
    else:
        if options.kind == "numpy":
            import numpy

            result["name"] = f"numpy {numpy.__version__}"
            times = numpy_products(options.threads, options.quick)
        else:
            result["name"] = options.library.split("/")[-1]
            times = library_products(options.library, options.kind == "onednn", options.quick)
        for shape, time in times:
            result["products"].append(
                {"shape": shape, "threads": options.threads, "gflops": workloads.flops(shape) / time / 1e9, "percent_of_peak": None})
    print(json.dumps(result))


if __name__ == "__main__":
    main()
