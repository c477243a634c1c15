#!/bin/sh
# Holds metrics and alert rules against Prometheus' own tool.
# usage: sh validation/watching/promtool.sh [--rules-only] [--tidemill FILE]
#   --rules-only  only the rules and the tests of each alert, for the test suite
# Runs a night of sales, one of assets, both in one, and two tenants on two ranks, and `promtool check metrics` on the
# metrics.prom of each; of the sales also while it runs. The tool is in Debian's package `prometheus`. Exits with 77
# where it is missing, with 1 when it has anything to say.
# shellcheck disable=SC1091,SC2086
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/configs/build/environment.sh"

rules_only=no
tidemill=$root/build/tidemill
while [ $# -gt 0 ]; do
  case "$1" in
    --rules-only) rules_only=yes ;;
    --tidemill) shift; tidemill=$(realpath "${1:?--tidemill needs a file}") ;;
    *) sed -n '3,4s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift
done
if ! command -v promtool >/dev/null 2>&1; then
  echo "promtool.sh: skipped, there is no promtool (Debian: apt-get install --no-install-recommends prometheus)"
  exit 77
fi

# The tool says more than its exit code: any word of it on metrics is a fault.
faults=0
check_metrics() {
  families=$(grep -c '^# TYPE' "$2")
  if said=$(promtool check metrics <"$2" 2>&1) && [ -z "$said" ]; then
    echo "metrics of $1: $families families, $(grep -vc '^#' "$2") samples, nothing to say"
  else
    faults=$((faults + 1))
    printf 'metrics of %s: FAULT\n%s\n' "$1" "$said"
  fi
}

cd "$root/configs"
promtool check rules alerts.rules.yml || faults=$((faults + 1))
promtool test rules alerts.test.yml || faults=$((faults + 1))

if [ $rules_only = no ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  cd "$folder"
  short="--forecast.trees 20 --forecast.quantile-trees 10 --backtest.origins 1"
  generate() { "$tidemill" generate --quiet --what "$1" --size small --seed "$2" --output "$3" >generate.log; }
  # What a night says is on its way to the metrics too.
  night() { "$@" >night.log 2>&1 || { tail -20 night.log >&2; exit 1; }; }
  generate chain 1 sales
  generate assets 1 assets
  for tenant in quay pier; do generate chain 2 exports/$tenant; done
  printf 'quay\npier\n' >tenants.txt
  cat "$root/configs/demo.cfg" >both.cfg
  sed -n '/^\[asset\]/,$p' "$root/configs/asset_demo.cfg" >>both.cfg
  mkdir both && cp -r sales/. assets/. both/

  "$tidemill" nightly --quiet --config "$root/configs/demo.cfg" --input sales --store store $short >night.log 2>&1 &
  running=$!
  # Each text is there whole or not at all.
  while kill -0 $running 2>/dev/null; do
    cp store/demo/runs/*/metrics.prom seen.prom 2>/dev/null || true
    sleep 0.2
    [ ! -e running.prom ] || continue
    if grep -q 'run_state{state="running",tenant="demo"} 1' seen.prom 2>/dev/null; then cp seen.prom running.prom; fi
  done
  wait $running
  check_metrics "a night of sales at work" running.prom
  check_metrics "a night of sales" store/demo/runs/*/metrics.prom
  night "$tidemill" nightly --quiet --config "$root/configs/asset_demo.cfg" --input assets --store store
  check_metrics "a night of assets" store/demo-assets/runs/*/metrics.prom
  night "$tidemill" nightly --quiet --config both.cfg --tenant both --input both --store store $short
  check_metrics "a night of both" store/both/runs/*/metrics.prom
  night mpirun -n 2 "$tidemill" tenants --quiet --list tenants.txt --config "$root/configs/demo.cfg" --input exports \
    --store tenants $short
  for tenant in quay pier; do check_metrics "tenant $tenant" tenants/$tenant/runs/*/metrics.prom; done
fi
[ $faults -eq 0 ] || { echo "promtool.sh: $faults faults"; exit 1; }
