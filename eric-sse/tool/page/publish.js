// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The form that publishes a message.

import { byId, setText } from "./dom.js";
import { errorSentence } from "./event-stream.js";
import { clock } from "./format.js";
import { channelUrl, isChannelName } from "./hub.js";

const TIMEOUT_MS = 10000;

function jsonError(text) {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error.message;
  }
}

export class PublishForm {
  #channel = byId("publish-channel");
  #type = byId("publish-type");
  #data = byId("publish-data");
  #json = byId("publish-json");
  #send = byId("publish-send");
  #jsonChosen = false; // the person ticked or unticked the box: leave it alone
  #channelChosen = false;

  constructor() {
    byId("publish-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#data.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey))
        byId("publish-form").requestSubmit(this.#send);
    });
    this.#data.addEventListener("input", () => this.#detect());
    this.#json.addEventListener("change", () => {
      this.#jsonChosen = true;
      this.#detect();
    });
    this.#channel.addEventListener("input", () => {
      this.#channelChosen = this.#channel.value !== "";
    });
  }

  /** The watched channel is offered until the person writes another. */
  suggestChannel(channel) {
    if (!this.#channelChosen) this.#channel.value = channel;
  }

  #detect() {
    const text = this.#data.value;
    if (text.trim() === "") this.#jsonChosen = false;
    if (!this.#jsonChosen)
      this.#json.checked = /^\s*[{[]/.test(text) && jsonError(text) === null;
    const error = this.#json.checked && text.trim() !== "" ? jsonError(text) : null;
    byId("publish-hint").hidden = error === null;
    setText(byId("publish-hint"), error === null ? "" : `Not JSON yet: ${error}`);
  }

  async #submit() {
    const channel = this.#channel.value;
    if (!isChannelName(channel))
      return this.#result("bad", `A channel cannot be called “${channel}”.`);

    this.#send.disabled = true;
    try {
      const response = await fetch(channelUrl(channel, this.#type.value), {
        method: "POST",
        headers: { "Content-Type": this.#json.checked
          ? "application/json" : "text/plain; charset=utf-8" },
        body: this.#data.value,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (response.ok)
        this.#result("good", `${response.status}: published on ${channel}`);
      else
        this.#result("bad", `${response.status}: ${await errorSentence(response)}`);
    } catch (error) {
      this.#result("bad", error.name === "TimeoutError"
        ? "The server did not answer in time." : "The server cannot be reached.");
    } finally {
      this.#send.disabled = false;
    }
  }

  #result(kind, sentence) {
    const result = byId("publish-result");
    result.className = `result ${kind}`;
    result.textContent = `${clock(new Date()).slice(0, 8)}  ${sentence}`;
  }
}
