#!/usr/bin/env python3
"""Holds what `tidemill plan` says of nights against what these nights took.

usage: plans.py --tidemill build/tidemill [--nights judged|fitted] [--only NAME] [--keep FOLDER] [--steps]

Each night is generated, planned, run into an empty store and compared: seconds and bytes written of all steps, the
largest memory of a step on one rank, the files of all steps. Rates of the plan were fitted to the nights of `fitted`;
those of `judged` have other sizes, shapes, seeds and options. Nights of texts are of public questions and are left out
where these are absent (see validation/published/text.py). `plan` is asked before the night begins. One line of
Markdown per night; --steps prints the steps as well. Ranks and threads: MPIRUN (default "mpirun -n") and
OMP_NUM_THREADS.
"""
import argparse
import glob
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "published"))
import text
from public_data import DATA
from runner import write_table

TEXTS = """[asset]
texts = texts.csv
texts-text = text
texts-target = category
"""
ASSETS = """[asset]
interactions = interactions.csv
time = time
catalogue = catalogue.csv
pictures = pictures
likes = likes.csv
blocks = blocks.csv
k = 20
trend-days = 364
"""
SALES = """[ingest]
{sources}
costs = costs.csv
promotions = promotions.csv

[forecast]
horizon = 14
trees = {trees}
quantile-trees = {quantiles}
learning-rate = 0.08

[backtest]
origins = {origins}
step = 14
"""
SOURCES = {
    "toast": "source = toast: toast/*/*.csv",
    "square": "source = square: square/*.csv",
    "clover": "source = clover: clover/station-hall/*.csv @ Station Hall",
}


def sales(sources=("toast", "square", "clover"), trees=200, quantiles=100, origins=2):
    lines = "\n".join(SOURCES[name] for name in sources)
    return SALES.format(sources=lines, trees=trees, quantiles=quantiles, origins=origins)


def chain(size, seed):
    return ["--what", "chain", "--size", size, "--seed", str(seed)]


def assets(users, items, seed, size="small"):
    return ["--what", "assets", "--size", size, "--users", str(users), "--assets", str(items), "--seed", str(seed)]


class Texts:
    """Rows of a public set with its first `classes` labels (None: all), one row of each `every`."""

    def __init__(self, name, classes=None, every=1):
        self.name, self.classes, self.every = name, classes, every

    def write(self, folder):
        rows = text.SETS[self.name][0]()[0]
        kept = sorted({label for _, label in rows})[:self.classes]
        os.makedirs(folder, exist_ok=True)
        write_table(os.path.join(folder, "texts.csv"), text.HEADER,
                    [row for row in rows if row[1] in kept][::self.every])


# name: (what to generate, configuration, ranks)
FITTED = {
    "chain small": ([chain("small", 1)], sales(), 1),
    "chain medium": ([chain("medium", 1)], sales(), 2),
    "assets small": ([assets(300, 160, 1)], ASSETS, 1),
    "assets wide": ([assets(1000, 4000, 1)], ASSETS, 1),
    "assets long": ([assets(8000, 400, 1)], ASSETS, 1),
    "assets medium": ([assets(6000, 3000, 1, "medium")], ASSETS, 1),
    "texts clinc150": ([Texts("clinc150")], TEXTS, 1),
    "texts clinc150, half": ([Texts("clinc150", every=2)], TEXTS, 1),
    "texts banking77": ([Texts("banking77")], TEXTS, 1),
    "texts atis": ([Texts("atis")], TEXTS, 1),
}
JUDGED = {
    "sales: toast alone, 250 trees, 3 origins": ([chain("small", 61)], sales(("toast",), 250, 80, 3), 1),
    "sales: square and clover, 120 trees, 1 origin": ([chain("medium", 62)], sales(("square", "clover"), 120, 50, 1), 2),
    "assets: 3500 users, 2000 assets": ([assets(3500, 2000, 71)], ASSETS, 1),
    "assets: 12000 users, 200 assets": ([assets(12000, 200, 72)], ASSETS, 2),
    "assets: 600 users, 5000 assets": ([assets(600, 5000, 73)], ASSETS, 1),
    "assets: 1800 users, 2200 assets, EASE": (
        [assets(1800, 2200, 74)], ASSETS + "models = popularity,ease,itemknn\n", 1),
    "sales and assets: all exports, 1300 users, 700 assets": (
        [chain("small", 81), assets(1300, 700, 82)], sales(origins=1) + ASSETS, 2),
    "texts: banking77, 20 labels": ([Texts("banking77", 20)], TEXTS, 1),
    "texts: clinc150, 60 labels": ([Texts("clinc150", 60)], TEXTS, 2),
    "texts: atis, a third": ([Texts("atis", every=3)], TEXTS, 1),
}


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{shlex.join(command)}: exit code {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def measured_of(step):
    return {
        "seconds": step["seconds"],
        "peak_memory": max(step["peak_memory"]),
        "bytes_written": step["bytes_written"],
        "files": len(step["files"]),
    }


def night(tidemill, folder, generated, config, ranks):
    """The plan and the steps of one night."""
    launcher = shlex.split(os.environ.get("MPIRUN", "mpirun -n")) + [str(ranks)]
    for what in generated:
        if isinstance(what, Texts):
            what.write(os.path.join(folder, "input"))
            continue
        run([tidemill, "generate", "--output", os.path.join(folder, "input")] + what)
    with open(os.path.join(folder, "night.cfg"), "w", encoding="utf-8") as file:
        file.write(config)
    options = ["--config", os.path.join(folder, "night.cfg"), "--input", os.path.join(folder, "input"),
               "--store", os.path.join(folder, "store")] + (["--date", "2026-11-20"] if config == TEXTS else [])
    plan = json.loads(run(launcher + [tidemill, "plan", "--json"] + options))
    run(launcher + [tidemill, "nightly", "--quiet"] + options)
    records = glob.glob(os.path.join(folder, "store", "main", "runs", "*", "record.json"))
    with open(records[0], encoding="utf-8") as file:
        return plan, json.load(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tidemill", default="build/tidemill")
    parser.add_argument("--nights", choices=["judged", "fitted"], default="judged")
    parser.add_argument("--only", help="nights whose name has this in it")
    parser.add_argument("--keep", help="folder for the records; they stay there")
    parser.add_argument("--steps", action="store_true")
    options = parser.parse_args()
    print("| night | ranks | seconds: plan / night | memory of a rank, MB | written, MB | files |")
    print("|---|---|---|---|---|---|")
    for name, (generated, config, ranks) in (JUDGED if options.nights == "judged" else FITTED).items():
        if options.only and options.only not in name:
            continue
        if config == TEXTS and not (DATA / "clinc150").exists():
            print(f"{name}: left out, there are no public texts", file=sys.stderr)
            continue
        folder = tempfile.mkdtemp(prefix="plan-")
        try:
            plan, record = night(os.path.abspath(options.tidemill), folder, generated, config, ranks)
        finally:
            shutil.rmtree(folder)
        if options.keep:
            os.makedirs(options.keep, exist_ok=True)
            with open(os.path.join(options.keep, name.replace(" ", "_") + ".json"), "w", encoding="utf-8") as file:
                json.dump({"name": name, "ranks": ranks, "plan": plan, "steps": record["steps"]}, file)
        planned, measured = (record["plan_judged"][which] for which in ("planned", "measured"))
        def both(key, unit, digits):
            return f"{planned[key] / unit:.{digits}f} / {measured[key] / unit:.{digits}f}"
        print(f"| {name} | {ranks} | {both('seconds', 1, 1)} | {both('peak_memory', 1e6, 0)} "
              f"| {both('bytes_written', 1e6, 1)} | {both('files', 1, 0)} |", flush=True)
        if not options.steps:
            continue
        print(json.dumps(plan["size"]))
        by_name = {step["step"]: step for step in plan["steps"]}
        for step in record["steps"]:
            took, said = measured_of(step), by_name[step["name"]]
            print(f"    {step['name']:18} {said['seconds']:8.2f} / {took['seconds']:8.2f} s "
                  f"{said['peak_memory'] / 1e6:8.0f} / {took['peak_memory'] / 1e6:8.0f} MB "
                  f"{said['bytes_written'] / 1e6:8.1f} / {took['bytes_written'] / 1e6:8.1f} MB written "
                  f"{said['files']:4} / {took['files']:4} files")


if __name__ == "__main__":
    main()
