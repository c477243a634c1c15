#!/bin/sh
# From a bare Debian 12 to a published night on demo data, as root or with sudo, in under ten minutes on two cores.
# usage: sh jobs/quickstart.sh [FOLDER]      FOLDER (default: demo) takes the generated input and the store.
# Steps: packages, build; then, for a small asset catalogue and for a made-up restaurant chain, the demo input, the night
# from it to a report, and how much of the truth built into the input it found. What was done before is not done again.
set -eu
cd "$(dirname "$0")/.."

folder=${1:-demo}
sh configs/build/install_packages.sh
. configs/build/environment.sh

run() {
  echo "\$ $*"
  "$@"
}
# Two ranks fill two cores; more cores take more ranks, up to eight.
ranks=$cores
[ "$ranks" -le 8 ] || ranks=8
[ "$ranks" -ge 2 ] || ranks=2

say "building build/tidemill ($compile_jobs files at a time)"
mkdir -p build
# Twenty sources to a unit: their common headers are read once.
unity="-DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=20"
# shellcheck disable=SC2086
if ! { cmake -S . -B build -G Ninja $unity && cmake --build build -j "$compile_jobs" --target tidemill; } >build/quickstart.log 2>&1; then
  grep -E -A12 'error|Error|FAILED' build/quickstart.log | tail -60 >&2
  echo "quickstart: the build failed; all of it: build/quickstart.log" >&2
  exit 1
fi

# demo_night WHAT SIZE INPUT CONFIG TENANT: generated input unless it is there, its night, and what the night found of the
# truth; sets `report`.
demo_night() {
  if [ -e "$3/truth.json" ]; then
    say "the demo input is there: $3"
  else
    say "writing the demo input to $3"
    run mpirun -n "$ranks" build/tidemill generate --what "$1" --size "$2" --output "$3"
  fi
  say "the night, on $ranks ranks"
  night_started=$(date +%s)
  run mpirun -n "$ranks" build/tidemill nightly --config "$4" --input "$3" --store "$folder/store"
  say "the night took $(($(date +%s) - night_started)) s"
  night=$(ls -d "$folder/store/$5/nights"/[0-9]* | tail -1)
  run build/tidemill truth --night "$night" --truth "$3/truth.json"
  report=$(realpath "$night")/report.html
}

demo_night assets small "$folder/assets" configs/asset_demo.cfg demo-assets
report_of_assets=$report
demo_night chain medium "$folder/exports" configs/demo.cfg demo
say "done; open the reports in a browser:"
echo "   sales   $report"
echo "   assets  $report_of_assets"
