#!/usr/bin/env python3
"""Draws docs/figures/roofline.svg and scaling.svg: bench/plots.py bench.json scaling.csv

bench.json: kaleido bench --json; scaling.csv: dotnet run -c Release --project bench/Kaleido.Bench -- scaling
"""
import csv
import json
import math
import os
import sys

FIGURES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs", "figures")
COLOURS = ["#1b6ca8", "#c8553d"]


class Chart:
    """Logarithmic axes in a rectangle."""

    def __init__(self, left, top, width, height, x, y):
        self.left, self.top, self.width, self.height, self.x, self.y = left, top, width, height, x, y
        self.parts, self.texts = [], []

    def place(self, x, y):
        def share(value, low, high):
            return math.log(value / low) / math.log(high / low)

        return self.left + self.width * share(x, *self.x), self.top + self.height * (1 - share(y, *self.y))

    def text(self, x, y, text, anchor="middle", size=12, colour="#333"):
        # Written last and edged in white, so that no line runs through a number.
        self.texts.append(f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
                          f'paint-order="stroke" stroke="white" stroke-width="3">{text}</text>')

    def line(self, points, colour, dashed=False, width=2):
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in (self.place(*p) for p in points))
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dash}/>')

    def dot(self, x, y, colour, label=None, dx=7, dy=4):
        a, b = self.place(x, y)
        self.parts.append(f'<circle cx="{a:.1f}" cy="{b:.1f}" r="4" fill="{colour}"/>')
        if label:
            self.text(a + dx, b + dy, label, "start" if dx > 0 else "end", 11, colour)

    def axes(self, title, xlabel, ylabel, xticks, yticks):
        self.parts.append(f'<rect x="{self.left}" y="{self.top}" width="{self.width}" height="{self.height}" fill="none" stroke="#888"/>')
        for tick in xticks:
            a, _ = self.place(tick, self.y[0])
            self.text(a, self.top + self.height + 15, f"{tick:g}", size=11)
        for tick in yticks:
            _, b = self.place(self.x[0], tick)
            self.parts.append(f'<line x1="{self.left}" y1="{b:.1f}" x2="{self.left + self.width}" y2="{b:.1f}" stroke="#e4e4e4"/>')
            self.text(self.left - 6, b + 4, f"{tick:g}", "end", 11)
        self.text(self.left + self.width / 2, self.top - 8, title, size=12)
        self.text(self.left + self.width / 2, self.top + self.height + 32, xlabel)
        self.parts.append(f'<text transform="translate({self.left - 44} {self.top + self.height / 2}) rotate(-90)" font-size="12" '
                          f'text-anchor="middle" fill="#333">{ylabel}</text>')


def write(name, width, height, charts):
    with open(os.path.join(FIGURES, name), "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
                   f'font-family="sans-serif"><rect width="{width}" height="{height}" fill="white"/>\n')
        for chart in charts:
            file.write("\n".join(chart.parts + chart.texts) + "\n")
        file.write("</svg>\n")


def product_bytes(shape):
    m, n, k = (int(s) for s in shape.split(" ")[0].split("x"))
    return 4.0 * (m * k + k * n + m * n)


def roofline(bench, bandwidth):
    chart = Chart(70, 40, 640, 380, (0.3, 1000), (10, 2000))
    chart.axes("Roofline: " + bench["processor"] + ", " + bench["instruction_set"], "operations per byte of operands and results",
               "GFLOP/s", [1, 10, 100, 1000], [10, 30, 100, 300, 1000])
    for threads, peak, colour in ((1, bench["peak_gflops"], COLOURS[0]), (bench["threads"], bench["peak_gflops_all_threads"], COLOURS[1])):
        ridge = peak / bandwidth[threads]
        low = max(0.3, 10 / bandwidth[threads])
        chart.line([(low, low * bandwidth[threads]), (ridge, peak), (1000, peak)], colour)
        a, b = chart.place(1000, peak)
        chart.text(a - 6, b - 6, f"{threads} thread{'s' if threads > 1 else ''}: {peak:.0f} GFLOP/s, {bandwidth[threads]:.0f} GB/s", "end", 11, colour)
        for product in bench["products"]:
            m, n, k = (int(s) for s in product["shape"].split(" ")[0].split("x"))
            if product["threads"] == threads and product["gflops"] >= 10:
                label = product["shape"] if min(m, n, k) < 100 else None
                chart.dot(2.0 * m * n * k / product_bytes(product["shape"]), product["gflops"], colour, label if threads == 1 else None)
    # The step reads and writes weights and moments (7 passes), writes and reads twice the activations; an iteration reads the weights once.
    parameters, activations = 3_039_784, 1000 * (784 + 10 * 500 + 784)
    chart.dot(17.42e9 / (4 * (7 * parameters + 3 * activations)), 17.42e3 / bench["step_ms"], COLOURS[1], "training step", dx=-7, dy=14)
    chart.dot(6.072e9 / (4 * (parameters + 6 * 784_000)), 6.072e3 / bench["sampling_ms"], COLOURS[1], "sampling", dy=16)
    write("roofline.svg", 740, 480, [chart])


def scaling(rows):
    charts = []
    titles = {"batch": "batch (width 500, depth 10)", "width": "width (batch 1000, depth 10)", "depth": "hidden layers (batch 1000, width 500)",
              "threads": "threads (1000, 500, 10)"}
    for index, (name, title) in enumerate(titles.items()):
        points = [(float(r["value"]), float(r["milliseconds"]), float(r["gflops"])) for r in rows if r["varied"] == name]
        xs, times = [p[0] for p in points], [p[1] for p in points]
        chart = Chart(70 + 400 * (index % 2), 40 + 290 * (index // 2), 300, 200, (xs[0] / 1.35, xs[-1] * 1.35), (min(times) / 2, max(times) * 2))
        ticks = [t for t in (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000) if min(times) / 2 < t < max(times) * 2]
        chart.axes("Step by " + title, name, "milliseconds", xs, ticks)
        chart.line([p[:2] for p in points], COLOURS[0])
        for x, y, gflops in points:
            a, b = chart.place(x, y)
            chart.dot(x, y, COLOURS[0])
            chart.text(a, b - 9, f"{gflops:.0f}", size=10, colour="#777")
        charts.append(chart)
    charts[0].text(400, 625, "Grey: GFLOP/s", size=11, colour="#777")
    write("scaling.svg", 800, 640, charts)


def main():
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        bench = json.load(file)
    with open(sys.argv[2], encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file)]
    bandwidth = {int(r["threads"]): float(r["gflops"]) for r in rows if r["varied"] == "bandwidth"}
    roofline(bench, bandwidth)
    scaling(rows)


if __name__ == "__main__":
    main()
