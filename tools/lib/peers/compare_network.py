"""Holds Glint's int8 inference of one network against the other engines', int8 and float, and prints a table.

First every engine's results are held against Glint's float model; then they run in turn, many short rounds, one process
at a time, and each round gives one ratio to Glint. Used by tools/compare-with-peers, which explains the options.
"""

import argparse
import contextlib
import json
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile

import numpy as np

import compare
import run_network
import tflite_writer
from progress import Progress

# What int8 may be away from float, as a share of the results' spread: enough to tell another network from coarse
# quantization.
ALLOWED_ERROR = 0.5


def logits(glint, model, trials, isa):
    """The outputs of Glint's own program for the trial pictures, joined, channels last."""
    limit = ["--isa", isa] if isa else []
    pixels = np.load(trials)
    # A model that was imported takes and gives numbers in its file's order of axes.
    file = tflite_writer.metadata_of(model).get("interface", {"input": {}, "outputs": []})
    outputs = {output["name"]: output for output in file["outputs"]}
    if file["input"].get("channels_first"):
        pixels = pixels.transpose(0, 3, 1, 2)
    with tempfile.TemporaryDirectory() as folder:
        given, result = pathlib.Path(folder) / "x.npy", pathlib.Path(folder) / "y.npz"
        np.save(given, np.ascontiguousarray(pixels))
        subprocess.run([glint, "run", model, "--input", given, "--output", result, "--logits", *limit], check=True,
                       stdout=subprocess.DEVNULL)
        arrays = np.load(result)
        names = list(outputs) or [output["value"] for output in tflite_writer.graph_of(model)["outputs"]]
        parts = []
        for name in names:
            values = arrays[name]
            if values.ndim == 4 and outputs.get(name, {}).get("channels_first"):
                values = values.transpose(0, 2, 3, 1)
            parts.append(values.reshape(len(pixels), -1))
    return np.concatenate(parts, axis=1)


class Glint:
    """Glint's own benchmark of the network, a process each round."""

    def __init__(self, options, threads, isa=None):
        self.name = f"Glint, held to {isa}" if isa else "Glint int8"
        limit = ["--isa", isa] if isa else []
        self.command = [options.glint, "bench", options.folder / "int8.safetensors", "--json", "--threads",
                        str(threads), *limit]
        self.logits = logits(options.glint, options.folder / "int8.safetensors", options.folder / "trials.npy", isa)

    def measure(self, runs):
        text = subprocess.run([*map(str, self.command), "--runs", str(runs)], check=True, capture_output=True,
                              text=True).stdout
        result = json.loads(text)
        return {"median": result["median_ms"], "min": result["min_ms"]}


def measure(options, threads, floats):
    """The engines' rows of the table for this many threads."""
    held = compare.limited(options.isa)
    names = [name for name in options.engines if not options.isa or name.startswith("OpenVINO")]
    with contextlib.ExitStack() as stack:
        engines = [Glint(options, threads, options.isa)]
        for name in names:
            try:
                peer = compare.Peer(options.python, name, options.folder, threads, held, "run_network.py")
            except RuntimeError as error:
                print(f"{name} does not run here: {error}", file=sys.stderr)
                continue
            stack.callback(peer.close)
            peer.process.send_signal(signal.SIGSTOP)
            engines.append(peer)
        # About as long for each engine in each round.
        runs = {engine.name: max(5, int(options.milliseconds / engine.measure(20)["median"])) for engine in engines}
        times = {engine.name: [] for engine in engines}
        with Progress() as progress:
            for number in range(options.rounds):
                progress(f"{options.name}, {threads} thread{'s' * (threads > 1)}: "
                         f"round {number + 1} of {options.rounds}")
                for engine in engines:
                    times[engine.name].append(engine.measure(runs[engine.name]))
    rows = []
    for engine in engines:
        medians = [time["median"] for time in times[engine.name]]
        ratios = [median / own["median"] for median, own in zip(medians, times[engines[0].name])]
        error = float(np.sqrt(np.mean((engine.logits - floats) ** 2)) / floats.std())
        rows.append({"network": options.name, "engine": engine.name, "threads": threads,
                     "median_ms": statistics.median(medians), "min_ms": min(time["min"] for time in times[engine.name]),
                     "ratio": statistics.median(ratios), "error": error})
    return rows


def show(rows, name):
    """A table in Markdown: a line an engine, by number of threads the median, the least time and the ratio to Glint."""
    counts = sorted({row["threads"] for row in rows})
    print(f"\n{name}, batch 1, times in ms\n")
    heads = [f"{count} thread{'s' * (count > 1)}: median | least | to Glint" for count in counts]
    print("| engine | " + " | ".join(heads) + " | off by |")
    print("|---|" + "---|" * (3 * len(counts) + 1))
    for engine in dict.fromkeys(row["engine"] for row in rows):
        cells = []
        for count in counts:
            row = next((row for row in rows if row["engine"] == engine and row["threads"] == count), None)
            cells.append(f"{row['median_ms']:.3f} | {row['min_ms']:.3f} | {row['ratio']:.2f}" if row else "| |")
        error = next(row["error"] for row in rows if row["engine"] == engine)
        print(f"| {engine} | {' | '.join(cells)} | {100 * error:.1f} %{' WRONG' * (error > ALLOWED_ERROR)} |")
    for count in counts:
        peers = [row for row in rows if row["threads"] == count and row["error"] <= ALLOWED_ERROR][1:]
        if peers:
            fastest = min(peers, key=lambda row: row["ratio"])
            print(f"\n{count} thread{'s' * (count > 1)}: Glint is {fastest['ratio']:.2f} times as fast as the fastest"
                  f" peer, {fastest['engine']}.")


def main():
    parser = argparse.ArgumentParser()
    for name in ("glint", "python", "name"):
        parser.add_argument(name)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--milliseconds", type=float, default=150)
    parser.add_argument("--isa", choices=compare.LIMITS)
    parser.add_argument("--engines", default=",".join(run_network.ENGINES))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    options.engines = options.engines.split(",")
    floats = logits(options.glint, options.folder / "float.safetensors", options.folder / "trials.npy", None)
    rows = [row for threads in map(int, options.threads.split(",")) for row in measure(options, threads, floats)]
    if options.json:
        print(json.dumps(rows))
    else:
        show(rows, options.name)


if __name__ == "__main__":
    main()
