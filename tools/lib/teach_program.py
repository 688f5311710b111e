"""`glint live` with its page, under Tests/TeachingFaults/faults.c: what it is asked, and what it is to meet."""

import ctypes
import json
import mmap
import os
import pathlib
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


class Lost(Exception):
    """What should be there is not, or is not whole."""


def say(text):
    print(text, flush=True)


class Plan(ctypes.Structure):
    """As in Tests/TeachingFaults/faults.c."""

    _fields_ = [(name, ctypes.c_int32) for name in ("armed", "call", "error", "made")]


class Faults:
    """What the program is to meet, shared with it."""

    def __init__(self, work):
        self.library, path = work / "faults.so", work / "plan"
        source = ROOT / "Tests/TeachingFaults/faults.c"
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE", "-o", self.library, source, "-ldl"],
                       check=True)
        path.write_bytes(bytes(ctypes.sizeof(Plan)))
        self.path = path
        with open(path, "r+b") as file:
            self.plan = Plan.from_buffer(mmap.mmap(file.fileno(), ctypes.sizeof(Plan)))

    def environment(self, folder):
        return {**os.environ, "LD_PRELOAD": str(self.library), "GLINT_FAULTS": str(self.path),
                "GLINT_FAULTS_FOLDER": str(folder)}

    def arm(self, call, error=0):
        self.plan.made, self.plan.call, self.plan.error = 0, call, error
        self.plan.armed = 1

    def disarm(self):
        self.plan.armed = 0


class Program:
    """`glint live` with its page."""

    def __init__(self, glint, kept, environment=None):
        self.errors = []
        self.process = subprocess.Popen(
            [glint, "live", "--rendered", "--port", "0", "--keep", kept, "--teach-seconds", "1"], env=environment,
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        self.address = None
        while self.address is None:
            line = self.process.stderr.readline()
            if not line:
                raise Lost(f"it does not start: {self.errors}")
            self.errors.append(line)
            if "http://" in line:
                self.address = line[line.index("http://"):].strip()
        self.reader = threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True)
        self.reader.start()

    def ask(self, path="", changes=False):
        """The answer as JSON or bytes; None where the program ended meanwhile."""
        address = self.address + "teach" + urllib.parse.quote(path)
        request = urllib.request.Request(address, method="POST" if changes else "GET")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer) if answer.headers["Content-Type"] == "application/json" else answer.read()
        except urllib.error.HTTPError as error:
            return json.load(error)
        except OSError:
            return None

    def until(self, what, condition, seconds=60):
        """The state once something is so, None where the program ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            state = self.ask()
            if state is None:
                return None
            if condition(state):
                return state
            time.sleep(0.05)
        raise Lost(f"{what}: not within {seconds} s: {json.dumps(self.ask())[:2000]}")

    def has_ended(self, seconds=0.0):
        try:
            return self.process.wait(seconds) is not None
        except subprocess.TimeoutExpired:
            return False

    def end(self):
        self.process.kill()
        self.process.wait()
        self.reader.join(5)

    def __enter__(self):
        return self

    def __exit__(self, *rest):
        self.end()


def number(state, name):
    return next(one["id"] for one in state["classes"] if one["name"] == name)


def seen(program):
    """What a program has: by class its pictures' bytes, the version in use, how many there are, and the region."""
    state = program.ask()
    classes = {one["name"]: sorted(hash(program.ask(f"/picture/{picture}")) for picture in one["pictures"])
               for one in state["classes"]}
    return {"classes": classes, "used": state["used"], "versions": len(state["versions"]),
            "region": state.get("region")}
