// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What GJS adds to the library when it is imported, by either
// import Eric from "gi://Eric?version=1" or imports.gi.Eric.

/* exported _init */

const {asynchronous, iteration, message} = imports.overrides.ericSse;

function _init() {
  message.extend(this);
  asynchronous.extend(this);
  iteration.extend(this);
}
