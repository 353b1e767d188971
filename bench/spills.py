"""Reads a listing of the JIT and prints, for each micro-kernel, what its innermost loop does. Exit code 1 if one uses the stack."""
import re
import sys


def loops(method):
    """Bodies of the innermost loops: the blocks between a label and a jump back to it, with no such pair and no return inside."""
    parts = re.split(r"\n(G_M\w+_IG\d+):", method)
    labels, bodies = parts[1::2], parts[2::2]
    ranges = []
    for end, body in enumerate(bodies):
        for target in re.findall(r"\bj\w+\s+(?:SHORT )?(G_M\w+_IG\d+)", body):
            start = labels.index(target) if target in labels else end + 1
            if start <= end and not any(re.search(r"^\s+ret\b", b, re.MULTILINE) for b in bodies[start:end + 1]):
                ranges.append((start, end))
    for start, end in ranges:
        if not any((a, b) != (start, end) and start <= a and b <= end for a, b in ranges):
            yield "\n".join(bodies[start:end + 1])


def main():
    found = bad = 0
    for method in open(sys.argv[1], encoding="utf-8").read().split("; Assembly listing for method ")[1:]:
        kind = ", ".join(re.findall(r"Cpu\.(C\d+|\w+End)\b", method.splitlines()[0]))
        for body in loops(method):
            adds = len(re.findall(r"\bvfn?m(?:add|sub)\d+ps", body))
            if not adds:
                continue
            stack = re.findall(r"^.*\[(?:rsp|rbp)\b.*$", body, re.MULTILINE)
            found, bad = found + 1, bad + bool(stack)
            print(f"{sys.argv[2]}: {kind}: {adds} multiply-adds a turn, {len(stack)} instructions that use the stack")
            for line in stack:
                print("   ", line.strip())
    print(f"{found} loops, {bad} of them with spills")
    return 1 if bad or not found else 0


sys.exit(main())
