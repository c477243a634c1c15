#!/usr/bin/env python3
"""Nearest neighbours of all vectors: tidemill similar beside FAISS IndexFlatIP, one core each, taking turns.

usage: topk.py [--tidemill build/tidemill] [--vectors 40000] [--width 128] [--k 100] [--rounds 3]
       [--data gaussian|clustered|popular] [--queries N]

Needs numpy, h5py and faiss. Without --queries every vector is a query. Times are processor seconds (user + system), so
that a busy machine distorts them less: FAISS's of add and search alone, ours of the whole command with start, reading,
preparation and writing the CSV. With --queries other vectors are drawn as queries, and the search alone is compared
too, by wall time: run it on an idle machine.
Lists are compared item by item, as FAISS gives them and with its items in the order of their exact scores.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import tempfile
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import faiss  # noqa: E402
import h5py  # noqa: E402
import numpy  # noqa: E402


def make_vectors(kind, count, width, seed=1):
    random = numpy.random.default_rng(seed)
    values = random.standard_normal((count, width), dtype=numpy.float32)
    if kind == "clustered":
        centres = numpy.random.default_rng(7).standard_normal((200, width), dtype=numpy.float32)
        values = centres[random.integers(0, 200, count)] + numpy.float32(0.7) * values
    if kind == "popular":  # lengths as factor models give them: few long vectors, many short ones
        values *= random.lognormal(0, 0.7, (count, 1)).astype(numpy.float32)
    return values


def without_itself(found):
    """Lists of one item less; a vector need not be its own best: then the last goes."""
    others = found != numpy.arange(len(found))[:, None]
    others[others.all(axis=1), -1] = False
    return found[others].reshape(len(found), -1)


def run_faiss(values, queries, k):
    """Processor seconds of add and search, wall seconds of the search, lists; no queries: every vector is one."""
    start = time.process_time()
    index = faiss.IndexFlatIP(values.shape[1])
    index.add(values)
    begun = time.monotonic()
    _, found = index.search(values if queries is None else queries, k + (queries is None))
    wall = time.monotonic() - begun
    seconds = time.process_time() - start
    return seconds, wall, without_itself(found) if queries is None else found


def run_tidemill(command, folder, k, has_queries):
    """Processor seconds of the whole command, wall seconds of the search."""
    asked = ["--query", folder / "q.h5"] if has_queries else []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([command, "similar", "--vectors", folder / "v.h5", *asked, "--k", str(k), "--similarity",
                           "inner_product", "--output", folder / "near.csv", "--json"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, json.loads(done.stdout)["search_seconds"]


def exact_scores(values, queries, first, lists):
    """Scores of lists of the queries first, first + 1, ..., summed in double precision and rounded once to float."""
    queries = queries[first:first + len(lists)].astype(numpy.float64)
    return numpy.einsum("qkd,qd->qk", values[lists].astype(numpy.float64), queries).astype(numpy.float32)


def compare(values, queries, ours, theirs, rows=500):
    """Lists that are FAISS's as they stand; those that are once FAISS's items are put in the order of their exact scores
    (ties: smaller number first), for its own scores are sums in single precision; and lists in which FAISS has a better
    item at some place than we have."""
    as_given = ordered = worse = 0
    for first in range(0, len(ours), rows):
        mine, other = ours[first:first + rows], theirs[first:first + rows]
        as_given += int((mine == other).all(axis=1).sum())
        score = exact_scores(values, queries, first, other)
        order = numpy.lexsort((other, -score), axis=1)
        ordered += int((mine == numpy.take_along_axis(other, order, axis=1)).all(axis=1).sum())
        best = numpy.take_along_axis(score, order, axis=1)
        worse += int((exact_scores(values, queries, first, mine) < best).any(axis=1).sum())
    return as_given / len(ours), ordered / len(ours), worse


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidemill", default="build/tidemill")
    parser.add_argument("--vectors", type=int, default=40000)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--k", type=int, default=100)
    parser.add_argument("--queries", type=int, default=0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", choices=("gaussian", "clustered", "popular"), default="gaussian")
    options = parser.parse_args()
    values = make_vectors(options.data, options.vectors, options.width)
    queries = make_vectors(options.data, options.queries, options.width, 2) if options.queries else None
    times = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for file_name, content in (("v.h5", values), ("q.h5", queries)):
            if content is not None:
                with h5py.File(folder / file_name, "w") as file:
                    file["vectors"] = content
        for _ in range(options.rounds):
            *theirs, found = run_faiss(values, queries, options.k)
            ours = run_tidemill(options.tidemill, folder, options.k, queries is not None)
            times.append((*theirs, *ours))
            print("FAISS {:.2f} processor s, search {:.2f} s; tidemill {:.2f} processor s, search {:.2f} s".format(
                *times[-1]), flush=True)
        ours = numpy.loadtxt(folder / "near.csv", delimiter=",", skiprows=1, usecols=2, dtype=numpy.int64)
    asked = values if queries is None else queries
    given, ordered, worse = compare(values, asked, ours.reshape(len(asked), options.k), found)
    theirs, their_search, mine, my_search = (statistics.median(column) for column in zip(*times))
    print(f"{options.data} {options.vectors} x {options.width}, {len(asked)} queries, top {options.k}, medians: whole "
          f"command {theirs / mine:.2f} times as fast as FAISS, search alone {their_search / my_search:.2f}; lists the "
          f"same {given:.2%}, with FAISS's items in exact order {ordered:.2%}, worse than FAISS at some place: {worse}")


if __name__ == "__main__":
    main()
