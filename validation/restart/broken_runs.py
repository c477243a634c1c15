"""Runs that are broken off: numbered failpoints, full disks, and runs that are simply repeated."""
import concurrent.futures
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

from small_night import KILLED, TENANT, bytes_below, link_tree

DOCUMENTED = (0, 1, 2, 3, 4, 5, 75)
BATCH = 6  # stores that one call of verify looks at
MODES = ("kill_before", "kill_after", "eio", "enospc", "short")


class CaseRecord:
    """The cases that were run, one line each, in a file that several runs fill: slices, and runs that were ended. Cases
    of another night (other calls, another digest) are refused."""

    def __init__(self, path, night):
        self.path = path
        self.cases = {}
        kinds = hashlib.sha256(night.kinds.encode()).hexdigest()[:16]
        head = {"calls": night.calls, "kinds": kinds, "digest": night.digest}
        if path is None:
            return
        if path.exists():
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            if lines and lines[0] != head:
                raise SystemExit(f"{path} is of another night ({lines[0]}, this one is {head}); name another file")
            self.cases = {(line["mode"], line["call"]): line for line in lines[1:]}
        else:
            path.write_text(json.dumps(head) + "\n")

    def add(self, mode, call, code, faults, seconds, messages):
        line = {"mode": mode, "call": call, "code": code, "seconds": round(seconds, 3)}
        if faults:
            line.update(faults=faults, messages=messages)
        self.cases[mode, call] = line
        if self.path is not None:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def violations(self):
        return [line for line in self.cases.values() if "faults" in line]


class BrokenRun:
    """One case: the store, what the runs on it said, and what is wrong."""

    def __init__(self, case, store):
        self.mode, self.call = case
        self.store = store
        self.faults, self.messages = [], []
        self.code = None
        self.seen = set()  # identities of files that were verified

    def note(self, what, done):
        self.messages.append(f"{what} ended with {done.returncode}: {done.stderr.strip()}")


class Failpoints:
    """Makes call k of the night fail. What stands on the disk after a kill behind call k is what does so before the
    next call that changes something; so there is a kill before each of these, and one behind the last, and no kill
    before a call that only reads. eio and enospc differ in the message alone and take turns. short is for calls that
    move bytes, and does nothing elsewhere."""

    def __init__(self, night, folder, workers, record):
        self.night, self.folder, self.workers, self.record = night, folder, workers, record
        self.seen = {self.identity(p) for p in night.before.rglob("*") if p.is_file() and not p.is_symlink()}

    def cases(self, random, number, part, parts):
        """Those of a slice, in random order; or the first `number` of all."""
        every = [("eio" if k % 2 else "enospc", k) for k in range(1, self.night.calls + 1)]
        every += [("short", k) for k, kind in enumerate(self.night.kinds, 1) if kind in "wb"]
        every += [("kill_before", k) for k, kind in enumerate(self.night.kinds, 1) if kind in "cw"]
        every += [("kill_after", self.night.calls)]
        random.shuffle(every)
        return every[:number] if number else every[part - 1::parts]

    @staticmethod
    def identity(path):
        found = path.stat()
        return found.st_ino, found.st_size, found.st_mtime_ns

    def break_run(self, run):
        link_tree(self.night.before, run.store)
        done = self.night.tidemill.nightly(self.night.work, run.store, 27,
                                           TIDEMILL_FAILPOINT=f"{run.mode}@{run.call}")
        run.note("the broken run", done)
        run.code = done.returncode
        run.faults += self.night.faults_of_old_night(run.store)
        killed = run.mode.startswith("kill")
        # A transfer of half the bytes is taken up where it ended: no failure at all.
        if done.returncode not in ((KILLED,) if killed else (0,) if run.mode == "short" else DOCUMENTED):
            run.faults.append(f"ended with {done.returncode}")
        if not killed and done.returncode != 0 and not done.stderr.strip():
            run.faults.append("failed without a message")

    def repeat(self, run):
        done = self.night.tidemill.nightly(self.night.work, run.store, 27)
        run.note("the second run", done)
        run.faults += self.night.faults_of_repeat(run.store, done)

    def new_units(self, run):
        """What `verify` is to look at: nights and steps with a file that it has not seen, and such files that carry
        their own digest. The others share their files with the store before, or were verified after the broken run."""
        units, store = set(), run.store
        for path in store.rglob("*"):
            if path.is_symlink() or not path.is_file():
                continue
            identity = self.identity(path)
            if identity in self.seen or identity in run.seen:
                continue
            run.seen.add(identity)
            if path.name.endswith(".tmp") or any(part.startswith(".") for part in path.relative_to(store).parts):
                continue
            place = next((p for p in path.parents if (p / "night.json").exists() or (p / "step.json").exists()), None)
            if place is not None and store in place.parents and "checkpoints" not in path.parts:
                units.add(place)
            elif path.suffix == ".h5":
                units.add(path)
        return units

    def verify(self, batch):
        """All stores of the batch by one process; each fault goes to the case whose store it is in."""
        units = [unit for run in batch for unit in sorted(self.new_units(run))]
        if not units:
            return
        _, _, faults = self.night.tidemill.verify(units)
        for path, what in faults:
            owner = next((run for run in batch if path.startswith(str(run.store) + "/")), batch[0])
            owner.faults.append(f"{path}: {what}")

    def run_batch(self, cases):
        started = time.monotonic()
        batch = [BrokenRun(case, self.folder / f"{case[0]}-{case[1]}") for case in cases]
        for work in (lambda: [self.break_run(run) for run in batch], lambda: self.verify(batch),
                     lambda: [self.repeat(run) for run in batch], lambda: self.verify(batch)):
            work()
        for run in batch:
            shutil.rmtree(run.store)
        return batch, (time.monotonic() - started) / len(batch)

    def run(self, random, number, seconds, part=1, parts=1):
        """Returns how many cases there are in this slice, and how many of them were run before."""
        wanted = self.cases(random, number, part, parts)
        left = [case for case in wanted if case not in self.record.cases]
        batches = [left[first:first + BATCH] for first in range(0, len(left), BATCH)]
        started = time.monotonic()
        done = 0
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            pending = set()
            while batches or pending:
                while batches and len(pending) < self.workers and not (seconds and
                                                                       time.monotonic() > started + seconds):
                    pending.add(pool.submit(self.run_batch, batches.pop(0)))
                if not pending:
                    break
                ended, pending = concurrent.futures.wait(pending, return_when=concurrent.futures.FIRST_COMPLETED)
                for batch, each in (future.result() for future in ended):
                    for run in batch:
                        self.record.add(run.mode, run.call, run.code, run.faults, each, run.messages)
                    done += len(batch)
                    self.tell(done, len(left), started)
        return len(wanted), len(wanted) - len(left)

    def tell(self, done, all_of_them, started):
        each = (time.monotonic() - started) / done
        print(f"\rfailpoints: {done} of {all_of_them}, {len(self.record.violations())} violations, {each:.2f} s each, "
              f"{(all_of_them - done) * each / 60:.0f} min left ", end="" if done < all_of_them else "\n",
              file=sys.stderr, flush=True)

    def rows(self):
        for mode in MODES:
            codes = {}
            for line in self.record.cases.values():
                if line["mode"] == mode:
                    codes[line["code"]] = codes.get(line["code"], 0) + 1
            if codes:
                ends = ", ".join(f"{'killed' if code == KILLED else code} {n}x" for code, n in sorted(codes.items()))
                bad = sum(line["mode"] == mode for line in self.record.violations())
                yield f"failpoint {mode}", sum(codes.values()), f"ended with {ends}", bad


def mounted(size_kib, folder):
    folder.mkdir(parents=True, exist_ok=True)
    options = ["mount", "-t", "tmpfs", "-o", f"size={size_kib}k", "tidemill-campaign", str(folder)]
    try:
        return subprocess.run(options, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def pages_below(folder):
    """KiB that a tmpfs needs for all below, a page for each link and folder too."""
    return sum(4 * max(1, -(-p.lstat().st_size // 4096)) for p in folder.rglob("*") if not p.is_dir())


def full_disk(night, folder, sizes):
    """The night of one and two ranks in turn on file systems of a sweep of sizes. Yields (size in KiB, return
    code, faults); nothing where no file system can be mounted."""
    place = folder / "disk"
    used, needed = (pages_below(store) for store in (night.before, night.after))
    for number in range(sizes):
        size = used + (needed - used) * (number + 1) // (sizes + 1)
        if not mounted(size, place):
            return
        try:
            store = place / "store"
            shutil.copytree(night.before, store, symlinks=True)
            done = night.tidemill.nightly(night.work, store, 27, ranks=number % 2 + 1)
            faults = night.faults_of_old_night(store)
            if done.returncode not in (0, 1):
                faults.append(f"{number % 2 + 1} ranks ended with {done.returncode}: {done.stderr.strip()}")
            if done.returncode == 1 and "free" not in done.stderr:
                faults.append(f"does not say what to do: {done.stderr.strip()}")
            _, _, damaged = night.tidemill.verify([store])
            faults += [f"{path}: {what}" for path, what in damaged]
            subprocess.run(["mount", "-o", f"remount,size={needed * 4}k", str(place)], check=True)
            faults += night.faults_of_repeat(store, night.tidemill.nightly(night.work, store, 27))
            yield size, done.returncode, faults
        finally:
            subprocess.run(["umount", "-l", str(place)], check=False)


def file_limit(night, folder, sizes):
    """The night where files may not grow beyond a limit, as with `ulimit -f`, for a sweep of limits below the largest
    file. Yields (limit in bytes, return code, faults)."""
    new = [p for p in night.after.rglob("*.h5") if p.is_file() and not p.is_symlink()]
    largest = max(path.stat().st_size for path in new)
    for number in range(sizes):
        limit = largest * (number + 1) // (sizes + 1)
        store = folder / f"limited-{number}"
        link_tree(night.before, store)
        done = night.tidemill.nightly(night.work, store, 27, largest_file=limit)
        faults = night.faults_of_old_night(store)
        if done.returncode != 1 or not done.stderr.strip():
            faults.append(f"ended with {done.returncode}: {done.stderr.strip()}")
        faults += night.faults_of_repeat(store, night.tidemill.nightly(night.work, store, 27))
        shutil.rmtree(store)
        yield limit, done.returncode, faults


def repeated(night, folder):
    """The finished night run again, on one rank and on two. Yields (what, faults)."""
    for ranks in (1, 2):
        store = folder / f"again-{ranks}"
        link_tree(night.after, store)
        before = bytes_below(store / TENANT / "nights"), os.readlink(store / TENANT / "current")
        done = night.tidemill.nightly(night.work, store, 27, ranks=ranks)
        faults = night.faults_of_repeat(store, done)
        if not faults and not json.loads(done.stdout)["unchanged"]:
            faults.append("the repeat does not say that nothing changed")
        if before != (bytes_below(store / TENANT / "nights"), os.readlink(store / TENANT / "current")):
            faults.append("the repeat changed published files")
        shutil.rmtree(store)
        yield f"on {ranks}", faults
