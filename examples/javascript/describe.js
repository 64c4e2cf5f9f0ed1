// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later

// A line for a message. The data of a stream is text; much of it is JSON, but it need
// not be.
export function describe({ type, text }) {
  try {
    const { number, text: line } = JSON.parse(text);
    return `${type} ${number}: ${line}`;
  } catch {
    return `${type}: ${text}`;
  }
}
