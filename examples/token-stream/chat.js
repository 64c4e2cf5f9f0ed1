#!/usr/bin/gjs -m
// Copyright 2026 The eric-sse authors
// SPDX-License-Identifier: LGPL-2.1-or-later
//
// chat.js [--dialect DIALECT] [--url URL] [--model MODEL] PROMPT…: asks a language model,
// and prints its answer as it comes. What the model thinks goes to standard error.
//
// The key is taken from OPENAI_API_KEY, ANTHROPIC_API_KEY or OLLAMA_API_KEY. Ctrl-C
// closes the connection at once. It exits with 0 if the answer is whole, with 1 if
// something went wrong, with 2 if the command line is wrong, and with 130 after Ctrl-C.

import Eric from "gi://Eric?version=1";
import Gio from "gi://Gio";
import GLib from "gi://GLib";
import Soup from "gi://Soup?version=3.0";
import System from "system";

const SIGINT = 2;
const MAX_RETRIES = 3;   // of a service that is too busy

// Where each service is, its model, and how it wants to have its key.
const DIALECTS = {
  openai: ["https://api.openai.com/v1/chat/completions", "gpt-4o-mini",
    "OPENAI_API_KEY", "Authorization", "Bearer "],
  anthropic: ["https://api.anthropic.com/v1/messages", "claude-haiku-4-5", "ANTHROPIC_API_KEY", "x-api-key", ""],
  ollama: ["http://127.0.0.1:11434/api/chat", "llama3.2", "OLLAMA_API_KEY", "Authorization", "Bearer "],
};

// Without a line break, as print() has it.
function writer(fd) {
  const stream = new Gio.UnixOutputStream({fd});
  return (text) => stream.write_all(new TextEncoder().encode(text), null);
}

const write = writer(1);
const writeAside = writer(2);

// A source that asks once.
function makeSource(dialect, url, model, prompt) {
  const [defaultUrl, defaultModel, variable, header, prefix] = DIALECTS[dialect];
  const body = {model: model ?? defaultModel, stream: true, messages: [{role: "user", content: prompt}]};
  if (dialect === "openai")
    body.stream_options = {include_usage: true};
  if (dialect === "anthropic")
    body.max_tokens = 4096;
  const uri = GLib.Uri.parse(url ?? defaultUrl, Soup.HTTP_URI_FLAGS);
  const source = Eric.EventSource.new_for_message(Soup.Message.new_from_uri("POST", uri),
    new GLib.Bytes(new TextEncoder().encode(JSON.stringify(body))));
  source.set_header("Content-Type", "application/json");
  if (dialect === "anthropic")
    source.set_header("anthropic-version", "2023-06-01");
  if (GLib.getenv(variable) !== null)
    source.set_header(header, prefix + GLib.getenv(variable));
  source.finite = true;   // the end of the response is the end of the answer

  // A request that was refused can be made again, though it is a POST. One that the
  // service has begun to answer cannot. (To get_status() of GJS, 429 is no status.)
  let retries = 0;
  source.connect("decide-reconnect", (_source, {status_code: code}) =>
    (code === 429 || code >= 500) && retries++ < MAX_RETRIES);
  return source;
}

function printToken(token, thinking) {
  if (thinking && token.kind !== Eric.TokenKind.REASONING)
    writeAside("\n");
  if (token.kind === Eric.TokenKind.TEXT)
    write(token.text);
  else if (token.kind === Eric.TokenKind.REASONING)
    writeAside(token.text);
  else if (token.kind === Eric.TokenKind.TOOL_CALL)
    writeAside(`${token.name} ${token.text}\n`);
}

// Prints the answer. Gives the exit code.
async function ask(source) {
  const reader = new Eric.TokenReader();
  let nTokens = 0;
  let thinking = false;
  let interrupted = false;
  GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, SIGINT, () => {
    interrupted = true;
    source.close();
    return GLib.SOURCE_CONTINUE;
  });
  for await (const message of source) {
    for (const token of reader.read(message)) {
      printToken(token, thinking);
      thinking = token.kind === Eric.TokenKind.REASONING;
      nTokens++;
    }
    if (reader.is_done())
      break;
  }
  (thinking ? writeAside : write)("\n");
  if (interrupted) {
    printerr(`Stopped after ${nTokens} tokens`);
    return 130;
  }
  if (reader.get_error() !== null)
    throw reader.get_error();
  if (reader.get_finish_reason() === null)
    throw new Error("The answer was cut off");
  return 0;
}

function parseArguments(args) {
  const options = {dialect: "openai", url: null, model: null};
  while (args[0]?.startsWith("--")) {
    const name = args.shift().slice(2);
    if (!(name in options) || args.length === 0)
      return null;
    options[name] = args.shift();
  }
  return args.length > 0 && options.dialect in DIALECTS ? {...options, prompt: args.join(" ")} : null;
}

async function main() {
  const options = parseArguments([...ARGV]);
  if (options === null) {
    printerr("Usage: chat.js [--dialect openai|anthropic|ollama] [--url URL] [--model MODEL] PROMPT…");
    return 2;
  }
  let source = null;
  try {
    source = makeSource(options.dialect, options.url, options.model, options.prompt);
    return await ask(source);
  } catch (error) {
    // An error answer says why in its body, most often.
    const reason = source && Eric.TokenReader.explain(source.get_error_body());
    printerr(reason ? `${error.message}: ${reason}` : error.message);
    return source === null ? 2 : 1;
  }
}

const loop = new GLib.MainLoop(null, false);
let status = 1;
main().then((result) => (status = result)).catch(logError).finally(() => loop.quit());
loop.run();
System.exit(status);
