"""Teaches on the page of `glint live` in a browser, the whole way: classes, pictures, training, use, the way back, and
that nothing is left. Used by test_page.py.
"""

import os
import pathlib
import subprocess
import tempfile
import time

from browser import Browser, page_address

FACTS_COME_LATE = """{
  const fetched = window.fetch;
  window.fetch = async (address, ...rest) => {
    if (String(address).endsWith("/facts")) await new Promise(done => setTimeout(done, 1000));
    return fetched(address, ...rest);
  };
}"""


def say(text):
    print(text, flush=True)


def count(name):
    return f"taught.classes.find(one => one.name === '{name}')?.pictures.length"


def press(browser, kind, selector):
    """Presses or lets go of the mouse in the middle of an element."""
    place = browser.evaluate(f"""(() => {{
      const element = {selector}; element.scrollIntoView({{block: 'center'}});
      const box = element.getBoundingClientRect();
      return {{x: box.x + box.width / 2, y: box.y + box.height / 2}};
    }})()""")
    browser.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)


def collect(browser, name, smiles, wanted):
    """Holds a class's button while the rendered person smiles, or while not, until there are so many pictures."""
    share = "result?.faces[0]?.probabilities.happy"
    shows = f"({share} > 0.3)" if smiles else f"({share} < 0.1)"
    button = f"document.querySelector('button.hold[aria-label$=\\'of {name}\\']')"
    deadline = time.monotonic() + 120
    held = False
    while True:
        state = browser.evaluate(f"({{count: {count(name)}, shows: {shows}}})")
        if state["shows"] != held:
            press(browser, "mousePressed" if state["shows"] else "mouseReleased", button)
            held = state["shows"]
        if (state["count"] or 0) >= wanted:
            break
        if time.monotonic() > deadline:
            raise SystemExit(f"FAILED: {state['count']} pictures of {name} were collected in two minutes")
        time.sleep(0.1)
    press(browser, "mouseReleased", button)
    browser.wait_for("!document.querySelector('button.held')", "a button that is let go of collects no more")


def shoot(browser, shots, name):
    if not shots:
        return
    for scheme in ("light", "dark"):
        for size, width, height in (("wide", 1200, 1500), ("phone", 390, 2200)):
            browser.resize(width, height, scheme)
            time.sleep(0.5)
            browser.screenshot(shots / f"teach-{name}-{size}-{scheme}.png")
    browser.resize(1200, 800, "light")


def check_teaching(glint, shots=None):
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        kept = pathlib.Path(folder) / "kept"
        live = subprocess.Popen([glint, "live", "--rendered", "--port", "0", "--keep", kept],
                                stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        browser = Browser(folder)
        try:
            browser.resize(1200, 800, "light")
            # Questions that the page asks before it deletes something are answered with yes.
            browser.call("Page.addScriptToEvaluateOnNewDocument", source="window.confirm = () => true;")
            browser.call("Page.navigate", url=page_address(live))
            browser.wait_for("!at('teach').hidden && result", "the panel Teach is there")
            for name in ("grin", "pout"):
                browser.evaluate(f"at('newName').value = '{name}'; at('add').requestSubmit()")
                browser.wait_for(f"{count(name)} === 0", f"the class {name} is added")
            browser.evaluate("ask('/add/a%2Fb')")
            browser.wait_for("at('outcome').textContent.includes('slashes')", "a name that is none is refused in words")
            collect(browser, "grin", True, 26)
            collect(browser, "pout", False, 26)
            say(f"ok: pictures are collected while a button is held: {browser.evaluate(count('grin'))} and "
                f"{browser.evaluate(count('pout'))}")

            before = browser.evaluate(count("grin"))
            press(browser, "mousePressed", "document.querySelector('.lesson:nth-last-child(1) .thumbs button')")
            press(browser, "mouseReleased", "document.querySelector('.lesson:nth-last-child(1) .thumbs button')")
            browser.wait_for("Boolean(document.querySelector('.picked select'))", "a picture can be picked")
            browser.evaluate("""(() => { const choice = document.querySelector('.picked select');
              choice.value = taught.classes.find(one => one.name === 'grin').id;
              choice.dispatchEvent(new Event('change')); })()""")
            browser.wait_for(f"{count('grin')} === {before + 1}", "a picture moves to another class")
            browser.evaluate("""(() => { picked = taught.classes.find(one => one.name === 'grin').pictures.at(-1);
              paintPicked(); document.querySelector('.picked button').click(); })()""")
            browser.wait_for(f"{count('grin')} === {before}", "a picture is deleted")
            files = sum(1 for path in kept.rglob("*.jpg"))
            there = browser.evaluate("taught.classes.reduce((sum, one) => sum + one.pictures.length, 0)")
            if files != there:
                raise SystemExit(f"FAILED: {files} pictures are on disk, {there} on the page")
            say(f"ok: pictures are moved and deleted, {files} stand in the folder")
            shoot(browser, shots, "collected")

            frames = browser.evaluate("result.sequence")
            wanted = 26
            while True:
                begun = time.monotonic()
                browser.evaluate("at('train').click()")
                browser.wait_for("Boolean(taught.training)", "training begins")
                if shots:
                    time.sleep(3)
                    shoot(browser, shots, "training")
                browser.wait_for("Boolean(taught.outcome) && !taught.training", "training ends", 180)
                took = time.monotonic() - begun
                words = browser.evaluate("at('outcome').textContent")
                if not browser.evaluate("result.sequence") > frames:
                    raise SystemExit("FAILED: no frame was labelled while it learned")
                if browser.evaluate("taught.outcome.better"):
                    break
                # On few pictures chance can look like knowledge, and the page says so: more are collected.
                wanted += 14
                if wanted > 70:
                    raise SystemExit(f"FAILED: it is not better with {wanted} pictures of each either: {words}")
                say(f"not enough yet: {words}")
                collect(browser, "grin", True, wanted)
                collect(browser, "pout", False, wanted)
            browser.wait_for("Boolean(document.querySelector('#outcome button'))",
                             f"a model that is better is offered: {words}")
            shoot(browser, shots, "outcome")
            begun = time.monotonic()
            browser.evaluate("document.querySelector('#outcome button').click()")
            browser.wait_for("['grin', 'pout'].includes(result?.faces[0]?.label)", "the model is used")
            say(f"ok: learned in {took:.0f} s and used after {time.monotonic() - begun:.1f} s: {words}")

            # A second browser sees the same, also where the facts, which are of the model that came first, come last;
            # what it is not asked for changes nothing.
            browser.call("Page.addScriptToEvaluateOnNewDocument", source=FACTS_COME_LATE)
            browser.evaluate("window.isOld = true; location.reload()")
            browser.wait_for("!window.isOld && document.querySelectorAll('#versions button').length > 0",
                             "another look sees the versions")
            browser.wait_for("document.querySelectorAll('#facts dt').length > 0", "another look sees the facts")
            browser.wait_for("taught.used === 1 && labels.includes('grin')", "another look sees the model in use")
            browser.evaluate("[...document.querySelectorAll('#versions button')].at(-1).click()")
            browser.wait_for("['happy', 'sad', 'unsure'].includes(result?.faces[0]?.label)", "the model before is back")
            browser.evaluate("at('wipe').click()")
            browser.wait_for("taught.versions.length === 1 && taught.classes.every(one => !one.pictures.length)",
                             "all that was taught is deleted")
            left = [str(path) for path in kept.rglob("*") if path.is_file()]
            if left:
                raise SystemExit(f"FAILED: still on disk: {left}")
            say("ok: the model before is used again, and nothing that was taught is left")
        finally:
            live.kill()
            browser.close()
            os.sync()
