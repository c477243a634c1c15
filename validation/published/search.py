#!/usr/bin/env python3
"""How the settings in configs/published were found: cross-validation inside the training rows, never on test rows.

    python3 validation/published/search.py SET FOLDS SPLITS "--option value ..." "--option value ..." ...

Prints the mean metric of each group of options, added to the set's configuration, over FOLDS folds of the training rows
of each of the first SPLITS splits.
"""
import random
import sys
import tempfile

from public_data import SETS
from runner import ROOT, judge


def main(name, folds, split_count, *groups):
    reader, config, metric, _, _ = SETS[name]
    header, splits = reader()
    for group in groups:
        figures = []
        for number, (train, _) in enumerate(splits[:int(split_count)]):
            rows = list(train)
            random.Random(number).shuffle(rows)
            for fold in range(int(folds)):
                inner = ([row for i, row in enumerate(rows) if i % int(folds) != fold], rows[fold::int(folds)])
                options = ["--config", str(ROOT / "configs" / "published" / f"{config}.cfg"), *group.split()]
                with tempfile.TemporaryDirectory() as folder:
                    figures.append(judge(folder, header, inner, options, metric)[0])
        print(f"{name}  {metric} {sum(figures) / len(figures):.5f}  {group}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
