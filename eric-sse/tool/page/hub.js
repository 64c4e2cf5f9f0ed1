// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// One stream per channel, however many parts of the page listen to it.

import { EventStream } from "./event-stream.js";

export function channelUrl(channel, type = "") {
  const query = type === "" ? "" : `?event=${encodeURIComponent(type)}`;
  return new URL(`events/${encodeURIComponent(channel)}${query}`, document.baseURI);
}

/** The stream of a channel, beginning with what the server still has of it. */
function streamUrl(channel) {
  const url = channelUrl(channel);
  url.searchParams.set("lastEventId", "earliest");
  return url;
}

/** A URL swallows these two, even percent-encoded; the server judges the rest. */
export function isChannelName(text) {
  return text !== "" && text !== "." && text !== "..";
}

export class Hub {
  #entries = new Map(); // channel -> { stream, listeners }
  #suspended = false;

  /**
   * Calls listener.onEvent(event), .onComment(text) and .onState(state);
   * returns the function that ends it.  The last one out closes the stream.
   */
  listen(channel, listener) {
    let entry = this.#entries.get(channel);
    if (!entry) {
      entry = this.#create(channel);
      this.#entries.set(channel, entry);
    }
    entry.listeners.add(listener);
    listener.onState?.(entry.stream.state);
    if (!this.#suspended) entry.stream.open();

    return () => {
      if (!entry.listeners.delete(listener) || entry.listeners.size > 0) return;
      this.#entries.delete(channel);
      entry.stream.close();
    };
  }

  /** Closes all streams, remembering where each of them was. */
  suspend() {
    this.#suspended = true;
    for (const { stream } of this.#entries.values()) stream.close();
  }

  resume() {
    if (!this.#suspended) return;
    this.#suspended = false;
    for (const { stream } of this.#entries.values()) stream.open();
  }

  retryNow() {
    for (const { stream } of this.#entries.values()) stream.retryNow();
  }

  #create(channel) {
    const listeners = new Set();
    const tell = (method) => (value) => {
      for (const listener of listeners) listener[method]?.(value);
    };
    const stream = new EventStream(streamUrl(channel), {
      onEvent: tell("onEvent"),
      onComment: tell("onComment"),
      onState: tell("onState"),
    });
    return { stream, listeners };
  }
}
