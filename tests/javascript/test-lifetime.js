// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What is dropped is gone, a thousand times, and what it would have called is not called.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import GObject from "gi://GObject";
import System from "system";

import { describe, expect, it, nextTurn, once, run } from "./harness.js";
import { HttpServer, SocketServer } from "./server.js";

const N_CYCLES = 1000;
const N_WARM_UP = 300;

// Much less than anything that is lost in each cycle, and more than a heap changes by itself.
const MAX_GROWTH_KB = 1500;

const Collector = GObject.registerClass(class LifetimeCollector extends Eric.Listener {
  vfunc_on_message(message) {
    this.last = message.payload;
  }
});

const http = new HttpServer();
const socket = new SocketServer();
const message = (payload) => new Eric.Message({ payload });

// The garbage collector lets go of objects in two steps, with the main loop between them.
async function collect() {
  for (let i = 0; i < 3; i++) {
    System.gc();
    await nextTurn();
  }
}

function residentKb() {
  const [, bytes] = GLib.file_get_contents("/proc/self/status");
  return Number(/VmRSS:\s+(\d+)/.exec(new TextDecoder().decode(bytes))[1]);
}

const PAYLOAD = { text: "x".repeat(2000), numbers: [1, 2, 3] };

const cycles = {
  async "messages"() {
    for (let i = 0; i < 5; i++)
      new Eric.Message({ type: "a", payload: PAYLOAD, id: "1" }).payload.x = 1;
  },

  async "channels and streams"() {
    const channel = Eric.SseChannel.new(null);
    const listener = new Collector();
    channel.register_listener(listener);
    listener.start();
    channel.connect("listener-added", () => channel.id);
    const stream = channel.watch();
    for (let i = 0; i < 3; i++)
      channel.broadcast(message(PAYLOAD));
    for await (const one of stream) {
      one.seen = true;
      break;
    }
    listener.deliver_next();
  },

  async "promises that are cancelled"() {
    const cancellable = new Gio.Cancellable();
    const listener = Eric.Listener.new();
    listener.start();
    const waiting = listener.nextAsync(GLib.PRIORITY_DEFAULT, cancellable).catch((error) => error.code);
    cancellable.cancel();
    if (await waiting !== Gio.IOErrorEnum.CANCELLED)
      throw new Error("not cancelled");
  },

  async "loops that are left"() {
    const listener = Eric.Listener.new();
    listener.start();
    for (let i = 0; i < 5; i++)
      listener.push(message(PAYLOAD));
    for await (const one of listener) {
      one.listener = listener;
      break;
    }
  },

  async "lists"() {
    const list = Eric.MessageList.new(10);
    list.set_key_func((one) => `${one.id}${list.n_items}`);
    list.connect("items-changed", () => list);
    list.append(message(PAYLOAD));
  },

  async "parsers"() {
    const parser = Eric.SseParser.new();
    const comments = [];
    parser.set_comment_func((text) => comments.push(parser, text));
    parser.feed(new TextEncoder().encode(`: x\ndata: ${PAYLOAD.text}\n\n`));
    return [...parser].length;
  },

  async "pools"() {
    const pool = Eric.ThreadPoolListener.new(1);
    pool.connect("processed", (_pool, one) => (one.pool = pool));
    pool.start();
    pool.push(message(PAYLOAD));
    pool.push(new Eric.Message({ type: Eric.MESSAGE_TYPE_CLOSED }));
    await pool.waitAsync();
  },

  async "event sources"() {
    const source = Eric.EventSource.new(http.uri);
    source.connect("message", () => source);
    source.set_end_func(() => source.finite);
    source.start();
    source.close();
  },

  async "socket clients"() {
    const client = Eric.SocketClient.new(socket.path);
    const id = await client.createChannelAsync();
    await client.removeChannelAsync(id);
    client.close();
  },
};

describe(`${N_CYCLES} times made and dropped, nothing is left of`, () => {
  for (const [name, cycle] of Object.entries(cycles)) {
    it(name, async () => {
      const repeat = async (count) => {
        for (let i = 0; i < count; i++) {
          await cycle();
          if (i % 50 === 0)
            await collect();
        }
        await collect();
        return residentKb();
      };
      const before = await repeat(N_WARM_UP);
      const after = await repeat(N_CYCLES);
      expect(after - before).toBeLessThan(MAX_GROWTH_KB);
    });
  }
});

describe("A callback whose object is gone", () => {
  // In a function of its own, so that nothing of it stays on the stack.
  function drop(make) {
    make();
  }

  it("is not called by an event source that was not started", async () => {
    let called = 0;
    drop(() => Eric.EventSource.new(http.uri).connect("message", () => called++));
    await collect();
    http.tell("x");
    await nextTurn();
    expect(called).toBe(0);
  });

  it("is called by an event source that nobody holds, until it is closed", async () => {
    let close;
    let told;
    const opened = new Promise((resolve) => {
      drop(() => {
        const source = Eric.EventSource.new(http.uri);
        source.connect("open", resolve);
        source.connect("message", (_source, one) => told(one.text));
        source.start();
        close = () => source.close();
      });
    });
    await collect();
    await opened;
    for (const text of ["first", "second"]) {
      const message = new Promise((resolve) => (told = resolve));
      await collect();
      http.tell(text);
      expect(await message).toBe(text);
    }
    close();
  });

  it("is called for a promise of an object that is dropped", async () => {
    let waiting;
    const channel = Eric.SseChannel.new(null);
    drop(() => (waiting = channel.watch().nextAsync()));
    await collect();
    channel.broadcast(message([1]));
    expect((await waiting).payload).toEqual([1]);
  });

  it("lets go of a stream's listener with the stream", async () => {
    const channel = Eric.SseChannel.new(null);
    drop(() => channel.watch());
    expect(channel.get_listener_ids().length).toBe(1);
    await collect();
    expect(channel.get_listener_ids().length).toBe(0);
  });

  it("is called by a list that a channel feeds, and not after it is gone", async () => {
    const channel = Eric.SseChannel.new(null);
    const listener = channel.add_listener();
    listener.start();
    let changed = 0;
    const list = Eric.MessageList.new(10);
    list.connect("items-changed", () => changed++);
    list.follow(listener);
    channel.broadcast(message("1"));
    await once(list, "items-changed");
    expect(changed).toBe(1);
    drop(() => {
      const other = Eric.MessageList.new(10);
      other.set_key_func((one) => one.id);
      other.connect("items-changed", () => (changed += 100));
      other.append(message("2"));
    });
    await collect();
    for (let i = 0; i < 20; i++)
      await nextTurn();
    expect(changed % 100).toBe(1);
  });

  it("ends the tests", () => socket.close());
});

run();
