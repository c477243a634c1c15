# shellcheck shell=sh
# Sourced by rehearse.sh: a throw-away Slurm on this machine, everything below one folder, nothing of the system's used.
# Two virtual nodes (two slurmd), a low and a high partition; the high one preempts the low one with a grace time.

# start_cluster FOLDER: writes keys and configuration, starts the daemons, waits until both nodes are idle.
start_cluster() {
  cluster=$1
  export SLURM_CONF="$cluster/slurm.conf"
  mkdir -p "$cluster/state" "$cluster/tmp-virtual1" "$cluster/tmp-virtual2"
  chmod 755 "$cluster"
  dd if=/dev/urandom of="$cluster/munge.key" bs=1024 count=1 2>/dev/null
  chmod 400 "$cluster/munge.key"
  write_slurm_conf >"$SLURM_CONF"
  munged --force --key-file="$cluster/munge.key" --socket="$cluster/munge.socket" --pid-file="$cluster/munged.pid" \
    --log-file="$cluster/munged.log" --seed-file="$cluster/munged.seed" >/dev/null 2>&1
  slurmctld -c
  start_node 1
  start_node 2
  waited=0
  until [ "$(sinfo -h -N -t idle -o %N 2>/dev/null | sort -u | wc -l)" -eq 2 ]; do
    waited=$((waited + 1))
    [ $waited -lt 60 ] || { tail -20 "$cluster/slurmctld.log" >&2; echo "the nodes never came up" >&2; return 1; }
    sleep 1
  done
}

start_node() { slurmd -N "virtual$1" -c; }

write_slurm_conf() {
  host=$(hostname -s)
  cat <<END
ClusterName=rehearsal
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmctldPort=16817
AuthType=auth/munge
AuthInfo=socket=$cluster/munge.socket
CredType=cred/munge
StateSaveLocation=$cluster/state
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdPidFile=$cluster/slurmd-%n.pid
SlurmdLogFile=$cluster/slurmd-%n.log
SlurmdSpoolDir=$cluster/spool-%n
TmpFS=$cluster/tmp-%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
ReturnToService=2
SlurmdTimeout=20
KillWait=30
MinJobAge=7200
SchedulerParameters=sched_interval=5,batch_sched_delay=0
SlurmdParameters=config_overrides
SlurmctldParameters=preempt_send_user_signal
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
${REQUEUE_EXIT:+RequeueExit=$REQUEUE_EXIT}
NodeName=virtual1 NodeHostname=$host NodeAddr=127.0.0.1 Port=16821 CPUs=2 RealMemory=2000
NodeName=virtual2 NodeHostname=$host NodeAddr=127.0.0.1 Port=16822 CPUs=2 RealMemory=2000
PartitionName=low Nodes=ALL Default=YES PriorityTier=1 GraceTime=15 PreemptMode=REQUEUE MaxTime=60 DefMemPerCPU=500
PartitionName=high Nodes=ALL PriorityTier=10 PreemptMode=OFF MaxTime=60 DefMemPerCPU=500
END
}

# stop_daemon PIDFILE: ends one daemon that start_cluster started and waits for it.
stop_daemon() {
  [ -s "$1" ] || return 0
  daemon=$(cat "$1")
  kill "$daemon" 2>/dev/null || return 0
  waited=0
  while kill -0 "$daemon" 2>/dev/null && [ $waited -lt 20 ]; do
    waited=$((waited + 1))
    sleep 0.5
  done
  kill -9 "$daemon" 2>/dev/null || true
}

# Ends the jobs, then the daemons. Daemons that went first would leave the jobs' ranks behind.
stop_cluster() {
  scancel --quiet --signal=KILL --user=root 2>/dev/null || true
  scancel --quiet --user=root 2>/dev/null || true
  waited=0
  while [ -n "$(squeue -h 2>/dev/null)" ] && [ $waited -lt 45 ]; do
    waited=$((waited + 1))
    sleep 1
  done
  for pid_file in "$cluster"/slurmd-*.pid "$cluster/slurmctld.pid" "$cluster/munged.pid"; do stop_daemon "$pid_file"; done
}

# job_field JOB NAME: one value of scontrol show job, for instance JobState, Restarts, ExitCode, Reason.
job_field() { scontrol -o show job "$1" | tr ' ' '\n' | sed -n "s/^$2=//p" | head -1; }

# await_job JOB SECONDS: until the job is over. Slurm holds requeued jobs for two minutes: released after five seconds, for
# in the second in which its credential was revoked a job cannot start again ("Job credential revoked", then FAILED).
await_job() {
  waited=0
  while :; do
    state=$(job_field "$1" JobState)
    case $state in
      COMPLETED | FAILED | TIMEOUT | CANCELLED | NODE_FAIL | OUT_OF_MEMORY) return 0 ;;
      PENDING)
        if [ "$(job_field "$1" Reason)" = BeginTime ]; then
          sleep 5
          scontrol update jobid="$1" StartTime=now
        fi
        ;;
    esac
    waited=$((waited + 1))
    if [ $waited -ge "$2" ]; then
      echo "job $1 is still $state after $2 s" >&2
      return 1
    fi
    sleep 1
  done
}

# lose_node NUMBER RUN: as if the machine went off: its daemon, its ranks of RUN and their step manager are killed.
lose_node() {
  kill -KILL "$(cat "$cluster/slurmd-virtual$1.pid")"
  for rank in $(ranks_of "$2"); do
    tr '\0' '\n' <"/proc/$rank/environ" | grep -q -x "SLURMD_NODENAME=virtual$1" || continue
    manager=$(sed -n 's/^PPid:[^0-9]*//p' "/proc/$rank/status")
    kill -KILL "$manager" "$rank" 2>/dev/null || true
  done
}
