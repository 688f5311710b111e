"""Runs one build of `glint live` on the stand-in camera, with every fault that it knows, and judges how it went. Only the
standard library. Used by tools/test-sanitizers; arguments: plain, address or thread; the program; a folder with
standin.so; how many frames are labelled."""

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


def script(folder, pictures):
    """What the camera does, over and over: good frames, and between them one fault of each kind."""
    whole = pathlib.Path(pictures[0]).read_bytes()
    bad = {"half.jpg": whole[: len(whole) // 2], "empty.jpg": b"", "junk.jpg": b"junk" * 999, "start.jpg": whole[:2],
           "noise.jpg": whole[:700] + os.urandom(len(whole) - 700)}
    for name, content in bad.items():
        (folder / name).write_bytes(content)
    faults = [f"frame {folder / name}" for name in bad]
    faults += [f"error {pictures[0]}", "lose 7", "eintr 3", "eagain", "stall 40", "unplug 30"]
    lines = [f"device {DEVICE}", "mode MJPG 256 256 30", "interval 3"]
    for number in range(240):
        lines.append(f"frame {pictures[number % len(pictures)]}")
        if number % 20 == 19:
            lines.append(faults[number // 20 % len(faults)])
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


def run(kind, glint, folder, frames):
    faces = folder / "faces"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GLINT")}
    if not faces.exists():
        subprocess.run([glint, "paint", faces, "--count", "12", "--seed", "3", "--quiet"], check=True)
    pictures = sorted(map(str, faces.glob("*/*.jpg")))
    environment.update(
        LD_PRELOAD=str(folder / "standin.so"), STANDIN_SCRIPT=str(script(folder, pictures)),
        ASAN_OPTIONS="quarantine_size_mb=8:detect_leaks=1:halt_on_error=1:exitcode=66",
        LSAN_OPTIONS="exitcode=66", TSAN_OPTIONS=f"halt_on_error=0:exitcode=66:history_size=4:"
        f"suppressions={pathlib.Path(__file__).with_name('thread_sanitizer.txt').resolve()}")
    command = [glint, "live", "Calibration/Models/compact.int8.safetensors", "--camera", DEVICE, "--json", "--port", "0",
               "--threads", "2", "--count", str(frames)]
    words, labelled, memory, seen = [], 0, [], dict(bytes=0, page=0, photo=0, refused=0)
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def listen():
        browser = None
        for line in process.stderr:
            words.append(line)
            found = re.search(r"http://127.0.0.1:(\d+)", line)
            if found and not browser:
                browser = threading.Thread(target=browse, args=(int(found[1]), pictures[0], seen), daemon=True)
                browser.start()

    listener = threading.Thread(target=listen)
    listener.start()
    last = -1
    ordered = True
    for line in process.stdout:
        number = json.loads(line)["sequence"]
        ordered, last = ordered and number > last, number
        labelled += 1
        if labelled % max(1, frames // 50) == 0:
            memory.append(resident(process))
    status = process.wait(120)
    listener.join()
    text = "".join(words)
    return status, text, labelled, ordered, [value for value in memory if value], seen


def main():
    kind, glint, folder, frames = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), int(sys.argv[4])
    start = time.monotonic()
    status, text, labelled, ordered, memory, seen = run(kind, glint, folder, frames)
    (folder / f"{kind}.log").write_text(text)
    failures = []

    def check(is_true, what):
        print(f"{'ok' if is_true else 'FAILED'}: {kind}: {what}", flush=True)
        if not is_true:
            failures.append(what)

    check(status == 0 and labelled == frames, f"{labelled} frames labelled in {time.monotonic() - start:.0f} s, exit status {status}")
    check(ordered, "none of them out of order")
    reports = re.findall(r"(?:ERROR: |WARNING: )\w+Sanitizer: [^\n]*", text)
    check(not reports, f"the sanitizer reports nothing ({len(reports)}: {'; '.join(sorted(set(reports)))[:300]})")
    damaged = re.search(r"(\d+) damaged", text)
    check("unplugged" in text and "Looking again" in text and damaged and int(damaged[1]) >= frames // 400,
          f"faults came: {damaged[0] if damaged else 'none damaged'}, {text.count('Looking again')} times taken up again")
    check(all(seen.values()), f"a browser looked all the while: {seen}")
    if kind == "plain":
        early, late = max(memory[: len(memory) // 5]), max(memory[-len(memory) // 5:])
        check(late - early <= ALLOWED_GROWTH, f"memory stays flat: {early} kB in the first fifth, {late} kB in the last")
    if failures:
        raise SystemExit(f"{len(failures)} failed; the program's words are in {folder / (kind + '.log')}")


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    main()
