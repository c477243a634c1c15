#!/usr/bin/env python3
"""One publisher, whole nights: duplicate starts, paused owners, and a reader who looks all the time.

usage: python3 validation/restart/publishers.py [--seed S] [--starts 100] [--paused 20] [--operations 200]
         [--kill-points rollback,nightly,gc] [--most-points 0] [--tidemill FILE] [--folder DIR]

starts      2 to 4 processes begin the same night at once: one publishes it, the others end with exit code 5 or find it
            published
paused      the owner of the lock is stopped (SIGSTOP) for longer than its lease, another run takes over and publishes,
            the owner goes on (SIGCONT): it ends with exit code 5 and has published nothing
operations  nights, rollbacks and removals, a third of them killed (SIGKILL) at a random moment, while a reader follows
            `current` without a pause and checks every text file of the night against its digest
kill-points the command is killed at every call that changes files, one after the other (needs strace); then it is run
            again and must come to its end
Every random choice comes from the seed, which is printed. Exits with 1 when something did not hold.
"""
import argparse
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CALLS = ["rename", "symlink", "fsync", "pwrite64", "unlink", "unlinkat", "rmdir", "mkdir", "ftruncate", "truncate"]
failures = []


def fail(text):
    failures.append(text)
    print(f"FAILED: {text}", flush=True)


class Store:
    """A store of its own with the smallest night there is: who had which asset, and what was had most."""

    def __init__(self, tidemill, folder):
        self.tidemill, self.folder = tidemill, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.tenant = self.folder / "store" / "main"
        self.write_input(0)

    def write_input(self, variant):
        """Ten users, eight assets, three weeks; another variant gives other results."""
        lines = ["user,item,value,time"]
        for user in range(10):
            for turn in range(6):
                item = (user * 3 + turn * turn + variant * (turn + 1)) % 8
                lines.append(f"{user},{item},1,{1767225600 + (turn * 3 + user % 3) * 86400}")
        (self.folder / "interactions.csv").write_text("\n".join(lines) + "\n")
        (self.folder / "night.cfg").write_text("[asset]\ninteractions = interactions.csv\ntime = time\n"
                                               "models = popularity\n")

    def command(self, name, *more):
        if name == "nightly":
            more = ("--config", str(self.folder / "night.cfg"), "--input", str(self.folder), "--quiet", *more)
        return [self.tidemill, name, *more, "--store", str(self.folder / "store")]

    def start(self, name, *more, seconds=None, before=()):
        environment = dict(os.environ)
        if seconds:
            environment["TIDEMILL_LEASE_SECONDS"] = str(seconds)
        return subprocess.Popen([*before, *self.command(name, *more)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env=environment, stdin=subprocess.DEVNULL)

    def run(self, name, *more, expect=0):
        process = self.start(name, *more)
        out, err = process.communicate()
        if expect is not None and process.returncode != expect:
            fail(f"{name} {' '.join(more)} ended with {process.returncode}, expected {expect}: {err.strip()}")
        return out

    def publishes(self):
        """Finished moves of `current` by nightly, as the audit log tells them."""
        log = self.tenant / "audit.jsonl"
        entries = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return [entry for entry in entries if entry["action"] == "publish" and entry["details"].get("state") == "done"]

    def holder(self):
        """Process number of who holds the lock; none when nobody does."""
        held = [entry for entry in (self.tenant / "lock").glob("*") if entry.name.isdigit()]
        try:
            return int(os.readlink(max(held, key=lambda entry: int(entry.name))).split()[1]) if held else None
        except OSError:
            return None

    def current(self):
        return os.path.basename(os.readlink(self.tenant / "current"))

    def nights(self):
        return sorted(path.name for path in (self.tenant / "nights").glob("[0-9]*"))


def duplicate_starts(tidemill, folder, count, draw):
    refused = unchanged = 0
    for number in range(count):
        store = Store(tidemill, folder / f"start-{number}")
        processes = []
        for _ in range(draw.randint(2, 4)):
            time.sleep(draw.choice([0, 0, draw.random() * 0.3]))
            processes.append(store.start("nightly"))
        ends = [(process, *process.communicate()) for process in processes]
        published = 0
        for process, out, err in ends:
            if process.returncode == 0:
                published += ": published (" in out
                unchanged += "published before" in out
            elif process.returncode == 5 and re.search(r"process \d+ on ", err):
                refused += 1
            else:
                fail(f"start {number}: exit code {process.returncode}: {err.strip()}")
        if published != 1 or len(store.publishes()) != 1 or len(store.nights()) != 1:
            fail(f"start {number}: {published} published, log {len(store.publishes())}, nights {store.nights()}")
        shutil.rmtree(store.folder)
    print(f"duplicate starts: {count} with one publisher each; {refused} processes refused with exit code 5 naming the "
          f"holder, {unchanged} came later and found the night published", flush=True)


def paused_owners(tidemill, folder, count, draw):
    done = late = 0
    lease = 1.0
    duration = 1.0
    while done < count:
        store = Store(tidemill, folder / f"paused-{done}-{late}")
        begin = time.monotonic()
        owner = store.start("nightly", seconds=lease)
        while store.holder() is None and owner.poll() is None:
            time.sleep(0.002)
        time.sleep(draw.random() * duration)
        owner.send_signal(signal.SIGSTOP)
        if owner.poll() is not None or store.holder() is None or store.publishes():
            owner.send_signal(signal.SIGCONT)
            owner.communicate()
            duration = min(duration, time.monotonic() - begin)
            late += 1  # it had published already: nothing to fence
            shutil.rmtree(store.folder)
            continue
        time.sleep(lease * 1.5)
        other = store.start("nightly", seconds=60)
        _, err = other.communicate()
        if other.returncode != 0:
            fail(f"paused {done}: the run that takes over ended with {other.returncode}: {err.strip()}")
        by_other = [entry["details"]["lease"] for entry in store.publishes()]
        current, nights = store.current(), store.nights()
        owner.send_signal(signal.SIGCONT)
        _, err = owner.communicate()
        if owner.returncode != 5:
            fail(f"paused {done}: the fenced owner ended with {owner.returncode}: {err.strip()}")
        if [entry["details"]["lease"] for entry in store.publishes()] != by_other or len(by_other) != 1:
            fail(f"paused {done}: leases that published: {by_other}, then {store.publishes()}")
        if store.current() != current or store.nights() != nights:
            fail(f"paused {done}: the fenced owner changed the nights")
        store.run("rollback", store.current(), "--yes")  # verifies the night
        store.run("audit", "verify")
        shutil.rmtree(store.folder)
        done += 1
    print(f"paused owners: {done} fenced, each ended with exit code 5 and published nothing; {late} had published before "
          "the stop and were drawn again", flush=True)


class Reader(threading.Thread):
    """Follows `current` in a tight loop. HDF5 files are checked to be there; texts against the manifest's digest."""

    def __init__(self, tenant):
        super().__init__(daemon=True)
        self.tenant, self.looks, self.seen, self.stop = tenant, 0, set(), False

    def look(self):
        night = self.tenant / os.readlink(self.tenant / "current")
        manifest = json.loads((night / "night.json").read_text())
        for file in manifest["files"]:
            content = (night / file["path"]).read_bytes()
            if not file["path"].endswith(".h5") and hashlib.sha256(content).hexdigest() != file["digest"]:
                raise ValueError(f"{night / file['path']} does not have its digest")
        return night.name

    def run(self):
        while not self.stop:
            try:
                self.seen.add(self.look())
            except (OSError, ValueError, KeyError) as error:
                fail(f"the reader found no whole night: {error}")
            self.looks += 1


def read_through(tidemill, folder, count, draw):
    store = Store(tidemill, folder / "reader")
    store.run("nightly")
    store.write_input(1)
    store.run("nightly")
    reader = Reader(store.tenant)
    reader.start()
    counts = {"nightly": 0, "rollback": 0, "gc": 0}
    kills = variant = 0
    for _ in range(count):
        name = draw.choices(list(counts), [4, 5, 1])[0]
        counts[name] += 1
        more = {"nightly": [], "rollback": ["--yes"], "gc": ["--keep", "2"]}[name]
        if name == "nightly":
            variant += 1
            store.write_input(variant % 7)
        process = store.start(name, *more)
        if draw.random() < 1 / 3:
            time.sleep(draw.random() * 1.2)
            if process.poll() is None:
                process.kill()
                kills += 1
        _, err = process.communicate()
        if process.returncode not in (0, -signal.SIGKILL):
            fail(f"{name} ended with {process.returncode}: {err.strip()}")
    reader.stop = True
    reader.join()
    store.run("audit", "verify")
    print(f"reader: {reader.looks} looks at {len(reader.seen)} nights through {count} operations ({counts['nightly']} "
          f"nights, {counts['rollback']} rollbacks, {counts['gc']} removals), {kills} of them killed: whole every time",
          flush=True)
    shutil.rmtree(store.folder)


def kill_points(tidemill, folder, name, most):
    """Kills the command at call k for every k; then runs it again undisturbed."""
    def fresh(number):
        store = Store(tidemill, folder / f"{name}-{number}")
        shutil.copytree(template.folder, store.folder, symlinks=True, dirs_exist_ok=True)
        return store

    template = Store(tidemill, folder / f"{name}-template")
    for variant in range(3):
        template.write_input(variant)
        template.run("nightly")
    if name == "nightly":
        template.write_input(3)
    more = {"nightly": [], "rollback": ["--yes"], "gc": ["--keep", "1", "--grace-minutes", "0"]}[name]
    nights = set(template.nights()) | {template.nights()[0] + ".4"}
    undisturbed = fresh("undisturbed")
    undisturbed.run(name, *more)
    expected = undisturbed.current()
    points = mended = k = 0
    calls = list(CALLS)
    while calls and (not most or points < most):
        k += 1
        point = f"{calls[0]} {k}"
        store = fresh(f"{calls[0]}-{k}")
        process = store.start(name, *more, before=["strace", "-qq", "-o", os.devnull, "-e", f"trace={calls[0]}", "-e",
                                                   f"inject={calls[0]}:signal=SIGKILL:when={k}"])
        process.communicate()
        was_killed = process.returncode != 0
        points += was_killed
        if not was_killed:  # it makes fewer of these calls
            calls.pop(0)
            k = 0
        if was_killed and process.returncode not in (-signal.SIGKILL, 128 + signal.SIGKILL):
            fail(f"{name} killed at call {point}: exit code {process.returncode}")
        if store.current() not in nights:
            fail(f"{name} killed at call {point}: current is {store.current()}")
        reader = Reader(store.tenant)
        try:
            reader.look()
        except (OSError, ValueError, KeyError) as error:
            fail(f"{name} killed at call {point}: no whole night: {error}")
        if was_killed:
            mended += store.current() == expected and name != "gc"
            if name == "rollback" and store.current() == expected:
                store.run(name, expected, *more)  # named: the swap may be logged already
            else:
                store.run(name, *more)
        if store.current() != expected:
            fail(f"{name} killed at call {point} and run again: current is {store.current()}, expected {expected}")
        if name == "gc" and store.nights() != undisturbed.nights():
            fail(f"gc killed at call {point} and run again: {store.nights()}, expected {undisturbed.nights()}")
        store.run("audit", "verify")
        shutil.rmtree(store.folder)
    print(f"kill points: {name} killed at each of {points} calls that change files; a whole night was "
          f"current every time, {mended} of them the new one; run again, each came to its end", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--starts", type=int, default=100)
    parser.add_argument("--paused", type=int, default=20)
    parser.add_argument("--operations", type=int, default=200)
    parser.add_argument("--kill-points", default="")
    parser.add_argument("--most-points", type=int, default=0)
    parser.add_argument("--tidemill", default=str(ROOT / "build" / "tidemill"))
    parser.add_argument("--folder")
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    draw = random.Random(options.seed)
    print(f"publishers.py: seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        folder = pathlib.Path(folder)
        begin = time.monotonic()
        for count, work in ((options.starts, duplicate_starts), (options.paused, paused_owners),
                            (options.operations, read_through)):
            if count:
                work(options.tidemill, folder, count, draw)
        for name in filter(None, options.kill_points.split(",")):
            if shutil.which("strace") is None:
                sys.exit("publishers.py: --kill-points needs strace; install it")
            kill_points(options.tidemill, folder, name, options.most_points)
        print(f"{len(failures)} failures, {time.monotonic() - begin:.0f} s", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
