// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// What language models say.

import Eric from "gi://Eric?version=1";
import GLib from "gi://GLib";

import { describe, expect, it, run } from "./harness.js";

const say = (payload) => new Eric.Message({ type: "message", payload });
const bytes = (text) => new GLib.Bytes(new TextEncoder().encode(text));

describe("A token reader", () => {
  it("gives tokens", () => {
    const { REASONING, TEXT, TOOL_CALL } = Eric.TokenKind;
    const reader = new Eric.TokenReader();
    const call = { id: "a", function: { name: "x", arguments: { b: 1 } } };
    const message = { content: "Hi", thinking: "Hm", tool_calls: [call] };
    const tokens = reader.read(say({ message, done: true, prompt_eval_count: 3, eval_count: 4 }));

    expect(tokens.map(({ kind, text, name, id }) => [kind, text, name, id])).toEqual(
      [[REASONING, "Hm", null, null], [TEXT, "Hi", null, null], [TOOL_CALL, '{"b":1}', "x", "a"]]);
    expect(reader.is_done()).toEqual(true);
    expect(reader.get_finish_reason()).toEqual("stop");
    expect([reader.get_input_tokens(), reader.get_output_tokens()]).toEqual([3, 4]);
    expect(reader.get_error()).toEqual(null);
    expect(reader.read(say({ response: "never" }))).toEqual([]);
  });

  it("has an error", () => {
    const reader = new Eric.TokenReader();

    expect(reader.read(say('{"error": "no"}'))).toEqual([]);
    expect(reader.get_error().matches(Eric.Error, Eric.Error.UNEXPECTED_RESPONSE)).toEqual(true);
    expect(reader.get_error().message).toEqual("no");
    expect(reader.get_finish_reason()).toEqual(null);
  });

  it("reads odd values", () => {
    const reader = new Eric.TokenReader();
    const texts = ["2026-01-01 00:00:00", '{"choices":[{"delta":{"content":"\\ud83d!"},"logprobs":NaN}]}',
      '{"message":{"tool_calls":[{"function":{"name":"x","arguments":{"n":12345678901234567890}}}]}}']
      .flatMap((data) => reader.read(say(data))).map(({ text }) => text);

    expect(texts).toEqual(["\ufffd!", '{"n":12345678901234567890}']);
    expect(reader.get_error()).toEqual(null);
  });

  it("explains refusals", () => {
    expect(Eric.TokenReader.explain(bytes('{"error": {"message": "no"}}'))).toEqual("no");
    expect(Eric.TokenReader.explain(bytes("<html>"))).toEqual(null);
    expect(Eric.TokenReader.explain(null)).toEqual(null);
  });
});

run();
