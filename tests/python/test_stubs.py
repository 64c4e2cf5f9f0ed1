# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The type stub has everything, and is right. ERIC_STUB is where it is."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
import textwrap

import gi.overrides.Eric
import pytest
from gi.repository import Eric, Gio, GLib, GObject

STUB = os.environ['ERIC_STUB']
OVERRIDES = os.path.dirname(gi.overrides.Eric.__file__)
# What every GObject or every error has.
COMMON = set(dir(GObject.Object)) | set(dir(GLib.Error)) | set(dir(Gio.ListModel)) | {'parent_instance', 'parent_class', 'padding', 'priv'}

EXAMPLE = '''
import asyncio
from gi.repository import Eric


class Shouting(Eric.SseChannel):
    def do_adapt(self, message: Eric.Message) -> str:
        return str(message.payload).upper()


def work(message: Eric.Message) -> dict[str, int]:
    return {'length': len(message.text)}


async def main() -> int:
    channels = Eric.ChannelContainer(Eric.SseChannel)
    channel = channels.add('news')
    listener: Eric.Listener = channel.add_listener()
    with listener:
        channel.broadcast(Eric.Message('test', {'a': [1, None]}, id='1'))
        for message in listener:
            reveal_type(message.id)
    stream = channel.message_stream(listener)
    reveal_type(await stream.next_async())
    async for message in stream:
        reveal_type(message)
    async for batch in stream.batches(100):
        reveal_type(batch)
    async with Eric.EventSource('http://localhost/') as source:
        async for message in source:
            reveal_type(message.type)
    async with Eric.SocketClient('/path') as client:
        reveal_type(await client.create_channel_async())
    pool = Eric.DataProcessingChannel().add_threaded_listener(4, work)
    reveal_type(pool.n_done)
    reveal_type(await pool.wait_async())
    reveal_type(channels['news'])
    try:
        channel.deliver_next('x')
    except Eric.NoMessagesError as error:
        reveal_type(error)
    if channel.closed and listener.overflow == Eric.Overflow.REJECT:
        return Eric.MAJOR_VERSION
    return int(Eric.Error.NO_MESSAGES)


asyncio.run(main())
'''
REVEALED = ['Union[builtins.str, None]', 'Union[gi.repository.Eric.Message, None]', 'gi.repository.Eric.Message',
            'builtins.list[gi.repository.Eric.Message]', 'builtins.str', 'builtins.str', 'builtins.int',
            'builtins.bool', 'gi.repository.Eric.Channel', 'gi.repository.Eric.NoMessagesError']
WRONG = '''
from gi.repository import Eric
Eric.Message(5)
Eric.Listener().deliver_batch('x')
number: int = Eric.Message('test').type
Eric.Overflow.SOMETHING
Eric.SseChannel().brodcast(Eric.Message())
'''


def parse():
    with open(STUB, encoding='utf-8') as file:
        tree = ast.parse(file.read())
    plain, classes = set(), {}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            classes[node.name] = {getattr(member, 'name', None) or member.target.id if not isinstance(
                member, ast.Assign) else member.targets[0].id for member in node.body
                if isinstance(member, (ast.FunctionDef, ast.AsyncFunctionDef, ast.AnnAssign, ast.Assign))}
        elif isinstance(node, (ast.FunctionDef, ast.AnnAssign)):
            plain.add(node.name if isinstance(node, ast.FunctionDef) else node.target.id)
    bases = {node.name: [ast.unparse(base) for base in node.bases] for node in tree.body
             if isinstance(node, ast.ClassDef)}
    for name in classes:
        for base in bases[name]:
            classes[name] = classes[name] | classes.get(base, set())
    return plain, classes


def public(thing):
    return {name for name in dir(thing) if not name.startswith('_') and name not in COMMON}


def test_complete():
    plain, classes = parse()
    names = public(Eric) - {'error_quark'}      # Eric.Error.quark()
    assert names - plain - set(classes) == set()
    for name in set(classes) - {'_Object'}:
        cls = getattr(Eric, name)
        missing = public(cls) - classes[name]
        if issubclass(cls, int):
            missing -= set(dir(GObject.GEnum)) | {'quark'}
        if name.endswith(('Class', 'Error')):
            missing = set()
        assert missing == set(), name
        specials = {special for special in vars(cls) if special in (
            '__iter__', '__aiter__', '__anext__', '__enter__', '__aenter__', '__len__', '__getitem__', '__contains__')}
        assert specials - classes[name] == set(), name


def test_nothing_more():
    """What the stub has is there."""
    plain, classes = parse()
    for name, members in classes.items():
        for member in members if name != '_Object' else ():
            assert hasattr(getattr(Eric, name), member) or member in ('message', 'domain', 'code'), f'{name}.{member}'
    for name in plain:
        assert hasattr(Eric, name), name


@pytest.fixture(scope='module')
def check(tmp_path_factory):
    """Runs mypy as somebody would who has the stubs installed."""
    if importlib.util.find_spec('mypy') is None:
        pytest.skip('there is no mypy')
    folder = tmp_path_factory.mktemp('stubs')
    environment = folder / 'environment'
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', environment], check=True)
    packages, = environment.glob('lib/python*/site-packages')
    shutil.copytree(OVERRIDES, packages / 'gi/overrides/Eric')
    (packages / 'gi-stubs/repository').mkdir(parents=True)
    (packages / 'gi-stubs/py.typed').write_text('partial\n')
    (packages / 'gi-stubs/repository/Eric.pyi').write_text(open(STUB, encoding='utf-8').read())

    def run(program, *options, name='program.py'):
        path = folder / name
        path.write_text(textwrap.dedent(program))
        done = subprocess.run(
            [sys.executable, '-m', 'mypy', *options, '--python-executable', environment / 'bin/python',
             '--cache-dir', folder / 'cache', '--no-error-summary', path], capture_output=True, text=True, cwd=folder)
        assert done.stderr == ''
        return done.stdout.splitlines()
    return run


def test_example(check):
    lines = check(EXAMPLE, '--strict')
    assert [line.split('"')[1] for line in lines if 'Revealed type' in line] == REVEALED
    assert [line for line in lines if ' error: ' in line] == []


def test_mistakes(check):
    errors = [line for line in check(WRONG, '--strict') if ' error: ' in line]
    assert [int(line.split(':')[1]) for line in errors] == [3, 4, 5, 6, 7]


def test_stub_itself(check):
    """It has no error of its own."""
    assert check(open(STUB, encoding='utf-8').read(), name='Eric.pyi') == []
