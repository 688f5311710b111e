#!/usr/bin/env python3
"""Runs a command, and ends it where it has said nothing for a long time: what hangs shall say where, and not hold up
whoever waits for it. Its processes are then listed, with the threads of those that a debugger can look at.

    watched.py SECONDS COMMAND...

Exits as the command does, with 124 where it was ended."""
import os
import select
import shutil
import signal
import subprocess
import sys
import time


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


def report(root, seconds):
    say(f"\nNothing has been said for {seconds:.0f} s. What runs:")
    processes = descendants(root)
    for number, words in processes:
        say(f"  {number} {words[:200]}")
    for number, words in processes:
        try:
            say(f"\n{number} {words[:80]}\n{stacks(number)}")
        except OSError:
            pass


def main():
    limit, command = float(sys.argv[1]), sys.argv[2:]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    source, last = process.stdout.fileno(), time.monotonic()
    while True:
        if select.select([source], [], [], 1)[0]:
            part = os.read(source, 1 << 16)
            if not part:
                break
            sys.stdout.buffer.write(part)
            sys.stdout.flush()
            last = time.monotonic()
        elif time.monotonic() - last > limit:
            report(process.pid, limit)
            for number, _ in descendants(process.pid):
                try:
                    os.kill(number, signal.SIGKILL)
                except OSError:
                    pass
            return 124
    return process.wait()


if __name__ == "__main__":
    status = main()
    sys.exit(128 - status if status < 0 else status)
