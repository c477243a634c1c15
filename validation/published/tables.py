#!/usr/bin/env python3
"""Our figures on public data beside reference figures made elsewhere on the same rows.

    python3 validation/published/tables.py [SET ...]        all sets by default; ends with 1 when a goal is missed

Settings are in configs/published; how they were found: search.py. Needs the folder of data sets beside the project and
a built executable (TIDEMILL=PATH for another than build/tidemill).
"""
import sys
import tempfile

from public_data import DATA, SETS, UCI
from runner import ROOT, judge, train, write_table


def main(names):
    if not DATA.is_dir():
        print(f"skipped: no data sets at {DATA}")
        return 0
    names = names or list(SETS)
    print("| set | splits | metric | ours | reference | met | seconds of training | same digest at 1, 2, 3, 4 ranks |")
    print("|---|---|---|---|---|---|---|---|")
    met = {}
    same_everywhere = True
    for name in names:
        reader, config, metric, reference, larger = SETS[name]
        header, splits = reader()
        options = ["--config", str(ROOT / "configs" / "published" / f"{config}.cfg")]
        with tempfile.TemporaryDirectory() as folder:
            figures = [judge(folder, header, split, options, metric) for split in splits]
            write_table(f"{folder}/train.csv", header, splits[0][0])
            digests = {train(folder, options, ranks)["digest"] for ranks in (1, 2, 3, 4)}
        ours = sum(figure for figure, _ in figures) / len(figures)
        seconds = sum(time for _, time in figures)
        met[name] = ours >= reference if larger else ours <= reference
        same = len(digests) == 1
        same_everywhere &= same
        print(f"| {name} | {len(splits)} | {metric} | {ours:.5g} | {reference:.5g} | {'yes' if met[name] else 'NO'} "
              f"| {seconds:.1f} | {'yes' if same else 'NO'} |", flush=True)
    uci_met = sum(met[name] for name in UCI if name in met)
    missed = [name for name in met if not met[name] and name not in UCI]
    if len(names) == len(SETS):
        print(f"\nuci-regression: {uci_met} of 7 at or below the reference (goal: 5).")
    missed_uci = len(names) == len(SETS) and uci_met < 5
    return 1 if missed or missed_uci or not same_everywhere else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
