#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""server.py PATH: a socket server with one channel and one listener in it. It prints the
command lines of the other two examples, and runs until Ctrl-C."""

import sys

import gi
gi.require_version('Eric', '1')
from gi.repository import Eric, GLib


class Printer(Eric.Listener):
    def do_on_message(self, message):
        print(f'Delivered “{message.text}”', flush=True)


if len(sys.argv) != 2:
    sys.exit(f'Usage: {sys.argv[0]} PATH')
path = sys.argv[1]
try:
    with Eric.SocketServer(path) as server:
        channel, printer = server.channels.add(), Printer()
        channel.register_listener(printer)
        print(f'receiver.py {path} {channel.id} {printer.id}')
        print(f"sender.py {path} {channel.id} 'Hi there!'", flush=True)
        server.run()
except GLib.Error as error:
    sys.exit(error.message)
