"""Drives headless Chromium over its debugging pipe (one JSON object a message, each ended by a zero byte; the protocol is
described at chromedevtools.github.io/devtools-protocol) through the page of `glint live`. Only the standard library.

Used by tools/test-page; arguments: the program, and perhaps a folder for screenshots.
"""

import base64
import json
import os
import pathlib
import re
import select
import subprocess
import sys
import tempfile
import time


class Browser:
    """One browser with one page."""

    def __init__(self, folder):
        (their_in, self.out), (self.inp, their_out) = os.pipe(), os.pipe()

        def place_pipes():
            # The browser reads 3 and writes 4; the ends may have these numbers already, so move them out of the way.
            a, b = os.dup(their_in), os.dup(their_out)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             f"--user-data-dir={folder}", "--remote-debugging-pipe", "about:blank"],
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

    def screenshot(self, path, width, height, scheme):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        time.sleep(1)
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))


# The middle of the box's lower edge, which nothing is written over: its colour, and the one that the label has. Read from
# the canvas in the same turn in which a frame was drawn, so that picture and JSON are of one frame.
BOX = """(async () => {
  const before = draw;
  return await new Promise(done => {
    draw = async (bytes, found) => {
      await before(bytes, found);
      draw = before;
      const {x, y, w, h} = found.faces[0].box, unit = Math.max(view.width, view.height) / 100;
      const dot = pen.getImageData(Math.round(x + w / 2), Math.round(y + h - unit * .25), 1, 1).data;
      pen.fillStyle = colour(found.faces[0].label);
      done({dot: '#' + [...dot].slice(0, 3).map(v => v.toString(16).padStart(2, '0')).join(''), want: pen.fillStyle});
    };
  });
})()"""


def say(text):
    print(text, flush=True)


def main():
    glint = sys.argv[1]
    shots = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    photo = pathlib.Path("Calibration/pictures/faces.jpg").resolve()
    expected, crowd = (
        json.loads(subprocess.run([glint, "classify", str(photo), "--json", *options], check=True, capture_output=True,
                                  text=True).stdout) for options in ([], ["--faces"]))
    live = subprocess.Popen([glint, "live", "--rendered", "--port", "0"], stderr=subprocess.PIPE,
                            stdout=subprocess.DEVNULL, text=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = None
        try:
            address = None
            while address is None:
                line = live.stderr.readline()
                if not line:
                    raise SystemExit("FAILED: glint live ended before it printed the page's address")
                found = re.search(r"http://\S+", line)
                address = found and found.group()
            browser = Browser(folder)
            browser.call("Page.navigate", url=address)

            browser.wait_for("result && result.faces.length > 0", "labels arrive")
            first = browser.evaluate("view.toDataURL()")
            browser.wait_for(f"view.toDataURL().length > 1000 && view.toDataURL() !== {json.dumps(first)}",
                             "the picture moves")
            say("ok: the picture moves")

            browser.wait_for("at('name').textContent === result.faces[0].label && at('share').textContent === "
                             "words(result.faces[0]).slice(result.faces[0].label.length + 1)", "the label is the JSON's")
            say("ok: the label is the JSON's")

            box = browser.evaluate(BOX)
            if box["dot"] != box["want"]:
                raise SystemExit(f"FAILED: the box stands where the JSON says: {box}")
            say("ok: the box stands where the JSON says")

            browser.drop(photo, 200, 200)
            text = browser.wait_for("/ — /.test(at('photo').textContent) && at('photo').textContent",
                                    "a dropped photo gets a label")
            wanted = expected["label"]
            if wanted in expected["probabilities"]:  # else the model is unsure, and no share is shown
                wanted += f" {round(100 * expected['probability'])} %"
            if not text.startswith(wanted):
                raise SystemExit(f"FAILED: a dropped photo gets the label of classify, {wanted}: {text}")
            if f"main one of {len(crowd['faces'])} faces" not in text:
                raise SystemExit(f"FAILED: all {len(crowd['faces'])} faces of a dropped photo are labelled: {text}")
            say(f"ok: a dropped photo gets the label of classify, {wanted}, and all its {len(crowd['faces'])} faces theirs")

            with tempfile.NamedTemporaryFile(suffix=".jpg", dir=folder) as junk:
                junk.write(b"no picture")
                junk.flush()
                browser.drop(junk.name, 200, 200)
                browser.wait_for("at('photo').querySelector('canvas')?.hidden && at('photo').textContent.length > 10",
                                 "a file that is no picture is refused in words")
            say(f"ok: a file that is no picture is refused: {browser.evaluate('at(`photo`).textContent')}")

            if shots:
                shots.mkdir(parents=True, exist_ok=True)
                browser.drop(photo, 200, 200)
                for scheme in ("light", "dark"):
                    browser.screenshot(shots / f"wide-{scheme}.png", 1200, 800, scheme)
                    browser.screenshot(shots / f"phone-{scheme}.png", 390, 844, scheme)
                say(f"ok: screenshots in {shots}")

            live.terminate()
            live.wait(20)
            browser.wait_for("at('state').className === 'bad'", "a lost connection is told")
            say("ok: a lost connection is told")
        finally:
            live.kill()
            if browser:
                browser.process.kill()
                browser.process.wait()


if __name__ == "__main__":
    main()
