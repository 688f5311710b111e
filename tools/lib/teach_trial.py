"""A folder of teaching that is tried again and again: what has to be whole in it, and an act at each of whose calls the
program is killed."""

import json
import shutil
import subprocess
import time

from teach_program import Lost, Program, number, say, seen


def check_whole(kept, killed=True):
    """Each file in the folder is one that teaching makes, and whole. What a killed program was just writing has a name
    for that, and goes with the next that is written there."""
    for path in kept.rglob("*"):
        if path.is_dir():
            continue
        name, data = str(path.relative_to(kept)), path.read_bytes()
        if path.suffix == ".jpg":
            if not (data.startswith(b"\xff\xd8") and data.endswith(b"\xff\xd9")):
                raise Lost(f"{name} is not whole")
        elif killed and path.name.startswith(".glint-") and path.suffix == ".tmp":
            continue
        elif not (name in ("index.csv", ".region", ".models/in-use") or
                  name.startswith(".models/") and name.endswith(".int8.safetensors")):
            raise Lost(f"{name} was left over")


def paint(glint, work, kept, count, names=("grin", "pout")):
    """A folder as it is after collecting: painted faces of two expressions as frames, 1.5 s apart."""
    if not (work / "painted").exists():
        subprocess.run([glint, "paint", work / "painted", "--count", "160", "--size", "64", "--variety", "0.3"],
                       check=True, capture_output=True)
    for source, name in zip(("happy", "sad"), names):
        (kept / name).mkdir(parents=True)
        pictures = sorted((work / "painted").rglob(f"{source}/*.*"))[:count]
        for index, path in enumerate(pictures):
            shutil.copy(path, kept / name / f"{1_000_000 + 1_500 * index}-{index}f.jpg")


class Trial:
    """One folder as it begins, tried again and again."""

    def __init__(self, glint, work, faults):
        self.glint, self.work, self.faults = glint, work, faults
        self.base, self.kept = work / "base", work / "kept"

    def fresh(self):
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.base, self.kept)

    def start(self, faulty=True):
        return Program(self.glint, self.kept, self.faults.environment(self.kept) if faulty else None)

    def each_call(self, what, act, is_there, most=40):
        """Kills the program at the first, the second ... call that an act makes below the folder; then all must be as
        before or as after the act, or in between where `is_there` says so."""
        self.fresh()
        with self.start() as program:
            before = seen(program)
            act(program)
            after = seen(program)
        kills = 0
        for call in range(1, most):
            self.fresh()
            with self.start() as program:
                self.faults.arm(call)
                act(program)
                killed = program.has_ended(0.2)
                self.faults.disarm()
            check_whole(self.kept)
            with self.start() as program:
                now = seen(program)
                # Something more is written in each place, and all is deleted in the end.
                for path in ("/region/2000,2000,5000,5000", "/use/0", "/wipe"):
                    told = program.ask(path, True)
                    if "error" in told:
                        raise Lost(f"{what}, killed at call {call}: afterwards {path} fails: {told}")
            left = [str(path.relative_to(self.kept)) for path in self.kept.rglob("*") if path.is_file()]
            if left:
                raise Lost(f"{what}, killed at call {call}: 'Delete all' leaves {left}")
            if not is_there(before, now, after):
                raise Lost(f"{what}, killed at call {call}: before {before}, after {after}, now {now}")
            if not killed:
                break
            kills += 1
        if kills == 0:
            raise Lost(f"{what} was never killed: nothing is shown of it")
        say(f"ok: {what}: killed at each of {kills} calls, nothing is lost")


def between(before, now, after):
    """As before or as after."""
    return now in (before, after)


def partly(before, now, after):
    """What deletes several things may have deleted some of them: nothing else is there, and nothing that was to stay is
    gone. A model that is gone is not in use."""
    for name, pictures in before["classes"].items():
        there, kept = now["classes"].get(name, []), after["classes"].get(name, [])
        if not set(kept) <= set(there) <= set(pictures):
            return False
    return now["used"] < now["versions"] and now["region"] in (before["region"], after["region"])


def changes(path):
    """An act that posts a request, whose numbers of classes and pictures are looked up in the state."""
    def act(program):
        state = program.ask()
        picture = next(one["pictures"][3] for one in state["classes"] if one["name"] == "grin")
        program.ask(path.format(grin=number(state, "grin"), pout=number(state, "pout"), picture=picture), True)
    return act


def collect_one(program):
    """Holds a class's button until one picture came; all frames of the rendered person are pictures."""
    state = program.ask()
    there, grin = sum(len(one["pictures"]) for one in state["classes"]), number(state, "grin")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        state = program.ask(f"/collect/{grin}", True)
        if state is None or "problem" in state or sum(len(one["pictures"]) for one in state["classes"]) > there:
            program.ask("/stop", True)
            return
        time.sleep(0.05)
    raise Lost(f"no picture was collected in 20 s: {json.dumps(state)[:1000]} {program.errors}")


def grown(before, now, after):
    """Pictures may have come; each that was there still is."""
    return all(set(pictures) <= set(now["classes"].get(name, [])) for name, pictures in before["classes"].items()) and \
        {**now, "classes": 0} == {**before, "classes": 0}
