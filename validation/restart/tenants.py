"""Many small tenants in one run, some of them hostile: the others' digests, the balance of the ranks, separate runs.

usage: tenants.py --tidemill build/tidemill [--tenants 50] [--hostile 5] [--ranks 2] [--sample 10] [--seed 1] ...
Exits with 1 when a digest differs, a hostile tenant goes unnoticed, or the ranks are out of balance (--imbalance 1.10).
"""
import argparse
import json
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from small_night import CONFIG, ROOT, Tidemill  # noqa: E402

SALES_CONFIG = CONFIG.split("[asset]", maxsplit=1)[0] + "[price]\nresamples = 5\n"
ASSET_CONFIG = "[asset]\ninteractions = interactions.csv\ntime = time\nmodels = popularity\ntrend-min-count = 5\n"


def sales(dice, days):
    """Exports of a tenant: a few items at one or two places, some more on some days."""
    items = [(f"{k + 1}", f"Item {k + 1}", dice.choice(["Mains", "Drinks"]), dice.randrange(200, 1500)) for k in
             range(dice.randrange(2, 6))]
    places = ["Quay", "Mill"][:dice.choice([1, 1, 1, 2])]
    lines = ["location,time,order_id,line_id,item_key,item_name,category,qty,gross,net"]
    for day in range(days):
        date = f"2026-{4 + day // 28:02d}-{1 + day % 28:02d}"
        for number in range(dice.randrange(4, 9)):
            key, name, category, cents = dice.choice(items)
            price = f"{cents // 100}.{cents % 100:02d}"
            lines.append(f"{dice.choice(places)},{date} 12:{number:02d}:00,o{day}-{number},l{day}-{number},"
                         f"{key},{name},{category},1,{price},{price}")
    return "\n".join(lines) + "\n"


def interactions(dice):
    """Users of two tastes over some weeks."""
    lines = ["user,item,value,time"]
    for user in range(dice.randrange(20, 60)):
        for turn in range(dice.randrange(6, 14)):
            item = dice.randrange(20) * 2 + user % 2
            lines.append(f"{user},{item},1,{1767225600 + (turn * 7 + dice.randrange(7)) * 86400}")
    return "\n".join(lines) + "\n"


def days_of(dice):
    """Most tenants are small, a few have five times as many days."""
    return min(200, max(26, round(26 * dice.lognormvariate(0.25, 0.5))))


def hostile_line(kind, name, folder, victim, dice):
    """Makes what a hostile tenant brings along; its line of the list and the code it must end with."""
    (folder / name).mkdir()
    if kind == "bad csv":
        (folder / name / "sales.csv").write_bytes(b'location,time\n"' + dice.randbytes(5000))
        return f"{name} config=sales.cfg", 3
    if kind == "no input":
        return f"{name} config=sales.cfg", 3
    if kind == "outside name":
        return f"../{name} config=sales.cfg", 2
    if kind == "link":
        (folder / name / "sales.csv").symlink_to(f"../{victim}/sales.csv")
        return f"{name} config=sales.cfg", 2
    (folder / name / "sales.csv").write_text(sales(dice, 60))
    return f"{name} config=sales.cfg max-rows=50", 3


KINDS = ["bad csv", "no input", "outside name", "link", "quota"]


class Run:
    """A generated world of tenants and runs over it."""

    def __init__(self, options, work):
        self.options, self.work = options, work
        self.tidemill = Tidemill(options.tidemill, work)
        dice = random.Random(options.seed)
        self.input = work / "in"
        self.input.mkdir()
        (work / "sales.cfg").write_text(SALES_CONFIG)
        (work / "assets.cfg").write_text(ASSET_CONFIG)
        self.good = [f"tenant-{k:04d}" for k in range(options.tenants - options.hostile)]
        self.config = {}
        for name in self.good:
            (self.input / name).mkdir()
            kind = "assets" if name != self.good[0] and dice.random() < options.assets else "sales"
            self.config[name] = f"{kind}.cfg"
            if kind == "assets":
                (self.input / name / "interactions.csv").write_text(interactions(dice))
            else:
                (self.input / name / "sales.csv").write_text(sales(dice, days_of(dice)))
        if options.large:
            (self.input / self.good[0] / "sales.csv").write_text(sales(dice, 220))
        self.hostile = {}
        good_lines = [f"{name} config={self.config[name]}" for name in self.good]
        lines = list(good_lines)
        for k in range(options.hostile):
            line, code = hostile_line(KINDS[k % len(KINDS)], f"hostile-{k}", self.input, self.good[0], dice)
            self.hostile[line.split()[0]] = code
            lines.insert(dice.randrange(len(lines) + 1), line)
        (work / "all.txt").write_text("\n".join(lines) + "\n")
        (work / "good.txt").write_text("\n".join(good_lines) + "\n")

    def tenants(self, names, store):
        started = time.monotonic()
        done = self.tidemill.run("tenants", "--list", self.work / names, "--input", self.input, "--store",
                                 self.work / store, "--json", "--quiet", ranks=self.options.ranks, timeout=7200)
        if not done.stdout.strip():
            raise SystemExit(f"tenants ended with {done.returncode}: {done.stderr}")
        report = json.loads(done.stdout)
        print(f"{names}: {len(report['tenants'])} tenants on {report['ranks']} ranks in {report['seconds']:.1f} s "
              f"(with start and end {time.monotonic() - started:.1f} s), imbalance {report['imbalance']:.3f}, "
              f"{report['failed']} failed, exit code {done.returncode}")
        return done.returncode, report

    def separate(self, name):
        done = self.tidemill.run("nightly", "--config", self.work / self.config[name], "--input", self.input / name,
                                 "--store", self.work / "separate", "--tenant", name, "--json", "--quiet")
        return json.loads(done.stdout)["digest"] if done.returncode == 0 else done.stderr


def check(run, options):
    faults = []
    code, mixed = run.tenants("all.txt", "mixed")
    rows = {row["tenant"]: row for row in mixed["tenants"]}
    failed = {name: row["code"] for name, row in rows.items() if row["code"] not in (0, 4)}
    if failed != run.hostile:
        faults.append(f"failed were {failed}, expected {run.hostile}")
    if code != (1 if run.hostile else 0):
        faults.append(f"exit code {code}")
    if mixed["imbalance"] > options.imbalance:
        faults.append(f"imbalance {mixed['imbalance']:.3f}, at most {options.imbalance} is allowed")
    good = [name for name in run.good if rows.get(name, {"code": None})["code"] in (0, 4)]
    digests = {name: rows[name]["digest"] for name in good}
    print(f"{len(good)} good nights of {len(run.good)}, {len(set(digests.values()))} different digests; largest team: "
          f"{max(row['ranks'] for row in rows.values())} ranks")
    if mixed["not_begun"]:
        faults.append(f"stopped by a signal with {mixed['not_begun']} tenants not begun")
    if run.hostile:
        clean = {row["tenant"]: row["digest"] for row in run.tenants("good.txt", "clean")[1]["tenants"]}
        equal = sum(clean[name] == digests[name] for name in good)
        print(f"{equal} of {len(good)} digests equal those of a run without the {len(run.hostile)} hostile ones")
        if equal != len(good):
            faults.append("a hostile tenant changed another's digest")
        for name, row in rows.items():
            if name in run.hostile:
                print(f"  {name}: code {row['code']}, {row['message'][:110]}")
        if sorted(p.name for p in (run.work / "mixed").iterdir()) != sorted(
                {*run.good} | {n for n in run.hostile if (run.work / "mixed" / n).is_dir() and ".." not in n}):
            faults.append("the store has other folders than its tenants'")
    sample = random.Random(options.seed + 1).sample(good, min(options.sample, len(good)))
    if options.large and good[0] not in sample:
        sample.append(good[0])
    equal = sum(run.separate(name) == digests[name] for name in sample)
    print(f"{equal} of {len(sample)} separate runs of nightly, one rank each, have the same digest")
    if equal != len(sample):
        faults.append("a separate run has another digest")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--tidemill", default=ROOT / "build/tidemill")
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--hostile", type=int, default=5)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--sample", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--imbalance", type=float, default=1.10)
    parser.add_argument("--assets", type=float, default=0.0, help="share of tenants with interactions, not sales")
    parser.add_argument("--large", action="store_true", help="the first tenant is a large one")
    options = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="tidemill-tenants-"))
    print(f"seed {options.seed}")
    try:
        faults = check(Run(options, work), options)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("\n".join(faults) or "all as it should be")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
