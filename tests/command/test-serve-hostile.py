# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Clients that are broken or mean: the server stays up, small, and there for others."""

import random
import socket
import threading

import serve

GET = serve.format_request('GET', '/')

MIB = 1 << 20

# Limits of what is kept that are reached at once.
SMALL = (f'--history-bytes={MIB}', f'--backlog-bytes={4 * MIB}')


class Hostile(serve.TestCase):
    def start(self, *options, **named):
        server = super().start(*options, **named)
        self.assert_healthy(server)
        server.idle = server.idle_descriptors()
        return server

    def assert_untouched(self, server):
        """Others are served, and nothing of the client is left."""
        self.assert_healthy(server)
        stream = server.stream('others')
        server.publish('others', 'still here')
        self.assertEqual(stream.next().data, 'still here')
        stream.close()
        server.wait_descriptors(server.idle)
        server.check_messages()

    def assert_small(self, server, before, most, what):
        growth = server.rss() - before
        print(f'{what}: {growth / MIB:+.1f} MiB', flush=True)
        self.assertLess(growth, most, f'{what}: bytes of memory')

    def send_while_it_lasts(self, sock, data, times=1):
        """Returns how many bytes the server took before it closed or stalled."""
        sent = 0
        try:
            for _ in range(times):
                sock.sendall(data)
                sent += len(data)
        except (ConnectionResetError, BrokenPipeError, TimeoutError):
            pass
        return sent

    # Requests that do not go on

    def test_stalls(self):
        server = self.start()
        places = [0, 1, 3, len(GET) // 2, len(GET) - 1]
        stalled = [server.connect() for _ in range(20) for _ in places]
        for n, sock in enumerate(stalled):
            sock.sendall(GET[:places[n % len(places)]])
        self.assert_healthy(server)
        for sock in stalled:
            sock.close()
        self.assert_untouched(server)

    def test_half_closes(self):
        server = self.start()
        for n in 0, 1, len(GET) // 2, len(GET) - 1:
            with server.connect() as sock:
                sock.sendall(GET[:n])
                sock.shutdown(socket.SHUT_WR)
                self.assertNotIn(b' 200 ', serve.read_to_end(sock)[:20])
        # Who has said everything may do so and still gets the answer.
        with server.connect() as sock:
            sock.sendall(GET)
            sock.shutdown(socket.SHUT_WR)
            self.assertEqual(serve.Response(serve.read_to_end(sock)).status, 200)
        # A body that is shorter than its length is not published.
        with server.connect() as sock:
            sock.sendall(b'POST /events/short HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc')
            sock.shutdown(socket.SHUT_WR)
            self.assertNotIn(b' 202 ', serve.read_to_end(sock)[:20])
        self.assertNotIn('short', {channel['id'] for channel in server.state()['channels']})
        self.assert_untouched(server)

    def test_half_closed_stream(self):
        server = self.start()
        stream = server.stream('news')
        server.wait_subscribers(1)
        stream.socket.shutdown(socket.SHUT_WR)
        stream.wait_end()
        server.wait_subscribers(0)
        self.assert_untouched(server)

    def test_byte_by_byte(self):
        server = self.start()
        stream = server.stream('slow')
        request = serve.format_request('POST', '/events/slow?event=drip', {'Content-Type': 'text/plain'},
                                       'drop by drop')
        with server.connect() as sock:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for n in range(len(request)):
                sock.sendall(request[n:n + 1])
            self.assertEqual(serve.Response(serve.read_answer(sock)).status, 202)
        event = stream.next()
        self.assertEqual((event.type, event.data), ('drip', 'drop by drop'))
        stream.close()
        self.assert_untouched(server)

    # What is no request

    def test_garbage(self):
        server = self.start()
        noise = random.Random(1)
        pieces = [noise.randbytes(noise.randrange(1, 2000)) for _ in range(300)]
        pieces += [
            b'\r\n' * 1000, b'\0' * 1000, b' ', b'GET', b'GET /', b'GET / HTTP/9.9\r\n\r\n',
            b'GET / HTTP/1.1\r\n\r\n', b'GET  /  HTTP/1.1\r\nHost: x\r\n\r\n',
            b'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', b'GET / HTTP/1.1\r\n: x\r\n\r\n',
            b'GET / HTTP/1.1\r\nHost\r\n\r\n', b'GET / HTTP/1.1\r\nHost: a b\r\n\r\n',
            b'GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n', b'GET / HTTP/1.1\r\nHost: [::1\r\n\r\n',
            b'GET / HTTP/1.1\r\nHost: x:99999999\r\n\r\n', b'get / http/1.1\r\nhost: x\r\n\r\n',
            b'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n', b'GET * HTTP/1.1\r\nHost: x\r\n\r\n',
            b'OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n', b'CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n',
            b'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', b'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03' + bytes(500),
            b'POST /events/x HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
            b'POST /events/x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n',
            b'POST /events/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 2\r\n\r\nxx',
            b'POST /events/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
            b'POST /events/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n',
            b'POST /events/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n',
            b'POST /events/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n',
            b'POST /events/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx',
            b'POST /events/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n0\r\n\r\n',
            b'GET /events/x HTTP/1.1\r\nHost: x\r\nLast-Event-ID: \xff\xfe\x80\r\nOrigin: \xff\r\n'
            b'User-Agent: \xff\r\n\r\n',
            b'GET /events/x HTTP/1.1\r\nHost: x\r\nLast-Event-ID: ' + b'9' * 50000 + b'\r\n\r\n',
            b'GET / HTTP/1.1\r\nHost: x\r\nAccept: \xff\xfe\r\n\r\n',
            b'GET / HTTP/1.1\r\nHost: x\r\nRange: bytes=0-1,3-4,-1\r\n\r\n',
            b'GET /page/app.js HTTP/1.1\r\nHost: x\r\nRange: bytes=99999999-0\r\n\r\n',
            b'POST /events/x HTTP/1.1\r\nHost: x\r\nContent-Type: \xff/;;=\r\nContent-Length: 1\r\n\r\nx',
            b'GET / HTTP/1.1\r\nHost: x\r\nExpect: the worst\r\n\r\n',
            b'GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
        ]
        for piece in pieces:
            with self.subTest(piece=piece[:80]):
                with server.connect() as sock:
                    self.send_while_it_lasts(sock, piece)
                    try:
                        sock.shutdown(socket.SHUT_WR)
                    except OSError:
                        pass
                    serve.read_to_end(sock)
                self.assertTrue(server.is_running(), server.messages())
        self.assert_untouched(server)

    def test_long_request_line(self):
        server = self.start()
        before = server.rss()
        with server.connect() as sock:
            taken = self.send_while_it_lasts(sock, b'GET /' + b'x' * MIB, 50)
            self.send_while_it_lasts(sock, b' HTTP/1.1\r\nHost: x\r\n\r\n')
            answer = serve.read_to_end(sock)
        self.assertRegex(answer[:12], rb'\A(HTTP/1.1 4\d\d)?\Z')
        print(f'of 50 MiB of a request line, {taken / MIB:.1f} were sent', flush=True)
        self.assert_small(server, before, 8 * MIB, 'a request line of 50 MiB')
        self.assert_untouched(server)

    def test_long_header(self):
        server = self.start()
        before = server.rss()
        for size in 100_000, 200_000, 5_000_000:
            request = (b'GET / HTTP/1.1\r\nHost: x\r\nX-Long: ' + b'x' * size + b'\r\n\r\n',
                       b'GET / HTTP/1.1\r\nHost: x\r\n' + b'X-Many: x\r\n' * (size // 11) + b'\r\n')
            for data in request:
                answer = server.exchange(data)
                self.assertRegex(answer[:12], rb'\A(HTTP/1.1 (200|4\d\d))?\Z')
        self.assert_small(server, before, 16 * MIB, 'long headers')
        self.assert_untouched(server)

    def test_header_without_end(self):
        server = self.start()
        before = server.rss()
        with server.connect() as sock:
            sock.settimeout(2)
            self.send_while_it_lasts(sock, b'GET / HTTP/1.1\r\nHost: x\r\n')
            taken = self.send_while_it_lasts(sock, b'X-Many: ' + b'x' * 1000 + b'\r\n', 50_000)
            self.assert_small(server, before, 8 * MIB, f'headers without end, {taken / MIB:.1f} MiB sent')
        self.assert_untouched(server)

    def test_pipelined_requests(self):
        server = self.start()
        for path in '/', '/health', '/page/app.js':
            with server.connect() as sock:
                data = serve.format_request('GET', path) * 10_000
                sender = threading.Thread(target=self.send_while_it_lasts, args=(sock, data))
                sender.start()
                answer = serve.read_to_end(sock)
                sender.join(serve.TIMEOUT)
                self.assertFalse(sender.is_alive())
            # A reset may have overtaken the answer.
            self.assertRegex(answer[:12], rb'\A(HTTP/1.1 200)?\Z')
        # What comes behind the request for a stream is no request any more.
        with server.connect() as sock:
            self.send_while_it_lasts(sock, serve.format_request('GET', '/events/a') * 10_000)
            data = serve.read_to_end(sock)
            self.assertLessEqual(data.count(b'HTTP/1.1 200'), 1)
        self.assert_untouched(server)

    # Too much of something

    def test_body_for_who_wants_none(self):
        for path in '/', '/health', '/page/app.js', '/nothing', '/events', '/events/', '/events/x':
            for method in 'POST', 'GET', 'PUT':
                with self.subTest(method=method, path=path):
                    server = self.start()
                    before = server.rss()
                    with server.connect() as sock:
                        sock.sendall(f'{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 62914560\r\n\r\n'
                                     .encode())
                        self.send_while_it_lasts(sock, b'x' * MIB, 59)
                        self.assert_small(server, before, 8 * MIB, f'59 MiB of a body with {method} {path}')
                    self.assert_untouched(server)

    def test_ranges(self):
        server = self.start()
        whole = server.get('/page/app.js').text
        for value in ('bytes=-100000', 'bytes=0-99999', 'bytes=18446744073709551615-', 'bytes=0-' + ',0-' * 9999):
            with self.subTest(value=value[:30]):
                response = server.get('/page/app.js', {'Range': value})
                self.assertEqual(response.status, 200)
                self.assertEqual(response.text, whole)
        self.assert_untouched(server)

    def test_body_without_length(self):
        server = self.start('--max-body', '1000')
        before = server.rss()
        with server.connect() as sock:
            sock.sendall(b'POST /events/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
            self.send_while_it_lasts(sock, b'100000\r\n' + b'x' * MIB + b'\r\n', 60)
            self.assert_small(server, before, 8 * MIB, '60 MiB of a body in chunks')
            self.send_while_it_lasts(sock, b'0\r\n\r\n')
            self.assertIn(b' 413 ', serve.read_answer(sock)[:20])
        self.assert_untouched(server)

    def test_topics(self):
        server = self.start()
        for query in ('&'.join(f'topic=t{n}' for n in range(5000)), 'topic=a&' * 5000 + 'topic=a',
                      'topic&' * 5000, '&' * 50000, 'topic=' + '&topic=' * 100,
                      'topic=' + 'x' * 50000, 'topic=%ff', 'topic=_eric_presence&topic=_eric_x'):
            with self.subTest(query=query[:50]):
                with server.connect() as sock:
                    self.send_while_it_lasts(sock, serve.format_request('GET', f'/events/news?{query}'))
                    status = sock.recv(12)
                    self.assertIn(status, (b'HTTP/1.1 200', b'HTTP/1.1 400', b'HTTP/1.1 404', b'HTTP/1.1 414',
                                           b'HTTP/1.1 413', b'HTTP/1.1 431'))
        with server.connect() as sock:
            sock.sendall(serve.format_request('GET', '/events/t0?' + '&'.join(f'topic=t{n}' for n in range(65))))
            self.assertEqual(serve.Response(serve.read_answer(sock)).status, 400)
        stream = server.stream('t0?' + '&'.join(f'topic=t{n}' for n in range(64)))
        self.assertEqual(stream.response.status, 200)
        server.publish('t63', 'x')
        self.assertEqual(stream.next().data, 'x')
        stream.close()
        self.assert_untouched(server)

    def test_channels(self):
        # There is an end to the channels that clients may make.
        server = self.start('--max-channels', '1000', '--max-channels-per-client', '0')
        before = server.rss()
        statuses = set()
        for n in range(0, 1200, 60):
            sock = server.connect()
            self.addCleanup(sock.close)
            sock.sendall(serve.format_request('GET', f'/events/c{n}?' + '&'.join(f'topic=c{n + m}' for m in range(60))))
            statuses.add(sock.recv(12))
        self.assertEqual(statuses, {b'HTTP/1.1 200', b'HTTP/1.1 503'})
        self.assertLessEqual(len(server.state()['channels']), 1000)
        self.assert_small(server, before, 16 * MIB, '1,000 channels')
        self.assert_healthy(server)
        self.assertEqual(server.post('/events/c0', 'x').status, 202)

    def test_escapes(self):
        server = self.start()
        for path, statuses in {
            '/events/%00': {400, 404}, '/events/a%00b': {400, 404}, '/events/%ff': {400}, '/events/%c3%28': {400},
            '/events/%': {400, 404, 200}, '/events/%zz': {400, 404, 200}, '/events/%2': {400, 404, 200},
            '/%65vents/x': {200, 404}, '/page/%2e%2e%2findex.html': {400, 404}, '/page/%00': {400, 404},
            '/page/app.js%00': {400, 404}, '/%2e%2e/%2e%2e/etc/passwd': {400, 404}, '/../../etc/passwd': {400, 404},
            '/events/' + 'x' * 257: {400}, '/events/' + '%C3%A4' * 129: {400},
            '/?%': {200, 400}, '/?' + '%' * 1000: {200, 400}, '/health?%00': {200, 400}, '//events//x': {400, 404},
            '/events/x;y?=&&==%3D': {200}, '/events/%0d%0aSet-Cookie:%20x=y': {200, 400},
        }.items():
            with self.subTest(path=path[:60]):
                with server.connect() as sock:
                    sock.sendall(serve.format_request('GET', path))
                    head = b''
                    while b'\r\n\r\n' not in head and (part := sock.recv(65536)):
                        head += part
                    self.assertIn(serve.Response(head).status, statuses)
                    self.assertNotIn(b'\nSet-Cookie', head)
        for query in ('event=%ff', 'id=%ff', 'event=%00', 'id=%00', 'event=a%0ab', 'id=a%0d%0ab', 'event=%', 'id=%zz',
                      'event=' + 'x' * 20000, 'event=_eric_channel_closed&x=%ff', 'event=%5feric_x'):
            with self.subTest(query=query[:60]):
                self.assertIn(server.post(f'/events/x?{query}', 'x').status, {202, 400, 403, 413, 414, 431})
        self.assert_untouched(server)

    def test_what_cannot_be_read_is_refused(self):
        # A query that says something which cannot be understood is not one that
        # says nothing: the message would go out with neither type nor id.
        server = self.start()
        for query in 'event=tick&x=%ff', 'event=%ff', 'id=%ff':
            with self.subTest(query=query):
                self.assertEqual(server.post(f'/events/x?{query}', 'x').status, 400)
        for query in 'topic=%ff', 'topic=a&x=%ff&topic=b':
            with self.subTest(query=query), server.connect() as sock:
                sock.sendall(serve.format_request('GET', f'/events/x?{query}'))
                self.assertEqual(sock.recv(12), b'HTTP/1.1 400')

    def test_injection(self):
        # Nobody writes fields of the stream through what is text.
        server = self.start()
        stream = server.stream('news')
        server.publish('news', 'a\r\nid: 1\rdata: b\n\nevent: x\n')
        event = stream.next()
        self.assertEqual((event.type, event.lines), ('message', ['a', 'id: 1', 'data: b', '', 'event: x', '']))
        stream.close()
        self.assert_untouched(server)

    # Clients that do not read

    def flood(self, server, n, size):
        """Publishes to a reader and, with it, to who does not read; returns the
        memory of the server after a tenth and the most after that."""
        reader = server.stream('flood')
        seen = 0
        problems = []
        news = threading.Condition()

        def read():
            nonlocal seen
            try:
                while seen < n:
                    data = reader.next().data
                    if not data.startswith(f'{seen} ') or len(data) != size:
                        raise AssertionError(f'message {seen} is {data[:40]!r}, {len(data)} long')
                    with news:
                        seen += 1
                        news.notify()
            except (AssertionError, OSError) as error:
                with news:
                    problems.append(error)
                    news.notify()

        thread = threading.Thread(target=read)
        thread.start()
        base = most = 0
        for i in range(n):
            server.publish('flood', f'{i} '.encode().ljust(size, b'x'))
            with news:
                # Not so far ahead of the reader that it is slow itself.
                if not news.wait_for(lambda i=i: problems or seen >= i - 4, serve.TIMEOUT):
                    problems.append(AssertionError(f'the reader waits for message {seen}'))
            if problems:
                break
            if i == n // 10:
                base = server.rss()
            elif i > n // 10 and i % 16 == 0:
                most = max(most, server.rss())
        thread.join(serve.TIMEOUT)
        reader.close()
        self.assertEqual(problems, [])
        self.assertEqual(seen, n)
        return base, most

    def test_never_reads(self):
        server = self.start(*SMALL)
        stuck = [server.stream('flood', rcvbuf=4096), server.stream('flood?topic=b', rcvbuf=4096),
                 server.stream('flood', version='1.0', rcvbuf=4096)]
        base, most = self.flood(server, 400, 500_000)
        print(f'200 MB published, {len(stuck)} clients that do not read: {base / MIB:.1f} MiB after a tenth, '
              f'{most / MIB:.1f} MiB at most after that', flush=True)
        self.assertLess(most - base, 8 * MIB)
        # They are too slow and disconnected, at the latest when they read again.
        for stream in stuck:
            stream.wait_end()
            self.assertFalse(stream.terminated)
            self.assertNotIn('gap slow', stream.comments)
        server.wait_subscribers(0)
        self.assert_untouched(server)

    def test_never_reads_and_stays(self):
        server = self.start('--skip-slow', *SMALL)
        stuck = server.stream('flood', rcvbuf=4096)
        base, most = self.flood(server, 160, 500_000)
        print(f'80 MB published, a slow client is kept: {base / MIB:.1f} MiB after a tenth, '
              f'{most / MIB:.1f} MiB at most after that', flush=True)
        self.assertLess(most - base, 8 * MIB)
        server.wait_subscribers(1)
        server.publish('flood', 'the last')
        # It is told that something is missing, and goes on with what is kept.
        stuck.wait(lambda: stuck.events and stuck.events[-1].data == 'the last', 'the last message')
        self.assertIn('gap slow', stuck.comments)
        numbers = [int(event.data.split()[0]) for event in stuck.events[:-1]]
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertLess(len(numbers), 160)
        stuck.close()
        self.assert_untouched(server)

    def test_never_reads_answers(self):
        # Whose answers nobody reads.
        server = self.start()
        before = server.rss()
        crowd = []
        for _ in range(200):
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.connect((server.address, server.port))
            sock.sendall(serve.format_request('GET', '/page/style.css'))
            crowd.append(sock)
        self.assert_healthy(server)
        self.assert_small(server, before, 32 * MIB, '200 answers that nobody reads')
        for sock in crowd:
            sock.close()
        self.assert_untouched(server)

    def test_talks_on_a_stream(self):
        server = self.start()
        before = server.rss()
        stream = server.stream('news')
        self.send_while_it_lasts(stream.socket, b'x' * MIB, 20)
        self.assert_small(server, before, 4 * MIB, '20 MiB said on a stream')
        stream.close()
        self.assert_untouched(server)


if __name__ == '__main__':
    serve.main()
