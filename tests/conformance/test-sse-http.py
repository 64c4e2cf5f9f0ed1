# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Event sources over HTTP: what they ask for, which answers they take, and when
they come back (WHATWG HTML, sections 9.2.2 and 9.2.3)."""

import time

import service
from service import HOUR

MAX_REDIRECTS = 20    # ERIC_EVENT_SOURCE_MAX_REDIRECTS, and libsoup's

class RequestTest(service.TestCase):
    def test_first(self):
        self.open('/path/%C3%A9?a=b&c#fragment')
        request = self.accept()
        self.assertEqual((request.method, request.body), ('GET', b''))
        self.assertEqual(request.target, '/path/%C3%A9?a=b&c')
        self.assertEqual(request.header('host'), f'127.0.0.1:{self.server.port}')
        self.assertEqual(request.header('accept'), 'text/event-stream')
        self.assertEqual(request.header('cache-control'), 'no-cache')
        self.assertIsNone(request.header('last-event-id'))
        self.assertIsNone(request.header('content-type'))

    def test_every_one(self):
        self.open()
        for _ in range(3):
            request = self.accept()
            self.assertEqual(request.header('accept'), 'text/event-stream')
            self.assertEqual(request.header('cache-control'), 'no-cache')
            self.assertIsNone(request.header('last-event-id'))
            request.open('data: no id\n\n')
            request.close()

    def check_id(self, stream, expected):
        """The header that follows a stream."""
        client = self.service.open(self.server.url)
        request = self.accept()
        request.open(stream)
        request.close()
        self.assertEqual(self.accept().last_event_id(), expected, stream)
        client.close()

    def test_last_event_id(self):
        for stream, expected in (
                ('id: 1\ndata: x\n\n', '1'),
                ('id: …käse ☃🧀\ndata: x\n\n', '…käse ☃🧀'),
                ('id: 1\nid: 2\ndata: x\n\n', '2'),
                ('id: a b\tc\ndata: x\n\n', 'a b\tc'),
                ('id: 1\ndata: x\n\ndata: y\n\n', '1'),
                ('id: 1\n\n', '1'),
                ('id: 1\nevent: x\n: no data\n\n', '1')):
            with self.subTest(stream=stream):
                self.check_id(stream, expected)

    def test_no_last_event_id(self):
        for stream in ('', 'data: x\n\n', 'id: 1', 'id: 1\n', 'id: 1\ndata: x\n', 'id:\ndata: x\n\n',
                       'ID: 1\ndata: x\n\n', ' id: 1\ndata: x\n\n', 'id: a\0b\ndata: x\n\n'):
            with self.subTest(stream=stream):
                self.check_id(stream, None)

    def test_last_event_id_is_reset(self):
        for field in 'id', 'id:', 'id: ':
            with self.subTest(field=field):
                self.check_id(f'id: 1\ndata: x\n\n{field}\ndata: y\n\n', None)
        self.check_id('id: 1\ndata: x\n\nid: a\0b\ndata: y\n\n', '1')
        self.check_id('id: 1\ndata: x\n\nid:\ndata: y\n', '1')

    def test_last_event_id_lasts(self):
        """Also through connections that bring none, and none at all."""
        client = self.open()
        self.accept().open('id: kept\ndata: 1\n\n')
        self.assertEqual(client.next_event(), ('message', '1', 'kept'))
        client.restart()
        for stream in None, '', ': beat\n', 'id: cut off\ndata: 2\n':
            request = self.accept()
            self.assertEqual(request.last_event_id(), 'kept')
            if stream is not None:
                request.open(stream)
            request.close()
        request = self.accept()
        self.assertEqual(request.last_event_id(), 'kept')
        request.open('data: 3\n\n')
        reports = [client.next()]
        if reports[0]['kind'] == 'comment':
            reports = [client.next()]
        self.assertEqual(reports[0]['event'], {'type': 'message', 'data': '3', 'id': 'kept'})


class StatusTest(service.TestCase):
    def test_final(self):
        for status in (201, 202, 204, 205, 206, 300, 304, 400, 401, 403, 404, 407, 410, 429,
                       500, 502, 503, 504, 599):
            with self.subTest(status=status):
                client = self.open()
                self.accept().finish(status, {'Content-Type': 'text/event-stream', 'Retry-After': '0'})
                self.assertNotEqual(client.next_error(), '')
        self.assert_quiet()

    def test_body_is_not_read(self):
        body = b'data: not this\n\n'
        for status in 201, 400, 500:
            with self.subTest(status=status):
                client = self.open()
                self.accept().answer(status, {'Content-Type': 'text/event-stream',
                                              'Content-Length': len(body)}, body)
                client.next_error()
        self.assert_quiet()

    def test_final_after_a_stream(self):
        client = self.open()
        request = self.accept()
        request.open('data: x\n\n')
        request.close()
        self.assertEqual(client.next_data(), 'x')
        self.accept().finish(404)
        self.assert_ended(client)

    def test_informational(self):
        client = self.open()
        request = self.accept()
        request.send('HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n')
        request.open('data: x\n\n')
        self.assertEqual(client.next_data(), 'x')

    def test_nonsense(self):
        """No HTTP is an error of the network, which the standard has retried."""
        client = self.open()
        request = self.accept()
        request.send('data: what is this?\r\n\r\n')
        request.close()
        self.accept().open('data: better\n\n')
        self.assertEqual(client.next_data(), 'better')


class ContentTypeTest(service.TestCase):
    def test_right(self):
        for content_type in ('text/event-stream', 'TEXT/Event-Stream', 'text/event-stream;',
                             'text/event-stream; charset=utf-8', 'text/event-stream;charset="UTF-8"',
                             'text/event-stream ; charset=utf-8', '  text/event-stream  ',
                             'text/event-stream; q=x; charset=windows-1252'):
            with self.subTest(content_type=content_type):
                client = self.open()
                self.accept().open('data: ☃\n\n', content_type)
                self.assertEqual(client.next_data(), '☃')

    def test_wrong(self):
        for content_type in ('text/plain', 'text/event-streams', 'text/event-strea', 'event-stream',
                             'application/event-stream', 'text/html; text/event-stream', '',
                             'text', '/', ';', 'application/x-ndjson', 'application/json',
                             'xtext/event-stream', 'text/x-event-stream', '*/*', 'text/*'):
            with self.subTest(content_type=content_type):
                client = self.open()
                self.accept().open('data: not this\n\n', content_type)
                self.assertNotEqual(client.next_error(), '')
        self.assert_quiet()

    def test_missing(self):
        client = self.open()
        self.accept().answer(200, {'Connection': 'close'}, b'data: not this\n\n')
        self.assert_ended(client)


class RedirectTest(service.TestCase):
    def test_followed(self):
        for status in 301, 302, 303, 307, 308:
            for location in '/there', 'there', '?there', f'{self.server.url}/there':
                with self.subTest(status=status, location=location):
                    client = self.service.open(self.server.url + '/here', lastEventId='7')
                    self.accept().redirect(status, location)
                    request = self.accept()
                    self.assertEqual(request.target, '/here?there' if '?' in location else '/there')
                    self.assertEqual(request.method, 'GET')
                    self.assertEqual(request.last_event_id(), '7')
                    self.assertEqual(request.header('accept'), 'text/event-stream')
                    self.assertEqual(request.header('cache-control'), 'no-cache')
                    request.open('data: x\n\n')
                    self.assertEqual(client.next_data(), 'x')
                    client.close()
                    request.wait_closed()

    def test_comes_back_to_the_origin(self):
        for status in 301, 302, 303, 307, 308:
            with self.subTest(status=status):
                client = self.service.open(self.server.url + '/here')
                self.accept().redirect(status, '/there')
                request = self.accept()
                request.open('id: 1\ndata: x\n\n')
                self.assertEqual(client.next_data(), 'x')
                request.close()
                request = self.accept()
                self.assertEqual((request.target, request.last_event_id()), ('/here', '1'))
                client.close()

    def test_several(self):
        client = self.open('/0')
        for n, status in enumerate((301, 307, 302, 308, 303)):
            request = self.accept()
            self.assertEqual(request.target, f'/{n}')
            request.redirect(status, f'/{n + 1}')
        request = self.accept()
        self.assertEqual(request.target, '/5')
        request.open('data: x\n\n')
        self.assertEqual(client.next_data(), 'x')

    def test_to_a_final_answer(self):
        for status in 302, 307:
            with self.subTest(status=status):
                client = self.open()
                self.accept().redirect(status, '/gone')
                self.accept().finish(410)
                self.assert_ended(client)

    def test_to_nowhere(self):
        for status in 301, 302, 303, 307, 308:
            for headers in ({}, {'Location': ''}, {'Location': 'ftp://127.0.0.1/'},
                            {'Location': 'http://'}, {'Location': 'data:text/event-stream,'}):
                with self.subTest(status=status, headers=headers):
                    client = self.open()
                    self.accept().finish(status, headers)
                    self.assertNotEqual(client.next_error(), '')
        self.assert_quiet()

    def test_in_circles(self):
        for status in 301, 302, 303, 307, 308:
            for method in 'GET', 'POST':
                with self.subTest(status=status, method=method):
                    client = self.open(method=method)
                    for _ in range(MAX_REDIRECTS + 1):
                        self.accept().redirect(status, '/')
                    self.assertNotEqual(client.next_error(), '')
        self.assert_quiet()

    def test_lost_behind_a_redirect(self):
        self.open('/here')
        self.accept().redirect(307, '/there')
        self.accept().close()
        self.assertEqual(self.accept().target, '/here')

    def test_to_another_origin(self):
        other = self.serve()
        for status in 302, 307:
            with self.subTest(status=status):
                client = self.service.open(self.server.url, lastEventId='7', headers={
                    'authorization': 'Bearer abc', 'cookie': 'a=b', 'x-other': 'perhaps a key'})
                request = self.accept()
                self.assertEqual(request.header('authorization'), 'Bearer abc')
                request.redirect(status, other.url)
                request = self.accept(other)
                self.assertIsNone(request.header('authorization'))
                self.assertIsNone(request.header('cookie'))
                self.assertIsNone(request.header('x-other'))
                self.assertEqual(request.last_event_id(), '7')
                request.open('data: x\n\n')
                self.assertEqual(client.next_data(), 'x')
                request.close()
                self.assertEqual(self.accept().header('authorization'), 'Bearer abc')
                client.close()

    def test_post(self):
        """Some keep the method, some do not (RFC 9110, section 15.4); the next
        connection begins from the start."""
        for status, expected in ((302, ('GET', b'')), (303, ('GET', b'')),
                                 (307, ('POST', b'body')), (308, ('POST', b'body'))):
            with self.subTest(status=status):
                client = self.service.open(self.server.url, method='POST', body='body')
                self.accept().redirect(status, '/there')
                request = self.accept()
                self.assertEqual((request.method, request.body), expected)
                request.open('data: x\n\n')
                self.assertEqual(client.next_data(), 'x')
                request.close()
                request = self.accept()
                self.assertEqual((request.method, request.body), ('POST', b'body'))
                client.close()


class ReconnectTest(service.TestCase):
    def check_comes_back(self, lose):
        """Once the test has lost the connection the client is there again, and has
        nothing to say about it."""
        client = self.open()
        for n in range(3):
            lose(self.accept())
            self.accept().open(f'data: {n}\n\n')
            self.assertEqual(client.next_event(), ('message', str(n), ''))
            client.restart()

    def test_stream_ends(self):
        def lose(request):
            request.open(': beat')
            request.close()
        self.check_comes_back(lose)

    def test_stream_ends_with_its_last_chunk(self):
        def lose(request):
            request.open_chunked()
            request.send(b'0\r\n\r\n')
            request.close()
        self.check_comes_back(lose)

    def test_stream_ends_with_its_length(self):
        def lose(request):
            request.answer(200, {'Content-Type': 'text/event-stream', 'Content-Length': 5}, b'data\n')
        self.check_comes_back(lose)

    def test_empty_stream(self):
        def lose(request):
            request.answer(200, {'Content-Type': 'text/event-stream', 'Content-Length': 0})
        self.check_comes_back(lose)

    def test_cut_off_between_chunks(self):
        def lose(request):
            request.open_chunked()
            request.chunk(b'data: cut\n')
            request.close()
        self.check_comes_back(lose)

    def test_cut_off_in_a_chunk(self):
        def lose(request):
            request.open_chunked()
            request.send(b'ff\r\ndata: cut\n')
            request.close()
        self.check_comes_back(lose)

    def test_cut_off_before_its_length(self):
        def lose(request):
            request.answer(200, {'Content-Type': 'text/event-stream', 'Content-Length': 99}, b'data\n')
            request.close()
        self.check_comes_back(lose)

    def test_reset(self):
        def lose(request):
            request.open()
            request.reset()
        self.check_comes_back(lose)

    def test_no_answer(self):
        self.check_comes_back(lambda request: request.close())

    def test_reset_before_the_answer(self):
        self.check_comes_back(lambda request: request.reset())

    def test_half_an_answer(self):
        def lose(request):
            request.send(b'HTTP/1.1 200 OK\r\nContent-Ty')
            request.close()
        self.check_comes_back(lose)

    def test_server_is_away(self):
        """Refused connections are tried again, from the first one on."""
        port = self.server.port
        self.server.close()
        client = self.service.open(f'http://127.0.0.1:{port}/')
        self.assertEqual(self.service.request('GET', '/')[0], 200)
        self.server = service.StreamServer(port)
        self.addCleanup(self.server.close)
        self.accept().open('data: back\n\n')
        self.assertEqual(client.next_data(), 'back')
        client.close()

    def test_cut_off_event_is_dropped(self):
        client = self.open()
        for cut in 'data: cut', 'data: cut\n', 'event: cut\ndata: cut\nid: cut\n', 'event: cut\r\n':
            request = self.accept()
            request.open('id: 1\ndata: whole\n\n' + cut)
            self.assertEqual(client.next_event(), ('message', 'whole', '1'), cut)
            request.close()
        request = self.accept()
        self.assertEqual(request.last_event_id(), '1')
        request.open(': beat\n\ndata: next\n\n')
        self.assertEqual(client.next_comment(), 'beat')
        self.assertEqual(client.next_event(), ('message', 'next', '1'))

    def test_each_stream_has_its_own_mark_and_line_ends(self):
        client = self.open()
        for data in b'\xef\xbb\xbfdata: 0\r\r', b'\xef\xbb\xbfdata: 1\n\n', b'\ndata: 2\r\n\r\n':
            request = self.accept()
            request.open(data)
            self.assertEqual(client.next_event(), ('message', data.strip()[-1:].decode(), ''))
            request.close()

    def test_many_times(self):
        client = self.open()
        for n in range(50):
            request = self.accept()
            self.assertEqual(request.last_event_id(), str(n - 1) if n else None)
            request.open(f'id: {n}\ndata: {n}\n\n')
            self.assertEqual(client.next_event(), ('message', str(n), str(n)))
            request.close()


class RetryTest(service.TestCase):
    def test_shorter(self):
        """Nothing would come but for the field."""
        for field in 'retry: 1', 'retry:1', 'retry: 0', 'retry: 00001', 'retry: 99\nretry: 1':
            with self.subTest(field=field):
                self.open(initialDelayMs=HOUR)
                request = self.accept()
                request.open(f'{field}\n')
                request.close()
                self.accept()

    def test_lasts(self):
        client = self.open(initialDelayMs=HOUR)
        for n in range(3):
            request = self.accept()
            request.open(f'data: {n}\n\n' if n else 'retry: 1\ndata: 0\n\n')
            self.assertEqual(client.next_data(), str(n))
            request.close()
        self.accept()

    def test_longer(self):
        """A time that is at least to pass cannot be missed on a busy machine."""
        client = self.open()
        request = self.accept()
        request.open('retry: 300\n\ndata: x\n\n')
        self.assertEqual(client.next_data(), 'x')
        start = time.monotonic()
        request.close()
        self.accept()
        self.assertGreaterEqual(time.monotonic() - start, 0.3)

    def test_ignored(self):
        for field in ('retry', 'retry:', 'retry: ', 'retry: x', 'retry: -1', 'retry: +3600000',
                      'retry: 3600000.0', 'retry: 3600000x', 'retry:  3600000', 'retry: 3600000 ',
                      'retry: 0x36ee80', 'retry: ٣٦٠٠٠٠٠', 'Retry: 3600000', 'retry : 3600000'):
            with self.subTest(field=field):
                self.open()
                request = self.accept()
                request.open(f'{field}\n\n')
                request.close()
                self.accept()

    def test_huge(self):
        client = self.open()
        request = self.accept()
        request.open('data: x\n\nretry: 99999999999999999999999\n\ndata: y\n\n')
        self.assertEqual([client.next_data(), client.next_data()], ['x', 'y'])
        request.close()
        self.assert_quiet()


class CloseTest(service.TestCase):
    def test_while_open(self):
        client = self.service.open(self.server.url)
        request = self.accept()
        request.open('data: x\n\n')
        self.assertEqual(client.next_data(), 'x')
        client.close()
        request.wait_closed()
        self.assert_quiet()

    def test_while_connecting(self):
        client = self.service.open(self.server.url)
        request = self.accept()
        client.close()
        request.wait_closed()
        self.assert_quiet()
        self.assertTrue(client.reports.empty())

    def test_while_redirected(self):
        for status in 302, 307:
            client = self.service.open(self.server.url)
            self.accept().redirect(status, '/there')
            request = self.accept()
            client.close()
            request.wait_closed()
        self.assert_quiet()

    def test_while_waiting(self):
        client = self.service.open(self.server.url, initialDelayMs=10)
        request = self.accept()
        request.open('retry: 10\n: beat\n')
        self.assertEqual(client.next_comment(), 'beat')
        request.reset()
        client.close()
        self.server.drop_connections()
        self.assert_quiet()

    def test_at_once(self):
        self.service.open(self.server.url).close()
        self.server.drop_connections()
        self.assert_quiet()


if __name__ == '__main__':
    service.main()
