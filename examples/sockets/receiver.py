#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""receiver.py PATH CHANNEL [LISTENER]: prints the messages of a listener of a socket
server, or what comes on the channel from now on."""

import signal
import sys

import gi
gi.require_version('Eric', '1')
from gi.repository import Eric, GLib

if len(sys.argv) not in (3, 4):
    sys.exit(f'Usage: {sys.argv[0]} PATH CHANNEL [LISTENER]')

signal.signal(signal.SIGINT, signal.SIG_DFL)   # ends it while it waits, too
path, channel_id = sys.argv[1:3]
listener_id = sys.argv[3] if len(sys.argv) == 4 else None
client = Eric.SocketClient.new(path)
try:
    stream = client.stream(channel_id, listener_id, None)
    print('Receiving', flush=True)
    while message := stream.next(None):
        print(f'{message.get_event_type()}: {message.get_text()}', flush=True)
except GLib.Error as error:
    sys.exit(error.message)
