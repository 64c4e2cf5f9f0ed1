# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What `eric-sse serve` promises to who starts it and to who asks it."""

import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import time
import unittest

import serve

OPTIONS = ['--port', '--address', '--history', '--keepalive', '--max-subscribers', '--max-body',
           '--cors', '--trust-forwarded', '--channel', '--no-auto-create', '--skip-slow', '--socket', '--help',
           '--history-bytes', '--backlog', '--backlog-bytes', '--max-memory', '--stall-timeout',
           '--max-channels', '--max-channels-per-client']

BROWSER = {'Accept': 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'}

# Where the options of the command are written, for one that is not listed above.
SOURCE = os.path.join(os.path.dirname(__file__), '..', '..', 'eric-sse', 'tool',
                      'eric-serve-options.c')


class CommandLine(serve.TestCase):
    def assert_refused(self, code, *arguments):
        done = serve.run(*arguments)
        self.assertEqual(done.returncode, code, (arguments, done.stderr))
        self.assertEqual(done.stdout, '')
        self.assertRegex(done.stderr, r'\Aeric-sse( serve)?: [^\n]+\n\Z', arguments)
        return done.stderr

    def test_help(self):
        for option in '--help', '-h', 'help':
            done = serve.run(option)
            self.assertEqual((done.returncode, done.stderr), (0, ''))
            for word in 'serve', '--help', '--version', 'Exit status', 'COMMAND':
                self.assertIn(word, done.stdout)

    def test_serve_help(self):
        with open(SOURCE, encoding='utf-8') as file:
            written = re.findall(r'^    \{ "([a-z-]+)", ', file.read(), re.M)
        self.assertEqual({f'--{name}' for name in written} | {'--help'}, set(OPTIONS))

        done = serve.run('serve', '--help')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        for option in OPTIONS:
            self.assertRegex(done.stdout, rf'(?m)^  (-\w, )?{option}\b')
        for word in '/events/CHANNEL', '/health', 'curl -N', 'POST', 'Exit status':
            self.assertIn(word, done.stdout)

    def test_version(self):
        done = serve.run('--version')
        self.assertEqual((done.returncode, done.stderr), (0, ''))
        self.assertRegex(done.stdout, r'\Aeric-sse \d+\.\d+\.\d+\n\Z')

    def test_unknown(self):
        self.assert_refused(2)
        self.assertIn('frobnicate', self.assert_refused(2, 'frobnicate'))
        self.assertIn('--frobnicate', self.assert_refused(2, '--frobnicate'))
        self.assertIn('--frobnicate', self.assert_refused(2, 'serve', '--frobnicate'))
        self.assertIn('surplus', self.assert_refused(2, 'serve', 'surplus'))

    def test_bad_values(self):
        for option, values in {
            '--port': ['-1', '65536', 'http', '', '8080x', '99999999999999999999'],
            '--history': ['-1', 'many', '99999999999'],
            '--keepalive': ['-1', '86401', 'nan', 'soon', 'inf'],
            '--max-subscribers': ['-1', 'all'],
            '--max-body': ['-1', 'all', '99999999999999999999'],
            '--address': ['', 'localhost', '256.0.0.1', '127.0.0.1:80', '[::1]'],
        }.items():
            for value in values:
                with self.subTest(option=option, value=value):
                    self.assertIn(option.lstrip('-'), self.assert_refused(2, 'serve', f'{option}={value}'))

    def test_option_without_value(self):
        for option in OPTIONS:
            if option not in ('--help', '--no-auto-create', '--skip-slow', '--trust-forwarded'):
                with self.subTest(option=option):
                    self.assert_refused(2, 'serve', option)

    def test_port_in_use(self):
        server = self.start()
        line = self.assert_refused(1, 'serve', '--port', str(server.port))
        self.assertIn(str(server.port), line)
        self.assert_healthy(server)

    def test_address_of_somebody_else(self):
        # 192.0.2.0/24 is for documentation, RFC 5737: no machine has it.
        self.assert_refused(1, 'serve', '--port', '0', '--address', '192.0.2.1')

    def test_descriptor_limit(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        server = self.start(soft=min(256, hard))
        with open(f'/proc/{server.pid}/limits', encoding='ascii') as file:
            soft, limit = re.search(r'^Max open files\s+(\S+)\s+(\S+)', file.read(), re.M).groups()
        self.assertEqual(soft, limit)


class Paths(serve.TestCase):
    def test_root_as_json(self):
        server = self.start('--channel', 'news', '--channel', 'ärger')
        for headers in {}, {'Accept': '*/*'}, {'Accept': 'application/json'}:
            response = server.get('/', headers)
            self.assertEqual(response.status, 200)
            self.assertEqual(response.headers['content-type'], 'application/json')
            self.assertEqual(response.headers['cache-control'], 'no-store')
            self.assertEqual(response.headers['vary'], 'Accept')
            state = response.json()
            self.assertEqual(state['name'], 'eric-sse')
            self.assertEqual(state['n_subscribers'], 0)
            self.assertEqual(state['subscribers'], [])
            self.assertGreaterEqual(state['uptime'], 0)
            self.assertEqual({channel['id'] for channel in state['channels']}, {'news', 'ärger'})

    def test_root_tells_who_is_there(self):
        server = self.start()
        stream = server.stream('a?topic=b', {'User-Agent': 'unit/1 “test”'})
        server.publish('a', '1')
        server.publish('a', '2')
        self.assertEqual(stream.next_data(2), ['1', '2'])
        state = server.state()
        self.assertEqual(state['n_subscribers'], 1)
        self.assertEqual({channel['id']: (channel['subscribers'], channel['messages'])
                          for channel in state['channels']}, {'a': (1, 2), 'b': (1, 0)})
        someone, = state['subscribers']
        self.assertEqual(sorted(someone['channels']), ['a', 'b'])
        self.assertEqual(someone['user_agent'], 'unit/1 “test”')
        self.assertEqual(someone['address'], '127.0.0.1:%d' % stream.socket.getsockname()[1])
        stream.close()
        server.wait_subscribers(0)

    def test_root_as_page(self):
        server = self.start()
        response = server.get('/', BROWSER)
        self.assertEqual(response.status, 200)
        self.assertEqual(response.headers['content-type'], 'text/html; charset=utf-8')
        self.assertEqual(response.headers['vary'], 'Accept')
        self.assert_policy(response)
        loaded = re.findall(r'(?:src|href)="(page/[^"]+)"', response.text)
        self.assertIn('page/app.js', loaded)
        for path in loaded:
            self.assertEqual(server.get(f'/{path}').status, 200, path)
        # The policy forbids what is written into the page itself.
        self.assertNotRegex(response.text, r'<script>|<style|\son\w+=|\sstyle=')

    def assert_policy(self, response):
        policy = response.headers['content-security-policy']
        self.assertIn("default-src 'self'", policy)
        self.assertNotIn('unsafe', policy)
        self.assertEqual(response.headers['x-content-type-options'], 'nosniff')

    def test_page_files(self):
        server = self.start()
        names = {'app.js': 'text/javascript; charset=utf-8'}
        seen = set()
        while names.keys() - seen:
            name = (names.keys() - seen).pop()
            seen.add(name)
            response = server.get(f'/page/{name}')
            self.assertEqual(response.status, 200, name)
            self.assertEqual(response.headers['content-type'], names[name])
            self.assertEqual(response.headers['cache-control'], 'no-cache')
            self.assert_policy(response)
            for imported in re.findall(r'from "\./([\w.-]+)"', response.text):
                names.setdefault(imported, 'text/javascript; charset=utf-8')
        self.assertGreater(len(seen), 5)
        for name, content_type in {'style.css': 'text/css; charset=utf-8',
                                   'icon.svg': 'image/svg+xml',
                                   'index.html': 'text/html; charset=utf-8'}.items():
            response = server.get(f'/page/{name}')
            self.assertEqual((response.status, response.headers['content-type']), (200, content_type))
            self.assert_policy(response)

    def test_not_found(self):
        server = self.start()
        for path in ['/nothing', '/page', '/page/', '/page/nothing.js', '/page/app', '/pageapp.js',
                     '/page/../tool/app.js', '/page/%2e%2e/app.js', '/page//app.js', '/events',
                     '/events/', '/eventsx', '/health/x', '/favicon.ico']:
            with self.subTest(path=path):
                response = server.get(path)
                self.assertEqual(response.status, 404)
                self.assertTrue(response.text.strip())
        # GET / with something behind it is not the page either.
        self.assertEqual(server.get('/index.html', BROWSER).status, 404)

    def test_wrong_method(self):
        server = self.start()
        for path, allow in {'/': {'GET', 'HEAD'}, '/page/app.js': {'GET', 'HEAD'},
                            '/health': {'GET', 'HEAD'},
                            '/events/x': {'GET', 'HEAD', 'OPTIONS', 'POST'}}.items():
            for method in 'PUT', 'DELETE', 'PATCH', 'BREW':
                with self.subTest(path=path, method=method):
                    response = server.request(method, path, body='x')
                    self.assertEqual(response.status, 405)
                    self.assertEqual(set(response.headers['allow'].split(', ')), allow)
        self.assertEqual(server.request('POST', '/', body='x').status, 405)

    def test_head(self):
        server = self.start()
        for path, content_type in {'/': 'application/json', '/page/app.js': 'text/javascript; charset=utf-8',
                                   '/health': 'application/json'}.items():
            response = server.request('HEAD', path)
            self.assertEqual((response.status, response.body), (200, b''))
            self.assertEqual(response.headers['content-type'], content_type)
        server.publish('there', 'x')
        response = server.request('HEAD', '/events/there')
        self.assertEqual((response.status, response.body), (200, b''))
        self.assertEqual(response.headers['content-type'], 'text/event-stream')
        self.assertEqual(server.request('HEAD', '/events/absent').status, 200)
        self.assertEqual(server.request('HEAD', '/events/_eric_absent').status, 404)
        self.assertEqual([channel['id'] for channel in server.state()['channels']], ['there'])

    def test_options(self):
        response = self.start().request('OPTIONS', '/events/x')
        self.assertEqual((response.status, response.body), (204, b''))
        self.assertEqual(set(response.headers['allow'].split(', ')), {'GET', 'HEAD', 'OPTIONS', 'POST'})

    def test_health(self):
        server = self.start()
        response = server.get('/health')
        self.assertEqual(response.status, 200)
        self.assertEqual(response.headers['content-type'], 'application/json')
        self.assertEqual(response.headers['cache-control'], 'no-store')
        answer = response.json()
        self.assertEqual(answer['status'], 'ok')
        self.assertGreater(answer['latency_us'], 0)
        self.assertLess(answer['latency_us'], 5e6)

    def test_health_leaves_nothing(self):
        server = self.start()
        self.assert_healthy(server)
        before = server.idle_descriptors()
        for _ in range(200):
            self.assert_healthy(server)
        server.wait_descriptors(before)
        self.assertEqual(server.state()['n_subscribers'], 0)


class Streams(serve.TestCase):
    def test_headers(self):
        server = self.start()
        stream = server.stream('news')
        self.assertEqual(stream.response.status, 200)
        self.assertEqual(stream.response.headers['content-type'], 'text/event-stream')
        self.assertIn('no-cache', stream.response.headers['cache-control'])
        self.assertEqual(stream.response.headers['x-accel-buffering'], 'no')
        stream.wait_comment('ok')
        stream.wait(lambda: stream.retries == [3000], 'the time to come back after')

    def test_publish(self):
        server = self.start()
        stream = server.stream('news')
        server.publish('news', 'plain')
        server.publish('news?event=tick&id=own-1', 'two\nlines')
        server.publish('news', '{"a": [1, 2.5, null]}', 'application/json')
        server.publish('news', '1\n"two"\n\n{"three": 3}\n', 'application/x-ndjson')
        server.publish('news', 'Grüße 🎉')
        self.assertEqual(stream.next().data, 'plain')
        event = stream.next()
        self.assertEqual((event.type, event.id, event.data), ('tick', 'own-1', 'two\nlines'))
        self.assertEqual(json.loads(stream.next().data), {'a': [1, 2.5, None]})
        self.assertEqual(stream.next_data(3), ['1', '"two"', '{"three": 3}'])
        self.assertEqual(stream.next().data, 'Grüße 🎉')

    def test_bad_messages(self):
        server = self.start()
        stream = server.stream('news')
        for path, body, content_type in [
            ('news', '{', 'application/json'), ('news', '', 'application/json'),
            ('news', '1\n{\n', 'application/x-ndjson'), ('news', b'\xff', 'text/plain'),
            ('news', b'a\0b', 'text/plain'), ('news?id=x', '1\n2\n', 'application/x-ndjson'),
            ('news?id=a%0Ab', 'x', 'text/plain'), ('news?event=a%0Ab', 'x', 'text/plain'),
        ]:
            with self.subTest(path=path, body=body):
                response = server.post(f'/events/{path}', body, {'Content-Type': content_type})
                self.assertEqual(response.status, 400)
                self.assertRegex(response.text, r'\A[^\n]+\n\Z')
        for path in '_eric_presence', '_eric', 'news?event=_eric_channel_closed':
            self.assertEqual(server.post(f'/events/{path}', 'x').status, 403, path)
        server.publish('news', 'good')
        self.assertEqual(stream.next().data, 'good')

    def test_several_channels(self):
        server = self.start()
        stream = server.stream('a?topic=b&topic=c')
        for n, channel in enumerate('abcabcdcba'):
            server.publish(channel, str(n))
        self.assertEqual(stream.next_data(9), list('012345789'))

    def test_replay(self):
        server = self.start('--history', '3')
        for n in range(5):
            server.publish(f'news?id=id-{n}', str(n))
        stream = server.stream('news', {'Last-Event-ID': 'id-2'})
        self.assertEqual(stream.next_data(2), ['3', '4'])
        self.assertEqual(stream.comments, ['ok'])
        stream = server.stream('news?lastEventId=id-3')
        self.assertEqual(stream.next_data(1), ['4'])
        for headers in {'Last-Event-ID': 'never-heard-of'}, {'Last-Event-ID': 'id-0'}:
            stream = server.stream('news', headers)
            self.assertEqual(stream.next_data(3), ['2', '3', '4'])
            self.assertEqual(stream.comments, ['gap unknown-id'])
        stream = server.stream('news')
        server.publish('news', 'new')
        self.assertEqual(stream.next_data(1), ['new'])

    def test_replay_by_given_ids(self):
        server = self.start('--history', '3')
        first = server.stream('news')
        for n in range(6):
            server.publish('news', str(n))
        ids = [first.next().id for _ in range(6)]
        self.assertEqual(len(set(ids)), 6)
        stream = server.stream('news', {'Last-Event-ID': ids[3]})
        self.assertEqual(stream.next_data(2), ['4', '5'])
        self.assertEqual(stream.comments, ['ok'])
        stream = server.stream('news', {'Last-Event-ID': ids[0]})
        self.assertEqual(stream.next_data(3), ['3', '4', '5'])
        self.assertEqual(stream.comments, ['gap history'])

    def test_no_history(self):
        server = self.start('--history', '0')
        server.publish('news?id=x', 'old')
        stream = server.stream('news', {'Last-Event-ID': 'x'})
        server.publish('news', 'new')
        self.assertEqual(stream.next().data, 'new')

    def test_no_auto_create(self):
        server = self.start('--no-auto-create', '--channel', 'news', '-c', 'two words')
        self.assertEqual(server.get('/events/other').status, 404)
        self.assertEqual(server.post('/events/other', 'x').status, 404)
        self.assertEqual(server.get('/events/news?topic=other').status, 404)
        stream = server.stream('news?topic=two%20words')
        server.publish('two%20words', 'x')
        self.assertEqual(stream.next().data, 'x')
        self.assertEqual({channel['id'] for channel in server.state()['channels']}, {'news', 'two words'})

    def test_max_subscribers(self):
        server = self.start('--max-subscribers', '2')
        first, second = server.stream('a'), server.stream('b')
        third = server.stream('a')
        self.assertEqual(third.response.status, 503)
        self.assertTrue(int(third.response.headers['retry-after']) > 0)
        server.publish('a', 'x')
        self.assertEqual(first.next().data, 'x')
        second.close()
        server.wait_subscribers(1)
        fourth = server.stream('a')
        self.assertEqual(fourth.response.status, 200)

    def test_max_body(self):
        server = self.start('--max-body', '1000')
        stream = server.stream('news')
        server.publish('news', 'x' * 1000)
        response = server.post('/events/news', 'x' * 1001)
        self.assertEqual(response.status, 413)
        self.assertIn('1000', response.text)
        # The same in chunks, of which nobody knows before how many there will be.
        for n, status in (10, 202), (11, 413):
            chunks = b'64\r\n' + b'y' * 100 + b'\r\n'
            head = serve.format_request('POST', '/events/news', {'Transfer-Encoding': 'chunked'})
            self.assertEqual(serve.Response(server.exchange(head + chunks * n + b'0\r\n\r\n')).status, status)
        # Who asks first is refused before the body.
        with server.connect() as sock:
            sock.sendall(b'POST /events/news HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000000\r\n'
                         b'Expect: 100-continue\r\n\r\n')
            self.assertEqual(serve.Response(serve.read_to_end(sock)).status, 413)
        self.assertEqual(stream.next_data(2), ['x' * 1000, 'y' * 1000])

    def test_keepalive(self):
        server = self.start('--keepalive', '0.1')
        streams = [server.stream('news'), server.stream('news', version='1.0'),
                   server.stream('news?topic=b')]
        for stream in streams:
            began = time.monotonic()
            stream.wait(lambda: stream.comments.count('') >= 5, 'five signs of life')
            self.assertLess(time.monotonic() - began, 5)
        server.publish('news', 'x')
        for stream in streams:
            self.assertEqual(stream.next().data, 'x')

    def test_no_keepalive(self):
        server = self.start('--keepalive', '0')
        stream = server.stream('news')
        stream.wait(lambda: stream.retries, 'the greeting')
        with self.assertRaises(TimeoutError):
            stream.pump(0.5)

    def test_http_1_0(self):
        server = self.start()
        stream = server.stream('news', version='1.0')
        self.assertEqual(stream.response.version, '1.0')
        self.assertNotIn('transfer-encoding', stream.response.headers)
        server.publish('news', 'x')
        self.assertEqual(stream.next().data, 'x')

    def test_client_that_leaves_is_noticed(self):
        server = self.start('--keepalive', '0')
        stream = server.stream('news')
        server.wait_subscribers(1)
        stream.close()
        server.wait_subscribers(0)

    def test_presence(self):
        server = self.start()
        watcher = server.stream('_eric_presence')
        server.wait_subscribers(1)

        def wait_for(subscribers):
            deadline = time.monotonic() + serve.TIMEOUT
            while time.monotonic() < deadline:
                event = watcher.next()
                self.assertEqual(event.type, 'presence')
                counts = json.loads(event.data)
                if counts['subscribers'] == subscribers:
                    return counts
            self.fail(f'nobody told of {subscribers} subscribers')

        wait_for(1)
        stream = server.stream('news')
        # The presence channel counts as the server has it, with its own.
        self.assertGreaterEqual(wait_for(2)['channels'], 1)
        stream.close()
        wait_for(1)
        # It is not among the channels of the page, and nobody else may be told
        # of it or write there.
        self.assertNotIn('_eric_presence', {channel['id'] for channel in server.state()['channels']})
        self.assertEqual(server.get('/events/_eric_other').status, 404)

    def test_cors(self):
        server = self.start('--cors', 'https://one.example', '--cors', 'https://two.example')
        for origin in 'https://one.example', 'https://two.example':
            stream = server.stream('news', {'Origin': origin})
            self.assertEqual(stream.response.headers['access-control-allow-origin'], origin)
            self.assertIn('Origin', stream.response.headers['vary'])
            response = server.request('OPTIONS', '/events/news', {
                'Origin': origin, 'Access-Control-Request-Method': 'POST',
                'Access-Control-Request-Headers': 'content-type'})
            self.assertEqual(response.status, 204)
            self.assertEqual(response.headers['access-control-allow-origin'], origin)
            self.assertIn('POST', response.headers['access-control-allow-methods'])
            self.assertIn('Content-Type', response.headers['access-control-allow-headers'])
            response = server.post('/events/news', 'x', {'Origin': origin})
            self.assertEqual((response.status, response.headers['access-control-allow-origin']), (202, origin))
        for origin in 'https://three.example', 'http://one.example', 'https://one.example.org', 'null':
            self.assertNotIn('access-control-allow-origin', server.stream('news', {'Origin': origin}).response.headers)
            self.assertEqual(server.post('/events/news', 'x', {'Origin': origin}).status, 403)

    def test_cors_of_all_there_is(self):
        origin = 'https://one.example'
        server = self.start('--cors', origin)
        for path, status in {'/': 200, '/health': 200, '/page/app.js': 200, '/absent': 404,
                             '/events/': 404, '/health/x': 404}.items():
            response = server.request('GET', path, {'Origin': origin})
            self.assertEqual((response.status, response.headers['access-control-allow-origin']), (status, origin))
            self.assertIn('Origin', response.headers['vary'])
        response = server.request('PUT', '/health', {'Origin': origin}, body='x')
        self.assertEqual((response.status, response.headers['access-control-allow-origin']), (405, origin))
        self.assertNotIn('access-control-allow-origin',
                         server.request('GET', '/', {'Origin': 'https://two.example'}).headers)

    def test_preflight_of_all_there_is(self):
        """What answers the request itself comes only behind it."""
        asked = {'Origin': 'https://one.example', 'Access-Control-Request-Method': 'GET',
                 'Access-Control-Request-Headers': 'cache-control'}
        server = self.start('--cors', 'https://one.example')
        for path in '/', '/health', '/page/app.js', '/absent', '/events/', '/events/news?x=%ff':
            with self.subTest(path=path):
                response = server.request('OPTIONS', path, asked)
                self.assertEqual((response.status, response.body), (204, b''))
                self.assertEqual(response.headers['access-control-allow-origin'], 'https://one.example')
                self.assertIn('cache-control', response.headers['access-control-allow-headers'])
                foreign = server.request('OPTIONS', path, asked | {'Origin': 'https://two.example'})
                self.assertNotIn('access-control-allow-origin', foreign.headers)

    def test_trust_forwarded(self):
        """A proxy has another name for the server than its pages have."""
        headers = {'Origin': 'https://hub.example', 'X-Forwarded-Host': 'hub.example', 'X-Forwarded-Proto': 'https'}
        self.assertEqual(self.start().post('/events/news', 'x', headers).status, 403)
        server = self.start('--trust-forwarded')
        self.assertEqual(server.post('/events/news', 'x', headers).status, 202)
        self.assertEqual(server.post('/events/news', 'x', headers | {'Origin': 'https://evil.example'}).status, 403)

    def test_cors_for_all(self):
        server = self.start('--cors', '*')
        for origin in 'https://one.example', 'null':
            response = server.post('/events/news', 'x', {'Origin': origin})
            self.assertEqual((response.status, response.headers['access-control-allow-origin']), (202, '*'))

    def test_no_cors(self):
        server = self.start()
        own = {'Origin': f'http://127.0.0.1:{server.port}', 'Host': f'127.0.0.1:{server.port}'}
        request = (f'POST /events/news HTTP/1.1\r\nHost: {own["Host"]}\r\nOrigin: {own["Origin"]}\r\n'
                   'Content-Length: 1\r\n\r\nx').encode()
        self.assertEqual(serve.Response(server.exchange(request)).status, 202)
        response = server.post('/events/news', 'x', {'Origin': 'https://one.example'})
        self.assertEqual(response.status, 403)
        self.assertNotIn('access-control-allow-origin', response.headers)

    def test_ipv6(self):
        try:
            with socket.socket(socket.AF_INET6) as probe:
                probe.bind(('::1', 0))
        except OSError as error:
            self.skipTest(f'no ::1 here: {error}')
        server = self.start(address='::1')
        self.assertRegex(server.line, r'http://\[::1\]:\d+/')
        stream = server.stream('news')
        server.publish('news', 'x')
        self.assertEqual(stream.next().data, 'x')
        self.assertTrue(server.state()['subscribers'][0]['address'].startswith('[::1]:'))


@unittest.skipUnless(shutil.which('curl'), 'there is no curl')
class Curl(serve.TestCase):
    def curl(self, *arguments):
        done = subprocess.run(['curl', '--silent', '--show-error', '--max-time', str(serve.TIMEOUT),
                               '--noproxy', '*', *arguments], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=serve.TIMEOUT + 5)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_stream_and_publish(self):
        server = self.start()
        for version in '--http1.1', '--http1.0':
            with self.subTest(version=version):
                reader = subprocess.Popen(['curl', '-sN', version, '--noproxy', '*', f'{server.url}events/news'],
                                          stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
                try:
                    self.assertEqual(reader.stdout.readline(), ': ok\n')
                    self.assertEqual(reader.stdout.readline(), '\n')
                    self.assertEqual(reader.stdout.readline(), 'retry: 3000\n')
                    self.assertEqual(reader.stdout.readline(), '\n')
                    self.assertRegex(reader.stdout.readline(), r'\Aid: \d+\n\Z')
                    self.assertEqual(self.curl('-d', 'It works', '-w', '%{http_code}',
                                               f'{server.url}events/news'), '202')
                    lines = [reader.stdout.readline() for _ in range(3)]
                    self.assertEqual(lines[0], '\n')
                    self.assertRegex(lines[1], r'\Aid: \S+\n\Z')
                    self.assertEqual(lines[2], 'data: It works\n')
                finally:
                    reader.terminate()
                    reader.wait(serve.TIMEOUT)
                    reader.stdout.close()
                server.wait_subscribers(0)

    def test_end_of_stream(self):
        server = self.start()
        reader = subprocess.Popen(['curl', '-sN', '--noproxy', '*', f'{server.url}events/news'],
                                  stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.assertEqual(reader.stdout.readline(), ': ok\n')
        server.stop()
        # curl fails where a chunked response is cut off.
        output, _ = reader.communicate(timeout=serve.TIMEOUT)
        self.assertEqual(reader.returncode, 0)
        self.assertRegex(output, r'retry: \d+\n\n\Z')

    def test_head(self):
        server = self.start('--channel', 'news')
        for path in '', 'health', 'page/app.js', 'events/news':
            for version in '--http1.1', '--http1.0':
                self.assertRegex(self.curl('-I', version, f'{server.url}{path}'), r'\AHTTP/1\.[01] 200 ')

    def test_long_body(self):
        # curl asks first, with Expect: 100-continue.
        server = self.start()
        text = 'x' * 1000000
        stream = server.stream('news')
        done = subprocess.run(['curl', '-sS', '--noproxy', '*', '-w', '%{http_code}', '--data-binary', '@-',
                               '-H', 'Content-Type: text/plain', '-H', 'Expect: 100-continue',
                               f'{server.url}events/news'],
                              input=text, capture_output=True, text=True, timeout=serve.TIMEOUT)
        self.assertEqual((done.returncode, done.stdout), (0, '202'), done.stderr)
        self.assertEqual(stream.next().data, text)


class End(serve.TestCase):
    def assert_orderly(self, number):
        server = self.start()
        streams = [server.stream('a'), server.stream('a?topic=b'), server.stream('c')]
        old = server.stream('a', version='1.0')
        server.publish('a', 'last')
        began = time.monotonic()
        server.stop(number)
        self.assertLess(time.monotonic() - began, 3)
        for stream in streams:
            stream.wait_end()
            self.assertTrue(stream.terminated, 'the stream was cut off')
        old.wait_end()
        for stream in streams + [old]:
            # Each is asked to come back at another time.
            self.assertEqual(len(stream.retries), 2)
            self.assertGreaterEqual(stream.retries[1], 3000)
        for stream in streams[0], streams[1], old:
            self.assertEqual(stream.next().data, 'last')
        with self.assertRaises(ConnectionRefusedError):
            server.connect()

    def test_interrupt(self):
        self.assert_orderly(signal.SIGINT)

    def test_terminate(self):
        self.assert_orderly(signal.SIGTERM)

    def test_nobody_there(self):
        server = self.start()
        began = time.monotonic()
        server.stop()
        self.assertLess(time.monotonic() - began, 2)
        self.assertEqual(server.messages(), '')

    def test_half_a_request(self):
        server = self.start()
        with server.connect() as sock:
            sock.sendall(b'GET / HT')
            self.assert_healthy(server)
            began = time.monotonic()
            server.stop()
            self.assertLess(time.monotonic() - began, 2)

    def start_stuck(self):
        """A server with a subscriber that takes nothing of what waits for it."""
        server = self.start('--history', '0')
        stuck = server.stream('news', rcvbuf=4096)
        self.addCleanup(stuck.close)
        text = 'x' * 1000000
        for _ in range(3):
            server.publish('news', text)
        self.assertEqual(server.state()['n_subscribers'], 1)
        return server

    def test_client_that_never_reads(self):
        server = self.start_stuck()
        began = time.monotonic()
        server.send_signal(signal.SIGINT)
        self.assertEqual(server.wait_exit(10), 0)
        self.assertGreater(time.monotonic() - began, 1, 'it got no time at all')
        self.assertRegex(server.messages(), r'\A[^\n]*subscriber[^\n]*\n\Z')

    def test_second_interrupt(self):
        server = self.start_stuck()
        server.send_signal(signal.SIGINT)
        # It has taken note of the first signal when it listens no more.
        serve.wait_until(lambda: not self.listens(server), 'the port is free')
        self.assertTrue(server.is_running())
        began = time.monotonic()
        server.send_signal(signal.SIGINT)
        self.assertEqual(server.wait_exit(10), 0)
        self.assertLess(time.monotonic() - began, 1.5)

    def listens(self, server):
        try:
            server.connect().close()
        except OSError:
            return False
        return True

    def test_same_port_again(self):
        server = self.start()
        stream = server.stream('news')
        server.stop()
        again = self.start(port=server.port)
        self.assertEqual(again.port, server.port)
        stream.close()
        self.assert_healthy(again)


if __name__ == '__main__':
    serve.main()
