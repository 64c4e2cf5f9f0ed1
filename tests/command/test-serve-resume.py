# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who comes back to `eric-sse serve` misses nothing, or is told so."""

import urllib.parse

import serve

# What a header does not carry as it is, or the server has a meaning for.
REFUSED = ['', ' 7', '7 ', '\t7', 'earliest', 'a\x01b', 'a\x7f', 'x' * 1025]
TAKEN = ['7', 'a b', 'é', 'Earliest', 'x' * 1024]


class TestCase(serve.TestCase):
    def place(self, stream):
        stream.wait(lambda: stream.place, 'the id at the head')
        return stream.place

    def assert_resumes(self, server, path, place, comment, *texts):
        stream = server.stream(path, {'Last-Event-ID': place})
        self.assertEqual(stream.next_data(len(texts)), list(texts))
        self.assertEqual(stream.comments, [comment])
        return stream


class Head(TestCase):
    def test_before_the_first_event(self):
        server = self.start()
        for path in 'quiet', 'quiet?topic=other', 'other?topic=quiet':
            stream = server.stream(path)
            place = self.place(stream)
            self.assertEqual(stream.events, [])
            server.wait_subscribers(1)
            server.publish('busy', 'keeps the numbers going')
            server.publish('quiet', f'done with {path}')
            self.assertEqual(stream.next().data, f'done with {path}')
            stream.close()
            server.wait_subscribers(0)
            self.assert_resumes(server, path, place, 'ok', f'done with {path}').close()
            server.wait_subscribers(0)

    def test_of_a_channel_that_was_removed(self):
        """Nobody published, so nothing is missing."""
        server = self.start()
        stream = server.stream('quiet')
        place = self.place(stream)
        stream.close()
        serve.wait_until(lambda: not server.state()['channels'], 'no channel')
        server.publish('quiet', 'done')
        self.assert_resumes(server, 'quiet', place, 'ok', 'done')

    def test_without_history(self):
        server = self.start('--history', '0')
        place = self.place(server.stream('news'))
        server.publish('news', 'lost')
        stream = server.stream('news', {'Last-Event-ID': place})
        stream.wait_comment('gap history')
        place = self.place(stream)
        server.stream('news', {'Last-Event-ID': place}).wait_comment('ok')

    def test_of_a_replay(self):
        """It stands for what was had before, until the replay has come."""
        server = self.start('--history', '2')
        for n in range(3):
            server.publish('news', str(n))
        for path in 'news?lastEventId=earliest', 'news?lastEventId=nobody':
            place = self.place(server.stream(path))
            self.assert_resumes(server, 'news', place, 'ok', '1', '2')

    def test_across_a_restart(self):
        server = self.start()
        place = self.place(server.stream('news'))
        server.kill()
        again = self.start()
        again.publish('news', 'done')
        self.assert_resumes(again, 'news', place, 'gap history', 'done')


class Ids(TestCase):
    def test_refused(self):
        server = self.start()
        for id in REFUSED:
            answer = server.post(f'/events/news?id={urllib.parse.quote(id)}', 'text')
            self.assertEqual(answer.status, 400, id)
        self.assertEqual(server.state()['channels'], [])
        for id in TAKEN:
            server.publish(f'news?id={urllib.parse.quote(id)}', id)
        stream = server.stream('news?lastEventId=earliest')
        self.assertEqual(stream.next_data(len(TAKEN)), TAKEN)

    def test_given_twice(self):
        server = self.start('--history', '3')
        for n, id in enumerate(['1', '2', '1']):
            server.publish(f'news?id={id}', f'{n}')
        self.assert_resumes(server, 'news', '1', 'ok', '1', '2')
        server.publish('news', '3')
        self.assert_resumes(server, 'news', '1', 'gap unknown-id', '1', '2', '3')

    def test_given_again_after_it_was_forgotten(self):
        """A publisher that counts, and is started again: whoever has the old 2 is not given what
        follows the new one, as if nothing were missing."""
        server = self.start('--history', '3')
        for text, ids in ('old', range(1, 7)), ('new', range(1, 4)):
            for id in ids:
                server.publish(f'news?id={id}', f'{text}{id}')
        self.assert_resumes(server, 'news', '2', 'gap unknown-id', 'new1', 'new2', 'new3')

    def test_given_by_two_channels(self):
        server = self.start()
        for channel, id in ('x', 1), ('y', 0), ('x', 2), ('y', 1), ('y', 2):
            server.publish(f'{channel}?id={id}', f'{channel}{id}')
        for path in 'x?topic=y', 'y?topic=x':
            self.assert_resumes(server, path, '1', 'ok', 'y0', 'x2', 'y1', 'y2')

    def test_in_two_headers(self):
        """A proxy that adds one of its own: neither is known to be the place."""
        server = self.start()
        for id in 'a', 'b', 'c':
            server.publish(f'news?id={id}', id)
        with server.connect() as sock:
            sock.sendall(b'GET /events/news HTTP/1.1\r\nHost: x\r\nLast-Event-ID: a\r\nLast-Event-ID: b\r\n\r\n')
            stream = serve.Stream(sock)
            self.assertEqual(stream.next_data(3), ['a', 'b', 'c'])
            self.assertEqual(stream.comments, ['gap unknown-id'])


class SlowReaders(TestCase):
    def test_order_behind_a_gap(self):
        server = self.start('--skip-slow', '--history', '0', '--max-body', '20000', '--backlog', '8')
        stream = server.stream('a?topic=b', rcvbuf=4096)
        server.wait_subscribers(1)
        for n in range(400):
            server.publish('a', f'a{n} ' + 'x' * 15000)
            if n % 10 == 0:
                server.publish('b', f'b{n}')
        server.publish('a', 'last')
        ids = []
        while not ids or ids[-1][1] != 'last':
            event = stream.next()
            ids.append((int(event.id), event.data.split()[0]))
        self.assertIn('gap slow', stream.comments)
        self.assertEqual(ids, sorted(ids))
        self.assertEqual(len(ids), len(set(ids)))


if __name__ == '__main__':
    serve.main()
