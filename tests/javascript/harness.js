// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What of Jasmine, in which GJS has its own tests, is used here: describe(), it(),
// expect() and expectAsync(), with TAP for output. Each file ends with `run()`, which is
// not to come behind a top-level await: no promise would be settled in it.

import GLib from "gi://GLib";
import System from "system";

const DEADLINE_SECONDS = 60;
const MAX_LINES = 12;   // of an error and where it was thrown

const specs = [];
let path = [];
let hooks = { before: [], after: [] };

export function describe(name, define) {
  const outer = hooks;
  hooks = { before: [...outer.before], after: [...outer.after] };
  path.push(name);
  define();
  path.pop();
  hooks = outer;
}

export const beforeEach = (hook) => hooks.before.push(hook);
export const afterEach = (hook) => hooks.after.unshift(hook);
export const it = (name, body) => specs.push({ name: [...path, name].join(" "), body, hooks });

export function show(value) {
  if (typeof value === "bigint")
    return `${value}n`;
  if (Object.is(value, -0))
    return "-0";
  if (Array.isArray(value))
    return `[${value.map(show).join(", ")}]`;
  if (value?.constructor === Object)
    return `{${Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${show(one)}`).join(", ")}}`;
  if (typeof value === "function")
    return value.name;
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function equal(a, b) {
  if (Object.is(a, b))
    return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null)
    return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  return Array.isArray(a) === Array.isArray(b) && (a.constructor === Object || Array.isArray(a)) &&
    keys.length === others.length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

const isGError = (error, domain, code) => error instanceof GLib.Error && error.matches(domain, code);
const isJsError = (error, Class, pattern = /./) => error instanceof Class && pattern.test(error.message);

const matchers = {
  toBe: (value, expected) => Object.is(value, expected),
  toEqual: equal,
  toBeNull: (value) => value === null,
  toBeTrue: (value) => value === true,
  toContain: (value, part) => value.includes(part),
  toMatch: (value, pattern) => pattern.test(value),
  toBeInstanceOf: (value, Class) => value instanceof Class,
  toBeLessThan: (value, bound) => value < bound,
};

function check(test, negate, value, ...expected) {
  if (test(value, ...expected) === negate)
    throw new Error(`${show(value)} ${negate ? "should not pass" : "does not pass"} ${test.name || "the check"}(` +
      `${expected.map(show).join(", ")})`);
}

function caught(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  return "no error";
}

// An error is of a class and has a text, or, where it comes from C, a domain and a code.
function expectations(value, negate) {
  return {
    ...Object.fromEntries(Object.entries(matchers).map(([name, test]) =>
      [name, (...expected) => check(test, negate, value, ...expected)])),
    toThrowError: (...expected) => check(isJsError, negate, caught(value), ...expected),
    toThrowGError: (...expected) => check(isGError, negate, caught(value), ...expected),
  };
}

export const expect = (value) => ({ ...expectations(value, false), not: expectations(value, true) });

export function expectAsync(promise) {
  const rejection = promise.then(() => "no error", (error) => error);
  return {
    toBeRejectedWithError: async (...expected) => check(isJsError, false, await rejection, ...expected),
    toBeRejectedWithGError: async (...expected) => check(isGError, false, await rejection, ...expected),
  };
}

// Resolves with the arguments of the next emission.
export const once = (object, signal) => new Promise((resolve) => {
  const id = object.connect(signal, (_object, ...values) => {
    object.disconnect(id);
    resolve(values);
  });
});

export const nextTurn = () => new Promise((resolve) => GLib.idle_add(GLib.PRIORITY_LOW, () => {
  resolve();
  return GLib.SOURCE_REMOVE;
}));

async function runSpec({ name, body, hooks: { before, after } }, number) {
  const deadline = GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, DEADLINE_SECONDS, () => {
    print(`Bail out! ${name}: not within ${DEADLINE_SECONDS} s`);
    System.exit(1);
  });
  try {
    for (const part of [...before, body, ...after])
      await part();
    print(`ok ${number} ${name}`);
    return true;
  } catch (error) {
    print(`not ok ${number} ${name}`);
    print(`${error}\n${error.stack}`.split("\n", MAX_LINES).join("\n").replace(/^/gm, "# "));
    return false;
  } finally {
    GLib.source_remove(deadline);
  }
}

export function run() {
  const loop = new GLib.MainLoop(null, false);
  let passed = true;
  (async () => {
    print(`1..${specs.length}`);
    for (const [index, spec] of specs.entries())
      passed = await runSpec(spec, index + 1) && passed;
  })().finally(() => loop.quit());
  loop.run();
  System.exit(passed ? 0 : 1);
}
