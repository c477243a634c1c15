#!/usr/bin/env python3
"""Experiments and gates: tidemill abtest against scipy.stats, tidemill gate against an ordinary bootstrap in numpy.

    python3 -m venv VENV && VENV/bin/pip install scipy numpy
    VENV/bin/python validation/peers/decisions.py FOLDER --tidemill build/tidemill [--seed 5] [--report FILE]

Ends with 1 when a test's p differs from scipy's by more than 1e-9 of it, or a bound of the gate from the one of 20,000
multinomial resamples by more than a tenth of the interval (the gate draws 4,000 with Poisson weights).
"""
import argparse
import json
import os
import subprocess
import sys

import numpy as np
from scipy import stats


def write(path, header, columns):
    with open(path, "w") as file:
        file.write(header + "\n")
        file.writelines(",".join(map(str, row)) + "\n" for row in zip(*(column.tolist() for column in columns)))


def ask(tidemill, *arguments):
    done = subprocess.run([tidemill, *arguments, "--json", "--quiet"], capture_output=True, text=True)
    if done.returncode not in (0, 4):
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def compare_tests(tidemill, folder, rng):
    """Rows (what, tidemill, scipy)."""
    n = 3000
    arm, x = rng.integers(0, 2, n), rng.normal(size=n)
    y = 2 * x + rng.normal(size=n) * (1 + arm) + 0.1 * arm
    bought = (rng.random(n) < 0.2 + 0.04 * arm).astype(int)
    path = os.path.join(folder, "units.csv")
    write(path, "arm,x,y,bought", (np.array(["a", "b"])[arm], x, y, bought))
    found = ask(tidemill, "abtest", "--input", path, "--group", "arm", "--metric", "y,bought", "--covariate", "x")
    on_y, on_bought = found["results"]
    welch = stats.ttest_ind(y[arm == 1], y[arm == 0], equal_var=False)
    interval = welch.confidence_interval(0.95)
    theta = np.cov(x, y)[0, 1] / np.var(x, ddof=1)
    less = y - theta * (x - x.mean())
    cuped = stats.ttest_ind(less[arm == 1], less[arm == 0], equal_var=False)
    hits = [[bought[arm == k].sum(), (bought[arm == k] == 0).sum()] for k in (0, 1)]
    return [("Welch t", on_y["welch"]["t"], welch.statistic), ("Welch p", on_y["welch"]["p"], welch.pvalue),
            ("Welch lower", on_y["welch"]["lower"], interval.low), ("Welch upper", on_y["welch"]["upper"], interval.high),
            ("CUPED theta", on_y["cuped"]["theta"], theta), ("CUPED p", on_y["cuped"]["p"], cuped.pvalue),
            ("split p", found["srm"]["p"], stats.chisquare([(arm == 0).sum(), (arm == 1).sum()]).pvalue),
            ("z p", on_bought["z"]["p"], stats.chi2_contingency(hits, correction=False).pvalue)]


def compare_bounds(tidemill, folder, rng):
    """Rows (what, tidemill, numpy, width of the interval)."""
    rows, units = 6000, 300
    unit, actual, effect = rng.integers(0, units, rows), rng.gamma(2, 5, rows), rng.normal(size=units)
    old = actual + 2 * rng.normal(size=rows) + effect[unit]
    new = actual + 1.95 * rng.normal(size=rows) + 0.95 * effect[unit]
    path = {name: os.path.join(folder, name + ".csv") for name in ("actual", "old", "new")}
    write(path["actual"], "unit,y", (unit, actual))
    write(path["old"], "row,prediction", (np.arange(rows), old))
    write(path["new"], "row,prediction", (np.arange(rows), new))
    found = ask(tidemill, "gate", "--champion", path["old"], "--challenger", path["new"], "--actual", path["actual"],
                "--target", "y", "--unit", "unit", "--metrics", "rmse,wape", "--resamples", "4000")
    drawn = rng.multinomial(units, np.ones(units) / units, size=20000)

    def sums(values):
        return drawn @ np.bincount(unit, values, units)

    count, size = sums(np.ones(rows)), sums(abs(actual))
    gains = {"rmse": np.sqrt(sums((actual - old) ** 2) / count) - np.sqrt(sums((actual - new) ** 2) / count),
             "wape": (sums(abs(actual - old)) - sums(abs(actual - new))) / size}
    result = []
    for figure in found["metrics"]:
        low, high = np.quantile(gains[figure["metric"]], [0.05, 0.95])
        result += [(figure["metric"] + " lower", figure["lower"], low, high - low),
                   (figure["metric"] + " upper", figure["upper"], high, high - low)]
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--tidemill", required=True)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--report")
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    rng = np.random.default_rng(options.seed)
    tests = compare_tests(options.tidemill, options.folder, rng)
    bounds = compare_bounds(options.tidemill, options.folder, rng)
    lines = ["# Experiments and gates, against scipy.stats and numpy", "",
             f"`validation/peers/decisions.py FOLDER --tidemill build/tidemill --seed {options.seed}`; what is allowed is",
             "said there.", "", "| figure | tidemill | scipy | relative difference |", "|---|---|---|---|"]
    lines += [f"| {name} | {ours:.9g} | {theirs:.9g} | {abs(ours / theirs - 1):.1e} |" for name, ours, theirs in tests]
    lines += ["", "| bound of the improvement | tidemill gate | numpy | difference / width |", "|---|---|---|---|"]
    lines += [f"| {name} | {ours:.5f} | {theirs:.5f} | {abs(ours - theirs) / width:.3f} |"
              for name, ours, theirs, width in bounds]
    text = "\n".join(lines) + "\n"
    print(text)
    if options.report:
        with open(options.report, "w") as file:
            file.write(text)
    wrong = [row[0] for row in tests if abs(row[1] / row[2] - 1) > 1e-9]
    wrong += [row[0] for row in bounds if abs(row[1] - row[2]) > 0.1 * row[3]]
    if wrong:
        sys.exit("too far from the peers: " + ", ".join(wrong))


if __name__ == "__main__":
    main()
