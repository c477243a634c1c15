#!/usr/bin/env python3
"""Searches settings of implicit ALS: trained on train.txt, judged on valid.txt of gowalla.

    python3 validation/published/search_factors.py "--option value ..." "--option value ..." ...
    python3 validation/published/search_factors.py --climb 64 8 2 0.01 0.01 1

Each group of options is added to the plain settings below. --climb FACTORS SWEEPS ROUNDS UNOBSERVED LAMBDA SCALING
starts there and moves one of the three settings at a time while recall and ndcg together grow; every round halves the
steps. One line per try: recall@20 and ndcg@20 on the validation pairs (full ranking, items of train removed), seconds.
The test pairs are never read.
"""
import pathlib
import sys
import tempfile

from public_data import DATA, read_text
from runner import run

PLAIN = ["--model", "ials", "--format", "userlist", "--solver", "blocks", "--block", "64", "--quiet"]


def judge(folder, options):
    model, lists = f"{folder}/model.h5", f"{folder}/lists.csv"
    trained = run(["train", *PLAIN, "--interactions", f"{folder}/train.txt", "--output", model, *options])
    run(["recommend", "--model", model, "--k", "20", "--output", lists])
    found = run(["evaluate", "--recommendations", lists, "--interactions", f"{folder}/valid.txt", "--format",
                 "userlist", "--k", "20", "--metrics", "recall,ndcg"])
    return found["recall@20"], found["ndcg@20"], trained["seconds"]


def climb(attempt, factors, sweeps, rounds, *start):
    """Coordinate after coordinate: the weights by factors, the exponent by differences."""
    best = [float(value) for value in start]
    known = {}

    def value_of(point):
        options = ["--factors", factors, "--sweeps", sweeps]
        for name, value in zip(("--unobserved-weight", "--lambda", "--frequency-scaling"), point):
            options += [name, f"{value:.4g}"]
        key = tuple(options)
        if key not in known:
            known[key] = sum(attempt(options)[:2])
        return known[key]

    for number in range(int(rounds)):
        factor, difference = 4 ** 0.5 ** number, 0.25 * 0.5 ** number
        moved = True
        while moved:
            moved = False
            for axis in range(3):
                for sign in (-1, 1):
                    while True:
                        point = list(best)
                        point[axis] = point[axis] + sign * difference if axis == 2 else point[axis] * factor ** sign
                        if value_of(point) <= value_of(best):
                            break
                        best, moved = point, True


def main(arguments):
    if not DATA.is_dir():
        print(f"skipped: no data sets at {DATA}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for part in ("train", "valid"):
            pathlib.Path(folder, f"{part}.txt").write_text(read_text(f"gowalla/{part}.txt"))

        def attempt(options):
            recall, ndcg, seconds = judge(folder, options)
            print(f"{recall:.4f} {ndcg:.4f} {seconds:6.1f} s  {' '.join(options)}", flush=True)
            return recall, ndcg

        if arguments[:1] == ["--climb"]:
            climb(attempt, *arguments[1:])
        else:
            for group in arguments:
                attempt(group.split())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
