#!/bin/sh
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what is missing, builds, and runs every test. Arguments are passed on
# to "meson test": tests/run.sh json, tests/run.sh --suite http -v

set -eu

cd "$(dirname "$0")/.."
build-aux/install-packages.sh build test
build-aux/build.sh build-tests -Dtests=enabled -Dexamples=enabled -Dintrospection=enabled -Dvapi=enabled
exec meson test -C build-tests --no-rebuild --print-errorlogs "$@"
