#!/usr/bin/env python3
"""Breaks the smallest night in every way that can be numbered, and tells what came of it as a Markdown table.

usage: python3 validation/restart/campaign.py [--tier quick|long] [--what failpoints,flips,...] [--seed N]
           [--tidemill FILE] [--folder DIR] [--workers N] [--seconds N] [--count N] [--slice I/N] [--record FILE]
  failpoints   fail call K of the night for every K: errors, short transfers, kills
  flips        single bits of every kind of file and of the pointer `current`
  truncations  lost ends, extra bytes, zeroed and swapped blocks, files of another night, step or name
  power_loss   disks as they may be when the power is lost in the middle of the night (needs strace, to follow the
               night)
  stopped      one of two to four ranks stopped (SIGSTOP) in the middle of the night
  use          nights that run on a store with a damaged file
  full_disk    file systems of a sweep of sizes, of bytes and of names, and one that may only be read (needs the right to
               mount them)
  file_limit   files that may not grow beyond a sweep of limits
  idempotence  the finished night again
  environment  other locales, time zones, limits, users, paths and, where libfaketime is installed, clocks
Every choice comes from the seed, which is printed. Exits with 1 when anything was silently wrong, crashed, or left
the night before damaged. --seconds ends the failpoints after that time; they are drawn in random order. --count
stands for the tier's number of cases of each part. --record keeps each failpoint case with its outcome, and the
messages of violations, in a file of JSON lines; cases in it are not run again and count for the table, so slices (2/5:
the second of five) and runs that were ended add up to one.
"""
import argparse
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

import broken_runs
import call_log
import damaged_files
import environments
import full_disks
import run_cases
import stopped_ranks
from power_loss import PowerLosses
from small_night import ROOT, TENANT, SmallNight, Tidemill, link_tree

ALL = ("failpoints", "power_loss", "stopped", "flips", "truncations", "use", "full_disk", "file_limit", "idempotence",
       "environment")
# Cases of each part: failpoints (0 for all), lost powers, stopped ranks, flips per kind, rounds of other damage per
# kind, nights on damaged stores, sizes of disks and files, environments (0 for all).
PARTS_COUNTED = ("failpoints", "power_loss", "stopped", "flips", "truncations", "use", "sizes", "environment")
COUNTS = {"quick": (8, 12, 1, 150, 4, 2, 2, 7), "long": (0, 2000, 20, 2000, 25, 100, 50, 0)}


def use_damaged(night, folder, generator, number):
    """Runs the night again on stores with one flipped bit: it ends with the same digest, or says what is damaged.
    Yields (file, return code, faults)."""
    tenant = night.after / TENANT
    files = [p for p in sorted(tenant.rglob("*")) if p.is_file() and not p.is_symlink()
             and p.relative_to(tenant).parts[0] in ("cache", "tables")]
    for number_now in range(number):
        victim = generator.choice(files)
        data = victim.read_bytes()
        store = folder / f"used-{number_now}"
        link_tree(night.after, store)
        copy = store / victim.relative_to(night.after)
        copy.unlink()
        copy.write_bytes(damaged_files.flip(data, generator.randrange(len(data) * 8)))
        done = night.tidemill.nightly(night.work, store, 27)
        name = str(victim.relative_to(tenant))
        faults = night.faults_of_old_night(store)
        if done.returncode not in (0, 1, 3) or (done.returncode and not done.stderr.strip()):
            faults.append(f"ended with {done.returncode}: {done.stderr.strip()}")
        if done.returncode == 0 and json.loads(done.stdout)["digest"] != night.digest:
            faults.append("another digest")
        shutil.rmtree(store)
        yield name, done.returncode, [f"{name}: {fault}" for fault in faults]


def summed(name, results, note=""):
    """One row for [(code, faults)] of a sweep."""
    codes = {}
    for code, _ in results:
        codes[code] = codes.get(code, 0) + 1
    ends = ", ".join(f"{code} {n}x" for code, n in sorted(codes.items()))
    return name, len(results), f"ended with {ends}{note}", sum(bool(faults) for _, faults in results)


class Campaign:
    def __init__(self, arguments, folder):
        self.arguments = arguments
        self.counts = dict(zip(PARTS_COUNTED, COUNTS[arguments.tier]))
        if arguments.count is not None:
            self.counts = dict.fromkeys(PARTS_COUNTED, arguments.count)
        self.folder = folder
        self.tidemill = Tidemill(arguments.tidemill, folder)
        self.night = SmallNight(self.tidemill, folder / "work")
        self.rows, self.faults = [], []
        self.kinds = None

    def random(self, what):
        """The same choices for each part whichever parts are run."""
        return random.Random(f"{self.arguments.seed} {what}")

    def sort_of_files(self):
        if self.kinds is None:
            self.kinds = damaged_files.kinds_of(self.night, self.folder / "kinds")
        return self.kinds

    def failpoints(self):
        record = self.arguments.record and pathlib.Path(self.arguments.record)
        record = run_cases.CaseRecord(record, self.night)
        points = broken_runs.Failpoints(self.night, self.folder / "broken", self.arguments.workers, record)
        points.folder.mkdir()
        part, parts = self.arguments.slice
        cases, before = points.run(self.random("failpoints"), self.counts["failpoints"], self.arguments.seconds, part,
                                   parts)
        self.rows += points.rows()
        self.faults += [f"{line['mode']}@{line['call']}: {'; '.join(line['faults'] + line['messages'])}"
                        for line in record.violations()]
        kinds = self.night.kinds
        print(f"{cases} cases, {before} of them run before; a night makes {self.night.calls} calls, "
              f"{sum(k in 'cw' for k in kinds)} of them change the disk, {sum(k in 'wb' for k in kinds)} move bytes",
              flush=True)

    def power_loss(self):
        if not call_log.can_trace():
            print("power_loss is left out: it needs strace, and the right to follow a process", flush=True)
            return
        record = run_cases.CaseRecord(None, self.night)
        folder = self.folder / "power"
        folder.mkdir()
        losses = PowerLosses(self.night, folder, self.arguments.workers, record, self.arguments.seed)
        losses.run(None, self.counts["power_loss"], self.arguments.seconds, *self.arguments.slice)
        self.rows += losses.rows()
        self.faults += [f"case {line['call']}: {'; '.join(line['faults'] + line['messages'])}"
                        for line in record.violations()]
        print(f"a night makes {len(losses.operations)} calls that change the store", flush=True)

    def stopped(self):
        results = list(stopped_ranks.stopped_ranks(self.night, self.folder, self.counts["stopped"],
                                                   self.random("stopped")))
        self.rows.append(summed("stopped rank", results))
        self.faults += [fault for _, faults in results for fault in faults]

    def damage(self, work):
        damage = damaged_files.Damage(self.tidemill, self.folder / "damaged")
        work(damage)
        self.rows += damage.rows()
        self.faults += damage.faults

    def flips(self):
        kinds, _ = self.sort_of_files()
        generator = self.random("flips")
        self.damage(lambda damage: (damaged_files.flip_bits(damage, kinds, generator, self.counts["flips"]),
                                    damaged_files.flip_pointers(damage, self.folder / "pointers", generator,
                                                                self.counts["flips"])))

    def truncations(self):
        kinds, older = self.sort_of_files()
        generator = self.random("truncations")
        self.damage(lambda damage: (damaged_files.break_shapes(damage, kinds, generator, self.counts["truncations"]),
                                    damaged_files.put_back_stale(damage, self.night, self.folder / "stale", older)))

    def use(self):
        results = list(use_damaged(self.night, self.folder, self.random("use"), self.counts["use"]))
        self.rows.append(summed("night on a store with a flipped bit", [result[1:] for result in results]))
        self.faults += [fault for result in results for fault in result[2]]

    def full_disk(self):
        for name, work, unit in (("full disk", full_disks.full_disk, "KiB"),
                                 ("no more files", full_disks.full_of_names, "files, folders and links")):
            self.disks(name, work(self.night, self.folder, self.counts["sizes"]), unit)
        self.disks("read-only disk", full_disks.read_only(self.night, self.folder), "ranks")

    def disks(self, name, results, unit):
        results = list(results)
        if not results:
            print(f"{name} is left out: it needs the right to mount a tmpfs", flush=True)
            return
        sizes = f", {results[0][0]} to {results[-1][0]} {unit}"
        self.rows.append(summed(name, [result[1:] for result in results], sizes))
        self.faults += [f"{name} at {size} {unit}: {fault}" for size, _, faults in results for fault in faults]

    def file_limit(self):
        results = list(broken_runs.file_limit(self.night, self.folder, self.counts["sizes"]))
        sizes = f", {results[0][0]} to {results[-1][0]} bytes"
        self.rows.append(summed("limit on the size of files", [result[1:] for result in results], sizes))
        self.faults += [f"files of {limit} bytes: {fault}" for limit, _, faults in results for fault in faults]

    def idempotence(self):
        results = list(broken_runs.repeated(self.night, self.folder))
        self.rows.append(summed("finished night again", [(0, faults) for _, faults in results]))
        self.faults += [f"again {what}: {fault}" for what, faults in results for fault in faults]

    def environment(self):
        results = list(environments.unusual_environments(self.night, self.folder, self.counts["environment"],
                                                         self.random("environment")))
        if not environments.FAKETIME:
            print("environment: clocks are left out: they need libfaketime (package faketime)", flush=True)
        self.rows.append(summed("night in an unusual environment", [result[1:] for result in results]))
        self.faults += [f"{name}: {fault}" for name, _, faults in results for fault in faults]


def report(campaign, seconds):
    print("\n| fault | times | outcome | violations |\n|---|---|---|---|")
    for name, times, outcome, bad in campaign.rows:
        print(f"| {name} | {times} | {outcome} | {bad} |")
    for fault in campaign.faults[:40]:
        print(f"violation: {fault}")
    total = sum(row[1] for row in campaign.rows)
    print(f"\ncampaign.py: {total} faults in {seconds:.0f} s, {len(campaign.faults)} violations")


def slice_of(text):
    """I/N as (I, N)."""
    part, parts = map(int, text.split("/"))
    if not 1 <= part <= parts:
        raise argparse.ArgumentTypeError(f"{text}: expected I/N with I from 1 to N")
    return part, parts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tier", choices=COUNTS, default="quick")
    parser.add_argument("--what", default=",".join(ALL))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tidemill", default=ROOT / "build" / "tidemill")
    parser.add_argument("--folder", help="for stores and copies, removed at the end (default: in memory where it can be)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--count", type=int)
    parser.add_argument("--slice", type=slice_of, default=(1, 1))
    parser.add_argument("--record")
    arguments = parser.parse_args()
    parts = arguments.what.split(",")
    unknown = [part for part in parts if part not in ALL]
    if unknown:
        parser.error(f"--what {','.join(unknown)}: expected some of {','.join(ALL)}")
    memory = pathlib.Path("/dev/shm")
    parent = arguments.folder or (memory if os.access(memory, os.W_OK) else None)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tidemill-campaign-", dir=parent))
    started = time.monotonic()
    print(f"campaign.py --tier {arguments.tier} --what {arguments.what} --seed {arguments.seed}", flush=True)
    try:
        campaign = Campaign(arguments, folder)
        for part in parts:
            begun = time.monotonic()
            getattr(campaign, part)()
            print(f"{part}: {time.monotonic() - begun:.1f} s", flush=True)
        if not campaign.night.unchanged():
            campaign.faults.append("a run wrote into a committed file")
        report(campaign, time.monotonic() - started)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if campaign.faults else 0


if __name__ == "__main__":
    sys.exit(main())
