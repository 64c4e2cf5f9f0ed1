// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// Values in words.

const JSON_LINE = 68; // a JSON container up to this long stays on one line
const JSON_DEPTH = 64; // deeper ones are shown as they are

/** A number that can be drawn, or null. */
export function measure(value) {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

export function count(value) {
  return typeof value === "number" ? value.toLocaleString("en") : "–";
}

export function plural(n, one, many = `${one}s`) {
  return `${count(n)} ${n === 1 ? one : many}`;
}

const BINARY = { step: 1024, units: ["B", "KiB", "MiB", "GiB", "TiB"] };
const DECIMAL = { step: 1000, units: ["B/s", "kB/s", "MB/s", "GB/s"] };

/** The factor and name of the unit in which `value` reads best. */
function unitOf(value, { step, units }) {
  let factor = 1;
  let index = 0;
  while (value >= factor * step && index < units.length - 1) {
    factor *= step;
    index++;
  }
  return { factor, unit: units[index] };
}

function short(value) {
  const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
  return String(Number(value.toFixed(digits)));
}

/** Formats values in the unit that fits `scale`, for the labels of an axis. */
function inUnitOf(scale, system) {
  const { factor, unit } = unitOf(scale, system);
  return (value) => `${short(value / factor)} ${unit}`;
}

export const memoryUnit = (scale) => inUnitOf(scale, BINARY);
export const rateUnit = (scale) => inUnitOf(scale, DECIMAL);
export const memory = (value) => memoryUnit(value)(value);
export const rate = (value) => rateUnit(value)(value);
export const percent = (value) => `${short(Math.round(value * 10) / 10)} %`;

export function duration(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  const two = (n, unit, rest, small) => `${n} ${unit}${rest > 0 ? ` ${rest} ${small}` : ""}`;
  if (s < 86400) return two(Math.floor(s / 3600), "h", Math.floor((s % 3600) / 60), "min");
  return two(Math.floor(s / 86400), "d", Math.floor((s % 86400) / 3600), "h");
}

export function ago(seconds) {
  return seconds < 2 ? "just now" : `${duration(seconds)} ago`;
}

const pad = (value, width = 2) => String(value).padStart(width, "0");

/** Local time of day with milliseconds: 14:03:09.120 */
export function clock(date) {
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}` +
    `.${pad(date.getMilliseconds(), 3)}`;
}

/** A user agent in a few words; the whole of it goes into the tooltip. */
export function clientName(agent) {
  if (!agent) return "unknown";
  const system = [["Android", "Android"], ["iPhone|iPad", "iOS"], ["Windows", "Windows"],
    ["Mac OS X", "macOS"], ["CrOS", "ChromeOS"], ["Linux", "Linux"]]
    .find(([pattern]) => new RegExp(pattern).test(agent))?.[1];
  const browsers = [["Edg(?:A|iOS)?", "Edge"], ["OPR", "Opera"], ["Firefox|FxiOS", "Firefox"],
    ["(?:Headless)?Chrome|CriOS", "Chrome"], ["Version", "Safari"]];
  if (/^Mozilla\//.test(agent)) {
    for (const [pattern, name] of browsers) {
      const match = new RegExp(`(?:^|\\s)(?:${pattern})/(\\d+)`).exec(agent);
      if (match) return `${name} ${match[1]}${system ? ` on ${system}` : ""}`;
    }
  }
  const product = /^[^\s/]+(?:\/[^\s]+)?/.exec(agent)?.[0] ?? agent;
  return product.replace("/", " ").slice(0, 40);
}

/** A JSON text as a tree of its own tokens: [open, members, close] or a token. */
function jsonTree(text) {
  const tokens = text.match(/"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g);
  let next = 0;
  const value = (depth) => {
    const open = tokens[next++];
    if (open !== "{" && open !== "[") return open;
    if (depth > JSON_DEPTH) throw new RangeError("nested too deeply");
    const members = [];
    const close = open === "{" ? "}" : "]";
    while (tokens[next] !== close) {
      if (tokens[next] === ",") next++;
      const key = open === "{" ? `${tokens[next]}: ` : "";
      if (key) next += 2;
      members.push({ key, value: value(depth + 1) });
    }
    next++;
    return { open, members, close };
  };
  return value(1);
}

function jsonText(node, indent) {
  if (typeof node === "string") return node;
  const parts = node.members.map(({ key, value }) => key + jsonText(value, `${indent}  `));
  const line = node.open + parts.join(", ") + node.close;
  if (line.length <= JSON_LINE && !line.includes("\n")) return line;
  const separator = `,\n${indent}  `;
  return `${node.open}\n${indent}  ${parts.join(separator)}\n${indent}${node.close}`;
}

/**
 * The text indented, if it is a JSON object or array; otherwise null.  Works on
 * the tokens, not on parsed values: long numbers, escapes and repeated keys
 * are shown just as they were sent.
 */
export function prettyJson(text) {
  if (!/^\s*[{[]/.test(text)) return null;
  try {
    JSON.parse(text);
    return jsonText(jsonTree(text), "");
  } catch {
    return null;
  }
}
