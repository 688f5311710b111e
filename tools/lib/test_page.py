"""Drives headless Chromium through the page of `glint live`.

Used by tools/test-page; arguments: the program, and perhaps a folder for screenshots.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

from browser import Browser, page_address
from region_page import check_region
from reverse_proxy import ReverseProxy
from teach_page import check_teaching

# The middle of the box's lower edge, which nothing is written over: its colour, and the one that the label has. Read
# from the canvas in the same turn in which a frame was drawn, so that picture and JSON are of one frame.
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


PHOTO = pathlib.Path("Calibration/pictures/faces.jpg").resolve()


def say(text):
    print(text, flush=True)


def check_tls(glint):
    """The page over TLS, its WebSocket and a photo too."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        key, certificate = f"{folder}/key.pem", f"{folder}/cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                        "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True)
        live = subprocess.Popen([glint, "live", "--rendered", "--port", "0", "--tls-cert", certificate,
                                 "--tls-key", key], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        # Nobody has signed the certificate.
        browser = Browser(folder, "--ignore-certificate-errors")
        try:
            browser.call("Page.navigate", url=page_address(live))
            browser.wait_for("location.protocol === 'https:' && result && result.faces.length > 0",
                             "labels arrive over TLS")
            browser.drop(PHOTO, 200, 200)
            browser.wait_for("/ — /.test(at('photo').textContent)", "a photo that is dropped over TLS gets a label")
            say("ok: page, labels and photos go over TLS")
        finally:
            live.kill()
            browser.close()


def check_proxy(glint):
    """The page under another host name and below a path, its WebSocket and a photo too."""
    proxy = ReverseProxy("/glint/")
    public = f"http://home.example:{proxy.port}/glint/"
    live = subprocess.Popen([glint, "live", "--rendered", "--port", "0", "--public-url", public],
                            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = None
        try:
            address = page_address(live)
            if not address.startswith(public + "?token="):
                raise SystemExit(f"FAILED: the address that is printed is the public one: {address}")
            own = page_address(live)
            proxy.show(int(own.split(":")[2].split("/")[0]))
            browser = Browser(folder, "--host-resolver-rules=MAP home.example 127.0.0.1")
            browser.call("Page.navigate", url=address)
            browser.wait_for("location.host.startsWith('home.example') && location.pathname === '/glint/' && "
                             "location.search === '' && result && result.faces.length > 0",
                             "labels arrive through a proxy")
            browser.drop(PHOTO, 200, 200)
            browser.wait_for("/ — /.test(at('photo').textContent)", "a photo that is dropped gets a label there too")
            browser.call("Page.reload")
            browser.wait_for("typeof result !== 'undefined' && result && result.faces.length > 0",
                             "the cookie serves when the page is loaded again")
            say("ok: page, labels and photos go through a proxy")
        finally:
            live.kill()
            if browser:
                browser.close()


def check_classes(browser):
    """A bar a class, however many, and what the board tells."""
    browser.wait_for("at('classes').children.length === labels.length && [...at('classes').children].every("
                     "(row, index) => row.firstChild.textContent === labels[index] && "
                     "row.querySelector('i').style.width.endsWith('%'))", "each class has a bar")
    many = [f"class {number}" for number in range(7)]
    browser.evaluate(f"labels = {json.dumps(many)}; past = []")
    shares = {name: (number + 1) / 28 for number, name in enumerate(many)}
    browser.evaluate(f"""(() => {{
      const before = tell, shares = {json.dumps(shares)};
      tell = found => before({{...found, faces: found.faces.map(face => ({{...face, probabilities: shares,
        label: "class 6", probability: .25}})), board: {{celsius: 76.2, most_frames_per_second: 12}}}});
    }})()""")
    browser.wait_for("at('classes').children.length === 7 && at('classes').lastChild.lastChild.textContent === '25 %'",
                     "seven classes have seven bars")
    browser.wait_for("/76 °C, at most 12 frames/.test(at('board').textContent)", "the board's heat is told")
    say("ok: each class has a bar, and the board's heat is told")


def main():
    glint = sys.argv[1]
    shots = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    photo = PHOTO
    expected, crowd = (
        json.loads(subprocess.run([glint, "classify", str(photo), "--json", *options], check=True, capture_output=True,
                                  text=True).stdout) for options in ([], ["--faces"]))
    live = subprocess.Popen([glint, "live", "--rendered", "--port", "0"], stderr=subprocess.PIPE,
                            stdout=subprocess.DEVNULL, text=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        browser = None
        try:
            address = page_address(live)
            browser = Browser(folder)
            browser.call("Page.navigate", url=address)

            browser.wait_for("result && result.faces.length > 0", "labels arrive")
            first = browser.evaluate("view.toDataURL()")
            browser.wait_for(f"view.toDataURL().length > 1000 && view.toDataURL() !== {json.dumps(first)}",
                             "the picture moves")
            say("ok: the picture moves")

            browser.wait_for("at('name').textContent === result.faces[0].label && at('share').textContent === "
                             "words(result.faces[0]).slice(result.faces[0].label.length + 1)",
                             "the label is the JSON's")
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
            say(f"ok: a dropped photo gets the label of classify, {wanted}, "
                f"and all its {len(crowd['faces'])} faces theirs")

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
                    for name, width, height in (("wide", 1200, 800), ("phone", 390, 844)):
                        browser.resize(width, height, scheme)
                        time.sleep(1)
                        browser.screenshot(shots / f"{name}-{scheme}.png")
                say(f"ok: screenshots in {shots}")

            check_classes(browser)
            if shots:
                time.sleep(3)
                for name, width, height in (("wide", 1200, 800), ("phone", 390, 844)):
                    browser.resize(width, height, "light")
                    time.sleep(1)
                    browser.screenshot(shots / f"{name}-classes.png")

            live.terminate()
            live.wait(20)
            browser.wait_for("at('state').className === 'bad'", "a lost connection is told")
            say("ok: a lost connection is told")
        finally:
            live.kill()
            if browser:
                browser.close()


if __name__ == "__main__":
    main()
    check_tls(sys.argv[1])
    check_proxy(sys.argv[1])
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else None
    check_region(sys.argv[1], folder)
    check_teaching(sys.argv[1], folder)
