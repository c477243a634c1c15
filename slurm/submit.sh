#!/bin/sh
# Submits a night with the settings of a site.
# usage: sh slurm/submit.sh SITE [sbatch options] -- nightly --config FILE --store DIR
#   SITE is a file of slurm/sites without its ending, or a path. Options given here win over the site's.
set -eu
cd "$(dirname "$0")/.."

site=${1:?$(sed -n '3,4s/^# //p' slurm/submit.sh)}
shift
case $site in */*) ;; *) site=$PWD/slurm/sites/$site.site ;; esac
[ -r "$site" ] || { echo "submit.sh: no site file $site; there are: $(ls slurm/sites)" >&2; exit 2; }

# Only the sbatch options are needed here; the rest of the file is for the job.
site_options=$(sed -n 's/^#SBATCH //p' "$site" | tr '\n' ' ')
before=$#
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  own_options="${own_options:-} $1"
  shift
done
[ $# -gt 1 ] || { echo "submit.sh: no tidemill command after -- (of $before arguments)" >&2; exit 2; }
shift
# shellcheck disable=SC2086
TIDEMILL_SITE=$site exec sbatch $site_options ${own_options:-} slurm/nightly.sbatch "$@"
