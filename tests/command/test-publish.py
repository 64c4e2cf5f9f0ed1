# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `eric-sse publish` sends, what it says, and how it ends."""

import fcntl
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import termios

import serve

OPTIONS = ['--event', '--id', '--json', '--header', '--help']
SOURCE = os.path.join(os.path.dirname(__file__), '..', '..', 'eric-sse', 'tool',
                      'eric-publish-options.c')
MANY = 100000
MIB = 1 << 20


def environment():
    """No proxy comes between."""
    return {name: value for name, value in serve.environment().items()
            if not name.lower().endswith('_proxy')}


def run(*arguments, stdin=b''):
    return subprocess.run([serve.command(), 'publish', *arguments], env=environment(), input=stdin,
                          timeout=6 * serve.TIMEOUT, capture_output=True)


class Publisher:
    """`eric-sse publish` whose standard input is held open."""

    def __init__(self, *arguments, stdin=subprocess.PIPE):
        self.process = subprocess.Popen([serve.command(), 'publish', *arguments], env=environment(),
                                        stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def wait(self):
        """Returns the exit status and what was said, with standard input still open."""
        try:
            status = self.process.wait(serve.TIMEOUT)
            return status, self.process.stderr.read().decode('utf-8')
        finally:
            self.close()

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for file in self.process.stdin, self.process.stdout, self.process.stderr:
            if file:
                try:
                    file.close()
                except BrokenPipeError:
                    pass


class Recorder:
    """A server of one request, of which the test says what it answers, and when."""

    def __init__(self):
        self.socket = socket.create_server(('127.0.0.1', 0))
        self.socket.settimeout(serve.TIMEOUT)
        self.url = f'http://127.0.0.1:{self.socket.getsockname()[1]}/events/news'
        self.peer = None
        self.data = bytearray()

    def accept(self):
        self.peer, _ = self.socket.accept()
        self.peer.settimeout(serve.TIMEOUT)

    def wait_for(self, end):
        looked = 0
        while self.data.find(end, looked) < 0:
            looked = max(0, len(self.data) - len(end))
            part = self.peer.recv(1 << 16)
            if not part:
                raise AssertionError(f'no {end!r}, but {self.data[-200:]!r}')
            self.data += part

    def answer(self, status='202 Accepted', body=b'', content_type='text/plain'):
        self.peer.sendall(f'HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n'
                          f'Content-Length: {len(body)}\r\nConnection: close\r\n\r\n'.encode() + body)

    def head(self):
        return self.data.partition(b'\r\n\r\n')[0].decode('utf-8')

    def header(self, name):
        match = re.search(rf'(?im)^{name}:[ \t]*(.*?)\r?$', self.head())
        return match and match[1]

    def body(self):
        return bytes(self.data.partition(b'\r\n\r\n')[2])

    def n_waiting(self):
        """How many more connections there are."""
        return len(select.select([self.socket], [], [], 0)[0])

    def close(self):
        if self.peer:
            self.peer.close()
        self.socket.close()


class TestCase(serve.TestCase):
    def publisher(self, *arguments, **named):
        publisher = Publisher(*arguments, **named)
        self.addCleanup(publisher.close)
        return publisher

    def recorder(self):
        recorder = Recorder()
        self.addCleanup(recorder.close)
        return recorder

    def assert_published(self, *arguments, stdin=b''):
        done = run(*arguments, stdin=stdin)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b'', b''), arguments)

    def assert_failed(self, code, *arguments, stdin=b''):
        done = run(*arguments, stdin=stdin)
        said = done.stderr.decode('utf-8')
        self.assertEqual((done.returncode, done.stdout), (code, b''), (arguments, said))
        self.assertRegex(said, r'\Aeric-sse publish: [^\n\x1b]+\n\Z', arguments)
        return said

    def start_news(self, *options):
        server = self.start(*options)
        server.news = f'{server.url}events/news'
        return server


class CommandLine(TestCase):
    def test_help(self):
        with open(SOURCE, encoding='utf-8') as file:
            written = re.findall(r'^    \{ "([a-z-]+)", ', file.read(), re.M)
        self.assertEqual({f'--{name}' for name in written} | {'--help'}, set(OPTIONS))
        done = serve.run('publish', '--help')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        for option in OPTIONS:
            self.assertRegex(done.stdout, rf'(?m)^  (-\w, )?{option}\b')
        for word in 'URL TEXT|-', 'Empty lines', 'Ctrl-C', 'Exit status', 'tail -f':
            self.assertIn(word, done.stdout)
        self.assertIn('publish', serve.run('--help').stdout)

    def test_usage(self):
        url = 'http://127.0.0.1:1/events/news'
        for arguments in ([], [url], [url, 'text', 'more'], [url, 'text', '--frobnicate'],
                          [url, 'text', '--event'], ['--id=1', url, '-']):
            with self.subTest(arguments=arguments):
                self.assert_failed(2, *arguments)

    def test_bad_url(self):
        for url in ('', 'localhost', 'localhost:8080/events/news', '/events/news', '//localhost/x', 'http:',
                    'http://', 'http:///events', 'ftp://localhost/x', 'http://a b/',
                    'http://localhost:port/', 'http://localhost:99999/', '-'):
            with self.subTest(url=url):
                self.assertIn(url, self.assert_failed(2, '--', url, 'text'))

    def test_bad_header(self):
        for header in ('', 'Name', ': value', 'Na me: value', 'Name : value', 'Näme: value', 'Name: a\nb: c',
                       'Name: a\rb', 'Content-Type: text/html', 'content-length: 1', 'Transfer-Encoding: x'):
            with self.subTest(header=header):
                self.assertIn('--header', self.assert_failed(2, f'--header={header}', 'http://127.0.0.1:1/', 'x'))


class Text(TestCase):
    def test_text(self):
        server = self.start_news()
        stream = server.stream('news')
        for text in 'It works', 'é\n second ', '{"a": 1}', '', '\x01"\\':
            self.assert_published(server.news, text)
            self.assertEqual(stream.next().data, text)
        self.assert_published(server.news, '--', '-x')
        self.assertEqual(stream.next().data, '-x')
        self.assert_published('--', server.news, '--')
        self.assertEqual(stream.next().data, '--')

    def test_event_and_id(self):
        server = self.start_news()
        stream = server.stream('news')
        self.assert_published('--event=a b&é+%', '--id=7#8', server.news, 'x')
        event = stream.next()
        self.assertEqual((event.type, event.id, event.data), ('a b&é+%', '7#8', 'x'))
        # What the URL says stays, and an option comes before it.
        self.assert_published('--id=9', f'{server.news}?event=a%20b&other=%26', 'y')
        event = stream.next()
        self.assertEqual((event.type, event.id), ('a b', '9'))
        self.assert_published('--event=new', f'{server.news}?event=old&id=10#fragment', 'z')
        event = stream.next()
        self.assertEqual((event.type, event.id), ('new', '10'))

    def test_json(self):
        server = self.start_news()
        stream = server.stream('news')
        self.assert_published('--json', server.news, ' {"a":  [1, "é"]}')
        self.assertEqual(stream.next().data, '{"a":  [1, "é"]}')
        said = self.assert_failed(1, '--json', server.news, '{nope}')
        self.assertIn('Malformed JSON at line 1, column 2', said)

    def request(self, *arguments):
        recorder = self.recorder()
        publisher = self.publisher(*arguments, recorder.url, 'x')
        recorder.accept()
        recorder.wait_for(b'\r\n\r\nx')
        recorder.answer()
        self.assertEqual(publisher.wait(), (0, ''))
        self.assertEqual(recorder.n_waiting(), 0)
        return recorder

    def test_request(self):
        recorder = self.request('--header', 'Authorization:  Bearer a:b ', '-H', 'X-É: é'.replace('É', 'E'))
        self.assertTrue(recorder.head().startswith('POST /events/news HTTP/1.1\r\n'))
        self.assertEqual(recorder.header('Content-Type'), 'text/plain; charset=utf-8')
        self.assertEqual(recorder.header('Content-Length'), '1')
        self.assertEqual(recorder.header('Authorization'), 'Bearer a:b')
        self.assertEqual(recorder.header('X-E'), 'é')
        self.assertRegex(recorder.header('User-Agent'), r'\Aeric-sse/\d')
        self.assertEqual(self.request('--json').header('Content-Type'), 'application/json')

    def test_refused(self):
        server = self.start_news('--no-auto-create', '--max-body', '100')
        self.assertIn('There is no channel “news”', self.assert_failed(1, server.news, 'x'))
        self.assertIn('reserved', self.assert_failed(1, f'{server.url}events/_eric', 'x'))
        self.assertIn('There is nothing here', self.assert_failed(1, f'{server.url}nowhere', 'x'))
        self.assertIn('100 bytes', self.assert_failed(1, server.news, 'x' * 101))

    def test_unreachable(self):
        with socket.create_server(('127.0.0.1', 0)) as probe:
            url = f'http://127.0.0.1:{probe.getsockname()[1]}/events/news'
        for text in 'x', '-':
            said = self.assert_failed(1, url, text)
            self.assertIn(url, said)
            self.assertIn('refused', said)

    def answered(self, *arguments, **named):
        recorder = self.recorder()
        publisher = self.publisher(recorder.url, 'x')
        recorder.accept()
        recorder.wait_for(b'\r\n\r\nx')
        recorder.answer(*arguments, **named)
        status, said = publisher.wait()
        self.assertEqual(status, 1)
        self.assertRegex(said, r'\Aeric-sse publish: [^\n\x1b\x07\x9b]+\n\Z')
        self.assertEqual(recorder.n_waiting(), 0)
        return said

    def test_strange_answers(self):
        self.assertIn('one[31m', self.answered('400 Bad', b'one\x1b[31m\x07\xc2\x9b\ntwo\n'))
        self.assertIn('500 Internal', self.answered('500 Internal', b'<html>', content_type='text/html'))
        self.assertIn('500 Internal', self.answered('500 Internal', b''))
        self.assertIn('500 a[31mb', self.answered('500 a\x1b[31mb', b''))
        self.assertIn('a\ufffd', self.answered('400 Bad', b'a\xff'))
        self.assertLess(len(self.answered('400 Bad', b'x' * MIB)), 2000)
        self.assertIn('301', self.answered('301 Moved\r\nLocation: http://127.0.0.1:1/', b''))
        self.assertIn('303', self.answered('303 Other\r\nLocation: /events/news', b''))


class Lines(TestCase):
    def test_live(self):
        server = self.start_news()
        stream = server.stream('news')
        idle = server.sockets_open()
        publisher = self.publisher('--event=line', server.news, '-')
        for text in 'first', 'é "quoted" \\ \t', ' ', '5', '-':
            publisher.write(f'{text}\n'.encode())
            event = stream.next()
            self.assertEqual((event.type, event.data), ('line', text))
            self.assertEqual(server.sockets_open(), idle + 1)
        publisher.write(b'\n\r\n\nha')
        publisher.write(b'lf\r\nand the last')
        self.assertEqual(stream.next().data, 'half')
        publisher.process.stdin.close()
        self.assertEqual(publisher.wait(), (0, ''))
        self.assertEqual(stream.next().data, 'and the last')

    def test_json(self):
        server = self.start_news()
        stream = server.stream('news')
        publisher = self.publisher('--json', server.news, '-')
        publisher.write(b'{"a":1}\n\n"text"\n')
        self.assertEqual(stream.next_data(2), ['{"a":1}', '"text"'])
        publisher.write(b'[1]\nnope\n5\n')
        self.assertEqual(stream.next().data, '[1]')
        status, said = publisher.wait()
        self.assertEqual(status, 1)
        self.assertIn('Line 5: Malformed JSON', said)
        self.assertIn('published before: 3', said)
        server.publish('news', 'next')
        self.assertEqual(stream.next().data, 'next')

    def test_one_request(self):
        recorder = self.recorder()
        publisher = self.publisher(recorder.url, '-')
        recorder.accept()
        # It is asked before there is a line: a refusal comes at once.
        recorder.wait_for(b'\r\n\r\n')
        publisher.write(b'one\n')
        recorder.wait_for(b'one\n')
        publisher.write(b'two')
        publisher.process.stdin.close()
        recorder.wait_for(b'\r\n0\r\n\r\n')
        self.assertIsNone(publisher.process.poll())
        recorder.answer()
        self.assertEqual(publisher.wait(), (0, ''))
        self.assertEqual(recorder.header('Content-Type'), 'text/plain; charset=utf-8')
        self.assertEqual(recorder.header('Transfer-Encoding'), 'chunked')
        self.assertIsNone(recorder.header('Content-Length'))
        self.assertEqual(serve.dechunk(recorder.body()), (b'one\ntwo\n', b'', True))
        self.assertEqual(recorder.n_waiting(), 0)

    def test_kinds_of_input(self):
        server = self.start_news()
        stream = server.stream('news')
        with tempfile.TemporaryFile() as file:
            file.write(b'in\na file\n')
            file.seek(0)
            self.assertEqual(self.publisher(server.news, '-', stdin=file).wait(), (0, ''))
        self.assertEqual(stream.next_data(2), ['in', 'a file'])
        ours, theirs = socket.socketpair()
        with ours, theirs:
            publisher = self.publisher(server.news, '-', stdin=theirs)
            ours.sendall(b'a socket\n')
            self.assertEqual(stream.next().data, 'a socket')
            ours.shutdown(socket.SHUT_WR)
            self.assertEqual(publisher.wait(), (0, ''))
        self.assert_published(server.news, '-', stdin=b'')
        self.assertEqual(self.publisher(server.news, '-', stdin=subprocess.DEVNULL).wait(), (0, ''))

    def test_terminal(self):
        server = self.start_news()
        stream = server.stream('news')
        ours, theirs = os.openpty()
        try:
            publisher = self.publisher(server.news, '-', stdin=theirs)
            os.write(ours, b'typed\n')
            self.assertEqual(stream.next().data, 'typed')
            # The terminal is left as it was, for the shell.
            self.assertFalse(fcntl.fcntl(theirs, fcntl.F_GETFL) & os.O_NONBLOCK)
            os.write(ours, termios.tcgetattr(theirs)[6][termios.VEOF])
            self.assertEqual(publisher.wait(), (0, ''))
        finally:
            os.close(ours)
            os.close(theirs)

    def test_many(self):
        lines = [f'line {i}' for i in range(MANY)]
        text = '\n'.join(lines).encode()
        recorder = self.recorder()
        with tempfile.TemporaryFile() as file:
            file.write(text)
            file.seek(0)
            publisher = self.publisher(recorder.url, '-', stdin=file)
        recorder.accept()
        recorder.wait_for(b'\r\n0\r\n\r\n')
        recorder.answer()
        self.assertEqual(publisher.wait(), (0, ''))
        body, _, _ = serve.dechunk(recorder.body())
        self.assertEqual(body.decode(), ''.join(f'{line}\n' for line in lines))

        # All arrive; a history has a bound in bytes, and keeps the last of them.
        server = self.start_news('--history', str(MANY))
        self.assert_published(server.news, '-', stdin=text)
        self.assertEqual(server.state()['channels'][0]['messages'], MANY)
        stream = server.stream('news?lastEventId=earliest')
        stream.wait(lambda: stream.events and stream.events[-1].data == lines[-1], 'the last line')
        kept = [event.data for event in stream.events]
        self.assertGreater(len(kept), 1000)
        self.assertEqual(kept, lines[-len(kept):])

    def test_invalid(self):
        server = self.start_news()
        stream = server.stream('news')
        for wrong in b'a\xffb', b'a\0b', b'\xc3', b'\xed\xa0\x80':
            with self.subTest(wrong=wrong):
                publisher = self.publisher(server.news, '-')
                publisher.write(b'fine\n\n' + wrong + b'\nbehind\n')
                status, said = publisher.wait()
                self.assertEqual(status, 1)
                self.assertRegex(said, r'\Aeric-sse publish: [^\n]*line 3 [^\n]*UTF-8[^\n]*\n\Z')
                self.assertEqual(stream.next().data, 'fine')
        server.publish('news', 'next')
        self.assertEqual(stream.next().data, 'next')

    def test_long_lines(self):
        server = self.start_news('--max-body', str(32 * MIB), '--history', '1')
        for end in b'', b'\n', b'\r\n':
            self.assert_published(server.news, '-', stdin=b'x' * (16 * MIB) + end)
        for end in b'', b'\n', b'x' * MIB:
            said = self.assert_failed(1, server.news, '-', stdin=b'short\n' + b'x' * (16 * MIB + 1) + end)
            self.assertRegex(said, 'line 2 .*longer than')
        said = self.assert_failed(1, server.news, '-', stdin=b'x' * (16 * MIB + 1) + b'\n')
        self.assertRegex(said, 'line 1 .*longer than')

    def test_line_too_long_for_the_server(self):
        server = self.start_news('--max-body', '100')
        publisher = self.publisher(server.news, '-')
        publisher.write(b'short\n' + b'x' * 100 + b'\n' + b'y' * 101 + b'\n')
        status, said = publisher.wait()
        self.assertEqual(status, 1)
        self.assertIn('Line 3: It is longer than 100 bytes; published before: 2', said)


class End(TestCase):
    def test_refused_early(self):
        server = self.start('--no-auto-create')
        for channel, word in ('unknown', 'unknown'), ('_eric', 'reserved'):
            publisher = self.publisher(f'{server.url}events/{channel}', '-')
            status, said = publisher.wait()
            self.assertEqual(status, 1)
            self.assertIn(word, said)

    def test_refused_while_sending(self):
        server = self.start('--no-auto-create')
        with open('/dev/zero', 'rb') as zero:
            # Endless, and no line in it: whichever is noticed first.
            status, _ = self.publisher(f'{server.url}events/news', '-', stdin=zero).wait()
        self.assertEqual(status, 1)
        yes = subprocess.Popen(['yes', 'x' * 1000], stdout=subprocess.PIPE)
        try:
            status, said = self.publisher(f'{server.url}events/news', '-', stdin=yes.stdout).wait()
        finally:
            yes.kill()
            yes.wait()
            yes.stdout.close()
        self.assertEqual(status, 1)
        self.assertIn('There is no channel', said)

    def test_signals(self):
        server = self.start_news()
        stream = server.stream('news')
        for number in signal.SIGINT, signal.SIGTERM:
            publisher = self.publisher(server.news, '-')
            publisher.write(b'whole\nha')
            self.assertEqual(stream.next().data, 'whole')
            publisher.process.send_signal(number)
            self.assertEqual(publisher.wait(), (-number, ''))
        server.publish('news', 'next')
        self.assertEqual(stream.next().data, 'next')

    def test_server_ends(self):
        server = self.start_news()
        stream = server.stream('news')
        publisher = self.publisher(server.news, '-')
        publisher.write(b'one\n')
        self.assertEqual(stream.next().data, 'one')
        server.stop()
        status, said = publisher.wait()
        self.assertEqual(status, 1)
        self.assertIn('The server is shutting down; published before: 1', said)

    def test_server_dies(self):
        server = self.start_news()
        stream = server.stream('news')
        publisher = self.publisher(server.news, '-')
        publisher.write(b'one\n')
        self.assertEqual(stream.next().data, 'one')
        server.kill()
        status, said = publisher.wait()
        self.assertEqual(status, 1)
        self.assertRegex(said, r'\Aeric-sse publish: [^\n]+\n\Z')

    def test_server_that_does_not_read(self):
        # It is not kept in memory, and Ctrl-C acts all the same.
        recorder = self.recorder()
        yes = subprocess.Popen(['yes', 'x' * 1000], stdout=subprocess.PIPE)
        try:
            publisher = self.publisher(recorder.url, '-', stdin=yes.stdout)
            recorder.accept()
            serve.wait_until(lambda: self.is_asleep(yes.pid), 'nothing more is taken')
            if 'ERIC_SSE_SANITIZED' not in os.environ:
                with open(f'/proc/{publisher.process.pid}/status', encoding='ascii') as file:
                    self.assertLess(int(re.search(r'VmRSS:\s+(\d+)', file.read())[1]), 64 * 1024)
            publisher.process.send_signal(signal.SIGINT)
            self.assertEqual(publisher.wait(), (-signal.SIGINT, ''))
        finally:
            yes.kill()
            yes.wait()
            yes.stdout.close()

    def is_asleep(self, pid):
        """Whether it waits for who reads from it; twice, as it does so now and then."""
        def written():
            with open(f'/proc/{pid}/io', encoding='ascii') as file:
                return re.search(r'wchar: (\d+)', file.read())[1]
        before = written()
        select.select([], [], [], 10 * serve.POLL)
        return before == written() != '0'

    def test_open_feed_and_the_end(self):
        # A client that says nothing does not keep the server.
        server = self.start_news()
        with server.connect() as sock:
            sock.sendall(b'POST /events/news HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n'
                         b'Content-Type: application/x-ndjson\r\n\r\n2\r\n1\n\r\n')
            stream = server.stream('news?lastEventId=earliest')
            self.assertEqual(stream.next().data, '1')
            server.stop()
            self.assertEqual(serve.Response(serve.read_to_end(sock)).status, 503)


if __name__ == '__main__':
    serve.main()
