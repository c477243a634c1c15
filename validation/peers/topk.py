#!/usr/bin/env python3
"""Nearest neighbours of all vectors: tidemill similar beside FAISS IndexFlatIP, one core each, taking turns.

usage: topk.py [--tidemill build/tidemill] [--vectors 40000] [--width 128] [--k 100] [--rounds 3]
       [--data gaussian|clustered|popular]

Needs numpy, h5py and faiss. Times are processor seconds (user + system), so that a busy machine distorts them less:
FAISS's of add and search alone, ours of the whole command with start, reading, preparation and writing the CSV.
Lists are compared item by item; where they differ, scores in double precision tell who is right.
"""
import argparse
import os
import pathlib
import resource
import subprocess
import tempfile
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import faiss  # noqa: E402
import h5py  # noqa: E402
import numpy  # noqa: E402


def make_vectors(kind, count, width):
    random = numpy.random.default_rng(1)
    values = random.standard_normal((count, width), dtype=numpy.float32)
    if kind == "clustered":
        centres = random.standard_normal((200, width), dtype=numpy.float32)
        values = centres[random.integers(0, 200, count)] + numpy.float32(0.7) * values
    if kind == "popular":  # lengths as factor models give them: few long vectors, many short ones
        values *= random.lognormal(0, 0.7, (count, 1)).astype(numpy.float32)
    return values


def run_faiss(values, k):
    start = time.process_time()
    index = faiss.IndexFlatIP(values.shape[1])
    index.add(values)
    _, found = index.search(values, k + 1)
    seconds = time.process_time() - start
    rows = numpy.arange(len(values))[:, None]
    others = found != rows
    # A vector need not be its own best: then the last of k + 1 goes.
    others[others.all(axis=1), -1] = False
    return seconds, found[others].reshape(len(values), k)


def run_tidemill(command, folder, k):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([command, "similar", "--vectors", folder / "v.h5", "--k", str(k), "--similarity", "inner_product",
                    "--output", folder / "near.csv"], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(values, ours, theirs):
    exact = values.astype(numpy.float64)
    same = (ours == theirs).all(axis=1)
    wrong = 0
    for row in numpy.flatnonzero(~same):
        score = exact[ours[row]] @ exact[row], exact[theirs[row]] @ exact[row]
        wrong += bool((score[0].astype(numpy.float32) < score[1].astype(numpy.float32)).any())
    return same.mean(), wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidemill", default="build/tidemill")
    parser.add_argument("--vectors", type=int, default=40000)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--k", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", choices=("gaussian", "clustered", "popular"), default="gaussian")
    options = parser.parse_args()
    values = make_vectors(options.data, options.vectors, options.width)
    times = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with h5py.File(folder / "v.h5", "w") as file:
            file["vectors"] = values
        for _ in range(options.rounds):
            theirs, found = run_faiss(values, options.k)
            times.append((theirs, run_tidemill(options.tidemill, folder, options.k)))
        ours = numpy.loadtxt(folder / "near.csv", delimiter=",", skiprows=1, usecols=2, dtype=numpy.int64)
    same, wrong = compare(values, ours.reshape(options.vectors, options.k), found)
    theirs, mine = (min(column) for column in zip(*times))
    print(f"{options.data} {options.vectors} x {options.width}, top {options.k}: FAISS {theirs:.2f} s, "
          f"tidemill {mine:.2f} s, ratio {theirs / mine:.2f}; lists the same {same:.2%}, "
          f"worse than FAISS in double precision: {wrong}")


if __name__ == "__main__":
    main()
