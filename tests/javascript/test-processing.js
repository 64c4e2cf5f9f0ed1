// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Work in threads, from JavaScript: what C does there, with its results in the main loop.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import GObject from "gi://GObject";
import System from "system";

import { describe, expect, expectAsync, it, nextTurn, once, run } from "./harness.js";

const N_MESSAGES = 100;
const NUMBERS = [...Array(N_MESSAGES).keys()];

const number = (payload) => new Eric.Message({ type: "number", payload });
const end = () => new Eric.Message({ type: Eric.MESSAGE_TYPE_CLOSED });

describe("A data-processing channel", () => {
  it("gives results in order, in a loop", async () => {
    const channel = Eric.DataProcessingChannel.new(null);
    const listener = channel.add_threaded_listener(3, null);
    const stream = channel.process_queue(listener, Eric.ResultOrder.INPUT);
    const numbers = [];
    for (const i of NUMBERS)
      channel.broadcast(number(i));
    channel.notify_end();
    for await (const message of stream) {
      if (message.type !== Eric.MESSAGE_TYPE_CLOSED)
        numbers.push(message.payload);
    }
    expect(await stream.nextAsync()).toBeNull();
    expect(numbers).toEqual(NUMBERS);
    expect([channel.done, channel.failed, channel.pending]).toEqual([N_MESSAGES, 0, 0]);
  });

  it("adapts results in the main loop", async () => {
    const Doubling = GObject.registerClass(class Doubling extends Eric.DataProcessingChannel {
      vfunc_adapt(message) {
        return message.payload === null ? message : number(message.payload * 2);
      }
    });
    const channel = new Doubling();
    const stream = channel.process_queue(channel.add_threaded_listener(3), Eric.ResultOrder.INPUT);
    for (const i of NUMBERS)
      channel.broadcast(number(i));
    channel.notify_end();
    const seen = [];
    for await (const message of stream)
      seen.push(message.payload);
    expect(seen).toEqual([...NUMBERS.map((i) => i * 2), null]);
  });

  it("goes on with its work where a loop over the results is left", async () => {
    const channel = Eric.DataProcessingChannel.new(null);
    const listener = channel.add_threaded_listener(2);
    const stream = channel.process_queue(listener, Eric.ResultOrder.COMPLETION);
    for (const i of NUMBERS)
      channel.broadcast(number(i));
    for await (const message of stream) {
      expect(message.type).toBe("number");
      break;
    }
    channel.notify_end();
    await listener.waitAsync();
    expect(channel.done).toBe(N_MESSAGES);
  });
});

describe("A thread-pool listener", () => {
  it("says in the main loop what it has done", async () => {
    const listener = Eric.ThreadPoolListener.new(2, null);
    const seen = [];
    listener.connect("processed", (_listener, message, result) => seen.push(message === result && message.payload));
    const drained = once(listener, "drained");
    listener.start();
    for (const i of NUMBERS)
      listener.push(number(i));
    listener.push(end());
    await listener.waitAsync();
    await drained;
    expect(seen.sort((a, b) => a - b)).toEqual(NUMBERS);
    expect(listener.n_done).toBe(N_MESSAGES);
  });

  it("says in the main loop that its properties have changed", async () => {
    const seen = [];
    const Watcher = GObject.registerClass(class PoolWatcher extends Eric.ThreadPoolListener {
      vfunc_notify(pspec) {
        seen.push(`vfunc ${pspec.name}`);
      }
    });
    const listener = new Watcher({ max_workers: 2 });
    listener.connect("notify::running", () => seen.push(listener.running));
    seen.length = 0;
    listener.start();
    for (const i of NUMBERS)
      listener.push(number(i));
    listener.push(end());
    // A worker stops it: that is told in this thread, where nobody could tell so far.
    listener.wait(null);
    expect(seen).toEqual(["vfunc running", true]);
    while (seen[seen.length - 1] !== false)
      await nextTurn();
  });

  it("stops a listener of results, or of dead letters, in the main loop", async () => {
    const listener = Eric.ThreadPoolListener.new(2, null);
    const results = new Eric.Listener({ capacity: 1, overflow: Eric.Overflow.STOP });
    const seen = [];
    results.connect("notify::running", () => seen.push(results.running));
    results.start();
    listener.set_results(results);
    listener.start();
    listener.push(number(1));
    listener.push(number(2));
    listener.push(end());
    listener.wait(null);
    expect([seen, results.running]).toEqual([[true], false]);
    while (seen.length < 2)
      await nextTurn();
    expect(seen).toEqual([true, false]);
  });

  it("is awaited until it is cancelled", async () => {
    const cancellable = new Gio.Cancellable();
    const listener = Eric.ThreadPoolListener.new(1);
    listener.start();
    const waiting = listener.waitAsync(GLib.PRIORITY_DEFAULT, cancellable);
    cancellable.cancel();
    await expectAsync(waiting).toBeRejectedWithGError(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    listener.stop();
  });

  // What it has done is with the results. Signals of an object that nobody in JavaScript refers to
  // any more may be lost with it.
  it("may be dropped while it works, by whoever is last", async () => {
    const Derived = GObject.registerClass(class DerivedPool extends Eric.ThreadPoolListener {});
    const results = new Eric.Listener();
    let processed = 0;
    results.start();
    for (let i = 0; i < 200; i++) {
      const listener = i % 2 ? new Derived({ max_workers: 2 }) : Eric.ThreadPoolListener.new(2);
      listener.results = results;
      listener.connect("processed", () => processed++);
      listener.start();
      for (let n = 0; n < 5; n++)
        listener.push(number(n));
      if (i % 20 === 0) {
        System.gc();
        await nextTurn();
      }
    }
    System.gc();
    while (results.pending < 1000)
      await nextTurn();
    expect(results.pending).toBe(1000);
    expect(processed).toBeLessThan(1001);
  });
});

run();
