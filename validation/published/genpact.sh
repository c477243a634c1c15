#!/bin/sh
# Genpact food demand (456,548 weekly orders of 51 meals at 77 centres): train on weeks 1-135, judge weeks 136-145, with
# everything measured at least 10 weeks old and prices and promotions of a week known in advance, as in the contest.
# 100 x RMSLE must be at most 51.5 (XGBoost with lags 52.8, mean of weeks 126-135 59.4), and between 77 and 83 % of the
# outcomes must lie in the 80 % intervals.
# Usage: sh validation/published/genpact.sh [DATA_FOLDER]     needs build/tidemill, python3 for the check only
# RANKS=2 runs it under mpirun; the numbers are the same.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
data=${1:-$root/../shared/data/genpact-food-demand}
if [ ! -f "$data/train.csv.zst" ]; then
  echo "skipped: no data in $data (it may not be bundled; see the header of this script)"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

launch=
[ "${RANKS:-1}" -gt 1 ] && launch="mpirun --oversubscribe -n $RANKS"
$launch "$root/build/tidemill" backtest --config "$root/configs/published/genpact.cfg" --input "$data/train.csv.zst" \
  --join "$data/meal_info.csv:meal_id,$data/fulfilment_center_info.csv:center_id" --json --quiet \
  --output "$work/backtest.h5" >"$work/backtest.json"

python3 - "$work/backtest.json" <<'PYTHON'
import json, sys
result = json.load(open(sys.argv[1]))
print(f"{'model':16s} {'rows':>7s} {'100 x RMSLE':>12s} {'WAPE':>7s} {'MASE(52)':>9s} {'coverage':>9s}")
for name, m in result["models"].items():
    coverage = "-" if m["coverage"] is None else f"{m['coverage']:.4f}"
    print(f"{name:16s} {m['pairs']:7.0f} {100 * m['rmsle']:12.3f} {m['wape']:7.4f} {m['mase']:9.4f} {coverage:>9s}")
boost = result["models"]["boost"]
passed = 100 * boost["rmsle"] <= 51.5 and 0.77 <= boost["coverage"] <= 0.83
print("digest", result["digest"])
print("PASS" if passed else "FAIL", "(RMSLE at most 51.5, coverage 0.77 to 0.83)")
sys.exit(0 if passed else 1)
PYTHON
