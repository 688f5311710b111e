"""The table of tools/evaluate-models. Arguments: what `glint compare --json` printed, and the data folders."""

import collections
import json
import math
import os
import sys

SHOWN = ("happy", "sad")


def interval(some, of):
    """Wilson's 95 % interval of a share, in percent, in words."""
    if of == 0:
        return "none there"
    z, share = 1.96, some / of
    middle = (share + z * z / 2 / of) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / 4 / of / of) / (1 + z * z / of)
    return f"{100 * share:.1f} % ({100 * (middle - half):.1f} to {100 * (middle + half):.1f})"


def calibration_error(answers, kind):
    """Expected calibration error over fifteen bins of the largest probability (Guo et al. 2017)."""
    bins = collections.defaultdict(lambda: [0.0, 0])
    for answer in answers:
        confidence = max(answer[kind])
        entry = bins[min(14, int(confidence * 15))]
        entry[0] += confidence
        entry[1] += answer["predicted " + kind] == answer["label"]
    return sum(abs(confidence - right) for confidence, right in bins.values()) / max(1, len(answers))


def figures(answers, labels, thresholds, weights, kind):
    """One row of the table."""
    shown = [index for index, label in enumerate(labels) if label in SHOWN]
    row, counts = {}, collections.Counter()
    for answer in answers:
        probabilities, truth = answer[kind], answer["label"]
        answer["predicted " + kind] = labels[max(range(len(labels)), key=probabilities.__getitem__)]
        nearest = max(shown, key=probabilities.__getitem__)
        threshold = (thresholds or [0] * len(labels))[nearest]
        weighted = sum(p * weight for p, weight in zip(probabilities, weights))
        says = threshold is not None and probabilities[nearest] / weighted >= threshold
        answer["said " + kind] = labels[nearest] if says else None
        counts[truth] += 1
        counts[truth, "labelled"] += says
        if truth in SHOWN:
            counts["nearest"] += labels[nearest] == truth
            counts["right"] += says and labels[nearest] == truth
    faces = sum(counts[label] for label in SHOWN)
    said = sum(counts[label, "labelled"] for label in SHOWN)
    row["happy and sad"] = str(faces)
    row["nearest right"] = interval(counts["nearest"], faces)
    row["right of labels"] = interval(counts["right"], said)
    for label in list(SHOWN) + [label for label in labels if label not in SHOWN]:
        row[label + " labelled"] = interval(counts[label, "labelled"], counts[label])
    row["calibration error"] = f"{calibration_error(answers, kind):.3f}"
    return row


def main():
    path, folders = sys.argv[1], [os.path.join(folder, "") for folder in sys.argv[2:]]
    with open(path) as file:
        found = json.load(file)
    answers, labels = found["answers"], found["labels"]
    groups = [(os.path.basename(folder[:-1]), [a for a in answers if a["file"].startswith(folder)])
              for folder in folders]
    groups.append(("all", answers))
    for kind in ("float", "int8"):
        thresholds, weights = found[kind].get("thresholds"), found[kind].get("weights") or [1] * len(labels)
        rows = [(name, figures(own, labels, thresholds, weights, kind)) for name, own in groups if own]
        columns = list(rows[0][1])
        print(f"\n{kind}, thresholds {dict(zip(labels, thresholds or []))}, weights {dict(zip(labels, weights))}\n")
        print("| source | " + " | ".join(columns) + " |")
        print("|---" * (len(columns) + 1) + "|")
        for name, row in rows:
            print(f"| {name} | " + " | ".join(row[column] for column in columns) + " |")
    same, likeliest = (sum(a[f"{what} float"] == a[f"{what} int8"] for a in answers) for what in ("said", "predicted"))
    print(f"\nFloat and int8 say the same, a label or that they are unsure, of {interval(same, len(answers))} of "
          f"{len(answers)} pictures; the same of all classes is likeliest in {interval(likeliest, len(answers))}.")


if __name__ == "__main__":
    main()
