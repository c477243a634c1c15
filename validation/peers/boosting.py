#!/usr/bin/env python3
"""Gradient boosting: tidemill against LightGBM and XGBoost, on the same rows, leaves and cores.

    python3 -m venv VENV && VENV/bin/pip install lightgbm==4.6.0 xgboost==3.2.0 numpy==2.4.6 scipy h5py==3.16.0
    VENV/bin/python validation/peers/boosting.py make FOLDER
    VENV/bin/python validation/peers/boosting.py run FOLDER --tidemill build/tidemill --rounds 5
    VENV/bin/python validation/peers/boosting.py report FOLDER > validation/peers/results/boosting.md

One million rows of 28 numbers, two classes, 255 bins, 100 trees of 255 leaves, learning rate .1, at least a hessian of
100 in a leaf and no other limit. The training loop alone is compared with the peers' training loop alone (data already
in bins); the way into bins is a row of its own. Every measurement is a fresh process; the measurements of a round take
turns; `run` adds rounds to FOLDER/measured.jsonl, with the share of the machine that others used meanwhile.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

FEATURES = 28
TRAIN, TEST = 1_000_000, 200_000
SETTINGS = {"trees": 100, "leaves": 255, "rate": 0.1, "hessian": 100}


def make(folder):
    import h5py
    import numpy as np

    rng = np.random.default_rng(1)
    n = TRAIN + TEST
    x = rng.standard_normal((n, FEATURES)).astype(np.float32)
    x[:, 3], x[:, 7], x[:, 8] = np.exp(0.6 * x[:, 3]), np.abs(x[:, 7]), np.exp(0.4 * x[:, 8])
    x[:, 21] = np.sqrt(np.abs(x[:, 0] * x[:, 1])) + 0.3 * np.abs(x[:, 21])
    x[:, 22] = np.hypot(x[:, 3], x[:, 4]) + 0.2 * x[:, 22]
    x[:, 23] = np.abs(x[:, 5] - x[:, 6])
    x[:, 24] = np.hypot(x[:, 9], x[:, 10])
    x[:, 25] = x[:, 0] * x[:, 11] + 0.5 * x[:, 25]
    x[:, 26] = np.maximum(x[:, 12], x[:, 13])
    x[:, 27] = np.cos(2 * x[:, 14]) + 0.1 * x[:, 27]
    z = (1.1 * np.sin(1.5 * x[:, 21]) + 0.6 * x[:, 25] - 0.8 * x[:, 24] * (x[:, 26] > 0) + 0.7 * x[:, 27] * x[:, 15]
         + 0.5 * np.tanh(x[:, 22] - 2) + 0.4 * x[:, 16] * x[:, 17] + 0.3 * x[:, 18] ** 2 - 0.2 * x[:, 19]
         + 0.4 * (x[:, 23] > 1))
    y = (rng.random(n) < 1 / (1 + np.exp(-1.1 * (z - z.mean())))).astype(np.float32)
    os.makedirs(folder, exist_ok=True)
    for name, rows in (("train", slice(0, TRAIN)), ("test", slice(TRAIN, n))):
        np.save(f"{folder}/{name}_x.npy", x[rows])
        np.save(f"{folder}/{name}_y.npy", y[rows])
        text = lambda value: np.array(value.encode(), dtype=h5py.string_dtype("utf-8", max(1, len(value))))
        with h5py.File(f"{folder}/{name}.h5", "w", libver="latest") as file:
            table = file.create_group("table")
            names = [f"f{i}" for i in range(FEATURES)] + ["y"]
            table.attrs["rows"] = np.int64(y[rows].size)
            table.attrs.create("columns", text("\n".join(names)))
            for i, column in enumerate(names):
                values = y[rows] if column == "y" else x[rows, i]
                data = table.create_dataset(column, data=values.astype(np.float64), chunks=(min(524288, values.size),))
                for key, value in (("type", "real"), ("unit", ""), ("description", "")):
                    data.attrs.create(key, text(value))


def auc(target, score):
    import numpy as np
    from scipy.stats import rankdata

    ranks = rankdata(score)
    positive = target > 0.5
    p = positive.sum()
    return float((ranks[positive].sum() - p * (p + 1) / 2) / (p * (target.size - p)))


def load(folder):
    import numpy as np

    return [np.load(f"{folder}/{part}.npy") for part in ("train_x", "train_y", "test_x", "test_y")]


def lightgbm_run(folder, threads, **extra):
    import lightgbm

    x, y, tx, ty = load(folder)
    s = SETTINGS
    options = {"objective": "binary", "num_leaves": s["leaves"], "learning_rate": s["rate"], "max_bin": 255,
               "min_sum_hessian_in_leaf": s["hessian"], "min_data_in_leaf": 1, "num_threads": threads, "verbose": -1,
               "feature_pre_filter": False, **extra}
    start = time.perf_counter()
    data = lightgbm.Dataset(x, y, params=options).construct()
    booster = lightgbm.Booster(options, data)
    bins = time.perf_counter() - start
    start = time.perf_counter()
    for _ in range(s["trees"]):
        booster.update()
    return {"bins": bins, "loop": time.perf_counter() - start, "auc": auc(ty, booster.predict(tx))}


def xgboost_run(folder, threads, **extra):
    import xgboost

    x, y, tx, ty = load(folder)
    s = SETTINGS
    start = time.perf_counter()
    data = xgboost.QuantileDMatrix(x, y, max_bin=256, nthread=threads)
    bins = time.perf_counter() - start
    options = {"objective": "binary:logistic", "tree_method": "hist", "max_bin": 256, "eta": s["rate"], "lambda": 0,
               "min_child_weight": s["hessian"], "nthread": threads, **extra}
    start = time.perf_counter()
    booster = xgboost.train(options, data, s["trees"])
    return {"bins": bins, "loop": time.perf_counter() - start,
            "auc": auc(ty, booster.predict(xgboost.DMatrix(tx, nthread=threads)))}


def tidemill_run(folder, ranks, program):
    import numpy as np

    s = SETTINGS
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    with tempfile.TemporaryDirectory() as scratch:
        train = [program, "train", "--model", "boost", "--task", "binary", "--input", f"{folder}/train.h5", "--target",
                 "y", "--trees", str(s["trees"]), "--max-leaves", str(s["leaves"]), "--learning-rate", str(s["rate"]),
                 "--min-hessian", str(s["hessian"]), "--min-rows", "0", "--output", f"{scratch}/m.h5"]
        command = train if ranks == 1 else ["mpirun", "-n", str(ranks), *train]
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        whole = time.perf_counter() - start
        if done.returncode != 0:
            sys.exit(done.stderr)
        seconds = lambda phase: float(re.search(rf"^{phase} +([0-9.]+) s", done.stderr, re.M).group(1))
        score = [program, "score", "--model", f"{scratch}/m.h5", "--input", f"{folder}/test.h5", "--output",
                 f"{scratch}/p.csv"]
        subprocess.run(score, check=True, capture_output=True, env=environment)
        predicted = np.loadtxt(f"{scratch}/p.csv", delimiter=",", skiprows=1)[:, 1]
    return {"bins": seconds("bin features"), "loop": seconds("boost trees"), "whole": whole,
            "auc": auc(np.load(f"{folder}/test_y.npy"), predicted)}


def contenders(folder, program):
    quantised = {"use_quantized_grad": True, "num_grad_quant_bins": 4, "quant_train_renew_leaf": True,
                 "force_row_wise": True}
    for cores in (1, 2):
        yield f"tidemill, {cores} rank(s)", cores, lambda c=cores: tidemill_run(folder, c, program)
        yield "LightGBM row-wise", cores, lambda c=cores: lightgbm_run(folder, c, force_row_wise=True)
        yield "LightGBM quantised", cores, lambda c=cores: lightgbm_run(folder, c, **quantised)
        yield "LightGBM col-wise", cores, lambda c=cores: lightgbm_run(folder, c, force_col_wise=True)
        yield "XGBoost lossguide", cores, lambda c=cores: xgboost_run(
            folder, c, grow_policy="lossguide", max_leaves=SETTINGS["leaves"], max_depth=0)


def busy_and_idle():
    with open("/proc/stat") as file:
        fields = [int(f) for f in file.readline().split()[1:]]
    return sum(fields) - fields[3] - fields[4], fields[3] + fields[4]


def child_seconds():
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def run(folder, program, rounds, only):
    for _ in range(rounds):
        for name, cores, measure in contenders(folder, program):
            if only and not re.search(only, f"{name} {cores}"):
                continue
            pid = os.fork()  # a fresh process each time
            if pid == 0:
                before, mine = busy_and_idle()[0], child_seconds()
                result = measure()
                used = (busy_and_idle()[0] - before) / os.sysconf("SC_CLK_TCK")
                result |= {"name": name, "cores": cores, "others": round(used - (child_seconds() - mine), 1)}
                with open(f"{folder}/measured.jsonl", "a") as file:
                    file.write(json.dumps(result) + "\n")
                print(json.dumps(result), flush=True)
                os._exit(0)
            os.waitpid(pid, 0)


def report(folder):
    groups = {}
    for line in open(f"{folder}/measured.jsonl"):
        result = json.loads(line)
        groups.setdefault((result["cores"], result["name"]), []).append(result)
    print("| cores | program | runs | training loop, s (median; least) | bins, s (median) | test AUC | CPU seconds of others per run |")
    print("|---|---|---|---|---|---|---|")
    for (cores, name), runs in sorted(groups.items()):
        middle = lambda key: statistics.median(r[key] for r in runs)
        print(f"| {cores} | {name} | {len(runs)} | {middle('loop'):.2f}; {min(r['loop'] for r in runs):.2f} | "
              f"{middle('bins'):.2f} | {runs[0]['auc']:.6f} | {middle('others'):.0f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("make", "run", "report"))
    parser.add_argument("folder")
    parser.add_argument("--tidemill", default="build/tidemill")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", help="regular expression over 'NAME CORES'")
    options = parser.parse_args()
    if options.action == "make":
        make(options.folder)
    elif options.action == "run":
        run(options.folder, os.path.abspath(options.tidemill), options.rounds, options.only)
    else:
        report(options.folder)


if __name__ == "__main__":
    main()
