#!/usr/bin/gjs -m
// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// server.js [PORT]: a page with a clock, from a Soup.Server of one's own.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import Soup from "gi://Soup?version=3.0";
import System from "system";

const PAGE = `<!DOCTYPE html><title>Clock</title><h1 id=time></h1><script>
new EventSource('clock').addEventListener('tick', event => time.textContent = event.data);
</script>
`;

const soupServer = new Soup.Server();
const server = Eric.SseServer.new(soupServer, null);
const clock = server.get_channels().add("clock");
soupServer.add_handler("/", (_soupServer, message, path) => {
  message.set_status(path === "/" ? Soup.Status.OK : Soup.Status.NOT_FOUND, null);
  message.set_response("text/html", Soup.MemoryUse.COPY, PAGE);
});
soupServer.add_handler("/clock", (_soupServer, message) => server.serve(message, clock));
try {
  server.listen(Gio.InetSocketAddress.new_from_string("127.0.0.1", Number(ARGV[0] ?? 8080)));
} catch (error) {
  printerr(error.message);
  System.exit(1);
}
print(`http://127.0.0.1:${server.get_listen_address().get_port()}/`);
GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, 1, () => {
  clock.broadcast(new Eric.Message({type: "tick", payload: new Date().toTimeString().slice(0, 8)}));
  return GLib.SOURCE_CONTINUE;
});
new GLib.MainLoop(null, false).run();
