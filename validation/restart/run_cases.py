"""Runs each of many cases: something breaks a run of the small night, then the night runs again and must end as ever.

A case is (mode, number). What all kinds of cases share; broken_runs.py and power_loss.py say what breaks the run.
"""
import concurrent.futures
import hashlib
import json
import shutil
import sys
import time

from small_night import link_tree

BATCH = 6  # stores that one call of verify looks at


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


class RunCases:
    """Batches of cases on `workers` threads, each case with a store of its own. A kind of cases has a `name`, and says
    with `cases` which there are and with `break_run` how the first run is broken."""

    def __init__(self, night, folder, workers, record):
        self.night, self.folder, self.workers, self.record = night, folder, workers, record
        self.seen = {self.identity(p) for p in night.before.rglob("*") if p.is_file() and not p.is_symlink()}

    def cases(self, random, number, part, parts):
        """Those of a slice, in random order; or the first `number` of all."""
        raise NotImplementedError

    def break_run(self, run):
        """Leaves in run.store what the broken run left, faults in run.faults and its outcome in run.code."""
        raise NotImplementedError

    @staticmethod
    def identity(path):
        found = path.stat()
        return found.st_ino, found.st_size, found.st_mtime_ns

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
        print(f"\r{self.name}: {done} of {all_of_them}, {len(self.record.violations())} violations, {each:.2f} s each, "
              f"{(all_of_them - done) * each / 60:.0f} min left ", end="" if done < all_of_them else "\n",
              file=sys.stderr, flush=True)
