#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""chat.py [--dialect DIALECT] [--url URL] [--model MODEL] PROMPT...: asks a language
model, and prints its answer as it comes. What the model thinks goes to standard error.

The key is taken from OPENAI_API_KEY, ANTHROPIC_API_KEY or OLLAMA_API_KEY. Ctrl-C closes
the connection at once. It exits with 0 if the answer is whole, with 1 if something went
wrong, with 2 if the command line is wrong, and with 130 after Ctrl-C."""

import argparse
import asyncio
import json
import os
import sys

import gi
gi.require_version('Eric', '1')
gi.require_version('Soup', '3.0')
from gi.repository import Eric, GLib, Soup

# Where each service is, its model, and how it wants to have its key.
DIALECTS = {
    'openai': ('https://api.openai.com/v1/chat/completions', 'gpt-4o-mini',
               'OPENAI_API_KEY', 'Authorization', 'Bearer '),
    'anthropic': ('https://api.anthropic.com/v1/messages', 'claude-haiku-4-5', 'ANTHROPIC_API_KEY', 'x-api-key', ''),
    'ollama': ('http://127.0.0.1:11434/api/chat', 'llama3.2', 'OLLAMA_API_KEY', 'Authorization', 'Bearer '),
}
MAX_RETRIES = 3    # of a service that is too busy


def make_source(dialect, url, model, prompt):
    """A source that asks once."""
    default_url, default_model, variable, header, prefix = DIALECTS[dialect]
    body = {'model': model or default_model, 'stream': True, 'messages': [{'role': 'user', 'content': prompt}]}
    if dialect == 'openai':
        body['stream_options'] = {'include_usage': True}
    if dialect == 'anthropic':
        body['max_tokens'] = 4096
    uri = GLib.Uri.parse(url or default_url, GLib.UriFlags(Soup.HTTP_URI_FLAGS))
    source = Eric.EventSource.new_for_message(Soup.Message.new_from_uri('POST', uri),
                                              GLib.Bytes.new(json.dumps(body).encode()))
    source.set_header('Content-Type', 'application/json')
    if dialect == 'anthropic':
        source.set_header('anthropic-version', '2023-06-01')
    if variable in os.environ:
        source.set_header(header, prefix + os.environ[variable])
    source.set_finite(True)     # the end of the response is the end of the answer
    source.n_retries = 0
    source.connect('decide-reconnect', decide_reconnect)
    return source


def decide_reconnect(source, request, _error, _proposed):
    """A request that was refused can be made again, though it is a POST. One that the
    service has begun to answer cannot."""
    source.n_retries += 1
    return (request.get_status() == 429 or request.get_status() >= 500) and source.n_retries <= MAX_RETRIES


def explain(source, error):
    """An error answer says why in its body, most often."""
    reason = Eric.TokenReader.explain(source.get_error_body())
    return f'{error.message}: {reason}' if reason else error.message


def find_fault(reader):
    """What is wrong with an answer whose stream has ended."""
    if reader.get_error():
        return reader.get_error().message
    return 'The answer was cut off' if reader.get_finish_reason() is None else None


def print_token(token, thinking):
    if thinking and token.kind != Eric.TokenKind.REASONING:
        print(file=sys.stderr)
    if token.kind == Eric.TokenKind.TEXT:
        print(token.text, end='', flush=True)
    elif token.kind == Eric.TokenKind.REASONING:
        print(token.text, end='', file=sys.stderr, flush=True)
    elif token.kind == Eric.TokenKind.TOOL_CALL:
        print(token.name, token.text, file=sys.stderr)


async def ask(source):
    """Prints the answer. Gives what went wrong, if anything."""
    reader = Eric.TokenReader.new()
    n_tokens, thinking = 0, False
    try:
        async with source:
            async for message in source:
                for token in reader.read(message):
                    print_token(token, thinking)
                    n_tokens, thinking = n_tokens + 1, token.kind == Eric.TokenKind.REASONING
                if reader.is_done():
                    break
        print('', file=sys.stderr if thinking else sys.stdout)
    except GLib.Error as error:
        return explain(source, error)
    except asyncio.CancelledError:
        print(f'\nStopped after {n_tokens} tokens', file=sys.stderr)
        raise
    return find_fault(reader)


def main():
    parser = argparse.ArgumentParser(description='Asks a language model.')
    parser.add_argument('-d', '--dialect', choices=DIALECTS, default='openai')
    parser.add_argument('-u', '--url', help='the service, if not that of the dialect')
    parser.add_argument('-m', '--model')
    parser.add_argument('prompt', nargs='+')
    options = parser.parse_args()
    try:
        source = make_source(options.dialect, options.url, options.model, ' '.join(options.prompt))
    except GLib.Error as error:
        parser.error(error.message)
    try:
        fault = asyncio.run(ask(source))
    except KeyboardInterrupt:
        return 130
    return fault


if __name__ == '__main__':
    sys.exit(main())
