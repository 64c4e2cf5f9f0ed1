// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// The charts of channel `system`: what a feeder says of the machine, once a
// second.  Every field of a reading may be missing.

import { LineChart, WINDOW_SECONDS, roundUp } from "./chart.js";
import { byId, html, perFrame, setText } from "./dom.js";
import { ago, duration, measure, memory, memoryUnit, percent, rate, rateUnit } from "./format.js";
import { channelUrl } from "./hub.js";

const STALE_SECONDS = 5;
const PATIENCE_MS = 2500; // a feed that runs is heard of within this time
const REBOOT_SECONDS = 5; // uptime that goes back this far is another machine's

function parseReading(text) {
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (json === null || typeof json !== "object") return null;
  return {
    arrival: Date.now() / 1000,
    uptime: measure(json.uptime),
    cpu: measure(json.cpu),
    load: Array.isArray(json.load) ? json.load.slice(0, 3).map(measure) : [],
    used: measure(json.memory?.used),
    total: measure(json.memory?.total),
    received: measure(json.network?.received),
    sent: measure(json.network?.sent),
  };
}

const loadWords = (load) => load.map((value) => value?.toFixed(2) ?? "–").join("  ");

/** One of the three panels: a title, the current value in words, the chart. */
class Panel {
  constructor(title, lines) {
    this.title = title;
    this.chart = new LineChart(lines);
    this.heading = html("h3", {}, title);
    this.reading = html("p", { class: "reading" });
    this.node = html("figure", { class: "chart" },
      html("figcaption", {}, this.heading, this.reading), this.chart.node);
    this.words = null;
  }

  /** `words` are [strong, weak] pairs, one for each line with a legend. */
  say(words, legend = false) {
    const text = words.map((pair) => pair.join(" ")).join(", ");
    if (this.words === text) return;
    this.words = text;
    this.reading.replaceChildren(...words.map(([strong, weak], i) =>
      html("span", { class: legend ? `legend legend-${i + 1}` : null },
        html("strong", {}, strong), ` ${weak}`)));
    this.chart.node.setAttribute("aria-label",
      `${this.heading.textContent}, last ${duration(WINDOW_SECONDS)}; now ${text}`);
  }
}

export class SystemView {
  #readings = [];
  #panels = {
    cpu: new Panel("Processor", [{ value: (reading) => reading.cpu }]),
    load: new Panel("Load", [{ value: (reading) => reading.load[0] ?? null }]),
    memory: new Panel("Memory", [{ value: (reading) => reading.used }]),
    network: new Panel("Network", [
      { value: (reading) => reading.received }, { value: (reading) => reading.sent }]),
  };
  #patience = 0;
  #patient = true;
  #draw = perFrame(() => this.#render());

  constructor() {
    byId("system-charts").append(...Object.values(this.#panels).map((panel) => panel.node));
    byId("system-command").textContent =
      "while sleep 1; do\n" +
      "  printf '{\"load\":[%s,%s,%s]}' $(cut -d' ' -f1-3 /proc/loadavg) |\n" +
      "    curl -sS -H 'Content-Type: application/json' --data-binary @- \\\n" +
      `      '${channelUrl("system", "system")}'\n` +
      "done";
  }

  onEvent(event) {
    if (event.type !== "system") return;
    const reading = parseReading(event.data);
    if (!reading) return;
    const last = this.#readings.at(-1);
    if (last && last.uptime !== null && reading.uptime !== null &&
        reading.uptime < last.uptime - REBOOT_SECONDS)
      this.#readings = [];
    this.#readings.push(reading);
    this.#draw();
  }

  onState(state) {
    if (state.name !== "live") return;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      this.#patient = false;
      this.#draw();
    }, PATIENCE_MS);
  }

  /** Once a second: time goes on even when the feed does not. */
  tick() {
    this.#draw();
  }

  #render() {
    const now = Date.now() / 1000;
    this.#place();
    this.#readings = this.#readings.filter((reading, i, all) =>
      i === all.length - 1 || now - reading.at <= WINDOW_SECONDS + STALE_SECONDS);

    const latest = this.#readings.at(-1);
    byId("system-charts").hidden = !latest;
    byId("system-empty").hidden = Boolean(latest) || this.#patient;
    byId("system-waiting").hidden = Boolean(latest) || !this.#patient;
    if (!latest) return;

    const age = now - latest.at;
    const uptime = latest.uptime === null ? "" : `machine up ${duration(latest.uptime)}`;
    setText(byId("system-status"), age > STALE_SECONDS ? `last reading ${ago(age)}` : uptime);
    byId("system-status").classList.toggle("stale", age > STALE_SECONDS);
    this.#renderPanels(latest, now);
  }

  /**
   * When each reading was taken.  Readings replayed after a reconnection arrive
   * all at once; the machine's uptime still says how far they are apart, and
   * the least delayed of them ties uptime to our clock.
   */
  #place() {
    let boot = Infinity;
    for (const { arrival, uptime } of this.#readings)
      if (uptime !== null) boot = Math.min(boot, arrival - uptime);
    for (const reading of this.#readings)
      reading.at = reading.uptime === null ? reading.arrival : boot + reading.uptime;
    this.#readings.sort((a, b) => a.at - b.at);
  }

  #renderPanels(latest, now) {
    const samples = this.#readings;
    const has = (field) => samples.some((reading) => reading[field] !== null);
    const peak = (...fields) => samples.reduce((most, reading) =>
      Math.max(most, ...fields.map((field) => reading[field] ?? 0)), 0);
    const show = (panel, isShown, draw) => {
      panel.node.hidden = !isShown;
      if (isShown) draw(panel);
    };
    const { cpu, load, memory: ram, network } = this.#panels;
    const hasCpu = has("cpu");

    show(cpu, hasCpu, (panel) => {
      panel.say([[latest.cpu === null ? "–" : percent(latest.cpu), latest.load.length > 0
        ? `busy, load ${loadWords(latest.load)}` : "busy"]]);
      panel.chart.draw({ samples, now, top: 100, label: percent });
    });
    show(load, !hasCpu && samples.some((reading) => reading.load.length > 0), (panel) => {
      const most = samples.reduce((max, { load: values }) => Math.max(max, values[0] ?? 0), 0);
      panel.say([[loadWords(latest.load) || "–", "over 1, 5 and 15 min"]]);
      panel.chart.draw({ samples, now, top: roundUp(Math.max(most, 1)),
        label: (value, exact) => exact ? `load ${value.toFixed(2)}` : String(value) });
    });
    show(ram, has("used"), (panel) => {
      const top = peak("total") || roundUp(Math.max(peak("used"), 1));
      panel.say([[latest.used === null ? "–" : memory(latest.used), latest.total
        ? `of ${memory(latest.total)} used` : "used"]]);
      panel.chart.draw({ samples, now, top,
        label: (value, exact) => exact ? memory(value) : memoryUnit(top)(value) });
    });
    show(network, has("received") || has("sent"), (panel) => {
      const top = roundUp(Math.max(peak("received", "sent"), 1000));
      panel.say([[latest.received === null ? "–" : rate(latest.received), "received"],
        [latest.sent === null ? "–" : rate(latest.sent), "sent"]], true);
      panel.chart.draw({ samples, now, top,
        label: (value, exact) => exact ? rate(value) : rateUnit(top)(value) });
    });
  }
}
