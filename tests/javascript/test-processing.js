// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Work in threads, from JavaScript: what C does there, with its results in the main loop.

import Eric from "gi://Eric?version=1";
import GLib from "gi://GLib";
import Gio from "gi://Gio";
import System from "system";

Gio._promisify(Eric.MessageStream.prototype, "next_async", "next_finish");
Gio._promisify(Eric.ThreadPoolListener.prototype, "wait_async", "wait_finish");

const TIMEOUT_SECONDS = 20;
const N_MESSAGES = 100;
const PRIORITY = GLib.PRIORITY_DEFAULT;

function assertEqual(value, expected, what) {
  const [text, expectedText] = [value, expected].map((x) => JSON.stringify(x));
  if (text !== expectedText)
    throw new Error(`${what}: ${text}, not ${expectedText}`);
}

function newMessage(number) {
  return Eric.Message.new("number", GLib.Variant.new_int64(number));
}

const tests = {
  async results_come_in_order() {
    const channel = Eric.DataProcessingChannel.new(null);
    const listener = channel.add_threaded_listener(3, null);
    const stream = channel.process_queue(listener, Eric.ResultOrder.INPUT);
    const numbers = [];
    for (let i = 0; i < N_MESSAGES; i++)
      channel.broadcast(newMessage(i));
    channel.notify_end();
    for (;;) {
      const message = await stream.next_async(PRIORITY, null);
      if (message.get_event_type() === Eric.MESSAGE_TYPE_CLOSED)
        break;
      numbers.push(message.get_payload().unpack());
    }
    assertEqual(await stream.next_async(PRIORITY, null), null, "the end");
    assertEqual(numbers, [...Array(N_MESSAGES).keys()], "the results");
    assertEqual([channel.done, channel.failed, channel.pending], [N_MESSAGES, 0, 0], "the progress");
  },

  async signals_come_in_the_main_loop() {
    const listener = Eric.ThreadPoolListener.new(2, null);
    let processed = 0;
    listener.connect("processed", () => processed++);
    const drained = new Promise((resolve) => listener.connect("drained", resolve));
    listener.start();
    for (let i = 0; i < N_MESSAGES; i++)
      listener.push(newMessage(i));
    listener.push(Eric.Message.new(Eric.MESSAGE_TYPE_CLOSED, null));
    await listener.wait_async(PRIORITY, null);
    await drained;
    assertEqual([processed, listener.n_done], [N_MESSAGES, N_MESSAGES], "the messages");
  },
};

const loop = new GLib.MainLoop(null, false);
let status = 1;
const deadline = GLib.timeout_add_seconds(PRIORITY, TIMEOUT_SECONDS, () => {
  printerr("waited in vain");
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
