// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The socket client from JavaScript, with a server of the library's.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import System from "system";

import { describe, expect, expectAsync, it, run } from "./harness.js";
import { SocketServer } from "./server.js";

const { INVALID_CHANNEL } = Eric.Error;

const socket = new SocketServer();
const client = Eric.SocketClient.new(socket.path);
const channels = socket.server.get_channels();

const message = (payload, type = "tick") => new Eric.Message({ type, payload });

// A stream that the server knows of.
async function watch(channelId) {
  const before = channels.get(channelId).get_listener_ids().length;
  const stream = await client.streamAsync(channelId, null);
  while (channels.get(channelId).get_listener_ids().length === before)
    await client.createChannelAsync();
  return stream;
}

describe("A socket client", () => {
  it("does what the verbs do", async () => {
    const id = await client.createChannelAsync();
    const listener = await client.registerAsync(id);
    expect(channels.get(id).get_listener_ids()).toEqual([listener]);
    expect(await client.broadcastAsync(id, message({ n: 1 }))).toBe(true);
    expect(await client.dispatchAsync(id, listener, message(2n ** 60n))).toBe(true);
    const stream = await client.streamAsync(id, listener);
    expect((await stream.nextAsync()).payload).toEqual({ n: 1 });
    expect((await stream.nextAsync()).payload).toBe(2n ** 60n);
    stream.close();
    expect(await client.removeListenerAsync(id, listener)).toBe(true);
    expect(await client.removeChannelAsync(id)).toBe(true);
    expect(channels.has(id)).toBe(false);
  });

  it("sends a request of plain values, or of a variant", async () => {
    const id = await client.sendPayloadAsync({ v: "c" });
    expect(channels.has(id)).toBeTrue();
    expect(await client.send_payload_async(new GLib.Variant("a{ss}", { v: "rc", c: id }))).toBe("ack");
    expect(() => client.sendPayloadAsync({ v: undefined })).toThrowError(TypeError, /payload\.v is undefined/);
  });

  it("fails as the server says, or as it is cancelled", async () => {
    await expectAsync(client.removeChannelAsync("it")).toBeRejectedWithGError(Eric.Error, INVALID_CHANNEL);
    const cancellable = new Gio.Cancellable();
    cancellable.cancel();
    const cancelled = client.createChannelAsync(GLib.PRIORITY_DEFAULT, cancellable);
    await expectAsync(cancelled).toBeRejectedWithGError(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    const nobody = Eric.SocketClient.new(`${socket.path}-none`);
    await expectAsync(nobody.createChannelAsync()).toBeRejectedWithGError(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND);
  });

  it("may be dropped with a call under way", async () => {
    for (let i = 0; i < 100; i++) {
      const other = new Eric.SocketClient({ path: socket.path, timeout: 60000 });
      other.createChannelAsync().catch(logError);
      if (i % 10 === 0)
        System.gc();
    }
    expect(channels.has(await client.createChannelAsync())).toBeTrue();
    System.gc();
  });
});

describe("A socket stream", () => {
  it("is read in a loop to its end", async () => {
    const id = await client.createChannelAsync();
    const stream = await watch(id);
    for (let i = 0; i < 200; i++)
      client.broadcastAsync(id, message(i)).catch(logError);
    const seen = [];
    for await (const { payload } of stream) {
      seen.push(payload);
      if (payload === 199)
        client.removeChannelAsync(id).catch(logError);
    }
    expect(seen.slice(0, 200)).toEqual([...Array(200).keys()]);
    expect(await stream.nextAsync()).toBeNull();
  });

  it("is closed by a loop that is left", async () => {
    const id = await client.createChannelAsync();
    const stream = await watch(id);
    for (let i = 0; i < 5; i++)
      await client.broadcastAsync(id, message(i));
    for await (const { payload } of stream) {
      expect(payload).toBe(0);
      break;
    }
    expect(await stream.nextAsync()).toBeNull();
    expect(await stream.nextBatchAsync(5)).toBeNull();
  });

  it("ends for who waits when it is cancelled, or closed", async () => {
    const id = await client.createChannelAsync();
    const stream = await watch(id);
    const cancellable = new Gio.Cancellable();
    const cancelled = stream.nextAsync(GLib.PRIORITY_DEFAULT, cancellable);
    cancellable.cancel();
    await expectAsync(cancelled).toBeRejectedWithGError(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED);
    const waiting = stream.nextAsync();
    stream.close();
    expect(await waiting).toBeNull();
  });
});

describe("A socket client that is closed", () => {
  it("fails what is under way, and what comes later", async () => {
    const pending = client.createChannelAsync();
    client.close();
    await expectAsync(pending).toBeRejectedWithGError(Gio.IOErrorEnum, Gio.IOErrorEnum.CLOSED);
    await expectAsync(client.createChannelAsync()).toBeRejectedWithGError(Gio.IOErrorEnum, Gio.IOErrorEnum.CLOSED);
    await socket.server.stopAsync();
    socket.close();
  });
});

run();
