// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The client from JavaScript.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import GObject from "gi://GObject";

import { describe, expect, expectAsync, it, once, run } from "./harness.js";
import { HttpServer } from "./server.js";

const http = new HttpServer();

async function open(source = Eric.EventSource.new(http.uri)) {
  const opened = once(source, "open");
  source.start();
  await opened;
  return source;
}

const Watcher = GObject.registerClass(class Watcher extends Eric.EventSource {
  seen = [];

  vfunc_message(message) {
    this.seen.push(message.payload);
  }

  vfunc_closed() {
    this.seen.push("closed");
  }
});

describe("An event source", () => {
  it("gives messages as signals, by their types", async () => {
    const source = Eric.EventSource.new(http.uri);
    const seen = [];
    source.connect("message::update", (_source, message) => seen.push(JSON.parse(message.payload)));
    await open(source);
    expect(source.ready_state).toBe(Eric.ReadyState.OPEN);
    const last = once(source, "message::last");
    for (const type of ["update", "other", "last"])
      http.tell({ type }, type);
    await last;
    expect(seen).toEqual([{ type: "update" }]);
    const closed = once(source, "closed");
    source.close();
    await closed;
  });

  it("says what went wrong", async () => {
    expect(() => Eric.EventSource.new("no URI")).toThrowError(GLib.Error);
    const source = Eric.EventSource.new(`${http.base}/nothing`);
    const failed = once(source, "error");
    source.start();
    const [error] = await failed;
    expect(error.matches(Eric.Error, Eric.Error.UNEXPECTED_RESPONSE)).toBeTrue();
    expect(source.error.message).toBe("The server answered 404 Not Found");
    await expectAsync(source.nextAsync()).toBeRejectedWithGError(Eric.Error, Eric.Error.UNEXPECTED_RESPONSE);
    const loop = (async () => {
      for await (const message of Eric.EventSource.new(`${http.base}/nothing`))
        expect(message).toBeNull();
    })();
    await expectAsync(loop).toBeRejectedWithGError(Eric.Error, Eric.Error.UNEXPECTED_RESPONSE);
  });

  it("gives messages one by one, or many at once", async () => {
    const source = await open();
    for (const text of ["1", "2", "3"])
      http.tell(text);
    expect((await source.next_async(GLib.PRIORITY_DEFAULT, null)).payload).toBe("1");
    const texts = [];
    while (texts.length < 2)
      texts.push(...(await source.nextBatchAsync(10)).map((message) => message.payload));
    expect(texts).toEqual(["2", "3"]);
    const cancellable = new Gio.Cancellable();
    const cancelled = source.nextAsync(GLib.PRIORITY_DEFAULT, cancellable);
    cancellable.cancel();
    await expectAsync(cancelled).toBeRejectedWithGError(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    const end = source.nextAsync();
    source.close();
    expect(await end).toBeNull();
  });

  it("asks before it connects", async () => {
    const source = Eric.EventSource.new(`${http.base}/nothing`);
    const attempts = [];
    source.retry_delay = 0;
    source.connect("before-connect", (_source, request) => attempts.push(request.get_method()));
    source.connect("decide-reconnect", () => attempts.length < 3);
    const closed = once(source, "closed");
    source.start();
    await closed;
    expect(attempts).toEqual(["GET", "GET", "GET"]);
  });

  it("can be derived from, and ended by a function", async () => {
    const source = await open(new Watcher({ uri: http.uri }));
    source.set_end_func((message) => message.payload === "end");
    const closed = once(source, "closed");
    http.tell("1");
    http.tell("end");
    await closed;
    expect(source.seen).toEqual(["1", "end", "closed"]);
  });

  it("fills a list", async () => {
    const source = Eric.EventSource.new(http.uri);
    const list = Eric.MessageList.new(100);
    source.fill_list(list);
    await open(source);
    const changed = once(list, "items-changed");
    http.tell("shown");
    expect(await changed).toEqual([0, 0, 1]);
    expect([...list].map((message) => message.payload)).toEqual(["shown"]);
    source.close();
  });
});

describe("A loop over an event source", () => {
  const numbers = (source, count) => read(source, (seen) => seen.length === count);

  async function read(source, isEnough) {
    const seen = [];
    for await (const message of source) {
      seen.push(Number(message.payload));
      if (isEnough(seen))
        break;
    }
    return seen;
  }

  it("opens it, and closes it when it is left", async () => {
    const source = Eric.EventSource.new(http.uri);
    const opened = once(source, "open");
    const reading = numbers(source, 3);
    await opened;
    for (let i = 0; i < 5; i++)
      http.tell(i);
    expect(await reading).toEqual([0, 1, 2]);
    expect(source.ready_state).toBe(Eric.ReadyState.CLOSED);
  });

  it("leaves it so that it goes on behind what the loop has seen", async () => {
    const source = Eric.EventSource.new(http.uri);
    const opened = once(source, "open");
    const reading = numbers(source, 1);
    await opened;
    for (let i = 0; i < 10; i++)
      http.tell(i);
    expect(await reading).toEqual([0]);
    // Some had come, and were read ahead: the server is asked for them again.
    source.start();
    expect(await numbers(source, 4)).toEqual([1, 2, 3, 4]);
    expect(await numbers(source, 5)).toEqual([5, 6, 7, 8, 9]);
    source.close();
  });

  it("leaves one open that was open before, and what was read ahead to who comes next", async () => {
    const source = await open();
    for (let i = 0; i < 5; i++)
      http.tell(i);
    expect(await numbers(source, 2)).toEqual([0, 1]);
    expect(source.ready_state).toBe(Eric.ReadyState.OPEN);
    expect((await source.nextAsync()).payload).toBe("2");
    expect((await source.nextBatchAsync(1)).map((message) => message.payload)).toEqual(["3"]);
    expect(await numbers(source, 1)).toEqual([4]);
    source.close();
  });

  it("ends at once where the source is closed in it", async () => {
    const source = await open();
    for (let i = 0; i < 5; i++)
      http.tell(i);
    const seen = await read(source, () => {
      source.close();
      return false;
    });
    expect(seen).toEqual([0]);
  });

  it("closes the source where its body throws", async () => {
    const source = Eric.EventSource.new(http.uri);
    const opened = once(source, "open");
    const reading = read(source, () => {
      throw new RangeError("mine");
    });
    await opened;
    http.tell(0);
    await expectAsync(reading).toBeRejectedWithError(RangeError, /mine/);
    expect(source.ready_state).toBe(Eric.ReadyState.CLOSED);
  });

  it("reads all of a finite stream", async () => {
    const source = new Eric.EventSource({ uri: http.uri, end_marker: "end" });
    const opened = once(source, "open");
    const reading = read(source, () => false);
    await opened;
    for (let i = 0; i < 1000; i++)
      http.tell(i);
    http.tell("end");
    const seen = await reading;
    expect(seen.slice(0, 1000)).toEqual([...Array(1000).keys()]);
  });
});

run();
