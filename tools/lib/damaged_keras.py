"""Imports damaged copies of Keras files: an ONNX network or an error in words, in 1 GB of memory, never a crash. Used by
tools/test-keras; arguments: how many copies of each, and the files."""

import contextlib
import io
import os
import pathlib
import random
import resource
import signal
import sys
import tempfile
import zipfile

import import_keras
from mutations import mutated

SECONDS = 20


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


def outcome(file, network):
    """`imported`, `refused`, or what a crash left behind. A process of its own: HDF5 is a library in C."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_DATA, (1 << 30, 1 << 30))
        signal.alarm(SECONDS)
        status = 9
        try:
            with open(os.devnull, "w") as nothing, contextlib.redirect_stderr(nothing):
                sys.argv = ["import_keras.py", str(file), str(network)]
                import_keras.main()
            status = 0
        except SystemExit as end:
            status = 1 if isinstance(end.code, str) and str(file) in end.code else 9
        except BaseException as error:
            print(f"{type(error).__name__}: {error}")
        finally:
            sys.stdout.flush()
            os._exit(status)
    _, word = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(word)
    return {0: "imported", 1: "refused"}.get(code, f"status {code}")


def main():
    count, good = int(sys.argv[1]), True
    with tempfile.TemporaryDirectory() as name:
        for path in map(pathlib.Path, sys.argv[2:]):
            draw = random.Random(15)
            outcomes = {}
            for number in range(count):
                file = pathlib.Path(name) / ("damaged" + path.suffix)
                file.write_bytes(damaged(path, draw))
                found = outcome(file, pathlib.Path(name) / "net.onnx")
                outcomes[found] = outcomes.get(found, 0) + 1
                if found not in ("imported", "refused"):
                    good = False
                    kept = pathlib.Path(tempfile.gettempdir()) / f"damaged-{number}{path.suffix}"
                    kept.write_bytes(file.read_bytes())
                    print(f"{path.name}: copy {number} ended with {found}; it is {kept}")
            words = ", ".join(f"{times} {what}" for what, times in sorted(outcomes.items()))
            print(f"{path.name}: of {count} damaged copies {words}", flush=True)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
