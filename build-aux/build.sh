#!/bin/sh
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# build.sh DIRECTORY [MESON OPTION...]: sets the build directory up where there is
# none yet, and builds. The compiler's lines are shown only if it fails.

set -eu

directory=$1
shift
log=$directory.log

if ! {
  { [ -e "$directory/build.ninja" ] || meson setup "$directory" "$@"; } &&
    meson compile -C "$directory"
} >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi
rm -f "$log"
