"""Drives headless Chromium over its debugging pipe (one JSON object a message, each ended by a zero byte; the protocol
is described at chromedevtools.github.io/devtools-protocol). Only the standard library.
"""

import base64
import json
import os
import re
import select
import subprocess
import time


class Browser:
    """One browser with one page."""

    def __init__(self, folder, *options):
        (their_in, self.out), (self.inp, their_out) = os.pipe(), os.pipe()

        def place_pipes():
            # The browser reads 3 and writes 4; the ends may have these numbers already, so move them out of the way.
            a, b = os.dup(their_in), os.dup(their_out)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--user-data-dir={folder}", "--remote-debugging-pipe", *options, "about:blank"],
            preexec_fn=place_pipes, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(their_in)
        os.close(their_out)
        self.number, self.rest, self.session = 0, b"", None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable")

    def call(self, method, **parameters):
        """Asks for one thing and waits for its answer; events in between are passed over."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + 60
        while True:
            while b"\0" in self.rest:
                text, self.rest = self.rest.split(b"\0", 1)
                answer = json.loads(text)
                if answer.get("id") == self.number:
                    if "error" in answer:
                        raise RuntimeError(f"{method}: {answer['error']['message']}")
                    return answer["result"]
            if not select.select([self.inp], [], [], max(0, deadline - time.monotonic()))[0]:
                raise RuntimeError(f"{method}: no answer from the browser within 60 s")
            part = os.read(self.inp, 1 << 20)
            if not part:
                raise RuntimeError("the browser has ended")
            self.rest += part

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{script}: {result['exceptionDetails']['text']}")
        return result["result"].get("value")

    def wait_for(self, script, what, seconds=30):
        """Until a script's value is true; the value."""
        deadline = time.monotonic() + seconds
        words = ""
        while time.monotonic() < deadline:
            try:
                value = self.evaluate(script)
                if value:
                    return value
            except RuntimeError as error:  # the page may not be there yet
                words = f" ({error})"
            time.sleep(0.1)
        raise SystemExit(f"FAILED: {what}{words}")

    def drop(self, path, x, y):
        data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.call("Input.dispatchDragEvent", type=kind, x=x, y=y, data=data)

    def resize(self, width, height, scheme, scale=1):
        """The window's size in CSS pixels, light or dark, and pixels of a screenshot to each of them."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def screenshot(self, path, **options):
        """What the window shows, as PNG unless `options` say otherwise."""
        options = {"format": "png", **options}
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", **options)["data"]))

    def close(self):
        self.process.kill()
        self.process.wait()


def page_address(live):
    """The address that `glint live`, started with standard error as a pipe of text, prints."""
    while True:
        line = live.stderr.readline()
        if not line:
            raise SystemExit("FAILED: glint live ended before it printed the page's address")
        found = re.search(r"https?://\S+", line)
        if found:
            return found.group()
