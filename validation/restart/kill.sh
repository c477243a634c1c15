#!/bin/sh
# Kills runs at random moments and continues them on other numbers of ranks: every result must have the digest of
# undisturbed runs.
# usage: sh validation/restart/kill.sh [--what train|recommenders|night|smallest] [--who any|one|all|resume]
#          [--kills N] [--seed S] [--tidemill FILE] [--folder DIR] [--ranks 4] [--quick] [--long [--percent 100]]
#   --what      train: boosted trees for squared loss, quantiles and classes in turn; recommenders: ials, bpr, ease,
#               itemknn, hybrid and a classifier of texts in turn; night: the small demo chain; smallest: the smallest
#               night with sales and the smallest with assets in turn
#   --who       one: kills take one random rank; all: all ranks; resume: every run is killed, resumed, and killed again,
#               and only the second kills are counted (default: any)
#   --folder    for data, runs and logs, and kept (default: a temporary one, removed at the end)
#   --ranks     the largest number of ranks drawn
#   --quick     one kind of model on little data and at most two ranks, for the test suite
#   --long      the smallest nights: one random rank killed 5,000 times, all ranks 500 times, a run that resumes 500
#               times, one campaign after the other (about five hours on two idle cores), or --percent of that
# A kill takes one rank, all ranks, or all ranks and the launcher. One resumed run in four is killed again. Every choice
# comes from the seed, which is printed. Exits with 1 when a digest differs, a resume fails, a process outlives a kill, or
# a run does not end.
# shellcheck disable=SC2154,SC1091
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/configs/build/environment.sh"
. "$root/validation/restart/workload.sh"

what=train
who=any
kills=20
seed=1
tidemill=$root/build/tidemill
folder=""
quick=no
most_ranks=4
long=no
percent=100
while [ $# -gt 0 ]; do
  case "$1" in
    --what) shift; what=${1:?} ;;
    --who) shift; who=${1:?} ;;
    --kills) shift; kills=${1:?} ;;
    --seed) shift; seed=${1:?} ;;
    --tidemill) shift; tidemill=${1:?} ;;
    --folder) shift; folder=${1:?} ;;
    --ranks) shift; most_ranks=${1:?} ;;
    --quick) quick=yes; most_ranks=2 ;;
    --long) long=yes ;;
    --percent) shift; percent=${1:?} ;;
    *) sed -n '4,16s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift
done
[ -x "$tidemill" ] || { echo "kill.sh: no executable at $tidemill; build first, or say --tidemill FILE" >&2; exit 2; }
tidemill=$(realpath "$tidemill")
if [ $long = yes ]; then
  status=0
  for campaign in "one 5000" "all 500" "resume 500"; do
    kills=$((${campaign#* } * percent / 100))
    sh "$0" --what smallest --who "${campaign% *}" --kills "$kills" --seed "$seed" --tidemill "$tidemill" \
      --ranks "$most_ranks" || status=1
  done
  exit $status
fi
case $what$quick in
  trainno) kinds="boost quantile multiclass"; size_of_work full ;;
  trainyes) kinds=boost; size_of_work quick ;;
  recommenders*) kinds="ials bpr ease itemknn hybrid text" ;;
  night*) kinds=night ;;
  smallest*) kinds="small_sales small_assets" ;;
  *) echo "kill.sh: --what is train, recommenders, night or smallest" >&2; exit 2 ;;
esac
case $who in
  any | one | all | resume) ;;
  *) echo "kill.sh: --who is any, one, all or resume" >&2; exit 2 ;;
esac

if [ -n "$folder" ]; then mkdir -p "$folder"; keep=yes; else folder=$(mktemp -d); keep=no; fi
folder=$(realpath "$folder")
data=$folder/data
launcher=""
# What a killed Open MPI leaves behind goes with the folder.
mkdir -p "$data" "$folder/mpi"
export OMPI_MCA_orte_tmpdir_base="$folder/mpi" OMPI_MCA_btl_vader_backing_directory="$folder/mpi"
clean_up() {
  end_run "$folder"
  [ $keep = yes ] || rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# draw LIMIT: the next number from 0 to LIMIT - 1 into `drawn` (Park and Miller 1988).
state=$((seed % 2147483646 + 1))
draw() {
  state=$((state * 48271 % 2147483647))
  drawn=$((state / 7 % $1))
}
now_ms() { date +%s%3N; }
is_running() { [ -d "/proc/$1" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
in_seconds() { awk -v ms="$1" 'BEGIN { printf "%.2f", ms / 1000 }'; }

# duration_of KIND RANKS: milliseconds of an undisturbed run, between those of one rank and of the most.
duration_of() {
  eval "echo \$((first_duration_$1 + (last_duration_$1 - first_duration_$1) * ($2 - 1) / (most_ranks > 1 ? most_ranks - 1 : 1)))"
}

# start_run KIND RANKS RUN: in the background; sets `launcher`.
start_run() {
  mkdir -p "$3"
  # shellcheck disable=SC2046
  mpirun -n "$2" "$tidemill" $(arguments_of "$1" "$3") >"$3/log" 2>&1 </dev/null &
  launcher=$!
}

# end_run RUN: SIGKILL to the launcher and all ranks, until nothing is left.
end_run() {
  [ -z "$launcher" ] || kill -KILL "$launcher" 2>/dev/null || true
  while left=$(ranks_of "$1") && [ -n "$left" ]; do
    # shellcheck disable=SC2086
    kill -KILL $left 2>/dev/null || true
    sleep 0.1
  done
}

# await_end RUN: sets `status` to the launcher's. Open MPI 4's mpirun may wait for ever on a lock that a killed rank held
# while it was starting (openpmix issue 1233): a launcher without ranks for 20 s is ended too, and counted.
await_end() {
  status=0
  waited=0
  alone=0
  while is_running "$launcher"; do
    waited=$((waited + 1))
    if [ $((waited % 10)) -eq 0 ]; then
      alone=$((alone + 1))
      [ -z "$(ranks_of "$1")" ] || alone=0
    fi
    if [ $alone -ge 20 ]; then
      kill -KILL "$launcher"
      hung=$((hung + 1))
      break
    fi
    [ $waited -lt $longest ] || { echo "kill.sh: no end of a run after $((longest / 10)) s: $1" >&2; exit 1; }
    sleep 0.1
  done
  wait "$launcher" || status=$?
  launcher=""
  waited=0
  while [ -n "$(ranks_of "$1")" ]; do
    waited=$((waited + 1))
    [ $waited -lt 600 ] || { echo "kill.sh: processes outlive their launcher: $(ranks_of "$1")" >&2; exit 1; }
    sleep 0.1
  done
}

# kill_run RUN: kills by the drawn `mode` and `victim`; sets `killed` to what, in words.
kill_run() {
  ranks_alive=$(ranks_of "$1")
  killed=launcher  # while it is still starting
  case $mode in
    0) killed="one rank"; ranks_alive=$(echo "$ranks_alive" | sed -n "$((victim % ranks + 1))p") ;;
    1) killed="all ranks" ;;
    2) killed="all and launcher"; ranks_alive="$ranks_alive $launcher" ;;
  esac
  # shellcheck disable=SC2086
  kill -KILL ${ranks_alive:-$launcher} 2>/dev/null || true
}

# The longest wait for a run, in tenths of a second: generous, for only a hang should meet it.
longest=6000
failures=0
hung=0
# check_digest KIND RUN: sets `verdict`; the kind's first digest is what the others are compared with.
check_digest() {
  digest=$(digest_of "$1" "$2") || digest=none
  eval ": \"\${expected_$1:=$digest}\""
  eval "expected=\$expected_$1"
  verdict=equal
  if [ "$digest" != "$expected" ]; then
    verdict="DIFFERENT: $digest"
    failures=$((failures + 1))
  fi
}

if [ "$who" = any ]; then told=""; else told=", $who"; fi
echo "kill.sh: $kills kills of $what$told, seed $seed"
for kind in $kinds; do
  prepare_work "$kind"
  for ranks in 1 "$most_ranks"; do
    run=$folder/$kind-undisturbed-$ranks
    begin=$(now_ms)
    start_run "$kind" "$ranks" "$run"
    await_end "$run"
    [ $status -eq 0 ] || { cat "$run/log" >&2; echo "kill.sh: the undisturbed $kind ended with $status" >&2; exit 1; }
    duration=$(($(now_ms) - begin))
    eval "first_duration_$kind=\${first_duration_$kind:-$duration} last_duration_$kind=$duration"
    longest=$((6000 + duration / 5))
    check_digest "$kind" "$run"
    echo "undisturbed $kind on $ranks: $(in_seconds $duration) s, digest $digest, $verdict"
    rm -rf "$run"
  done
done

echo
echo "| work | killed (ranks, moment, who, committed by then) | finished on | digest |"
echo "|---|---|---|---|"
count=0
runs=0
late=0
pairs=""
while [ $count -lt "$kills" ]; do
  # shellcheck disable=SC2086
  set -- $kinds
  shift $((runs % $#))
  kind=$1
  runs=$((runs + 1))
  run=$folder/$kind-$runs
  story=""
  kill_this=yes
  kills_of_run=0
  while :; do
    draw "$most_ranks"; ranks=$((drawn + 1))
    draw 1000; moment=$drawn
    draw 3; mode=$drawn
    draw 12; victim=$drawn
    draw 4; again=$drawn
    case $who in
      one) mode=0 again=1 ;;
      all) mode=1 again=1 ;;
      resume)
        again=0
        if [ $kills_of_run -gt 0 ]; then again=1 moment=$((moment / 2)); fi
        ;;
    esac
    start_run "$kind" "$ranks" "$run"
    killed=""
    if [ $kill_this = yes ]; then
      moment=$(($(duration_of "$kind" "$ranks") * moment / 1000))
      sleep "$(in_seconds "$moment")"
      ! kill -0 "$launcher" 2>/dev/null || kill_run "$run"
    fi
    await_end "$run"
    [ $status -ne 0 ] || break
    if [ -z "$killed" ]; then
      cat "$run/log" >&2
      echo "kill.sh: $kind on $ranks ranks ended with $status though nobody killed it; before: $story" >&2
      exit 1
    fi
    kills_of_run=$((kills_of_run + 1))
    [ "$who" = resume ] && [ $kills_of_run -eq 1 ] || count=$((count + 1))
    killed_on=$ranks
    story="$story${story:+; }$ranks, $(in_seconds "$moment") s, $killed, $(committed_by "$run")"
    if [ "$again" -ne 0 ] || [ $count -ge "$kills" ]; then kill_this=no; fi
  done
  if [ -z "$story" ]; then late=$((late + 1)); rm -rf "$run"; continue; fi
  if [ "$who" = resume ] && [ $kills_of_run -eq 1 ]; then late=$((late + 1)); rm -rf "$run"; continue; fi
  pairs="$pairs $killed_on>$ranks"
  check_digest "$kind" "$run"
  echo "| $kind | $story | $ranks | $verdict |"
  [ "$verdict" != equal ] || rm -rf "$run"
done

echo
echo "killed on > finished on, and how often:"
echo "$pairs" | tr ' ' '\n' | sed '/^$/d' | sort | uniq -c | awk '{ printf "%s%s %s", n++ ? ", " : "", $2, $1 } END { print "" }'
echo "kill.sh: $count kills in $((runs - late)) runs, $failures digests differ; $late moments drawn again (the run had ended); $hung launchers hung"
[ $failures -eq 0 ]
