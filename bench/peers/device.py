#!/usr/bin/env python3
"""PyTorch on the work of bench/Kaleido.DeviceBench, on the GPU: eager, compiled, captured as a CUDA graph, in float32 and in TF32.

    bench/peers/device.py --json pytorch.json       and then: kaleido-devices table kaleido.json pytorch.json
    bench/peers/device.py --device cpu --tiny       tries the script where there is no GPU

Each group of ways runs in a process of its own, so that one that hangs or fails takes no other with it. Where there is no PyTorch with
CUDA it says so and ends with 0. PyTorch is given the cheaper work where the two differ: its minibatches are drawn with replacement, and a
sampling iteration does not look at how far the chains moved. Of the ways to run Adam the fused one is taken if there is one.
"""
import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time

MNIST = ([784] + [500] * 10 + [784], "tanh")
TINY = {"tiny 2x5": (([1, 5, 5, 1], "sigmoid"), 2), "tiny 2x50": (([2, 50, 50, 2], "sigmoid"), 4)}
FULL = {"products": [64, 128, 256, 512, 1024, 2048, 4096], "batches": [100, 1000, 10_000], "net": MNIST,
        "rounds": 7, "round": 0.1, "warm": 0.3}
QUICK = {"products": [64, 256, 1024], "batches": [100, 1000], "net": MNIST, "rounds": 3, "round": 0.02, "warm": 0.05}
SMALLEST = {"products": [16], "batches": [8], "net": ([12, 10, 10, 12], "tanh"), "rounds": 2, "round": 1e-3, "warm": 1e-3}
GROUPS = {"plain": None, "compiled": "default", "compiled reduce-overhead": "reduce-overhead",
          "compiled max-autotune": "max-autotune-no-cudagraphs"}
PRECISIONS = {"float32": "highest", "TF32": "high"}


def host():
    name = "unknown processor"
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            name = next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {len(os.sched_getaffinity(0))} cores"


class Run:
    """The figures of one group of ways in one precision, in this process."""

    def __init__(self, options):
        import torch

        self.torch, self.options, self.gpu = torch, options, options.device == "cuda"
        self.sizes = SMALLEST if options.tiny else QUICK if options.quick else FULL
        self.deadline = time.monotonic() + options.seconds
        device = f"{torch.cuda.get_device_name()}, CUDA {torch.version.cuda}" if self.gpu else f"CPU, {torch.get_num_threads()} threads"
        self.description = f"{device}, PyTorch {torch.__version__}"
        self.report = {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), "host": host(),
                       "contenders": [], "timings": [], "omissions": []}
        torch.manual_seed(0)
        torch.set_float32_matmul_precision(PRECISIONS[options.precision])

    def synchronize(self):
        if self.gpu:
            self.torch.cuda.synchronize()

    def time(self, work, way, make):
        """Adds a figure, or why there is none. make() gives what is called; its time until then counts as making it ready."""
        title = f"PyTorch {way}, {self.options.precision}"
        if self.options.only and not f"{work} ".startswith(f"{self.options.only} "):
            return
        if time.monotonic() > self.deadline:
            self.omit(f"{work}, {title}", "no time was left")
            return
        print(f"… {work}, {title}", file=sys.stderr, flush=True)
        try:
            figures = self.measure(make)
        except Exception as failure:  # a way that a version lacks or refuses
            text = str(failure).strip()
            self.omit(f"{work}, {title}", f"{type(failure).__name__}: {text.splitlines()[0] if text else ''}"[:300])
            return
        if not any(it["name"] == f"PyTorch {way}" for it in self.report["contenders"]):
            self.report["contenders"].append({"name": f"PyTorch {way}", "library": "PyTorch", "on_gpu": self.gpu,
                                              "precision": self.options.precision, "description": self.description})
        self.report["timings"].append({"work": work, "contender": title, **figures})
        self.write()

    def omit(self, what, reason):
        self.report["omissions"].append({"what": what, "reason": reason})
        self.write()

    def write(self):
        with open(self.options.json, "w", encoding="utf-8") as file:
            json.dump(self.report, file, indent=1)

    def measure(self, make):
        clock = time.perf_counter

        def calls(count):
            start = clock()
            for _ in range(count):
                call()
            issued = clock()
            self.synchronize()
            return 1000 * (clock() - start) / count, 1000 * (issued - start) / count

        start = clock()
        call = make()
        self.synchronize()
        compiled = 1000 * (clock() - start)
        first, second = calls(1)[0], calls(1)[0]
        once, start = second, clock()
        while True:
            once = min(once, calls(1)[0])
            if clock() - start > self.sizes["warm"]:
                break
        count = max(1, min(200_000, int(1000 * self.sizes["round"] / once)))
        if count > 1:
            count = max(1, min(200_000, int(1000 * self.sizes["round"] / calls(count)[0])))
        rounds = []
        for _ in range(self.sizes["rounds"]):
            if count >= 10:
                calls(count // 10)
            rounds.append(calls(count))
        times = sorted(it[0] for it in rounds)
        issues = sorted(it[1] for it in rounds)
        return {"ms": times[len(times) // 2], "low_ms": times[0], "high_ms": times[-1], "compile_ms": compiled, "first_ms": first,
                "second_ms": second, "issue_ms": issues[len(issues) // 2]}

    def compile(self, function, mode):
        if mode is None:
            return function
        if not hasattr(self.torch, "compile"):
            raise RuntimeError(f"PyTorch {self.torch.__version__} has no torch.compile")
        self.torch._dynamo.reset()
        return self.torch.compile(function, mode=mode)

    def captured(self, call):
        """One call as a CUDA graph, after some on another stream."""
        torch = self.torch
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(5):
                call()
        torch.cuda.current_stream().wait_stream(stream)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            call()

        def replay():
            graph.replay()

        # The graph holds addresses, not the network and the data that lie there.
        replay.keeps = call
        return replay

    def network(self, net):
        torch, (sizes, last) = self.torch, net
        layers = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
        layers[-1] = torch.nn.Tanh() if last == "tanh" else torch.nn.Sigmoid()
        return torch.nn.Sequential(*layers).to(self.options.device)

    def adam(self, parameters):
        ways = [{"fused": True, "capturable": True}, {"fused": True}, {"capturable": True}, {}] if self.gpu else [{}]
        for way in ways:
            try:
                return self.torch.optim.Adam(parameters, lr=1e-4, **way)
            except (TypeError, RuntimeError):
                continue
        raise RuntimeError("Adam cannot be made")

    def step(self, net, batch, mode):
        """Minibatch, forward, mean squared error against the input, gradients, Adam; the loss is kept on the device."""
        torch, device = self.torch, self.options.device
        network = self.network(net)
        data = torch.rand(4 * batch, net[0][0], device=device)
        optimizer, kept = self.adam(list(network.parameters())), torch.zeros((), device=device)
        loss_of = self.compile(lambda rows: torch.nn.functional.mse_loss(network(rows), rows), mode)
        begin = getattr(getattr(torch, "compiler", None), "cudagraph_mark_step_begin", None) if mode == "reduce-overhead" else None

        def step():
            if begin:
                begin()
            rows = data[torch.randint(0, len(data), (batch,), device=device)]
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(rows)
            loss.backward()
            optimizer.step()
            kept.copy_(loss.detach())

        return step

    def sampling(self, net, chains, mode):
        torch, network = self.torch, self.network(net)
        state = torch.rand(chains, net[0][0], device=self.options.device) * 2 - 1
        begin = getattr(getattr(torch, "compiler", None), "cudagraph_mark_step_begin", None) if mode == "reduce-overhead" else None
        iterate = self.compile(lambda x: (network(x) + 0.01 * (2 * torch.rand_like(x) - 1)).clamp(-1, 1), mode)

        def sample():
            if begin:
                begin()
            with torch.no_grad():
                state.copy_(iterate(state))

        return sample

    def product(self, size):
        torch, device = self.torch, self.options.device
        a, b = torch.rand(size, size, device=device) - 0.5, torch.rand(size, size, device=device) - 0.5
        c = torch.empty(size, size, device=device)
        return lambda: torch.mm(a, b, out=c)

    def all(self):
        mode = GROUPS[self.options.group]
        name = "eager" if mode is None else self.options.group
        then = "captured" if mode is None else f"{self.options.group}, captured"
        # Where a mode captures by itself there is nothing left to capture.
        capture = self.gpu and mode != "reduce-overhead"

        def both(work, make):
            self.time(work, name, make)
            if capture:
                self.time(work, then, lambda: self.captured(make()))

        batches = self.sizes["batches"]
        # Trying every kernel takes long: at the batch that the aims are for alone.
        if mode == "max-autotune-no-cudagraphs" and 1000 in batches:
            batches = [1000]
        if mode is None:
            for size in self.sizes["products"]:
                both(f"product {size}", lambda: self.product(size))
        for batch in batches:
            both(f"step {batch}", lambda: self.step(self.sizes["net"], batch, mode))
        for batch in batches:
            both(f"sampling {batch}", lambda: self.sampling(self.sizes["net"], batch, mode))
        if mode in (None, "default", "reduce-overhead"):
            for work, (net, batch) in TINY.items():
                both(work, lambda: self.step(net, batch, mode))
        self.write()


def missing(device):
    """Why nothing can be measured, or None."""
    try:
        import torch
    except ImportError:
        return "no PyTorch here: skipped"
    there = device == "cpu" or torch.cuda.is_available()
    return None if there else f"no PyTorch with CUDA here (PyTorch {torch.__version__} sees no GPU): skipped"


def nothing(what=None, reason=None):
    return {"date": "", "contenders": [], "timings": [], "omissions": [{"what": what, "reason": reason}] if what else []}


def merge(reports):
    whole = {"date": "", "host": host(), "contenders": [], "timings": [], "omissions": []}
    for report in reports:
        whole["date"] = whole["date"] or report["date"]
        for key in ("contenders", "timings", "omissions"):
            whole[key] += report[key]
    return whole


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--json", metavar="FILE", help="where the figures go, for kaleido-devices table")
    parser.add_argument("--only", metavar="TEXT", help="product, step, sampling, tiny, or a work such as 'step 1000'")
    parser.add_argument("--groups", metavar="NAMES", default=",".join(GROUPS), help="of " + ", ".join(GROUPS))
    parser.add_argument("--seconds", type=float, default=400, help="for everything; what does not fit is named (default 400)")
    parser.add_argument("--quick", action="store_true", help="fewer sizes, short rounds")
    parser.add_argument("--tiny", action="store_true", help="the smallest sizes, to try the script")
    parser.add_argument("--group", choices=list(GROUPS), help=argparse.SUPPRESS)
    parser.add_argument("--precision", choices=list(PRECISIONS), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.group:
        Run(options).all()
        return
    if not set(options.groups.split(",")) <= set(GROUPS):
        parser.error(f"--groups knows {', '.join(GROUPS)}")
    reason = missing(options.device)
    if reason:
        print(reason)
        return
    reports, end = [], time.monotonic() + options.seconds
    with tempfile.TemporaryDirectory() as folder:
        # The aims' ways first, the one that takes long last.
        for group in options.groups.split(","):
            for precision in PRECISIONS if options.device == "cuda" else ["float32"]:
                left = end - time.monotonic()
                name = f"PyTorch {group}, {precision}"
                path = os.path.join(folder, "figures.json")
                if left < 10:
                    reports.append(nothing(name, "no time was left"))
                    continue
                command = [sys.executable, os.path.abspath(__file__), "--device", options.device, "--group", group,
                           "--precision", precision, "--seconds", str(left - 5), "--json", path]
                command += [f"--{it}" for it in ("quick", "tiny") if getattr(options, it)]
                reason = None
                try:
                    done = subprocess.run(command + (["--only", options.only] if options.only else []), timeout=left, check=False)
                    if done.returncode != 0:
                        reason = f"the process ended with {done.returncode}"
                except subprocess.TimeoutExpired:
                    reason = "it took too long"
                report = nothing()
                if os.path.exists(path):
                    with open(path, encoding="utf-8") as file:
                        report = json.load(file)
                    os.remove(path)
                if reason:
                    report["omissions"].append({"what": name, "reason": reason})
                reports.append(report)
    whole = merge(reports)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(whole, file, indent=1)
    for it in whole["timings"]:
        print(f"{it['work']:<16}{it['contender']:<46}{it['ms']:>12.4f} ms   ({it['low_ms']:.4f} to {it['high_ms']:.4f})")
    for it in whole["omissions"]:
        print(f"not measured: {it['what']}: {it['reason']}")


if __name__ == "__main__":
    main()
