// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The client from JavaScript, through introspection alone.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import GObject from "gi://GObject";
import Soup from "gi://Soup?version=3.0";
import System from "system";

Gio._promisify(Eric.EventSource.prototype, "next_async", "next_finish");
Gio._promisify(Eric.EventSource.prototype, "next_batch_async", "next_batch_finish");

const TIMEOUT_SECONDS = 20;
const PRIORITY = GLib.PRIORITY_DEFAULT;

function assertEqual(value, expected, what) {
  const [text, expectedText] = [value, expected].map((x) => JSON.stringify(x));
  if (text !== expectedText)
    throw new Error(`${what}: ${text}, not ${expectedText}`);
}

const server = Eric.SseServer.new(new Soup.Server(), null);
server.mount("/events");
server.listen(Gio.InetSocketAddress.new_from_string("127.0.0.1", 0));
const news = server.get_channels().add("news");
const base = `http://127.0.0.1:${server.get_listen_address().get_port()}`;

const tell = (text, type = null) => news.broadcast(Eric.Message.new_from_text(type, text));
const once = (object, signal) => new Promise((resolve) => {
  const id = object.connect(signal, (_object, ...values) => {
    object.disconnect(id);
    resolve(values);
  });
});

async function open(source = Eric.EventSource.new(`${base}/events/news`)) {
  const opened = once(source, "open");
  source.start();
  await opened;
  return source;
}

const Watcher = GObject.registerClass(class Watcher extends Eric.EventSource {
  seen = [];

  vfunc_message(message) {
    this.seen.push(message.get_text());
  }

  vfunc_closed() {
    this.seen.push("closed");
  }
});

const tests = {
  async signals() {
    const source = Eric.EventSource.new(`${base}/events/news`);
    const seen = [];
    source.connect("message::update", (_source, message) => seen.push(message.get_text()));
    await open(source);
    assertEqual(source.ready_state, Eric.ReadyState.OPEN, "state");
    const last = once(source, "message::last");
    for (const type of ["update", "other", "last"])
      tell(type, type);
    await last;
    assertEqual(seen, ["update"], "messages of one type");
    const closed = once(source, "closed");
    source.close();
    await closed;
  },

  async errors() {
    let refused = null;
    try {
      Eric.EventSource.new("no URI");
    } catch (error) {
      refused = error;
    }
    assertEqual(refused instanceof GLib.Error, true, "a bad URI");
    const source = Eric.EventSource.new(`${base}/nothing`);
    const failed = once(source, "error");
    source.start();
    const [error] = await failed;
    assertEqual(error.matches(Eric.Error, Eric.Error.UNEXPECTED_RESPONSE), true, "the error of a signal");
    assertEqual(source.error.message, "The server answered 404 Not Found", "the property");
    let thrown = null;
    try {
      await source.next_async(PRIORITY, null);
    } catch (one) {
      thrown = one;
    }
    assertEqual(thrown.message, error.message, "the error of next_async");
  },

  async next() {
    const source = await open();
    for (const text of ["1", "2", "3"])
      tell(text);
    assertEqual((await source.next_async(PRIORITY, null)).get_text(), "1", "first");
    const texts = [];
    while (texts.length < 2)
      texts.push(...(await source.next_batch_async(10, PRIORITY, null)).map((message) => message.get_text()));
    assertEqual(texts, ["2", "3"], "batch");
    const cancellable = new Gio.Cancellable();
    const cancelled = source.next_async(PRIORITY, cancellable).catch((error) => error.code);
    cancellable.cancel();
    assertEqual(await cancelled, Gio.IOErrorEnum.CANCELLED, "cancelled");
    const end = source.next_async(PRIORITY, null);
    source.close();
    assertEqual(await end, null, "end");
  },

  async hooks() {
    const source = Eric.EventSource.new(`${base}/nothing`);
    const attempts = [];
    source.retry_delay = 0;
    source.connect("before-connect", (_source, request) => attempts.push(request.get_method()));
    source.connect("decide-reconnect", () => attempts.length < 3);
    const closed = once(source, "closed");
    source.start();
    await closed;
    assertEqual(attempts, ["GET", "GET", "GET"], "attempts");
  },

  async subclass() {
    const source = await open(new Watcher({ uri: `${base}/events/news` }));
    source.set_end_func((message) => message.get_text() === "end");
    const closed = once(source, "closed");
    tell("1");
    tell("end");
    await closed;
    assertEqual(source.seen, ["1", "end", "closed"], "virtual functions");
  },

  async list() {
    const source = Eric.EventSource.new(`${base}/events/news`);
    const list = Eric.MessageList.new(100);
    source.fill_list(list);
    await open(source);
    const changed = once(list, "items-changed");
    tell("shown");
    assertEqual(await changed, [0, 0, 1], "change");
    assertEqual(list.get_item(0).get_text(), "shown", "item");
    source.close();
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
