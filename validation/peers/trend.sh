#!/bin/sh
# STL against statsmodels, Mann-Kendall, Sen and Hamed & Rao against pymannkendall, on seeded random series (season 12,
# where both take the same smoothing windows; longer than two seasons, which leave robust weights only rounding to
# judge). Prints the largest differences; fails above 1e-8 (relative).
# Usage: sh validation/peers/trend.sh     needs build/tidemill, python3 with venv and a package index
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet numpy==1.26.4 scipy==1.13.1 pandas==2.2.2 statsmodels==0.14.2 pymannkendall==1.4.3
cat >"$work/peers.py" <<'PYTHON'
import csv, subprocess, sys
import numpy as np, pymannkendall
from statsmodels.tsa.seasonal import STL
tidemill, work = sys.argv[1:]
random = np.random.default_rng(20261121)
series = {}
for k, n in enumerate([25, 36, 60, 119, 240, 365, 400, 731]):
    t = np.arange(n)
    noise = np.zeros(n)
    for i in range(1, n):
        noise[i] = 0.5 * noise[i - 1] + random.normal()
    y = 50 + 0.02 * (k - 3) * t + 6 * np.sin(2 * np.pi * t / 12) + 2 * noise
    if k % 2:
        y[random.integers(0, n, 2)] += 40
        y = np.round(y)
    series[f"s{k}"] = y
with open(f"{work}/series.csv", "w") as out:
    out.write("item_key,step,units\n")
    for name, y in series.items():
        for t, value in enumerate(y):
            out.write(f"{name},{t},{float(value)!r}\n")
worst = {}
def compare(what, ours, theirs, scale):
    worst[what] = max(worst.get(what, 0.0), float(np.max(np.abs(np.asarray(ours) - np.asarray(theirs)))) / scale)
for robust in (0, 1):
    subprocess.run([tidemill, "trend", "--input", f"{work}/series.csv", "--date", "step", "--season", "12", "--week", "1",
                    "--robust", str(robust), "--quiet", "--output", f"{work}/out.csv"], check=True, stdout=subprocess.DEVNULL)
    parts = list(csv.DictReader(open(f"{work}/out.parts.csv")))
    trends = {row["item"]: row for row in csv.DictReader(open(f"{work}/out.csv"))}
    for name, y in series.items():
        fit = STL(y, period=12, seasonal=7, robust=bool(robust)).fit(inner_iter=1 if robust else 2, outer_iter=15 if robust else 0)
        mine = [row for row in parts if row["item"] == name]
        kind = "robust" if robust else "plain"
        compare(f"STL {kind} trend", [float(r["trend"]) for r in mine], fit.trend, np.abs(y).max())
        compare(f"STL {kind} season", [float(r["season"]) for r in mine], fit.seasonal, np.abs(y).max())
        row, plain = trends[name], pymannkendall.original_test(y)
        rao = pymannkendall.hamed_rao_modification_test(y)
        compare("Mann-Kendall S", float(row["mann_kendall_s"]), plain.s, 1)
        compare("Sen slope", float(row["slope_per_week"]), plain.slope, 1)
        factor = rao.var_s / plain.var_s
        compare("Hamed & Rao factor", float(row["variance_factor"]), max(1.0, factor), max(1.0, factor))
        if factor >= 1:
            compare("z", float(row["z"]), rao.z, 1)
for what, difference in worst.items():
    print(f"{what:20s} largest difference {difference:.2e} {'pass' if difference < 1e-8 else 'FAIL'}")
sys.exit(0 if max(worst.values()) < 1e-8 else 1)
PYTHON
"$work/venv/bin/python" "$work/peers.py" "$root/build/tidemill" "$work"
