// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Plain JavaScript values to the JSON that the library reads, and back. A value goes in
// as it is or not at all: what JSON.stringify() drops or bends is an error here that
// says where it is. A GLib.Variant is made and read element by element, at a call each;
// JSON takes one call for all of it.

/* exported checkText, fromText, toJson */

// That of the library: what it refuses is not walked any deeper.
const MAX_DEPTH = 32;

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

const LONE_SURROGATE = /[\ud800-\udfff]/u;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

// What JSON.stringify() makes of NUL and of half a surrogate pair.
const ESCAPED = /\\u(?:0000|d[89a-f])/;

// Only what is as long as this may be an integer that a Number cannot hold.
const LONG_INTEGER = /\d{16}/;
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(\.\d+)?([eE][+-]?\d+)?/g;
const MARK = "\0";
const MARKED = '"\\u0000';

function nameOf(path) {
  return path.reduce((name, key) => {
    if (typeof key === "number")
      return `${name}[${key}]`;
    return IDENTIFIER.test(key) ? `${name}.${key}` : `${name}[${JSON.stringify(key)}]`;
  }, "payload");
}

function fail(path, what) {
  return new TypeError(`${nameOf(path)} ${what}`);
}

// What a string must be to be one in UTF-8, and, unless NUL is allowed, one in C.
function checkText(text, what, allowNul = false) {
  if (LONE_SURROGATE.test(text))
    throw new TypeError(`${what} has half of a surrogate pair, which UTF-8 has no form for`);
  if (!allowNul && text.includes("\0"))
    throw new TypeError(`${what} cannot contain NUL`);
}

function writeString(text, path) {
  if (LONE_SURROGATE.test(text) || text.includes("\0"))
    checkText(text, nameOf(path));
  return JSON.stringify(text);
}

function writeNumber(number, path) {
  if (!Number.isFinite(number))
    throw fail(path, `is ${number}, which JSON has no form for`);
  if (Object.is(number, -0))
    return "-0.0";
  const text = String(number);
  // Not an integer: it would come back as a BigInt.
  return Number.isInteger(number) && !Number.isSafeInteger(number) && !text.includes("e") ? `${text}.0` : text;
}

function writeBigInt(number, path) {
  if (number > INT64_MAX || number < INT64_MIN)
    throw fail(path, `is ${number}n, which does not fit into 64 bits`);
  return number.toString();
}

function isPlain(object) {
  const prototype = Object.getPrototypeOf(object);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

const HINTS = new Map(Object.entries({
  Date: "give it as date.toISOString() or date.getTime()",
  Map: "give it as Object.fromEntries(map)",
  Set: "give it as [...set]",
  Error: "give it as error.message",
  Uint8Array: "give it as text, for example GLib.base64_encode(bytes)",
}));

function refuseObject(object, path) {
  const name = object.constructor?.name || "object";
  const hint = HINTS.get(name) ?? "give it as a plain object, array, string or number";
  return fail(path, `is of class ${name}, which JSON has no form for: ${hint}`);
}

class Writer {
  constructor(writeVariant, isVariant) {
    this._writeVariant = writeVariant;
    this._isVariant = isVariant;
    this._above = [];
    this._path = [];
  }

  write(value) {
    switch (typeof value) {
    case "string":
      return writeString(value, this._path);
    case "number":
      return writeNumber(value, this._path);
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return writeBigInt(value, this._path);
    case "object":
      return value === null ? "null" : this._writeObject(value);
    default:
      throw fail(this._path, value === undefined ? "is undefined: for nothing, give null"
        : `is a ${typeof value}, which JSON has no form for`);
    }
  }

  _writeObject(object) {
    if (this._isVariant(object))
      return this._writeVariant(object);
    const isArray = Array.isArray(object);
    if (!isArray && !isPlain(object))
      throw refuseObject(object, this._path);
    if (this._above.includes(object))
      throw fail(this._path, "contains itself");
    if (this._above.length >= MAX_DEPTH)
      throw fail(this._path, `is nested more than ${MAX_DEPTH} levels deep`);
    this._above.push(object);
    const text = isArray ? `[${this._writeItems(object)}]` : `{${this._writeMembers(object)}}`;
    this._above.pop();
    return text;
  }

  _writeAt(key, value) {
    this._path.push(key);
    const text = this.write(value);
    this._path.pop();
    return text;
  }

  _writeItems(array) {
    return Array.from(array, (value, index) => this._writeAt(index, value)).join(",");
  }

  _writeMembers(object) {
    if (Object.getOwnPropertySymbols(object).length > 0)
      throw fail(this._path, "has a key that is a symbol");
    return Object.keys(object).map((key) =>
      `${writeString(key, [...this._path, key])}:${this._writeAt(key, object[key])}`).join(",");
  }
}

// Whether JSON.stringify() keeps all of it, but for what is not UTF-8.
function isSimple(value, depth) {
  if (typeof value === "string" || typeof value === "boolean" || value === null)
    return true;
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? !Object.is(value, -0) : value % 1 !== 0 && Number.isFinite(value);
  if (typeof value !== "object" || depth === 0)
    return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (!isSimple(value[i], depth - 1))
        return false;
    }
    return !("toJSON" in value);
  }
  if (!isPlain(value) || Object.getOwnPropertySymbols(value).length > 0)
    return false;
  for (const key of Object.keys(value)) {
    if (!isSimple(value[key], depth - 1))
      return false;
  }
  return !("toJSON" in value);
}

// writeVariant() gives the JSON of what isVariant() knows. Most values are simple, and
// that takes half the time.
function toJson(value, writeVariant, isVariant) {
  if (isSimple(value, MAX_DEPTH)) {
    const text = JSON.stringify(value);
    if (!ESCAPED.test(text))
      return text;
  }
  return new Writer(writeVariant, isVariant).write(value);
}

function readMarked(text) {
  return text.startsWith(MARK) ? text : BigInt(text);
}

// The mark says that a BigInt follows; a string that begins with it has another one before it.
function fromText(json) {
  if (!LONG_INTEGER.test(json))
    return JSON.parse(json);
  let marked = false;
  const text = json.replace(STRING_OR_NUMBER, (token, fraction, exponent) => {
    if (token.startsWith(MARKED))
      return `"\\u0000${token.slice(1)}`;
    if (token[0] === '"' || fraction || exponent || Number.isSafeInteger(Number(token)))
      return token;
    marked = true;
    return `"\\u0000${token}"`;
  });
  if (!marked)
    return JSON.parse(json);
  return JSON.parse(text, (_key, value) =>
    typeof value === "string" && value.startsWith(MARK) ? readMarked(value.slice(1)) : value);
}
