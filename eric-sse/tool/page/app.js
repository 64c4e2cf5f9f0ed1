// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The live page of eric-sse.  At most three streams are open: the server's
// presence news, `system` for the charts, and the watched channel.

import { byId, setText } from "./dom.js";
import { Hub, isChannelName } from "./hub.js";
import { MessageView } from "./messages.js";
import { Overview, channelHash } from "./overview.js";
import { PublishForm } from "./publish.js";
import { showState, stateWords } from "./state.js";
import { SystemView } from "./system.js";

const PRESENCE = "_eric_presence";
const SYSTEM = "system";

// A browser opens only six connections to an HTTP/1.1 server, over all its
// tabs: pages out of sight let go of theirs, and catch up when seen again.
const SLEEP_AFTER_MS = 10000;

const hub = new Hub();
const overview = new Overview();
const systemView = new SystemView();
const messageView = new MessageView(hub);
const publishForm = new PublishForm();

let connection = { name: "connecting" };
let watched = null;
let stopCounting = null;

function showConnection() {
  showState(byId("connection"), connection);
  const isDown = connection.name === "waiting" || connection.name === "failed";
  byId("retry").hidden = !isDown;
  const notice = byId("notice");
  notice.hidden = connection.name !== "failed";
  setText(notice, connection.name === "failed" ? connection.reason : "");
}

function onConnection(state) {
  connection = state;
  showConnection();
  // Announced once, not with every second of the countdown.
  setText(byId("connection-announcement"), state.name === "waiting"
    ? `${state.reason} Reconnecting.` : stateWords(state));
  if (state.name === "live") overview.refresh();
  else overview.rest();
}

function channelOfHash() {
  const text = /^#channel=([^&]+)/.exec(location.hash)?.[1];
  if (text === undefined) return null;
  try {
    const channel = decodeURIComponent(text);
    return isChannelName(channel) ? channel : null;
  } catch {
    return null; // not percent-encoded text
  }
}

function watchHash() {
  const channel = channelOfHash() ?? watched ?? SYSTEM;
  if (channel === watched) return;
  watched = channel;
  document.title = `${channel} · eric-sse`;
  stopCounting?.();
  messageView.watch(channel);
  publishForm.suggestChannel(channel);
  overview.setWatched(channel);
  stopCounting = channel === SYSTEM ? null : count(channel);
}

/** Keeps the number of messages in the channel list going. */
function count(channel) {
  return hub.listen(channel, { onEvent: () => overview.bump(channel) });
}

function startWatchForm() {
  byId("watch-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const input = byId("watch-name");
    const isName = isChannelName(input.value);
    byId("watch-error").hidden = isName;
    setText(byId("watch-error"), isName ? "" : `A channel cannot be called “${input.value}”.`);
    if (!isName) return;
    location.hash = channelHash(input.value);
    input.value = "";
  });
}

function startSleeping() {
  let timer = 0;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden")
      timer = setTimeout(() => hub.suspend(), SLEEP_AFTER_MS);
    else
      hub.resume();
  });
  addEventListener("pagehide", () => hub.suspend());
  addEventListener("pageshow", (event) => event.persisted && hub.resume());
  addEventListener("online", () => hub.retryNow());
}

byId("retry").addEventListener("click", () => hub.retryNow());
byId("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the hash names the channel, it stays
  byId("messages-title").focus();
});
addEventListener("hashchange", watchHash);
startWatchForm();
startSleeping();

hub.listen(PRESENCE, {
  onState: onConnection,
  onEvent: (event) => event.type === "presence" && overview.refresh(),
});
hub.listen(SYSTEM, {
  onState: (state) => systemView.onState(state),
  onEvent: (event) => systemView.onEvent(event),
});
count(SYSTEM);
watchHash();

setInterval(() => {
  systemView.tick();
  overview.tick();
  showConnection();
  messageView.tick();
}, 1000);
