#!/usr/bin/env python3
"""Random forest beside scikit-learn: same rows, trees and columns per split, deep trees; interleaved runs.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install scikit-learn==1.5.2 numpy
    /tmp/peers/bin/python validation/peers/forest.py [ROWS] [TREES] [RUNS] [CORES] > validation/peers/results/forest.md

Time is training in memory: scikit-learn's fit, and the seconds `tidemill train` reports (binning and growing; reading
the table and writing the model are left out on both sides). Run it on an idle machine.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIDEMILL = os.environ.get("TIDEMILL", str(ROOT / "build" / "tidemill"))
FEATURES = 28


def make_rows(rows, seed):
    random = numpy.random.default_rng(seed)
    x = random.normal(size=(rows, FEATURES)).astype(numpy.float32)
    score = x[:, 0] + x[:, 1] * x[:, 2] + .5 * numpy.sin(3 * x[:, 3]) + .5 * x[:, 4]**2 - .5 + .3 * x[:, 5]
    return x, (random.random(rows) < 1 / (1 + numpy.exp(-1.5 * score))).astype(int)


def write_table(path, x, y):
    header = ",".join([*(f"f{i}" for i in range(FEATURES)), "y"])
    numpy.savetxt(path, numpy.column_stack([x, y]), fmt=["%.9g"] * FEATURES + ["%d"], delimiter=",", header=header,
                  comments="")


def ours(folder, trees, cores, test_y):
    launcher = ["mpirun", "-n", str(cores), "--oversubscribe"] if cores > 1 else []
    trained = subprocess.run([*launcher, TIDEMILL, "train", "--model", "forest", "--task", "binary", "--input",
                              f"{folder}/train.csv", "--target", "y", "--trees", str(trees), "--features-per-node", "5",
                              "--output", f"{folder}/m.h5", "--quiet", "--json"],
                             check=True, capture_output=True, text=True)
    subprocess.run([TIDEMILL, "score", "--model", f"{folder}/m.h5", "--input", f"{folder}/test.csv", "--output",
                    f"{folder}/p.csv", "--json"], check=True, capture_output=True)
    scores = numpy.loadtxt(f"{folder}/p.csv", delimiter=",", skiprows=1)[:, 1]
    return json.loads(trained.stdout)["seconds"], roc_auc_score(test_y, scores)


def peer(trees, cores, x, y, test_x, test_y):
    forest = RandomForestClassifier(trees, max_features=5, n_jobs=cores, random_state=1)
    start = time.perf_counter()
    forest.fit(x, y)
    seconds = time.perf_counter() - start
    return seconds, roc_auc_score(test_y, forest.predict_proba(test_x)[:, 1])


def main(rows=100000, trees=50, runs=5, cores=2):
    x, y = make_rows(rows, 1)
    test_x, test_y = make_rows(50000, 2)
    results = ([], [])
    with tempfile.TemporaryDirectory() as folder:
        write_table(f"{folder}/train.csv", x, y)
        write_table(f"{folder}/test.csv", test_x, test_y)
        for _ in range(runs):
            results[0].append(ours(folder, trees, cores, test_y))
            results[1].append(peer(trees, cores, x, y, test_x, test_y))
    print(f"Random forest, {rows} rows x {FEATURES} columns, {trees} trees without depth limit, 5 columns per split, "
          f"{cores} cores; median of {runs} interleaved runs.\n")
    print("| | seconds (all runs) | median | test AUC |\n|---|---|---|---|")
    medians = []
    for name, found in zip(("Tidemill, ranks", f"scikit-learn {sklearn.__version__}, n_jobs"), results):
        medians.append(statistics.median(seconds for seconds, _ in found))
        listed = " ".join(f"{seconds:.2f}" for seconds, _ in found)
        print(f"| {name} = {cores} | {listed} | {medians[-1]:.2f} | {statistics.mean(auc for _, auc in found):.4f} |")
    print(f"\nRatio of the medians: {medians[1] / medians[0]:.1f}.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
