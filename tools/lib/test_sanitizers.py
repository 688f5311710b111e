"""Runs one build of `glint live` on the stand-in camera, with every fault that it knows, and checks how it went. Only
the standard library. Used by tools/test-sanitizers; arguments: plain, address or thread; the program; a folder with
standin.so; how many frames are labelled in each run."""

import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import threading
import time

DEVICE = "/dev/video-stand-in"
# Memory that is kept must not grow by more than this between the first fifth of a run and its end, in kB.
ALLOWED_GROWTH = 4096
# By name: after how many good frames it comes, what happens (files are of `damaged_files`), and what the program says
# to it: "damaged" frames are counted at the end, "again" is a camera that was taken up again, "" needs no word.
FAULTS = {
    "cut short": (20, ["frame half.jpg"], "damaged"),
    "empty": (20, ["frame empty.jpg"], "damaged"),
    "junk": (20, ["frame junk.jpg"], "damaged"),
    "two bytes": (20, ["frame start.jpg"], "damaged"),
    "noise after the header": (20, ["frame noise.jpg"], ""),
    "error flag": (20, ["error good.jpg"], "damaged"),
    "lost frames": (20, ["lose 7"], ""),
    "interrupted calls": (20, ["eintr 3"], ""),
    "calls that give nothing": (20, ["eagain"], ""),
    "short stall": (20, ["stall 40"], ""),
    "long stall": (2000, ["stall 3600"], "again"),
    "unplugged": (200, ["unplug 30"], "again"),
    "busy when it is back": (400, ["busy 2", "unplug 30"], "again"),
}


def damaged_files(folder, good):
    whole = pathlib.Path(good).read_bytes()
    files = {"good.jpg": whole, "half.jpg": whole[: len(whole) // 2], "empty.jpg": b"", "junk.jpg": b"junk" * 999,
             "start.jpg": whole[:2], "noise.jpg": whole[:700] + bytes(hash_bytes(len(whole) - 700))}
    for name, content in files.items():
        (folder / name).write_bytes(content)


def hash_bytes(count, state=1):
    """Bytes that look random and are the same each time."""
    for _ in range(count):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield state >> 56


def script(folder, pictures, faults):
    """What the camera does, over and over: good frames, and between them faults."""
    damaged_files(folder, pictures[0])
    every = max(FAULTS[fault][0] for fault in faults) if len(faults) == 1 else 20
    rounds = len(faults) if len(faults) == 1 else 3 * len(faults)
    lines = [f"device {DEVICE}", "mode MJPG 256 256 30", "interval 3"]
    for number in range(rounds):
        lines += [f"frame {pictures[(number * every + frame) % len(pictures)]}" for frame in range(every)]
        # Long stalls take their time: of many faults they are one in three rounds.
        fault = faults[number % len(faults)]
        if fault == "long stall" and rounds > 1 and number >= len(faults):
            continue
        lines += [event if not event.endswith(".jpg") else f"{event.split()[0]} {folder / event.split()[1]}"
                  for event in FAULTS[fault][1]]
    path = folder / "script"
    path.write_text("\n".join(lines + ["again"]) + "\n")
    return path


def web_socket(port):
    """A browser's WebSocket, its handshake done."""
    line = socket.create_connection(("127.0.0.1", port), timeout=60)
    line.sendall(f"GET /live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
    return line


def ask(port, method, path, body=b""):
    """The whole answer to a request."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
                     f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        parts = []
        while part := line.recv(1 << 16):
            parts.append(part)
    return b"".join(parts)


def browse(port, picture, seen):
    """Looks like a browser until the program ends: comes and goes, drops photos, one that is none among them."""
    photo = pathlib.Path(picture).read_bytes()
    idle = web_socket(port)  # never read
    try:
        while True:
            with web_socket(port) as line:
                for _ in range(200):
                    part = line.recv(1 << 16)
                    if not part:
                        return
                    seen["bytes"] += len(part)
            seen["page"] += b"Glint live" in ask(port, "GET", "/")
            seen["photo"] += b'"label"' in ask(port, "POST", "/classify", photo)
            seen["refused"] += b'"error"' in ask(port, "POST", "/classify", b"no photo")
            time.sleep(0.5)
    except OSError:
        pass  # the program has ended
    finally:
        idle.close()


def resident(process):
    try:
        return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{process.pid}/status").read_text())[1])
    except (OSError, TypeError):
        return None


class Run:
    """One run of the program to `frames` labelled frames."""

    def __init__(self, glint, folder, frames, faults, with_browser):
        faces = folder / "faces"
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GLINT")}
        if not faces.exists():
            subprocess.run([glint, "paint", faces, "--count", "12", "--seed", "3", "--quiet"], check=True)
        pictures = sorted(map(str, faces.glob("*/*.jpg")))
        environment.update(
            LD_PRELOAD=str(folder / "standin.so"), STANDIN_SCRIPT=str(script(folder, pictures, faults)), **OPTIONS)
        command = [glint, "live", "Calibration/Models/compact.int8.safetensors", "--camera", DEVICE, "--json",
                   "--threads", "2", "--count", str(frames)] + (["--port", "0"] if with_browser else [])
        words, self.memory, self.seen = [], [], dict(bytes=0, page=0, photo=0, refused=0)
        self.labelled, self.is_ordered, last, start = 0, True, -1, time.monotonic()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def listen():
            for line in process.stderr:
                words.append(line)
                found = re.search(r"http://127.0.0.1:(\d+)", line)
                if found:
                    threading.Thread(target=browse, args=(int(found[1]), pictures[0], self.seen), daemon=True).start()

        listener = threading.Thread(target=listen)
        listener.start()
        for line in process.stdout:
            number = json.loads(line)["sequence"]
            self.is_ordered, last = self.is_ordered and number > last, number
            self.labelled += 1
            if self.labelled % max(1, frames // 50) == 0:
                self.memory.append(resident(process))
        self.status = process.wait(120)
        listener.join()
        self.memory = [value for value in self.memory if value]
        self.words, self.seconds = "".join(words), time.monotonic() - start
        damaged = re.search(r"(\d+) damaged", self.words)
        self.damaged, self.again = int(damaged[1]) if damaged else 0, self.words.count("Looking again")


# A program that reports leaks or races ends with 66.
OPTIONS = dict(
    ASAN_OPTIONS="quarantine_size_mb=8:detect_leaks=1:halt_on_error=1:exitcode=66", LSAN_OPTIONS="exitcode=66",
    TSAN_OPTIONS="halt_on_error=0:exitcode=66:history_size=4:"
    f"suppressions={pathlib.Path(__file__).with_name('thread_sanitizer.txt').resolve()}")


def main():
    kind, glint, folder, frames = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4])
    failures = []

    def check(is_true, what):
        print(f"{'ok' if is_true else 'FAILED'}: {kind}: {what}", flush=True)
        if not is_true:
            failures.append(what)

    each = [[name] for name in FAULTS] if kind == "plain" else []
    for faults in each + [list(FAULTS)]:
        run = Run(glint, folder, frames, faults, with_browser=len(faults) > 1)
        name = faults[0] if len(faults) == 1 else "all faults"
        (folder / f"{kind}, {name}.log").write_text(run.words)
        check(run.status == 0 and run.labelled == frames and run.is_ordered,
              f"{name}: {run.labelled} frames labelled in order in {run.seconds:.0f} s, exit status {run.status}")
        # Good frames that nobody had time for also make faults come, never fewer.
        if len(faults) == 1:
            every, _, answer = FAULTS[name]
            least = frames // every * 9 // 10
            if answer == "damaged":
                check(run.damaged >= least, f"{name}: {run.damaged} damaged frames passed over")
            elif answer == "again":
                check(run.again >= least, f"{name}: {run.again} times taken up again")
        else:
            least = frames // (20 * len(faults)) * 8 // 10
            check(run.damaged >= 5 * least and run.again >= 2 * least,
                  f"{name}: {run.damaged} damaged frames passed over, {run.again} times taken up again")
            check(all(run.seen.values()), f"a browser looked all the while: {run.seen}")
        reports = re.findall(r"(?:ERROR: |WARNING: )\w+Sanitizer: [^\n]*", run.words)
        if kind != "plain":
            check(not reports,
                  f"the sanitizer reports nothing ({len(reports)}: {'; '.join(sorted(set(reports)))[:300]})")
        else:
            early, late = max(run.memory[: len(run.memory) // 5]), max(run.memory[-len(run.memory) // 5:])
            check(late - early <= ALLOWED_GROWTH,
                  f"{name}: memory stays flat, {early} kB in the first fifth, {late} kB in the last")
    if failures:
        raise SystemExit(f"{len(failures)} failed; the program's words are in {folder}")


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    main()
