"""How far long work has come, on standard error: one line that is written over, or in a log a line now and then."""

import sys
import time

# Seconds between lines where none can be written over.
PAUSE = 30


class Progress:
    """Use as `with Progress() as progress: progress("round 1 of 3")`; nothing is left on a terminal behind it."""

    def __init__(self):
        self.stream, self.overwrites = sys.stderr, sys.stderr.isatty()
        self.width, self.last = 0, None

    def __call__(self, text):
        if self.overwrites:
            self.stream.write("\r" + text.ljust(self.width))
            self.width = len(text)
        elif self.last is None or time.monotonic() - self.last >= PAUSE:
            self.stream.write(text + "\n")
            self.last = time.monotonic()
        self.stream.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.width:
            self.stream.write("\r" + " " * self.width + "\r")
            self.stream.flush()
