// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Messages whose payloads are plain values.

/* exported extend */

const {GLib} = imports.gi;
const {checkText, fromText, toJson} = imports.overrides.ericSse.payload;

const PROPERTIES = new Map([
  ["type", "type"], ["event_type", "type"], ["eventType", "type"], ["event-type", "type"],
  ["payload", "payload"],
  ["id", "id"],
  ["sender_id", "sender_id"], ["senderId", "sender_id"], ["sender-id", "sender_id"],
]);

function isVariant(value) {
  return value instanceof GLib.Variant;
}

function checkField(value, name) {
  if (value === null || value === undefined)
    return null;
  if (typeof value !== "string")
    throw new TypeError(`The ${name} of a message is a string or null, not ${typeof value}`);
  checkText(value, `The ${name} of a message`);
  return value;
}

function readProperties(given) {
  const properties = {type: null, payload: null, id: null, sender_id: null};
  if (given === null || typeof given !== "object" || isVariant(given))
    throw new TypeError("A message is made as new Eric.Message({type, payload, id, sender_id})");
  for (const [key, value] of Object.entries(given)) {
    const name = PROPERTIES.get(key);
    if (name === undefined)
      throw new TypeError(`A message has no property ${key}: there are type, payload, id and sender_id`);
    properties[name] = value;
  }
  return properties;
}

// The library's own way to write a variant.
function writeVariant(Eric, variant) {
  return Eric.Message.new.native(null, variant).to_json();
}

// A message of a payload alone: JSON and text take one call.
function newOfPayload(Eric, type, payload) {
  const {Message} = Eric;
  if (payload === null || isVariant(payload))
    return Message.new.native(type, payload);
  if (typeof payload === "string")
    return Message.new_from_text(type, payload);
  return Message.new_from_json.native(type, toJson(payload, (variant) => writeVariant(Eric, variant), isVariant), -1);
}

function newMessage(Eric, type, payload, id, senderId) {
  type = checkField(type, "type");
  id = checkField(id, "id");
  senderId = checkField(senderId, "sender");
  const message = newOfPayload(Eric, type, payload);
  if (senderId !== null) {
    if (typeof payload === "string")
      checkText(payload, "The text of a message with a sender");
    return Eric.Message.new_full.native(type, message.get_payload(), id, senderId);
  }
  return id !== null ? message.copy_with_id(id) : message;
}

// What a call for a GLib.Variant is given instead.
function toVariant(Eric, value) {
  if (isVariant(value))
    return value;
  if (typeof value === "string") {
    checkText(value, "payload");
    return GLib.Variant.new_string(value);
  }
  if (value === null)
    return GLib.Variant.new_maybe(new GLib.VariantType("v"), null);
  return newOfPayload(Eric, null, value).get_payload();
}

const decoder = new TextDecoder();

// As it is, where get_text() has U+FFFD for NUL.
function getText(message) {
  const text = message.get_text();
  return text.includes("\ufffd") ? decoder.decode(message.get_data()) : text;
}

// Replaces a function by one that can call it as `replaced.native`.
function replace(owner, name, make) {
  const native = owner[name].bind(owner);
  owner[name] = make(native);
  owner[name].native = native;
}

function extendConstructors(Eric) {
  const {Message} = Eric;

  replace(Message, "new", () => (type, payload) => newMessage(Eric, type, payload, null, null));
  replace(Message, "new_full", () => (type, payload, id, senderId) => newMessage(Eric, type, payload, id, senderId));
  replace(Message, "new_from_text", (native) => (type, text) => {
    checkText(text, "The text of a message", true);
    checkField(type, "type");
    return text.includes("\0") ? Message.new_from_data(type, new TextEncoder().encode(text)) : native(type, text);
  });
  replace(Message, "new_from_json", (native) => (type, json, length = -1) => {
    checkText(json, "JSON");
    return native(checkField(type, "type"), json, length);
  });
  Message.prototype._init = function (given = {}) {
    const {type, payload, id, sender_id: senderId} = readProperties(given);
    return newMessage(Eric, type, payload, id, senderId);
  };
}

function extendClient(Eric) {
  const {prototype} = Eric.SocketClient;
  for (const name of ["send_payload", "send_payload_async"]) {
    const native = prototype[name];
    prototype[name] = function (payload, ...args) {
      return native.call(this, toVariant(Eric, payload), ...args);
    };
  }
}

function extend(Eric) {
  const {prototype} = Eric.Message;

  extendConstructors(Eric);
  extendClient(Eric);
  Object.defineProperties(prototype, {
    type: {configurable: true, enumerable: true, get() { return this.get_event_type(); }},
    payload: {configurable: true, enumerable: true, get() { return fromText(this.to_json()); }},
    text: {configurable: true, enumerable: true, get() { return getText(this); }},
  });
  const copyWithId = prototype.copy_with_id;
  prototype.copy_with_id = function (id) {
    return copyWithId.call(this, checkField(id, "id"));
  };
  prototype.toJSON = function () {
    const {type, payload, id} = this;
    return {type, payload, id};
  };
}
