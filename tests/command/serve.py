# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs `eric-sse serve` for a test and speaks HTTP with it, byte by byte.

The environment variable ERIC_SSE_COMMAND names the command. Every wait has an
end: a test that hangs fails instead.
"""

import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

# A shell that starts the tests in the background has them, and the command, ignore it.
signal.signal(signal.SIGINT, signal.default_int_handler)

TIMEOUT = 20
POLL = 0.02


def command():
    path = os.environ.get('ERIC_SSE_COMMAND')
    if not path:
        print('ERIC_SSE_COMMAND does not name the command')
        sys.exit(77)
    return path


def environment():
    """What the command runs with: criticals kill it."""
    env = dict(os.environ, G_DEBUG='fatal-criticals', LC_ALL='C.UTF-8')
    env.pop('G_MESSAGES_DEBUG', None)
    return env


def run(*arguments):
    """Runs the command to its end, for what does not serve."""
    return subprocess.run([command(), *arguments], env=environment(), timeout=TIMEOUT,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          encoding='utf-8')


def wait_until(predicate, what, timeout=TIMEOUT):
    """Waits for what no event tells of, such as figures in /proc."""
    deadline = time.monotonic() + timeout
    while True:
        value = predicate()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f'{what}: not within {timeout} s')
        time.sleep(POLL)


class Response:
    def __init__(self, raw):
        self.raw = raw
        head, _, rest = raw.partition(b'\r\n\r\n')
        lines = head.decode('latin-1').split('\r\n')
        match = re.fullmatch(r'HTTP/(1\.[01]) (\d{3})(?: (.*))?', lines[0])
        if not match:
            raise AssertionError(f'no HTTP response: {raw[:200]!r}')
        self.version = match[1]
        self.status = int(match[2])
        self.headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(':')
            name = name.lower()
            value = value.strip()
            self.headers[name] = f'{self.headers[name]}, {value}' if name in self.headers else value
        self.body = dechunk(rest)[0] if self.headers.get('transfer-encoding') == 'chunked' else rest

    @property
    def text(self):
        return self.body.decode('utf-8')

    def json(self):
        return json.loads(self.text)


def dechunk(data):
    """Returns the payload, what is left over, and whether the last chunk came."""
    payload = bytearray()
    at = 0
    while True:
        stop = data.find(b'\r\n', at)
        if stop < 0:
            return bytes(payload), data[at:], False
        size = int(data[at:stop], 16)
        if len(data) < stop + 2 + size + 2:
            return bytes(payload), data[at:], False
        if data[stop + 2 + size:stop + 4 + size] != b'\r\n':
            raise AssertionError(f'a chunk does not end: {data[at:at + 100]!r}')
        payload += data[stop + 2:stop + 2 + size]
        at = stop + 4 + size
        if size == 0:
            return bytes(payload), data[at:], True


def read_to_end(sock):
    """Reads until the other side closes; a reset counts as that."""
    parts = []
    deadline = time.monotonic() + TIMEOUT
    try:
        while part := sock.recv(1 << 16):
            parts.append(part)
            if time.monotonic() > deadline:
                raise AssertionError(f'this does not end: {b"".join(parts)[:200]!r}')
    except (ConnectionResetError, BrokenPipeError):
        pass
    return b''.join(parts)


def read_answer(sock, data=b''):
    """Reads one response, whose length it says: the connection may be kept."""
    while b'\r\n\r\n' not in data:
        data += (part := sock.recv(1 << 16))
        if not part:
            return data
    head, _, body = data.partition(b'\r\n\r\n')
    length = int(re.search(rb'(?i)\r\ncontent-length: (\d+)', head)[1])
    while len(body) < length and (part := sock.recv(1 << 16)):
        data += part
        body += part
    return data


class Event:
    def __init__(self):
        self.type = 'message'
        self.id = None
        self.lines = []

    @property
    def data(self):
        return '\n'.join(self.lines)

    def __repr__(self):
        return f'<{self.type} {self.id} {self.data[:60]!r}>'


class Stream:
    """A subscriber, with a parser of text/event-stream of its own."""

    def __init__(self, sock):
        self.socket = sock
        self.events = []
        self.comments = []
        self.retries = []
        self.place = None          # an id that no event has
        self.at_end = False        # the connection was closed
        self.terminated = False    # the last chunk came before
        self.received = b''        # that is no chunk or no line yet
        self.text = b''
        self.event = None
        head = b''
        while b'\r\n\r\n' not in head:
            part = sock.recv(1)
            if not part:
                raise AssertionError(f'the stream ended in its headers: {head!r}')
            head += part
        self.response = Response(head)
        self.chunked = self.response.headers.get('transfer-encoding') == 'chunked'
        if self.response.status != 200:
            self.response = Response(read_answer(sock, head))

    def pump(self, timeout=TIMEOUT):
        """Waits for bytes and takes them in. False after the end."""
        if self.at_end:
            return False
        self.socket.settimeout(timeout)
        try:
            part = self.socket.recv(1 << 18)
        except ConnectionResetError:
            part = b''
        if not part:
            self.at_end = True
            self.socket.close()
            return False
        if not self.chunked:
            self._take(part)
            return True
        payload, self.received, last = dechunk(self.received + part)
        self._take(payload)
        if last:
            self.terminated = True
            if self.received:
                raise AssertionError(f'more after the last chunk: {self.received[:100]!r}')
        return True

    def _take(self, payload):
        *lines, self.text = (self.text + payload).split(b'\n')
        for line in lines:
            self._take_line(line.decode('utf-8'))

    def _take_line(self, line):
        name, _, value = line.partition(':')
        value = value.removeprefix(' ')
        if line == '':
            if self.event is not None and self.event.lines:
                self.events.append(self.event)
            elif self.event is not None and self.event.id is not None:
                self.place = self.event.id
            self.event = None
            return
        if name == '':
            self.comments.append(value)
            return
        if name == 'retry':
            self.retries.append(int(value))
            return
        if self.event is None:
            self.event = Event()
        if name == 'event':
            self.event.type = value
        elif name == 'id':
            self.event.id = value
        elif name == 'data':
            self.event.lines.append(value)
        else:
            raise AssertionError(f'an unknown field: {line!r}')

    def wait(self, predicate, what, timeout=TIMEOUT):
        deadline = time.monotonic() + timeout
        while not predicate():
            left = deadline - time.monotonic()
            try:
                if left > 0 and self.pump(left):
                    continue
            except TimeoutError:
                pass
            state = 'the stream ended' if self.at_end else f'not within {timeout} s'
            raise AssertionError(f'{what}: {state}; events {self.events[-5:]}, '
                                 f'comments {self.comments[-5:]}')

    def next(self, timeout=TIMEOUT):
        self.wait(lambda: self.events, 'an event', timeout)
        return self.events.pop(0)

    def next_data(self, n):
        return [self.next().data for _ in range(n)]

    def wait_comment(self, text, timeout=TIMEOUT):
        self.wait(lambda: text in self.comments, f'the comment {text!r}', timeout)
        self.comments.remove(text)

    def wait_end(self, timeout=TIMEOUT):
        deadline = time.monotonic() + timeout
        while self.pump(max(0.001, deadline - time.monotonic())):
            pass

    def close(self):
        self.socket.close()


class Server:
    """`eric-sse serve` in a process of its own."""

    def __init__(self, *options, port=0, address='127.0.0.1', descriptors=None, soft=None):
        self.address = address
        self.options = options
        self.stderr = tempfile.TemporaryFile()
        self.sockets = []
        hard = descriptors or resource.getrlimit(resource.RLIMIT_NOFILE)[1]

        def limit():
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft or min(hard, 1024), hard))

        arguments = [command(), 'serve', '--port', str(port)]
        if address != '127.0.0.1':
            arguments += ['--address', address]
        self.process = subprocess.Popen(arguments + list(options), env=environment(),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.stderr, preexec_fn=limit)
        self.pid = self.process.pid
        self.ended = False
        self.line = self._read_line()
        host = f'[{address}]' if ':' in address else address
        match = re.fullmatch(rf'Serving on (http://{re.escape(host)}:(\d+)/)\n', self.line)
        if not match:
            self.kill()
            raise AssertionError(f'the server did not start: {self.line!r} {self.messages()!r}')
        self.url = match[1]
        self.port = int(match[2])

    def _read_line(self):
        ready, _, _ = select.select([self.process.stdout], [], [], TIMEOUT)
        return self.process.stdout.readline().decode('utf-8') if ready else ''

    # What the process is like

    def messages(self):
        self.stderr.seek(0)
        return self.stderr.read().decode('utf-8', 'replace')

    def descriptors(self):
        return len(os.listdir(f'/proc/{self.pid}/fd'))

    def sockets_open(self):
        n = 0
        for name in os.listdir(f'/proc/{self.pid}/fd'):
            try:
                n += os.readlink(f'/proc/{self.pid}/fd/{name}').startswith('socket:')
            except FileNotFoundError:
                pass   # closed meanwhile
        return n

    def idle_descriptors(self):
        """How many descriptors there are with no connection: a client may be done
        a moment before the server."""
        wait_until(lambda: self.sockets_open() == 1, 'only the listening socket is left')
        return self.descriptors()

    def rss(self):
        """Resident memory in bytes; always 0 under AddressSanitizer, which keeps what was
        freed, so that the figures say nothing there."""
        if 'ERIC_SSE_SANITIZED' in os.environ:
            return 0
        with open(f'/proc/{self.pid}/status', encoding='ascii', errors='replace') as file:
            return int(re.search(r'^VmRSS:\s+(\d+) kB', file.read(), re.M)[1]) * 1024

    def is_running(self):
        return self.process.poll() is None

    def wait_descriptors(self, n, timeout=TIMEOUT):
        try:
            wait_until(lambda: self.descriptors() <= n, f'no more than {n} descriptors', timeout)
        except AssertionError as error:
            raise AssertionError(f'{error}; there are {self.descriptors()}') from None

    # HTTP

    def connect(self, source=None):
        family = socket.AF_INET6 if ':' in self.address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(TIMEOUT)
        try:
            if source is not None:
                sock.bind((source, 0))
            sock.connect((self.address, self.port))
        except OSError:
            sock.close()
            raise
        return sock

    def exchange(self, data, source=None):
        """Sends bytes, and that no more will come, and returns all that comes back."""
        with self.connect(source) as sock:
            try:
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
            except OSError:      # it was closed meanwhile
                pass
            return read_to_end(sock)

    def request(self, method, path, headers=None, body=None, version='1.1', source=None):
        return Response(self.exchange(format_request(method, path, headers, body, version), source))

    def get(self, path, headers=None, version='1.1'):
        return self.request('GET', path, headers, version=version)

    def post(self, path, body, headers=None):
        return self.request('POST', path, headers, body)

    def publish(self, path, text, content_type='text/plain'):
        """Publishes and insists that it worked."""
        body = text if isinstance(text, bytes) else text.encode()
        response = self.post(f'/events/{path}', body, {'Content-Type': content_type})
        if response.status != 202:
            raise AssertionError(f'not published: {response.raw!r}')

    def stream(self, path, headers=None, version='1.1', rcvbuf=None):
        """Subscribes; events that are published from here on will come."""
        if rcvbuf is None:
            sock = self.connect()
        else:
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
            sock.settimeout(TIMEOUT)
            sock.connect((self.address, self.port))
        self.sockets.append(sock)
        sock.sendall(format_request('GET', f'/events/{path}', headers, None, version))
        return Stream(sock)

    def state(self):
        return self.get('/', {'Accept': 'application/json'}).json()

    def wait_subscribers(self, n):
        wait_until(lambda: self.state()['n_subscribers'] == n, f'{n} subscribers')

    # The end

    def kill(self):
        if self.is_running():
            self.process.kill()
        self.process.wait(TIMEOUT)
        self.process.stdout.close()
        self.ended = True

    def send_signal(self, number):
        self.process.send_signal(number)

    def wait_exit(self, timeout=TIMEOUT):
        """Returns the exit status; negative for a signal."""
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f'the server did not end within {timeout} s; it said: '
                                 f'{self.messages()!r}') from None
        self.process.stdout.close()
        self.ended = True
        return status

    def check_messages(self):
        for line in self.messages().splitlines():
            if 'CRITICAL' in line or 'WARNING' in line or 'ERROR' in line:
                raise AssertionError(f'the server complained: {line}')

    def stop(self, number=signal.SIGINT):
        """Ends the server as Ctrl-C does and checks that it was content."""
        if self.ended:
            return
        self.send_signal(number)
        status = self.wait_exit()
        self.check_messages()
        if status != 0:
            raise AssertionError(f'exit status {status}; it said: {self.messages()!r}')


def format_request(method, path, headers=None, body=None, version='1.1'):
    lines = [f'{method} {path} HTTP/{version}', 'Host: 127.0.0.1']
    if body is not None:
        body = body if isinstance(body, bytes) else body.encode()
        lines.append(f'Content-Length: {len(body)}')
    lines += [f'{name}: {value}' for name, value in (headers or {}).items()]
    return '\r\n'.join(lines + ['', '']).encode('utf-8') + (body or b'')


class TestCase(unittest.TestCase):
    def start(self, *options, **named):
        """Starts a server that is stopped, and asked whether it was content, at
        the end of the test."""
        server = Server(*options, **named)
        self.addCleanup(self._end, server)
        return server

    def _end(self, server):
        for sock in server.sockets:
            sock.close()
        try:
            if not server.ended and not server.is_running():
                status = server.wait_exit()
                self.fail(f'the server died, status {status}; it said: {server.messages()!r}')
            server.stop()
            server.check_messages()
        finally:
            if not server.ended:
                server.kill()
            server.stderr.close()

    def assert_healthy(self, server):
        response = server.get('/health')
        self.assertEqual(response.status, 200, response.raw)
        self.assertEqual(response.json()['status'], 'ok')


def main():
    command()
    unittest.main(verbosity=2)
