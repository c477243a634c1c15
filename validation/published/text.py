#!/usr/bin/env python3
"""Intents of clinc150, banking77 and atis beside published and reference figures.

    python3 validation/published/text.py [SET ...]        all sets by default; ends with 1 when a goal is missed

Settings are in configs/published/text_*.cfg. clinc150: trained on train and oos_train, thresholds on val (in-scope rows
only), judged on test and oos_test; in-scope accuracy counts a rejected row as wrong, as Larson et al. 2019 do. banking77:
train -> test. atis: train and valid -> test. Needs the folder of data sets beside the project (TIDEMILL_DATA) and a
built executable (TIDEMILL).
"""
import csv
import io
import json
import sys
import tempfile

from public_data import DATA, read_text
from runner import ROOT, run, write_table

HEADER = ["text", "category"]


def clinc():
    parts = json.loads(read_text("clinc150/data_full.json"))
    return parts["train"] + parts["oos_train"], parts["val"], parts["test"] + parts["oos_test"]


def banking():
    rows = lambda name: [(r["text"], r["category"]) for r in csv.DictReader(io.StringIO(read_text(f"banking77/{name}.csv")))]
    return rows("train"), None, rows("test")


def atis():
    def rows(part):
        texts, labels = (read_text(f"atis/{part}/{name}").splitlines() for name in ("seq.in", "label"))
        return [(text.strip(), label.strip()) for text, label in zip(texts, labels)]
    return rows("train") + rows("valid"), None, rows("test")


# name: (reader, settings, options of evaluate, goals, what others reach)
SETS = {
    "clinc150": (clinc, "text_clinc150", ["--out-of-scope", "oos"],
                 {"in_scope_accuracy": .930, "out_of_scope_recall": .40},
                 "published: MLP .935/.474, SVM .910/.145, BERT .969/.403; scikit-learn linear SVM .927 without rejection"),
    "banking77": (banking, "text_banking77", [], {"accuracy": .915}, "published: DistilRoBERTa .896, BERT .926; SVM .912"),
    "atis": (atis, "text_atis", [], {"accuracy": .955}, "SVM .955"),
}


def judge(folder, name):
    reader, config, options, goals, others = SETS[name]
    train, validation, test = reader()
    write_table(f"{folder}/train.csv", HEADER, train)
    write_table(f"{folder}/test.csv", HEADER, test)
    arguments = ["train", "--config", str(ROOT / "configs" / "published" / f"{config}.cfg"), "--input",
                 f"{folder}/train.csv", "--output", f"{folder}/model.h5", "--quiet"]
    if validation:
        write_table(f"{folder}/val.csv", HEADER, validation)
        arguments += ["--validation", f"{folder}/val.csv"]
    trained = run(arguments)
    run(["score", "--model", f"{folder}/model.h5", "--input", f"{folder}/test.csv", "--output", f"{folder}/pred.csv"])
    found = run(["evaluate", "--predictions", f"{folder}/pred.csv", "--actual", f"{folder}/test.csv", "--target",
                 "category", *options])
    met = all(found[metric] >= goal for metric, goal in goals.items())
    wanted = ("in_scope_accuracy", "out_of_scope_recall", "accuracy", "macro_f1", "calibration_error")
    figures = " | ".join(f"{found[m]:.4f}" if found.get(m) is not None else "-" for m in wanted)
    goal = ", ".join(f"{metric} >= {value}" for metric, value in goals.items())
    print(f"| {name} | {figures} | {goal} | {'yes' if met else 'NO'} | {trained['seconds']:.1f} | {others} |", flush=True)
    return met


def main(names):
    if not DATA.is_dir():
        print(f"skipped: no data sets at {DATA}")
        return 0
    print("| set | in-scope accuracy | out-of-scope recall | accuracy without rejection | macro F1 | calibration error "
          "| goal | met | seconds | others |\n|---|---|---|---|---|---|---|---|---|---|")
    met = []
    for name in names or list(SETS):
        with tempfile.TemporaryDirectory() as folder:
            met.append(judge(folder, name))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
