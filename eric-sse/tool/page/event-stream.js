// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Server-Sent Events over fetch().  The browser's own EventSource only hands
// out events whose type is known beforehand and hides comments; this page
// shows every type and the server's gap markers, so it reads the stream itself.

const DEFAULT_RETRY_MS = 3000;
const SHORTEST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 60 * 60 * 1000;
const LONGEST_BACKOFF_MS = 30 * 1000;

/**
 * Parser for text/event-stream as the WHATWG HTML standard has it.
 * Takes bytes in pieces of any size; calls back synchronously:
 *   onEvent({ type, data, id }), onComment(text), onRetry(milliseconds)
 */
export class EventStreamParser {
  #decoder = new TextDecoder(); // also drops one leading byte order mark
  #line = ""; // the beginning of a line whose end has not come yet
  #skipLineFeed = false; // the last piece ended in CR: an LF belongs to it
  #data = null; // null: no data field so far, which is not the same as ""
  #type = "";
  #idBuffer;
  #callbacks;

  /** The id to resume after; set when an event is complete. */
  lastEventId;

  constructor(callbacks = {}, lastEventId = "") {
    this.#callbacks = callbacks;
    this.#idBuffer = lastEventId;
    this.lastEventId = lastEventId;
  }

  push(bytes) {
    let text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return;

    if (this.#skipLineFeed) {
      this.#skipLineFeed = false;
      if (text[0] === "\n") text = text.slice(1);
    }

    const lineEnd = /\r\n|\r|\n/g;
    let start = 0;
    for (let match; (match = lineEnd.exec(text)); start = lineEnd.lastIndex) {
      const line = this.#line + text.slice(start, match.index);
      this.#line = "";
      if (match[0] === "\r" && lineEnd.lastIndex === text.length)
        this.#skipLineFeed = true;
      this.#takeLine(line);
    }
    this.#line += text.slice(start);
  }

  #takeLine(line) {
    if (line === "") return this.#dispatch();

    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? "" : line.slice(colon + 1);
    if (value[0] === " ") value = value.slice(1);

    switch (field) {
      case "":
        this.#callbacks.onComment?.(value);
        break;
      case "event":
        this.#type = value;
        break;
      case "data":
        this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
        break;
      case "id":
        if (!value.includes("\0")) this.#idBuffer = value;
        break;
      case "retry":
        if (/^[0-9]+$/.test(value)) this.#callbacks.onRetry?.(Number(value));
        break;
    }
  }

  #dispatch() {
    const type = this.#type || "message";
    const data = this.#data;
    this.#type = "";
    this.#data = null;
    this.lastEventId = this.#idBuffer;
    if (data !== null)
      this.#callbacks.onEvent?.({ type, data, id: this.lastEventId });
  }
}

/** How long to wait before the attempt that follows `failures` failed ones. */
export function reconnectDelay(retry, failures, random = Math.random) {
  const base = Math.min(Math.max(retry, SHORTEST_RETRY_MS), LONGEST_RETRY_MS);
  const backoff = Math.min(base * 2 ** Math.min(failures, 8), LONGEST_BACKOFF_MS);
  return Math.round(Math.max(base, backoff) * (1 + 0.3 * random()));
}

/** A header carries bytes: the id goes out as UTF-8, as EventSource does it. */
function headerValue(text) {
  let value = "";
  for (const byte of new TextEncoder().encode(text))
    value += String.fromCharCode(byte);
  return value;
}

/** The server's sentence about what went wrong, or one of our own. */
export async function errorSentence(response) {
  let text = "";
  try {
    if (!/^text\/html\b/i.test(response.headers.get("content-type") ?? ""))
      text = (await response.text()).trim().slice(0, 300);
  } catch {
    // The status is all there is to tell.
  }
  return text || `The server answered ${response.status} ${response.statusText}`.trim() + ".";
}

/**
 * One stream that stays open: reconnects after the server's `retry` time and
 * resumes after the last id.  onState gets one of
 *   { name: "closed" }               not started, or closed by us
 *   { name: "connecting" }
 *   { name: "live", after }          after: the id it resumes after, or ""
 *   { name: "waiting", until, reason }   next attempt at `until` (Date.now())
 *   { name: "failed", reason }       the server refused; only retryNow() helps
 */
export class EventStream {
  state = { name: "closed" };

  #url;
  #callbacks;
  #controller = null;
  #timer = 0;
  #retry = DEFAULT_RETRY_MS;
  #failures = 0;
  #lastEventId = "";

  constructor(url, callbacks = {}) {
    this.#url = url;
    this.#callbacks = callbacks;
  }

  open() {
    if (this.state.name === "closed") this.#connect();
  }

  close() {
    this.#stop();
    this.#setState({ name: "closed" });
  }

  /** Do not wait for the timer, and try again even after a refusal. */
  retryNow() {
    if (this.state.name !== "waiting" && this.state.name !== "failed") return;
    this.#stop();
    this.#failures = 0;
    this.#connect();
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    this.#controller = null;
  }

  #setState(state) {
    this.state = state;
    this.#callbacks.onState?.(state);
  }

  async #connect() {
    const controller = new AbortController();
    this.#controller = controller;
    this.#setState({ name: "connecting" });

    let outcome;
    try {
      outcome = await this.#read(controller.signal);
    } catch (error) {
      outcome = { reason: this.state.name === "live"
        ? "The connection was lost." : "The server cannot be reached." };
      if (!(error instanceof TypeError) && error.name !== "AbortError")
        console.error(error);
    }
    if (controller.signal.aborted) return;
    controller.abort(); // lets go of a response that was not read to its end

    if (outcome.final) {
      this.#setState({ name: "failed", reason: outcome.reason });
      return;
    }
    const delay = Math.max(reconnectDelay(this.#retry, this.#failures++),
                           outcome.retryAfter ?? 0);
    this.#timer = setTimeout(() => this.#connect(), delay);
    this.#setState({ name: "waiting", until: Date.now() + delay, reason: outcome.reason });
  }

  async #read(signal) {
    const headers = { Accept: "text/event-stream" };
    if (this.#lastEventId !== "")
      headers["Last-Event-ID"] = headerValue(this.#lastEventId);

    const response = await fetch(this.#url, { headers, signal, cache: "no-store" });
    if (response.status !== 200) return this.#refusal(response);
    if (!/^text\/event-stream\s*(;|$)/i.test(response.headers.get("content-type") ?? ""))
      return { final: true, reason: "The server's answer is not an event stream." };

    this.#failures = 0;
    this.#setState({ name: "live", after: this.#lastEventId });

    const parser = new EventStreamParser({
      onEvent: (event) => signal.aborted || this.#callbacks.onEvent?.(event),
      onComment: (text) => signal.aborted || this.#callbacks.onComment?.(text),
      onRetry: (milliseconds) => (this.#retry = milliseconds),
    }, this.#lastEventId);

    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (signal.aborted) break;
      if (done) break; // an event without its empty line is not delivered
      parser.push(value);
      this.#lastEventId = parser.lastEventId;
    }
    return { reason: "The server closed the connection." };
  }

  async #refusal(response) {
    if (response.status === 204)
      return { final: true, reason: "The server says that this stream has ended." };
    const reason = await errorSentence(response);
    const passing = response.status >= 500 || [408, 425, 429].includes(response.status);
    const seconds = Number(response.headers.get("retry-after"));
    const retryAfter = seconds > 0 ? Math.min(seconds * 1000, LONGEST_RETRY_MS) : 0;
    return { final: !passing, reason, retryAfter };
  }
}
