// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Each asynchronous function gives a promise. Argument: the GIR file.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import System from "system";

import { describe, expect, expectAsync, it, run } from "./harness.js";

const [, gir] = GLib.file_get_contents(System.programArgs[0]);

// The name of each class, and of each asynchronous function of it.
function* pairs() {
  let owner = null;
  for (const [, className, method] of new TextDecoder().decode(gir).matchAll(
    /<class name="(\w+)"|<method name="(\w+)_async"/g)) {
    if (className)
      owner = className;
    else
      yield [owner, method];
  }
}

const camelCase = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
const message = (payload) => new Eric.Message({ payload });

function runningListener() {
  const listener = Eric.Listener.new();
  listener.start();
  return listener;
}

describe("An asynchronous function", () => {
  it("has a promise, by both names", () => {
    const found = [...pairs()];
    expect(found.length >= 20).toBeTrue();
    for (const [owner, method] of found) {
      const { prototype } = Eric[owner];
      const has = (name) => [owner, name, Object.hasOwn(prototype, name)];
      expect(has(`_original_${method}_async`)).toEqual([owner, `_original_${method}_async`, true]);
      expect(has(camelCase(`${method}_async`))).toEqual([owner, camelCase(`${method}_async`), true]);
    }
  });

  it("needs neither priority nor cancellable", async () => {
    for (const args of [[], [GLib.PRIORITY_HIGH], [GLib.PRIORITY_HIGH, null], [undefined, undefined],
                        [GLib.PRIORITY_DEFAULT, new Gio.Cancellable()]]) {
      const listener = runningListener();
      const waiting = listener.next_async(...args);
      listener.push(message(1));
      expect((await waiting).payload).toBe(1);
    }
  });

  it("takes a callback as in C", async () => {
    const listener = runningListener();
    listener.push(message(1));
    const batch = await new Promise((resolve) =>
      listener.next_batch_async(5, GLib.PRIORITY_DEFAULT, null, (source, result) =>
        resolve(source.next_batch_finish(result))));
    expect(batch.map((one) => one.payload)).toEqual([1]);
  });

  it("says what is missing, and what is too much", () => {
    const listener = runningListener();
    expect(() => listener.nextBatchAsync()).toThrowError(TypeError, /next_batch_async\(\) needs max_messages/);
    expect(() => listener.nextAsync(0, null, 1)).toThrowError(TypeError, /at most 2 arguments/);
    expect(() => Eric.SocketClient.new("/none").dispatchAsync("a")).toThrowError(TypeError, /listener_id, message/);
  });

  it("may be promisified by the application, as is usual", async () => {
    Gio._promisify(Eric.Listener.prototype, "next_async", "next_finish");
    Gio._promisify(Eric.ThreadPoolListener.prototype, "next_async");
    const listener = runningListener();
    listener.push(message(1));
    expect((await listener.nextAsync()).payload).toBe(1);
  });

  it("says where it was called when it fails", async () => {
    const cancellable = new Gio.Cancellable();
    cancellable.cancel();
    const error = await runningListener().nextAsync(GLib.PRIORITY_DEFAULT, cancellable).catch((one) => one);
    expect(error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED)).toBeTrue();
    expect(error.stack).toContain("test-promises.js");
  });

  it("is cancelled while it waits, in each class", async () => {
    const makers = [runningListener, () => Eric.SseChannel.new(null).watch(), () => Eric.EventSource.new("http://[::1]:9/")];
    for (const make of makers) {
      for (const [method, ...args] of [["nextAsync"], ["nextBatchAsync", 5]]) {
        const cancellable = new Gio.Cancellable();
        const waiting = make()[method](...args, GLib.PRIORITY_DEFAULT, cancellable);
        cancellable.cancel();
        await expectAsync(waiting).toBeRejectedWithGError(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
      }
    }
  });
});

run();
