"""Holds instruction counts against their thresholds, or writes these. Standard input has a line a count: model, core,
instructions.

Used by tools/count-instructions; arguments: the file of thresholds, and perhaps --update.
"""

import json
import pathlib
import sys

# Counts are the same from run to run but for a thousandth, which start-up leaves. Compilers differ: another release
# schedules and spills otherwise in what is not written as intrinsics. A kernel that is lost costs 10 % and more.
ALLOWANCE = 0.02


def main():
    path = pathlib.Path(sys.argv[1])
    counts = {}
    for line in sys.stdin:
        model, core, count = line.split()
        counts.setdefault(model, {})[core] = int(count)
    if sys.argv[2:] == ["--update"]:
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(counts, indent=2, sort_keys=True) + "\n")
    thresholds = json.loads(path.read_text()) if path.exists() else {}

    print(f"{'model':16}{'core':16}{'M instructions':>14}{'threshold':>12}")
    wrong = []
    for model in sorted(counts.keys() | thresholds.keys()):
        for core in sorted(counts.get(model, {}).keys() | thresholds.get(model, {}).keys()):
            count = counts.get(model, {}).get(core)
            threshold = thresholds.get(model, {}).get(core)
            shown = ["none" if number is None else f"{number / 1e6:.2f}" for number in (count, threshold)]
            print(f"{model:16}{core:16}{shown[0]:>14}{shown[1]:>12}")
            if count is None or threshold is None or abs(count - threshold) > ALLOWANCE * threshold:
                wrong.append(f"{model} on {core}: {count} instructions, the threshold is {threshold}")
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        sys.exit(
            f"These differ by more than {ALLOWANCE:.0%}. If they got more, find the commit. If that is meant, or if"
            " they got fewer, write the thresholds anew with tools/count-instructions --update, and say why in the"
            " commit.")


main()
