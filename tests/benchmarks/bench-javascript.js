// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Messages in GJS, beside the same in bare JavaScript: arrays for queues, an async
// generator for a stream. Each figure is the least CPU time of the main thread in some
// rounds, and the ratio is to the bare one of the same run.

import Eric from "gi://Eric?version=1";
import GLib from "gi://GLib";
import System from "system";

const N_MESSAGES = 5000;
const N_LISTENERS = 100;
const BATCH_SIZE = 64;
const N_ROUNDS = 3;
const MIN_CPU_TIME = 50e6;   // nanoseconds: the clock moves in steps

const PAYLOAD = { token: "word", index: 7, done: false };

const fill = (make) => Array.from({ length: N_MESSAGES }, make);
const newMessage = () => new Eric.Message({ type: "token", payload: PAYLOAD });

async function* generate(array) {
  for (const one of array)
    yield one;
}

// A channel whose stream has all messages, and the end behind them.
function watchFull() {
  const channel = Eric.SseChannel.new(null);
  const stream = channel.watch();
  const message = newMessage();
  for (let i = 0; i < N_MESSAGES; i++)
    channel.broadcast(message);
  channel.close();
  return stream;
}

async function count(messages) {
  let n = 0;
  for await (const message of messages)
    n += message !== null;
  return n;
}

function readBare() {
  const array = fill(newMessage);
  return () => count(generate(array));
}

// Each sets up what is not measured, and gives what is.
const scenes = [
  ["a message made", {
    bare: () => () => fill(() => ({ type: "token", text: JSON.stringify(PAYLOAD) })).length,
    eric: () => () => fill(newMessage).length,
  }],
  ["a message of text made", {
    bare: () => () => fill((_, i) => ({ type: "token", text: `${i}` })).length,
    eric: () => () => fill((_, i) => Eric.Message.new_from_text("token", `${i}`)).length,
  }],
  ["a payload read", {
    bare: () => {
      const text = JSON.stringify(PAYLOAD);
      return () => fill(() => JSON.parse(text).index).length;
    },
    eric: () => {
      const message = newMessage();
      return () => fill(() => message.payload.index).length;
    },
  }],
  [`a broadcast to ${N_LISTENERS} listeners`, {
    bare: () => {
      const queues = Array.from({ length: N_LISTENERS }, () => []);
      return () => fill(() => queues.forEach((queue) => {
        queue.push(PAYLOAD);
        queue.pop();
      })).length;
    },
    eric: () => {
      const channel = Eric.SseChannel.new(null);
      const message = newMessage();
      for (let i = 0; i < N_LISTENERS; i++)
        channel.add_listener().capacity = 1;
      return () => fill(() => channel.broadcast(message)).length;
    },
  }],
  ["a message in for await", {
    bare: readBare,
    eric: () => {
      const stream = watchFull();
      return () => count(stream);
    },
  }],
  ["a message in nextAsync()", {
    bare: readBare,
    eric: () => {
      const stream = watchFull();
      return async () => {
        let n = 0;
        while (await stream.nextAsync() !== null)
          n++;
        return n;
      };
    },
  }],
  ["a message in nextBatchAsync()", {
    bare: readBare,
    eric: () => {
      const stream = watchFull();
      return async () => {
        let n = 0;
        for (let batch; (batch = await stream.nextBatchAsync(BATCH_SIZE)) !== null;)
          n += batch.length;
        return n;
      };
    },
  }],
];

// Nanoseconds that this thread has run.
function cpuTime() {
  const [, bytes] = GLib.file_get_contents("/proc/thread-self/schedstat");
  return Number(new TextDecoder().decode(bytes).split(" ")[0]);
}

async function measure(setUp) {
  let [elapsed, n] = [0, 0];
  while (elapsed < MIN_CPU_TIME) {
    const run = setUp();
    // GJS 1.74 drops what calls back while a collection is under way in steps.
    System.gc();
    const start = cpuTime();
    const made = await run();
    elapsed += cpuTime() - start;
    if (made < N_MESSAGES)
      throw new Error(`${made} of ${N_MESSAGES}`);
    n += made;
  }
  return elapsed / n;
}

async function compare([name, { bare, eric }]) {
  const best = { bare: Infinity, eric: Infinity };
  for (let i = 0; i < N_ROUNDS; i++) {
    best.bare = Math.min(best.bare, await measure(bare));
    best.eric = Math.min(best.eric, await measure(eric));
  }
  const show = (number) => `${number.toFixed(0)} ns`.padStart(10);
  print(`${name.padEnd(32)}${show(best.bare)}${show(best.eric)}${(best.eric / best.bare).toFixed(1).padStart(8)}`);
}

const loop = new GLib.MainLoop(null, false);
let failed = null;
(async () => {
  print(`${"for each".padEnd(32)}${"bare".padStart(10)}${"Eric".padStart(10)}${"ratio".padStart(8)}`);
  for (const scene of scenes)
    await compare(scene);
})().catch((error) => (failed = error)).finally(() => loop.quit());
loop.run();
if (failed !== null)
  throw failed;
