"""Ranks that stand still: one of two to four gets SIGSTOP in the middle of the small night, and the job must end."""
import os
import pathlib
import shutil
import signal
import subprocess
import time

from small_night import TENANT, link_tree

LIMIT = 3  # seconds after which a rank is missed; 120 when nobody says so
PATIENCE = LIMIT + 30  # for a busy machine
LOST_RANK = 128 + signal.SIGKILL  # as mpirun tells of one


def ranks_of(launcher):
    """Processes of the ranks, in their order, while they are there."""
    return [int(child) for child in pathlib.Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()]


def run_began(store, before):
    return len(list((store / TENANT / "runs").iterdir())) > before


def stop_one(night, store, draw):
    """Returns (code, faults), or nothing when the night ended before its rank could be stopped."""
    ranks = draw.randint(2, 4)
    runs = len(list((store / TENANT / "runs").iterdir()))
    environment = dict(night.tidemill.environment_of(ranks), TIDEMILL_HANG_SECONDS=str(LIMIT))
    command = ["mpirun", "-n", str(ranks), "--oversubscribe", *night.tidemill.nightly_command(night.work, store, 27)]
    job = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
    while job.poll() is None and not run_began(store, runs):
        time.sleep(0.01)
    time.sleep(draw.random())
    try:
        processes = ranks_of(job.pid)
        victim = draw.randrange(ranks)
        os.kill(processes[victim], signal.SIGSTOP)
    except (OSError, IndexError):
        job.communicate()
        return None
    try:
        _, said = job.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.kill(processes[victim], signal.SIGCONT)
        job.kill()
        job.communicate()
        return 124, [f"{ranks} ranks, rank {victim} stopped: the job had not ended after {PATIENCE} s"]
    if job.returncode == 0:
        return None  # it had done its part
    faults = []
    if job.returncode != LOST_RANK or f"rank {victim} (process {processes[victim]} on " not in said:
        faults.append(f"{ranks} ranks, rank {victim} stopped: ended with {job.returncode}: {said.strip()}")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(os.path.exists(f"/proc/{process}") for process in processes):
        time.sleep(0.05)
    if time.monotonic() >= deadline:
        faults.append(f"{ranks} ranks, rank {victim} stopped: processes of the job are still there")
    return job.returncode, faults


def stopped_ranks(night, folder, count, draw):
    """Yields (code, faults)."""
    done = 0
    while done < count:
        store = folder / f"stopped-{done}"
        link_tree(night.before, store)
        outcome = stop_one(night, store, draw)
        if outcome is not None:
            code, faults = outcome
            faults += night.faults_of_old_night(store)
            faults += night.faults_of_repeat(store, night.tidemill.nightly(night.work, store, 27))
            yield code, faults
            done += 1
        shutil.rmtree(store)
