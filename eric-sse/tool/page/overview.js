// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What the server says of itself: its channels and who is connected.

import { byId, html, perFrame, reconcile, setText } from "./dom.js";
import { ago, clientName, count, duration, plural } from "./format.js";

const INTERNAL = /^_eric/;
const MOST_CHANNELS = 300;
const FETCH_TIMEOUT_MS = 10000;
const RETRY_MS = 3000;

const array = (value) => (Array.isArray(value) ? value : []);
const plain = (value) => (value === null || value === undefined ? "" : String(value));

export const channelHash = (channel) => `#channel=${encodeURIComponent(channel)}`;

/** The answer of the server, with every field there and of its type. */
function tidy(json) {
  const channels = array(json.channels)
    .map((channel) => ({ ...channel, id: plain(channel?.id) }))
    .filter((channel) => channel.id !== "" && !INTERNAL.test(channel.id))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const subscribers = array(json.subscribers).map((subscriber, i) => ({
    key: plain(subscriber?.id) || `#${i}`,
    channels: array(subscriber?.channels).map(plain),
    address: plain(subscriber?.address),
    since: Number(subscriber?.since) || 0,
    agent: plain(subscriber?.user_agent),
  }));
  return {
    name: plain(json.name) || "eric-sse",
    version: plain(json.version),
    uptime: Number.isFinite(json.uptime) ? json.uptime : null,
    channels,
    subscribers,
    nSubscribers: Number.isFinite(json.n_subscribers) ? json.n_subscribers : subscribers.length,
  };
}

export class Overview {
  #data = null;
  #fetchedAt = 0;
  #clockSkew = 0; // the server's clock minus ours, in seconds
  #busy = false;
  #again = false;
  #retryTimer = 0;
  #watched = "";
  #show = perFrame(() => this.#render());

  /** Fetches the state; a call during a fetch makes one more follow it. */
  async refresh() {
    this.#again = true;
    if (this.#busy) return;
    this.#busy = true;
    clearTimeout(this.#retryTimer);
    try {
      while (this.#again) {
        this.#again = false;
        await this.#fetch();
      }
    } catch (error) {
      console.warn("The server's state could not be fetched:", error.message);
      this.#retryTimer = setTimeout(() => this.refresh(), RETRY_MS);
    } finally {
      this.#busy = false;
    }
  }

  /** Without a connection there is no use in asking for the state. */
  rest() {
    clearTimeout(this.#retryTimer);
  }

  async #fetch() {
    const response = await fetch(new URL(".", document.baseURI), {
      headers: { Accept: "application/json" },
      cache: "no-store",
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    this.#data = tidy(await response.json());
    this.#fetchedAt = Date.now();
    const date = Date.parse(response.headers.get("date") ?? "");
    this.#clockSkew = Number.isFinite(date) ? (date - this.#fetchedAt) / 1000 : 0;
    this.#show();
  }

  /** A message went by; the next fetch brings the server's own number. */
  bump(channelId) {
    const channel = this.#data?.channels.find(({ id }) => id === channelId);
    if (!channel || typeof channel.messages !== "number") return;
    channel.messages++;
    this.#show();
  }

  setWatched(channelId) {
    this.#watched = channelId;
    this.#show();
  }

  /** Once a second, for the times that are relative. */
  tick() {
    if (!this.#data) return;
    const { uptime } = this.#data;
    byId("uptime-fact").hidden = uptime === null;
    if (uptime !== null)
      setText(byId("uptime"), duration(uptime + (Date.now() - this.#fetchedAt) / 1000));
    for (const cell of byId("people").children) this.#updateSince(cell);
  }

  #render() {
    if (!this.#data) return;
    const { name, version, nSubscribers } = this.#data;
    setText(byId("name"), name);
    setText(byId("version"), version);
    setText(byId("n-subscribers"), count(nSubscribers));
    setText(byId("n-subscribers-unit"), nSubscribers === 1 ? "subscriber" : "subscribers");
    this.#renderChannels();
    this.#renderPeople();
    this.tick();
  }

  #renderChannels() {
    const { channels } = this.#data;
    setText(byId("channels-total"), channels.length > 0 ? count(channels.length) : "");
    reconcile(byId("channel-list"), channels.slice(0, MOST_CHANNELS), ({ id }) => id,
      ({ id }) => html("li", {}, html("a", { href: channelHash(id) },
        html("span", { class: "channel-name" }, id),
        html("span", { class: "numbers" }))),
      (element, { id, subscribers, messages }) => {
        const link = element.firstElementChild;
        if (id === this.#watched) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
        setText(link.lastElementChild,
          `${plural(subscribers, "subscriber")} · ${plural(messages, "message")}`);
      });
    const more = channels.length - MOST_CHANNELS;
    const note = byId("channels-note");
    note.hidden = channels.length > 0 && more <= 0;
    setText(note, more > 0 ? `And ${count(more)} more: type the name.`
      : "None yet. Watching or publishing makes one.");
  }

  #renderPeople() {
    const { subscribers, nSubscribers } = this.#data;
    setText(byId("people-total"), `${count(nSubscribers)} in total`);
    byId("people-frame").hidden = subscribers.length === 0;
    reconcile(byId("people"), subscribers, ({ key }) => key,
      ({ address, agent, since }) => {
        const time = new Date(since * 1000);
        const valid = since > 0 && Number.isFinite(time.getTime());
        const row = html("tr", {},
          html("td", { class: "in" }),
          html("td", { class: "address" }, address || "–"),
          html("td", { class: "since" }, valid
            ? html("time", { datetime: time.toISOString(), title: time.toLocaleString() }) : "–"),
          html("td", { class: "client", title: agent }, clientName(agent)));
        row.since = valid ? since : null;
        return row;
      },
      (element, { channels }) => {
        this.#updateChannels(element.firstElementChild, channels);
        this.#updateSince(element);
      });
    const more = nSubscribers - subscribers.length;
    const note = byId("people-note");
    note.hidden = subscribers.length > 0 && more <= 0;
    setText(note, more > 0 ? `And ${count(more)} more.` : "Nobody.");
  }

  #updateChannels(cell, channels) {
    const key = JSON.stringify(channels);
    if (cell.channelsKey === key) return;
    cell.channelsKey = key;
    cell.replaceChildren(...channels.map((id) => INTERNAL.test(id)
      ? html("span", { class: "tag internal", title: `internal channel ${id}` }, "this page’s news")
      : html("a", { class: "tag", href: channelHash(id) }, id)));
  }

  #updateSince(row) {
    if (row.since === null) return;
    const seconds = Date.now() / 1000 + this.#clockSkew - row.since;
    setText(row.querySelector("time"), ago(seconds));
  }
}
