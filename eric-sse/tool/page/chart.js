// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// A line chart over the last minutes, as SVG drawn at its real size in pixels.
// Colours come from the style sheet, so that it follows light and dark.

import { svg } from "./dom.js";
import { duration } from "./format.js";

export const WINDOW_SECONDS = 180;

const HEIGHT = 150;
const MARGIN = { left: 58, right: 10, top: 10, bottom: 22 };
const BREAK_SECONDS = 5; // samples further apart than this are not joined

/** The next of 1, 2, 5, 10, 20, 50 … that is not below `value`. */
export function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? 10 * power;
}

const px = (value) => value.toFixed(1);

export class LineChart {
  /** `node` goes into the page; `lines` are [{ name, value(sample) }], at most two. */
  constructor(lines) {
    this.lines = lines;
    this.node = svg("svg", { class: "plot", height: HEIGHT, role: "img" });
    this.grid = svg("g", { class: "grid" });
    this.areas = lines.map((_, i) => svg("path", { class: `area area-${i + 1}` }));
    this.paths = lines.map((_, i) => svg("path", { class: `line line-${i + 1}` }));
    this.probe = svg("g", { class: "probe" });
    this.node.append(this.grid, ...this.areas, ...this.paths, this.probe);

    this.pointer = null;
    this.node.addEventListener("pointermove", (event) => {
      this.pointer = event.clientX - this.node.getBoundingClientRect().left;
      this.redraw();
    });
    this.node.addEventListener("pointerleave", () => {
      this.pointer = null;
      this.redraw();
    });
    new ResizeObserver(() => this.redraw()).observe(this.node);
  }

  /**
   * `samples` have a time `at` in seconds, ascending; `now` is the right edge;
   * `top` the value of the upper edge; `label(value)` names a value with unit.
   */
  draw(view) {
    this.view = view;
    this.redraw();
  }

  redraw() {
    const width = this.node.clientWidth;
    if (!this.view || width <= MARGIN.left + MARGIN.right) return;

    const { samples, now, top } = this.view;
    const bottom = HEIGHT - MARGIN.bottom;
    const x = (at) =>
      width - MARGIN.right -
      ((now - at) / WINDOW_SECONDS) * (width - MARGIN.left - MARGIN.right);
    const y = (value) => bottom - (Math.min(value, top) / top) * (bottom - MARGIN.top);

    this.#drawGrid(width, bottom, x, y);
    this.lines.forEach((line, i) => {
      const runs = this.#runs(samples, line.value, x, y);
      this.paths[i].setAttribute("d", runs.map((run) => `M${run.points.join("L")}`).join(""));
      this.areas[i].setAttribute("d", runs.map((run) =>
        `M${px(run.from)},${bottom}L${run.points.join("L")}L${px(run.to)},${bottom}Z`).join(""));
    });
    this.#drawProbe(width, bottom, x, y);
  }

  #drawGrid(width, bottom, x, y) {
    const { now, top, label } = this.view;
    const parts = [];
    for (const value of [0, top / 2, top]) {
      const at = Math.round(y(value)) + 0.5;
      parts.push(
        svg("line", { x1: MARGIN.left, x2: width - MARGIN.right, y1: at, y2: at }),
        svg("text", { x: MARGIN.left - 8, y: at + 4, "text-anchor": "end" }, label(value)));
    }
    for (let seconds = 0; seconds <= WINDOW_SECONDS; seconds += 60) {
      const oldest = seconds === WINDOW_SECONDS;
      const words = seconds === 0 ? "now" : `${duration(seconds)}${oldest ? " ago" : ""}`;
      const anchor = seconds === 0 ? "end" : oldest ? "start" : "middle";
      parts.push(svg("text",
        { x: px(x(now - seconds)), y: bottom + 17, "text-anchor": anchor }, words));
    }
    this.grid.replaceChildren(...parts);
  }

  /** The stretches of a line without a hole in them. */
  #runs(samples, value, x, y) {
    const runs = [];
    let previous = null;
    for (const sample of samples) {
      const reading = value(sample);
      if (reading === null || x(sample.at) < MARGIN.left) continue;
      const at = x(sample.at);
      if (previous === null || sample.at - previous > BREAK_SECONDS)
        runs.push({ from: at, to: at, points: [] });
      const run = runs.at(-1);
      run.to = at;
      run.points.push(`${px(at)},${px(y(reading))}`);
      previous = sample.at;
    }
    for (const { points } of runs)
      if (points.length === 1) points.push(points[0]); // a dot, by its round cap
    return runs;
  }

  /** What was there below the pointer. */
  #drawProbe(width, bottom, x, y) {
    const { samples, now, label } = this.view;
    this.probe.replaceChildren();
    if (this.pointer === null) return;

    let nearest = null;
    for (const sample of samples) {
      const distance = Math.abs(x(sample.at) - this.pointer);
      if (x(sample.at) >= MARGIN.left && distance < (nearest?.distance ?? 20))
        nearest = { sample, distance };
    }
    if (!nearest) return;

    const { sample } = nearest;
    const at = x(sample.at);
    const words = [];
    this.probe.append(svg("line", { x1: px(at), x2: px(at), y1: MARGIN.top, y2: bottom }));
    this.lines.forEach((line, i) => {
      const reading = line.value(sample);
      if (reading === null) return;
      words.push(label(reading, true));
      this.probe.append(
        svg("circle", { class: `dot-${i + 1}`, cx: px(at), cy: px(y(reading)), r: 3.5 }));
    });
    const onRight = at > width / 2;
    this.probe.append(svg("text", {
      x: px(at + (onRight ? -7 : 7)), y: MARGIN.top + 9, "text-anchor": onRight ? "end" : "start",
    }, `${words.join(" / ")}, ${Math.round(now - sample.at)} s ago`));
  }
}
