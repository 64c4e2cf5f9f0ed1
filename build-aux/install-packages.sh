#!/bin/sh
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# install-packages.sh GROUP...: installs what is missing of the groups in
# build-aux/packages. Asks nothing. On a system without apt-get it says which
# packages are needed, and stops.

set -eu

list=$(dirname "$0")/packages
missing=
for group in "$@"; do
  for package in $(sed -n "s/^$group //p" "$list"); do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
      missing="$missing $package"
  done
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "This script installs packages with apt-get, which is not here." >&2
  echo "Please install what your distribution has for these packages of Debian 12:" >&2
  echo " $missing" >&2
  exit 1
fi

if [ "$(id -u)" = 0 ]; then
  as_root=
elif command -v sudo >/dev/null; then
  as_root="sudo"
else
  echo "Please install these packages as root, then try again:" >&2
  echo "  apt-get install$missing" >&2
  exit 1
fi

echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086
{
  $as_root apt-get update -qq
  $as_root apt-get install -qq -y --no-install-recommends $missing >/dev/null
}
