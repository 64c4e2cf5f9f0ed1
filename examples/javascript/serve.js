#!/usr/bin/env -S gjs -m
// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// serve.js [PORT]: publishes each line of the standard input on an event stream, and ends
// it with the input.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import Soup from "gi://Soup?version=3.0";
import System from "system";

Gio._promisify(Gio.DataInputStream.prototype, "read_line_async", "read_line_finish_utf8");

const [port = "0"] = System.programArgs;

const server = Eric.SseServer.new(new Soup.Server(), null);
const channel = server.get_channels().add("lines");
server.connect("subscribed", (_server, subscriber) => printerr(`${subscriber.get_remote_address()} is here`));

// Each line is an object: whoever reads the stream gets JSON.
async function publish(input) {
  for (let number = 1; ; number++) {
    const [text] = await input.read_line_async(GLib.PRIORITY_DEFAULT, null);
    if (text === null)
      return;
    channel.broadcast(new Eric.Message({ type: text.startsWith("!") ? "alert" : "line", payload: { number, text } }));
  }
}

async function main() {
  server.mount("/events");
  server.listen(Gio.InetSocketAddress.new_from_string("127.0.0.1", Number(port)));
  print(`http://127.0.0.1:${server.get_listen_address().get_port()}/events/lines`);
  await publish(new Gio.DataInputStream({ base_stream: new Gio.UnixInputStream({ fd: 0 }) }));
  channel.broadcast(new Eric.Message({ type: "end" }));
  await server.drainAsync(5000);
}

const loop = new GLib.MainLoop(null, false);
let status = 0;
main().catch((error) => {
  printerr(error.message);
  status = 1;
}).finally(() => loop.quit());
loop.run();
System.exit(status);
