# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The service itself: its parameters, commands, reports and end."""

import json
import subprocess
import unittest

import service
from service import HOUR, TIMEOUT


class ResourceTest(service.TestCase):
    def test_capabilities(self):
        status, headers, body = self.service.request('GET', '/')
        self.assertEqual((status, headers['Content-Type']), (200, 'application/json'))
        self.assertCountEqual(json.loads(body)['capabilities'], [
            'bom', 'comments', 'headers', 'last-event-id', 'post', 'report', 'read-timeout',
            'restart', 'server-directed-shutdown-request', 'event-type-listeners'])

    def test_methods(self):
        self.assertEqual(self.service.request('PUT', '/')[0], 405)
        client = self.open()
        self.assertEqual(self.service.request('GET', client.location)[0], 405)

    def test_locations(self):
        first, second = self.open(), self.open()
        self.assertNotEqual(first.location, second.location)

    def test_unknown_location(self):
        for method in 'GET', 'POST', 'DELETE':
            self.assertEqual(self.service.request(method, '/streams/none')[0], 404, method)

    def test_location_is_gone(self):
        client = self.service.open(self.server.url)
        client.close()
        self.assertEqual(client.command({'command': 'restart'}), 404)
        self.assertEqual(self.service.request('DELETE', client.location)[0], 404)


class ParameterTest(service.TestCase):
    def refuse(self, what):
        status, headers, body = self.service.request('POST', '/', what)
        self.assertEqual(status, 400, what)
        self.assertNotEqual(body.strip(), b'')
        self.assertNotIn('Location', headers)

    def refuse_parameters(self, **parameters):
        needed = {'streamUrl': self.server.url, 'callbackUrl': 'http://127.0.0.1:1/'}
        self.refuse({**needed, **parameters})

    def test_bodies(self):
        for body in '', 'x', '{', '[]', '"text"', 'null', '{} {}', b'{"tag": "\xff"}':
            with self.subTest(body=body):
                self.refuse(body)

    def test_needed(self):
        self.refuse({})
        self.refuse({'streamUrl': self.server.url})
        self.refuse({'callbackUrl': self.server.url})

    def test_urls(self):
        for url in ('', ' ', 'text', '/path', '//host/path', 'http:', 'http://', 'http://[::1/',
                    'http://host:port/', 'ftp://127.0.0.1/', 'file:///dev/null',
                    'data:text/event-stream,', 'javascript:0', 1, True, None, [], {}):
            with self.subTest(url=url):
                self.refuse_parameters(streamUrl=url)
                self.refuse_parameters(streamUrl=url, method='POST')

    def test_callback_urls(self):
        for url in '', 'text', 'http://[::1', 'file:///dev/null', 1, None:
            with self.subTest(url=url):
                self.refuse_parameters(callbackUrl=url)

    def test_durations(self):
        for name in 'initialDelayMs', 'readTimeoutMs':
            for value in -1, 1 << 31, 0.5, '1', True, []:
                with self.subTest(name=name, value=value):
                    self.refuse_parameters(**{name: value})

    def test_last_event_ids(self):
        for value in 'a\nb', 'a\rb', 1, []:
            with self.subTest(value=value):
                self.refuse_parameters(lastEventId=value)

    def test_headers(self):
        for value in ([], 'text', {'a': 1}, {'a': None}, {'': 'x'}, {'a b': 'x'}, {'a:': 'x'},
                      {'a': 'x\ny'}, {'a': 'x\r\ny: z'}):
            with self.subTest(value=value):
                self.refuse_parameters(headers=value)

    def test_methods(self):
        for value in '', 'G T', 'GET\n', 1:
            with self.subTest(value=value):
                self.refuse_parameters(method=value)
        self.refuse_parameters(method='POST', body=1)

    def test_refused_is_quiet(self):
        self.refuse_parameters(initialDelayMs=-1)
        self.assert_quiet()

    def test_null_is_not_given(self):
        self.open(tag=None, initialDelayMs=None, readTimeoutMs=None, lastEventId=None,
                  headers=None, method=None, body=None)
        request = self.accept()
        self.assertEqual((request.method, request.last_event_id()), ('GET', None))

    def test_unknown_are_ignored(self):
        self.open(whatever={'a': [1]}, tag='a test')
        self.accept()


class CapabilityTest(service.TestCase):
    def test_headers(self):
        self.open(headers={'x-one': '1', 'authorization': 'Bearer abc', 'x-empty': ''})
        for _ in range(2):
            request = self.accept()
            self.assertEqual(request.header('x-one'), '1')
            self.assertEqual(request.header('x-empty'), '')
            self.assertEqual(request.header('authorization'), 'Bearer abc')
            self.assertEqual(request.header('accept'), 'text/event-stream')
            request.open()
            request.close()

    def test_headers_instead_of_ours(self):
        self.open(headers={'accept': 'text/event-stream, */*', 'cache-control': 'no-store'})
        request = self.accept()
        self.assertEqual(request.header('accept'), 'text/event-stream, */*')
        self.assertEqual(request.header('cache-control'), 'no-store')

    def check_body(self, method):
        body = '{"text": "dos años"}'
        client = self.open(method=method, body=body,
                           headers={'content-type': 'application/json; charset=utf-8'})
        for n in range(3):
            request = self.accept()
            self.assertEqual(request.method, method)
            self.assertEqual(request.body.decode(), body)
            self.assertEqual(request.header('content-type'), 'application/json; charset=utf-8')
            self.assertEqual(request.header('accept'), 'text/event-stream')
            self.assertEqual(request.last_event_id(), str(n) if n else None)
            request.open(f'id: {n + 1}\ndata: {n}\n\n')
            self.assertEqual(client.next_data(), str(n))
            request.close()

    def test_post(self):
        self.check_body('POST')

    def test_report(self):
        self.check_body('REPORT')

    def test_post_lost_before_the_answer(self):
        client = self.open(method='POST', body='once more')
        self.accept().close()
        request = self.accept()
        self.assertEqual((request.method, request.body), ('POST', b'once more'))
        request.open('data: answered\n\n')
        self.assertEqual(client.next_data(), 'answered')

    def test_post_without_body(self):
        self.open(method='POST')
        request = self.accept()
        self.assertEqual((request.method, request.body), ('POST', b''))

    def test_last_event_id(self):
        client = self.open(lastEventId='älter')
        request = self.accept()
        self.assertEqual(request.last_event_id(), 'älter')
        request.open('data\n\n')
        self.assertEqual(client.next_event(), ('message', '', 'älter'))

    def test_empty_last_event_id(self):
        self.open(lastEventId='')
        self.assertIsNone(self.accept().last_event_id())

    def test_read_timeout(self):
        client = self.open(readTimeoutMs=200)
        request = self.accept()
        request.open('id: 7\ndata: before\n\n')
        self.assertEqual(client.next_data(), 'before')
        self.assertNotEqual(client.next_error(), '')
        request.wait_closed()
        request = self.accept()
        self.assertEqual(request.last_event_id(), '7')
        request.open('data: behind\n\n')
        self.assertEqual(client.next_data(), 'behind')

    def test_read_timeout_without_an_answer(self):
        client = self.open(readTimeoutMs=100)
        request = self.accept()
        client.next_error()
        request.wait_closed()
        self.accept()

    def test_restart(self):
        client = self.open(initialDelayMs=HOUR)
        first = self.accept()
        first.open('id: 1\ndata: one\n\nid: 2\ndata: cut')
        self.assertEqual(client.next_data(), 'one')
        client.restart()
        first.wait_closed()
        second = self.accept()
        self.assertEqual(second.last_event_id(), '1')
        second.open('data: two\n\n')
        self.assertEqual(client.next_event(), ('message', 'two', '1'))

    def test_restart_before_the_answer(self):
        client = self.open()
        first = self.accept()
        client.restart()
        first.wait_closed()
        self.accept().open('data: here\n\n')
        self.assertEqual(client.next_data(), 'here')

    def test_restart_while_waiting(self):
        client = self.open(initialDelayMs=HOUR)
        first = self.accept()
        first.open(': beat\n')
        client.next_comment()
        first.close()
        client.restart()
        self.accept()

    def test_restart_after_the_end(self):
        client = self.open()
        self.accept().finish(204)
        client.next_error()
        client.restart()
        self.accept().open('data: again\n\n')
        self.assertEqual(client.next_data(), 'again')

    def test_listen(self):
        client = self.open()
        self.assertEqual(client.command({'command': 'listen', 'listen': {'type': 'käse'}}), 200)
        self.accept().open('event: käse\ndata: 1\n\nevent: other\ndata: 2\n\ndata: 3\n\n')
        self.assertEqual([client.next_event()[:2] for _ in range(3)],
                         [('käse', '1'), ('other', '2'), ('message', '3')])

    def test_bad_commands(self):
        client = self.open()
        for command in ('', '[]', {}, {'command': 1}, {'command': 'stop'}, {'command': 'listen'},
                        {'command': 'listen', 'listen': []}, {'command': 'listen', 'listen': {}},
                        {'command': 'listen', 'listen': {'type': 1}}):
            with self.subTest(command=command):
                self.assertEqual(client.command(command), 400)

    def test_comments(self):
        client = self.open()
        self.accept().open(': one\n:two\n:\ndata: x\n: three\n\n:  four \n')
        self.assertEqual([client.next_comment() for _ in range(4)], ['one', 'two', '', 'three'])
        self.assertEqual(client.next_data(), 'x')
        self.assertEqual(client.next_comment(), ' four ')

    def test_shutdown(self):
        client = self.open()
        self.accept().finish(204)
        self.assert_ended(client)


class ReportTest(service.TestCase):
    def test_order(self):
        client = self.open()
        self.accept().open(''.join(f'id: {n}\ndata: {n}\n\n: {n}\n' for n in range(100)))
        for n in range(100):
            self.assertEqual(client.next_event(), ('message', str(n), str(n)))
            self.assertEqual(client.next_comment(), str(n))

    def test_every_character(self):
        """All that JSON has to escape, and what it has not."""
        text = ''.join(map(chr, [*range(10), 11, 12, *range(14, 300), 0x2028, 0xFFFD, 0x1F9C0]))
        client = self.open()
        self.accept().open(f'data: {text}\n\n')
        self.assertEqual(client.next_data(), text)

    def test_nobody_takes_them(self):
        own = service.Service()
        client = own.open(self.server.url, callbackUrl='http://127.0.0.1:1')
        request = self.accept()
        request.open('data: one\n\n')
        client.restart()
        request.wait_closed()
        own.stop(r'(http://127\.0\.0\.1:1/1: .*\n)?')


class EndTest(unittest.TestCase):
    def test_with_streams_of_all_kinds(self):
        own = service.Service()
        server = service.StreamServer()
        own.open(server.url, initialDelayMs=HOUR)
        waiting = server.accept()
        waiting.open()
        waiting.close()
        own.open(server.url)
        connecting = server.accept()
        client = own.open(server.url)
        is_open = server.accept()
        is_open.open('data: x\n\n')
        self.assertEqual(client.next_data(), 'x')
        own.stop()
        connecting.wait_closed()
        is_open.wait_closed()
        server.close()

    def test_options(self):
        for options in ['--port', '-1'], ['--port', '65536'], ['--port', 'x'], ['--what']:
            result = subprocess.run([service.program(), *options], timeout=TIMEOUT,
                                    capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 1, options)
            self.assertIn('sse-service: ', result.stderr)

    def test_port_is_taken(self):
        server = service.StreamServer()
        result = subprocess.run([service.program(), '--port', str(server.port)], timeout=TIMEOUT,
                                capture_output=True, text=True, check=False)
        server.close()
        self.assertEqual((result.returncode, result.stdout), (1, ''))


if __name__ == '__main__':
    service.main()
