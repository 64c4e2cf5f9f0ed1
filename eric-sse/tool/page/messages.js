// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The messages of the watched channel, newest first.

import { byId, html, perFrame, setText } from "./dom.js";
import { clock, plural, prettyJson } from "./format.js";
import { channelUrl } from "./hub.js";
import { showState } from "./state.js";

const MOST_ROWS = 200;
const MOST_CHARACTERS = 20000; // of one message; the rest is only counted

function dataText(data) {
  if (data.length <= MOST_CHARACTERS) return prettyJson(data) ?? data;
  const rest = plural(data.length - MOST_CHARACTERS, "more character");
  return `${data.slice(0, MOST_CHARACTERS)}\n… and ${rest}`;
}

function row(entry) {
  const time = html("time", { datetime: entry.time.toISOString() }, clock(entry.time));
  if (entry.note !== undefined)
    return html("li", { class: `note ${entry.kind}` }, time, html("span", {}, entry.note));

  const { type, id, data } = entry.event;
  return html("li", { class: "message" },
    html("div", { class: "message-head" },
      time,
      html("span", { class: "type" }, type),
      id === "" ? null : html("span", { class: "id" }, `id ${id}`)),
    data === "" ? html("p", { class: "hint" }, "no data")
      : html("pre", {}, dataText(data)));
}

export class MessageView {
  #hub;
  #stop = null;
  #paused = false;
  #pending = []; // not shown yet, oldest first, at most MOST_ROWS
  #nPending = 0; // how many there were, also beyond MOST_ROWS
  #state = { name: "closed" };
  #wasLive = false; // in the time of this watch: the next "live" is a reconnection
  #list = byId("message-list");
  #show = perFrame(() => this.#render());

  constructor(hub) {
    this.#hub = hub;
    byId("pause").addEventListener("click", () => this.#pause(!this.#paused));
    byId("clear").addEventListener("click", () => this.#clear());
  }

  watch(channel) {
    this.#stop?.();
    this.#clear();
    this.#pause(false);
    this.#wasLive = false;
    setText(byId("watched"), channel);
    // encodeURIComponent leaves the apostrophe, which would end the shell's word.
    const url = channelUrl(channel, "greeting").href.replaceAll("'", "%27");
    setText(byId("messages-command"),
      `curl -H 'Content-Type: text/plain' -d 'hello' \\\n  '${url}'`);
    this.#stop = this.#hub.listen(channel, {
      onEvent: (event) => this.#add({ event }),
      onComment: (text) => {
        if (/^gap\b/.test(text)) this.#add({ kind: "gap", note: this.#gapWords(text) });
      },
      onState: (state) => this.#onState(state),
    });
  }

  #gapWords(text) {
    const detail = text.replace(/^gap\b[\s:,-]*/, "");
    return `Gap: messages were missed here${detail ? ` (${detail})` : ""}.`;
  }

  /** Once a second, for the countdown. */
  tick() {
    showState(byId("watch-state"), this.#state);
  }

  #onState(state) {
    this.#state = state;
    this.tick();
    const notice = byId("watch-notice");
    notice.hidden = state.name !== "failed";
    setText(notice, state.name === "failed" ? state.reason : "");
    if (state.name !== "live") return;
    if (this.#wasLive)
      this.#add({ kind: "reconnected", note: state.after === ""
        ? "Reconnected. What was sent meanwhile may be missing."
        : `Reconnected, continuing after id ${state.after}.` });
    this.#wasLive = true;
  }

  #add(entry) {
    entry.time = new Date();
    this.#pending.push(entry);
    this.#nPending++;
    if (this.#pending.length > MOST_ROWS) this.#pending.shift();
    this.#show();
  }

  #pause(paused) {
    this.#paused = paused;
    byId("pause").setAttribute("aria-pressed", paused);
    this.#render();
  }

  #clear() {
    this.#pending = [];
    this.#nPending = 0;
    this.#list.replaceChildren();
    this.#render();
  }

  #render() {
    if (!this.#paused && this.#pending.length > 0) {
      const rows = this.#pending.map(row).reverse();
      this.#pending = [];
      this.#nPending = 0;
      this.#list.prepend(...rows);
      while (this.#list.childElementCount > MOST_ROWS) this.#list.lastElementChild.remove();
    }
    const waiting = this.#paused && this.#nPending > 0;
    setText(byId("pause"), !this.#paused ? "Pause"
      : waiting ? `Resume (${this.#nPending} new)` : "Resume");
    const isEmpty = this.#list.childElementCount === 0;
    this.#list.hidden = isEmpty;
    byId("messages-empty").hidden = !isEmpty || waiting;
  }
}
