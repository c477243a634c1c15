#!/bin/sh
# Installs what building and testing Tidemill needs on Debian 12 and newer, or on a recent Ubuntu.
# usage: sh configs/build/install_packages.sh [more packages...]     Does nothing where all of them are present.
set -eu

packages="g++ cmake ninja-build pkg-config git ca-certificates
  libopenmpi-dev openmpi-bin libhdf5-openmpi-dev libopenblas-dev libboost-program-options-dev
  libfmt-dev nlohmann-json3-dev libssl-dev zlib1g-dev libzstd-dev zstd gzip
  libjpeg-dev libpng-dev libgtest-dev procps $*"

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]
}

if ! command -v apt-get >/dev/null 2>&1; then
  echo "install_packages: this system has no apt-get. Install the counterparts of these packages, then run again:" >&2
  echo "$packages libkokkos-dev" >&2
  exit 2
fi

missing=""
for package in $packages; do
  is_installed "$package" || missing="$missing $package"
done
# Kokkos comes as its own package in newer distributions and with Trilinos in Debian 12.
has_kokkos=no
if is_installed libkokkos-dev || is_installed libtrilinos-kokkos-dev; then has_kokkos=yes; fi
if [ -z "$missing" ] && [ $has_kokkos = yes ]; then
  echo "install_packages: everything is present"
  exit 0
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null 2>&1; then
    echo "install_packages: not root and no sudo. Ask an administrator to install:$missing" >&2
    [ $has_kokkos = yes ] || echo "  and libkokkos-dev or libtrilinos-kokkos-dev" >&2
    exit 2
  fi
  as_root="sudo"
fi
apt() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@"
}

log=$(mktemp)
echo "install_packages: updating the package lists"
if ! apt update >"$log" 2>&1; then
  tail -20 "$log" >&2
  echo "install_packages: apt-get update failed; is there a network, and are the sources right?" >&2
  exit 1
fi
if [ $has_kokkos = no ]; then
  if apt-cache policy libkokkos-dev 2>/dev/null | grep -q 'Candidate: [0-9]'; then
    missing="$missing libkokkos-dev"
  else
    missing="$missing libtrilinos-kokkos-dev"
  fi
fi
echo "install_packages: installing$missing"
# shellcheck disable=SC2086
if ! apt install -y --no-install-recommends $missing >"$log" 2>&1; then
  tail -20 "$log" >&2
  echo "install_packages: apt-get install failed; its last lines are above" >&2
  exit 1
fi
rm -f "$log"
echo "install_packages: done"
