"""One process of a distributed training: torchrun starts as many as are asked for, on any number of hosts.

A step's pictures are dealt out to the processes, and the gradient is the mean over all of them, so that the number of
processes does not change what is computed but for rounding. The weights kept are those with the lowest validation loss.
"""

import argparse
import datetime
import io
import json
import math
import os
import signal
import sys
import time

import numpy as np
import torch
import torch.distributed as distributed
from torch.nn.parallel import DistributedDataParallel

from augmentation import changed
from model_file import Prepared, replace_file, test_pattern, write_model
from network import GraphNetwork


class Job:
    """What one process knows: its place, its device, the data, the network."""

    def __init__(self, options):
        self.options = options
        self.rank, self.world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        self.data = Prepared(options.prepared)
        on_gpu = torch.cuda.is_available() and options.device != "cpu"
        if options.device == "gpu" and not on_gpu:
            raise SystemExit("--device gpu: this host has no GPU that PyTorch can use")
        if on_gpu:
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]) % torch.cuda.device_count())
        self.device = torch.device("cuda", torch.cuda.current_device()) if on_gpu else torch.device("cpu")
        distributed.init_process_group("nccl" if on_gpu else "gloo", timeout=datetime.timedelta(minutes=10))
        torch.manual_seed(options.seed + self.rank)  # dropout alone draws numbers; weights come with the data
        extras = self.data.extras
        self.network = GraphNetwork(self.data.graph, self.data.weights, set(extras["normalized"]), extras["dropout"])
        if extras["normalized"] and self.world > 1 and on_gpu:
            self.network = torch.nn.SyncBatchNorm.convert_sync_batchnorm(self.network)
        self.network = self.network.to(self.device, memory_format=torch.channels_last)
        self.parallel = DistributedDataParallel(self.network) if self.world > 1 else self.network
        self.is_binary = self.data.graph["outputs"][0]["function"] == "sigmoid"
        self.optimizer = torch.optim.AdamW(
            [{"params": [p for p in self.network.parameters() if p.dim() > 1], "weight_decay": options.weight_decay},
             {"params": [p for p in self.network.parameters() if p.dim() <= 1], "weight_decay": 0}],
            lr=options.learning_rate)
        self.stopping = False
        self.state = {"epoch": 0, "step": 0, "best_loss": math.inf, "best_epoch": 0, "best": None, "sums": [0.0, 0, 0]}

    def say(self, words, end="\n"):
        if self.rank == 0 and not self.options.quiet:
            print(words, file=sys.stderr, end=end, flush=True)

    def summed(self, *numbers):
        """Each number summed over all processes."""
        tensor = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        if self.world > 1:
            distributed.all_reduce(tensor)
        return tensor.tolist()

    def images(self, part, indices):
        pixels, labels, shares = self.data.batch(part, indices)
        images = torch.from_numpy(pixels).to(self.device).permute(0, 3, 1, 2).float() / 255
        return (images.contiguous(memory_format=torch.channels_last), torch.from_numpy(labels).to(self.device),
                torch.from_numpy(shares).to(self.device))

    def losses(self, logits, labels, shares):
        """The loss of each picture, and which are labelled rightly."""
        if self.is_binary:
            losses = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], shares[:, 1], reduction="none")
            return losses, (logits[:, 0] > 0) == (labels == 1)
        losses = torch.nn.functional.cross_entropy(logits, shares, reduction="none")
        return losses, logits.argmax(1) == labels


def rate(options, step, steps):
    """The learning rate of a step, counted from 0: constant, or half a cosine."""
    if options.schedule == "constant":
        return options.learning_rate
    return options.learning_rate * (1 + math.cos(math.pi * step / max(1, steps))) / 2


def learn(job, order, steps, step):
    """One step on this process's share of a batch; adds to the epoch's sums."""
    options, number = job.options, step % steps
    batch = order[number * options.batch:(number + 1) * options.batch]
    own = batch[job.rank::job.world]
    # Gradients are averaged over processes: each gives the sum of its pictures times processes over pictures.
    scale = job.world / len(batch)
    numbers = own if len(own) else batch[:1]
    images, labels, shares = job.images("train", numbers)
    if options.augmentation == "light":
        images = changed(images, options.seed, step // steps, numbers)
    job.parallel.train()
    losses, right = job.losses(job.parallel(images), labels, shares)
    if not len(own):  # nothing to do in a last, short batch, but all must take part
        losses, right = losses * 0, right & False
    job.optimizer.zero_grad(set_to_none=True)
    (losses.sum() * scale).backward()
    total, = job.summed(float(losses.detach().sum()))
    if not math.isfinite(total):
        raise SystemExit(f"training diverged at step {step + 1}: the loss is no number. The weights of the best epoch "
                         f"are kept in {checkpoint_path(options)}; try a smaller --learning-rate.")
    for group in job.optimizer.param_groups:
        group["lr"] = rate(options, step, options.epochs * steps)
    job.optimizer.step()
    sums = job.state["sums"]
    sums[0] += total
    sums[1] += int(right.sum())
    sums[2] += len(own)


@torch.no_grad()
def evaluate(job, part):
    """Mean loss and share of right answers over a part."""
    job.network.eval()
    own = np.arange(job.rank, job.data.count(part), job.world)
    total, right = 0.0, 0
    for first in range(0, len(own), 64):
        images, labels, shares = job.images(part, own[first:first + 64])
        losses, rights = job.losses(job.network(images), labels, shares)
        total, right = total + float(losses.double().sum()), right + int(rights.sum())
    total, right = job.summed(total, right)
    return total / max(1, job.data.count(part)), right / max(1, job.data.count(part))


def checkpoint_path(options):
    return options.output + ".checkpoint"


def identity(job):
    """What a checkpoint must agree with."""
    options = job.options
    return {"data": job.data.fingerprint, "graph": job.data.metadata["graph"], "batch": options.batch,
            "seed": options.seed, "learning rate": options.learning_rate, "schedule": options.schedule,
            "weight decay": options.weight_decay, "augmentation": options.augmentation,
            "epochs": options.epochs if options.schedule == "cosine" else 0}


def save(job):
    """Writes everything to go on from; the first process alone."""
    if job.rank != 0:
        return
    content = io.BytesIO()
    torch.save({"identity": identity(job), "state": job.state, "network": job.network.state_dict(),
                "optimizer": job.optimizer.state_dict()}, content)
    replace_file(checkpoint_path(job.options), content.getvalue())


def resume(job):
    path = checkpoint_path(job.options)
    if not os.path.exists(path):
        raise SystemExit(f"{path}: there is no checkpoint to resume from")
    found = torch.load(path, map_location=job.device, weights_only=False)
    for name, value in identity(job).items():
        if found["identity"].get(name) != value:
            raise SystemExit(f"{path}: was made with another {name}; train anew without --resume")
    job.network.load_state_dict(found["network"])
    job.optimizer.load_state_dict(found["optimizer"])
    job.state = found["state"]
    if job.rank != 0:  # the sums so far stand with the first process
        job.state["sums"][1:] = [0, 0]


def train(job):
    """All epochs, or until somebody interrupts."""
    options, state, count = job.options, job.state, job.data.count("train")
    steps = math.ceil(count / options.batch)
    while state["epoch"] < options.epochs:
        order = np.random.default_rng([options.seed, state["epoch"]]).permutation(count)
        start, before = time.monotonic(), state["step"] % steps
        drawn = 0.0
        for number in range(before, steps):
            if job.summed(float(job.stopping))[0] > 0:  # all stop before the same step
                sums = job.summed(*state["sums"][1:])
                if job.rank == 0:
                    state["sums"][1:] = sums
                save(job)
                raise SystemExit(f"interrupted in epoch {state['epoch'] + 1}. Everything is kept in "
                                 f"{checkpoint_path(options)}; the same command with --resume goes on from there.")
            learn(job, order, steps, state["step"])
            state["step"] += 1
            if time.monotonic() - drawn > (0.2 if sys.stderr.isatty() else 10):
                drawn = time.monotonic()
                job.say(f"{chr(13) if sys.stderr.isatty() else ''}Epoch {state['epoch'] + 1} of {options.epochs}: "
                        f"step {number + 1} of {steps}", end="" if sys.stderr.isatty() else "\n")
        seconds = time.monotonic() - start
        (right, seen), total = job.summed(*state["sums"][1:]), state["sums"][0]
        loss, accuracy = evaluate(job, "validation")
        state["epoch"] += 1
        state["sums"] = [0.0, 0, 0]
        best = loss < state["best_loss"]
        if best:
            state.update(best_loss=loss, best_epoch=state["epoch"], best=job.network.exported())
        job.say(f"{chr(13) if sys.stderr.isatty() else ''}Epoch {state['epoch']} of {options.epochs}: "
                f"loss {total / max(1, seen):.4f}, accuracy {right / max(1, seen):.1%}, validation {loss:.4f}, "
                f"{accuracy:.1%}{' *' if best else ''}, {(steps - before) * options.batch / seconds:.0f} images/s")
        save(job)


def finish(job):
    """Looks at the test pictures with the best weights and writes the model."""
    state, data, options = job.state, job.data, job.options
    best = GraphNetwork(data.graph, state["best"], set(), {}).to(job.device).eval()
    job.network = best
    validation, test = evaluate(job, "validation"), evaluate(job, "test")
    if job.rank != 0:
        return
    pattern = test_pattern(data.graph["input"])
    with torch.no_grad():
        logits = best(torch.from_numpy(pattern).to(job.device).permute(2, 0, 1)[None].float() / 255)
    card = json.loads(data.metadata["card"])
    card.update({
        "recipe": f"adam {options.learning_rate}, batch {options.batch}, {options.epochs} epochs, {options.schedule} "
                  f"learning rate, weight decay {options.weight_decay}, augmentation {options.augmentation}",
        "seed": str(options.seed), "best epoch": f"{state['best_epoch']} of {state['epoch']}",
        "validation accuracy": f"{validation[1]:.1%} of {data.count('validation')}",
        "tool": f"train-distributed, PyTorch {torch.__version__}, {job.world} processes"})
    if data.count("test"):
        card["test accuracy"] = f"{test[1]:.1%} of {data.count('test')}"
    metadata = {name: data.metadata[name] for name in
                ("format", "format_version", "kind", "graph", "preprocessing", "labels")}
    metadata["card"] = json.dumps(card, ensure_ascii=False)
    tensors = {name: value.astype(np.float32) for name, value in state["best"].items()}
    tensors["golden.pixels"] = pattern[None]
    tensors["golden.logits"] = logits.float().cpu().numpy()
    write_model(options.output, tensors, metadata)
    os.path.exists(checkpoint_path(options)) and os.unlink(checkpoint_path(options))
    print(f"validation: loss {validation[0]:.4f}, accuracy {validation[1]:.1%} of {data.count('validation')}")
    if data.count("test"):
        print(f"test: loss {test[0]:.4f}, accuracy {test[1]:.1%} of {data.count('test')}")
    print(f"{options.output}: the weights of epoch {state['best_epoch']}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("prepared")
    parser.add_argument("--output", required=True)
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--weight-decay", type=float, default=0.0)
    parser.add_argument("--schedule", choices=("constant", "cosine"), default="constant")
    parser.add_argument("--augmentation", choices=("none", "light"), default="light")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", choices=("auto", "cpu", "gpu"), default="auto")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    status = 0
    try:
        job = Job(options)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: setattr(job, "stopping", True))
        if options.resume:
            resume(job)
        train(job)
        finish(job)
    except SystemExit as ending:  # all processes end for the same reason, and one says it
        if os.environ["RANK"] == "0":
            print(f"train-distributed: {ending}", file=sys.stderr)
        status = 1
    if distributed.is_initialized():
        distributed.destroy_process_group()
    sys.stdout.flush()
    sys.exit(status)


if __name__ == "__main__":
    main()
