# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `eric-sse listen` asks for, what it prints, and how it ends."""

import errno
import fcntl
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import tempfile
import time
import tty

import serve

OPTIONS = ['--event', '--json', '--count', '--timeout', '--last-event-id', '--header', '--method',
           '--data', '--end', '--verbose', '--no-reconnect', '--help']
SOURCE = os.path.join(os.path.dirname(__file__), '..', '..', 'eric-sse', 'tool',
                      'eric-listen-options.c')
NOWHERE = 'http://127.0.0.1:1/events/news'
MANY = 10000
HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n'


def environment(**more):
    """No proxy comes between, and a terminal has colours."""
    env = {name: value for name, value in serve.environment().items()
           if not name.lower().endswith('_proxy') and name != 'NO_COLOR'}
    return dict(env, TERM='xterm', **more)


class Listener:
    """`eric-sse listen`, with what it prints and says."""

    def __init__(self, *arguments, stdout=None, env=None, **named):
        self.process = subprocess.Popen([serve.command(), 'listen', *arguments], env=env or environment(),
                                        stdin=subprocess.DEVNULL, stdout=stdout or subprocess.PIPE,
                                        stderr=subprocess.PIPE, **named)
        self.files = {self.process.stderr.fileno(): bytearray()}
        self.output = bytearray()
        if self.process.stdout:
            self.watch(self.process.stdout.fileno())

    def watch(self, fd):
        self.files[fd] = self.output

    @property
    def said(self):
        return self.files.get(self.process.stderr.fileno(), self._said).decode('utf-8')

    _said = b''

    def _read(self, fd):
        try:
            part = os.read(fd, 1 << 16)
        except OSError as error:
            if error.errno != errno.EIO:   # the end of a terminal
                raise
            part = b''
        self.files[fd] += part
        if part:
            return
        if fd == self.process.stderr.fileno():
            self._said = bytes(self.files[fd])
        del self.files[fd]

    def wait_for(self, predicate, what):
        deadline = time.monotonic() + serve.TIMEOUT
        while not predicate():
            ready, _, _ = select.select(list(self.files), [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise AssertionError(f'{what}: not in time, or at all; printed: {bytes(self.output)[-300:]!r}, '
                                     f'said: {self.said!r}')
            for fd in ready:
                self._read(fd)

    def wait_printed(self, data):
        self.wait_for(lambda: self.output.endswith(data), data)

    def wait_said(self, words):
        self.wait_for(lambda: words in self.said, words)

    def stop_reading(self):
        del self.files[self.process.stdout.fileno()]
        self.process.stdout.close()

    def wait(self):
        """Returns the exit status, what was printed and what was said."""
        self.wait_for(lambda: not self.files, 'the end')
        return self.process.wait(serve.TIMEOUT), bytes(self.output), self.said

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for file in self.process.stdout, self.process.stderr:
            if file:
                file.close()


class Peer:
    """One connection of a listener."""

    def __init__(self, sock):
        self.socket = sock
        self.data = b''
        while b'\r\n\r\n' not in self.data:
            self._receive()
        head, self.data = self.data.split(b'\r\n\r\n', 1)
        self.line, *lines = head.decode('utf-8').split('\r\n')
        self.headers = [tuple(part.strip() for part in line.split(':', 1)) for line in lines]

    def _receive(self):
        part = self.socket.recv(1 << 16)
        if not part:
            raise AssertionError(f'the request ended: {self.data!r}')
        self.data += part

    def header(self, name):
        return ', '.join(value for key, value in self.headers if key.lower() == name.lower()) or None

    def body(self):
        while len(self.data) < int(self.header('Content-Length') or 0):
            self._receive()
        return self.data

    def stream(self, data=b''):
        self.send(HEAD + data)

    def send(self, data):
        self.socket.sendall(data)

    def end(self, data=b''):
        self.send(data)
        self.socket.close()

    def answer(self, status, headers=''):
        self.end(f'HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n'.encode())

    def wait_gone(self):
        if serve.read_to_end(self.socket):
            raise AssertionError('the listener goes on')


class Script:
    """A server of which the test says each byte."""

    def __init__(self, backlog=10):
        self.socket = socket.socket()
        self.socket.settimeout(serve.TIMEOUT)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(('127.0.0.1', 0))
        if backlog:
            self.socket.listen(backlog)
        self.url = f'http://127.0.0.1:{self.socket.getsockname()[1]}/events/news'
        self.peers = []

    def accept(self):
        sock, _ = self.socket.accept()
        sock.settimeout(serve.TIMEOUT)
        self.peers.append(Peer(sock))
        return self.peers[-1]

    def n_waiting(self):
        return len(select.select([self.socket], [], [], 0)[0])

    def close(self):
        for peer in self.peers:
            peer.socket.close()
        self.socket.close()


class TestCase(serve.TestCase):
    def listen(self, *arguments, **named):
        listener = Listener(*arguments, **named)
        self.addCleanup(listener.close)
        return listener

    def script(self, *arguments):
        script = Script(*arguments)
        self.addCleanup(script.close)
        return script

    def listen_to(self, data, *arguments, **named):
        """The listener and the connection of a stream that begins with some data."""
        script = self.script()
        listener = self.listen(*arguments, script.url, **named)
        peer = script.accept()
        peer.stream(data)
        return listener, peer

    def assert_ends(self, listener, code, output=b'', said=''):
        self.assertEqual(listener.wait(), (code, output, said))

    def assert_failed(self, code, *arguments):
        status, output, said = self.listen(*arguments).wait()
        self.assertEqual((status, output), (code, b''), (arguments, said))
        self.assertRegex(said, r'\Aeric-sse listen: [^\n\x1b]+\n\Z', arguments)
        return said

    def start_news(self, *options, **named):
        server = self.start(*options, **named)
        server.news = f'{server.url}events/news'
        return server


class CommandLine(TestCase):
    def test_help(self):
        with open(SOURCE, encoding='utf-8') as file:
            written = re.findall(r'^    \{ "([a-z-]+)", ', file.read(), re.M)
        self.assertEqual({f'--{name}' for name in written} | {'--help'}, set(OPTIONS))
        done = serve.run('listen', '--help')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        for option in OPTIONS:
            self.assertRegex(done.stdout, rf'(?m)^  (-\w, )?{option}\b')
        for word in 'URL', 'Exit status', '124', 'Ctrl-C', '[DONE]':
            self.assertIn(word, done.stdout)
        self.assertIn('listen', serve.run('--help').stdout)

    def test_usage(self):
        for arguments in ([], ['--'], [NOWHERE, NOWHERE], ['--', NOWHERE, '--count'], [NOWHERE, '--frobnicate'],
                          [NOWHERE, '--event']):
            with self.subTest(arguments=arguments):
                self.assert_failed(2, *arguments)
        self.assertIn('which URL?', self.assert_failed(2))
        self.assertIn('what is “two”?', self.assert_failed(2, NOWHERE, 'two'))

    def test_bad_values(self):
        for option in ('--count=-1', '--count=x', '--count=1.5', '--count=99999999999', '--count=',
                       '--timeout=-1', '--timeout=x', '--timeout=nan', '--timeout=inf', '--timeout=4294968',
                       '--method=', '--method=get', '--method=GET /', '--method=A\nB', '--method=CONNECT',
                       '--last-event-id=a\nb', '--last-event-id=a\rb',
                       '--data=@/nowhere', '--data=@', '--data=@/'):
            with self.subTest(option=option):
                self.assert_failed(2, option, NOWHERE)
        self.assertIn('No such file', self.assert_failed(2, '--data=@/nowhere', NOWHERE))

    def test_bad_url(self):
        for url in ('', ' ', 'localhost', 'localhost:8080/events/news', '/events/news', '//localhost/x', 'http:',
                    'http://', 'http:///events', 'ftp://localhost/x', 'http://a b/',
                    'http://localhost:port/', 'http://localhost:99999/', '-'):
            with self.subTest(url=url):
                self.assertIn(f'“{url}” is no URL such as http://', self.assert_failed(2, '--', url))
        self.assertIn('is no URL', self.assert_failed(2, 'http://a\x1b[31m\n/'))

    def test_bad_header(self):
        for header in ('', 'Name', ': value', 'Na me: value', 'Name : value', 'Näme: value', 'Name: a\nb: c',
                       'Name: a\rb', 'content-length: 1', 'Transfer-Encoding: x', 'Connection: x', 'Expect: x'):
            with self.subTest(header=header):
                self.assertIn('--header', self.assert_failed(2, f'--header={header}', NOWHERE))


class Request(TestCase):
    def request(self, *arguments, body=b''):
        script = self.script()
        listener = self.listen(*arguments, script.url)
        peer = script.accept()
        self.assertEqual(peer.body(), body)
        peer.answer('204 No Content')
        self.assert_ends(listener, 0)
        self.assertEqual(script.n_waiting(), 0)
        return peer

    def test_get(self):
        peer = self.request()
        self.assertEqual(peer.line, 'GET /events/news HTTP/1.1')
        self.assertEqual(peer.header('Accept'), 'text/event-stream')
        self.assertRegex(peer.header('User-Agent'), r'\Aeric-sse/\d')
        for name in 'Last-Event-ID', 'Content-Length', 'Content-Type':
            self.assertIsNone(peer.header(name))

    def test_headers(self):
        peer = self.request('--header', 'Authorization:  Bearer a:b ', '-H', 'X-E: é', '-H', 'X-N: 1', '-H', 'X-N: 2',
                            '-H', 'accept: text/event-stream, */*', '-H', 'X-Empty:')
        self.assertEqual(peer.header('Authorization'), 'Bearer a:b')
        self.assertEqual(peer.header('X-E'), 'é')
        self.assertEqual(peer.header('X-N'), '1, 2')
        self.assertEqual(peer.header('Accept'), 'text/event-stream, */*')
        self.assertIn(('X-Empty', ''), peer.headers)

    def test_last_event_id(self):
        self.assertEqual(self.request('--last-event-id=7 é').header('Last-Event-ID'), '7 é')
        self.assertIsNone(self.request('--last-event-id=').header('Last-Event-ID'))

    def test_method_and_body(self):
        self.assertEqual(self.request('--method=PUT').line.split()[0], 'PUT')
        peer = self.request('--data', '{"é": 1}', '-H', 'Content-Type: application/json', body='{"é": 1}'.encode())
        self.assertEqual((peer.line.split()[0], peer.header('Content-Type')), ('POST', 'application/json'))
        self.assertEqual(self.request('-d', 'x', '-X', 'QUERY', body=b'x').line.split()[0], 'QUERY')
        self.assertEqual(self.request('--data=').header('Content-Length'), '0')

    def test_file(self):
        contents = bytes(range(256)) * 1000
        with tempfile.NamedTemporaryFile() as file:
            file.write(contents)
            file.flush()
            self.assertEqual(self.request(f'--data=@{file.name}', body=contents).line.split()[0], 'POST')

    def test_query(self):
        script = self.script()
        listener = self.listen('--', f'{script.url}?topic=a%20b&x=%26#fragment')
        peer = script.accept()
        self.assertEqual(peer.line, 'GET /events/news?topic=a%20b&x=%26 HTTP/1.1')
        peer.answer('204 No Content')
        self.assert_ends(listener, 0)


class Output(TestCase):
    EVENTS = ('id: 1\nevent: up\ndata: one\n\n'
              'data: two\ndata: lines\n\n'
              ': comment\n\n'
              'event: down\ndata:\n\n'
              'data: Grüße 🎉\n\n').encode()

    def test_data(self):
        # Each as soon as it is there.
        listener, peer = self.listen_to(self.EVENTS, '--no-reconnect')
        listener.wait_printed('one\ntwo\nlines\n\nGrüße 🎉\n'.encode())
        peer.send(b'data: more\n\n')
        listener.wait_printed(b'more\n')
        peer.end(b'data: not whole\n')
        self.assert_ends(listener, 0, 'one\ntwo\nlines\n\nGrüße 🎉\nmore\n'.encode())

    def test_raw_data(self):
        # Nothing is changed where no terminal is.
        listener, _ = self.listen_to(b'data: a\0\x1b[31m\t\xc2\x9b\x7f\n\n', '--count=1')
        self.assert_ends(listener, 0, b'a\0\x1b[31m\t\xc2\x9b\x7f\n')

    def test_event(self):
        listener, _ = self.listen_to(self.EVENTS + b'event: message\ndata: last\n\n',
                                     '--event=up', '-e', 'down', '--event=nothing', '--count=2')
        self.assert_ends(listener, 0, b'one\n\n')
        listener, _ = self.listen_to(self.EVENTS, '--event=message', '--count=2')
        self.assert_ends(listener, 0, 'two\nlines\nGrüße 🎉\n'.encode())

    def test_json(self):
        characters = ''.join(map(chr, range(0x300))).replace('\r', '').replace('\n', '') + '\u2028\ufeff🎉'
        listener, _ = self.listen_to(f'id: é"\\\nevent: \x1b"\ndata: {characters}\ndata: b\n\n'.encode() +
                                     b'id\ndata: a\xff\n\ndata: {"a": [1]}\n\n', '--json', '--count=3')
        status, output, said = listener.wait()
        self.assertEqual((status, said), (0, ''))
        lines = output.decode('utf-8').split('\n')
        self.assertEqual([json.loads(line) for line in lines[:-1]],
                         [{'type': '\x1b"', 'id': 'é"\\', 'data': f'{characters}\nb'},
                          {'type': 'message', 'data': 'a\ufffd'},
                          {'type': 'message', 'data': '{"a": [1]}'}])
        self.assertEqual(lines[-1], '')
        self.assertNotRegex(output.decode('utf-8'), '[\x00-\x09\x0b-\x1f\x7f-\x9f]')
        self.assertEqual(list(json.loads(lines[0])), ['type', 'id', 'data'])

    def test_ndjson(self):
        script = self.script()
        listener = self.listen('--count=2', script.url)
        script.accept().send(b'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n{"a": 1}\n"text"\n')
        self.assert_ends(listener, 0, b'{"a": 1}\n"text"\n')

    def test_many(self):
        server = self.start_news('--history', str(MANY))
        texts = [f'{n} {"x" * (n % 100)}' for n in range(MANY)]
        server.publish('news?split=lines', ''.join(f'{text}\n' for text in texts))
        expected = ''.join(f'{text}\n' for text in texts).encode()
        self.assert_ends(self.listen(f'--count={MANY}', f'{server.news}?lastEventId=earliest'), 0, expected)
        live = self.listen(f'--count={MANY}', server.news)
        server.wait_subscribers(1)
        server.publish('news?split=lines', ''.join(f'{text}\n' for text in texts))
        self.assert_ends(live, 0, expected)

    def test_large(self):
        text = b'x' * (4 << 20)
        listener, _ = self.listen_to(b'data: ' + text + b'\n\n', '--count=1')
        self.assert_ends(listener, 0, text + b'\n')

    def test_last_event_id(self):
        server = self.start_news()
        for n in range(4):
            server.publish(f'news?id=id-{n}', str(n))
        self.assert_ends(self.listen('--last-event-id=id-1', '-n', '2', server.news), 0, b'2\n3\n')


class Terminal(TestCase):
    def show(self, data, *arguments, **env):
        """What a terminal gets."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        tty.setraw(theirs)
        listener, _ = self.listen_to(data, '--count=1', *arguments, stdout=theirs, env=environment(**env))
        os.close(theirs)
        listener.watch(ours)
        status, output, said = listener.wait()
        self.assertEqual((status, said), (0, ''))
        return output.decode('utf-8')

    def test_colours(self):
        event = b'id: 7\nevent: up\ndata: a\ndata: b\n\n'
        self.assertEqual(self.show(event), '\x1b[2m7\x1b[0m \x1b[36mup\x1b[0m a\nb\n')
        self.assertEqual(self.show(b'data: a\n\n'), '\x1b[36mmessage\x1b[0m a\n')
        self.assertEqual(self.show(event, NO_COLOR='1'), '7 up a\nb\n')
        self.assertEqual(self.show(event, NO_COLOR=''), self.show(event))
        env = environment()
        env['TERM'] = 'dumb'
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        tty.setraw(theirs)
        listener, _ = self.listen_to(event, '--count=1', stdout=theirs, env=env)
        os.close(theirs)
        listener.watch(ours)
        self.assert_ends(listener, 0, b'7 up a\nb\n')

    def test_orders(self):
        order = '\x1b]0;title\x07\x1b[2J\x9b31m\b\x7f\0'
        harmless = '\ufffd]0;title\ufffd\ufffd[2J\ufffd31m\ufffd\ufffd\ufffd'
        shown = self.show(f'id: a{order[:-1]}\nevent: b{order}\ndata: c\t{order}\ndata: é🎉\n\n'.encode(), NO_COLOR='1')
        self.assertEqual(shown, f'a{harmless[:-1]} b{harmless} c\t{harmless}\né🎉\n')
        shown = self.show(f'event: b\ndata: c{order}\n\n'.encode(), '--json')
        self.assertNotRegex(shown, '[\x00-\x09\x0b-\x1f\x7f-\x9f]')
        self.assertEqual(json.loads(shown), {'type': 'b', 'data': f'c{order}'})

    def test_orders_on_standard_error(self):
        script = self.script()
        listener = self.listen('--count=1', script.url)
        script.accept().answer('404 \x1b[31m\x9bred')
        self.assertEqual(listener.wait(), (1, b'', 'eric-sse listen: The server answered 404 [31mred\n'))
        listener, _ = self.listen_to(b': gap \x1b[31mred\n\ndata: a\n\n', '--count=1')
        self.assertEqual(listener.wait(), (0, b'a\n', 'eric-sse listen: messages are missing here ([31mred)\n'))


class End(TestCase):
    def test_count(self):
        listener, peer = self.listen_to(b'data: 1\n\ndata: 2\n\ndata: 3\n\n', '--count=2')
        self.assert_ends(listener, 0, b'1\n2\n')
        peer.wait_gone()
        listener, peer = self.listen_to(b'data: 1\n\ndata: 2\n\n', '--count=0', '--no-reconnect')
        listener.wait_printed(b'2\n')
        peer.end()
        self.assert_ends(listener, 0, b'1\n2\n')

    def test_timeout(self):
        for seconds in '1', '0.05', '1e-9':
            listener = self.listen(f'--timeout={seconds}', self.script().url)
            self.assert_ends(listener, 124, b'', 'eric-sse listen: the time is over\n')
        listener, _ = self.listen_to(b'data: 1\n\n', '--timeout=0', '--count=1')
        self.assert_ends(listener, 0, b'1\n')
        # Also while it is not connected.
        status, output, said = self.listen('--timeout=0.5', NOWHERE).wait()
        self.assertEqual((status, output), (124, b''))
        self.assertRegex(said, r'refused; trying again\neric-sse listen: the time is over\n\Z')

    def test_timeout_while_much_comes(self):
        listener, peer = self.listen_to(b'', '--timeout=3', stdout=subprocess.DEVNULL)
        with self.assertRaises((BrokenPipeError, ConnectionResetError)):
            for _ in range(1 << 20):
                peer.send(b'data: x\n\n' * 1000)
        self.assert_ends(listener, 124, b'', 'eric-sse listen: the time is over\n')

    def test_marker(self):
        listener, peer = self.listen_to(b'data: 1\n\ndata: [DONE]\n\ndata: 2\n\n', '--end=[DONE]')
        self.assert_ends(listener, 0, b'1\n')
        peer.wait_gone()
        # Whatever its type is.
        listener, _ = self.listen_to(b'event: a\ndata: 1\n\nevent: b\ndata: end\n\n', '--end=end', '--event=a')
        self.assert_ends(listener, 0, b'1\n')
        listener, _ = self.listen_to(b'data: 1\n\ndata:\n\n', '--end=')
        self.assert_ends(listener, 0, b'1\n')

    def test_post_is_not_repeated(self):
        listener, peer = self.listen_to(b'retry: 1\n\ndata: 1\n\n', '--data=x')
        listener.wait_printed(b'1\n')
        self.assertEqual(peer.body(), b'x')
        peer.end()
        self.assert_ends(listener, 1, b'1\n', 'eric-sse listen: The server ended the stream\n')

    def test_no_reconnect(self):
        listener, peer = self.listen_to(b'retry: 1\n\ndata: 1\n\n', '--no-reconnect')
        peer.end()
        self.assert_ends(listener, 0, b'1\n')
        self.assertIn('refused', self.assert_failed(1, '--no-reconnect', NOWHERE))
        script = self.script()
        listener = self.listen('--no-reconnect', script.url)
        script.accept().answer('503 Busy')
        self.assert_ends(listener, 1, b'', 'eric-sse listen: The server answered 503 Busy\n')

    def test_answers(self):
        server = self.start('--no-auto-create')
        status, output, said = self.listen(f'{server.url}events/unknown').wait()
        self.assertEqual((status, output), (1, b''))
        self.assertIn('eric-sse listen: it says: There is no channel “unknown”\n', said)
        self.assertIn('eric-sse listen: The server answered 404 Not Found\n', said)
        self.assertIn('application/json, which is no event stream', self.listen(server.url).wait()[2])
        script = self.script()
        listener = self.listen(script.url)
        script.accept().answer('200 OK')
        self.assert_ends(listener, 1, b'', 'eric-sse listen: The server did not say what it answered with\n')

    def test_signals(self):
        for number in signal.SIGINT, signal.SIGTERM:
            listener, peer = self.listen_to(b'data: 1\n\n' * 100)
            listener.wait_printed(b'1\n' * 100)
            peer.send(b'data: ha')
            listener.process.send_signal(number)
            self.assert_ends(listener, -number, b'1\n' * 100)
            # Also while nothing is connected.
            listener = self.listen(NOWHERE)
            listener.wait_said('trying again')
            listener.process.send_signal(number)
            status, output, _ = listener.wait()
            self.assertEqual((status, output), (-number, b''))

    def test_signal_while_output_waits(self):
        listener, peer = self.listen_to(b'data: ' + b'x' * (1 << 20) + b'\n\n')
        size = fcntl.fcntl(listener.process.stdout.fileno(), fcntl.F_GETPIPE_SZ)
        listener.wait_for(lambda: len(listener.output) > size, 'what does not fit into the pipe')
        listener.process.send_signal(signal.SIGINT)
        status, output, said = listener.wait()
        self.assertEqual((status, said), (-signal.SIGINT, ''))
        self.assertEqual(output.strip(b'x\n'), b'')


class ClosedOutput(TestCase):
    def test_head(self):
        # A server that goes on, and one that says nothing more.
        for more in b'data: 2\n\n' * 100, b'data: ' + b'x' * (1 << 20) + b'\n\n', b'':
            for option in [], ['--json']:
                listener, peer = self.listen_to(b'data: 1\n\n', *option)
                listener.wait_for(lambda: b'\n' in listener.output, 'a line')
                listener.stop_reading()
                peer.send(more)
                status, _, said = listener.wait()
                self.assertEqual((status, said), (0, ''))
                peer.wait_gone()

    def test_pipeline(self):
        server = self.start_news()
        for n in range(100):
            server.publish('news', str(n))
        done = subprocess.run(['sh', '-c', '"$0" listen "$1" | head -1', serve.command(),
                               f'{server.news}?lastEventId=earliest'],
                              env=environment(), timeout=serve.TIMEOUT, capture_output=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b'0\n', b''))

    def test_full(self):
        with open('/dev/full', 'wb') as full:
            for length in 1, 1 << 16:
                listener, _ = self.listen_to(b'data: ' + b'x' * length + b'\n\n', stdout=full)
                self.assert_ends(listener, 1, b'', 'eric-sse listen: cannot print: No space left on device\n')

    def test_closed(self):
        # What is printed must not go to a connection that has the descriptor.
        listener, peer = self.listen_to(b'data: long enough\n\n', stdout=subprocess.DEVNULL,
                                        preexec_fn=lambda: os.close(1))
        self.assert_ends(listener, 1, b'', 'eric-sse listen: cannot print: Bad file descriptor\n')
        peer.wait_gone()


class Reconnect(TestCase):
    def test_goes_on(self):
        lost = 'eric-sse listen: The server ended the stream; trying again\neric-sse listen: connected\n'
        self.go_on('')
        self.go_on(lost * 2, '-v')

    def go_on(self, said, *options):
        script = self.script()
        listener = self.listen('--count=5', *options, script.url)
        peer = script.accept()
        peer.stream(b'retry: 1\n\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\n')
        peer.end(b'id: 3\ndata: half')
        peer = script.accept()
        self.assertEqual(peer.header('Last-Event-ID'), '2')
        peer.stream(b'id: 3\ndata: 3\n\ndata: 4\n\n')
        peer.end()
        peer = script.accept()
        self.assertEqual(peer.header('Last-Event-ID'), '3')
        peer.stream(b'data: 5\n\n')
        self.assert_ends(listener, 0, b'1\n2\n3\n4\n5\n', said)

    def test_says_why(self):
        why = 'eric-sse listen: it says: '
        for body, said in ((b'{"error": {\n  "message": "no \x1b[31mmodel"\n}}', 'no \ufffd[31mmodel'), (b'', ''),
                           (b'x' * 1000 + b'y', 'x' * 1000 + '…')):
            for status, kind in (('400 No', 'text/plain'), ('200 OK', 'application/json')):
                script = self.script()
                listener = self.listen('--no-reconnect', script.url)
                script.accept().end(f'HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n'.encode() + body)
                code, output, text = listener.wait()
                self.assertEqual((code, output, text.count('\n')), (1, b'', 2 if said else 1))
                self.assertIn(said, text)
                self.assertEqual(why in text, bool(said))
                self.assertNotIn('y', text.partition(why)[2])

    def test_says_page(self):
        why = 'eric-sse listen: it says: '
        for body, said in (('<p>page', 'page'), ('<HTML><head><title>No</title><STYLE a="b">p { }</Style\n>'
                           '<script>if (1 < 2) x();</script></head><!-- <p>hid>den --><p\nclass="a">The <b>model</b>',
                           'No The model'), ('<p>' * 100, ''), ('<p>Größe…<br>nein', 'Größe… nein'), ('<style>x', ''), ('a <!-- b', 'a'), ('1 < 2', '1'),
                           ('<' * 60000, '')):
            script = self.script()
            listener = self.listen('--no-reconnect', script.url)
            script.accept().end(f'HTTP/1.1 500 No\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{body}'.encode())
            self.assert_ends(listener, 1, b'', 'eric-sse listen: The server answered 500 No\n' +
                             (f'{why}{said}\n' if said else ''))

    def test_told_once(self):
        script = self.script()
        listener = self.listen('--count=1', script.url)
        script.accept().end(HEAD + b'retry: 1\n\n')
        for _ in range(3):
            script.accept().answer('503 Busy')
        script.accept().stream(b'data: 1\n\n')
        self.assert_ends(listener, 0, b'1\n',
                         'eric-sse listen: The server answered 503 Busy; trying again\n'
                         'eric-sse listen: connected\n')

    def test_refused(self):
        script = self.script(0)
        listener = self.listen('--count=1', script.url)
        listener.wait_said('trying again')
        script.socket.listen()
        script.accept().stream(b'data: 1\n\n')
        self.assert_ends(listener, 0, b'1\n',
                         'eric-sse listen: Could not connect to 127.0.0.1: Connection refused; trying again\n'
                         'eric-sse listen: connected\n')

    def test_fails_in_the_end(self):
        script = self.script()
        listener = self.listen(script.url)
        script.accept().end(HEAD + b'retry: 1\n\n')
        script.accept().answer('410 Gone')
        self.assert_ends(listener, 1, b'',
                         'eric-sse listen: The server answered 410 Gone\n')

    def test_restarted(self):
        server = self.start_news()
        listener = self.listen('--count=2', server.news)
        server.wait_subscribers(1)
        server.publish('news', 'before')
        listener.wait_printed(b'before\n')
        server.kill()
        listener.wait_said('trying again')
        server = self.start_news(port=server.port)
        server.wait_subscribers(1)
        server.publish('news', 'behind')
        status, output, said = listener.wait()
        self.assertEqual((status, output), (0, b'before\nbehind\n'))
        # The new server does not have what the old one kept.
        self.assertIn('eric-sse listen: messages are missing here (history)\n', said)
        self.assertEqual(said.count('connected\n'), 1)
        self.assertLessEqual(said.count('trying again\n'), 2)
        self.assertEqual(len(set(said.splitlines())), len(said.splitlines()))

    def test_server_ends(self):
        server = self.start_news()
        listener = self.listen('--no-reconnect', server.news)
        server.wait_subscribers(1)
        server.publish('news', 'last')
        server.stop()
        self.assert_ends(listener, 0, b'last\n')


if __name__ == '__main__':
    serve.main()
