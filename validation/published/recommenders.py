#!/usr/bin/env python3
"""Recommenders on public interactions, on the splits that published and reference figures use.

    python3 validation/published/recommenders.py [SPLIT ...]      all splits by default; ends with 1 on any difference

Checks that the most-popular lists give exactly the reference figures, and that model and lists are the same bytes at 1,
2, 3 and 4 ranks. Needs the folder of data sets beside the project (TIDEMILL_DATA=FOLDER for another) and a built
executable (TIDEMILL=PATH for another than build/tidemill). Figures of other models: recommenders.md.
"""
import hashlib
import io
import pathlib
import subprocess
import sys
import tarfile
import tempfile

from public_data import DATA, read_text
from runner import run


def movie_lens(name):
    def write(folder):
        packed = subprocess.run(["zstd", "-dc", str(DATA / "ml-100k" / "splits.tar.zst")], check=True,
                                capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for part, file in (("train", "base"), ("test", "test")):
                text = archive.extractfile(f"splits/{name}.{file}").read()
                (folder / part).write_bytes(text)
        return [folder / "train"], folder / "test", []
    return write


def user_lists(name, parts):
    def write(folder):
        for part in (*parts, "test"):
            (folder / part).write_text(read_text(f"{name}/{part}.txt"))
        return [folder / part for part in parts], folder / "test", ["--format", "userlist"]
    return write


def last_item(name):
    def write(folder):
        run(["split", "--interactions", str(DATA / "amazon-s3rec" / f"{name}.txt"), "--format", "userlist", "--ordered",
             "--last", "1", "--train", f"{folder}/train.csv", "--test", f"{folder}/test.csv"])
        return [folder / "train.csv"], folder / "test.csv", []
    return write


# split -> (how its files are made, {metric: figure of the most-popular list})
SPLITS = {
    "ml-100k u1": (movie_lens("u1"),
                   {"recall@20": ".148", "ndcg@20": ".300", "ndcg@10": ".325", "precision@10": ".305"}),
    "ml-100k ua": (movie_lens("ua"),
                   {"recall@20": ".179", "ndcg@20": ".165", "ndcg@10": ".133", "precision@10": ".122"}),
    "ml-1m-implicit train -> test": (user_lists("ml-1m-implicit", ["train"]), {"recall@20": ".118", "ndcg@20": ".164"}),
    "ml-1m-implicit train+valid -> test": (user_lists("ml-1m-implicit", ["train", "valid"]),
                                           {"recall@20": ".123", "ndcg@20": ".181"}),
    "gowalla train+valid -> test": (user_lists("gowalla", ["train", "valid"]),
                                    {"recall@20": ".0416", "ndcg@20": ".0317"}),
    "amazon Beauty, last item": (last_item("Beauty"), {"hit@10": ".0135", "ndcg@10": ".0061"}),
    "amazon Toys, last item": (last_item("Toys_and_Games"), {"hit@10": ".0090", "ndcg@10": ".0052"}),
}


def judge(folder, files, options, ranks=1):
    """All metrics at 10 and 20 places, and the digests of model and lists, of a model trained with `options`."""
    train, test, reading = files
    model, lists = f"{folder}/model{ranks}.h5", f"{folder}/lists{ranks}.csv"
    trained = run(["train", *options, "--interactions", *map(str, train), *reading, "--quiet", "--output", model],
                  ranks)
    run(["recommend", "--model", model, "--k", "20", "--output", lists], ranks)
    found = run(["evaluate", "--recommendations", lists, "--interactions", str(test), *reading, "--k", "10,20"])
    return found, (trained["digest"], hashlib.sha256(pathlib.Path(lists).read_bytes()).hexdigest())


def rounded(value, like):
    """A figure with as many digits as the reference has."""
    return f"{value:.{len(like) - 1}f}".removeprefix("0")


def main(names):
    if not DATA.is_dir():
        print(f"skipped: no data sets at {DATA}")
        return 0
    print("| split | users | most popular, ours | reference | equal | same bytes at 1, 2, 3, 4 ranks |")
    print("|---|---|---|---|---|---|")
    sound = True
    for name in names or SPLITS:
        write, figures = SPLITS[name]
        with tempfile.TemporaryDirectory() as temporary:
            folder = pathlib.Path(temporary)
            files = write(folder)
            judged = [judge(folder, files, ["--model", "popularity"], ranks) for ranks in (1, 2, 3, 4)]
        ours = {metric: rounded(judged[0][0][metric], figure) for metric, figure in figures.items()}
        same = all(one == judged[0] for one in judged)
        sound = sound and same and ours == figures
        print(f"| {name} | {judged[0][0]['users']} | {', '.join(f'{m} {v}' for m, v in ours.items())} | "
              f"{', '.join(figures.values())} | {'yes' if ours == figures else 'NO'} | {'yes' if same else 'NO'} |",
              flush=True)
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
