#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Programs of both generations, run as they are with only the path set."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = Path(__file__).parent / 'programs'
DEADLINE = 60

OUTPUTS = {
    'v03_producer_consumer': """\
True
51 {'event': 'counter', 'retry': 5, 'data': 0} False
""",
    'v03_channel': """\
True
[2, 1] True
[[{'event': 'all', 'retry': 7, 'data': {'a': [1, None]}}, {'event': 'one', 'retry': 7, 'data': None}], \
[{'event': 'all', 'retry': 7, 'data': {'a': [1, None]}}]]
no such listener
no such listener
you
nothing
HELLO 10 again 1
['begin', '_eric_channel_closed'] False
""",
    'v21_inmemory': """\
news 36 False
stopped
{'event': 'test1', 'retry': 5, 'data': 'hi there'}
{'event': 'test2', 'retry': 5, 'data': {'a': (1, 2)}}
{'event': 'test3', 'retry': 5, 'data': None}
[False, True]
['test1', 'test2', 'last'] False
True True <class 'object'>
{'event': 'watched', 'retry': 5, 'data': None}
InvalidListenerException
""",
    'v21_processing': """\
[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
{'me'} 11
6 2
6 2
unlucky
""",
    'v21_distributed': """\
bye True
200 ['stop', 'stop']
""",
    'v21_persistence': """\
SSEChannel 20 1 False
1 True
[1, 2]
[[], [], [], []] 0
kept
""",
}


def start(name, *arguments):
    return subprocess.Popen([sys.executable, PROGRAMS / f'{name}.py', *arguments], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=PROGRAMS.parent)


def finish(process):
    output, errors = process.communicate(timeout=DEADLINE)
    assert process.returncode == 0, errors
    return output


@pytest.mark.parametrize('name', OUTPUTS)
def test_program(name):
    assert finish(start(name)) == OUTPUTS[name]


class Server:
    def __init__(self, name, folder):
        self.path = str(folder / 'eric.sock')
        self.process = start(name, self.path)
        self.channel, self.listener = self.process.stdout.readline().split()
        # It says so when it listens.
        assert any('Serving on' in line for line in self.process.stderr)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.kill()
        self.process.communicate()

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        output = finish(self.process)
        assert not os.path.exists(self.path)
        return output

    def send_03(self, text):
        return start('v03_client', self.path, text)


@pytest.mark.parametrize('name', ['v03_server', 'v21_server'])
def test_client_of_0_3(name, tmp_path):
    with Server(name, tmp_path) as server:
        address = f'"c": "{server.channel}"'
        watcher = server.send_03(f'{{"v": "w", {address}, "t": "z", "r": "{server.listener}"}}')
        assert finish(server.send_03(f'{{"v": "b", {address}, "t": "txt", "p": "Hi there!"}}')) == 'ack\n'
        assert watcher.stdout.readline() == '{"event": "txt", "retry": 5, "data": "Hi there!"}\n'
        added = finish(server.send_03(f'{{"v": "c", {address}, "t": "z"}}')).strip()
        assert finish(server.send_03(f'{{"v": "d", {address}, "t": "txt", "r": "{added}"}}')) == 'ack\n'
        assert 'InvalidListenerException' in finish(
            server.send_03(f'{{"v": "d", {address}, "t": "txt", "r": "nobody"}}'))
        output = server.stop()
        assert ('Received Hi there!' in output) == (name == 'v03_server')
        finish(watcher)


@pytest.mark.parametrize('name', ['v03_server', 'v21_server'])
def test_client_of_2_1(name, tmp_path):
    with Server(name, tmp_path) as server:
        assert finish(start('v21_client', server.path, server.channel, server.listener)) == """\
ack
ack
{'event': 'txt', 'retry': 5, 'data': 'Hi there!'}
{'event': 'txt', 'retry': 5, 'data': {'größe': [1, 2.5, None, True]}}
36 36
True
ack
True
ack
True
True
"""
        server.stop()
