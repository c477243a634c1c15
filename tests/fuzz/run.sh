#!/bin/sh
# Builds the fuzzers with clang's libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer, and runs each for a while.
# usage: sh tests/fuzz/run.sh [--seconds N] [--seed N] [TARGET...]     N: 60 a target; TARGET: csv ingest config ...
# Starts from tests/fuzz/corpus/TARGET; what is found new stays in build-fuzz/corpus/TARGET, an input that ends a fuzzer
# in build-fuzz/crashes. Prints inputs tried and edges seen per target; ends with 1 when a fuzzer was ended by an input.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root"
seconds=60
seed=1
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds) shift; seconds=${1:?} ;;
    --seed) shift; seed=${1:?} ;;
    -*) sed -n '3,5s/^# //p' "$0" >&2; exit 2 ;;
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

# One process each: no daemon of Open MPI beside it.
export OMPI_MCA_ess_singleton_isolated=1 OMPI_MCA_btl=self OMPI_MCA_pml=ob1
status=0
printf '| target | seconds | inputs | edges | kept | ended by an input |\n|---|---|---|---|---|---|\n'
for target in "$@"; do
  mkdir -p "$folder/corpus/$target"
  log=$folder/$target.log
  ended=no
  dictionary=""
  [ ! -e "tests/fuzz/$target.dict" ] || dictionary="-dict=tests/fuzz/$target.dict"
  ASAN_OPTIONS=detect_leaks=0 $folder/fuzz_"$target" $dictionary -seed="$seed" -max_total_time="$seconds" -rss_limit_mb=4096 \
    -timeout=120 -max_len=16384 -artifact_prefix=$folder/crashes/"$target"- -print_final_stats=1 \
    "$folder/corpus/$target" "tests/fuzz/corpus/$target" >"$log" 2>&1 || { ended=YES; status=1; }
  inputs=$(sed -n 's/.*number_of_executed_units: *//p' "$log")
  edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -1)
  kept=$(ls "$folder/corpus/$target" | wc -l)
  printf '| %s | %s | %s | %s | %s | %s |\n' "$target" "$seconds" "${inputs:--}" "${edges:--}" "$kept" "$ended"
done
exit $status
