# shellcheck shell=sh disable=SC2154
# Sourced by kill.sh and ../slurm/rehearse.sh: the kinds of work that are stopped and continued: boost, forest, quantile,
# multiclass (trainings on tables), ials, bpr, ease, itemknn, hybrid (recommenders), text (a classifier), night (the small
# demo chain), and small_sales and small_assets (the halves of the smallest night).
# Expects: root (of the project), tidemill (absolute path), data (a folder for inputs).
# No blanks in paths.

# size_of_work SIZE: quick, full or long.
size_of_work() {
  case $1 in
    quick) rows=20000 trees=60 leaves=8 interval=0.05 ;;
    full) rows=200000 trees=40 leaves=31 interval=0.1 ;;
    long) rows=200000 trees=300 leaves=31 interval=0.5 ;;
  esac
}

# prepare_work WORK: makes its inputs below $data unless they are there; seeded, so always the same.
prepare_work() {
  case $1 in
    small_*) python3 -B "$root/validation/restart/small_night.py" "$data/smallest"; return ;;
    night) set -- "$data/chain" --what chain --size small ;;
    ials | bpr | ease | itemknn | hybrid | text) set -- "$data/assets" --what assets --users 6000 --assets 1500 ;;
    forest | multiclass) set -- "$data/binary" --what table --task binary --rows "$rows" --features 20 ;;
    *) set -- "$data/regression" --what table --task regression --rows "$rows" --features 20 --missing 0.05 ;;
  esac
  [ ! -e "$1" ] || return 0
  mkdir -p "$1"
  prepared=$1
  shift
  "$tidemill" generate "$@" --seed 7 --quiet --output "$prepared" >"$data/prepare.log" 2>&1 || {
    tail -5 "$data/prepare.log" >&2
    return 1
  }
}

# arguments_of WORK RUN: tidemill's command line for a run whose files all stand in the folder RUN.
arguments_of() {
  case $1 in
    boost) set -- "$2" --model boost --task regression --input "$data/regression/train.csv" --row-sample 0.8 ;;
    forest) set -- "$2" --model forest --task binary --input "$data/binary/train.csv" ;;
    quantile) set -- "$2" --model boost --task quantile --quantiles 0.1,0.9 --input "$data/regression/train.csv" ;;
    multiclass) set -- "$2" --model boost --task multiclass --input "$data/binary/train.csv" ;;
    ials | bpr | ease | itemknn | hybrid | text) arguments_of_assets "$1" "$2"; return ;;
    night) echo nightly --config "$root/configs/demo.cfg" --input "$data/chain" --store "$2/store" --quiet; return ;;
    small_*)
      echo nightly --config "$data/smallest/${1#small_}.cfg" --input "$data/smallest" --store "$2/store" --quiet
      return ;;
  esac
  run_folder=$1
  shift
  echo train "$@" --target y --trees "$trees" --max-leaves "$leaves" --learning-rate 0.05 --checkpoints "$run_folder/checkpoints" \
    --checkpoint-interval "$interval" --output "$run_folder/model.h5" --quiet
}

# arguments_of_assets WORK RUN: those of recommenders and of the classifier, which learn from generated assets.
arguments_of_assets() {
  case $1 in
    ials) set -- "$2" --model ials --factors 96 --sweeps 30 ;;
    bpr) set -- "$2" --model bpr --epochs 12 ;;
    hybrid) set -- "$2" --model hybrid --members ials,itemknn,popularity --factors 32 --sweeps 4 ;;
    text) set -- "$2" --model text --text text --target category --validation "$data/assets/catalogue.csv" ;;
    *) set -- "$2" --model "$1" ;;
  esac
  run_folder=$1
  shift
  case $2 in
    text) set -- "$@" --input "$data/assets/catalogue.csv" ;;
    *) set -- "$@" --interactions "$data/assets/interactions.csv" ;;
  esac
  echo train "$@" --checkpoints "$run_folder/checkpoints" --checkpoint-interval 0.1 --output "$run_folder/model.h5" --quiet
}

# digest_of WORK RUN: the content digest of what the run made.
digest_of() {
  case $1 in
    night) "$tidemill" verify "$2/store/demo/current/" | sed -n "1s/ .*//p" ;;
    small_*) "$tidemill" verify "$2/store/main/current/" | sed -n "1s/ .*//p" ;;
    *) "$tidemill" digest "$2/model.h5" | cut -d ' ' -f 1 ;;
  esac
}

# committed_by RUN: the finished steps of a night and the number of the newest checkpoint of the training at work (trees,
# sweeps, epochs or columns done), in words.
committed_by() {
  steps=$(find "$1" -name step.json 2>/dev/null | wc -l)
  done_before=$(find "$1" -name 'checkpoint-*.h5' 2>/dev/null | sed 's/.*-\([0-9]*\)\.h5$/\1/' | sort -n | tail -1)
  case $steps,$done_before in
    0,) echo nothing ;;
    0,*) echo "checkpoint $done_before" ;;
    *,) echo "$steps steps" ;;
    *) echo "$steps steps, checkpoint $done_before" ;;
  esac
}

# ranks_of RUN: process numbers of the ranks that work in the folder RUN. A dead rank that nobody has waited for yet has
# no executable any more and is not listed.
ranks_of() {
  find /proc/[0-9]*/exe -prune -lname "$tidemill" 2>/dev/null | while read -r link; do
    process=${link#/proc/}
    process=${process%/exe}
    if { tr '\0' ' ' <"/proc/$process/cmdline"; } 2>/dev/null | grep -q -F "$1/"; then echo "$process"; fi
  done
}
