#!/bin/sh
# Orange juice (Montgomery 1997, Dominick's stores; 11 brands, 83 stores, 121 weeks): own-price elasticities by least
# squares of ln units on eleven ln prices, deal and feature, store means removed, against reference figures made with
# another program; then a menu matrix and price advice per store from the margins.
# Assumptions: unit cost = price x (1 - profit / 100); prices and costs are $ per ounce, units are ounces.
# The expected margin counts own-price effects only: what guests switch between brands is left out.
# Usage: sh validation/published/orange_juice.sh [DATA_FOLDER]     needs build/tidemill, zstd, awk, python3
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
data=${1:-$root/../shared/data/orange-juice-stores}
if [ ! -f "$data/yx.csv.zst" ]; then
  echo "skipped: no data in $data (it may not be bundled; see the header of this script)"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

names="Tropicana Premium 64|Tropicana Premium 96|Florida's Natural 64|Tropicana 64|Minute Maid 64|Minute Maid 96|Citrus Hill 64|Tree Fresh 64|Florida Gold 64|Dominicks 64|Dominicks 128"
zstd -dc "$data/yx.csv.zst" | awk -F, -v names="$names" '
  BEGIN { split(names, name, "|"); OFS = ","; print "store,item,item_name,category,week,units,price,cost,deal,feat" }
  NR > 1 { price = $(5 + $2)
           printf "%s,%02d,%s,juice,%s,%.17g,%s,%.17g,%s,%s\n",
                  $1, $2, name[$2], $3, exp($4), price, price * (1 - $19 / 100), $17, $18 }' >"$work/juice.csv"

run() { "$root/build/tidemill" "$@"; }
columns="--location store --item item --item-name item_name --category category --date week --units units --price price --cost cost --controls deal,feat"
# shellcheck disable=SC2086
run price --input "$work/juice.csv" $columns --calendar off --cross on --fit log_log --base-days 8 \
  --output "$work/price.h5" --json >"$work/price.json"
awk -F, 'BEGIN { OFS = ","; print "location,item,item_name,category,units,price,cost" }
  NR > 1 { key = $1 "," $2 "," $3; units[key] += $6; sales[key] += $6 * $7; cost[key] += $6 * $8 }
  END { for (key in units) printf "%s,juice,%.17g,%.17g,%.17g\n", key, units[key], sales[key] / units[key], cost[key] / units[key] }' \
  "$work/juice.csv" >"$work/items.csv"
run menu --input "$work/items.csv" --json >"$work/menu.json"

python3 - "$work" <<'PYTHON'
import collections, json, sys
reference = [-2.781, -1.839, -3.327, -3.847, -2.905, -2.468, -3.633, -2.725, -4.094, -2.831, -1.001]
result = json.load(open(sys.argv[1] + "/price.json"))
passed = len(result["elasticities"]) == len(reference)
print("own-price elasticities: ours, reference, difference (limit 1 %)")
for row, known in zip(result["elasticities"], reference):
    ours = row["elasticity_raw"]
    difference = ours / known - 1
    good = abs(difference) < 0.01
    passed &= good
    print(f"  {row['item_name']:22s} {ours:8.4f} +- {row['standard_error']:.4f} {known:8.3f} {100 * difference:+7.3f} %  {'pass' if good else 'FAIL'}")
menu = json.load(open(sys.argv[1] + "/menu.json"))["items"]
print("menu matrix:", len({row["location"] for row in menu}), "stores,", dict(sorted(collections.Counter(row["class"] for row in menu).items())))
advice = result["advice"]
print("price advice:", len(advice), "store-items,", dict(sorted(collections.Counter(row["status"] for row in advice).items())),
      "held back by", dict(sorted(collections.Counter(row["binding"] for row in advice).items())))
gain = sum(row["gain"] for row in advice if row["gain"] is not None)
now = sum(row["current_profit"] for row in advice if row["current_profit"] is not None)
print(f"expected margin per week at the advised prices: {now:.0f} $ now, {gain:+.0f} $ ({100 * gain / now:+.1f} %)")
print("PASS" if passed else "FAIL")
sys.exit(0 if passed else 1)
PYTHON
