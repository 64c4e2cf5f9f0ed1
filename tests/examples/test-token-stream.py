#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A token stream, of each dialect, against the stand-in.

Arguments: the stand-in; the command line of the program."""

import faulthandler
import functools
import os
import re
import signal
import subprocess
import sys
import unittest

STAND_IN, *PROGRAM = sys.argv[1:]
del sys.argv[1:]
DEADLINE = 50
os.environ['LC_ALL'] = 'C.UTF-8'
for variable in ('OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'OLLAMA_API_KEY'):
    os.environ.pop(variable, None)

# The dialect, the path, and the variable that has the key.
SERVICES = [
    ('openai', '/v1/chat/completions', 'OPENAI_API_KEY'),
    ('anthropic', '/v1/messages', 'ANTHROPIC_API_KEY'),
    ('ollama', '/api/chat', 'OLLAMA_API_KEY'),
    ('ollama', '/api/generate', 'OLLAMA_API_KEY'),
]
ANSWER = 'The sky is blue because air scatters blue light most.\n'
LONG = '600000'    # milliseconds, which nobody waits for

faulthandler.dump_traceback_later(3 * DEADLINE, exit=True)    # where it waits in vain


def each_service(test):
    @functools.wraps(test)
    def run(self):
        for service in SERVICES:
            with self.subTest(path=service[1]):
                test(self, service)
    return run


class StandIn:
    def __init__(self, test, *options):
        self.process = subprocess.Popen([STAND_IN, *options], stdout=subprocess.PIPE, text=True)
        test.addCleanup(self.process.communicate)
        test.addCleanup(self.process.kill)
        self.url = self.next_line()

    def next_line(self):
        return self.process.stdout.readline().rstrip('\n')

    def next_outcome(self, test, path):
        """What became of the next answer."""
        test.assertEqual(self.next_line(), f'{path}: asked')
        return self.next_line()


class TestTokenStream(unittest.TestCase):
    def start(self, stand_in, service, prompt='Why?', model='stand-in', key=None):
        dialect, path, variable = service
        environment = os.environ | ({variable: key} if key else {})
        process = subprocess.Popen([*PROGRAM, '--dialect', dialect, '--url', stand_in.url + path, '--model', model, prompt],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def run_program(self, *args, **kwargs):
        """The exit code, standard output and standard error."""
        process = self.start(*args, **kwargs)
        output, errors = process.communicate(timeout=DEADLINE)
        return process.returncode, output, errors

    @each_service
    def test_answer(self, service):
        stand_in = StandIn(self, '--delay', '1', '--key', 'secret')
        status, output, errors = self.run_program(stand_in, service, key='secret')
        self.assertEqual((status, output), (0, ANSWER), errors)
        self.assertEqual(errors.strip(), 'Light and air.')
        self.assertRegex(stand_in.next_outcome(self, service[1]), rf'\A{service[1]}: sent (\d+) of \1 pieces\Z')

    @each_service
    def test_tool(self, service):
        if service[1] == '/api/generate':
            self.skipTest('it has no tools')
        stand_in = StandIn(self, '--delay', '1')
        status, output, errors = self.run_program(stand_in, service, 'What is the weather?')
        self.assertEqual((status, output.strip()), (0, ''), errors)
        self.assertRegex(errors, r'\Aget_weather \{"city": ?"Rome"\}\n\Z')

    @each_service
    def test_wrong_key(self, service):
        stand_in = StandIn(self, '--key', 'secret')
        reason = {
            'openai': 'Incorrect API key provided',
            'anthropic': 'invalid x-api-key',
            'ollama': 'unauthorized',
        }[service[0]]
        status, output, errors = self.run_program(stand_in, service, key='wrong')
        self.assertEqual((status, output.strip()), (1, ''))
        self.assertIn(f'401 Unauthorized: {reason}\n', errors)

    @each_service
    def test_no_model(self, service):
        stand_in = StandIn(self)
        status, _output, errors = self.run_program(stand_in, service, model='other')
        self.assertEqual(status, 1)
        self.assertRegex(errors, r'404 Not Found: .*model')

    def test_busy(self):
        """Once is no reason to give up."""
        stand_in = StandIn(self, '--delay', '1', '--busy')
        status, output, errors = self.run_program(stand_in, SERVICES[0])
        self.assertEqual((status, output), (0, ANSWER), errors)
        self.assertEqual(stand_in.next_line(), '/v1/chat/completions: 429')
        self.assertIn('sent', stand_in.next_outcome(self, SERVICES[0][1]))

    @each_service
    def test_error_in_the_middle(self, service):
        """After the first token, nothing is asked again."""
        reason = {
            'openai': 'The server had an error while processing your request',
            'anthropic': 'Overloaded',
            'ollama': 'an error was encountered while running the model: out of memory',
        }[service[0]]
        stand_in = StandIn(self, '--delay', '1', '--fail')
        status, _output, errors = self.run_program(stand_in, service)
        self.assertEqual(status, 1)
        self.assertTrue(errors.startswith('Light and air.'), errors)
        self.assertTrue(errors.endswith(f'\n{reason}\n'), errors)
        self.assertIn('failed after', stand_in.next_outcome(self, service[1]))

    @each_service
    def test_cut_off(self, service):
        stand_in = StandIn(self, '--delay', '1', '--cut')
        status, _output, errors = self.run_program(stand_in, service)
        self.assertEqual(status, 1)
        self.assertIn('cut off', errors)
        self.assertIn('cut off after', stand_in.next_outcome(self, service[1]))

    def interrupt(self, stand_in, process):
        """How much the service had sent, and what the program says of it. The service sees
        at once that the client has gone: it has nothing more to send that would tell."""
        process.send_signal(signal.SIGINT)
        gone = re.search(r': the client left after (\d+) of (\d+) pieces\Z', stand_in.next_line())
        self.assertLess(int(gone[1]), int(gone[2]))
        output, errors = process.communicate(timeout=DEADLINE)
        self.assertEqual(process.returncode, 130, errors)
        said = re.search(r'Stopped after (\d+) tokens\n\Z', errors)
        return int(gone[1]), int(said[1])

    @each_service
    def test_interrupt(self, service):
        stand_in = StandIn(self, '--delay', '1', '--hold')
        process = self.start(stand_in, service)
        self.assertEqual(process.stderr.read(len('Light and air.')), 'Light and air.')
        self.assertEqual(stand_in.next_line(), f'{service[1]}: asked')
        n_sent, n_tokens = self.interrupt(stand_in, process)
        self.assertGreaterEqual(n_sent, 2)
        self.assertGreaterEqual(n_tokens, 2)

    @each_service
    def test_interrupt_before_the_first_byte(self, service):
        stand_in = StandIn(self, '--wait', LONG)
        process = self.start(stand_in, service)
        self.assertEqual(stand_in.next_line(), f'{service[1]}: asked')
        self.assertEqual(self.interrupt(stand_in, process), (0, 0))

    @each_service
    def test_nobody_there(self, service):
        stand_in = StandIn(self)
        stand_in.process.kill()
        stand_in.process.wait()
        status, _output, errors = self.run_program(stand_in, service)
        self.assertEqual(status, 1)
        self.assertIn('Connection refused', errors)

    def test_command_line(self):
        for arguments in [], ['--dialect', 'x', 'Why?'], ['--url', 'nowhere', 'Why?']:
            with self.subTest(arguments=arguments):
                done = subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, timeout=DEADLINE)
                self.assertEqual((done.returncode, done.stdout), (2, ''))
                self.assertNotIn('Traceback', done.stderr)
                self.assertNotEqual(done.stderr, '')


if __name__ == '__main__':
    unittest.main()
