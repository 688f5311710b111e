#!/usr/bin/env python3
"""Training speed of Glint, Keras on TensorFlow, and PyTorch, in turn, and their losses step by step.

All train the reference network with Adam on the same pictures from the same weights, which `glint bench --training
--record` writes: batches that are in memory before the clock starts. Every measurement is a process of its own; a round
takes each engine once, so that a slow phase of the machine meets all of them.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys

WARM_UP = 3
ENGINES = ("glint", "keras", "torch")
TITLES = {"glint": "Glint", "keras": "Keras / TensorFlow", "torch": "PyTorch", "exact": "PyTorch in float64"}
CHECKED_STEPS = (1, 10, 50, 100)
CONVOLUTIONS = ("conv1", "conv2", "conv3")


def recorded(path):
    """Weights by name, pictures `[batches, n, h, w, 3]` and labels `[batches, n]` of a recording."""
    from safetensors.numpy import load_file
    tensors = {name: value for name, value in load_file(path).items()
               if not name.startswith("_fill.") and not name.endswith(".gradient")}
    return tensors, tensors.pop("pixels"), tensors.pop("labels")


def keras_step(recording, threads, learning_rate):
    """A function that does step `n` with Keras and returns its loss."""
    os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="", KERAS_BACKEND="tensorflow",
                      TF_NUM_INTRAOP_THREADS=str(threads), TF_NUM_INTEROP_THREADS="1")
    import keras
    import numpy as np
    import tensorflow as tf
    weights, pixels, labels = recorded(recording)
    layers = keras.layers
    model = keras.Sequential([layers.Input(pixels.shape[2:])])
    for name in CONVOLUTIONS:
        model.add(layers.Conv2D(weights[name + ".weight"].shape[0], 3, activation="relu", name=name))
        model.add(layers.MaxPooling2D())
    model.add(layers.Flatten())
    model.add(layers.Dense(weights["dense1.weight"].shape[0], activation="relu", name="dense1"))
    model.add(layers.Dense(1, name="dense2"))
    for name in CONVOLUTIONS:  # outputs last, where Glint has them first
        model.get_layer(name).set_weights([weights[name + ".weight"].transpose(1, 2, 3, 0), weights[name + ".bias"]])
    for name in ("dense1", "dense2"):
        model.get_layer(name).set_weights([weights[name + ".weight"].T, weights[name + ".bias"]])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate, epsilon=1e-8),
                  loss=keras.losses.BinaryCrossentropy(from_logits=True), jit_compile=False)
    batches = [(tf.constant(batch.astype(np.float32) / np.float32(255)), tf.constant(label[:, None].astype(np.float32)))
               for batch, label in zip(pixels, labels)]

    def step(number):
        model.reset_metrics()  # otherwise the loss is the mean of all steps so far
        return float(model.train_on_batch(*batches[number % len(batches)]))
    return step


def torch_training(recording, number_type):
    """The reference network in PyTorch with recorded weights, its loss function, and the recorded batches."""
    import numpy as np
    import torch
    from torch import nn
    weights, pixels, labels = recorded(recording)
    tensor = {name: torch.from_numpy(np.array(value)) for name, value in weights.items()}

    def convolution(name):
        outputs, _, _, inputs = tensor[name + ".weight"].shape
        layer = nn.Conv2d(inputs, outputs, 3)
        layer.weight.data = tensor[name + ".weight"].permute(0, 3, 1, 2).contiguous()
        layer.bias.data = tensor[name + ".bias"]
        return layer

    def dense(name, weight):
        layer = nn.Linear(weight.shape[1], weight.shape[0])
        layer.weight.data, layer.bias.data = weight.contiguous(), tensor[name + ".bias"]
        return layer

    layers = [layer for name in CONVOLUTIONS for layer in (convolution(name), nn.ReLU(), nn.MaxPool2d(2))]
    first = tensor["dense1.weight"]  # inputs in the order rows, columns, channels; PyTorch flattens channels first
    hidden, channels = first.shape[0], layers[-3].out_channels
    side = round((first.shape[1] // channels) ** 0.5)
    first = first.reshape(hidden, side, side, channels).permute(0, 3, 1, 2).reshape(hidden, -1)
    model = nn.Sequential(*layers, nn.Flatten(), dense("dense1", first), nn.ReLU(),
                          dense("dense2", tensor["dense2.weight"]))
    kind = getattr(torch, number_type)
    model = model.to(dtype=kind, memory_format=torch.channels_last)
    batches = [(torch.from_numpy(batch.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255))
                .to(kind).contiguous(memory_format=torch.channels_last), torch.from_numpy(label[:, None]).to(kind))
               for batch, label in zip(pixels, labels)]
    return model, nn.BCEWithLogitsLoss(), batches


def torch_step(recording, threads, learning_rate, number_type="float32"):
    """A function that does step `n` with PyTorch and returns its loss."""
    import torch
    torch.set_num_threads(threads)
    model, loss_of, batches = torch_training(recording, number_type)
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)

    def step(number):
        images, targets = batches[number % len(batches)]
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(model(images), targets)
        loss.backward()
        optimizer.step()
        return float(loss.detach())
    return step


def torch_gradients(recording, number_type):
    """The gradients of the first step by name, flat, in PyTorch's order."""
    model, loss_of, batches = torch_training(recording, number_type)
    images, targets = batches[0]
    loss_of(model(images), targets).backward()
    names = [f"{layer}.{kind}" for layer in (*CONVOLUTIONS, "dense1", "dense2") for kind in ("weight", "bias")]
    return {name: parameter.grad.contiguous().double().numpy().ravel()
            for name, parameter in zip(names, model.parameters())}


def run_gradients(recording):
    """Prints how far the first step's gradients are from float64's, relative to their length."""
    import numpy as np
    from safetensors.numpy import load_file
    glint = {}
    for name, value in load_file(recording).items():
        if not name.endswith(".gradient"):
            continue
        if value.ndim == 4:
            value = value.transpose(0, 3, 1, 2)
        elif name == "dense1.weight.gradient":
            channels = load_file(recording)["conv3.bias"].shape[0]
            side = round((value.shape[1] // channels) ** 0.5)
            value = value.reshape(-1, side, side, channels).transpose(0, 3, 1, 2)
        glint[name.removesuffix(".gradient")] = value.astype(np.float64).ravel()
    exact, single = (torch_gradients(recording, kind) for kind in ("float64", "float32"))

    def error(found, name):
        return float(np.linalg.norm(found[name] - exact[name]) / np.linalg.norm(exact[name]))
    print(json.dumps([
        {"parameter": name, "glint": error(glint, name), "torch": error(single, name)} for name in exact]))


def run_peer(engine, recording, threads, steps, learning_rate):
    """Times steps in this process and prints what `glint bench --training --json` prints of the same."""
    import time
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
    subprocess.run([options.glint, "bench", "--training", "--runs", "1", "--batch", str(options.batch),
                    "--seed", str(seed), "--record", str(options.recording), "--json"],
                   check=True, stdout=subprocess.DEVNULL)


def measure(options, engine, threads, steps, learning_rate=1e-3, seed=1):
    """One process of one engine; its times and losses."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    if engine == "glint":
        command = [options.glint, "bench", "--training", "--json", "--threads", str(threads), "--runs", str(steps),
                   "--batch", str(options.batch), "--learning-rate", str(learning_rate), "--seed", str(seed)]
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
        for turn in range(options.rounds):
            for engine in options.engines:
                print(f"\r{threads} threads, round {turn + 1} of {options.rounds}: {TITLES[engine]:20}", end="",
                      file=sys.stderr, flush=True)
                times = measure(options, engine, threads, options.steps)
                best[engine] = max(best[engine], options.batch * 1e3 / times["min_ms"])
                medians[engine].append(options.batch * 1e3 / times["median_ms"])
        print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
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
    for seed in range(1, options.seeds + 1):
        record(options, seed)
        losses = {}
        for engine in engines:
            print(f"\rlosses from seed {seed} of {options.seeds}: {TITLES[engine]:20}", end="",
                  file=sys.stderr, flush=True)
            losses[engine] = measure(
                options, engine, max(options.threads), options.loss_steps, options.learning_rate, seed)["losses"]
        starts.append({"seed": seed, "losses": losses, "distances": [
            {"of": ours, "from": theirs,
             "largest_relative_difference": relative_distances(losses[ours], losses[theirs])}
            for ours, theirs in pairs]})
        if "exact" in engines and seed == 1:
            command = [options.torch, __file__, "--peer", "gradients", "--recording", str(options.recording)]
            gradients = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print("\r" + " " * 60 + "\r", end="", file=sys.stderr)
    medians = []
    for number, (ours, theirs) in enumerate(pairs):
        by_seed = [start["distances"][number]["largest_relative_difference"] for start in starts]
        medians.append({"of": ours, "from": theirs, "largest_relative_difference": {
            count: statistics.median(entry[count] for entry in by_seed) for count in by_seed[0]}})
    return {"learning_rate": options.learning_rate, "starts": starts, "medians": medians, "gradients": gradients}


def show(options, table, losses):
    print(f"Training the reference network, batches of {options.batch} in memory, fp32, Adam; {options.rounds} rounds "
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
