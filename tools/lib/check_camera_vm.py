"""Checks what the machine of tools/camera-vm wrote: were the labels those of the frames, and did faults end as they
should? Argument: the folder."""

import json
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
expected = {}
for line in (folder / "expected.jsonl").read_text().splitlines():
    answer = json.loads(line)
    expected[pathlib.Path(answer["file"]).name] = answer
# The camera plays its frames in the order in which the shell sorts their names.
frames = [expected[name] for name in sorted(expected)]
failures = []


def check(is_true, what):
    print(("ok: " if is_true else "FAILED: ") + what)
    if not is_true:
        failures.append(what)


def lines(name):
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text().splitlines()]


def words(name):
    return (folder / f"{name}.err").read_text()


def matching(name):
    """How many labelled frames there are, and how many have the probabilities of their picture on this machine."""
    labelled = lines(name)
    right = 0
    for line in labelled:
        picture = frames[line["sequence"] % len(frames)]
        said = line["faces"][0]["probabilities"]
        right += all(abs(said[label] - wanted) < 0.1 for label, wanted in picture["probabilities"].items())
    return len(labelled), right


check("Glint test camera" in (folder / "list").read_text(), "glint live --list names the USB camera")
for name in ("mjpeg", "yuyv"):
    status = (folder / f"{name}.status").read_text().strip()
    count, right = matching(name)
    check(status == "0" and count == 24, f"{name}: 24 frames of uvcvideo are labelled (exit status {status}, {count})")
    check(right == count, f"{name}: each has the probabilities that its picture has here ({right} of {count})")
ages = [line["latency_ms"]["glass_to_label"] for line in lines("mjpeg")]
check(all(0 < age < 5000 for age in ages), f"the kernel's timestamps give ages ({min(ages):.1f} to {max(ages):.1f} ms)")


def check_return(name, seconds):
    """That a camera that went was waited for, and labelled again to the end of a trial of so many seconds."""
    status = (folder / f"{name}.status").read_text().strip()
    check(status == "0" and "unplugged" in words(name), f"{name}: a camera that is gone is told in words")
    numbers = [line["sequence"] for line in lines(name)]
    stamps = [line["timestamp_ns"] / 1e9 for line in lines(name)]
    span = stamps[-1] - stamps[0] if stamps else 0
    check("Looking again" in words(name) and span > 0.7 * seconds and all(a < b for a, b in zip(numbers, numbers[1:])),
          f"{name}: taken up again when it is back, and numbers go on ({len(stamps)} frames over {span:.1f} s)")


check_return("replug", 20)
check("damaged" in words("vivid") and ", 0 damaged" not in words("vivid"),
      "vivid: frames with the error flag are counted")
check_return("vivid", 30)
sys.exit(1 if failures else 0)
