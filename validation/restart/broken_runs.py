"""Runs that are broken off: numbered failpoints, full disks, and runs that are simply repeated."""
import concurrent.futures
import json
import os
import shutil
import subprocess
import time

from small_night import KILLED, TENANT, bytes_below, link_tree

DOCUMENTED = (0, 1, 2, 3, 4, 5, 75)
BATCH = 24  # stores that one call of verify looks at


class Failpoints:
    """Makes call k of the night fail. The state after a kill behind call k is that before call k + 1, so a kill before
    each call covers both; eio and enospc differ in the message alone and take turns; short is for calls that move
    bytes, and does nothing elsewhere."""

    def __init__(self, night, folder, workers):
        self.night, self.folder, self.workers = night, folder, workers
        self.counts = {}
        self.faults = []

    def cases(self, random, number):
        """All of them in random order, or the first `number` of these."""
        calls = self.night.calls
        every = [(mode, k) for k in range(1, calls + 1)
                 for mode in ("kill_before", "eio" if k % 2 else "enospc", "short")]
        every += [("kill_after", calls)]
        random.shuffle(every)
        return every[:number] if number else every

    def break_run(self, case):
        mode, call = case
        store = self.folder / f"{mode}-{call}"
        link_tree(self.night.before, store)
        done = self.night.tidemill.nightly(self.night.work, store, 27, TIDEMILL_FAILPOINT=f"{mode}@{call}")
        faults = self.night.faults_of_old_night(store)
        killed = mode.startswith("kill")
        # A transfer of half the bytes is taken up where it ended: no failure at all.
        if done.returncode not in ((KILLED,) if killed else (0,) if mode == "short" else DOCUMENTED):
            faults.append(f"ended with {done.returncode}: {done.stderr.strip()[-300:]}")
        if not killed and done.returncode != 0 and not done.stderr.strip():
            faults.append("failed without a message")
        return case, store, done.returncode, faults

    def repeat(self, broken):
        store = broken[1]
        done = self.night.tidemill.nightly(self.night.work, store, 27)
        return self.night.faults_of_repeat(store, done)

    def note(self, case, faults):
        self.faults += [f"{case[0]}@{case[1]}: {fault}" for fault in faults]

    def verify(self, batch):
        """All stores of the batch by one process; each fault goes to the case whose store it is in."""
        _, _, faults = self.night.tidemill.verify([broken[1] for broken in batch])
        for path, what in faults:
            owner = next((b[0] for b in batch if path.startswith(str(b[1]) + "/")), ("verify", 0))
            self.note(owner, [f"{path}: {what}"])

    def run(self, random, number, seconds):
        cases = self.cases(random, number)
        deadline = time.monotonic() + seconds if seconds else None
        with concurrent.futures.ThreadPoolExecutor(self.workers) as pool:
            for first in range(0, len(cases), BATCH):
                if deadline and time.monotonic() > deadline:
                    break
                batch = list(pool.map(self.break_run, cases[first:first + BATCH]))
                self.verify(batch)
                for broken, faults in zip(batch, pool.map(self.repeat, batch)):
                    self.note(broken[0], broken[3] + faults)
                    key = (broken[0][0], broken[2])
                    self.counts[key] = self.counts.get(key, 0) + 1
                self.verify(batch)
                for broken in batch:
                    shutil.rmtree(broken[1])
        return len(cases)

    def rows(self):
        for mode in ("eio", "enospc", "short", "kill_before", "kill_after"):
            codes = {code: n for (m, code), n in self.counts.items() if m == mode}
            if codes:
                ends = ", ".join(f"{'killed' if code == KILLED else code} {n}x" for code, n in sorted(codes.items()))
                bad = sum(fault.startswith(mode + "@") for fault in self.faults)
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
    """The night on file systems of a sweep of sizes. Yields (size in KiB, return code, faults); nothing where no file
    system can be mounted."""
    place = folder / "disk"
    used, needed = (pages_below(store) for store in (night.before, night.after))
    for number in range(sizes):
        size = used + (needed - used) * (number + 1) // (sizes + 1)
        if not mounted(size, place):
            return
        try:
            store = place / "store"
            shutil.copytree(night.before, store, symlinks=True)
            done = night.tidemill.nightly(night.work, store, 27)
            faults = night.faults_of_old_night(store)
            if done.returncode not in (0, 1):
                faults.append(f"ended with {done.returncode}: {done.stderr.strip()}")
            if done.returncode == 1 and "free" not in done.stderr:
                faults.append(f"does not say what to do: {done.stderr.strip()}")
            _, _, damaged = night.tidemill.verify([store])
            faults += [f"{path}: {what}" for path, what in damaged]
            subprocess.run(["mount", "-o", f"remount,size={needed * 4}k", str(place)], check=True)
            faults += night.faults_of_repeat(store, night.tidemill.nightly(night.work, store, 27))
            yield size, done.returncode, faults
        finally:
            subprocess.run(["umount", "-l", str(place)], check=False)


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
