#!/bin/sh
# Builds Tidemill and runs its tests on a bare Debian 12, as root or with sudo.
# usage: sh tests/run.sh [--slow] [--no-sanitizers] [--jobs N]
#   --slow           also the suites labelled slow (benchmark sizes, public data sets), every header by itself, and the
#                    whole commands (tests of jobs) with sanitizers
#   --no-sanitizers  skip the run of the unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
#   --jobs N         compile N files at a time (default: as many as cores and memory allow)
# Ends with ctest's summary; the exit status is 0 only if everything passed.
set -eu
cd "$(dirname "$0")/.."

slow=no
sanitizers=yes
jobs=""
while [ $# -gt 0 ]; do
  case "$1" in
    --slow) slow=yes ;;
    --no-sanitizers) sanitizers=no ;;
    --jobs) shift; jobs="${1:?--jobs needs a number}" ;;
    *) sed -n '2,8s/^# //p' "$0" >&2; exit 2 ;;
  esac
  shift
done

sh configs/build/install_packages.sh python3 strace faketime
. configs/build/environment.sh
jobs=${jobs:-$compile_jobs}
if [ -n "${CUDACXX:-}" ] || command -v nvcc >/dev/null 2>&1; then
  say "nvcc found: the plain CUDA files are compiled too"
else
  say "no nvcc: the plain CUDA files are left out"
fi

# compile FOLDER TARGETS OPTIONS...: the log is shown only when something fails.
compile() {
  folder=$1
  targets=$2
  shift 2
  mkdir -p "$folder"
  # Twenty sources to a unit: their common headers are read once.
  if ! cmake -S . -B "$folder" -G Ninja -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=20 "$@" >"$folder/configure.log" 2>&1; then
    tail -40 "$folder/configure.log" >&2
    echo "tests/run.sh: cmake failed in $folder; its last lines are above" >&2
    exit 1
  fi
  # shellcheck disable=SC2086
  if ! cmake --build "$folder" -j "$jobs" --target $targets >"$folder/build.log" 2>&1; then
    grep -E -A12 'error|FAILED' "$folder/build.log" | tail -60 >&2
    echo "tests/run.sh: the build in $folder failed; all of it: $folder/build.log" >&2
    exit 1
  fi
}

say "building in build/ ($jobs files at a time), headers alone as well"
all_headers=OFF
[ $slow = no ] || all_headers=ON
compile build "all headers_alone" -DTIDEMILL_ALL_HEADERS_ALONE=$all_headers

status=0
skip=""
if [ $sanitizers = yes ]; then
  # What has run on one rank with sanitizers needs no second run without; kernels' arithmetic does.
  skip="$skip|again"
  say "building the unit tests with sanitizers in build-sanitize/"
  sanitized="kernels io drivers"
  [ $slow = no ] || sanitized="$sanitized jobs"
  compile build-sanitize "$(printf 'test_%s ' $sanitized)" -DTIDEMILL_SANITIZE=ON -DCMAKE_BUILD_TYPE=None \
    -DCMAKE_CUDA_COMPILER=NOTFOUND
  say "unit tests with sanitizers"
  # Open MPI and its helpers keep memory until the process ends; that is theirs, and leaks are all they report.
  ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1 \
    ctest --test-dir build-sanitize -L unit -R "^($(echo $sanitized | tr ' ' '|'))_" -j "$cores" --output-on-failure --timeout 300 || status=1
fi

say "unit tests, tests at 2, 3 and 4 ranks, layers"
if [ $slow = yes ]; then
  ctest --test-dir build -j "$cores" --output-on-failure --timeout 1800 || status=1
else
  ctest --test-dir build -LE "slow$skip" -j "$cores" --output-on-failure --timeout 600 || status=1
fi
exit $status
