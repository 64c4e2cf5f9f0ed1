// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The library from JavaScript, through introspection alone.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import GObject from "gi://GObject";
import Soup from "gi://Soup?version=3.0";
import System from "system";

Gio._promisify(Eric.MessageStream.prototype, "next_async", "next_finish");
Gio._promisify(Eric.MessageStream.prototype, "next_batch_async", "next_batch_finish");
Gio._promisify(Eric.SseServer.prototype, "check_async", "check_finish");
Gio._promisify(Eric.SseServer.prototype, "drain_async", "drain_finish");
Gio._promisify(Gio.SocketClient.prototype, "connect_async", "connect_finish");
Gio._promisify(Gio.InputStream.prototype, "read_bytes_async", "read_bytes_finish");
Gio._promisify(Gio.OutputStream.prototype, "write_all_async", "write_all_finish");

const TIMEOUT_SECONDS = 20;
const PRIORITY = GLib.PRIORITY_DEFAULT;

function assertEqual(value, expected, what) {
  const [text, expectedText] = [value, expected].map((x) => JSON.stringify(x));
  if (text !== expectedText)
    throw new Error(`${what}: ${text}, not ${expectedText}`);
}

function assertError(code, call, what) {
  try {
    call();
  } catch (error) {
    if (!(error instanceof GLib.Error) || !error.matches(Eric.Error, code))
      throw new Error(`${what}: another error: ${error}`);
    return;
  }
  throw new Error(`${what}: no error`);
}

const message = (text, type = null) => Eric.Message.new_from_text(type, text);
const texts = (messages) => messages.map((one) => one.get_text());

const Collector = GObject.registerClass(class Collector extends Eric.Listener {
  seen = [];

  vfunc_on_message(one) {
    this.seen.push(one.get_text());
  }
});

const tests = {
  messages() {
    const one = Eric.Message.new_full("tick", new GLib.Variant("a{sv}", { n: new GLib.Variant("x", 7) }), "id-1", "me");
    assertEqual([one.get_event_type(), one.get_id(), one.get_sender_id()], ["tick", "id-1", "me"], "fields");
    assertEqual(one.get_payload().recursiveUnpack(), { n: 7 }, "payload");
    assertEqual(JSON.parse(one.get_text()), { n: 7 }, "JSON");
    assertEqual(message("Grüße 🎉").get_text(), "Grüße 🎉", "text");
    assertError(Eric.Error.INVALID_MESSAGE_FORMAT, () => Eric.Message.new_from_json(null, "{", -1), "JSON");
    assertEqual(new TextDecoder().decode(Eric.sse_encode_message(message("a\nb", "x")).toArray()),
                "event: x\ndata: a\ndata: b\n\n", "the encoder");
  },

  parser() {
    const taken = (parser) => {
      const seen = [];
      for (let one = parser.next(); one !== null; one = parser.next())
        seen.push([one.get_event_type(), one.get_text(), one.get_id()]);
      return seen;
    };
    const stream = new TextEncoder().encode("id: 7\r\nevent: tick\r\ndata: Grüße\r\ndata: 🎉\r\n\r\ndata: 2\n\n: end\n");
    for (const size of [1, 2, 7, stream.length]) {
      const parser = Eric.SseParser.new();
      const comments = [];
      const seen = [];
      parser.set_comment_func((text) => comments.push(text));
      System.gc();
      for (let start = 0; start < stream.length; start += size) {
        parser.feed(stream.slice(start, start + size));
        seen.push(...taken(parser));
      }
      parser.end();
      assertEqual(seen, [["tick", "Grüße\n🎉", "7"], ["message", "2", "7"]], `pieces of ${size}`);
      assertEqual(comments, ["end"], "comments");
      assertEqual(parser.last_event_id, "7", "the last event ID");
    }

    const small = new Eric.SseParser({ max_line_size: 10 });
    const bytes = (text) => new TextEncoder().encode(text);
    assertError(Eric.Error.TOO_LARGE, () => small.feed(bytes("data: 1\n\ndata: 23456\n\n")), "the limit");
    assertError(Eric.Error.TOO_LARGE, () => small.end(), "the limit, again");
    assertEqual(taken(small), [["message", "1", null]], "before the limit");
    small.reset();
    small.feed_bytes(new GLib.Bytes(bytes("retry: 30\ndata: a\0b\n\n")));
    assertEqual(small.get_retry_delay(), [true, 30], "the delay");
    assertEqual([...small.next().get_data()], [97, 0, 98], "NUL");

    const values = Eric.SseParser.new_for_format(Eric.StreamFormat.NDJSON);
    values.feed(bytes('{"a": [1'));
    values.feed(bytes(", true]}\n"));
    assertEqual(values.next().get_payload().recursiveUnpack(), { a: [1, true] }, "NDJSON");
    assertError(Eric.Error.INVALID_MESSAGE_FORMAT, () => values.feed(bytes("{]\n")), "no JSON");
  },

  channels() {
    const channel = Eric.SseChannel.new("news");
    const listener = channel.add_listener();
    const collector = new Collector();
    channel.register_listener(collector);
    listener.start();
    collector.start();
    channel.dispatch(listener.get_id(), message("for one"));
    channel.broadcast(message("for all"));
    channel.deliver_next(collector.get_id());
    assertEqual(collector.seen, ["for all"], "the vfunc");
    const batch = channel.deliver_batch(listener.get_id(), 10);
    System.gc();
    assertEqual(texts(batch), ["for one", "for all"], "the batch");
    assertError(Eric.Error.NO_MESSAGES, () => channel.deliver_next(listener.get_id()), "nothing more");
    assertError(Eric.Error.INVALID_LISTENER, () => channel.get_listener("nobody"), "nobody");
    channel.close();
    assertError(Eric.Error.INVALID_CHANNEL, () => channel.broadcast(message("x")), "closed");
  },

  replay() {
    const channel = new Eric.SseChannel({ id: "news", history_size: 3 });
    for (let n = 0; n < 5; n++)
      channel.broadcast(Eric.Message.new_full(null, new GLib.Variant("s", `${n}`), `id-${n}`, null));
    for (const [id, outcome, expected] of [["id-2", Eric.Replay.CONTINUED, ["3", "4"]],
                                           ["never", Eric.Replay.UNKNOWN_ID, ["2", "3", "4"]]]) {
      const [replay, messages] = channel.replay_after(id);
      System.gc();
      assertEqual([replay, texts(messages)], [outcome, expected], `after ${id}`);
    }
  },

  async list() {
    const channel = Eric.SseChannel.new("news");
    const listener = channel.add_listener();
    const list = Eric.MessageList.new(100);
    const changes = [];
    const changed = () => new Promise((resolve) => {
      const id = list.connect("items-changed", (_list, ...change) => {
        list.disconnect(id);
        changes.push(change);
        resolve();
      });
    });
    const shown = () => Array.from({ length: list.get_n_items() }, (_, n) => list.get_item(n));
    const add = (text, id) => list.append(Eric.Message.new_full(null, new GLib.Variant("s", text), id, null));

    list.set_key_func((one) => one.get_id());
    System.gc();
    [["a", "1"], ["b", null], ["c", "1"], ["d", null]].forEach(([text, id]) => add(text, id));
    assertEqual(list.n_items, 0, "held apart");
    await changed();
    assertEqual(texts(shown()), ["c", "b", "d"], "the list");
    list.set_key_func(null);
    add("e", "1");
    await changed();

    listener.start();
    list.follow(listener);
    channel.broadcast(message("f"));
    await changed();
    assertEqual(texts(shown()), ["c", "b", "d", "e", "f"], "with what was followed");
    list.clear();
    await changed();
    assertEqual(changes, [[0, 0, 3], [3, 0, 1], [4, 0, 1], [0, 5, 0]], "the changes");
    listener.stop();
  },

  async stream() {
    const channel = Eric.SseChannel.new("news");
    const stream = channel.watch();
    const coming = stream.next_async(PRIORITY, null);
    channel.broadcast(message("1"));
    assertEqual((await coming).get_text(), "1", "the first");
    channel.broadcast(message("2"));
    channel.broadcast(message("3"));
    const batch = await stream.next_batch_async(10, PRIORITY, null);
    System.gc();
    assertEqual(texts(batch), ["2", "3"], "the batch");

    const cancellable = new Gio.Cancellable();
    const never = stream.next_async(PRIORITY, cancellable);
    cancellable.cancel();
    let error = null;
    await never.catch((e) => (error = e));
    assertEqual(error?.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), true, "cancelled");
    stream.close();
    assertEqual(await stream.next_async(PRIORITY, null), null, "the end");
  },

  async server() {
    const server = Eric.SseServer.new(new Soup.Server(), null);
    const channel = server.get_channels().add("news");
    const news = [];
    server.connect("subscribed", (_server, subscriber) => news.push(subscriber.get_channel_ids()));
    server.mount("/events");
    server.listen(Gio.InetSocketAddress.new_from_string("127.0.0.1", 0));

    const connection = await new Gio.SocketClient().connect_async(server.get_listen_address(), null);
    const request = "GET /events/news HTTP/1.1\r\nHost: x\r\n\r\n";
    await connection.get_output_stream().write_all_async(new TextEncoder().encode(request), PRIORITY, null);
    let text = "";
    const readUntil = async (part) => {
      while (!text.includes(part)) {
        const bytes = await connection.get_input_stream().read_bytes_async(4096, PRIORITY, null);
        if (bytes.get_size() === 0) throw new Error(`no ${part} in ${text}`);
        text += new TextDecoder().decode(bytes.toArray());
      }
    };
    await readUntil("retry: 3000");
    assertEqual(news, [["news"]], "the signal");
    assertEqual(server.get_subscribers().map((one) => one.get_channel_ids()), [["news"]], "the list");
    channel.broadcast(message("hello", "greeting"));
    await readUntil("event: greeting\ndata: hello\n\n");
    assertEqual((await server.check_async(null)) > 0, true, "the check");
    assertEqual(await server.drain_async(1000, null), true, "the end");
    await readUntil("0\r\n\r\n");
    connection.close(null);
  },
};

const loop = new GLib.MainLoop(null, false);
let status = 1;
const deadline = GLib.timeout_add_seconds(PRIORITY, TIMEOUT_SECONDS, () => {
  printerr(`not within ${TIMEOUT_SECONDS} s`);
  loop.quit();
  return GLib.SOURCE_CONTINUE;
});

async function run() {
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
    } catch (error) {
      printerr(`${name}: FAILED: ${error.message}\n${error.stack}`);
      return;
    }
    print(`${name}: ok`);
  }
  status = 0;
}

run().finally(() => loop.quit());
loop.run();
GLib.source_remove(deadline);
System.exit(status);
