// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A server in this main loop, for tests of what reads from one.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import Soup from "gi://Soup?version=3.0";

export class HttpServer {
  constructor() {
    this.server = Eric.SseServer.new(new Soup.Server(), null);
    this.server.mount("/events");
    this.server.listen(Gio.InetSocketAddress.new_from_string("127.0.0.1", 0));
    this.news = this.server.get_channels().add("news");
    this.base = `http://127.0.0.1:${this.server.get_listen_address().get_port()}`;
    this.uri = `${this.base}/events/news`;
  }

  tell(payload, type = null) {
    this.news.broadcast(Eric.Message.new(type, payload));
  }
}

// On a path of its own, which close() takes away.
export class SocketServer {
  constructor() {
    this._directory = GLib.dir_make_tmp("eric-XXXXXX");
    this.path = GLib.build_filenamev([this._directory, "socket"]);
    this.server = Eric.SocketServer.new(null, this.path);
    this.server.start();
  }

  close() {
    this.server.stop();
    GLib.unlink(this.path);
    GLib.rmdir(this._directory);
  }
}
