#!/usr/bin/env python3
"""Nearest neighbours of all vectors: tidemill similar beside FAISS IndexFlatIP, one core each, taking turns.

usage: topk.py [--tidemill build/tidemill] [--vectors 40000] [--width 128] [--k 100] [--rounds 3]
       [--data gaussian|clustered|popular]

Needs numpy, h5py and faiss. Times are processor seconds (user + system), so that a busy machine distorts them less:
FAISS's of add and search alone, ours of the whole command with start, reading, preparation and writing the CSV.
Lists are compared item by item, as FAISS gives them and with its items in the order of their exact scores.
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


def exact_scores(values, first, lists):
    """Scores of lists of the vectors first, first + 1, ..., summed in double precision and rounded once to float."""
    queries = values[first:first + len(lists)].astype(numpy.float64)
    return numpy.einsum("qkd,qd->qk", values[lists].astype(numpy.float64), queries).astype(numpy.float32)


def compare(values, ours, theirs, rows=500):
    """Lists that are FAISS's as they stand; those that are once FAISS's items are put in the order of their exact scores
    (ties: smaller number first), for its own scores are sums in single precision; and lists in which FAISS has a better
    item at some place than we have."""
    as_given = ordered = worse = 0
    for first in range(0, len(ours), rows):
        mine, other = ours[first:first + rows], theirs[first:first + rows]
        as_given += int((mine == other).all(axis=1).sum())
        score = exact_scores(values, first, other)
        order = numpy.lexsort((other, -score), axis=1)
        ordered += int((mine == numpy.take_along_axis(other, order, axis=1)).all(axis=1).sum())
        best = numpy.take_along_axis(score, order, axis=1)
        worse += int((exact_scores(values, first, mine) < best).any(axis=1).sum())
    return as_given / len(ours), ordered / len(ours), worse


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
    given, ordered, worse = compare(values, ours.reshape(options.vectors, options.k), found)
    theirs, mine = (min(column) for column in zip(*times))
    print(f"{options.data} {options.vectors} x {options.width}, top {options.k}: FAISS {theirs:.2f} s, "
          f"tidemill {mine:.2f} s, ratio {theirs / mine:.2f}; lists the same {given:.2%}, "
          f"with FAISS's items in exact order {ordered:.2%}, worse than FAISS at some place: {worse}")


if __name__ == "__main__":
    main()
