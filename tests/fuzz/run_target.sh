#!/bin/sh
# Runs one fuzzer that run.sh has built, in rounds of at most two minutes, until it has had its processor time.
# usage: sh tests/fuzz/run_target.sh FOLDER TARGET SECONDS SEED
# FOLDER/TARGET.rounds has a line for each round: processor seconds, inputs tried, edges seen. Rounds in it count, so what
# was interrupted goes on; each has a seed of its own. Prints a row of Markdown; ends with 1 when an input ended a fuzzer.
set -eu
folder=$1
target=$2
seconds=$3
seed=$4
longest_round=120

# One process: no daemon of Open MPI beside it, no threads of BLAS.
export OMPI_MCA_ess_singleton_isolated=1 OMPI_MCA_btl=self OMPI_MCA_pml=ob1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
export ASAN_OPTIONS=detect_leaks=0
corpus=$folder/corpus/$target
rounds=$folder/$target.rounds
log=$folder/$target.log
mkdir -p "$corpus" "$folder/crashes"
touch "$rounds"
dictionary=""
[ ! -e "tests/fuzz/$target.dict" ] || dictionary="-dict=tests/fuzz/$target.dict"

# Sets `used` to the processor seconds of all children so far. (Not in a subshell, whose children are others.)
look_at_children() {
  times >"$folder/$target.times"
  used=$(awk 'NR == 2 { split($1, own, /[ms]/); split($2, kernel, /[ms]/)
                        print own[1] * 60 + own[2] + kernel[1] * 60 + kernel[2] }' "$folder/$target.times")
}
sum_of() { awk -v column="$1" '{ sum += $column } END { printf "%d", sum }' "$rounds"; }

ended=no
while [ "$(sum_of 1)" -lt "$seconds" ] && [ $ended = no ]; do
  left=$((seconds - $(sum_of 1)))
  [ $left -le $longest_round ] || left=$longest_round
  look_at_children
  before=$used
  # shellcheck disable=SC2086
  "$folder/fuzz_$target" $dictionary -seed=$((seed * 1000 + $(wc -l <"$rounds"))) -max_total_time=$left -rss_limit_mb=4096 \
    -timeout=120 -max_len=16384 -artifact_prefix="$folder/crashes/$target-" -print_final_stats=1 \
    "$corpus" "tests/fuzz/corpus/$target" >"$log" 2>&1 || ended=YES
  look_at_children
  inputs=$(sed -n 's/.*number_of_executed_units: *//p' "$log")
  edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -1)
  echo "$before $used ${inputs:-0} ${edges:-0}" | awk '{ printf "%.1f %d %d\n", $2 - $1, $3, $4 }' >>"$rounds"
done
printf '| %s | %s | %s | %s | %s | %s |\n' "$target" "$(sum_of 1)" "$(sum_of 2)" \
  "$(awk '$3 > most { most = $3 } END { printf "%d", most }' "$rounds")" "$(find "$corpus" -type f | wc -l)" $ended
[ $ended = no ]
