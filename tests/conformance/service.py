# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs `sse-service` for a test, serves it streams byte by byte, and takes in what
it reports.

The environment variable SSE_SERVICE names the program. Every wait has an end: a
test that hangs fails instead.
"""

import http.client
import http.server
import json
import os
import queue
import re
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

TIMEOUT = 30

HOUR = 3600 * 1000    # in milliseconds: what waits so long does not come

# How often another stream comes back while nothing may happen on the first.
N_TURNS = 3


def program():
    path = os.environ.get('SSE_SERVICE')
    if not path:
        print('SSE_SERVICE does not name the service')
        sys.exit(77)
    return path


class Connection:
    """A request of the client's, and its answer, which the test writes."""

    def __init__(self, sock):
        self.socket = sock
        sock.settimeout(TIMEOUT)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received = b''
        while b'\r\n\r\n' not in received:
            part = sock.recv(1 << 16)
            if not part:
                raise AssertionError(f'the request ended in its headers: {received!r}')
            received += part
        head, _, body = received.partition(b'\r\n\r\n')
        request, *lines = head.decode('latin-1').split('\r\n')
        self.method, self.target, _ = request.split(' ')
        self.headers = [(name.lower(), value.strip())
                        for name, _, value in (line.partition(':') for line in lines)]
        length = int(self.header('content-length') or 0)
        while len(body) < length:
            body += sock.recv(1 << 16)
        self.body = body

    def header(self, name):
        """The header's value, None where there is none; it must not be there twice."""
        values = [value for other, value in self.headers if other == name]
        if len(values) > 1:
            raise AssertionError(f'{name} is there {len(values)} times')
        return values[0] if values else None

    def last_event_id(self):
        value = self.header('last-event-id')
        return None if value is None else value.encode('latin-1').decode('utf-8')

    # The answer

    def send(self, data):
        self.socket.sendall(data if isinstance(data, bytes) else data.encode())

    def answer(self, status=200, headers=None, body=b''):
        """The beginning of a response, or all of it where it has a Content-Length."""
        lines = [f'HTTP/1.1 {status} Whatever']
        lines += [f'{name}: {value}' for name, value in (headers or {}).items()]
        self.send('\r\n'.join(lines + ['', '']).encode() + body)

    def finish(self, status, headers=None):
        """A whole response that is no stream."""
        self.answer(status, {'Content-Length': 0, 'Connection': 'close', **(headers or {})})
        self.close()

    def redirect(self, status, location):
        self.finish(status, {'Location': location})

    def open(self, body=b'', content_type='text/event-stream'):
        """A stream that goes on until the connection is closed."""
        self.answer(200, {'Content-Type': content_type, 'Connection': 'close'},
                    body if isinstance(body, bytes) else body.encode())

    def open_chunked(self):
        self.answer(200, {'Content-Type': 'text/event-stream', 'Transfer-Encoding': 'chunked'})

    def chunk(self, data):
        """What is in a chunk is read at once, and not with the next: so a test says
        where the bytes are cut, whatever the network makes of it."""
        self.send(b'%x\r\n%s\r\n' % (len(data), data))

    # The end

    def close(self):
        self.socket.close()

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.socket.close()

    def wait_closed(self):
        """Waits for the client to close the connection."""
        try:
            rest = self.socket.recv(1)
        except ConnectionResetError:
            rest = b''
        if rest:
            raise AssertionError('the client goes on sending')
        self.close()


class StreamServer:
    """Where the client finds its streams. Nothing is done but by the test."""

    def __init__(self, port=0):
        self.socket = socket.create_server(('127.0.0.1', port))
        self.socket.settimeout(TIMEOUT)
        self.port = self.socket.getsockname()[1]
        self.url = f'http://127.0.0.1:{self.port}'

    def accept(self):
        return Connection(self.socket.accept()[0])

    def has_connection(self):
        """Whether a connection is there that was not accepted."""
        return bool(select.select([self.socket], [], [], 0)[0])

    def drop_connections(self):
        """For those that the client may have made before it was told to close."""
        while self.has_connection():
            self.socket.accept()[0].close()

    def close(self):
        self.socket.close()


class ReportHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['Content-Length']))
        _, name, number = self.path.split('/')
        self.server.reports[name].put((int(number), self.headers['Content-Type'], body))
        self.send_response(202)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def log_message(self, *arguments):
        pass


class Receiver(http.server.ThreadingHTTPServer):
    """Takes the reports in, those of each stream under a name of its own."""

    daemon_threads = True
    request_queue_size = 100

    def __init__(self):
        super().__init__(('127.0.0.1', 0), ReportHandler)
        self.reports = {}
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def add(self):
        name = f'stream-{len(self.reports)}'
        self.reports[name] = queue.Queue()
        return name, f'http://127.0.0.1:{self.server_address[1]}/{name}'

    def close(self):
        self.shutdown()
        self.server_close()


class Client:
    """A stream that the service has opened."""

    def __init__(self, service, location, reports):
        self.service = service
        self.location = location
        self.reports = reports
        self.n_reports = 0

    def next(self):
        """The next report, as it is in JSON."""
        try:
            number, content_type, body = self.reports.get(timeout=TIMEOUT)
        except queue.Empty:
            raise AssertionError(f'nothing was reported within {TIMEOUT} s') from None
        self.n_reports += 1
        if number != self.n_reports or content_type != 'application/json':
            raise AssertionError(f'report {self.n_reports} came as {number}, {content_type}')
        return json.loads(body)

    def next_event(self):
        report = self.next()
        if report['kind'] != 'event' or set(report) != {'kind', 'event'}:
            raise AssertionError(f'an event was expected: {report}')
        event = report['event']
        return event['type'], event['data'], event['id']

    def next_data(self):
        return self.next_event()[1]

    def next_text(self, kind):
        report = self.next()
        if report['kind'] != kind or set(report) != {'kind', 'comment'}:
            raise AssertionError(f'a report of the kind “{kind}” was expected: {report}')
        return report['comment']

    def next_error(self):
        return self.next_text('error')

    def next_comment(self):
        return self.next_text('comment')

    def command(self, command):
        return self.service.request('POST', self.location, command)[0]

    def restart(self):
        status = self.command({'command': 'restart'})
        if status != 200:
            raise AssertionError(f'not restarted: {status}')

    def close(self):
        status = self.service.request('DELETE', self.location)[0]
        if status != 200:
            raise AssertionError(f'not closed: {status}')


class Service:
    """The program in a process of its own."""

    def __init__(self, *options):
        env = dict(os.environ, G_DEBUG='fatal-warnings,fatal-criticals', LC_ALL='C.UTF-8')
        self.stderr = tempfile.TemporaryFile()
        self.receiver = Receiver()
        self.process = subprocess.Popen([program(), '--port', '0', *options], env=env,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.stderr)
        ready, _, _ = select.select([self.process.stdout], [], [], TIMEOUT)
        line = self.process.stdout.readline().decode() if ready else ''
        match = re.fullmatch(r'Listening on http://127\.0\.0\.1:(\d+)/\n', line)
        if not match:
            self.kill()
            raise AssertionError(f'the service did not start: {line!r} {self.messages()!r}')
        self.port = int(match[1])

    def messages(self):
        self.stderr.seek(0)
        return self.stderr.read().decode('utf-8', 'replace')

    def request(self, method, path, body=None):
        """Returns the status, the headers and the body of the response."""
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=TIMEOUT)
        try:
            connection.request(method, path, body, {'Connection': 'close'})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def open(self, url, **parameters):
        """Opens a stream; one that comes back does so at once."""
        name, callback = self.receiver.add()
        parameters = {'streamUrl': url, 'callbackUrl': callback, 'initialDelayMs': 1, **parameters}
        status, headers, body = self.request('POST', '/', parameters)
        if status != 201:
            raise AssertionError(f'not opened: {status} {body!r}')
        return Client(self, headers['Location'], self.receiver.reports[name])

    def kill(self):
        self.process.kill()
        self.process.wait(TIMEOUT)
        self.process.stdout.close()
        self.receiver.close()

    def stop(self, messages=''):
        """Ends the service and insists that it was content."""
        status = None
        try:
            if self.process.poll() is None:
                status = self.request('DELETE', '/')[0]
            code = self.process.wait(TIMEOUT)
        finally:
            self.kill()
        said = self.messages()
        self.stderr.close()
        if status != 200 or code != 0 or not re.fullmatch(messages, said):
            raise AssertionError(f'the service ended with {status} and {code}: {said}')


class TestCase(unittest.TestCase):
    """One service for all tests of a class; streams and their server for each."""

    @classmethod
    def setUpClass(cls):
        cls.service = Service()
        cls.addClassCleanup(cls.service.stop)

    def setUp(self):
        self.server = self.serve()
        self.connections = []

    def serve(self):
        server = StreamServer()
        self.addCleanup(server.close)
        return server

    def open(self, path='/stream', server=None, **parameters):
        client = self.service.open((server or self.server).url + path, **parameters)
        self.addCleanup(client.close)
        return client

    def accept(self, server=None):
        connection = (server or self.server).accept()
        self.addCleanup(connection.close)
        return connection

    def assert_quiet(self, server=None):
        """Nobody connects any more. Another stream that takes longer to come back
        does so several times: what was to come has come by then."""
        other = self.serve()
        client = self.open(server=other, initialDelayMs=20)
        for turn in range(N_TURNS):
            with_event = self.accept(other)
            with_event.open(f'data: {turn}\n\n')
            self.assertEqual(client.next_data(), str(turn))
            with_event.close()
        self.assertFalse((server or self.server).has_connection(), 'the client came back')

    def assert_ended(self, client):
        """The client has failed for good, and has said so once."""
        self.assertNotEqual(client.next_error(), '')
        self.assert_quiet()
        self.assertTrue(client.reports.empty())


def main():
    program()
    unittest.main(verbosity=2)
