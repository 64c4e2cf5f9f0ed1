# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""`eric-sse serve --socket`, and `eric-sse publish` and `listen` with it."""

import json
import os
import signal
import socket
import stat
import subprocess
import tempfile

import serve

MANY = 20000


def environment():
    return {name: value for name, value in serve.environment().items()
            if not name.lower().endswith('_proxy')}


def run(*arguments, stdin=b'', **named):
    return subprocess.run([serve.command(), *arguments], env=environment(), input=stdin,
                          timeout=3 * serve.TIMEOUT, capture_output=True, **named)


class Peer:
    """A connection to the socket, as a client in any language has one."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(serve.TIMEOUT)
        self.socket.connect(path)
        self.file = self.socket.makefile('rb')

    def send(self, **request):
        self.socket.sendall(json.dumps(request).encode() + b'\n')

    def line(self):
        return self.file.readline().decode('utf-8').removesuffix('\n')

    def ask(self, **request):
        self.send(**request)
        return self.line()

    def message(self):
        return json.loads(self.line())

    def at_end(self):
        return self.file.read() == b''

    def close(self):
        self.file.close()
        self.socket.close()


class TestCase(serve.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, 'eric.sock')
        self.place = f'unix:{self.path}'

    def serve(self, *options):
        server = self.start(*options, '--socket', self.path)
        self.assertEqual(server.process.stdout.readline().decode(), f'Listening on {self.path}\n')
        return server

    def peer(self):
        peer = Peer(self.path)
        self.addCleanup(peer.close)
        return peer

    def watch(self, channel):
        """A stream that has begun: what is sent from here on comes. A peer is answered
        in the order of its requests, but two are not: so it sends until it comes."""
        peer = self.peer()
        peer.send(v='w', c=channel)
        other = self.peer()

        def came():
            self.assertEqual(other.ask(v='b', c=channel, t='begin'), 'ack')
            peer.socket.settimeout(serve.POLL)
            try:
                return peer.socket.recv(1, socket.MSG_PEEK)
            except TimeoutError:
                return None
            finally:
                peer.socket.settimeout(serve.TIMEOUT)

        serve.wait_until(came, 'the stream begins')
        self.assertEqual(other.ask(v='b', c=channel, t='begun'), 'ack')
        while peer.message()['event'] != 'begun':
            pass
        return peer

    def ask_once(self, request):
        """As the Python package asks."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(serve.TIMEOUT)
            sock.connect(self.path)
            sock.sendall(request if isinstance(request, bytes) else json.dumps(request).encode())
            sock.shutdown(socket.SHUT_WR)
            return serve.read_to_end(sock).decode('utf-8')

    def popen(self, *arguments, **named):
        process = subprocess.Popen([serve.command(), *arguments], env=environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, **named)

        def end():
            if process.poll() is None:
                process.kill()
            if process.stdin is not None and process.stdin.closed:
                process.stdin = None
            process.communicate()

        self.addCleanup(end)
        return process

    def assert_published(self, *arguments, stdin=b''):
        done = run('publish', *arguments, stdin=stdin)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b'', b''), arguments)

    def assert_failed(self, code, command, *arguments, stdin=b''):
        done = run(command, *arguments, stdin=stdin)
        said = done.stderr.decode('utf-8')
        self.assertEqual((done.returncode, done.stdout), (code, b''), (arguments, said))
        self.assertRegex(said, rf'\Aeric-sse {command}: [^\n\x1b]+\n\Z', arguments)
        return said


class Serve(TestCase):
    def test_both_ways(self):
        server = self.serve()
        stream = server.stream('news')
        peer = self.watch('news')
        while stream.next().type != 'begun':
            pass
        self.assertEqual(self.peer().ask(v='b', c='news', t='greeting', p={'a': [1, 'é']}), 'ack')
        event = stream.next()
        self.assertEqual((event.type, json.loads(event.data)), ('greeting', {'a': [1, 'é']}))
        message = peer.message()
        self.assertEqual((message['event'], message['data'], message['id']),
                         ('greeting', {'a': [1, 'é']}, event.id))
        server.publish('news?event=other&id=7', 'It works')
        message = peer.message()
        self.assertEqual((message['event'], message['data'], message['id']), ('other', 'It works', '7'))
        self.assert_healthy(server)

    def test_mode(self):
        self.serve()
        mode = os.stat(self.path).st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_python_format(self):
        server = self.serve()
        channel = self.ask_once({'v': 'c'})
        listener = self.ask_once({'v': 'r', 'c': channel})
        stream = server.stream(channel)
        self.assertEqual(self.ask_once({'c': channel, 'v': 'b', 't': 'txt', 'p': 'Hi there!'}), 'ack')
        self.assertEqual(stream.next().data, 'Hi there!')
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(serve.TIMEOUT)
            sock.connect(self.path)
            sock.sendall(json.dumps({'v': 'l', 'c': channel, 'r': listener}).encode())
            sock.shutdown(socket.SHUT_WR)
            lines = sock.makefile()
            # A listener that does not run yet keeps nothing: it runs when a message comes.
            def came():
                self.assertEqual(self.ask_once({'c': channel, 'r': listener, 'v': 'd', 't': 'z', 'p': 1}), 'ack')
                sock.settimeout(serve.POLL)
                try:
                    return sock.recv(1, socket.MSG_PEEK)
                except TimeoutError:
                    return None
            serve.wait_until(came, 'the listener runs')
            sock.settimeout(serve.TIMEOUT)
            message = json.loads(lines.readline())
            self.assertIn(message['event'], ('txt', 'z'))
            self.assertIn('retry', message)
        self.assertEqual(self.ask_once({'v': 'rl', 'c': channel, 'r': listener}), 'ack')
        self.assertRegex(self.ask_once({'v': 'rl', 'c': channel, 'r': listener}),
                         r'\AInvalidListenerException\(')
        self.assertEqual(self.ask_once({'v': 'rc', 'c': channel}), 'ack')
        self.assertRegex(self.ask_once(b'{nope}'), r'\AInvalidMessageFormat\(')
        self.assertRegex(self.ask_once({'c': 'x'}), r'\AInvalidMessageFormat\(')

    def test_new_channel_has_history(self):
        server = self.serve('--history', '2')
        channel = self.peer().ask(v='c')
        peer = self.peer()
        for i in range(3):
            self.assertEqual(peer.ask(v='b', c=channel, t='n', p=i), 'ack')
        self.assertEqual(server.stream(f'{channel}?lastEventId=earliest').next_data(2), ['1', '2'])

    def test_channels(self):
        server = self.serve('--no-auto-create', '--channel', 'news', '--max-body', '1000')
        peer = self.peer()
        self.assertEqual(peer.ask(v='b', c='news', t='t'), 'ack')
        self.assertEqual(peer.ask(v='b', c='other', t='t'), "InvalidChannelException('No channel with id other')")
        self.assertRegex(peer.ask(v='c'), r'\ALimitReachedException\(')
        self.assertRegex(peer.ask(v='w', c='other'), r'\AInvalidChannelException\(')
        self.assertEqual({channel['id'] for channel in server.state()['channels']} - {'_eric_presence'}, {'news'})
        self.assertRegex(self.peer().ask(v='b', c='news', t='t', p='x' * 1000), r'\ATooLargeException\(')

    def test_reserved(self):
        server = self.serve()
        peer = self.peer()
        for request in ({'v': 'b', 't': 't'}, {'v': 'd', 't': 't', 'r': 'x'}, {'v': 'rc'}):
            for channel in '_eric', '_eric_presence':
                self.assertRegex(peer.ask(c=channel, **request),
                                 r"\AInvalidChannelException\('.*reserved'\)\Z")
        self.assertRegex(peer.ask(c='_eric_other', v='w'), r'\AInvalidChannelException')
        for channel in '', 'x' * 257:
            self.assertRegex(peer.ask(v='b', c=channel, t='t'), r'\AInvalidChannelException\(')
        self.assertEqual(peer.ask(v='b', c='x' * 256, t='t'), 'ack')
        # To read is for all.
        peer.send(v='w', c='_eric_presence')
        server.publish('new', 'x')
        self.assertEqual(peer.message()['event'], 'presence')

    def test_end(self):
        for number in signal.SIGINT, signal.SIGTERM:
            server = self.serve()
            stream = server.stream('news')
            peer = self.watch('news')
            while stream.next().type != 'begun':
                pass
            idle = self.peer()
            idle.ask(v='b', c='news', t='last')
            server.send_signal(number)
            self.assertEqual(peer.message()['event'], 'last')
            self.assertEqual(peer.message()['event'], '_eric_channel_closed')
            self.assertTrue(peer.at_end())
            self.assertTrue(idle.at_end())
            self.assertEqual(stream.next().type, 'last')
            stream.wait_end()
            self.assertEqual(server.wait_exit(), 0)
            self.assertFalse(os.path.exists(self.path))

    def test_end_with_a_request_half_sent(self):
        server = self.serve()
        peer = self.peer()
        peer.ask(v='b', c='news', t='t')
        peer.socket.sendall(b'{"v": "b", ')
        stream = server.stream('news')
        self.assert_healthy(server)
        server.send_signal(signal.SIGINT)
        stream.wait_end()
        # The socket is still ending: the request may be completed.
        self.assertTrue(server.is_running())
        peer.socket.sendall(b'"c": "news", "t": "t"}\n')
        self.assertEqual(peer.line(), 'ack')
        self.assertTrue(peer.at_end())
        self.assertEqual(server.wait_exit(), 0)

    def test_second_signal(self):
        server = self.serve()
        peer = self.peer()
        peer.ask(v='b', c='news', t='t')
        peer.socket.sendall(b'{')
        self.assert_healthy(server)
        server.send_signal(signal.SIGINT)
        serve.wait_until(lambda: not os.path.exists(self.path), 'the server ends')
        server.send_signal(signal.SIGINT)
        self.assertEqual(server.wait_exit(), 0)

    def test_stale(self):
        server = self.serve()
        server.send_signal(signal.SIGKILL)
        server.wait_exit()
        self.assertTrue(os.path.exists(self.path))
        self.serve()
        self.assertEqual(self.peer().ask(v='b', c='news', t='t'), 'ack')

    def test_cannot_start(self):
        self.serve()
        said = self.assert_failed(1, 'serve', '--port=0', '--socket', self.path)
        self.assertIn(self.path, said)
        self.assertIn('Another server', said)
        self.assertEqual(self.peer().ask(v='b', c='news', t='t'), 'ack')
        other = f'{self.path}.txt'
        with open(other, 'w', encoding='utf-8') as file:
            file.write('mine')
        self.assertIn('is no socket', self.assert_failed(1, 'serve', '--port=0', '--socket', other))
        with open(other, encoding='utf-8') as file:
            self.assertEqual(file.read(), 'mine')
        self.assertIn('Not a directory', self.assert_failed(1, 'serve', '--port=0', '--socket', f'{other}/x'))
        self.assertIn('bytes', self.assert_failed(1, 'serve', '--port=0', '--socket', '/' + 'x' * 108))
        self.assertIn('--socket', self.assert_failed(2, 'serve', '--socket='))

    def test_systemd(self):
        self.assertIn('systemd', self.assert_failed(1, 'serve', '--port=0', '--socket=systemd'))
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(self.path)
            listening.listen()
            fd = listening.fileno()
            # What systemd does: the sockets are from 3 on, and the process is named.
            script = f'exec 3<&{fd}; LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" serve --port=0 --socket=systemd'
            process = subprocess.Popen(['sh', '-c', script, serve.command()], env=environment(),
                                       pass_fds=[fd], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            try:
                process.stdout.readline()
                self.assertEqual(process.stdout.readline().decode(), f'Listening on {self.path}\n')
                self.assertEqual(self.peer().ask(v='b', c='news', t='t'), 'ack')
                process.send_signal(signal.SIGINT)
                self.assertEqual(process.wait(serve.TIMEOUT), 0)
                self.assertTrue(os.path.exists(self.path))
            finally:
                process.kill()
                process.communicate()


class Publish(TestCase):
    def test_text(self):
        server = self.serve()
        stream = server.stream('news')
        for text in 'It works', 'é\n second ', '{"a": 1}', '', '\x01"\\':
            self.assert_published(self.place, 'news', text)
            self.assertEqual(stream.next().data, text)
        self.assert_published('--event=a b', self.place, 'news', '--', '-x')
        event = stream.next()
        self.assertEqual((event.type, event.data), ('a b', '-x'))
        self.assert_published('--json', self.place, 'news', ' {"a":  [1]}')
        self.assertEqual(stream.next().data, '{"a":  [1]}')

    def test_live(self):
        server = self.serve()
        stream = server.stream('news')
        publisher = self.popen('publish', '--event=line', self.place, 'news', '-', stdin=subprocess.PIPE)
        for text in 'first', 'é "quoted"', ' ', '5', '-':
            publisher.stdin.write(f'{text}\n'.encode())
            publisher.stdin.flush()
            event = stream.next()
            self.assertEqual((event.type, event.data), ('line', text))
        publisher.stdin.write(b'\n\r\n\nha')
        publisher.stdin.flush()
        publisher.stdin.write(b'lf\r\nand the last')
        publisher.stdin.close()
        self.assertEqual(stream.next_data(2), ['half', 'and the last'])
        self.assertEqual(publisher.wait(serve.TIMEOUT), 0)

    def test_many(self):
        server = self.serve('--history', str(MANY))
        lines = [f'line {i}' for i in range(MANY)]
        self.assert_published(self.place, 'news', '-', stdin='\n'.join(lines).encode())
        self.assertEqual(server.state()['channels'][0]['messages'], MANY)
        stream = server.stream('news?lastEventId=earliest')
        stream.wait(lambda: stream.events and stream.events[-1].data == lines[-1], 'the last line')
        kept = [event.data for event in stream.events]
        self.assertGreater(len(kept), 1000)
        self.assertEqual(kept, lines[-len(kept):])

    def test_json_lines(self):
        server = self.serve()
        stream = server.stream('news')
        said = self.assert_failed(1, 'publish', '--json', self.place, 'news', '-',
                                  stdin=b'{"a":1}\n\n"text"\n[1]\nnope\n5\n')
        self.assertEqual(stream.next_data(3), ['{"a":1}', 'text', '[1]'])
        self.assertIn('line 5 of', said)
        self.assertIn('Malformed JSON', said)
        said = self.assert_failed(1, 'publish', self.place, 'news', '-', stdin=b'fine\na\xff\nbehind\n')
        self.assertRegex(said, 'line 2 .*UTF-8')
        server.publish('news', 'next')
        self.assertEqual(stream.next_data(2), ['fine', 'next'])
        self.assertIn('Malformed', self.assert_failed(1, 'publish', '--json', self.place, 'news', '{nope}'))

    def test_refused(self):
        self.serve('--no-auto-create', '--channel=news', '--max-body=1000')
        self.assertIn('No channel with id other', self.assert_failed(1, 'publish', self.place, 'other', 'x'))
        self.assertIn('reserved', self.assert_failed(1, 'publish', self.place, '_eric_presence', 'x'))
        self.assertIn('1000 bytes', self.assert_failed(1, 'publish', self.place, 'news', 'x' * 1001))
        said = self.assert_failed(1, 'publish', self.place, 'other', '-', stdin=b'\none\ntwo\n')
        self.assertIn('line 2', said)
        # It does not wait for more.
        publisher = self.popen('publish', self.place, 'other', '-', stdin=subprocess.PIPE)
        publisher.stdin.write(b'one\n')
        publisher.stdin.flush()
        self.assertEqual(publisher.wait(serve.TIMEOUT), 1)
        self.assertIn(b'No channel', publisher.stderr.read())

    def test_unreachable(self):
        for text in 'x', '-':
            said = self.assert_failed(1, 'publish', self.place, 'news', text, stdin=b'x')
            self.assertIn(self.place, said)

    def test_server_gone(self):
        server = self.serve()
        stream = server.stream('news')
        publisher = self.popen('publish', self.place, 'news', '-', stdin=subprocess.PIPE)
        publisher.stdin.write(b'one\n')
        publisher.stdin.flush()
        self.assertEqual(stream.next().data, 'one')
        server.stop()
        publisher.stdin.write(b'two\n')
        publisher.stdin.flush()
        self.assertEqual(publisher.wait(serve.TIMEOUT), 1)
        self.assertIn(self.place.encode(), publisher.stderr.read())

    def test_usage(self):
        place = self.place
        for arguments in ([place], [place, 'news'], [place, 'news', 'x', 'more'], ['unix:', 'news', 'x'],
                          ['--id=1', place, 'news', 'x'], ['--header=A: b', place, 'news', 'x']):
            with self.subTest(arguments=arguments):
                self.assert_failed(2, 'publish', *arguments)

    def test_help(self):
        for command in 'publish', 'listen', 'serve':
            self.assertIn('unix:', serve.run(command, '--help').stdout)
        self.assertIn('--socket', serve.run('serve', '--help').stdout)


class Listen(TestCase):
    def listen(self, *arguments):
        """Begins to listen; the server has its listener when a message comes."""
        process = self.popen('listen', *arguments, self.place, 'news')
        os.set_blocking(process.stdout.fileno(), False)
        peer = self.peer()

        def came():
            self.assertEqual(peer.ask(v='b', c='news', t='begin', p='begin'), 'ack')
            return process.stdout.read()

        serve.wait_until(came, 'it listens')
        os.set_blocking(process.stdout.fileno(), True)
        return process, peer

    def lines_behind(self, process):
        return [line for line in process.stdout.read().decode('utf-8').splitlines() if line != 'begin']

    def test_data(self):
        server = self.serve()
        process, peer = self.listen('--end=stop')
        peer.ask(v='b', c='news', t='t', p={'a': [1, 'é']})
        server.publish('news', 'text')
        peer.ask(v='b', c='news', t='t', p='stop')
        self.assertEqual(self.lines_behind(process), ['{"a": [1, "\\u00e9"]}', 'text'])
        self.assertEqual((process.wait(serve.TIMEOUT), process.stderr.read()), (0, b''))

    def test_json_and_count(self):
        self.serve()
        process = self.popen('listen', '--json', '--count=2', '--event=wanted', self.place, 'news')
        peer = self.peer()

        def done():
            peer.ask(v='b', c='news', t='other', p='x')
            peer.ask(v='b', c='news', t='wanted', p='y')
            return process.poll() is not None

        serve.wait_until(done, 'it ends')
        self.assertEqual(process.returncode, 0)
        lines = [json.loads(line) for line in process.stdout.read().splitlines()]
        self.assertEqual([(line['type'], line['data']) for line in lines], [('wanted', 'y')] * 2)
        self.assertTrue(lines[0]['id'] < lines[1]['id'])

    def test_end_of_the_server(self):
        server = self.serve()
        process, _ = self.listen()
        server.stop()
        self.assertEqual(self.lines_behind(process), [])
        self.assertEqual((process.wait(serve.TIMEOUT), process.stderr.read()), (0, b''))

    def test_timeout(self):
        self.serve()
        done = run('listen', '--timeout=0.05', self.place, 'news')
        self.assertEqual((done.returncode, done.stdout), (124, b''))

    def test_interrupted(self):
        self.serve()
        process, _ = self.listen()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(serve.TIMEOUT), -signal.SIGINT)

    def test_failures(self):
        self.assertIn(self.place, self.assert_failed(1, 'listen', self.place, 'news'))
        self.serve('--no-auto-create')
        self.assertIn('No channel', self.assert_failed(1, 'listen', self.place, 'news'))

    def test_usage(self):
        place = self.place
        for arguments in ([place], [place, 'news', 'more'], ['unix:', 'news'], ['--data=x', place, 'news'],
                          ['--header=A: b', place, 'news'], ['--method=POST', place, 'news'],
                          ['--last-event-id=1', place, 'news']):
            with self.subTest(arguments=arguments):
                self.assert_failed(2, 'listen', *arguments)


if __name__ == '__main__':
    serve.main()
