// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// throwing.js CASE: throws where the library calls it, and prints how it goes on. GJS
// reports what was thrown with a critical warning, so this has a process of its own.

import Eric from "gi://Eric?version=1";
import GLib from "gi://GLib";
import GObject from "gi://GObject";
import System from "system";

import { once } from "./harness.js";
import { HttpServer } from "./server.js";

const http = new HttpServer();
const message = (payload) => new Eric.Message({ payload });

function oops() {
  throw new RangeError("thrown on purpose");
}

// Once, and then no more.
function oopsOnce() {
  let thrown = false;
  return (value) => {
    if (thrown)
      return value;
    thrown = true;
    return oops();
  };
}

async function open(source) {
  const opened = once(source, "open");
  source.start();
  await opened;
}

const Deaf = GObject.registerClass(class Deaf extends Eric.Listener {
  vfunc_on_message() {
    oops();
  }
});

const Stubborn = GObject.registerClass(class Stubborn extends Eric.SseChannel {
  vfunc_adapt() {
    oops();
  }
});

// Each gives what comes in spite of it.
const cases = {
  async "a function that adapts messages"() {
    const channel = new Stubborn();
    const stream = channel.watch();
    channel.broadcast(message("1"));
    channel.broadcast(message("2"));
    return [await stream.nextAsync(), await stream.nextAsync()].map((one) =>
      one.type === Eric.MESSAGE_TYPE_ERROR && one.payload.data).join();
  },

  "a signal handler"() {
    const listener = Eric.Listener.new();
    const seen = [];
    listener.connect("message", oops);
    listener.connect("message", (_listener, one) => seen.push(one.payload));
    listener.start();
    listener.push(message("1"));
    listener.push(message("2"));
    listener.deliver_next();
    listener.deliver_next();
    return seen.join();
  },

  "a virtual function"() {
    const channel = Eric.SseChannel.new(null);
    const listener = new Deaf();
    channel.register_listener(listener);
    listener.start();
    channel.broadcast(message("1"));
    channel.broadcast(message("2"));
    return [...listener].map((one) => one.payload).join();
  },

  async "a handler of an event source"() {
    const source = Eric.EventSource.new(http.uri);
    const seen = [];
    source.connect("message", (_source, one) => {
      seen.push(one.payload);
      oops();
    });
    await open(source);
    const last = once(source, "message::last");
    http.news.broadcast(message("1"));
    http.news.broadcast(new Eric.Message({ type: "last", payload: "2" }));
    await last;
    source.close();
    return seen.join();
  },

  async "the function that ends an event source"() {
    const source = Eric.EventSource.new(http.uri);
    source.set_end_func(oops);
    await open(source);
    http.news.broadcast(message("1"));
    http.news.broadcast(message("2"));
    const seen = [(await source.nextAsync()).payload, (await source.nextAsync()).payload];
    source.close();
    return seen.join();
  },

  async "the key function of a list"() {
    const list = Eric.MessageList.new(10);
    const key = oopsOnce();
    list.set_key_func((one) => key(one.payload));
    const changed = once(list, "items-changed");
    for (const payload of ["0", "1", "2"])
      list.append(message(payload));
    await changed;
    return [...list].slice(1).map((one) => one.payload).join();
  },

  async "a handler of a list"() {
    const list = Eric.MessageList.new(10);
    list.connect("items-changed", oops);
    list.append(message("1"));
    await once(list, "items-changed");
    list.append(message("2"));
    await once(list, "items-changed");
    return [...list].map((one) => one.payload).join();
  },

  "a function for comments"() {
    const parser = Eric.SseParser.new();
    parser.set_comment_func(oops);
    parser.feed(new TextEncoder().encode(": x\ndata: 1\n\n: y\ndata: 2\n\n"));
    return [...parser].map((one) => one.payload).join();
  },

  async "a handler that gives a channel"() {
    http.server.connect("channel-requested", oopsOnce());
    const refused = Eric.EventSource.new(`${http.base}/events/other`);
    await refused.nextAsync().catch((error) => error.matches(Eric.Error, Eric.Error.UNEXPECTED_RESPONSE) || oops());
    const source = Eric.EventSource.new(http.uri);
    await open(source);
    http.news.broadcast(message("1,2"));
    const { payload } = await source.nextAsync();
    source.close();
    return payload;
  },

  async "a handler of a pool"() {
    const pool = Eric.ThreadPoolListener.new(1);
    const seen = [];
    pool.connect("processed", oops);
    pool.connect("processed", (_pool, one) => seen.push(one.payload));
    const drained = once(pool, "drained");
    pool.start();
    for (const payload of ["1", "2"])
      pool.push(message(payload));
    pool.push(new Eric.Message({ type: Eric.MESSAGE_TYPE_CLOSED }));
    await drained;
    return seen.join();
  },

  "a callback"() {
    const listener = Eric.Listener.new();
    listener.start();
    const loop = new GLib.MainLoop(null, false);
    listener.next_async(GLib.PRIORITY_DEFAULT, null, oops);
    listener.next_batch_async(5, GLib.PRIORITY_DEFAULT, null, () => loop.quit());
    listener.push(message("0"));
    listener.push(message("1"));
    loop.run();
    listener.push(message("1"));
    listener.push(message("2"));
    return [...listener].map((one) => one.payload).join();
  },
};

if (System.programArgs[0] === "--list") {
  print(Object.keys(cases).join("\n"));
} else {
  const loop = new GLib.MainLoop(null, false);
  (async () => print(await cases[System.programArgs[0]]()))()
    .catch((error) => print(error, error.stack)).finally(() => loop.quit());
  loop.run();
}
