"""The smallest night with sales and assets, and runs of tidemill on it: what campaign.py breaks in many ways.

usage: python3 validation/restart/small_night.py FOLDER    writes its inputs there, with configs for both halves together
(night.cfg) and for each alone (sales.cfg, assets.cfg)
"""
import hashlib
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SALES_CONFIG = """[ingest]
source = generic: sales.csv
[forecast]
horizon = 2
block = 2
trees = 3
quantile-trees = 2
min-rows-in-leaf = 2
calibration-days = 3
[backtest]
origins = 1
step = 2
[menu]
resamples = 5
"""
ASSET_CONFIG = """[asset]
interactions = interactions.csv
time = time
catalogue = catalogue.csv
models = popularity
trend-min-count = 5
"""
CONFIG = SALES_CONFIG + ASSET_CONFIG
TENANT = "main"
KILLED = -9


def sales(days):
    """Two items at one place, in the layout of the generic adapter."""
    lines = ["location,time,order_id,line_id,item_key,item_name,category,qty,gross,net"]
    for day in range(1, days + 1):
        for line in range(6):
            item = "1,Soup,Mains,1,5.00,5.00" if line < 2 + day % 3 else "2,Pie,Mains,2,8.00,8.00"
            lines.append(f"Quay,2026-06-{day:02d} 12:00:00,o{day * 10 + line},l{day * 10 + line},{item}")
    return "\n".join(lines) + "\n"


def interactions():
    """Users of two tastes over twelve weeks."""
    lines = ["user,item,value,time"]
    for user in range(30):
        for turn in range(12):
            item = (user * 7 + turn * turn * 2) % 20 * 2 + user % 2
            lines.append(f"{user},{item},1,{1767225600 + (turn * 7 + user % 7) * 86400}")
    return "\n".join(lines) + "\n"


def write_inputs(folder, days):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sales.csv").write_text(sales(days))
    (folder / "interactions.csv").write_text(interactions())
    (folder / "catalogue.csv").write_text("id,name\n" + "".join(f"{a},No. {a}\n" for a in range(40)))


def link_tree(source, target):
    """A copy that shares the files: tidemill replaces files and never writes into a committed one, which the callers
    check at the end. Only logs grow in place (*.jsonl): each copy has its own."""

    def link_or_copy(one, other):
        (shutil.copy2 if one.endswith(".jsonl") else os.link)(one, other)

    shutil.copytree(source, target, symlinks=True, copy_function=link_or_copy)


def bytes_below(folder):
    """One digest over names and bytes of all files below."""
    total = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
        total.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


class Tidemill:
    """Runs the executable; every process gets its scratch files below `folder`."""

    def __init__(self, executable, folder):
        self.executable = pathlib.Path(executable).resolve()
        self.environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                                OMPI_MCA_orte_tmpdir_base=str(folder / "mpi"), OMP_NUM_THREADS="1",
                                OPENBLAS_NUM_THREADS="1")
        self.environment.pop("TIDEMILL_FAILPOINT", None)
        (folder / "mpi").mkdir(parents=True, exist_ok=True)

    def run(self, *arguments, ranks=1, timeout=120, largest_file=None, **variables):
        """CompletedProcess; the return code of a killed process is minus its signal. Files grow to `largest_file`
        bytes."""
        launch = ["mpirun", "-n", str(ranks), "--oversubscribe"] if ranks > 1 else []
        limit = largest_file and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file)))
        command = launch + [str(self.executable), *map(str, arguments)]
        try:
            return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=timeout,
                                  env=dict(self.environment_of(ranks), **variables), preexec_fn=limit, check=False)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 124, "", f"did not end within {timeout} s")

    def environment_of(self, ranks):
        environment = dict(self.environment)
        if ranks == 1:
            # A process alone needs no daemon beside it, which a kill would leave behind for a moment.
            environment.update(OMPI_MCA_ess_singleton_isolated="1", OMPI_MCA_btl="self")
        elif ranks <= os.cpu_count():
            # Ranks with a core each need not give it away while they wait; beside other work they would crawl.
            environment["OMPI_MCA_mpi_yield_when_idle"] = "0"
        return environment

    @staticmethod
    def night_of(work, store, days):
        """The words after the executable's name."""
        return ["nightly", "--config", work / "night.cfg", "--input", work / f"day{days}", "--store", store, "--json",
                "--quiet"]

    def nightly_command(self, work, store, days):
        return [str(self.executable), *map(str, self.night_of(work, store, days))]

    def nightly(self, work, store, days, ranks=1, **variables):
        return self.run(*self.night_of(work, store, days), ranks=ranks, **variables)

    def verify(self, paths):
        """(return code, {path: digest} of whole ones, [(path, what)] of faults), by one process."""
        done = self.run("verify", "--json", *paths, timeout=600)
        try:
            report = json.loads(done.stdout)
        except ValueError:
            return done.returncode, {}, [("verify", done.stderr.strip() or f"ended with {done.returncode}")]
        return (done.returncode, {thing["path"]: thing["digest"] for thing in report["whole"]},
                [(fault["path"], fault["what"]) for fault in report["faults"]])


class SmallNight:
    """Inputs of two consecutive days and a store with the first one's night published."""

    def __init__(self, tidemill, work):
        self.tidemill, self.work = tidemill, work
        for days in (26, 27):
            write_inputs(work / f"day{days}", days)
        (work / "night.cfg").write_text(CONFIG)
        self.before = work / "before"  # the store before the night that is disturbed
        self.expect(tidemill.nightly(work, self.before, 26))
        self.old_bytes = bytes_below(self.before / TENANT / "nights")
        self.after = work / "after"  # the store after it, undisturbed
        link_tree(self.before, self.after)
        count = work / "calls"
        done = self.expect(tidemill.nightly(work, self.after, 27, TIDEMILL_FAILPOINT_COUNT=str(count)))
        self.digest = json.loads(done.stdout)["digest"]
        calls, self.kinds = count.read_text().split()
        self.calls = int(calls)
        self.old_night, self.new_night = sorted(p.name for p in (self.after / TENANT / "nights").iterdir())

    @staticmethod
    def expect(done):
        if done.returncode != 0:
            raise SystemExit(f"an undisturbed run ended with {done.returncode}: {done.stderr}")
        return done

    def faults_of_old_night(self, store):
        """What is wrong with the night before, as a reader sees the store after a disturbed run."""
        tenant = store / TENANT
        faults = []
        for path in sorted((self.before / TENANT / "nights").rglob("*")):
            copy = tenant / path.relative_to(self.before / TENANT)
            if path.is_file() and (not copy.is_file() or copy.read_bytes() != path.read_bytes()):
                faults.append(f"{copy.name} of the night before was changed or is gone")
        current = os.readlink(tenant / "current") if (tenant / "current").is_symlink() else "nothing"
        if current not in (f"nights/{self.old_night}", f"nights/{self.new_night}"):
            faults.append(f"current leads to {current}")
        elif not (tenant / current / "night.json").is_file():
            faults.append(f"current leads to {current}, which is no night")
        return faults

    def faults_of_repeat(self, store, done):
        """What is wrong after the same night was run once more, undisturbed."""
        if done.returncode != 0:
            return [f"the second run ended with {done.returncode}: {done.stderr.strip()}"]
        faults = self.faults_of_old_night(store)
        if json.loads(done.stdout)["digest"] != self.digest:
            faults.append("the second run has another digest")
        if os.readlink(store / TENANT / "current") != f"nights/{self.new_night}":
            faults.append("current does not lead to the new night after the second run")
        hidden = [p.name for p in (store / TENANT / "nights").iterdir() if p.name not in (self.old_night,
                                                                                           self.new_night)]
        if hidden:
            faults.append(f"left in nights: {hidden}")
        return faults

    def unchanged(self):
        """Whether the shared files of the store are as they were: nobody wrote into a committed file."""
        return bytes_below(self.before / TENANT / "nights") == self.old_bytes


if __name__ == "__main__":
    place = pathlib.Path(sys.argv[1])
    write_inputs(place, 27)
    for name, config in (("night", CONFIG), ("sales", SALES_CONFIG), ("assets", ASSET_CONFIG)):
        (place / f"{name}.cfg").write_text(config)
