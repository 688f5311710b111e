"""Attacks the page of `glint live` and visits it meanwhile. Only the standard library. Used by tools/attack-page;
arguments: the program, and for how many seconds."""

import pathlib
import socket
import subprocess
import sys
import threading
import time

from attackers import UPGRADE, attacks
from browser import page_address

LONGEST_VISIT = 1.0  # seconds to the page and to the first picture
LEAST_SHARE = 0.8  # of the labels without an attack; what else runs on the machine takes some
ROUNDS = 3  # other work on the machine comes and goes; what the attack stops it stops in each


class Live:
    """`glint live`, its labels counted."""

    def __init__(self, glint):
        self.process = subprocess.Popen([glint, "live", "--rendered", "--json", "--threads", "1", "--port", "0"],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.port = int(page_address(self.process).rsplit(":", 1)[1].strip("/"))
        self.labels = 0
        for work in (self.count, self.listen):
            threading.Thread(target=work, daemon=True).start()

    def count(self):
        for _ in self.process.stdout:
            self.labels += 1

    def listen(self):
        for _ in self.process.stderr:
            pass

    def memory(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(text.split("VmRSS:")[1].split()[0])


def visit(port):
    """As a browser: the page, then the first picture. Seconds until then."""
    start = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(f"GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        page = b""
        while part := line.recv(1 << 16):
            page += part
        if b" 200 " not in page[:20] or b"</html>" not in page:
            raise OSError(f"no page: {page[:60]!r}")
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(UPGRADE.format(port=port).encode())
        got = b""
        while b"\xff\xd8\xff" not in got:  # how a JPEG begins
            part = line.recv(1 << 16)
            if not part:
                raise OSError(f"no picture: {got[:60]!r}")
            got += part
    return time.monotonic() - start


def visits(live, seconds):
    """How long each visit took that begins within so many seconds, and the labels of a second meanwhile."""
    times, first, start = [], live.labels, time.monotonic()
    while time.monotonic() - start < seconds:
        try:
            times.append(visit(live.port))
        except OSError as error:
            print(f"A visit failed: {error}", flush=True)
            times.append(float("inf"))
        time.sleep(0.2)
    return times, (live.labels - first) / (time.monotonic() - start)


def attacked(live, seconds):
    """The same under attack."""
    here = pathlib.Path(__file__).with_name("attackers.py")
    attackers = [subprocess.Popen([sys.executable, here, str(live.port), name]) for name in attacks(live.port)]
    try:
        times, rate = visits(live, seconds)
        if any(attacker.poll() is not None for attacker in attackers):
            raise SystemExit("FAILED: an attacker has ended, as said above")
        return times, rate
    finally:
        for attacker in attackers:
            attacker.kill()
            attacker.wait()


def main():
    glint, seconds = sys.argv[1], float(sys.argv[2])
    live = Live(glint)
    try:
        for _ in range(ROUNDS):
            calm, before = visits(live, 3)
            times, during = attacked(live, seconds)
            calm_again, after = visits(live, 3)
            before, longest = (before + after) / 2, max(calm + calm_again)
            print(f"without an attack: {before:.1f} labels/s, visits of at most {longest:.3f} s", flush=True)
            print(f"under attack for {seconds:.0f} s: {during:.1f} labels/s, {len(times)} visits of at most "
                  f"{max(times):.3f} s, {live.memory() / 1024:.0f} MB", flush=True)
            is_served, is_labelled = max(times) <= LONGEST_VISIT, during >= LEAST_SHARE * before
            if is_served and is_labelled:
                break
        if not is_served:
            raise SystemExit(f"FAILED: a visitor is served within {LONGEST_VISIT} s")
        if not is_labelled:
            raise SystemExit(f"FAILED: under attack there are {LEAST_SHARE:.0%} of the labels at least")
        live.process.terminate()
        live.process.wait(5)
        print("ok: a visitor is served, labels go on, and the program ends when asked")
    finally:
        live.process.kill()


if __name__ == "__main__":
    main()
