#!/bin/sh
# Near-duplicates among flower photographs and their altered copies: pictures.py in an environment with Pillow and h5py.
# Usage: sh validation/published/pictures.sh [options of pictures.py]     needs build/tidemill, python3 with venv and a
# package index; PYTHON=PATH uses an interpreter that has both packages already
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
. "$root/configs/build/environment.sh"
if [ -n "${PYTHON:-}" ]; then exec "$PYTHON" "$root/validation/published/pictures.py" "$@"; fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet pillow==13.0.0 h5py==3.16.0
"$work/venv/bin/python" "$root/validation/published/pictures.py" "$@"
