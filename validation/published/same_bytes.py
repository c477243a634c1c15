#!/usr/bin/env python3
"""Every recommender, its lists, neighbours, and a classifier of texts on public data: the same bytes for 1 to 4 ranks?

    python3 validation/published/same_bytes.py [--ranks 1,2,3,4] [--only MODEL,...]     ends with 1 on any difference

ml-100k u1 (943 users, 80,000 ratings with times; genres and titles of the films as catalogue) and atis. Needs the folder
of data sets beside the project (TIDEMILL_DATA=FOLDER for another) and a built executable (TIDEMILL=PATH).
"""
import argparse
import csv
import hashlib
import pathlib
import sys
import tempfile
import time

from public_data import DATA
from recommenders import movie_lens
from runner import run, write_table
from text import SETS

FACTORS = ["--model", "ials", "--factors", "64", "--sweeps", "6"]
CATALOGUE = ["--catalogue", "films.csv", "--catalogue-texts", "title", "--catalogue-attributes", "genres"]
# name -> (options of train, whether items have vectors)
MODELS = {
    "popularity": (["--model", "popularity", "--half-life", "60"], False),
    "itemknn": (["--model", "itemknn", "--weighting", "bm25"], False),
    "ease": (["--model", "ease"], False),
    "bpr": (["--model", "bpr", "--epochs", "15"], True),
    "ials exact": ([*FACTORS, "--solver", "exact"], True),
    "ials cg": ([*FACTORS, "--solver", "cg"], True),
    "ials blocks": ([*FACTORS, "--solver", "blocks"], True),
    "ials confidence": ([*FACTORS, "--factor-loss", "confidence", "--alpha", "10"], True),
    "ials 512 factors": (["--model", "ials", "--factors", "512", "--sweeps", "2"], True),
    "content": (["--model", "content", *CATALOGUE], False),
    "transitions": (["--model", "transitions"], False),
    "hybrid": (["--model", "hybrid", "--members", "itemknn,ials,content", "--sweeps", "4", *CATALOGUE], False),
    "context": (["--model", "context", "--base", "itemknn", "--contexts", "daypart,weekday"], False),
}


def write_films(folder):
    """ids, titles without the year, and genres separated by semicolons."""
    genres = [line.split("|")[0] for line in (DATA / "ml-100k" / "u.genre").read_text().split()]
    with open(folder / "films.csv", "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["id", "title", "genres"])
        for line in (DATA / "ml-100k" / "u.item").read_text(encoding="latin-1").splitlines():
            cells = line.split("|")
            out.writerow([cells[0], cells[1].rsplit("(", 1)[0].strip(),
                          ";".join(name for name, mark in zip(genres, cells[5:]) if mark == "1")])


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def digests_of(folder, options, has_vectors, ranks):
    """Digest of the model, and of the bytes of all that is made of it."""
    model, lists, near = (str(folder / name) for name in ("model.h5", "lists.csv", "near.csv"))
    known = ["--interactions", str(folder / "train"), "--time", "4", "--min-value", "1", "--value", "3"]
    trained = run(["train", *options, *known, "--quiet", "--output", model], ranks)
    made = [trained["digest"]]
    asked = ["--context", "daypart=dinner"] if "context" in options else []
    run(["recommend", "--model", model, "--k", "20", "--reasons", *asked, "--output", lists], ranks)
    made.append(sha256(lists))
    if has_vectors:
        run(["similar", "--model", model, "--k", "10", "--output", near], ranks)
        made.append(sha256(near))
    return made


def text_digests(folder, ranks):
    model, scores = str(folder / "model.h5"), str(folder / "scores.csv")
    train = str(folder / "queries.csv")
    trained = run(["train", "--model", "text", "--input", train, "--text", "text", "--target", "label", "--quiet",
                   "--output", model], ranks)
    run(["score", "--model", model, "--input", train, "--output", scores], ranks)
    return [trained["digest"], sha256(scores)]


def write_queries(folder):
    reader = SETS["atis"][0]
    write_table(folder / "queries.csv", ["text", "label"], reader()[0])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ranks", default="1,2,3,4")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    if not DATA.is_dir():
        print(f"skipped: no data sets at {DATA}")
        return 0
    ranks = [int(number) for number in arguments.ranks.split(",")]
    wanted = arguments.only.split(",") if arguments.only else [*MODELS, "text"]
    print(f"| model | digest | files compared | the same at {arguments.ranks} ranks | seconds |\n|---|---|---|---|---|")
    sound = True
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        movie_lens("u1")(folder)
        write_films(folder)
        write_queries(folder)
        for name in wanted:
            started = time.monotonic()
            if name == "text":
                made = [text_digests(folder, number) for number in ranks]
            else:
                options, has_vectors = MODELS[name]
                options = [str(folder / option) if option == "films.csv" else option for option in options]
                made = [digests_of(folder, options, has_vectors, number) for number in ranks]
            same = all(one == made[0] for one in made)
            sound = sound and same
            print(f"| {name} | {made[0][0][:16]} | {len(made[0])} | {'yes' if same else 'NO'} | "
                  f"{time.monotonic() - started:.0f} |", flush=True)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
