#!/bin/sh
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds eric-sse, runs an event hub, and feeds it with what this machine does.

set -eu

port=8080
feed=yes

usage () {
  cat <<EOF
Usage: examples/demo.sh [--port PORT] [--no-feed]

Installs what is missing, builds, and serves a live page on http://127.0.0.1:$port/
with this machine's load, memory and network on the channel “system”.
Ctrl-C ends it.

  --port PORT   listen on another port
  --no-feed     do not publish anything
EOF
}

while [ $# -gt 0 ]; do
  case $1 in
    --port)
      [ $# -gt 1 ] || { echo "demo.sh: --port takes a number" >&2; exit 2; }
      port=$2
      shift
      ;;
    --port=*) port=${1#--port=} ;;
    --no-feed) feed=no ;;
    -h | --help) usage; exit 0 ;;
    *) echo "demo.sh: what is “$1”? See examples/demo.sh --help" >&2; exit 2 ;;
  esac
  shift
done

cd "$(dirname "$0")/.."
build-aux/install-packages.sh build
build-aux/build.sh build

server=
feeder=
place=$(mktemp -d)

end () {
  trap - INT TERM EXIT
  [ -z "$feeder" ] || kill "$feeder" 2>/dev/null || true
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  wait
  rm -rf "$place"
  exit "$1"
}
trap 'end 0' INT TERM
trap 'end 1' EXIT

# The server says one line when it is ready, and none if it cannot start.
mkfifo "$place/ready"
build/eric-sse/tool/eric-sse serve --port "$port" >"$place/ready" &
server=$!
read -r line <"$place/ready"
url=${line#Serving on }
echo "The page is at $url — Ctrl-C ends it."
if [ "$feed" = yes ]; then
  build/examples/system-feed "${url}events/system" &
  feeder=$!
fi
wait "$server"
