// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The socket client from JavaScript, through introspection alone.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import System from "system";

const calls = ["broadcast", "create_channel", "dispatch", "register", "remove_channel", "remove_listener",
  "send_payload", "stream"];
for (const name of calls)
  Gio._promisify(Eric.SocketClient.prototype, `${name}_async`, `${name}_finish`);
for (const name of ["next", "next_batch"])
  Gio._promisify(Eric.SocketStream.prototype, `${name}_async`, `${name}_finish`);
Gio._promisify(Gio.DataInputStream.prototype, "read_line_async", "read_line_finish_utf8");

const TIMEOUT_SECONDS = 20;
const PRIORITY = GLib.PRIORITY_DEFAULT;

function assertEqual(value, expected, what) {
  const [text, expectedText] = [value, expected].map((x) => JSON.stringify(x));
  if (text !== expectedText)
    throw new Error(`${what}: ${text}, not ${expectedText}`);
}

async function errorOf(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}

// A server of one channel and one listener, in this main loop.
const streams = [];
const answers = {
  c: () => "news",
  r: () => "me",
  b: (request) => tell(request),
  d: (request) => tell(request),
  rl: () => streams.splice(0).forEach((connection) => connection.close(null)) ?? "ack",
  rc: (request) => `InvalidChannelException('No channel with id ${request.c}')`,
  echo: (request) => JSON.stringify(request.p),
};

function write(connection, line) {
  connection.get_output_stream().write_all(new TextEncoder().encode(`${line}\n`), null);
}

function tell(request) {
  for (const connection of streams)
    write(connection, JSON.stringify({ event: request.t, retry: 5, data: request.p ?? null }));
  return "ack";
}

async function serve(connection) {
  const input = new Gio.DataInputStream({ base_stream: connection.get_input_stream() });
  for (;;) {
    const [line] = await input.read_line_async(PRIORITY, null);
    if (line === null) {
      connection.close(null);
      return;
    }
    const request = JSON.parse(line);
    if (request.v === "l" || request.v === "w")
      streams.push(connection);
    else
      write(connection, answers[request.v](request));
  }
}

const directory = GLib.dir_make_tmp("eric-XXXXXX");
const path = GLib.build_filenamev([directory, "socket"]);
const service = new Gio.SocketService();
service.add_address(Gio.UnixSocketAddress.new(path), Gio.SocketType.STREAM, Gio.SocketProtocol.DEFAULT, null);
service.connect("incoming", (_service, connection) => {
  serve(connection).catch(() => connection.close(null));
  return true;
});

const client = Eric.SocketClient.new(path);
const text = (words, type = null) => Eric.Message.new_from_text(type, words);

// A stream is watched when the server says so, which is when it has it.
async function open(listener = "me") {
  const n = streams.length;
  const stream = await client.stream_async("news", listener, PRIORITY, null);
  while (streams.length === n)
    await client.create_channel_async(PRIORITY, null);
  return stream;
}

const tests = {
  async calls() {
    assertEqual(await client.create_channel_async(PRIORITY, null), "news", "a channel");
    assertEqual(await client.register_async("news", PRIORITY, null), "me", "a listener");
    assertEqual(await client.broadcast_async("news", text("x"), PRIORITY, null), true, "broadcast");
    assertEqual(await client.dispatch_async("news", "me", text("x"), PRIORITY, null), true, "dispatch");
    assertEqual(await client.remove_listener_async("news", "me", PRIORITY, null), true, "remove");
    const request = new GLib.Variant("a{sv}", { v: GLib.Variant.new_string("echo"), p: GLib.Variant.new_string("é") });
    assertEqual(await client.send_payload_async(request, PRIORITY, null), "\"é\"", "any request");
  },

  async errors() {
    const error = await errorOf(client.remove_channel_async("it", PRIORITY, null));
    assertEqual(error.matches(Eric.Error, Eric.Error.INVALID_CHANNEL), true, "the error");
    assertEqual(error.message, "No channel with id it", "its text");
    const cancellable = new Gio.Cancellable();
    const cancelled = errorOf(client.create_channel_async(PRIORITY, cancellable));
    cancellable.cancel();
    assertEqual((await cancelled).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CANCELLED), true, "cancelled");
  },

  async stream() {
    const stream = await open();
    const promises = ["1", "2", "3"].map((words) => client.broadcast_async("news", text(words, "tick"), PRIORITY, null));
    const message = await stream.next_async(PRIORITY, null);
    assertEqual([message.get_event_type(), message.get_text()], ["tick", "1"], "a message");
    assertEqual(stream.retry_delay, 5, "the delay");
    const texts = [];
    while (texts.length < 2)
      texts.push(...(await stream.next_batch_async(10, PRIORITY, null)).map((one) => one.get_text()));
    assertEqual(texts, ["2", "3"], "a batch");
    assertEqual(await Promise.all(promises), [true, true, true], "the answers");
    await client.remove_listener_async("news", "me", PRIORITY, null);
    assertEqual(await stream.next_async(PRIORITY, null), null, "the end");
  },

  async watch() {
    const stream = await open(null);
    const next = stream.next_async(PRIORITY, null);
    await client.broadcast_async("news", Eric.Message.new("n", new GLib.Variant("x", 7)), PRIORITY, null);
    assertEqual((await next).get_payload().unpack(), 7, "a number");
    const end = stream.next_async(PRIORITY, null);
    stream.close();
    assertEqual(await end, null, "closed");
    streams.length = 0;
  },

  async garbage() {
    for (let i = 0; i < 100; i++) {
      const other = new Eric.SocketClient({ path, timeout: 60000 });
      other.broadcast_async("news", text("x"), PRIORITY, null).catch(logError);
      if (i % 10 === 0)
        System.gc();
    }
    assertEqual(await client.create_channel_async(PRIORITY, null), "news", "still there");
    System.gc();
  },

  async close() {
    const pending = errorOf(client.create_channel_async(PRIORITY, null));
    client.close();
    assertEqual((await pending).matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CLOSED), true, "pending");
    const later = await errorOf(client.create_channel_async(PRIORITY, null));
    assertEqual(later.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CLOSED), true, "later");
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
service.stop();
GLib.unlink(path);
GLib.rmdir(directory);
System.exit(status);
