"""Prints the blocks of a program that take most instructions, and their cycles by llvm-mca. A block is what runs from
one branch to the next: an inner loop is one.

Used by tools/estimate-cycles; arguments: the program's disassembly and linker map, what the plugin counted in one
inference and in five, and the processor's name in LLVM.
"""

import bisect
import collections
import json
import pathlib
import re
import subprocess
import sys

# Blocks that make up so much of all instructions are looked at, and those with so much of them shown.
COVERED = 0.99
SHOWN = 0.01
ITERATIONS = 100


def counted(path):
    """How often each block ran: {(address, instructions): times}."""
    times = collections.Counter()
    for line in pathlib.Path(path).read_text().splitlines():
        if line.startswith("block "):
            _, address, count, runs = line.split()
            times[int(address, 16), int(count)] += int(runs)
    return times


def listing(path):
    """The instructions in order: addresses, and their texts without what the disassembler explains."""
    addresses, texts = [], []
    for line in pathlib.Path(path).read_text().splitlines():
        match = re.match(r"\s*([0-9a-f]+):\s+(\S.*)", line)
        if match:
            addresses.append(int(match[1], 16))
            texts.append(re.sub(r"\s*(<[^>]*>|//.*)", "", match[2]).replace("\t", " "))
    return addresses, texts


def files(path):
    """Where the code of each file begins: addresses in order, and the files' names."""
    places = []
    for line in pathlib.Path(path).read_text().splitlines():
        match = re.match(r"\s*([0-9a-f]+)\s+[0-9a-f]+\s+[0-9a-f]+\s+\d+\s+(\S+\.o\)?):\(\.text", line)
        if match:
            places.append((int(match[1], 16), pathlib.Path(match[2]).stem.split(".")[-1]))
    places.sort()
    return [place for place, _ in places], [name for _, name in places]


def is_loop(start, body):
    """Whether a block ends in a branch to its own beginning."""
    return re.search(rf"^(?:b|cb|tb).*\b0x{start:x}$", body[-1]) is not None


def cycles(starts, bodies, core):
    """Cycles of one run of each of some blocks. Of those that are no loops, what comes before is not known, so that
    only what the units of the core are busy with counts; loops wait for what they computed the time before."""
    text = []
    for number, body in enumerate(bodies):
        text += [f"L{number}:", f"# LLVM-MCA-BEGIN {number}"]
        text += [re.sub(r"^((?:b|cb|tb|adr)\S*\s.*?)0x[0-9a-f]+$", rf"\g<1>L{number}", line) for line in body]
        text.append("# LLVM-MCA-END")
    command = ["llvm-mca-19", "-march=aarch64", f"-mcpu={core}", "-mattr=+v8.6a", f"-iterations={ITERATIONS}", "--json"]
    said = subprocess.run(command, input="\n".join(text) + "\n", capture_output=True, text=True, check=False)
    if said.returncode != 0:
        sys.exit(said.stderr)
    views = [region["SummaryView"] for region in json.loads(said.stdout)["CodeRegions"]]
    return [
        view["TotalCycles"] / ITERATIONS if is_loop(start, body) else view["BlockRThroughput"]
        for start, body, view in zip(starts, bodies, views, strict=True)
    ]


def main():
    addresses, texts = listing(sys.argv[1])
    places, names = files(sys.argv[2])
    one, five = counted(sys.argv[3]), counted(sys.argv[4])
    times = {block: (five[block] - one[block]) / 4 for block in five}
    total = sum(count * runs for (_, count), runs in times.items())
    index = {address: number for number, address in enumerate(addresses)}
    looked_at, covered = [], 0
    for block in sorted(times, key=lambda block: -times[block] * block[1]):
        if covered >= COVERED * total:
            break
        looked_at.append(block)
        covered += times[block] * block[1]
    bodies = [texts[index[start] : index[start] + count] for start, count in looked_at]
    print(f"{'file':28}{'runs':>9}{'instructions':>14}{'cycles':>9}{'of all instructions':>21}")
    sum_of_cycles = 0
    taken = cycles([start for start, _ in looked_at], bodies, sys.argv[5])
    for (start, count), each in zip(looked_at, taken, strict=True):
        runs = times[start, count]
        sum_of_cycles += runs * each
        if runs * count >= SHOWN * total:
            name = names[bisect.bisect_right(places, start) - 1]
            print(f"{name:28}{runs:9.0f}{count:14}{each:9.1f}{runs * count / total:21.1%}")
    print(
        f"{len(looked_at)} blocks, {covered / total:.1%} of {total / 1e6:.2f} M instructions: "
        f"{sum_of_cycles / 1e6:.2f} M cycles, {covered / sum_of_cycles:.2f} instructions a cycle"
    )


main()
