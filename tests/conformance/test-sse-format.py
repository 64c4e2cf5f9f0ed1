# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The event stream format as it comes over HTTP, whole and in pieces (WHATWG HTML,
sections 9.2.5 and 9.2.6)."""

import service

MARK = b'\xef\xbb\xbf'

# What each stream reports: ('message', 'x', '') is an event's type, data and last
# event id, ': x' a comment.
STREAMS = {
    # Lines
    'line feeds': (b'data: 1\n\ndata: 2\n\n', [('message', '1', ''), ('message', '2', '')]),
    'carriage returns': (b'data: 1\r\rdata: 2\r\r', [('message', '1', ''), ('message', '2', '')]),
    'both': (b'data: 1\r\n\r\ndata: 2\r\n\r\n', [('message', '1', ''), ('message', '2', '')]),
    'each in turn': (b'data: 1\r\ndata: 2\rdata: 3\n\r\ndata: 4\r\n\rdata: 5\n\n',
                     [('message', '1\n2\n3', ''), ('message', '4', ''), ('message', '5', '')]),
    'many empty lines': (b'\n\r\n\r\r\n\n\rdata: 1\n\n\r\n\r\r', [('message', '1', '')]),
    'line feed and carriage return': (b'data: 1\n\rdata: 2\n\r',
                                      [('message', '1', ''), ('message', '2', '')]),
    'other separators': ('data: a\vb\fc\u0085d\u2028e\u2029f\n\n'.encode(),
                         [('message', 'a\vb\fc\u0085d\u2028e\u2029f', '')]),
    'no end': (b'data: 1\n\ndata: 2\n', [('message', '1', '')]),
    'no end of line': (b'data: 1\n\ndata: 2\n: 3', [('message', '1', '')]),

    # Fields
    'no colon': (b'data\n\ndata\ndata\n\n', [('message', '', ''), ('message', '\n', '')]),
    'one space goes': (b'data:1\n\ndata: 2\n\ndata:  3\n\ndata:\t4\n\ndata: 5 \n\n',
                       [('message', data, '') for data in ('1', '2', ' 3', '\t4', '5 ')]),
    'colons in the value': (b'data: a: b\n\ndata::\n\n', [('message', 'a: b', ''), ('message', ':', '')]),
    'empty data': (b'data:\n\ndata: \n\n', [('message', '', ''), ('message', '', '')]),
    'empty lines of data': (b'data:\ndata: 1\ndata:\n\n', [('message', '\n1\n', '')]),
    'unknown fields': (b'what: 1\ndata: 2\ndatum: 3\nDATA: 4\n data: 5\ndata : 6\ndat: 7\n\n',
                       [('message', '2', '')]),
    'comments between': (b'data: 1\n: here\ndata: 2\n:\n\n', [': here', ': ', ('message', '1\n2', '')]),
    'only comments': (b': one\n\n:two\n\n', [': one', ': two']),
    'fields in any order': (b'id: 1\ndata: a\nevent: x\n\ndata: b\nevent: y\nid: 2\n\n',
                            [('x', 'a', '1'), ('y', 'b', '2')]),

    # Types
    'types': (b'event: x\ndata: 1\n\nevent:  y\ndata: 2\n\nevent: message\ndata: 3\n\n',
              [('x', '1', ''), (' y', '2', ''), ('message', '3', '')]),
    'type of one event': (b'event: x\ndata: 1\n\ndata: 2\n\n', [('x', '1', ''), ('message', '2', '')]),
    'empty type': (b'event:\ndata: 1\n\nevent: x\nevent\ndata: 2\n\n',
                   [('message', '1', ''), ('message', '2', '')]),
    'last type': (b'event: x\nevent: y\ndata: 1\n\n', [('y', '1', '')]),
    'type without data': (b'event: x\n\ndata: 1\n\n', [('message', '1', '')]),
    'types of the interface': (b'event: open\ndata: 1\n\nevent: error\ndata: 2\n\n',
                               [('open', '1', ''), ('error', '2', '')]),
    'type beyond ASCII': ('event: ★\ndata: 1\n\n'.encode(), [('★', '1', '')]),

    # Ids
    'id lasts': (b'id: 1\ndata: a\n\ndata: b\n\n', [('message', 'a', '1'), ('message', 'b', '1')]),
    'id without data': (b'id: 1\n\ndata: a\n\n', [('message', 'a', '1')]),
    'id is emptied': (b'id: 1\ndata: a\n\nid\ndata: b\n\n', [('message', 'a', '1'), ('message', 'b', '')]),
    'id with NUL': (b'id: 1\ndata: a\n\nid: 2\0\ndata: b\n\nid: \0\ndata: c\n\n',
                    [('message', data, '1') for data in 'abc']),
    'id with spaces': (b'id:  1 \ndata: a\n\n', [('message', 'a', ' 1 ')]),

    # Text
    'mark': (MARK + b'data: 1\n\n', [('message', '1', '')]),
    'mark before a comment': (MARK + b': 1\ndata: 2\n\n', [': 1', ('message', '2', '')]),
    'mark before an empty line': (MARK + b'\ndata: 1\n\n', [('message', '1', '')]),
    'mark alone': (MARK, []),
    'two marks': (MARK + MARK + b'data: 1\ndata: 2\n\n', [('message', '2', '')]),
    'late mark': (b'\n' + MARK + b'data: 1\ndata: 2\n\n', [('message', '2', '')]),
    'mark in the value': (b'data:' + MARK + b'\n\n', [('message', '\ufeff', '')]),
    'half a mark': (MARK[:2] + b'data: 1\n\ndata: 2\n\n', [('message', '2', '')]),
    'UTF-16': ('\ufeffdata: 1\n\n'.encode('utf-16-be'), []),
    'characters of each length': ('data: aé☃🧀\n\n'.encode(), [('message', 'aé☃🧀', '')]),
    'NUL': (b'data: a\0b\n\nevent: x\0y\ndata: 1\n\n', [('message', 'a\0b', ''), ('x\ufffdy', '1', '')]),
    'NUL in the name': (b'da\0ta: 1\ndata\0: 2\ndata: 3\n\n', [('message', '3', '')]),
    'no UTF-8': (b'data: \xff\xe2\x98\x83\xe2\x98 \xc0\xaf\xed\xa0\x80\n\n',
                 [('message', '\ufffd☃\ufffd \ufffd\ufffd\ufffd\ufffd\ufffd', '')]),
    'no UTF-8 in a comment': (b': \xfe\n', [': \ufffd']),
    'quotes and controls': (b'data: "\\\x01\x1f\x7f/\n\n', [('message', '"\\\x01\x1f\x7f/', '')]),
}

LARGE = 14 * 1024 * 1024

# Larger than what the client reads at once.
MEDIUM = 100 * 1000


def cut(data, size):
    return [data[at:at + size] for at in range(0, len(data), size)]


def cut_line_ends(data):
    """Behind each CR, so that one piece ends with it and the next one begins with
    its LF."""
    return [piece for piece in data.replace(b'\r', b'\r\0cut\0').split(b'\0cut\0') if piece]


class FormatTest(service.TestCase):
    def check(self, send):
        """Has each stream sent; another one behind it says when all is reported."""
        for name, (data, expected) in STREAMS.items():
            with self.subTest(name):
                client = self.service.open(self.server.url)
                request = self.accept()
                send(request, data)
                request.close()
                request = self.accept()
                request.open('event: end\ndata: all\n\n')
                self.assertEqual(self.read_reports(client), expected)
                client.close()
                request.wait_closed()

    def read_reports(self, client):
        reports = []
        while True:
            report = client.next()
            if report['kind'] == 'comment':
                reports.append(': ' + report['comment'])
                continue
            self.assertEqual(report['kind'], 'event')
            event = report['event']
            if (event['type'], event['data']) == ('end', 'all'):
                return reports
            reports.append((event['type'], event['data'], event['id']))

    def check_chunks(self, cut_up):
        def send(request, data):
            request.open_chunked()
            for piece in cut_up(data):
                request.chunk(piece)
            request.send(b'0\r\n\r\n')
        self.check(send)

    def test_until_the_connection_closes(self):
        self.check(lambda request, data: request.open(data))

    def test_with_its_length(self):
        def send(request, data):
            request.answer(200, {'Content-Type': 'text/event-stream', 'Content-Length': len(data)}, data)
        self.check(send)

    def test_old_version(self):
        self.check(lambda request, data: request.send(
            b'HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n' + data))

    def test_one_chunk(self):
        self.check_chunks(lambda data: [data])

    def test_single_bytes(self):
        self.check_chunks(lambda data: cut(data, 1))

    def test_pairs(self):
        self.check_chunks(lambda data: cut(data, 2))

    def test_threes(self):
        self.check_chunks(lambda data: cut(data, 3))

    def test_cut_line_ends(self):
        self.check_chunks(cut_line_ends)


class PaceTest(service.TestCase):
    """What is known is said at once: nothing more comes until it was reported."""

    def test_events(self):
        client = self.open()
        request = self.accept()
        request.open()
        for end in b'\n\n', b'\r\r', b'\r\n\r\n', b'\n\r', b'\r\n\r':
            request.send(b'data: x' + end)
            self.assertEqual(client.next_data(), 'x', end)

    def test_comments(self):
        client = self.open()
        request = self.accept()
        request.open()
        for end in b'\n', b'\r', b'\r\n':
            request.send(b': x' + end)
            self.assertEqual(client.next_comment(), 'x', end)

    def test_line_feed_that_is_late(self):
        client = self.open()
        request = self.accept()
        request.open_chunked()
        request.chunk(b'data: 1\r\n\r')
        self.assertEqual(client.next_data(), '1')
        request.chunk(b'\ndata: 2\r')
        request.chunk(b'\n')
        request.chunk(b'data: 3\r')
        request.chunk(b'\n\r')
        self.assertEqual(client.next_data(), '2\n3')
        request.chunk(b'\n')
        request.chunk(b'\ndata: 4\n\n')
        self.assertEqual(client.next_data(), '4')


class SizeTest(service.TestCase):
    def test_large_line(self):
        client = self.open()
        request = self.accept()
        text = 'käse' * (LARGE // len('käse'.encode()))
        request.open(f'id: 1\ndata: {text}\n\ndata: small\n\n')
        self.assertTrue(client.next_event() == ('message', text, '1'))
        self.assertEqual(client.next_event(), ('message', 'small', '1'))

    def test_many_lines(self):
        client = self.open()
        request = self.accept()
        lines = [str(n) for n in range(MEDIUM)]
        request.open(''.join(f'data: {line}\r\n' for line in lines) + '\r\n')
        self.assertTrue(client.next_data() == '\n'.join(lines))

    def test_large_fields(self):
        client = self.open()
        text = 'x' * MEDIUM
        self.accept().open(f': {text}\nevent: {text}\nid: {text}\n{text}: {text}\ndata\n\n')
        self.assertTrue(client.next_comment() == text)
        self.assertTrue(client.next_event() == (text, '', text))

    def test_many_events(self):
        client = self.open()
        self.accept().open(''.join(f'data: {n}\n\n' for n in range(1000)))
        for n in range(1000):
            self.assertEqual(client.next_data(), str(n))

    def test_too_large(self):
        """Beyond the bound of the client it has failed: to ask again brings the same."""
        client = self.open()
        request = self.accept()
        try:
            request.open('data: 1\n\ndata: ' + 'x' * (17 * 1024 * 1024))
        except (BrokenPipeError, ConnectionResetError):
            pass
        self.assertEqual(client.next_data(), '1')
        self.assert_ended(client)


if __name__ == '__main__':
    service.main()
