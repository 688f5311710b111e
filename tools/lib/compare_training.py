#!/usr/bin/env python3
"""Training speed of Glint, Keras on TensorFlow, and PyTorch, in turn, and their losses step by step.

All train the same network with Adam on the same pictures from the same weights, which `glint bench --training --record`
writes: batches that are in memory before the clock starts. Every measurement is a process of its own; a round takes
each engine once, so that a slow phase of the machine meets all of them.
"""

import argparse
import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys

from peers.train_network import Recording, glint_gradients, keras_step, torch_gradients, torch_step
from progress import Progress

WARM_UP = 3
ENGINES = ("glint", "keras", "torch")
TITLES = {"glint": "Glint", "keras": "Keras / TensorFlow", "torch": "PyTorch", "exact": "PyTorch in float64"}
CHECKED_STEPS = (1, 10, 50, 100)


def run_gradients(path):
    """Prints how far the first step's gradients are from float64's, relative to their length."""
    import numpy as np
    recording = Recording(path)
    glint = glint_gradients(recording)
    exact, single = (torch_gradients(recording, kind) for kind in ("float64", "float32"))

    def error(found, name):
        return float(np.linalg.norm(found[name] - exact[name]) / np.linalg.norm(exact[name]))
    # A bias before a normalization changes nothing: its gradient is none but roundings.
    silent = {node["name"] + ".bias" for node, after in zip(recording.nodes, recording.nodes[1:])
              if after["kind"] == "norm"}
    print(json.dumps([{"parameter": name, "glint": error(glint, name), "torch": error(single, name)}
                      for name in exact if name not in silent]))


def run_peer(engine, path, threads, steps, learning_rate):
    """Times steps in this process and prints what `glint bench --training --json` prints of the same."""
    import time
    recording = Recording(path)
    if engine == "exact":
        step = torch_step(recording, threads, learning_rate, "float64")
    else:
        step = {"keras": keras_step, "torch": torch_step}[engine](recording, threads, learning_rate)
    times, losses = [], []
    for number in range(steps):
        start = time.perf_counter()
        losses.append(step(number))
        if number >= min(WARM_UP, steps - 1):
            times.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"median_ms": statistics.median(times), "min_ms": min(times), "losses": losses}))


def record(options, seed):
    """Has Glint write the weights, pictures and labels that this seed starts from, and its first gradients."""
    subprocess.run([options.glint, "bench", "--training", "--network", options.network, "--runs", "1", "--batch",
                    str(options.batch), "--seed", str(seed), "--record", str(options.recording), "--json"],
                   check=True, stdout=subprocess.DEVNULL)


def measure(options, engine, threads, steps, learning_rate=1e-3, seed=1):
    """One process of one engine; its times and losses."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    if engine == "glint":
        command = [options.glint, "bench", "--training", "--network", options.network, "--json", "--threads",
                   str(threads), "--runs", str(steps), "--batch", str(options.batch), "--learning-rate",
                   str(learning_rate), "--seed", str(seed)]
    else:
        # Without these, the C library gives memory back after each step and PyTorch loses 2.5 times to page faults.
        environment.update(MALLOC_MMAP_MAX_="0", MALLOC_TRIM_THRESHOLD_="100000000000")
        python = options.torch if engine == "exact" else getattr(options, engine)
        command = [python, __file__, "--peer", engine, "--recording", str(options.recording), "--threads", str(threads),
                   "--steps", str(steps), "--learning-rate", str(learning_rate)]
    process = subprocess.run(command, capture_output=True, text=True, env=environment)
    lines = [line for line in process.stdout.splitlines() if line.startswith("{")]
    if process.returncode != 0 or not lines:
        raise SystemExit(f"{TITLES[engine]} failed:\n{process.stderr.strip()[-2000:]}")
    return json.loads(lines[-1])


def compare_speed(options):
    """Rounds of all engines by number of threads; images a second of the fastest steps and of the median round."""
    table = []
    for threads in options.threads:
        best, medians = {engine: 0.0 for engine in options.engines}, {engine: [] for engine in options.engines}
        with Progress() as progress:
            for turn, engine in itertools.product(range(options.rounds), options.engines):
                progress(f"{threads} threads, round {turn + 1} of {options.rounds}: {TITLES[engine]}")
                times = measure(options, engine, threads, options.steps)
                best[engine] = max(best[engine], options.batch * 1e3 / times["min_ms"])
                medians[engine].append(options.batch * 1e3 / times["median_ms"])
        for engine in options.engines:
            ratios = [ours / theirs for ours, theirs in zip(medians["glint"], medians[engine])]
            table.append({"engine": engine, "threads": threads, "best_images_per_second": best[engine],
                          "images_per_second": statistics.median(medians[engine]),
                          "ratio_of_best": best["glint"] / best[engine], "ratio": statistics.median(ratios)})
    return table


def relative_distances(ours, theirs):
    """The largest relative difference of two losses up to each of the checked steps."""
    distances = [abs(a - b) / max(abs(b), 1e-12) for a, b in zip(ours, theirs)]
    return {count: max(distances[:count]) for count in CHECKED_STEPS if count <= len(distances)}


def compare_losses(options):
    """The losses of all engines on the same steps from several seeds, and how far they part.

    Every step multiplies what roundings leave, so that two float32 trainers part in the end, each from itself on
    another machine too, and one start says little about the next. PyTorch in float64 shows how much of a difference
    is rounding: the measure of Glint's distance to it is that of PyTorch's own float32. The gradients of the first
    step part by roundings alone.
    """
    engines = options.engines + (["exact"] if "torch" in options.engines else [])
    pairs = [("glint", engine) for engine in engines if engine != "glint"]
    pairs += [(engine, "exact") for engine in engines if "exact" in engines and engine not in ("glint", "exact")]
    starts, gradients = [], []
    with Progress() as progress:
        for seed in range(1, options.seeds + 1):
            record(options, seed)
            losses = {}
            for engine in engines:
                progress(f"losses from seed {seed} of {options.seeds}: {TITLES[engine]}")
                losses[engine] = measure(
                    options, engine, max(options.threads), options.loss_steps, options.learning_rate, seed)["losses"]
            starts.append({"seed": seed, "losses": losses, "distances": [
                {"of": ours, "from": theirs,
                 "largest_relative_difference": relative_distances(losses[ours], losses[theirs])}
                for ours, theirs in pairs]})
            if "exact" in engines and seed == 1:
                command = [options.torch, __file__, "--peer", "gradients", "--recording", str(options.recording)]
                gradients = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    medians = []
    for number, (ours, theirs) in enumerate(pairs):
        by_seed = [start["distances"][number]["largest_relative_difference"] for start in starts]
        medians.append({"of": ours, "from": theirs, "largest_relative_difference": {
            count: statistics.median(entry[count] for entry in by_seed) for count in by_seed[0]}})
    return {"learning_rate": options.learning_rate, "starts": starts, "medians": medians, "gradients": gradients}


def show(options, table, losses):
    print(f"Training {options.network}, batches of {options.batch} in memory, fp32, Adam; {options.rounds} rounds "
          f"of {options.steps} steps, engines in turn.\n")
    print(f"{'engine':20} threads  images/s median   best   Glint to it: median   best")
    for row in table:
        ratio = "" if row["engine"] == "glint" else f"{row['ratio']:16.2f} {row['ratio_of_best']:10.2f}"
        print(f"{TITLES[row['engine']]:20} {row['threads']:7} {row['images_per_second']:16.0f} "
              f"{row['best_images_per_second']:6.0f} {ratio}")
    if losses is None:
        return
    steps = options.loss_steps
    shown = [number for number in (1, 2, 5, 10, 20, 50, 100, 200, 500) if number <= steps]
    print(f"\nLosses over {steps} steps from the same weights and batches, learning rate {options.learning_rate}, "
          "seed 1:\n")
    print("step                 " + "".join(f"{number:>12}" for number in shown))
    for engine, values in losses["starts"][0]["losses"].items():
        print(f"{TITLES[engine]:20} " + "".join(f"{values[number - 1]:12.7f}" for number in shown))
    print(f"\nLargest relative difference up to a step, median of {options.seeds} seeds (least, most):")
    for number, entry in enumerate(losses["medians"]):
        words = []
        for count, median in entry["largest_relative_difference"].items():
            all_seeds = [start["distances"][number]["largest_relative_difference"][count] for start in losses["starts"]]
            words.append(f"{median:.1e} by {count} ({min(all_seeds):.1e}, {max(all_seeds):.1e})")
        print(f"{TITLES[entry['of']]} from {TITLES[entry['from']]}: " + ", ".join(words))
    if losses["gradients"]:
        print("\nGradients of the first step, relative distance from PyTorch in float64:\n")
        print("parameter             Glint   PyTorch")
        for row in losses["gradients"]:
            print(f"{row['parameter']:16} {row['glint']:10.1e} {row['torch']:9.1e}")


def main():
    parser = argparse.ArgumentParser(
        prog="tools/compare-with-peers --training",
        description="Training speed and losses of Glint, Keras and PyTorch.")
    parser.add_argument("--network", default="happy-sad",
                        help="happy-sad (the reference network), compact, or a file with a layer a line")
    parser.add_argument("--threads", default="1,2", help="numbers of threads (default: 1,2)")
    parser.add_argument("--rounds", type=int, default=3, help="how often each engine has its turn (default: 3)")
    parser.add_argument("--steps", type=int, default=15, help="steps of one turn, the first 3 not timed (default: 15)")
    parser.add_argument("--batch", type=int, default=32, help="pictures of a step (default: 32)")
    parser.add_argument("--loss-steps", type=int, default=100, help="steps whose losses are compared; 0: none")
    parser.add_argument("--seeds", type=int, default=5,
                        help="starts from which losses are compared (default: 5)")
    parser.add_argument("--learning-rate", type=float, default=1e-4,
                        help="of the steps whose losses are compared (default: 0.0001)")
    parser.add_argument("--engines", default="keras,torch", help="whom to compare with (default: keras,torch)")
    parser.add_argument("--json", action="store_true", help="print all figures as JSON")
    for name in ("--glint", "--keras", "--torch", "--recording", "--peer"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer == "gradients":
        return run_gradients(options.recording)
    if options.peer:
        return run_peer(options.peer, options.recording, int(options.threads), options.steps, options.learning_rate)
    options.threads = [int(number) for number in options.threads.split(",")]
    options.engines = ["glint"] + [engine for engine in options.engines.split(",") if engine != "glint"]
    unknown = set(options.engines) - set(ENGINES)
    if unknown:
        parser.error(f"unknown engine {', '.join(sorted(unknown))}; there are keras and torch")
    options.recording = pathlib.Path(options.recording)
    record(options, 1)
    table = compare_speed(options) if options.rounds > 0 else []
    losses = compare_losses(options) if options.loss_steps > 0 else None
    if options.json:
        print(json.dumps({"speed": table, "losses": losses}))
    else:
        show(options, table, losses)


if __name__ == "__main__":
    main()
