#!/bin/sh
# Builds the fuzzers with clang's libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer, and runs each for a while.
# usage: sh tests/fuzz/run.sh [--seconds N] [--seed N] [--anew] [TARGET...]
#   --seconds   of processor time for each target (default: 60); a target for every core runs at a time
#   --anew      forget earlier rounds, which count otherwise: what was interrupted goes on
# TARGET is csv, ingest, config ...; all when none is named. Starts from tests/fuzz/corpus/TARGET; what is found new stays
# in build-fuzz/corpus/TARGET, an input that ends a fuzzer in build-fuzz/crashes. Prints inputs tried and edges seen per
# target; ends with 1 when a fuzzer was ended by an input.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
seconds=60
seed=1
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds) shift; seconds=${1:?} ;;
    --seed) shift; seed=${1:?} ;;
    --anew) rm -f build-fuzz/*.rounds ;;
    -*) sed -n '3,8s/^# //p' "$0" >&2; exit 2 ;;
    *) break ;;
  esac
  shift
done
[ $# -gt 0 ] || set -- $(ls tests/fuzz/fuzz_*.cpp | sed 's/.*fuzz_\(.*\)\.cpp/\1/' | grep -v '^target$')

sh configs/build/install_packages.sh clang libclang-rt-14-dev libomp-dev
. configs/build/environment.sh
folder=build-fuzz
mkdir -p $folder/crashes
say "building the fuzzers in $folder/"
targets=""
for target in "$@"; do targets="$targets fuzz_$target"; done
if ! { cmake -S . -B $folder -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=None \
  -DCMAKE_CUDA_COMPILER=NOTFOUND -DTIDEMILL_TESTS=OFF -DTIDEMILL_FUZZ=ON -DTIDEMILL_SANITIZE=ON -DCMAKE_UNITY_BUILD=ON \
  -DCMAKE_UNITY_BUILD_BATCH_SIZE=20 && cmake --build $folder -j "$compile_jobs" --target $targets; } >$folder/build.log 2>&1; then
  grep -E -A12 'error|FAILED' $folder/build.log | tail -60 >&2
  echo "tests/fuzz/run.sh: the build failed; all of it: $folder/build.log" >&2
  exit 1
fi

printf '| target | processor seconds | inputs | edges | kept | ended by an input |\n|---|---|---|---|---|---|\n'
status=0
printf '%s\n' "$@" | xargs -P "$cores" -I TARGET sh tests/fuzz/run_target.sh $folder TARGET "$seconds" "$seed" || status=1
exit $status
