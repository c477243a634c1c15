#!/usr/bin/env python3
"""Successive asset nights on ml-100k, whose ratings have times: what learning on from the model in use gains.

usage: python3 validation/nights/asset_nights.py [--ranks 2] [--nights 4] [--factors 64]

Each night sees the ratings up to its date, a week after the one before. Implicit ALS begins at the factors in use
and makes a few passes; beside it the same model is trained from scratch (asset.compare-cold). The rows say how good
both are on the pairs held out, what their training took, and what the gate said.
The folder of data sets is TIDEMILL_DATA (default: shared/data beside the project).
"""
import argparse
import csv
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("TIDEMILL_DATA", ROOT.parent / "shared" / "data"))
LAST_DATE = datetime.date(1998, 4, 22)
CONFIG = """[asset]
interactions = ratings.csv
user = user
item = item
time = time
models = {models}
factors = {factors}
unobserved-weight = 0.3
lambda = 0.01
k = 20
compare-cold = 1
trend-min-count = 100000
[gate]
tolerance = 0.05
"""


def write_ratings(path):
    rows = [line.split("\t") for line in (DATA / "ml-100k" / "u.data").read_text().splitlines()]
    lines = ["user,item,time"] + [f"{user},{item},{time}" for user, item, _, time in rows]
    path.write_text("\n".join(lines) + "\n")


def run_night(folder, date, ranks):
    command = ["mpirun", "-n", str(ranks), "--oversubscribe", str(ROOT / "build" / "tidemill"), "nightly", "--config",
               str(folder / "night.cfg"), "--input", str(folder), "--store", str(folder / "store"), "--date",
               date.isoformat(), "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 4):
        sys.exit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.returncode


def read_rows(folder, table):
    with open(folder / "store" / "main" / "current" / "csv" / f"{table}.csv") as file:
        return list(csv.DictReader(file))


def seconds_of(folder, step):
    record = json.loads((folder / "store" / "main" / "current" / "record.json").read_text())
    return next(one["seconds"] for one in record["steps"] if one["name"] == step)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--nights", type=int, default=4)
    parser.add_argument("--factors", type=int, default=64)
    parser.add_argument("--models", default="ials")
    options = parser.parse_args()
    if not (DATA / "ml-100k" / "u.data").exists():
        print(f"skipped: {DATA}/ml-100k/u.data is not there; set TIDEMILL_DATA")
        return
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        write_ratings(folder / "ratings.csv")
        (folder / "night.cfg").write_text(CONFIG.format(factors=options.factors, models=options.models))
        print("| night | exit | begun at | ndcg@20 warm | cold | recall@20 warm | cold | seconds warm | cold | gate: in use, "
              "tonight, gain at least |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
        for night in range(options.nights):
            date = LAST_DATE - datetime.timedelta(days=7 * (options.nights - 1 - night))
            code = run_night(folder, date, options.ranks)
            test = {row["model"]: row for row in read_rows(folder, "model_metrics") if row["part"] == "test"}
            warm, cold = test["ials"], test["ials-cold"]
            target = read_rows(folder, "recommender_gate")[0]
            print(f"| {date} | {code} | {warm['parent']} | {float(warm['ndcg']):.4f} | {float(cold['ndcg']):.4f} | "
                  f"{float(warm['recall']):.4f} | {float(cold['recall']):.4f} | "
                  f"{seconds_of(folder, 'model-ials'):.2f} | {seconds_of(folder, 'model-ials-cold'):.2f} | "
                  f"{target['metric']} {float(target['champion']):.4f}, {float(target['challenger']):.4f}, "
                  f"{float(target['lower']):+.4f}: {'promoted' if target['promoted'] == '1' else 'refused'} |",
                  flush=True)


if __name__ == "__main__":
    main()
