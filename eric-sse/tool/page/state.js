// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The state of a stream in words.

import { setText } from "./dom.js";

export function stateWords(state) {
  switch (state.name) {
    case "live":
      return "live";
    case "connecting":
      return "connecting";
    case "waiting":
      return `reconnecting in ${Math.max(1, Math.ceil((state.until - Date.now()) / 1000))} s`;
    case "failed":
      return "refused";
    default:
      return "asleep";
  }
}

export function showState(element, state) {
  element.dataset.state = state.name;
  element.title = state.reason ?? (state.name === "closed"
    ? "The streams are closed while this page is out of sight." : "");
  setText(element, stateWords(state));
}
