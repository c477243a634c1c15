#!/usr/bin/env python3
"""CSV to typed columns: tidemill against pyarrow.csv.read_csv, on the same files and the same cores.

    python3 -m venv VENV && VENV/bin/pip install pyarrow==26.0.1 numpy==2.4.6
    VENV/bin/python validation/peers/csv_files.py make FOLDER
    VENV/bin/python validation/peers/csv_files.py run FOLDER --tidemill build/tidemill [--report validation/peers/results/csv_files.md]

Each measurement is a fresh process that reads one file from the page cache into columns; only that is timed on both
sides. Measurements of the two take turns; medians of five. tidemill codes text columns into sorted dictionaries, finds
types from all values and knows line breaks inside quotes; pyarrow keeps text as it is, finds types from the first
block and does not allow such line breaks by default.
"""
import sys

sys.path.pop(0)  # this file must not hide the csv module of the library

import argparse
import json
import os
import statistics
import subprocess
import time

FILES = ("numbers.csv", "sales.csv")
MEGABYTES = {"numbers.csv": 500, "sales.csv": 300}


def numbers_block(rng, rows):
    """Six integer and fourteen real columns, as feature tables have them."""
    columns = [rng.integers(0, high, rows).astype(str) for high in (2, 12, 53, 1000, 100000, 10**9)]
    columns += [[f"{v:.3f}" for v in rng.normal(0, 1, rows)] for _ in range(8)]
    columns += [[f"{v:.2f}" for v in rng.gamma(2, 20, rows)] for _ in range(4)]
    columns += [[f"{v:.6f}" for v in rng.random(rows)] for _ in range(2)]
    return columns


def sales_block(rng, rows):
    """Lines of sales as a register exports them: text, times, dates, quoted names and notes, money."""
    places = ["Old Town", "Harbour Square", "Station Hall", "Airport"]
    dishes = [f"Dish {i}" if i % 3 else f'"Dish {i}, with ""extra"" sauce"' for i in range(300)]
    notes = [""] * 9 + ['"no onions, please"']
    dates = [f"2026-{d // 28 % 12 + 1:02}-{d % 28 + 1:02}" for d in range(336)]
    day = sorted(rng.integers(0, 336, rows))
    clock = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in rng.integers(36000, 86400, rows)]
    price = rng.integers(300, 3000, rows)
    units = rng.integers(1, 5, rows)
    off = rng.integers(0, 2, rows) * price // 10
    pick = lambda names: [names[i] for i in rng.integers(0, len(names), rows)]
    money = lambda cents: [f"{c // 100}.{c % 100:02}" for c in cents]
    return [pick(places), (10**15 + rng.integers(0, 10**9, rows)).astype(str), [f"{dates[d]} {c}" for d, c in zip(day, clock)],
            [dates[d] for d in day], pick(dishes), pick(["Food", "Drinks", "Sides", '"Sweets, hot and cold"']),
            pick(["Dine In", "Take Out", "Delivery"]), units.astype(str), money(price * units), money(off),
            money(price * units - off), pick(["False", "True"]), pick(notes)]


HEADERS = {
    "numbers.csv": ",".join([f"n{i}" for i in range(6)] + [f"x{i}" for i in range(14)]),
    "sales.csv": "Location,Order Id,Order Date,Business Date,Menu Item,Sales Category,Dining Option,Qty,Gross,Discount,Net,"
                 "Void,Note",
}


def make(folder):
    import numpy
    os.makedirs(folder, exist_ok=True)
    for name, block in (("numbers.csv", numbers_block), ("sales.csv", sales_block)):
        columns = block(numpy.random.default_rng(1), 400_000)
        text = "\n".join(map(",".join, zip(*columns))) + "\n"
        with open(os.path.join(folder, name), "w") as file:
            file.write(HEADERS[name] + "\n")
            for _ in range(round(MEGABYTES[name] * 1e6 / len(text))):
                file.write(text)
        print(name, os.path.getsize(os.path.join(folder, name)) / 1e6, "MB")


def read_with_pyarrow(path, use_threads):
    import pyarrow.csv
    start = time.perf_counter()
    table = pyarrow.csv.read_csv(path, read_options=pyarrow.csv.ReadOptions(use_threads=use_threads))
    print(json.dumps({"seconds": time.perf_counter() - start, "rows": table.num_rows}))


def measure(command, environment=None):
    run = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{run.stdout}{run.stderr}")
    result = json.loads(run.stdout)
    seconds = result["seconds"]
    return (seconds[0] if isinstance(seconds, list) else seconds), result["rows"]


def run(folder, tidemill, mpirun, repeats, report):
    import pyarrow
    me = [sys.executable, os.path.abspath(__file__), "pyarrow"]
    lines = ["| file | cores | tidemill s | pyarrow s | ratio | tidemill GB/s | rows |", "|---|---|---|---|---|---|---|"]
    for name in FILES:
        path = os.path.join(folder, name)
        ours = [tidemill, "bench", "--what", "csv", "--input", path, "--json", "--quiet"]
        for cores in (1, 2):
            our_command = ours if cores == 1 else [*mpirun.split(), "-n", str(cores), *ours]
            their_command = [*me, path, "threads" if cores > 1 else "single"]
            measure(our_command), measure(their_command)  # into the page cache
            times = {"ours": [], "theirs": []}
            for _ in range(repeats):
                seconds, our_rows = measure(our_command, {"OMP_NUM_THREADS": "1"})
                times["ours"].append(seconds)
                seconds, their_rows = measure(their_command, {"OMP_NUM_THREADS": str(cores)})
                times["theirs"].append(seconds)
                assert our_rows == their_rows, (our_rows, their_rows)
            mine, peer = statistics.median(times["ours"]), statistics.median(times["theirs"])
            lines.append(f"| {name} | {cores} | {mine:.3f} | {peer:.3f} | {peer / mine:.2f} | "
                         f"{os.path.getsize(path) / mine / 1e9:.2f} | {our_rows:,} |")
            print(lines[-1], flush=True)
    if report:
        sizes = ", ".join(f"{n} {os.path.getsize(os.path.join(folder, n)) / 1e6:.0f} MB" for n in FILES)
        with open(report, "w") as file:
            file.write(f"# CSV to typed columns, against pyarrow {pyarrow.__version__}\n\n"
                       f"`validation/peers/csv_files.py run`: {sizes}; read from the page cache; medians of {repeats}, taking "
                       "turns;\nratio = pyarrow / tidemill. One core: one rank against `use_threads=False`; two cores: two "
                       "ranks against\nthe default.\n\n" + "\n".join(lines) + "\n")


def main():
    if sys.argv[1:2] == ["pyarrow"]:
        return read_with_pyarrow(sys.argv[2], sys.argv[3] == "threads")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["make", "run"])
    parser.add_argument("folder")
    parser.add_argument("--tidemill", default="build/tidemill")
    parser.add_argument("--mpirun", default="mpirun")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--report")
    options = parser.parse_args()
    if options.step == "make":
        make(options.folder)
    else:
        run(options.folder, options.tidemill, options.mpirun, options.repeats, options.report)


if __name__ == "__main__":
    main()
