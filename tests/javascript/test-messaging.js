// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Channels, listeners, lists, containers and the event-stream format, from JavaScript.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import GObject from "gi://GObject";
import System from "system";

import { describe, expect, expectAsync, it, nextTurn, once, run } from "./harness.js";

const { NO_MESSAGES, INVALID_CHANNEL, INVALID_LISTENER, INVALID_MESSAGE_FORMAT, TOO_LARGE } = Eric.Error;

const message = (payload, type = null, id = null) => new Eric.Message({ type, payload, id });
const payloads = (messages) => [...messages].map((one) => one.payload);

async function collect(messages, enough = Infinity) {
  const seen = [];
  for await (const one of messages) {
    seen.push(one.type === Eric.MESSAGE_TYPE_CLOSED ? "closed" : one.payload);
    if (seen.length === enough)
      break;
  }
  return seen;
}

const Collector = GObject.registerClass(class Collector extends Eric.Listener {
  seen = [];

  vfunc_on_message(one) {
    this.seen.push(one.payload);
  }
});

describe("The event-stream format", () => {
  it("is written", () => {
    expect(new TextDecoder().decode(Eric.sse_encode_message(message("a\nb", "x")).toArray())).toBe(
      "event: x\ndata: a\ndata: b\n\n");
  });

  it("is read, cut anywhere", () => {
    const stream = new TextEncoder().encode("id: 7\r\nevent: tick\r\ndata: Grüße\r\ndata: 🎉\r\n\r\ndata: 2\n\n: end\n");
    for (const size of [1, 2, 7, stream.length]) {
      const parser = Eric.SseParser.new();
      const [comments, seen] = [[], []];
      parser.set_comment_func((text) => comments.push(text));
      System.gc();
      for (let start = 0; start < stream.length; start += size) {
        parser.feed(stream.slice(start, start + size));
        for (const { type, payload, id } of parser)
          seen.push([type, payload, id]);
      }
      parser.end();
      expect(seen).toEqual([["tick", "Grüße\n🎉", "7"], ["message", "2", "7"]]);
      expect(comments).toEqual(["end"]);
      expect(parser.last_event_id).toBe("7");
    }
  });

  it("is read within limits", () => {
    const small = new Eric.SseParser({ max_line_size: 10 });
    const bytes = (text) => new TextEncoder().encode(text);
    expect(() => small.feed(bytes("data: 1\n\ndata: 23456\n\n"))).toThrowGError(Eric.Error, TOO_LARGE);
    expect(() => small.end()).toThrowGError(Eric.Error, TOO_LARGE);
    expect(payloads(small)).toEqual(["1"]);
    small.reset();
    small.feed_bytes(new GLib.Bytes(bytes("retry: 30\ndata: a\0b\n\n")));
    expect(small.get_retry_delay()).toEqual([true, 30]);
    expect(payloads(small)).toEqual(["a\0b"]);
  });

  it("may be lines of JSON", () => {
    const values = Eric.SseParser.new_for_format(Eric.StreamFormat.NDJSON);
    const bytes = (text) => new TextEncoder().encode(text);
    values.feed(bytes('{"a": [1'));
    values.feed(bytes(", true]}\n"));
    expect(values.next().payload).toEqual({ a: [1, true] });
    expect(() => values.feed(bytes("{]\n"))).toThrowGError(Eric.Error, INVALID_MESSAGE_FORMAT);
  });
});

describe("A channel", () => {
  it("sends to one and to all", () => {
    const channel = Eric.SseChannel.new("news");
    const listener = channel.add_listener();
    const collector = new Collector();
    channel.register_listener(collector);
    listener.start();
    collector.start();
    channel.dispatch(listener.id, message({ for: "one" }));
    channel.broadcast(message("for all"));
    channel.deliver_next(collector.id);
    expect(collector.seen).toEqual(["for all"]);
    const batch = channel.deliver_batch(listener.id, 10);
    System.gc();
    expect(payloads(batch)).toEqual([{ for: "one" }, "for all"]);
    expect(() => channel.deliver_next(listener.id)).toThrowGError(Eric.Error, NO_MESSAGES);
    expect(() => channel.get_listener("nobody")).toThrowGError(Eric.Error, INVALID_LISTENER);
    channel.close();
    expect(() => channel.broadcast(message("x"))).toThrowGError(Eric.Error, INVALID_CHANNEL);
  });

  it("keeps a history", () => {
    const channel = new Eric.SseChannel({ id: "news", history_size: 3 });
    for (let n = 0; n < 5; n++)
      channel.broadcast(message(n, null, `id-${n}`));
    for (const [id, outcome, expected] of [["id-2", Eric.Replay.CONTINUED, [3, 4]],
                                           ["never", Eric.Replay.UNKNOWN_ID, [2, 3, 4]]]) {
      const [replay, messages] = channel.replay_after(id);
      System.gc();
      expect([replay, payloads(messages)]).toEqual([outcome, expected]);
    }
  });

  it("makes its own listeners, and adapts what is read from it", async () => {
    const Own = GObject.registerClass(class OwnChannel extends Eric.SseChannel {
      vfunc_create_listener() {
        return new Collector({ id: "own" });
      }

      vfunc_adapt(one) {
        return message({ adapted: one.payload }, one.type);
      }
    });
    const channel = new Own();
    expect(channel.add_listener()).toBeInstanceOf(Collector);
    const stream = channel.message_stream(channel.get_listener("own"));
    stream.get_listener().start();
    channel.broadcast(message(1));
    expect((await stream.nextAsync()).payload).toEqual({ adapted: 1 });
  });

  it("shows what it is", () => {
    const channel = Eric.SseChannel.new("news");
    channel.add_listener();
    expect(String(channel)).toBe('Eric.SseChannel("news", 1 listener)');
    channel.close();
    expect(String(channel)).toBe('Eric.SseChannel("news", 1 listener, closed)');
    expect(String(new Collector({ id: "me" }))).toBe('Collector("me", stopped, 0 pending)');
  });
});

describe("A list", () => {
  it("shows the last messages, with one change in a frame", async () => {
    const channel = Eric.SseChannel.new("news");
    const listener = channel.add_listener();
    const list = Eric.MessageList.new(100);
    const changes = [];
    const changed = async () => changes.push(await once(list, "items-changed"));

    list.set_key_func((one) => one.id);
    System.gc();
    for (const [text, id] of [["a", "1"], ["b", null], ["c", "1"], ["d", null]])
      list.append(message(text, null, id));
    expect(list.n_items).toBe(0);
    await changed();
    expect(payloads(list)).toEqual(["c", "b", "d"]);
    list.set_key_func(null);
    list.append(message("e", null, "1"));
    await changed();

    listener.start();
    list.follow(listener);
    channel.broadcast(message("f"));
    await changed();
    expect(payloads(list)).toEqual(["c", "b", "d", "e", "f"]);
    list.clear();
    await changed();
    expect(changes).toEqual([[0, 0, 3], [3, 0, 1], [4, 0, 1], [0, 5, 0]]);
    listener.stop();
  });
});

describe("A container", () => {
  it("is a map of channels", () => {
    const container = Eric.ChannelContainer.new(Eric.SseChannel);
    const added = [];
    container.connect("channel-added", (_container, channel) => added.push(channel.id));
    const a = container.add("a");
    container.register(Eric.SseChannel.new("b"));
    expect(added).toEqual(["a", "b"]);
    expect([...container].map(([id, channel]) => [id, channel.id]).sort()).toEqual([["a", "a"], ["b", "b"]]);
    expect(new Map(container).get("a")).toBe(a);
    expect([...container.keys()].sort()).toEqual(["a", "b"]);
    expect([...container.values()].includes(a)).toBeTrue();
    expect([...container.entries()].length).toBe(2);
    expect([container.size, container.has("a"), container.has("c")]).toEqual([2, true, false]);
    expect(container.get("a")).toBe(a);
    expect(() => container.get("c")).toThrowGError(Eric.Error, INVALID_CHANNEL);
    const seen = [];
    container.forEach((channel, id, all) => seen.push(all === container && channel.id === id));
    expect(seen).toEqual([true, true]);
    expect(String(container)).toBe("Eric.ChannelContainer(2 channels)");
  });

  it("can be changed while it is looked through", () => {
    const container = Eric.ChannelContainer.new(Eric.SseChannel);
    for (const id of ["a", "b", "c"])
      container.add(id);
    const seen = [];
    for (const [id] of container) {
      seen.push(id);
      for (const other of ["a", "b", "c"].filter((one) => one !== id && container.has(one)))
        container.remove(other);
    }
    expect(seen.length).toBe(1);
  });
});

describe("A message stream", () => {
  it("gives messages one by one, or many at once", async () => {
    const channel = Eric.SseChannel.new("news");
    const stream = channel.watch();
    const coming = stream.nextAsync();
    channel.broadcast(message("1"));
    expect((await coming).payload).toBe("1");
    channel.broadcast(message("2"));
    channel.broadcast(message("3"));
    const batch = await stream.nextBatchAsync(10);
    System.gc();
    expect(payloads(batch)).toEqual(["2", "3"]);

    const cancellable = new Gio.Cancellable();
    const never = stream.nextAsync(GLib.PRIORITY_DEFAULT, cancellable);
    cancellable.cancel();
    await expectAsync(never).toBeRejectedWithGError(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    stream.close();
    expect(await stream.nextAsync()).toBeNull();
  });

  it("is read in a loop to its end", async () => {
    const channel = Eric.SseChannel.new("news");
    const reading = collect(channel.watch());
    for (let i = 0; i < 200; i++)
      channel.broadcast(message(i));
    channel.close();
    expect(await reading).toEqual([...Array(200).keys(), "closed"]);
  });

  it("is closed, with its listener, by a loop that is left", async () => {
    const channel = Eric.SseChannel.new("news");
    const stream = channel.watch();
    for (let i = 0; i < 5; i++)
      channel.broadcast(message(i));
    expect(await collect(stream, 3)).toEqual([0, 1, 2]);
    expect(channel.get_listener_ids()).toEqual([]);
    expect(await stream.nextAsync()).toBeNull();
    channel.broadcast(message("nobody is there"));
  });

  it("leaves another's listener as it is, with all its messages", async () => {
    const channel = Eric.SseChannel.new("news");
    const listener = channel.add_listener();
    listener.start();
    for (let i = 0; i < 5; i++)
      channel.broadcast(message(i));
    const stream = channel.message_stream(listener);
    expect(await collect(stream, 2)).toEqual([0, 1]);
    expect(listener.running).toBeTrue();
    expect(payloads(listener)).toEqual([2, 3, 4]);
    channel.broadcast(message(5));
    expect(await collect(stream, 1)).toEqual([5]);
  });

  it("is not read ahead where its channel has a pace", async () => {
    const channel = new Eric.SseChannel({ stream_delay: 10 });
    const stream = channel.watch();
    for (let i = 0; i < 4; i++)
      channel.broadcast(message(i));
    const pending = [];
    for await (const one of stream) {
      pending.push(stream.get_listener().pending);
      if (one.payload === 3)
        break;
    }
    expect(pending).toEqual([3, 2, 1, 0]);
  });
});

describe("A listener", () => {
  function fill(count) {
    const listener = Eric.Listener.new();
    listener.start();
    for (let i = 0; i < count; i++)
      listener.push(message(i));
    return listener;
  }

  it("is read in a loop, which leaves it as it is", async () => {
    const listener = fill(10);
    expect(await collect(listener, 2)).toEqual([0, 1]);
    expect([listener.running, listener.pending, listener.get_pending()]).toEqual([true, 8, 8]);
    expect(await listener.readyAsync()).toBeTrue();
    expect((await listener.nextAsync()).payload).toBe(2);
    expect(listener.deliver_next().payload).toBe(3);
    expect(payloads(listener.deliver_batch(2))).toEqual([4, 5]);
    expect(payloads(await listener.nextBatchAsync(1))).toEqual([6]);
    expect(await collect(listener, 1)).toEqual([7]);
    listener.push(message(10));
    expect(payloads(listener)).toEqual([8, 9, 10]);
    expect(() => listener.deliver_next()).toThrowGError(Eric.Error, NO_MESSAGES);
  });

  it("gives what waits, and does not wait itself", () => {
    expect(payloads(fill(3))).toEqual([0, 1, 2]);
    expect(payloads(Eric.Listener.new())).toEqual([]);
  });

  it("ends a loop when it is stopped, and keeps what it has", async () => {
    const listener = fill(5);
    const seen = [];
    for await (const one of listener) {
      seen.push(one.payload);
      if (seen.length === 2)
        listener.stop();
    }
    expect(seen).toEqual([0, 1]);
    expect(listener.pending).toBe(3);
    expect(() => listener.deliver_next()).toThrowGError(Eric.Error, NO_MESSAGES);
    listener.start();
    expect(payloads(listener)).toEqual([2, 3, 4]);
  });

  it("has several loops share its messages", async () => {
    const listener = fill(0);
    const loops = [collect(listener, 50), collect(listener, 50)];
    for (let i = 0; i < 100; i++) {
      listener.push(message(i));
      if (i % 7 === 0)
        await nextTurn();
    }
    const seen = await Promise.all(loops);
    expect(seen.flat().sort((a, b) => a - b)).toEqual([...Array(100).keys()]);
  });

  it("lets go of a loop that waits, when its iterator is told to return", async () => {
    const listener = fill(0);
    const iterator = listener[Symbol.asyncIterator]();
    const waiting = iterator.next();
    expect((await iterator.return("value")).value).toBe("value");
    expect((await waiting).done).toBeTrue();
    expect((await iterator.next()).done).toBeTrue();
    listener.push(message(1));
    expect(await collect(listener, 1)).toEqual([1]);
  });

  it("goes on for those who wait beside a loop that lets go", async () => {
    const listener = fill(0);
    const iterators = [1, 2, 3].map(() => listener[Symbol.asyncIterator]());
    const waiting = iterators.map((iterator) => iterator.next());
    await iterators[0].return();
    expect((await waiting[0]).done).toBeTrue();
    listener.push(message(1));
    listener.push(message(2));
    const others = await Promise.all(waiting.slice(1));
    expect(others.map(({ value }) => value.payload).sort()).toEqual([1, 2]);
  });

  it("emits messages with plain payloads", () => {
    const listener = fill(0);
    const seen = [];
    listener.connect("message", (_listener, one) => seen.push(one.payload));
    listener.push(message({ a: [1] }));
    listener.deliver_next();
    expect(seen).toEqual([{ a: [1] }]);
  });

  it("refuses numbers that C would warn of", () => {
    const listener = fill(0);
    for (const call of [() => listener.deliver_batch(0), () => listener.set_capacity(2 ** 31),
                        () => listener.nextBatchAsync(0), () => Eric.MessageList.new(2 ** 31),
                        // What GJS makes 0 of.
                        () => listener.deliver_batch(null), () => listener.deliver_batch("many"),
                        () => listener.deliver_batch(undefined), () => listener.deliver_batch(Infinity),
                        () => listener.nextBatchAsync(undefined), () => listener.nextBatchAsync(Infinity),
                        () => new Eric.SocketServer().set_max_request(2 ** 63),
                        () => new Eric.SocketServer().set_max_request(undefined),
                        () => new Eric.MessageStream().take_batch(0), () => new Eric.EventSource().set_max_pending(null),
                        () => new Eric.EventSource().set_inactivity_timeout(2 ** 31)])
      expect(call).toThrowError(RangeError, /takes a number from/);
    const server = new Eric.SocketServer();
    server.set_max_request(2 ** 53);
    expect(server.get_max_request()).toBe(2 ** 53);
    expect(() => Eric.ChannelContainer.new(GObject.Object)).toThrowError(TypeError, /channels/);
  });

  it("works without its optional properties, or says what is wrong", () => {
    expect(new Eric.ChannelContainer().add("news").id).toBe("news");
    const server = new Eric.SseServer();
    server.mount("/events");
    expect(server.channels.add("news").id).toBe("news");
    for (const path of ["", "/", "events", "/events/"])
      expect(() => server.mount(path)).toThrowError(GLib.Error, /begin, and not end, with a slash/);
    expect(new Eric.EventSource().uri).toBeNull();
    expect(new Eric.EventSource({ uri: "http://127.0.0.1/" }).uri).toBe("http://127.0.0.1/");
    for (const uri of ["", "not a url", "/events", "ftp://127.0.0.1/"])
      expect(() => new Eric.EventSource({ uri })).toThrowError(GLib.Error, /./);
    expect(new Eric.ContextBridge().fd).not.toBe(-1);
  });
});

run();
