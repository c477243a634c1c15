#!/bin/sh
# Rehearses slurm/nightly.sbatch on a real Slurm: a throw-away cluster of two virtual nodes on this machine (Debian, root).
# usage: sh validation/slurm/rehearse.sh [--what boost|night] [--tidemill FILE] [--folder DIR] [CASE...]
#   --folder  for the cluster, data, runs and logs, and kept (default: a temporary one, removed at the end)
# Cases: plain, time_limit, requeue_exit, lost_rank, stopped_rank, preempted, lost_node, controller_restart, budget, array,
# printed (default: all). Each result must have the digest of an undisturbed mpirun on another number of ranks. Exits with 1 when a case fails.
# shellcheck disable=SC2154,SC1091,SC2034
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)

what=night
tidemill=$root/build/tidemill
folder=""
while [ $# -gt 0 ]; do
  case "$1" in
    --what) shift; what=${1:?} ;;
    --tidemill) shift; tidemill=${1:?} ;;
    --folder) shift; folder=${1:?} ;;
    -*) sed -n '3,7s/^# //p' "$0" >&2; exit 2 ;;
    *) break ;;
  esac
  shift
done
[ $# -gt 0 ] || set -- plain time_limit requeue_exit lost_rank stopped_rank preempted lost_node controller_restart budget array printed
[ "$(id -u)" -eq 0 ] || { echo "rehearse.sh: starting Slurm's daemons takes root" >&2; exit 2; }
[ -x "$tidemill" ] || { echo "rehearse.sh: no executable at $tidemill; build first, or say --tidemill FILE" >&2; exit 2; }
tidemill=$(realpath "$tidemill")

sh "$root/configs/build/install_packages.sh" slurm-wlm slurm-wlm-basic-plugins munge
. "$root/configs/build/environment.sh"
. "$root/validation/restart/workload.sh"
. "$root/validation/slurm/cluster.sh"

if [ -n "$folder" ]; then mkdir -p "$folder"; keep=yes; else folder=$(mktemp -d); keep=no; fi
folder=$(realpath "$folder")
data=$folder/data
cluster=$folder/cluster
REQUEUE_EXIT=""
# The ranks of both virtual nodes see one host name and would take each other's shared memory for their node's own.
export OMPI_MCA_btl=self,tcp OMPI_MCA_btl_tcp_if_include=lo
mkdir -p "$data"
clean_up() {
  stop_cluster
  [ $keep = yes ] || rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

failures=0
# submit CASE OPTIONS...: sets `job` and `run`.
submit() {
  run=$folder/$1
  mkdir -p "$run"
  shift
  # shellcheck disable=SC2046
  job=$(TIDEMILL=$tidemill sbatch --parsable --output="$run/job.log" --job-name=rehearsal --partition=low "$@" \
    "$root/slurm/nightly.sbatch" $(arguments_of "$what" "$run"))
}
await_commit() {
  waited=0
  while [ "$(committed_by "$run")" = nothing ]; do
    waited=$((waited + 1))
    [ $waited -lt 1200 ] || { echo "nothing was committed in $run" >&2; return 1; }
    sleep 0.1
  done
}

# expect STATE RESTARTS_AT_LEAST TEXT: how the job must have ended, and what its log must say.
expect() {
  await_job "$job" 900 || true
  state=$(job_field "$job" JobState)
  restarts=$(job_field "$job" Restarts)
  verdict=passed
  [ "$state" = "$1" ] || verdict="FAILED: state $state, expected $1"
  [ "$restarts" -ge "$2" ] || verdict="FAILED: $restarts restarts"
  grep -q -F "$3" "$run/job.log" || verdict="FAILED: the log does not say '$3'"
}
expect_digest() {
  digest=$(digest_of "$what" "$run") || digest=none
  [ "$digest" = "$expected" ] || verdict="FAILED: digest $digest"
}
report() {
  [ "$verdict" = passed ] || failures=$((failures + 1))
  echo "| $1 | $state, restarts $restarts | $(($(date +%s) - begin)) s | $2 | $verdict |"
}

case_plain() {
  submit plain --nodes=2 --ntasks=4 --time=30
  expect COMPLETED 0 ": done"
  expect_digest
  report "no disturbance" "4 ranks"
}

# Slurm looks at limits every 30 s: with a limit of one minute the notice comes 5 to 35 s after each start.
case_time_limit() {
  submit time_limit --nodes=2 --ntasks=4 --time=1 --signal=B:USR1@55
  expect COMPLETED 1 "stopped at a checkpoint"
  expect_digest
  report "time limit of a minute, site without RequeueExit" "4 ranks"
}

case_requeue_exit() {
  stop_cluster
  REQUEUE_EXIT=75
  start_cluster "$cluster"
  submit requeue_exit --nodes=2 --ntasks=3 --time=30
  await_commit
  scancel --batch --signal=USR1 "$job"
  expect COMPLETED 1 "stopped at a checkpoint"
  expect_digest
  [ "$restarts" -eq 1 ] || verdict="FAILED: $restarts restarts, expected 1"
  report "USR1, site with RequeueExit=75" "3 ranks"
  stop_cluster
  REQUEUE_EXIT=""
  start_cluster "$cluster"
}

case_lost_rank() {
  submit lost_rank --nodes=2 --ntasks=4 --time=30
  await_commit
  kill -KILL "$(ranks_of "$run" | head -1)"
  expect COMPLETED 0 "launching again"
  expect_digest
  report "SIGKILL of one rank" "4 ranks, launched again in the allocation"
}

case_stopped_rank() {
  TIDEMILL_HANG_SECONDS=20
  export TIDEMILL_HANG_SECONDS
  submit stopped_rank --nodes=2 --ntasks=4 --time=30
  unset TIDEMILL_HANG_SECONDS
  await_commit
  kill -STOP "$(ranks_of "$run" | head -1)"
  expect COMPLETED 0 "launching again"
  grep -q -F "has not run for 20 s" "$run/job.log" || verdict="FAILED: the log does not say who stood still"
  expect_digest
  report "SIGSTOP of one rank, missed after 20 s" "4 ranks, launched again in the allocation"
}

case_preempted() {
  submit preempted --nodes=2 --ntasks=4 --time=30
  await_commit
  sbatch --parsable --partition=high --nodes=2 --ntasks=4 --output=/dev/null --wrap "sleep 5" >/dev/null
  expect COMPLETED 1 "asking the ranks to stop"
  expect_digest
  report "a job of higher priority takes the nodes" "4 ranks"
}

case_lost_node() {
  submit lost_node --nodes=1-2 --ntasks-per-node=2 --time=30
  await_commit
  lose_node 2 "$run"
  until [ "$(job_field "$job" JobState)" = PENDING ]; do sleep 1; done
  # Slurm keeps the counts of the first allocation; here no other node will come.
  scontrol update jobid="$job" NumNodes=1 NumTasks=2
  expect COMPLETED 1 ": done"
  expect_digest
  report "a node is lost" "4 ranks, then the 2 of the remaining node"
  start_node 2
}

case_controller_restart() {
  submit controller_restart --nodes=2 --ntasks=4 --time=30
  await_commit
  stop_daemon "$cluster/slurmctld.pid"
  slurmctld
  expect COMPLETED 0 ": done"
  expect_digest
  report "slurmctld stopped and started" "4 ranks"
}

case_budget() {
  TIDEMILL_RESTARTS=0 submit budget --nodes=2 --ntasks=4 --time=30
  await_commit
  scancel --batch --signal=USR1 "$job"
  expect FAILED 0 "used up"
  first=$verdict
  submit budget --nodes=1 --ntasks=2 --time=30
  expect COMPLETED 0 ": done"
  [ "$first" = passed ] || verdict=$first
  expect_digest
  report "no restart left; submitted again" "4 ranks, then 2"
}

# Three tenants, one with a name that is no folder's and one whose input is not there.
case_array() {
  run=$folder/array
  mkdir -p "$run"
  printf '%s\n' first ../second third >"$run/tenants"
  ln -s "$data/chain" "$run/first"
  job=$(TIDEMILL=$tidemill TIDEMILL_TENANTS=$run/tenants sbatch --parsable --output="$run/job-%a.log" --partition=low \
    --job-name=rehearsal --array=1-3%1 --ntasks=2 --time=30 "$root/slurm/nightly.sbatch" nightly --config \
    "$root/configs/demo.cfg" --input "$run/{tenant}" --store "$run/store" --tenant '{tenant}' --quiet)
  for task in 1 2 3; do await_job "${job}_$task" 900 || true; done
  state="$(job_field "${job}_1" JobState) $(job_field "${job}_2" JobState) $(job_field "${job}_3" JobState)"
  restarts=0
  verdict=passed
  [ "$state" = "COMPLETED FAILED FAILED" ] || verdict="FAILED: states $state"
  grep -q -F "expected a name" "$run/job-2.log" || verdict="FAILED: task 2 does not say what a name is"
  digest=$("$tidemill" verify "$run/store/first/current/" | sed -n "1s/ .*//p") || digest=none
  [ "$digest" = "$expected" ] || verdict="FAILED: digest $digest"
  report "job array of three tenants, two of them bad" "2 ranks each"
}

# The script that the night prints for itself, submitted as it is.
case_printed() {
  run=$folder/printed
  mkdir -p "$run"
  # The script that it fills is slurm/nightly.sbatch below where it runs.
  # shellcheck disable=SC2046
  (cd "$root" && "$tidemill" $(arguments_of night "$run") --print-sbatch) >"$run/printed.sbatch"
  job=$(TIDEMILL=$tidemill sbatch --parsable --output="$run/job.log" --partition=low "$run/printed.sbatch")
  expect COMPLETED 0 ": done"
  expect_digest
  report "the script that nightly --print-sbatch prints" "$(sed -n 's/^#SBATCH --ntasks=//p' "$run/printed.sbatch"), as planned"
}

size_of_work long
prepare_work "$what"
mkdir -p "$folder/undisturbed"
begin=$(date +%s)
# shellcheck disable=SC2046
mpirun -n 3 "$tidemill" $(arguments_of "$what" "$folder/undisturbed") >"$folder/undisturbed/log" 2>&1 || {
  tail -20 "$folder/undisturbed/log" >&2
  echo "rehearse.sh: the undisturbed run failed" >&2
  exit 1
}
expected=$(digest_of "$what" "$folder/undisturbed")
echo "undisturbed $what, mpirun on 3 ranks: $(($(date +%s) - begin)) s, digest $expected"
start_cluster "$cluster"
echo "$(sinfo --version), $(srun --mpi=list 2>&1 | tr '\n' ' ' | grep -o 'pmix_v[0-9]*' | head -1), $(mpirun --version | head -1)"
echo
echo "| case | job | time | ranks | digest and log |"
echo "|---|---|---|---|---|"
for name in "$@"; do
  begin=$(date +%s)
  "case_$name"
done
echo
echo "rehearse.sh: $# cases, $failures failed"
[ $failures -eq 0 ]
