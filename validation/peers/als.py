#!/usr/bin/env python3
"""Implicit ALS beside the library implicit: same pairs, loss, factors and steps per row; interleaved runs.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install implicit==0.7.3 numpy scipy
    /tmp/peers/bin/python validation/peers/als.py [DATA] [FACTORS] [SWEEPS] [RUNS] [CORES] > table.md

DATA is a folder with train.txt(.zst), valid.txt(.zst) and test.txt(.zst), one line per user (for instance gowalla:
trains on train and valid, judges on test), or a number of users: then pairs are drawn (items of a power law, 72 per user
on average) and only the time is compared. Time is that of a sweep over users and items in memory, without reading, as
both programs report it. Lists are judged by the same command. Run it on an idle machine.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

CORES = int(sys.argv[5]) if len(sys.argv) > 5 else 2
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as the library asks for; its own threads share the rows
import csv
import implicit
import numpy
import scipy.sparse
from implicit.als import AlternatingLeastSquares

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIDEMILL = os.environ.get("TIDEMILL", str(ROOT / "build" / "tidemill"))
ALPHA, RIDGE, K = 10.0, 5.0, 20


def text_of(path):
    if path.exists():
        return path.read_text()
    return subprocess.run(["zstdcat", f"{path}.zst"], check=True, capture_output=True, text=True).stdout


def pairs_of(text):
    users, items = [], []
    for line in text.splitlines():
        user, *rest = map(int, line.split())
        users += [user] * len(rest)
        items += rest
    return numpy.array(users), numpy.array(items)


def drawn(users):
    random = numpy.random.default_rng(1)
    counts = numpy.minimum(2000, numpy.exp(random.normal(size=users) * .8) * 54 + 1).astype(int)
    items = (27000 * random.random(counts.sum())**3).astype(int)
    return numpy.repeat(numpy.arange(users), counts), items


def write_pairs(path, users, items):
    with open(path, "w") as file:
        file.write("user,item\n")
        numpy.savetxt(file, numpy.column_stack([users, items]), fmt="%d", delimiter=",")


def ours(folder, factors, sweeps):
    launcher = ["mpirun", "-n", str(CORES), "--oversubscribe"] if CORES > 1 else []
    done = subprocess.run([*launcher, TIDEMILL, "train", "--model", "ials", "--interactions", f"{folder}/train.csv",
                           "--format", "pairs", "--user", "user", "--item", "item", "--factors", str(factors),
                           "--sweeps", str(sweeps), "--factor-loss", "confidence", "--alpha", str(ALPHA - 1),
                           "--lambda", str(RIDGE), "--solver", "cg", "--cg-steps", "3", "--output",
                           f"{folder}/m.h5", "--quiet", "--json"], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["seconds_per_sweep"]


def peer(matrix, factors, sweeps):
    model = AlternatingLeastSquares(factors=factors, iterations=sweeps, regularization=RIDGE, alpha=ALPHA,
                                    num_threads=CORES, random_state=1, use_gpu=False)
    seconds = []
    model.fit(matrix, show_progress=False, callback=lambda iteration, elapsed, loss: seconds.append(elapsed))
    return statistics.mean(seconds), model


def judge(folder, name):
    done = subprocess.run([TIDEMILL, "evaluate", "--recommendations", f"{folder}/{name}.csv", "--interactions",
                           f"{folder}/test.csv", "--format", "pairs", "--user", "user", "--item", "item", "--k", str(K),
                           "--metrics", "recall,ndcg", "--json"], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    return found[f"recall@{K}"], found[f"ndcg@{K}"]


def lists_of_ours(folder):
    subprocess.run([TIDEMILL, "recommend", "--model", f"{folder}/m.h5", "--k", str(K), "--output",
                    f"{folder}/ours.csv", "--quiet"], check=True, capture_output=True)
    return judge(folder, "ours")


def lists_of_peer(folder, model, matrix):
    users = numpy.flatnonzero(numpy.diff(matrix.indptr))
    # Solved again from their pairs, as ours are.
    items, scores = model.recommend(users, matrix[users], N=K, recalculate_user=True)
    with open(f"{folder}/peer.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["user", "rank", "item", "score", "rung"])
        for user, row, values in zip(users, items, scores):
            table.writerows([user, rank + 1, item, value, "model"]
                            for rank, (item, value) in enumerate(zip(row, values)))
    return judge(folder, "peer")


def main(data="30000", factors="64", sweeps="15", runs="3", *_):
    factors, sweeps = int(factors), int(sweeps)
    folder = pathlib.Path(data)
    if folder.is_dir():
        users, items = pairs_of(text_of(folder / "train.txt") + text_of(folder / "valid.txt"))
        test = pairs_of(text_of(folder / "test.txt"))
    else:
        users, items, test = *drawn(int(data)), None
    matrix = scipy.sparse.csr_matrix((numpy.ones(len(users), numpy.float32), (users, items)))
    matrix.data[:] = 1  # pairs drawn twice count once
    users, items = matrix.nonzero()
    times, quality = ([], []), [None, None]
    with tempfile.TemporaryDirectory() as work:
        write_pairs(f"{work}/train.csv", users, items)
        if test:
            write_pairs(f"{work}/test.csv", *test)
        for _ in range(int(runs)):
            times[0].append(ours(work, factors, sweeps))
            seconds, model = peer(matrix, factors, sweeps)
            times[1].append(seconds)
        if test:
            quality = [lists_of_ours(work), lists_of_peer(work, model, matrix)]
    name = folder.name if test else "drawn"
    print(f"{name}: {matrix.shape[0]} users, {matrix.shape[1]} items, {matrix.nnz} pairs; {factors} factors, conjugate "
          f"gradient with 3 steps, {sweeps} sweeps; {CORES} cores; {runs} interleaved runs.\n")
    print(f"| | seconds per sweep (all runs) | median | recall@{K} | ndcg@{K} |\n|---|---|---|---|---|")
    for who, found, figures in zip((f"Tidemill, {CORES} ranks", f"implicit {implicit.__version__}, {CORES} threads"),
                                   times, quality):
        listed = " ".join(f"{seconds:.3f}" for seconds in found)
        shown = " | ".join(f"{value:.4f}" for value in figures) if figures else "- | -"
        print(f"| {who} | {listed} | {statistics.median(found):.3f} | {shown} |")
    print(f"\nRatio of the medians: {statistics.median(times[1]) / statistics.median(times[0]):.1f}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
