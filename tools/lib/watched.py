#!/usr/bin/env python3
"""Runs a command, and ends it where it has said nothing for a long time: what hangs shall say where, and not hold up
whoever waits for it. Its processes are then listed, with the threads of those that a debugger can look at.

    watched.py SECONDS COMMAND...

Exits as the command does, with 124 where it was ended."""
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
import tty

BEGUN = re.compile(r"Test (.+) started\.$")
ENDED = re.compile(r"Test (.+?)(?: with \d+ test cases?)? (?:passed|failed) after")


def descendants(root):
    """Processes that come of one, itself first, as (number, words)."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                parents.setdefault(int(file.read().rpartition(")")[2].split()[1]), []).append(int(name))
        except OSError:
            pass
    found, rest = [], [root]
    while rest:
        number = rest.pop(0)
        try:
            with open(f"/proc/{number}/cmdline") as file:
                found.append((number, file.read().replace("\0", " ").strip()))
        except OSError:
            continue
        rest += parents.get(number, [])
    return found


def stacks(number):
    """Where each thread of a process is, in a debugger's words, or in the kernel's."""
    for command in (["gdb", "-p", str(number), "-batch", "-ex", "thread apply all backtrace 24"],
                    ["lldb", "-p", str(number), "--batch", "-o", "thread backtrace all -c 24"]):
        if shutil.which(command[0]):
            try:
                result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)
            except subprocess.TimeoutExpired:
                continue
            if " in " in result.stdout or "frame #" in result.stdout:
                return result.stdout
    lines = []
    for thread in sorted(os.listdir(f"/proc/{number}/task"), key=int):
        try:
            words = [open(f"/proc/{number}/task/{thread}/{name}").read().strip() for name in ("comm", "wchan")]
        except OSError:
            continue
        lines.append(f"thread {thread} {' waits in '.join(words)}")
    return "\n".join(lines)


def say(words):
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


class Listener:
    """Passes on what a command says, and knows which tests have begun and not ended."""

    def __init__(self):
        self.open, self.rest, self.last = {}, b"", time.monotonic()

    def take(self, part):
        sys.stdout.buffer.write(part)
        sys.stdout.flush()
        self.last = time.monotonic()
        *lines, self.rest = (self.rest + part).split(b"\n")
        for line in lines:
            words = line.decode(errors="replace").rstrip()
            begun, ended = BEGUN.search(words), ENDED.search(words)
            if ended:
                self.open.pop(ended[1], None)
            elif begun and not begun[1].startswith("case "):
                self.open[begun[1]] = True


def report(root, seconds, listener):
    say(f"\nNothing has been said for {seconds:.0f} s.")
    for name in listener.open:
        say(f"  begun and not ended: {name}")
    processes = descendants(root)
    for number, words in processes:
        say(f"  runs: {number} {words[:200]}")
    for number, words in processes:
        try:
            say(f"\n{number} {words[:80]}\n{stacks(number)}")
        except OSError:
            pass


def main():
    limit, command = float(sys.argv[1]), sys.argv[2:]
    # A terminal, since into a pipe the last words of many programs come only with their end.
    source, sink = pty.openpty()
    tty.setraw(sink)
    environment = os.environ | {"TERM": "dumb", "NO_COLOR": "1"}
    process = subprocess.Popen(command, stdout=sink, stderr=sink, env=environment)
    os.close(sink)
    listener = Listener()
    while True:
        # What it leaves behind may hold the terminal, and is not waited for.
        has_ended = process.poll() is not None
        if select.select([source], [], [], 0.2 if has_ended else 1)[0]:
            try:
                part = os.read(source, 1 << 16)
            except OSError:
                part = b""
            if not part:
                return process.wait()
            listener.take(part)
        elif has_ended:
            return process.returncode
        elif time.monotonic() - listener.last > limit:
            report(process.pid, limit, listener)
            for number, _ in descendants(process.pid):
                try:
                    os.kill(number, signal.SIGKILL)
                except OSError:
                    pass
            return 124


if __name__ == "__main__":
    status = main()
    sys.exit(128 - status if status < 0 else status)
