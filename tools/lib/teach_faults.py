"""What kill -9 and a full disk leave of teaching, two who teach at once, and pictures that teach nothing.

Used by tools/test-teach; arguments: the program, and a folder to work in.
"""

import pathlib
import shutil
import subprocess
import sys
import threading
import time

from teach_program import Faults, Lost, number, say, seen
from teach_trial import Trial, between, changes, check_whole, collect_one, grown, paint, partly

ENOSPC = 28


def kill_each_step(trial):
    trial.each_call("a picture is collected", collect_one, grown)
    trial.each_call("a picture is moved", changes("/move/{picture}/{pout}"), between)
    trial.each_call("a picture is deleted", changes("/delete/{picture}"), between)
    trial.each_call("a class is added", changes("/add/other"), between)
    trial.each_call("a class is renamed", changes("/rename/{grin}/smile"), between)
    trial.each_call("a class is removed", changes("/remove/{grin}"), partly)
    trial.each_call("a region is drawn", changes("/region/1000,1000,5000,5000"), between)
    trial.each_call("a model is used", changes("/use/1"), between)
    trial.each_call("all is deleted", changes("/wipe"), partly)


def trained(program, seconds=180):
    return program.until("training ends", lambda state: "outcome" in state and "training" not in state, seconds)


def learn(trial):
    """Trains once, undisturbed, for the version that other trials use; how long it took."""
    trial.fresh()
    with trial.start(faulty=False) as program:
        begun = time.monotonic()
        program.ask("/train", True)
        state = trained(program)
        if not state["outcome"]["better"]:
            raise Lost(f"the trial's own pictures teach nothing: {state['outcome']['words']}")
        return time.monotonic() - begun


def kill_training(trial, took):
    """Killed at any time of training, and at each call that writes the model."""
    def begin(program):
        program.ask("/train", True)
        return program

    trial.fresh()
    with trial.start(faulty=False) as program:
        before = seen(program)
    seconds = [took * share for share in (0.1, 0.4, 0.7)]
    said = set()
    for moment in seconds + ["quantizing"]:
        trial.fresh()
        with trial.start(faulty=False) as program:
            begin(program)
            if moment == "quantizing":
                program.until("it quantizes", lambda state: state.get("training", {}).get("doing") == moment, 180)
            else:
                time.sleep(moment)
            said.add(program.ask().get("training", {}).get("doing"))
        check_whole(trial.kept)
        with trial.start(faulty=False) as program:
            now = seen(program)
        if now != before:
            raise Lost(f"killed in training at {moment}: before {before}, now {now}")
    said = ", ".join(sorted(str(one) for one in said))
    say(f"ok: killed while {said}: the old model is in use, all pictures are there")

    kills = 0
    for call in range(1, 30):
        trial.fresh()
        with trial.start() as program:
            trial.faults.arm(call)
            begin(program)
            state = program.until("training ends", lambda state: "outcome" in state, 180)
            killed = state is None
            trial.faults.disarm()
        check_whole(trial.kept)
        with trial.start(faulty=False) as program:
            now = seen(program)
        if now["classes"] != before["classes"] or now["used"] != 0 or now["versions"] not in (1, 2):
            raise Lost(f"killed while the model was written, call {call}: {now}")
        if not killed:
            break
        kills += 1
    if not kills or now["versions"] != 2:
        raise Lost("the writing of the model was never killed")
    say(f"ok: killed at each of {kills} calls that write the model: it is whole or not there, the old one is in use")


def full_disk(trial):
    """The disk is full: it is said on the page and in the terminal, what is there stays, and it goes on with room."""
    trial.fresh()
    with trial.start() as program:
        before = seen(program)
        trial.faults.arm(1, ENOSPC)
        collect_one(program)
        state = program.until("a full disk is said", lambda state: "No space left" in state.get("problem", ""))
        if not any("No space left" in line for line in program.errors):
            raise Lost(f"the terminal says nothing of a full disk: {program.errors}")
        if seen(program) != before:
            raise Lost("a picture that is not kept is shown")
        archive = program.ask("/pictures.zip")
        if not (isinstance(archive, bytes) and archive.startswith(b"PK")):
            raise Lost(f"pictures cannot be saved while the disk is full: {archive}")
        told = program.ask("/region/1000,1000,5000,5000", True)
        if "No space left" not in told.get("error", "") or program.ask()["region"]["x"] != 1000:
            raise Lost(f"a region that is not kept: {told}")
        program.ask("/train", True)
        state = trained(program)
        words = " ".join(state["outcome"]["words"])
        if "No space left" not in words or not state["outcome"].get("version"):
            raise Lost(f"a model that is learned while the disk is full is not offered with words on it: {words}")
        used = program.ask("/use/1", True)
        if "No space left" not in used.get("error", "") or program.ask()["used"] != 1:
            raise Lost(f"it cannot be used while the disk is full: {used}")
        check_whole(trial.kept)
        trial.faults.disarm()
        # There is room again.
        program.ask("/use/1", True)
        collect_one(program)
        program.until("collecting goes on", lambda state: "problem" not in state)
        now = seen(program)
    check_whole(trial.kept)
    with trial.start(faulty=False) as program:
        again = seen(program)
    if again["used"] != 1 or again["classes"] != now["classes"] or not grown(
            {**before, **{"used": 1, "versions": 2, "region": again["region"]}}, again, None):
        raise Lost(f"after a full disk: {again}, not {now}")
    say("ok: a full disk is said on the page and in the terminal; the model serves from memory, and is kept once there "
        "is room")


def two_at_once(trial):
    """One trains while others move, delete, rename, collect and draw: each sees the same, nothing is lost."""
    trial.fresh()
    with trial.start(faulty=False) as program:
        state = program.ask()
        grin, pout = number(state, "grin"), number(state, "pout")
        pictures = next(one["pictures"] for one in state["classes"] if one["id"] == grin)
        total = sum(len(one["pictures"]) for one in state["classes"])
        first = program.ask("/train", True)
        second = program.ask("/train", True)
        if "training" not in first or "already" not in second.get("error", ""):
            raise Lost(f"two trainings at once: {first.get('error')}, {second.get('error')}")
        problems = []

        def visit(part):
            for turn, picture in enumerate(part):
                told = [program.ask(f"/move/{picture}/{pout}", True), program.ask(f"/move/{picture}/{grin}", True),
                        program.ask(f"/rename/{pout}/pout {turn % 3}", True), program.ask(f"/collect/{pout}", True),
                        program.ask("/region/1000,1000,5000,5000", True), program.ask("/region/none", True)]
                problems.extend(one.get("error") for one in told if one is None or "error" in one)

        visitors = [threading.Thread(target=visit, args=(pictures[place::4],)) for place in range(4)]
        for visitor in visitors:
            visitor.start()
        for visitor in visitors:
            visitor.join()
        # Two gave a class the same name in turn: that is no fault.
        problems = [problem for problem in problems if not problem or "already" not in problem]
        if problems:
            raise Lost(f"who teaches beside another is refused: {problems[:5]}")
        gone = program.ask(f"/delete/{pictures[0]}", True)
        if "error" in gone or "error" not in program.ask(f"/delete/{pictures[0]}", True):
            raise Lost("a picture is deleted once, and whoever comes late is told")
        program.ask("/stop", True)
        state = trained(program)
        if "It could not learn" in state["outcome"]["words"][0]:
            raise Lost(f"training beside others: {state['outcome']['words']}")
        now = seen(program)
        collected = sum(len(one) for one in now["classes"].values())
        if collected < total - 1:
            raise Lost(f"of {total} pictures {collected} are there")
    check_whole(trial.kept)
    with trial.start(faulty=False) as program:
        again = seen(program)
    if again["classes"] != now["classes"]:
        raise Lost("what a restart finds is not what was shown")
    say(f"ok: one trains while four others move, rename, collect and draw: {collected} pictures, also after a restart")


def poor_pictures(trial):
    """One class, a class with one picture, all pictures alike: the answer says so, and nothing is swapped."""
    def answer(prepare):
        shutil.rmtree(trial.kept, ignore_errors=True)
        trial.kept.mkdir()
        prepare(trial.kept)
        with trial.start(faulty=False) as program:
            told = program.ask("/train", True)
            words = told.get("error") or " ".join(trained(program)["outcome"]["words"])
            state = program.ask()
            if state["used"] != 0 or len(state["versions"]) > 1:
                raise Lost(f"a model was made of nothing: {words}")
            return words

    def one_class(kept):
        shutil.copytree(trial.base / "grin", kept / "grin")

    def one_picture(kept):
        one_class(kept)
        (kept / "pout").mkdir()
        path = next((trial.base / "pout").iterdir())
        shutil.copy(path, kept / "pout")

    def alike(kept):
        path = next((trial.base / "pout").iterdir())
        for name in ("grin", "pout"):
            (kept / name).mkdir()
            for index in range(30):
                shutil.copy(path, kept / name / f"{1_000_000 + 1_500 * index}-{index}f.jpg")

    for prepare, wanted in ((lambda kept: None, "no pictures yet"), (one_class, "one class"),
                            (one_picture, "'pout' has 1"), (alike, "no better than chance")):
        words = answer(prepare)
        if wanted not in words:
            raise Lost(f"not said: {wanted}; said: {words}")
        say(f"ok: {words}")


def command(glint, work, faults):
    """`glint teach` is killed at each call that writes its model, and meets a full disk."""
    folder, output = work / "command", work / "command/mine.int8.safetensors"
    arguments = [glint, "teach", "--folder", work / "base", "-o", output, "--force", "--anyway", "--seconds", "1"]
    folder.mkdir()
    subprocess.run(arguments, check=True, capture_output=True)
    kills = 0
    for call in range(1, 30):
        faults.arm(call)
        run = subprocess.run(arguments, env=faults.environment(folder), capture_output=True, text=True, check=False)
        faults.disarm()
        # What a killed program was just writing has a name for that, which the next run takes away.
        names = {path.name for path in folder.iterdir()}
        if any(not name.startswith(".glint-") for name in names - {output.name}) or len(names) > 2:
            raise Lost(f"glint teach, killed at call {call}, leaves {names}")
        if subprocess.run([glint, "inspect", output], capture_output=True, check=False).returncode != 0:
            raise Lost(f"glint teach, killed at call {call}, leaves a model that is not whole")
        if run.returncode == 0:
            if names != {output.name}:
                raise Lost(f"glint teach leaves {names}")
            break
        kills += 1
    old = output.read_bytes()
    faults.arm(1, ENOSPC)
    full = subprocess.run(arguments, env=faults.environment(folder), capture_output=True, text=True, check=False)
    faults.disarm()
    if full.returncode != 1 or "No space left" not in full.stderr or not kills or output.read_bytes() != old:
        raise Lost(f"glint teach on a full disk: {full.returncode} {full.stderr}")
    say(f"ok: glint teach is killed at each of {kills} calls and meets a full disk: the old model stays whole")


def watched(trial, work):
    """Every system call of a whole lesson is looked at: no connection is made, and nothing is written elsewhere."""
    calls = ("socket,connect,bind,open,openat,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,"
             "mkdirat,unlink,unlinkat,rmdir")
    log = work / "calls"
    trial.fresh()
    with trial.start(faulty=False) as program:
        tracer = subprocess.Popen(["strace", "-f", "-y", "-qq", "-e", f"trace={calls}", "-o", log, "-p",
                                   str(program.process.pid)], stderr=subprocess.DEVNULL)
        time.sleep(1)
        if tracer.poll() is not None:
            raise Lost("strace cannot watch the program")
        for path in ("/add/other", "/region/1000,1000,5000,5000"):
            program.ask(path, True)
        collect_one(program)
        program.ask("/train", True)
        trained(program)
        program.ask("/use/1", True)
        for path in ("/pictures.zip", "/model"):
            program.ask(path)
        program.ask("/use/0", True)
        program.ask("/wipe", True)
        tracer.terminate()
        tracer.wait()
    kept, inside = str(trial.kept), 0
    for line in log.read_text(errors="replace").splitlines():
        call = line.split(None, 1)[-1]
        if call.startswith(("socket(", "connect(", "bind(")):
            raise Lost(f"a connection is made: {line}")
        changes = not call.startswith("open") or any(flag in call for flag in ("O_WRONLY", "O_RDWR", "O_CREAT"))
        if not changes or "resumed>" in call or "= -1 EEXIST" in call:
            continue
        if kept not in call:
            raise Lost(f"something is written elsewhere: {line}")
        inside += 1
    if inside < 20:
        raise Lost(f"only {inside} changes were seen: the watch saw too little")
    say(f"ok: of a whole lesson every system call was looked at: {inside} changes of files, all in the folder, and no "
        "connection")


def main():
    glint, work = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    faults = Faults(work)
    trial = Trial(glint, work, faults)
    paint(glint, work, trial.base, 26)
    try:
        poor_pictures(trial)
        took = learn(trial)
        say(f"ok: {len(list(trial.base.rglob('*.jpg')))} pictures are learned from in {took:.1f} s")
        kill_training(trial, took)
        full_disk(trial)
        two_at_once(trial)
        command(glint, work, faults)
        watched(trial, work)
        # From here on there is a version to use.
        learn(trial)
        shutil.rmtree(trial.base)
        shutil.copytree(trial.kept, trial.base)
        kill_each_step(trial)
    except Lost as lost:
        sys.exit(f"FAILED: {lost}")


if __name__ == "__main__":
    main()
