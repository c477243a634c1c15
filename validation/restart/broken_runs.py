"""Runs that are broken off: numbered failpoints, files that may not grow, and runs that are simply repeated."""
import json
import os
import shutil

from run_cases import RunCases
from small_night import KILLED, TENANT, bytes_below, link_tree

DOCUMENTED = (0, 1, 2, 3, 4, 5, 75)
MODES = ("kill_before", "kill_after", "eio", "enospc", "short")


class Failpoints(RunCases):
    """Makes call k of the night fail. What stands on the disk after a kill behind call k is what does so before the
    next call that changes something; so there is a kill before each of these, and one behind the last, and no kill
    before a call that only reads. eio and enospc differ in the message alone and take turns. short is for calls that
    move bytes, and does nothing elsewhere."""

    name = "failpoints"

    def cases(self, random, number, part, parts):
        """Those of a slice, in random order; or the first `number` of all."""
        every = [("eio" if k % 2 else "enospc", k) for k in range(1, self.night.calls + 1)]
        every += [("short", k) for k, kind in enumerate(self.night.kinds, 1) if kind in "wb"]
        every += [("kill_before", k) for k, kind in enumerate(self.night.kinds, 1) if kind in "cw"]
        every += [("kill_after", self.night.calls)]
        random.shuffle(every)
        return every[:number] if number else every[part - 1::parts]

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
