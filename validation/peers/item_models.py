#!/usr/bin/env python3
"""Item-kNN and EASE beside the libraries of Python, on the same pairs; interleaved runs.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install numpy scipy implicit==0.7.3 h5py
    /tmp/peers/bin/python validation/peers/item_models.py [USERS] [ITEMS] [PAIRS_PER_USER] [RUNS] [CORES]

Pairs are drawn: users in groups of taste, item popularity falling like 1 / rank. Item-kNN (cosine, 100 neighbours):
implicit's CosineRecommender, which keeps the item itself as one of its 100, and scipy's sparse product. EASE: the
inverse from numpy (LU) and from LAPACK's Cholesky (dpotrf, dpotri) through scipy, each with the product X'X before it
and the division after it. Time is training in memory: the peers' calls, and the seconds that `tidemill train` reports.
Largest difference: between weights and the peer's. Run it on an idle machine.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.pop(0)  # csv.py beside this file is not the library that others mean
CORES = int(sys.argv[5]) if len(sys.argv) > 5 else 1
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(CORES)
import h5py
import numpy
import scipy.linalg
import scipy.sparse

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIDEMILL = os.environ.get("TIDEMILL", str(ROOT / "build" / "tidemill"))
LAMBDA = 200


def draw_pairs(users, items, per_user):
    random = numpy.random.default_rng(1)
    popularity = 1 / numpy.arange(1, items + 1)
    cumulated = numpy.cumsum(popularity) / popularity.sum()
    lengths = random.geometric(1 / per_user, users)
    rows = numpy.repeat(numpy.arange(users), lengths)
    ranks = numpy.searchsorted(cumulated, random.random(len(rows)))
    # Half of a user's items are popular everywhere, half in the user's group only.
    turned = (ranks * 7919 + (rows % 20) * (items // 20)) % items
    columns = numpy.where(random.random(len(rows)) < .5, ranks, turned)
    columns[:items] = numpy.arange(items)  # every item has somebody
    pairs = scipy.sparse.csr_matrix((numpy.ones(len(rows)), (rows, columns)), shape=(users, items))
    pairs.data[:] = 1
    return pairs


def ours(folder, options, cores):
    launcher = ["mpirun", "-n", str(cores), "--oversubscribe"] if cores > 1 else []
    trained = subprocess.run([*launcher, TIDEMILL, "train", *options, "--interactions", f"{folder}/pairs.txt",
                              "--format", "userlist", "--output", f"{folder}/m.h5", "--quiet", "--json"],
                             check=True, capture_output=True, text=True)
    return json.loads(trained.stdout)["seconds"]


def implicit_cosine(pairs):
    from implicit.nearest_neighbours import CosineRecommender
    model = CosineRecommender(K=101, num_threads=CORES)
    model.fit(pairs, show_progress=False)
    return model.similarity


def scipy_cosine(pairs):
    norms = numpy.sqrt(numpy.asarray(pairs.sum(0)).ravel())
    scaled = pairs @ scipy.sparse.diags(1 / numpy.maximum(norms, 1))
    product = (scaled.T.tocsr() @ scaled).tocsr()
    start, column, value = product.indptr, product.indices, product.data
    kept = []
    for i in range(product.shape[0]):
        row = value[start[i]:start[i + 1]]
        best = numpy.argpartition(row, -101)[-101:] if len(row) > 101 else numpy.arange(len(row))
        kept.append((column[start[i]:start[i + 1]][best], row[best]))
    return kept


def weights_from(inverse):
    weights = inverse / -numpy.diag(inverse)
    numpy.fill_diagonal(weights, 0)
    return weights


def numpy_ease(pairs):
    gram = (pairs.T @ pairs).toarray()
    gram[numpy.diag_indices_from(gram)] += LAMBDA
    return weights_from(numpy.linalg.inv(gram))


def lapack_ease(pairs):
    gram = (pairs.T @ pairs).toarray()
    gram[numpy.diag_indices_from(gram)] += LAMBDA
    factor, _ = scipy.linalg.lapack.dpotrf(gram, lower=1, overwrite_a=1)
    inverse, _ = scipy.linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    lower = numpy.tril(inverse)
    return weights_from(lower + numpy.tril(lower, -1).T)


def knn_difference(folder, similarity):
    """Largest difference of sorted similarities per item, the item itself left out."""
    with h5py.File(f"{folder}/m.h5") as file:
        start, value = file["model/start"][:], file["model/similarity"][:]
    largest = 0
    for i in range(len(start) - 1):
        row = similarity[i]
        theirs = numpy.sort(row.data[row.indices != i])[::-1]
        mine = value[start[i]:start[i + 1]]
        shared = min(len(theirs), len(mine))
        if shared:
            largest = max(largest, numpy.abs(theirs[:shared] - mine[:shared]).max())
    return largest


def timed(call, *arguments):
    start = time.perf_counter()
    result = call(*arguments)
    return time.perf_counter() - start, result


def main(users=20000, items=4000, per_user=50, runs=3):
    pairs = draw_pairs(users, items, per_user)
    print(f"{users} users, {items} items, {pairs.nnz} pairs, {CORES} core(s)\n")
    print("| | seconds (all runs) | median | times ours | largest difference of weights |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/pairs.txt", "w") as file:
            for user in range(users):
                history = pairs.indices[pairs.indptr[user]:pairs.indptr[user + 1]]
                file.write(" ".join(map(str, [user, *sorted(history)])) + "\n")
        contests = [(["--model", "itemknn", "--neighbours", "100"], {"implicit": implicit_cosine, "scipy": scipy_cosine}),
                    (["--model", "ease", "--lambda", str(LAMBDA)], {"numpy inv": numpy_ease, "dpotri": lapack_ease})]
        for options, peers in contests:
            seconds = {name: [] for name in ["tidemill", *peers]}
            found = {}
            for _ in range(runs):
                seconds["tidemill"].append(ours(folder, options, CORES))
                for name, peer in peers.items():
                    time_taken, found[name] = timed(peer, pairs)
                    seconds[name].append(time_taken)
            mine = statistics.median(seconds["tidemill"])
            for name, all_runs in seconds.items():
                gap = ""
                if name == "implicit":
                    gap = f"{knn_difference(folder, found[name]):.1e}"
                if "ease" in options and name in found:
                    with h5py.File(f"{folder}/m.h5") as file:
                        gap = f"{numpy.abs(file['model/weights'][:] - found[name]).max():.1e}"
                print(f"| {options[1]}: {name} | {' '.join(f'{s:.2f}' for s in all_runs)} "
                      f"| {statistics.median(all_runs):.2f} | {statistics.median(all_runs) / mine:.1f} | {gap} |",
                      flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:5]))
