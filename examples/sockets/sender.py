#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""sender.py PATH CHANNEL TEXT: broadcasts a message on a channel of a socket server."""

import sys

import gi
gi.require_version('Eric', '1')
from gi.repository import Eric, GLib

if len(sys.argv) != 4:
    sys.exit(f'Usage: {sys.argv[0]} PATH CHANNEL TEXT')
path, channel_id, text = sys.argv[1:]
try:
    with Eric.SocketClient(path) as client:
        client.broadcast(channel_id, Eric.Message('txt', text))
except GLib.Error as error:
    sys.exit(error.message)
print('Message sent')
