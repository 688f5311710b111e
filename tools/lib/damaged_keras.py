"""Imports damaged copies of Keras files: an ONNX network or an error in words, in 1 GB of memory, never a crash. Used
by tools/test-keras; arguments: how many copies of each, and the files."""

import io
import os
import pathlib
import random
import resource
import sys
import tempfile
import zipfile

import import_keras
from mutations import mutated

# Few files of those that are read at all take a tenth of it.
import_keras.SECONDS = 5


def damaged(path, draw):
    """A copy with faults; those of an archive also inside of it, where its checksums would hide them."""
    content = path.read_bytes()
    if not zipfile.is_zipfile(path) or draw.randrange(4) == 0:
        return mutated(content, draw)
    target = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w") as copy:
        names = archive.namelist()
        chosen = draw.choice(names)
        for name in names:
            part = archive.read(name)
            copy.writestr(name, mutated(part, draw) if name == chosen else part)
    return target.getvalue()


def outcome(file, network, words):
    """`imported`, `refused`, or what else happened: a crash, a traceback, an end without words."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))
        os.dup2(os.open(words, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
        sys.argv = ["import_keras.py", str(file), str(network)]
        try:
            import_keras.main()
        except SystemExit as end:
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
            sys.stderr.flush()
            os._exit(1 if end.code else 0)
        finally:
            os._exit(9)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    said = words.read_text(errors="replace")
    if status == 1 and said.startswith(str(file)) and "Traceback" not in said:
        return "refused, not read in time" if "seconds" in said else "refused"
    return "imported" if status == 0 else f"status {status}, {said[-200:]!r}"


def survives(path, count):
    """Whether nothing but importing and refusing happens to damaged copies of a file."""
    draw, good, outcomes = random.Random(15), True, {}
    with tempfile.TemporaryDirectory() as name:
        for number in range(count):
            file = pathlib.Path(name) / ("damaged" + path.suffix)
            file.write_bytes(damaged(path, draw))
            found = outcome(file, pathlib.Path(name) / "net.onnx", pathlib.Path(name) / "words")
            outcomes[found] = outcomes.get(found, 0) + 1
            if not found.startswith(("imported", "refused")):
                good = False
                kept = pathlib.Path(tempfile.gettempdir()) / f"damaged-{number}{path.suffix}"
                kept.write_bytes(file.read_bytes())
                print(f"{path.name}: copy {number} ended with {found}; it is {kept}")
    words = ", ".join(f"{times} {what}" for what, times in sorted(outcomes.items()))
    print(f"{path.name}: of {count} damaged copies {words}", flush=True)
    return good


def main():
    outcomes = [survives(pathlib.Path(name), int(sys.argv[1])) for name in sys.argv[2:]]
    sys.exit(0 if all(outcomes) else 1)


if __name__ == "__main__":
    main()
