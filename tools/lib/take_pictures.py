"""Takes the two screenshots of the README: the page of `glint live`, and the report of `glint compare`.

Used by tools/pictures; arguments: the program, an int8 model for the page, the report, and the folder of the pictures.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

from browser import Browser, page_address

# A JPEG of this quality shows text without visible noise, and keeps each picture below 120 kB.
JPEG = {"format": "jpeg", "quality": 80}
MOST_BYTES = 120_000

# Three faces apart from each other, each with a label that is sure, and the curves of the last 20 s full.
GOOD_MOMENT = """(() => {
  if (!result || !past.length || performance.now() - past[0].now < 19000) return false;
  const faces = [...result.faces].sort((a, b) => a.box.x - b.box.x);
  return faces.length === 3 && faces.every(face => face.probability > .85)
    && new Set(faces.map(face => face.label)).size === 2
    && faces.every(face => face.box.x > 4 && face.box.x + face.box.w < result.width - 4)
    && faces.every((face, i) => !i || face.box.x > faces[i - 1].box.x + faces[i - 1].box.w + 28);
})()"""


def live_page(browser, glint, model, path):
    live = subprocess.Popen([glint, "live", model, "--rendered", "--people", "3", "--fps", "15", "--port",
                             "0"], stderr=subprocess.PIPE,
                            stdout=subprocess.DEVNULL, text=True)
    try:
        browser.resize(1180, 792, "light")
        browser.call("Page.navigate", url=page_address(live))
        browser.wait_for(GOOD_MOMENT, "three people stand side by side", seconds=300)
        browser.screenshot(path, **JPEG)
    finally:
        live.kill()
        live.wait()


def report_page(browser, report, path):
    browser.resize(1180, 872, "light")
    browser.call("Page.navigate", url=report.resolve().as_uri())
    browser.wait_for("document.readyState === 'complete' && document.images.length > 0", "the report opens")
    time.sleep(0.5)
    browser.screenshot(path, **JPEG)


def main():
    glint, model, report, pictures = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), pathlib.Path(sys.argv[4])
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = Browser(folder)
        try:
            browser.call("Emulation.setScrollbarsHidden", hidden=True)
            live_page(browser, glint, model, pictures / "live.jpg")
            report_page(browser, report, pictures / "comparison.jpg")
        finally:
            browser.close()
    for name in ("live.jpg", "comparison.jpg"):
        size = (pictures / name).stat().st_size
        if size > MOST_BYTES:
            raise SystemExit(f"FAILED: {name} has {size} bytes, more than {MOST_BYTES}")
        print(f"{pictures / name}: {size} bytes")


if __name__ == "__main__":
    main()
