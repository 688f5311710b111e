"""Holds Glint's int8 inference against the other engines', on the same weights, pictures and machine.

First every engine's logits are held against the network's in float64; then they run in turn, round after round, one
process at a time, and each round gives one ratio to Glint. Used by tools/compare-with-peers, which explains the
options.
"""

import argparse
import contextlib
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys

import numpy as np

from progress import Progress

HERE = pathlib.Path(__file__).parent
# What an engine's logits may be away from float64's, as a share of their spread over the trial pictures: enough to tell
# another network from coarse quantization (OpenVINO's default, symmetric activations, is off by a quarter to a third).
ALLOWED_ERROR = 0.5
# Instruction sets that both Glint and OpenVINO can be held to, as oneDNN calls them, with which OpenVINO computes.
LIMITS = {"avx2": "AVX2", "avx-vnni": "AVX2_VNNI"}


def limited(isa):
    """The environment that holds OpenVINO to an instruction set, if one is given."""
    return {"ONEDNN_MAX_CPU_ISA": LIMITS[isa]} if isa else {}


class Peer:
    """One engine in its own process, stopped while others run."""

    def __init__(self, python, engine, folder, threads, environment, script="run_engine.py"):
        self.name = engine
        self.process = subprocess.Popen(
            [python, HERE / script, engine, folder, str(threads)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=dict(os.environ, OMP_NUM_THREADS=str(threads), OMP_WAIT_POLICY="PASSIVE", **environment))
        self.logits = np.array(self.answer()["logits"])

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError((self.process.stderr.read().strip().splitlines() or ["it ended without a word"])[-1])
        return json.loads(line)

    def measure(self, runs):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(f"{runs}\n")
        self.process.stdin.flush()
        result = self.answer()
        self.process.send_signal(signal.SIGSTOP)
        return result

    def close(self):
        self.process.kill()
        self.process.wait()


class Glint:
    """Glint's own benchmark of the network, a process each round."""

    name = "Glint"

    def __init__(self, program, model, trials, threads, isa):
        limit = ["--isa", isa] if isa else []
        self.command = [program, "bench", model, "--json", "--threads", str(threads), *limit]
        lines = subprocess.run([program, "classify", model, trials, "--no-faces", "--json", *limit], check=True,
                               capture_output=True, text=True).stdout.splitlines()
        labelled = {item["file"]: item["logits"][0] for item in map(json.loads, lines)}
        self.logits = np.array([labelled[name] for name in sorted(labelled)])

    def measure(self, runs):
        result = json.loads(subprocess.run([*self.command, "--runs", str(runs)], check=True, capture_output=True,
                                           text=True).stdout)
        self.share_of_peak = result["share_of_peak"]
        return {"median": result["median_ms"], "min": result["min_ms"]}


class GlintFrames:
    """Glint's own benchmark from JPEG to label, a process each round."""

    def __init__(self, program, model, frames, threads, name="Glint"):
        self.name = name
        self.command = [program, "bench", model, "--frames", frames, "--json", "--threads", str(threads)]
        self.measure(1)

    def measure(self, runs):
        result = json.loads(subprocess.run([*self.command, "--runs", str(runs)], check=True, capture_output=True,
                                           text=True).stdout)
        self.logits = np.array([logits[0] for logits in result["logits"]])
        self.stages = {stage["name"]: stage["median_ms"] for stage in result["stages"]}
        return {"median": result["median_ms"], "min": result["min_ms"]}


def compare(options, threads, floats):
    """Measures all engines with this many threads; the rows of the table."""
    environment = limited(options.isa)
    if options.pipeline:
        glint = GlintFrames(options.glint, options.int8, options.models / "frames", threads)
    else:
        glint = Glint(options.glint, options.int8, options.models / "trials", threads, options.isa)
    engines, rows = [glint], []
    # Only OpenVINO can be held to an instruction set.
    names = ["OpenVINO"] if options.isa else ["OpenCV and LiteRT"] if options.pipeline else options.engines
    with contextlib.ExitStack() as stack:
        for name in names:
            try:
                peer = Peer(options.python, name, options.models, threads, environment)
            except RuntimeError as error:
                print(f"{name} does not run here: {error}", file=sys.stderr)
                continue
            stack.callback(peer.close)
            engines.append(peer)
            peer.process.send_signal(signal.SIGSTOP)
        spread = floats.std()
        times = {engine.name: [] for engine in engines}
        with Progress() as progress:
            for number in range(options.rounds):
                progress(f"{threads} thread{'s' * (threads > 1)}: round {number + 1} of {options.rounds}")
                for engine in engines:
                    times[engine.name].append(engine.measure(options.runs))
    for engine in engines:
        medians = [time["median"] for time in times[engine.name]]
        ratios = [median / own["median"] for median, own in zip(medians, times["Glint"])]
        error = float(np.sqrt(np.mean((engine.logits - floats) ** 2)) / spread)
        rows.append({"engine": engine.name, "threads": threads, "median_ms": statistics.median(medians),
                     "best_median_ms": min(medians), "min_ms": min(time["min"] for time in times[engine.name]),
                     "ratio": statistics.median(ratios), "logit_error": error})
    if options.pipeline:
        rows[0]["stages"] = glint.stages
    else:
        rows[0]["share_of_peak"] = glint.share_of_peak
    return rows


def show_other(options, threads):
    """What another of Glint's models takes on the same frames, which no peer is given."""
    other = GlintFrames(options.glint, options.other, options.models / "frames", threads)
    median = statistics.median(other.measure(options.runs)["median"] for _ in range(options.rounds))
    print(f"  {other.name} with {pathlib.Path(options.other).name}: median {median:.3f} ms, {stages(other.stages)}")


def stages(times):
    return ", ".join(f"{name} {time:.3f}" for name, time in times.items())


def show(rows, options):
    limit = f", held to {options.isa}" if options.isa else ""
    work = "from a 640x480 JPEG (4:2:2, quality 90) to the label, " if options.pipeline else "batch 1, "
    print(f"\n{rows[0]['threads']} thread{'s' * (rows[0]['threads'] > 1)}, {work}256x256x3, int8{limit}")
    print(f"  {'engine':18} {'median ms':>9} {'best ms':>9} {'least ms':>9} {'to Glint':>9}  logits off by")
    for row in rows:
        wrong = "   WRONG" if row["logit_error"] > ALLOWED_ERROR else ""
        print(f"  {row['engine']:18} {row['median_ms']:9.3f} {row['best_median_ms']:9.3f} {row['min_ms']:9.3f} "
              f"{row['ratio']:8.2f}x  {100 * row['logit_error']:.1f} %{wrong}")
    peers = [row for row in rows[1:] if row["logit_error"] <= ALLOWED_ERROR]
    if peers:
        fastest = min(peers, key=lambda row: row["ratio"])
        print(f"  Glint is {fastest['ratio']:.2f} times as fast as the fastest peer, {fastest['engine']}.")
    if options.pipeline:
        print(f"  Glint's stages: {stages(rows[0]['stages'])}")


def main():
    parser = argparse.ArgumentParser()
    for name in ("glint", "int8", "python"):
        parser.add_argument(name)
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--runs", type=int, default=300)
    parser.add_argument("--isa", choices=LIMITS)
    parser.add_argument("--engines", default="LiteRT,OpenVINO,ONNX Runtime u8s8,ONNX Runtime s8s8,ncnn")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--pipeline", action="store_true")
    parser.add_argument("--other")
    options = parser.parse_args()
    options.engines = options.engines.split(",")
    floats = np.load(options.models / ("frame_logits.npy" if options.pipeline else "logits.npy"))
    everything = []
    for threads in map(int, options.threads.split(",")):
        rows = compare(options, threads, floats)
        everything += rows
        if not options.json:
            show(rows, options)
            if options.other:
                show_other(options, threads)
    if options.json:
        print(json.dumps(everything))
    elif options.pipeline:
        print("\nRatios are medians over rounds in which both ran in turn, each on the same frames in memory.")
    elif not options.isa:
        print("\nRatios are medians over rounds in which all engines ran in turn; an inference starts from an input"
              " that"
              "\nalready has the engine's layout and type, and ends with the logits.")


if __name__ == "__main__":
    main()
