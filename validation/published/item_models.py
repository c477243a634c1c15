#!/usr/bin/env python3
"""Item-kNN, EASE and BPR on public interactions, beside reference figures made elsewhere on the same splits.

    python3 validation/published/item_models.py [SUBSET ...]     SUBSET: part of a set's name, such as ml-1m; all by default

Full ranking, the items of training removed; recall@20 divides by all relevant items, ndcg@20 is binary. Ends with 1 when
a figure that must agree differs by more than .001, or digests differ between numbers of ranks. Settings are in
configs/published. Needs the folder of data sets beside the project and a built executable.
"""
import subprocess
import sys
import tempfile

from public_data import DATA, read_text
from runner import ROOT, run


def movie_split(name):
    """train, test of one of the splits that come with ml-100k: tab-separated user, item, rating, time."""
    def part(suffix):
        unpack = f"zstd -dc --long=27 {DATA}/ml-100k/splits.tar.zst | tar -xO --wildcards '*/{name}.{suffix}'"
        return subprocess.run(unpack, shell=True, check=True, capture_output=True, text=True).stdout
    return "pairs", [part("base")], part("test")


def user_lists(name, train):
    return "userlist", [read_text(f"{name}/{part}.txt") for part in train], read_text(f"{name}/test.txt")


# set, its reader, [(configuration, recall@20 and ndcg@20 of the reference, the largest difference allowed)]; a negative
# difference: no less than the reference.
SETS = [
    ("ml-100k u1", lambda: movie_split("u1"),
     [("itemknn_cosine", .270, .478, .001), ("ease_200", .305, .532, .001), ("ease_ml100k", .305, .532, -1),
      ("bpr_ml100k", .148, .300, -1)]),
    ("ml-100k ua", lambda: movie_split("ua"),
     [("itemknn_cosine", .336, .314, .001), ("ease_200", .394, .381, .001),
      ("bpr_ml100k", .179, .165, -1)]),
    ("ml-1m-implicit train", lambda: user_lists("ml-1m-implicit", ["train"]),
     [("itemknn_cosine", .217, .284, .001), ("ease_300", .250, .320, .001)]),
    ("ml-1m-implicit train+valid", lambda: user_lists("ml-1m-implicit", ["train", "valid"]),
     [("itemknn_cosine", .236, .328, .001), ("ease_300", .279, .380, .001), ("ease_ml1m", .285, .385, -1)]),
    ("gowalla train+valid", lambda: user_lists("gowalla", ["train", "valid"]),
     [("itemknn_cosine", .127, .094, .001)]),
]


def judge(folder, form, files, config, ranks=1):
    options = ["--config", str(ROOT / "configs" / "published" / f"{config}.cfg"), "--format", form]
    trained = run(["train", *options, "--interactions", *files, "--quiet", "--output", f"{folder}/m.h5"], ranks)
    if ranks > 1:
        return trained, None
    run(["recommend", "--model", f"{folder}/m.h5", "--k", "20", "--quiet", "--output", f"{folder}/recs.csv"])
    found = run(["evaluate", "--recommendations", f"{folder}/recs.csv", "--interactions", f"{folder}/test.txt",
                 "--format", form, "--k", "20", "--metrics", "recall,ndcg", "--quiet"])
    return trained, found


def main(subsets):
    if not DATA.is_dir():
        print(f"skipped: no data sets at {DATA}")
        return 0
    print("| set | settings | recall@20 | ndcg@20 | reference | met | seconds of training | same digest at 1, 2, 3 ranks |")
    print("|---|---|---|---|---|---|---|---|")
    failed = False
    for name, reader, rows in SETS:
        if subsets and not any(subset in name for subset in subsets):
            continue
        form, train, test = reader()
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/train{number}.txt" for number in range(len(train))]
            for path, text in zip([*files, f"{folder}/test.txt"], [*train, test]):
                with open(path, "w") as file:
                    file.write(text)
            for config, recall, ndcg, allowed in rows:
                trained, found = judge(folder, form, files, config)
                digests = {trained["digest"]} | {judge(folder, form, files, config, n)[0]["digest"] for n in (2, 3)}
                gaps = [found["recall@20"] - recall, found["ndcg@20"] - ndcg]
                met = all(abs(gap) <= allowed if allowed > 0 else gap >= 0 for gap in gaps)
                failed |= not met or len(digests) > 1
                print(f"| {name} | {config} | {found['recall@20']:.4f} | {found['ndcg@20']:.4f} | {recall} / {ndcg} "
                      f"| {'yes' if met else 'NO'} | {trained['seconds']:.2f} "
                      f"| {'yes' if len(digests) == 1 else 'NO'} |", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
