// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What is thrown where the library calls is reported, and everything goes on.

import { Script } from "./child.js";
import { describe, expect, it, run } from "./harness.js";

const script = new Script("throwing.js", { unset: ["G_DEBUG"] });

describe("An exception is reported, and nothing is lost, in", () => {
  for (const name of script.cases) {
    it(name, async () => {
      const { status, out, errors } = await script.run(name);
      expect([status, out]).toEqual([0, "1,2"]);
      expect(errors).toMatch(/JS ERROR: RangeError: thrown on purpose/);
    });
  }
});

run();
