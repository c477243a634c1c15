# Sourced by the scripts that build and run Tidemill: jobs/quickstart.sh, tests/run.sh, validation/*.
# Open MPI refuses root unless told twice; in containers its single-copy transfers between processes are forbidden.
if [ "$(id -u)" -eq 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl_vader_single_copy_mechanism=none
# Two ranks that wait must not push each other off a core.
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_mpi_yield_when_idle=${OMPI_MCA_mpi_yield_when_idle:-1}
# Open MPI 4's mpirun may hang for ever when a rank dies while it connects: a lock in shared memory (openpmix issue 1233).
export PMIX_MCA_gds=${PMIX_MCA_gds:-hash}

cores=$(getconf _NPROCESSORS_ONLN)
# A compiler process of ours takes up to about 1 GiB.
memory_gib=$(awk '/MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
compile_jobs=$cores
if [ "$memory_gib" -ge 1 ] && [ "$memory_gib" -lt "$compile_jobs" ]; then compile_jobs=$memory_gib; fi
if [ -z "${CUDACXX:-}" ] && [ -x /usr/local/cuda/bin/nvcc ]; then export CUDACXX=/usr/local/cuda/bin/nvcc; fi

# say TEXT: one line on what happens now, with the minutes and seconds since the start.
started=$(date +%s)
say() {
  passed=$(($(date +%s) - started))
  printf '== %d:%02d %s\n' $((passed / 60)) $((passed % 60)) "$*"
}
