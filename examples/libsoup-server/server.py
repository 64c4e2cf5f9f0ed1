#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""server.py [PORT]: a page with a clock, from a Soup.Server of one's own."""

import sys
import time

import gi
gi.require_version('Eric', '1')
gi.require_version('Soup', '3.0')
from gi.repository import Eric, Gio, GLib, Soup

PAGE = b'''<!DOCTYPE html><title>Clock</title><h1 id=time></h1><script>
new EventSource('clock').addEventListener('tick', event => time.textContent = event.data);
</script>
'''


def show_page(soup_server, message, path, query):
    message.set_status(Soup.Status.OK if path == '/' else Soup.Status.NOT_FOUND, None)
    message.set_response('text/html', Soup.MemoryUse.COPY, PAGE)


def tick():
    clock.broadcast(Eric.Message('tick', time.strftime('%H:%M:%S')))
    return GLib.SOURCE_CONTINUE


soup_server = Soup.Server()
server = Eric.SseServer.new(soup_server, None)
clock = server.get_channels().add('clock')
soup_server.add_handler('/', show_page)
soup_server.add_handler('/clock', lambda soup_server, message, path, query: server.serve(message, clock))
try:
    server.listen(Gio.InetSocketAddress.new_from_string('127.0.0.1', int(sys.argv[1]) if sys.argv[1:] else 8080))
except GLib.Error as error:
    sys.exit(error.message)
print(f'http://127.0.0.1:{server.get_listen_address().get_port()}/', flush=True)
GLib.timeout_add_seconds(1, tick)
GLib.MainLoop().run()
