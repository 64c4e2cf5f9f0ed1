// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The HTTP server from JavaScript.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";

import { describe, expect, expectAsync, it, once, run } from "./harness.js";
import { HttpServer } from "./server.js";

Gio._promisify(Gio.SocketClient.prototype, "connect_async", "connect_finish");
Gio._promisify(Gio.InputStream.prototype, "read_bytes_async", "read_bytes_finish");
Gio._promisify(Gio.OutputStream.prototype, "write_all_async", "write_all_finish");

const http = new HttpServer();

class Client {
  text = "";

  async open() {
    this.connection = await new Gio.SocketClient().connect_async(http.server.get_listen_address(), null);
    const request = "GET /events/news HTTP/1.1\r\nHost: x\r\n\r\n";
    await this.connection.get_output_stream().write_all_async(
      new TextEncoder().encode(request), GLib.PRIORITY_DEFAULT, null);
    await this.readUntil("retry: 3000");
  }

  async readUntil(part) {
    while (!this.text.includes(part)) {
      const bytes = await this.connection.get_input_stream().read_bytes_async(4096, GLib.PRIORITY_DEFAULT, null);
      if (bytes.get_size() === 0)
        throw new Error(`no ${part} in ${this.text}`);
      this.text += new TextDecoder().decode(bytes.toArray());
    }
  }
}

describe("A server", () => {
  it("serves a channel, tells who came, and ends when all is sent", async () => {
    const client = new Client();
    const subscribed = once(http.server, "subscribed");
    await client.open();
    const [subscriber] = await subscribed;
    expect(subscriber.get_channel_ids()).toEqual(["news"]);
    expect(http.server.get_subscribers().map((one) => one.get_channel_ids())).toEqual([["news"]]);
    http.tell({ text: "hello" }, "greeting");
    await client.readUntil('event: greeting\ndata: {"text":"hello"}\n\n');
    expect((await http.server.checkAsync()) > 0).toBeTrue();
    const cancellable = new Gio.Cancellable();
    cancellable.cancel();
    await expectAsync(http.server.checkAsync(cancellable)).toBeRejectedWithGError(
      Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    expect(await http.server.drainAsync(1000)).toBe(true);
    await client.readUntil("0\r\n\r\n");
    client.connection.close(null);
  });

  it("asks for channels that it does not have", async () => {
    const other = new HttpServer();
    const made = Eric.SseChannel.new("made");
    other.server.connect("channel-requested", (_server, id) => (id === "made" ? made : null));
    const source = Eric.EventSource.new(`${other.base}/events/made`);
    const opened = once(source, "open");
    source.start();
    await opened;
    made.broadcast(new Eric.Message({ payload: [1] }));
    expect(JSON.parse((await source.nextAsync()).payload)).toEqual([1]);
    source.close();
  });
});

run();
