#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""server.py PATH: a socket server with one channel and one listener in it. It prints the
command lines of the other two examples, and runs until Ctrl-C."""

import sys

import gi
gi.require_version('Eric', '1')
from gi.repository import Eric, GLib

if len(sys.argv) != 2:
    sys.exit(f'Usage: {sys.argv[0]} PATH')

path = sys.argv[1]
server = Eric.SocketServer.new(None, path)
channel = server.get_channels().add()
listener = channel.add_listener()
listener.connect('message', lambda _listener, message: print(f'Delivered “{message.get_text()}”', flush=True))

try:
    server.start()
except GLib.Error as error:
    sys.exit(error.message)
print(f'receiver.py {path} {channel.get_id()} {listener.get_id()}')
print(f"sender.py {path} {channel.get_id()} 'Hi there!'", flush=True)
server.run()
