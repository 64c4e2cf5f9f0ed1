# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The channels that clients of `eric-sse serve` make by asking for them: how many, and until when."""

import serve

OTHER = '127.0.0.2'     # another client of the loopback network

FEED = {'Content-Type': 'application/x-ndjson', 'Transfer-Encoding': 'chunked'}


class TestCase(serve.TestCase):
    def names(self, server):
        return {channel['id'] for channel in server.state()['channels']}

    def wait_names(self, server, *names):
        serve.wait_until(lambda: self.names(server) == set(names), f'the channels {names}')

    def publish_from(self, server, source, name, headers=None):
        return server.request('POST', f'/events/{name}', headers, 'text', source=source).status


class Collected(TestCase):
    def test_when_the_last_reader_leaves(self):
        server = self.start('--channel', 'named')
        first, second = server.stream('quiet?topic=other&topic=named'), server.stream('quiet')
        server.wait_subscribers(2)
        self.wait_names(server, 'quiet', 'other', 'named')
        first.close()
        self.wait_names(server, 'quiet', 'named')
        second.close()
        self.wait_names(server, 'named')

    def test_not_what_has_a_history(self):
        server = self.start()
        stream = server.stream('news?topic=quiet')
        server.publish('news', 'text')
        self.assertEqual(stream.next().data, 'text')
        stream.close()
        self.wait_names(server, 'news')

    def test_not_under_a_publisher(self):
        server = self.start()
        with server.connect() as feed:
            feed.sendall(serve.format_request('POST', '/events/log', FEED))
            serve.wait_until(lambda: 'log' in self.names(server), 'the channel of the feed')
            server.stream('log').close()
            server.wait_subscribers(0)
            stream = server.stream('log')
            server.wait_subscribers(1)
            feed.sendall(b'2\r\n7\n\r\n0\r\n\r\n')
            self.assertEqual(stream.next().data, '7')

    def test_for_another_one(self):
        """Nothing is kept of what was published there: there is room for the next ones."""
        server = self.start('--history', '0', '--max-channels', '2')
        for name in 'a', 'b', 'c':
            server.publish(name, 'text')
        self.wait_names(server, 'c')
        # Also where they are made faster than the whole of them is looked through.
        for n in range(20):
            server.publish(f'a{n}', 'text')
            feed = serve.format_request('POST', f'/events/b{n}', FEED) + b'0\r\n\r\n'
            self.assertEqual(serve.Response(server.exchange(feed)).status, 202)


class Limits(TestCase):
    def test_in_all(self):
        server = self.start('--max-channels', '2', '--channel', 'named')
        for name, status in ('a', 202), ('b', 202), ('c', 503), ('a', 202), ('named', 202):
            self.assertEqual(server.post(f'/events/{name}', 'text').status, status, name)
        for answer in server.get('/events/c'), server.request('HEAD', '/events/c'), server.get('/events/a?topic=c'):
            self.assertEqual(answer.status, 503)
            self.assertEqual(answer.headers['retry-after'], '5')
        self.assertIn(b'--max-channels', server.get('/events/c').body)
        self.wait_names(server, 'a', 'b', 'named')

    def test_of_an_address(self):
        server = self.start('--max-channels-per-client', '2', '--channel', 'named')
        for name, status in ('a', 202), ('b', 202), ('c', 503), ('a', 202), ('named', 202):
            self.assertEqual(server.post(f'/events/{name}', 'text').status, status, name)
        self.assertEqual(self.publish_from(server, OTHER, 'c'), 202)

    def test_of_an_address_ends_with_its_channels(self):
        server = self.start('--max-channels-per-client', '2')
        stream = server.stream('a?topic=b')
        server.wait_subscribers(1)
        self.assertEqual(server.post('/events/c', 'text').status, 503)
        stream.close()
        self.wait_names(server)
        self.assertEqual(server.post('/events/c', 'text').status, 202)

    def test_of_an_origin(self):
        """Whoever opens the page."""
        server = self.start('--max-channels-per-client', '2', '--cors', '*')
        page, other = {'Origin': 'https://a.example'}, {'Origin': 'https://b.example'}
        self.assertEqual(self.publish_from(server, '127.0.0.3', 'a', page), 202)
        self.assertEqual(self.publish_from(server, '127.0.0.4', 'b', page), 202)
        self.assertEqual(self.publish_from(server, '127.0.0.5', 'c', page), 503)
        self.assertEqual(self.publish_from(server, '127.0.0.5', 'c', other), 202)

    def test_without(self):
        server = self.start('--max-channels-per-client', '0')
        for n in range(1001):
            server.publish(f'c{n}', 'text')
        self.assertEqual(len(self.names(server)), 1001)


if __name__ == '__main__':
    serve.main()
