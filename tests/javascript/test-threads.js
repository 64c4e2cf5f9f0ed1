// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What another thread would call is refused in words, with no warning and no crash.

import Gio from "gi://Gio";
import GLib from "gi://GLib";

import { Script } from "./child.js";
import { describe, expect, it, run } from "./harness.js";

const [, table] = Gio.File.new_for_uri(import.meta.url).get_parent().get_child("entry-points.json").load_contents(null);
const entryPoints = Object.values(JSON.parse(new TextDecoder().decode(table))).flatMap((part) => Object.entries(part));
const script = new Script("refusals.js");
const { cases } = script;

describe("What another thread would call", () => {
  for (const name of cases) {
    it(`is refused: ${name}`, async () => {
      const { status, out, errors } = await script.run(name);
      expect([status, errors]).toEqual([0, ""]);
      expect(out).toMatch(/ cannot be in JavaScript\. .{20}/);
    });
  }

  it("has a case for each entry point that is refused", () => {
    const refused = entryPoints.filter(([, where]) => where !== "main").map(([, name]) => name);
    expect(refused.length).toBe(7);
    expect(refused.filter((name) => !cases.includes(name))).toEqual([]);
    expect(GLib.getenv("G_DEBUG")).toContain("fatal-criticals");
  });
});

run();
