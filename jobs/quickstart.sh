#!/bin/sh
# From a bare Debian 12 to a published night on demo data, as root or with sudo, in under ten minutes on two cores.
# usage: sh jobs/quickstart.sh [FOLDER]      FOLDER (default: demo) takes the generated exports and the store.
# Steps: packages, build, exports of a made-up restaurant chain, the night from exports to report, and how much of the
# truth that the exports were made from it found. What was done before is not done again.
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

if [ -e "$folder/exports/truth.json" ]; then
  say "exports are there: $folder/exports"
else
  say "writing a demo chain's exports to $folder/exports"
  run mpirun -n "$ranks" build/tidemill generate --what chain --size medium --output "$folder/exports"
fi

store=$folder/store
say "the night, on $ranks ranks"
night_started=$(date +%s)
run mpirun -n "$ranks" build/tidemill nightly --config configs/demo.cfg --input "$folder/exports" --store "$store"
say "the night took $(($(date +%s) - night_started)) s"

night=$(ls -d "$store"/demo/nights/[0-9]* | tail -1)
run build/tidemill truth --night "$night" --truth "$folder/exports/truth.json"
say "done; open the report in a browser: $(realpath "$night")/report.html"
