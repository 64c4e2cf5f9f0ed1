// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Plain values in messages: each comes out as it went in, or is refused.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";

import { describe, expect, it, run } from "./harness.js";

const INVALID = [Eric.Error, Eric.Error.INVALID_MESSAGE_FORMAT];

const through = (payload) => new Eric.Message({ payload }).payload;
const nested = (depth) => Array.from({ length: depth }).reduce((inner) => [inner], 1);
const refused = (payload, Class, pattern) =>
  expect(() => new Eric.Message({ payload })).toThrowError(Class, pattern);

describe("A payload", () => {
  const kept = {
    "nothing": null,
    "a boolean": [true, false],
    "an integer": [0, 1, -7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
    "a real": [0.1, -0, 1.5e-7, 1e300, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 53, 2 ** 60, 1e21],
    "a big integer": [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)],
    "a string": ["", "a", "Grüße 🎉", "\"\\\n\t\u2028", "9007199254740993", "a: 9007199254740993"],
    "an array": [[], [[]], [null, [1, "a", { b: true }]]],
    "an object": [{}, { a: { b: [1, { c: null }] } }, { "": 1, "x y": 2, "ä": 3 }],
  };
  for (const [name, value] of Object.entries(kept)) {
    it(`that is ${name} is kept`, () => {
      expect(through(value)).toEqual(value);
      for (const one of Array.isArray(value) ? value : [value])
        expect(through(one)).toEqual(one);
      expect(through({ a: [value, 2n ** 62n] })).toEqual({ a: [value, 2n ** 62n] });
    });
  }

  it("keeps an object that has no prototype, and a key that is one's name", () => {
    const value = Object.assign(Object.create(null), { a: 1 });
    expect(through(value)).toEqual({ a: 1 });
    expect(Object.keys(through(JSON.parse('{"__proto__": 1}')))).toEqual(["__proto__"]);
  });

  it("gives a BigInt where a Number cannot hold it, and a Number where it can", () => {
    expect(through(7n)).toBe(7);
    expect(through([2n ** 53n - 1n, 2n ** 53n])).toEqual([2 ** 53 - 1, 2n ** 53n]);
  });

  it("may have variants in it", () => {
    const variant = new GLib.Variant("(xsmsa{ss})", [2n ** 62n, "a", null, { k: "v" }]);
    expect(through(variant)).toEqual([2n ** 62n, "a", null, { k: "v" }]);
    expect(through({ a: [variant] })).toEqual({ a: [[2n ** 62n, "a", null, { k: "v" }]] });
    expect(through([new GLib.Variant("s", "text")])).toEqual(["text"]);
    expect(Eric.Message.new(null, variant).get_payload().get_type_string()).toBe("av");
  });

  it("is the caller's own each time", () => {
    const message = new Eric.Message({ payload: { a: [1] } });
    message.payload.a.push(2);
    expect(message.payload).toEqual({ a: [1] });
  });

  it("is refused where JSON has no form for it", () => {
    refused(undefined, TypeError, /^payload is undefined/);
    refused({ a: { b: [1, undefined] } }, TypeError, /^payload\.a\.b\[1\] is undefined/);
    refused({ a: undefined }, TypeError, /^payload\.a is undefined/);
    refused([, 1], TypeError, /^payload\[0\] is undefined/);
    refused(() => 1, TypeError, /^payload is a function/);
    refused([Symbol("s")], TypeError, /^payload\[0\] is a symbol/);
    refused({ [Symbol("s")]: 1 }, TypeError, /^payload has a key that is a symbol/);
    refused({ "x y": NaN }, TypeError, /^payload\["x y"\] is NaN/);
    refused(Infinity, TypeError, /^payload is Infinity/);
    refused(-Infinity, TypeError, /^payload is -Infinity/);
    refused(2n ** 63n, TypeError, /64 bits/);
    refused(-(2n ** 63n) - 1n, TypeError, /64 bits/);
    refused(GLib.Variant.new_double(NaN), GLib.Error, /./);
  });

  it("is refused where it is an object of another kind", () => {
    refused(new Date(0), TypeError, /^payload is of class Date.*toISOString/);
    refused({ m: new Map() }, TypeError, /^payload\.m is of class Map.*Object\.fromEntries/);
    refused(new Set(), TypeError, /^payload is of class Set/);
    refused(new Uint8Array(2), TypeError, /^payload is of class Uint8Array.*base64/);
    refused(new Error("x"), TypeError, /^payload is of class Error/);
    refused(/x/, TypeError, /^payload is of class RegExp/);
    refused(Object("boxed"), TypeError, /^payload is of class String/);
    refused(new class Point { x = 1; }(), TypeError, /^payload is of class Point/);
    refused(new Gio.Cancellable(), TypeError, /^payload is of class .*Cancellable/);
  });

  it("is refused where it contains itself", () => {
    const value = { a: [1] };
    value.a.push(value);
    refused(value, TypeError, /^payload\.a\[1\] contains itself/);
    const twice = { x: 1 };
    expect(through([twice, twice])).toEqual([{ x: 1 }, { x: 1 }]);
  });

  it("is nested as deep as the library allows, and no deeper", () => {
    expect(through(nested(32))).toEqual(nested(32));
    refused(nested(33), TypeError, /more than 32 levels/);
    refused(nested(10000), TypeError, /more than 32 levels/);
    expect(() => Eric.Message.new_from_json(null, JSON.stringify(nested(513)))).toThrowGError(...INVALID);
  });

  it("is read from JSON with more than a GLib.Variant holds", () => {
    const documents = ["[12345678901234567890123]", '{"a":"\\u0000b","n":12345678901234567890}', "1e400", '"\\ud83d"',
      JSON.stringify(nested(33))];
    const values = [[12345678901234567890123n], { a: "\0b", n: 12345678901234567890n }, Infinity, "\ud83d", nested(33)];
    documents.forEach((json, i) => {
      const message = Eric.Message.new_from_json(null, json);
      expect([message.text, message.payload]).toEqual([json, values[i]]);
    });
    expect(() => Eric.Message.new_from_json(null, documents[0]).parse_json()).toThrowGError(...INVALID);
    expect(() => Eric.Message.new_from_json(null, "123\0")).toThrowError(TypeError, /NUL/);
  });

  it("is refused where a string has no form in UTF-8, or in C", () => {
    refused("a\ud800b", TypeError, /half of a surrogate pair/);
    refused(["a\udc00"], TypeError, /^payload\[0\] has half of a surrogate pair/);
    refused({ "\ud800": 1 }, TypeError, /surrogate/);
    refused(["a\0b"], TypeError, /^payload\[0\] cannot contain NUL/);
    refused({ "a\0b": 1 }, TypeError, /NUL/);
  });

  it("may be text with NUL in it", () => {
    const message = new Eric.Message({ payload: "a\0b\ufffd" });
    expect([message.payload, message.text]).toEqual(["a\0b\ufffd", "a\0b\ufffd"]);
    expect(Eric.Message.new_from_text(null, "\0").payload).toBe("\0");
    expect(new Eric.Message({ payload: "\0", id: "1" }).payload).toBe("\0");
    expect(() => new Eric.Message({ payload: "\0", sender_id: "me" })).toThrowError(TypeError, /NUL/);
  });

  it("passes on what a getter throws", () => {
    refused({ get a() { throw new RangeError("mine"); } }, RangeError, /mine/);
  });
});

describe("A message", () => {
  it("has what it was made from", () => {
    const message = new Eric.Message({ type: "tick", payload: { n: 7 }, id: "id-1", sender_id: "me" });
    const { type, event_type, payload, text, id, sender_id } = message;
    expect([type, event_type, payload, text, id, sender_id]).toEqual(
      ["tick", "tick", { n: 7 }, '{"n":7}', "id-1", "me"]);
    expect(message).toBeInstanceOf(Eric.Message);
    expect(new Eric.Message().type).toBe("message");
    expect(new Eric.Message({}).payload).toBeNull();
  });

  it("is made by each way of C's, with plain values", () => {
    expect(Eric.Message.new("tick", { n: 7 }).payload).toEqual({ n: 7 });
    expect(Eric.Message.new("tick", new GLib.Variant("i", 7)).payload).toBe(7);
    expect(Eric.Message.new("tick", null).payload).toBeNull();
    const full = Eric.Message.new_full("tick", ["a"], "1", "me");
    expect([full.payload, full.id, full.sender_id]).toEqual([["a"], "1", "me"]);
    expect(Eric.Message.new_from_json("tick", "[1]").payload).toEqual([1]);
    expect(Eric.Message.new_from_data(null, new TextEncoder().encode("ä")).payload).toBe("ä");
    expect(full.copy_with_id("2").id).toBe("2");
    expect(full.get_payload()).toBeInstanceOf(GLib.Variant);
  });

  it("takes names as GJS has them", () => {
    expect(new Eric.Message({ eventType: "a", senderId: "b" }).sender_id).toBe("b");
    expect(new Eric.Message({ event_type: "a" }).type).toBe("a");
    expect(() => new Eric.Message({ tpye: "a" })).toThrowError(TypeError, /no property tpye/);
    expect(() => new Eric.Message("a")).toThrowError(TypeError, /type, payload/);
    expect(() => new Eric.Message({ type: 7 })).toThrowError(TypeError, /type of a message/);
  });

  it("is refused as in C, and what C would cut off is, too", () => {
    expect(() => new Eric.Message({ type: "a\nb" })).toThrowGError(...INVALID);
    expect(() => new Eric.Message({ id: "a\rb" })).toThrowGError(...INVALID);
    expect(() => Eric.Message.new_from_json(null, "{")).toThrowGError(...INVALID);
    for (const key of ["type", "id", "sender_id"]) {
      expect(() => new Eric.Message({ [key]: "a\0b" })).toThrowError(TypeError, /NUL/);
      expect(() => new Eric.Message({ [key]: "\ud800" })).toThrowError(TypeError, /surrogate/);
    }
    expect(() => Eric.Message.new_from_json(null, "1\0, and what is lost")).toThrowError(TypeError, /NUL/);
    expect(() => new Eric.Message().copy_with_id("a\0b")).toThrowError(TypeError, /NUL/);
    expect(() => Eric.Message.new_from_text(null, "\ud800")).toThrowError(TypeError, /surrogate/);
  });

  it("shows what it is", () => {
    expect(String(new Eric.Message({ type: "tick", payload: { n: 7 }, id: "1" }))).toBe(
      'Eric.Message("tick", {"n":7}, id "1")');
    expect(String(new Eric.Message({ payload: "text" }))).toBe('Eric.Message("message", "text")');
    expect(String(new Eric.Message())).toBe('Eric.Message("message", null)');
    expect(String(new Eric.Message({ payload: "x".repeat(1000) })).length).toBeLessThan(120);
    expect(JSON.parse(JSON.stringify(new Eric.Message({ type: "tick", payload: [1] })))).toEqual(
      { type: "tick", payload: [1], id: null });
  });

  it("is the same by the older way to import", () => {
    expect(imports.gi.Eric.Message).toBe(Eric.Message);
    expect(new imports.gi.Eric.Message({ payload: [1] }).payload).toEqual([1]);
  });
});

run();
