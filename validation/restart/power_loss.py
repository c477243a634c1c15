"""Loses the power in the middle of the small night: stores as a disk may hold them then, and what becomes of them."""
import os
import random
import subprocess

import call_log
from disk_model import Disk, PowerLoss
from run_cases import RunCases
from small_night import TENANT, link_tree

# Chances of what was not synced to be there, and of a write to be torn, drawn for each case: the disk that wrote
# nothing down, the one that wrote names before bytes, and what is between.
KEEP = (0, 0.2, 0.5, 0.8, 1)
TEAR = (0, 0, 0.3, 1)
ENDS_A_STEP = ("rename", "sync", "remove", "link")


class PowerLosses(RunCases):
    """One undisturbed night is followed call by call; each case is a disk as it may be after the first n calls. Half of
    the cases lose the power right after a name changed or something was synced, where it hurts most."""

    name = "power_loss"

    def __init__(self, night, folder, workers, record, seed):
        super().__init__(night, folder, workers, record)
        self.seed = seed
        self.operations = self.follow()
        self.turns = [n for n, what in enumerate(self.operations, 1) if what[0] in ENDS_A_STEP]

    def follow(self):
        """The night's calls; as a check on the model, all of them done are the store that the night left."""
        store, log = self.folder / "followed", self.folder / "calls.strace"
        link_tree(self.night.before, store)
        command = self.night.tidemill.nightly_command(self.night.work, store, 27)
        done = subprocess.run([*call_log.tracing(log), *command], capture_output=True, text=True, check=False,
                              env=self.night.tidemill.environment_of(1))
        if done.returncode != 0:
            raise SystemExit(f"the night that was followed ended with {done.returncode}: {done.stderr}")
        operations = call_log.operations_of(log, store)
        copy = self.folder / "modelled"
        disk = Disk(self.night.before)
        for operation in operations:
            disk.do(*operation)
        PowerLoss(random.Random(0), keep=1, tear=0).write(disk.root, copy)
        different = subprocess.run(["diff", "-r", "-q", "--no-dereference", store, copy], capture_output=True,
                                   text=True, check=False)
        if different.returncode != 0:
            raise SystemExit(f"the model of the disk is not what the night left: {different.stdout}{different.stderr}")
        return operations

    def cases(self, random, number, part, parts):
        return [(self.name, n) for n in range(1, number + 1)][part - 1::parts]

    def break_run(self, run):
        draw = random.Random(f"{self.seed} power loss {run.call}")
        point = draw.choice(self.turns) if draw.random() < 0.5 else draw.randint(0, len(self.operations))
        keep, tear = draw.choice(KEEP), draw.choice(TEAR)
        disk = Disk(self.night.before)
        for operation in self.operations[:point]:
            disk.do(*operation)
        PowerLoss(draw, keep, tear).write(disk.root, run.store)
        run.messages.append(f"power lost after {point} of {len(self.operations)} calls, keep {keep}, tear {tear}")
        run.faults += self.night.faults_of_old_night(run.store)
        current = run.store / TENANT / "current"
        run.code = os.path.basename(os.readlink(current)) if current.is_symlink() else "no night"

    def repeat(self, run):
        super().repeat(run)
        done = self.night.tidemill.run("audit", "verify", "--store", run.store)
        if done.returncode != 0:
            run.faults.append(f"the audit log: {done.stderr.strip()}")

    def rows(self):
        ends = [line["code"] for line in self.record.cases.values()]
        new = ends.count(self.night.new_night)
        outcome = f"current: the night before {len(ends) - new}x, the new one {new}x"
        yield self.name.replace("_", " "), len(ends), outcome, len(self.record.violations())
