// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What GJS adds to the library when it is imported, by either
// import Eric from "gi://Eric?version=1" or imports.gi.Eric.

/* exported _init */

const {asynchronous, description, iteration, message, ranges, threads} = imports.overrides.ericSse;

// Each wraps what those before it have made of a function.
function _init() {
  for (const part of [asynchronous, message, iteration, threads, ranges, description])
    part.extend(this);
}
