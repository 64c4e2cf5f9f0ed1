#!/usr/bin/env -S gjs -m
// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// follow.js URL [TYPE...]: prints the messages of an event stream, or those of some types,
// until one of type “end” comes.

import Eric from "gi://Eric?version=1";
import GLib from "gi://GLib";
import System from "system";

import { describe } from "./describe.js";

const [uri, ...types] = System.programArgs;
if (uri === undefined) {
  printerr("Usage: follow.js URL [TYPE...]");
  System.exit(1);
}

async function main() {
  const source = new Eric.EventSource({ uri });
  source.connect("open", () => printerr("following"));
  // The loop connects, comes back where the connection is lost, and closes when it is left.
  for await (const message of source) {
    if (message.type === "end")
      break;
    if (types.length === 0 || types.includes(message.type))
      print(describe(message));
  }
}

const loop = new GLib.MainLoop(null, false);
let status = 0;
main().catch((error) => {
  printerr(error.matches?.(Eric.Error, Eric.Error.UNEXPECTED_RESPONSE) ? `Not an event stream: ${error.message}`
    : error.message);
  status = 1;
}).finally(() => loop.quit());
loop.run();
System.exit(status);
