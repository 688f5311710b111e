"""Draws a region on the page of `glint live` in a browser: with mouse, finger and keys; another browser sees it,
pictures are of it, a model that is taught on it labels it, and both are there after a restart. Used by test_page.py.
"""

import json
import pathlib
import struct
import subprocess
import tempfile
import urllib.request

from browser import Browser, page_address
from teach_page import collect, count, say, shoot


def start(glint, kept, *options):
    live = subprocess.Popen([glint, "live", "--rendered", "--port", "0", "--keep", kept, *options],
                            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    return live, page_address(live)


def point(browser, x, y):
    """A place of the picture, in shares, in the window's pixels."""
    return browser.evaluate(f"""(() => {{ const area = view.getBoundingClientRect();
      return {{x: area.x + {x} * area.width, y: area.y + {y} * area.height}}; }})()""")


def drag(browser, *places):
    for index, place in enumerate(places):
        kind = "mousePressed" if index == 0 else "mouseMoved"
        browser.call("Input.dispatchMouseEvent", type=kind, button="left", buttons=1, clickCount=1,
                     **point(browser, *place))
    browser.call("Input.dispatchMouseEvent", type="mouseReleased", button="left", clickCount=1,
                 **point(browser, *places[-1]))


def touch(browser, *places):
    for index, place in enumerate(places):
        kind = "touchStart" if index == 0 else "touchMove"
        browser.call("Input.dispatchTouchEvent", type=kind, touchPoints=[point(browser, *place)])
    browser.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])


def press_key(browser, key, shift=False):
    for kind in ("keyDown", "keyUp"):
        browser.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, modifiers=8 if shift else 0)


def expect(browser, region, what):
    """The program has the region, to a hundredth of the picture, and the page draws it there."""
    wanted = json.dumps(region)
    browser.wait_for(f"taught.region && ['x', 'y', 'w', 'h'].every((side, index) => "
                     f"Math.abs(taught.region[side] / 10000 - {wanted}[index]) < .011)", what)
    browser.wait_for(f"""(() => {{ const area = view.getBoundingClientRect(), drawn = box.getBoundingClientRect();
      const found = [(drawn.x - area.x) / area.width, (drawn.y - area.y) / area.height, drawn.width / area.width,
        drawn.height / area.height];
      return !box.hidden && found.every((value, index) => Math.abs(value - {wanted}[index]) < .02); }})()""",
                     f"{what}: it is drawn on the picture")


def check_drawing(browser, shots):
    browser.evaluate("at('ofRegion').click()")
    browser.wait_for("frame.classList.contains('drawing')", "choosing a region begins to draw")
    drag(browser, (.2, .3), (.5, .5), (.7, .8))
    expect(browser, (.2, .3, .5, .5), "a rectangle is drawn with the mouse")
    drag(browser, (.45, .55), (.5, .6), (.55, .45))
    expect(browser, (.3, .2, .5, .5), "it is moved")
    drag(browser, (.8, .7), (.7, .8), (.6, .9))
    expect(browser, (.3, .2, .3, .7), "it is resized by a corner")
    drag(browser, (.45, .5), (.9, .9), (1.5, 1.5))
    expect(browser, (.7, .3, .3, .7), "it stays in the picture")
    # A press is no rectangle.
    browser.evaluate("at('drawRegion').click()")
    drag(browser, (.1, .1), (.1, .1))
    expect(browser, (.7, .3, .3, .7), "a press changes nothing")
    press_key(browser, "Escape")
    browser.wait_for("!mayDraw", "Escape ends drawing")
    browser.evaluate("box.focus()")
    for _ in range(10):
        press_key(browser, "ArrowLeft")
    for _ in range(5):
        press_key(browser, "ArrowUp", shift=True)
    expect(browser, (.6, .3, .3, .65), "arrow keys move it, with Shift they resize it")
    browser.evaluate("at('regionLeft').value = '10'; at('regionLeft').dispatchEvent(new Event('change'))")
    expect(browser, (.1, .3, .3, .65), "its place is typed in")
    press_key(browser, "Delete")
    browser.wait_for("!taught.region && box.hidden && at('ofFrames').checked", "Delete clears it")
    browser.evaluate("at('ofRegion').click(); at('middleRegion').click()")
    expect(browser, (.25, .25, .5, .5), "the middle is taken without a pointer")
    browser.evaluate("at('drawRegion').click()")
    touch(browser, (.1, .15), (.3, .3), (.65, .9))
    expect(browser, (.1, .15, .55, .75), "a rectangle is drawn with a finger")
    touch(browser, (.3, .5), (.35, .5), (.5, .5))
    expect(browser, (.3, .15, .55, .75), "a finger moves it")
    shoot(browser, shots, "region")
    say("ok: a region is drawn, moved, resized and cleared with mouse, finger and keys")


def jpeg_size(data):
    place = 2
    while data[place + 1] not in (0xC0, 0xC2):
        place += 2 + struct.unpack(">H", data[place + 2:place + 4])[0]
    height, width = struct.unpack(">HH", data[place + 5:place + 9])
    return width, height


def check_region(glint, shots=None):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        kept = pathlib.Path(folder) / "kept"
        live, address = start(glint, kept)
        browser, other = Browser(f"{folder}/one"), Browser(f"{folder}/two")
        try:
            for one in (browser, other):
                one.resize(1200, 800, "light")
                one.call("Page.navigate", url=address)
                one.wait_for("!at('teach').hidden && result", "the panel Teach is there")
            check_drawing(browser, shots)
            expect(other, (.3, .15, .55, .75), "another browser sees it")
            # The face's surroundings, where the rendered person is: what is taught is what lies inside.
            other.evaluate("at('regionLeft').value = 20; at('regionLeft').dispatchEvent(new Event('change'))")
            expect(browser, (.2, .15, .55, .75), "what another browser changes is seen")
            say("ok: two browsers see and change the same region")

            for name in ("grin", "pout"):
                browser.evaluate(f"at('newName').value = '{name}'; at('add').requestSubmit()")
                browser.wait_for(f"{count(name)} === 0", f"the class {name} is added")
            collect(browser, "grin", True, 26)
            collect(browser, "pout", False, 26)
            for path in kept.rglob("*.jpg"):
                width, height = jpeg_size(path.read_bytes())
                if abs(width / height - .55 * 640 / (.75 * 480)) > .02:
                    raise SystemExit(f"FAILED: {path.name} is {width} x {height}, not of the region")
            say("ok: the pictures that are kept are of the region")
            browser.evaluate("at('train').click()")
            browser.wait_for("Boolean(taught.outcome) && !taught.training", "training ends", 240)
            words = browser.evaluate("at('outcome').textContent")
            browser.wait_for("Boolean(document.querySelector('#outcome button'))", f"a model is offered: {words}")
            browser.evaluate("document.querySelector('#outcome button').click()")
            labelled = ("['grin', 'pout'].includes(result?.faces[0]?.label) && ['x', 'y', 'w', 'h'].every((side, index)"
                        " => Math.abs(result.faces[0].box[side] - [128, 72, 352, 360][index]) <= 1)")
            browser.wait_for(labelled, "the model labels exactly the region")
            shoot(browser, shots, "region-used")
            say(f"ok: the model that was taught on the region labels exactly it: {words}")

            # The program is killed: the next one has the model and the region.
            live.kill()
            live.wait()
            live, address = start(glint, kept)
            browser.call("Page.navigate", url=address)
            browser.wait_for("!at('teach').hidden && taught.used === 1", "the model is in use after a restart")
            browser.wait_for(labelled, "the region is labelled after a restart")
            expect(browser, (.2, .15, .55, .75), "the region is drawn after a restart")
            with urllib.request.urlopen(address + "teach", timeout=10) as answer:
                if json.load(answer)["faces"]:
                    raise SystemExit("FAILED: faces are collected where a region is labelled")
            browser.evaluate("at('versions').querySelector('button').click()")
            browser.wait_for("['happy', 'sad', 'unsure'].includes(result?.faces[0]?.label)", "the model before is back")
            say("ok: model and region are there after a restart, and the way back is open")
        finally:
            live.kill()
            browser.close()
            other.close()
