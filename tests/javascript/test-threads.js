// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What another thread would call is refused in words, with no warning and no crash. Each
// case has a process of its own.

import Gio from "gi://Gio";
import GLib from "gi://GLib";

import { describe, expect, it, run } from "./harness.js";

Gio._promisify(Gio.Subprocess.prototype, "communicate_utf8_async", "communicate_utf8_finish");

const here = Gio.File.new_for_uri(import.meta.url).get_parent();
const [, table] = here.get_child("entry-points.json").load_contents(null);
const entryPoints = Object.values(JSON.parse(new TextDecoder().decode(table))).flatMap((part) => Object.entries(part));

const start = (name) => Gio.Subprocess.new(["gjs", "-m", here.get_child("refusals.js").get_path(), name],
  Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_PIPE);

async function runCase(name) {
  const child = start(name);
  const [out, errors] = await child.communicate_utf8_async(null, null);
  return { status: child.get_if_exited() ? child.get_exit_status() : -1, out: out.trim(), errors };
}

const [, list] = start("--list").communicate_utf8(null, null);
const names = list.trim().split("\n");

describe("What another thread would call", () => {
  for (const name of names) {
    it(`is refused: ${name}`, async () => {
      const { status, out, errors } = await runCase(name);
      expect([status, errors]).toEqual([0, ""]);
      expect(out).toMatch(/ cannot be in JavaScript\. .{20}/);
    });
  }

  it("has a case for each entry point that is refused", () => {
    const refused = entryPoints.filter(([, where]) => where !== "main").map(([, name]) => name);
    expect(refused.length).toBe(7);
    expect(refused.filter((name) => !names.includes(name))).toEqual([]);
    expect(GLib.getenv("G_DEBUG")).toContain("fatal-criticals");
  });
});

run();
