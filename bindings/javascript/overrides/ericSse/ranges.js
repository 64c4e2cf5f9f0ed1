// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What C takes for a mistake of the programmer, and warns of, is an error here.

/* exported extend */

const {GObject} = imports.gi;

const INT_MAX = 2 ** 31 - 1;
const UINT_MAX = 2 ** 32 - 1;
const SIZE_MAX = 2 ** 63 - 2 ** 10;   // the greatest number that fits

// The method, the place of a number among its arguments, and its range.
const RANGES = {
  Channel: [["set_stream_delay", 0, 0, INT_MAX], ["deliver_batch", 1, 1]],
  DataProcessingChannel: [["add_threaded_listener", 0, 0, INT_MAX]],
  EventSource: [["set_inactivity_timeout", 0, -1, INT_MAX], ["set_max_pending", 0, 1], ["next_batch_async", 0, 1]],
  Listener: [["set_capacity", 0, 0, INT_MAX], ["deliver_batch", 0, 1], ["next_batch_async", 0, 1]],
  MessageStream: [["next_batch_async", 0, 1], ["take_batch", 0, 1]],
  SocketServer: [["set_max_request", 0, 1, SIZE_MAX], ["set_idle_timeout", 0, 0, INT_MAX],
                 ["set_listener_capacity", 0, 0, INT_MAX]],
  SocketStream: [["next_batch_async", 0, 1]],
  SseChannel: [["set_retry_timeout", 0, 0, INT_MAX]],
  SseServer: [["set_keepalive", 0, 0, INT_MAX], ["set_stall_timeout", 0, 0, INT_MAX]],
  ThreadPoolListener: [["set_max_workers", 0, 1, INT_MAX], ["set_max_pending", 0, 0, INT_MAX],
                       ["set_max_retries", 0, 0, INT_MAX], ["set_retry_delay", 0, 0, INT_MAX],
                       ["set_time_limit", 0, 0, INT_MAX]],
};

const CONSTRUCTORS = {
  ThreadPoolListener: [["new", 0, 0, INT_MAX]],
  MessageList: [["new", 0, 0, INT_MAX]],
};

function check(owner, name, accept) {
  const native = owner[name];
  owner[name] = function (...args) {
    accept(args, this);
    return native.apply(this, args);
  };
}

function checkRange(owner, name, index, least, most = UINT_MAX) {
  check(owner, name, (args) => {
    // One that is left out GJS tells itself. Others it converts: null is 0, and so is what is no number.
    const number = args.length > index ? Number(args[index]) : least;
    if (!(number >= least && number <= most))
      throw new RangeError(`${name}() takes a number from ${least} to ${most}, not ${args[index]}`);
  });
}

// A property cannot refuse a value: what the constructor that can fail says of it is thrown
// also where an object is made by its properties.
function checkMade(Class, isMade, make) {
  const init = Class.prototype._init;
  Class.prototype._init = function (properties = {}) {
    const made = init.call(this, properties) ?? this;
    if (!isMade(made, properties))
      make(properties);
    return made;
  };
}

function extend(Eric) {
  for (const [name, ranges] of Object.entries(RANGES))
    ranges.forEach((range) => checkRange(Eric[name].prototype, ...range));
  for (const [name, ranges] of Object.entries(CONSTRUCTORS))
    ranges.forEach((range) => checkRange(Eric[name], ...range));
  for (const name of ["set_results", "set_dead_letters"]) {
    check(Eric.ThreadPoolListener.prototype, name, ([listener], pool) => {
      if (listener === pool)
        throw new TypeError(`${name}() takes another listener`);
    });
  }
  check(Eric.ChannelContainer, "new", ([type]) => {
    if (!GObject.type_is_a(type, Eric.Channel))
      throw new TypeError("A container has channels: give it Eric.Channel or a class that is derived from it");
  });
  checkMade(Eric.EventSource, (source, {uri}) => (uri ?? null) === null || source.get_uri() !== null,
    ({uri}) => Eric.EventSource.new(uri));
  checkMade(Eric.ContextBridge, (bridge) => bridge.get_fd() >= 0,
    ({context}) => Eric.ContextBridge.new(context ?? null));
}
