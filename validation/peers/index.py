#!/usr/bin/env python3
"""Look-up by an index: recall against the exact lists of FAISS IndexFlatIP, and seconds per query, process start included.

usage: index.py [--tidemill build/tidemill] [--vectors 1000000] [--width 128] [--queries 500] [--single 20]
       [--data gaussian|clustered] [--probes 1,4,16,64,256] [--ranks 2] [--folder DIR]

Needs numpy, h5py and faiss. The queries are vectors of the set, drawn at random; a vector is no neighbour of itself here.
--folder keeps the vectors and the index for the next run; otherwise both are deleted.
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

import faiss
import h5py
import numpy

K = 100


def make_vectors(kind, count, width):
    random = numpy.random.default_rng(1)
    values = random.standard_normal((count, width), dtype=numpy.float32)
    if kind == "clustered":
        centres = random.standard_normal((200, width), dtype=numpy.float32)
        values = centres[random.integers(0, 200, count)] + numpy.float32(0.7) * values
    return values


def run(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return done.stdout, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def exact(values, queries):
    """The K nearest by cosine of each query, without itself."""
    units = values / numpy.linalg.norm(values, axis=1, keepdims=True)
    index = faiss.IndexFlatIP(units.shape[1])
    index.add(units)
    _, found = index.search(units[queries], K + 1)
    lists = []
    for query, row in zip(queries, found):
        lists.append([int(item) for item in row if item != query][:K])
    return lists


def looked_up(options, folder, name, queries, probes):
    out = folder / "near.csv"
    _, wall, _ = run([options.tidemill, "similar", "--index", folder / f"{name}.index.h5", "--query",
                      folder / f"{name}.queries.h5", "--k", K + 1, "--probes", probes, "--output", out, "--quiet"])
    rows = numpy.loadtxt(out, delimiter=",", skiprows=1, usecols=(0, 2), dtype=numpy.int64)
    lists = [[] for _ in queries]
    for place, item in rows:
        if item != queries[place]:
            lists[place].append(int(item))
    return [found[:K] for found in lists], wall


def recall(expected, found, k):
    return statistics.mean(len(set(e[:k]) & set(f[:k])) / k for e, f in zip(expected, found))


def single(options, folder, name, queries, probes):
    """Wall and processor milliseconds of whole commands, one query each."""
    times = []
    for query in queries[:options.single]:
        _, wall, processor = run([options.tidemill, "similar", "--index", folder / f"{name}.index.h5", "--query", query,
                                  "--k", 10, "--probes", probes, "--json"])
        times.append((wall * 1e3, processor * 1e3))
    walls, processors = zip(*times)
    return statistics.median(walls), max(walls), statistics.median(processors)


def prepare(options, folder, name):
    values = make_vectors(options.data, options.vectors, options.width)
    queries = numpy.random.default_rng(2).choice(options.vectors, options.queries, replace=False)
    with h5py.File(folder / f"{name}.queries.h5", "w") as file:
        file["vectors"] = values[queries]
    index = folder / f"{name}.index.h5"
    if not index.exists():
        with h5py.File(folder / f"{name}.h5", "w") as file:
            file["vectors"] = values
        launcher = ["mpirun", "-n", options.ranks, "--oversubscribe"] if options.ranks > 1 else []
        _, wall, processor = run([*launcher, options.tidemill, "index", "--vectors", folder / f"{name}.h5", "--output",
                                  index, "--quiet"])
        os.remove(folder / f"{name}.h5")
        print(f"index built in {wall:.0f} s ({processor:.0f} s of processor time, {options.ranks} ranks)")
    return values, queries


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tidemill", default="build/tidemill")
    parser.add_argument("--vectors", type=int, default=1000000)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--single", type=int, default=20)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--data", choices=("gaussian", "clustered"), default="clustered")
    parser.add_argument("--probes", default="1,4,16,64,256")
    parser.add_argument("--folder")
    options = parser.parse_args()
    name = f"{options.data}-{options.vectors}-{options.width}"
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.folder or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        values, queries = prepare(options, folder, name)
        kept = folder / f"{name}-{options.queries}.exact.json"
        if not kept.exists():
            kept.write_text(json.dumps(exact(values, queries)))
        expected = json.loads(kept.read_text())
        del values
        print(f"{options.data} {options.vectors} x {options.width}, {options.queries} queries\n")
        print("| probes | recall@10 | recall@100 | ms per query, many in one run | one query, wall ms: median, most | "
              "processor ms |\n|---|---|---|---|---|---|")
        for probes in map(int, options.probes.split(",")):
            found, wall = looked_up(options, folder, name, queries, probes)
            median, most, processor = single(options, folder, name, queries, probes)
            print(f"| {probes} | {recall(expected, found, 10):.4f} | {recall(expected, found, 100):.4f} | "
                  f"{wall / len(queries) * 1e3:.1f} | {median:.0f}, {most:.0f} | {processor:.0f} |", flush=True)


if __name__ == "__main__":
    main()
