"""Last-item recommendation on the amazon-s3rec sets (Beauty, Toys and Games): all but each user's last item are
trained on, the last is looked for among all items that the user has not had; full ranking, no sampled candidates.

The hybrid's weights are fitted inside `train` on each user's last training item, so nothing is tuned on the test item.
Usage: python3 validation/published/amazon.py [--ranks 2] [--valid]     needs build/tidemill; skips without the data
--valid goes one item further back (for choosing options): the second-last item is looked for, the last is not used.
"""
import argparse
import csv
import pathlib
import sys
import tempfile

from public_data import DATA
from runner import run

SETS = {"Beauty": ("Beauty", 0.045, 0.0605), "Toys": ("Toys_and_Games", 0.050, 0.0675)}
MODELS = {
    "popularity": [],
    "content": ["--history-decay", "0.5"],
    "transitions": [],
    "itemknn": [],
    "hybrid": ["--members", "transitions,content", "--history-decay", "0.5", "--fit-users", "4000"],
}


def write_split(source, folder, back):
    """train.txt and test.txt: user item item ..., without each user's last `back` items, and with the first of these."""
    with open(f"{folder}/train.txt", "w") as train, open(f"{folder}/test.txt", "w") as test:
        for line in source.read_text().splitlines():
            user, *items = line.split()
            print(user, *items[:-back], file=train)
            print(user, items[-back], file=test)


def judge(folder, model, options, catalogue, ranks):
    model_file, lists = f"{folder}/{model}.h5", f"{folder}/{model}.csv"
    known = ["--format", "userlist", "--ordered"]
    trained = run(["train", "--model", model, "--interactions", f"{folder}/train.txt", *known, "--catalogue", catalogue,
                   *options, "--output", model_file, "--quiet"], ranks)
    run(["recommend", "--model", model_file, "--k", "10", "--output", lists], ranks)
    found = run(["evaluate", "--recommendations", lists, "--interactions", f"{folder}/test.txt", "--format", "userlist",
                 "--k", "10", "--metrics", "hit,ndcg"])
    return trained, found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--valid", action="store_true")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("options", nargs="*", help="further options of train, after --")
    arguments = parser.parse_args()
    source = DATA / "amazon-s3rec"
    if not source.exists():
        print(f"skipped: no data in {source} (it may not be bundled)")
        return 0
    failed = False
    for name, (stem, wanted, sasrec) in SETS.items():
        with tempfile.TemporaryDirectory() as folder:
            write_split(source / f"{stem}.txt", folder, 2 if arguments.valid else 1)
            for model in arguments.models.split(","):
                trained, found = judge(folder, model, [*MODELS[model], *arguments.options],
                                       str(source / f"{stem}_item2attributes.json"), arguments.ranks)
                weights = " ".join(f"{key[7:]}={value:.3f}" for key, value in trained.items() if key.startswith("weight_"))
                print(f"{name:7s} {model:12s} HR@10 {found['hit@10']:.4f}  NDCG@10 {found['ndcg@10']:.4f}  "
                      f"{trained['seconds']:6.1f} s  {trained['digest'][:16]}  {weights}", flush=True)
            if not arguments.valid and model == "hybrid":
                failed |= found["hit@10"] < wanted
                print(f"{name:7s} wanted {wanted}; SASRec (published) {sasrec}")
    print("FAIL" if failed else "PASS")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
