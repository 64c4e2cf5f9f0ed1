// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Promises: each `name_async` gives one where it is called without a callback, as
// Gio._promisify() has it, and is there as `nameAsync`, too. Unlike there, the priority
// and the cancellable may be left out.

/* exported extend */

const {Gio, GLib} = imports.gi;

// What comes before the priority and the cancellable.
const PAIRS = {
  EventSource: {next: [], next_batch: ["max_messages"]},
  Listener: {next: [], next_batch: ["max_messages"], ready: []},
  MessageStream: {next: [], next_batch: ["max_messages"], ready: []},
  SocketStream: {next: [], next_batch: ["max_messages"]},
  SocketClient: {
    broadcast: ["channel_id", "message"],
    create_channel: [],
    dispatch: ["channel_id", "listener_id", "message"],
    register: ["channel_id"],
    remove_channel: ["channel_id"],
    remove_listener: ["channel_id", "listener_id"],
    send_payload: ["payload"],
    stream: ["channel_id", "listener_id"],
  },
  ThreadPoolListener: {wait: []},
};

// The same without a priority.
const PAIRS_WITHOUT_PRIORITY = {
  SocketServer: {stop: []},
  SseServer: {check: [], drain: ["timeout"]},
};

function camelCase(name) {
  return name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());
}

function promisify(Class, name, before, defaults) {
  const {prototype} = Class;
  const method = `${name}_async`;
  Gio._promisify(prototype, method, `${name}_finish`);
  const promised = prototype[method];
  const nArguments = before.length + defaults.length;

  prototype[method] = function (...args) {
    if (typeof args[args.length - 1] === "function")
      return promised.apply(this, args);
    if (args.length < before.length)
      throw new TypeError(`${method}() needs ${before.slice(args.length).join(", ")}`);
    if (args.length > nArguments)
      throw new TypeError(`${method}() takes at most ${nArguments} arguments and a callback`);
    const given = args.slice(0, before.length);
    return promised.apply(this, [...given, ...defaults.map((value, i) => args[before.length + i] ?? value)]);
  };
  prototype[camelCase(method)] = function (...args) {
    return this[method](...args);
  };
}

function extend(Eric) {
  for (const [table, defaults] of [[PAIRS, [GLib.PRIORITY_DEFAULT, null]], [PAIRS_WITHOUT_PRIORITY, [null]]]) {
    for (const [name, methods] of Object.entries(table)) {
      for (const [method, before] of Object.entries(methods))
        promisify(Eric[name], method, before, defaults);
    }
  }
}
