// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What print() shows of an object.

/* exported extend */

const MAX_SHOWN = 72;

function shorten(text) {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN - 1)}…` : text;
}

function count(number, what) {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function nameOf(Enum, value) {
  return Object.keys(Enum).find((name) => Enum[name] === value).toLowerCase();
}

// The parts between the brackets.
const PARTS = {
  Message: (message) => [
    JSON.stringify(message.get_event_type()), shorten(message.to_json()),
    ...message.get_id() !== null ? [`id ${JSON.stringify(message.get_id())}`] : [],
  ],
  Listener: (listener) => [
    JSON.stringify(listener.get_id()), listener.get_running() ? "running" : "stopped",
    `${listener.get_pending()} pending`,
  ],
  Channel: (channel) => [
    JSON.stringify(channel.get_id()), count(channel.get_listener_ids().length, "listener"),
    ...channel.get_closed() ? ["closed"] : [],
  ],
  ChannelContainer: (container) => [count(container.get_size(), "channel")],
  EventSource: (source, Eric) => [
    JSON.stringify(source.get_uri()), nameOf(Eric.ReadyState, source.get_ready_state()),
  ],
  MessageStream: (stream) => [JSON.stringify(stream.get_channel().get_id())],
  MessageList: (list) => [count(list.get_n_items(), "message")],
  SocketClient: (client) => [JSON.stringify(client.get_path() ?? client.get_address().to_string())],
  SocketServer: (server) => [
    ...server.get_path() !== null ? [JSON.stringify(server.get_path())] : [],
    server.get_running() ? "running" : "stopped",
  ],
};

// A class of the application has its own name.
function className(object) {
  const {name} = object.constructor;
  return name.startsWith("Eric") ? `Eric.${name.replace(/^Eric[._]?/, "")}` : name;
}

function extend(Eric) {
  for (const [name, parts] of Object.entries(PARTS)) {
    Eric[name].prototype.toString = function () {
      return `${className(this)}(${parts(this, Eric).join(", ")})`;
    };
  }
}
