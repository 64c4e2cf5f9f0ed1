# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What language models say, from Python."""

import sys
import unittest

try:
    import gi
    gi.require_version('Eric', '1')
    from gi.repository import Eric, GLib
except (ImportError, ValueError) as error:
    print(f'cannot be tested here: {error}')
    sys.exit(77)


class TestTokenReader(unittest.TestCase):
    def test_tokens(self):
        reader = Eric.TokenReader.new()
        call = {'id': 'a', 'function': {'name': 'x', 'arguments': {'b': 1}}}
        tokens = reader.read(Eric.Message('message', {'message': {'content': 'Hi', 'thinking': 'Hm', 'tool_calls': [call]},
                                                      'done': True, 'prompt_eval_count': 3, 'eval_count': 4}))
        self.assertEqual([(token.kind, token.text, token.name, token.id) for token in tokens],
                         [(Eric.TokenKind.REASONING, 'Hm', None, None), (Eric.TokenKind.TEXT, 'Hi', None, None),
                          (Eric.TokenKind.TOOL_CALL, '{"b":1}', 'x', 'a')])
        self.assertTrue(reader.is_done())
        self.assertEqual((reader.finish_reason, reader.input_tokens, reader.output_tokens), ('stop', 3, 4))
        self.assertIsNone(reader.get_error())
        self.assertEqual(reader.read(Eric.Message('message', {'response': 'never'})), [])

    def test_errors(self):
        reader = Eric.TokenReader.new()
        self.assertEqual(reader.read(Eric.Message('message', '{"error": "no"}')), [])
        self.assertIsInstance(reader.get_error(), Eric.UnexpectedResponseError)
        self.assertEqual(reader.get_error().message, 'no')
        self.assertIsNone(reader.get_finish_reason())

    def test_odd_values(self):
        reader = Eric.TokenReader.new()
        tokens = []
        for data in ('2026-01-01 00:00:00', '{"choices":[{"delta":{"content":"\\ud83d!"},"logprobs":NaN}]}',
                     '{"message":{"tool_calls":[{"function":{"name":"x","arguments":{"n":12345678901234567890}}}]}}'):
            tokens += reader.read(Eric.Message('message', data))
        self.assertEqual([token.text for token in tokens], ['\ufffd!', '{"n":12345678901234567890}'])
        self.assertIsNone(reader.get_error())

    def test_explain(self):
        self.assertEqual(Eric.TokenReader.explain(GLib.Bytes.new(b'{"error": {"message": "no"}}')), 'no')
        self.assertIsNone(Eric.TokenReader.explain(GLib.Bytes.new(b'<html>')))
        self.assertIsNone(Eric.TokenReader.explain(None))


if __name__ == '__main__':
    unittest.main()
