# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The client from Python, by the names of its C functions."""

import gc
import os
import sys
import unittest

try:
    import gi
    gi.require_version('Eric', '1')
    gi.require_version('Soup', '3.0')
    from gi.repository import Eric, Gio, GLib, Soup
except (ImportError, ValueError) as error:
    print(f'cannot be tested here: {error}')
    sys.exit(77)

TIMEOUT = 20
N_CYCLES = 1000


def run_until(predicate, what):
    """Runs the main loop until something is so."""
    context = GLib.MainContext.default()
    late = []
    source = GLib.timeout_source_new_seconds(TIMEOUT)
    source.set_callback(lambda *_: late.append(True))
    source.attach(context)
    try:
        while not predicate():
            context.iteration(True)
            if late:
                raise AssertionError(f'{what}: not within {TIMEOUT} s')
    finally:
        source.destroy()


class Server:
    """The channel `news`, and /echo, which answers a POST with its body as a stream."""

    def __init__(self):
        self.soup = Soup.Server()
        self.soup.add_handler('/echo', self._echo)
        self.server = Eric.SseServer.new(self.soup, None)
        self.server.mount('/events')
        self.server.listen(Gio.InetSocketAddress.new_from_string('127.0.0.1', 0))
        self.url = f'http://127.0.0.1:{self.server.get_listen_address().get_port()}'
        self.news = self.server.get_channels().add('news')
        self.requests = []

    def _echo(self, _server, message, _path, _query):
        self.requests.append(message)
        body = message.get_request_body().flatten().get_data().decode()
        message.set_status(200, None)
        message.set_response('text/event-stream', Soup.MemoryUse.COPY,
                             f'data: {body}\n\ndata: [DONE]\n\n'.encode())

    def tell(self, text, event_type=None):
        self.news.broadcast(Eric.Message.new_from_text(event_type, text))


class Watcher(Eric.EventSource):
    def __init__(self, uri):
        super().__init__(uri=uri)
        self.seen = []

    def do_open(self):
        self.seen.append('open')

    def do_message(self, message):
        self.seen.append(message.get_text())

    def do_closed(self):
        self.seen.append('closed')


class EventSource(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.news = f'{self.server.url}/events/news'

    def open(self, source):
        """Starts it, and waits until the server has it."""
        self.addCleanup(source.close)
        source.start()
        run_until(lambda: source.get_ready_state() == Eric.ReadyState.OPEN, 'open')
        return source

    def test_signals(self):
        source = Eric.EventSource.new(self.news)
        seen = []
        source.connect('open', lambda source: seen.append(('open', source.get_http_message().get_status())))
        source.connect('message::update', lambda _, message: seen.append(('update', message.get_text())))
        source.connect('message', lambda _, message: seen.append((message.get_event_type(), message.get_text())))
        source.connect('comment', lambda _, text: seen.append(('comment', text)))
        source.connect('closed', lambda _: seen.append(('closed',)))
        self.assertEqual(source.get_ready_state(), Eric.ReadyState.CLOSED)
        self.open(source)
        run_until(lambda: ('comment', 'ok') in seen, 'the first comment')
        self.server.tell('1', 'update')
        self.server.tell('2')
        run_until(lambda: ('message', '2') in seen, 'the messages')
        source.close()
        self.assertEqual(seen, [('open', 200), ('comment', 'ok'), ('update', '1'), ('update', '1'),
                                ('message', '2'), ('closed',)])
        self.assertNotEqual(source.get_last_event_id(), '')

    def test_errors(self):
        with self.assertRaises(GLib.Error) as caught:
            Eric.EventSource.new('ftp://localhost/')
        self.assertTrue(caught.exception.matches(GLib.uri_error_quark(), GLib.UriError.BAD_SCHEME))
        source = Eric.EventSource.new(f'{self.server.url}/nothing')
        seen = []
        source.connect('error', lambda source, error: seen.append((error.domain, source.get_ready_state())))
        source.connect('closed', lambda source: seen.append(source.get_error().message))
        source.start()
        run_until(lambda: len(seen) == 2, 'the error')
        self.assertEqual(seen, [('eric-error-quark', Eric.ReadyState.CLOSED), 'The server answered 404 Not Found'])
        with self.assertRaises(GLib.Error):
            source.set_last_event_id('a\nb')

    def test_hooks(self):
        source = Eric.EventSource.new(f'{self.server.url}/echo')
        proposals = []
        source.set_header('X-Fixed', 'a')
        source.connect('before-connect', lambda _, request: request.get_request_headers().append('X-Fresh', 'b'))

        def decide(_source, _request, error, proposed):
            proposals.append((error.message, proposed))
            return False
        source.connect('decide-reconnect', decide)
        source.connect('message', lambda *_: None)
        source.start()
        run_until(lambda: source.get_ready_state() == Eric.ReadyState.CLOSED, 'the end')
        self.assertEqual(proposals, [('The server ended the stream', True)])
        headers = self.server.requests[0].get_request_headers()
        self.assertEqual([headers.get_one(name) for name in ('X-Fixed', 'X-Fresh', 'Accept')],
                         ['a', 'b', 'text/event-stream'])

    def post(self):
        request = Soup.Message.new('POST', f'{self.server.url}/echo')
        request.get_request_headers().append('Content-Type', 'application/json')
        return Eric.EventSource.new_for_message(request, GLib.Bytes.new(b'{"a": 1}'))

    def test_post(self):
        source = self.post()
        source.set_end_marker('[DONE]')
        seen = []
        source.connect('message', lambda _, message: seen.append(message.parse_json().unpack()))
        source.connect('closed', lambda source: seen.append(source.get_error()))
        source.start()
        run_until(lambda: len(seen) == 2, 'the end')
        self.assertEqual(seen, [{'a': 1}, None])
        self.assertEqual(self.server.requests[0].get_method(), 'POST')

    def test_end_func(self):
        source = self.post()
        source.set_end_func(lambda message: message.get_text().startswith('{'))
        seen = []
        source.connect('message', lambda _, message: seen.append(message.get_text()))
        source.start()
        run_until(lambda: source.get_ready_state() == Eric.ReadyState.CLOSED, 'the end')
        self.assertEqual(seen, ['{"a": 1}'])
        self.assertIsNone(source.get_error())

    def test_next(self):
        source = self.open(Eric.EventSource.new(self.news))
        for n in range(5):
            self.server.tell(str(n))
        results = []

        def done(source, result):
            results.append(source.next_finish(result))
        source.next_async(GLib.PRIORITY_DEFAULT, None, done)
        run_until(lambda: results, 'a message')
        self.assertEqual(results[0].get_text(), '0')

        texts = []

        def batch_done(source, result):
            texts.extend(message.get_text() for message in source.next_batch_finish(result))
        while len(texts) < 4:
            before = len(texts)
            source.next_batch_async(10, GLib.PRIORITY_DEFAULT, None, batch_done)
            run_until(lambda: len(texts) > before, 'a batch')   # pylint: disable=cell-var-from-loop
        self.assertEqual(texts, ['1', '2', '3', '4'])
        source.next_async(GLib.PRIORITY_DEFAULT, None, done)
        source.close()
        run_until(lambda: len(results) == 2, 'the end')
        self.assertIsNone(results[1])

    def test_subclass(self):
        source = self.open(Watcher(self.news))
        self.server.tell('1')
        run_until(lambda: '1' in source.seen, 'the message')
        source.close()
        self.assertEqual(source.seen, ['open', '1', 'closed'])

    def test_list(self):
        source = Eric.EventSource.new(self.news)
        model = Eric.MessageList.new(3)
        source.fill_list(model)
        self.open(source)
        for n in range(5):
            self.server.tell(str(n))
        run_until(lambda: model.get_n_items() > 0 and model.get_item(model.get_n_items() - 1).get_text() == '4',
                  'the last message')
        self.assertLessEqual(len(model), 3)

    def test_cycles(self):
        descriptors = None
        for n in range(N_CYCLES):
            source = Eric.EventSource.new(self.news)
            source.connect('message', lambda *_: None)
            source.start()
            if n % 10 == 0:
                run_until(lambda: source.get_ready_state() == Eric.ReadyState.OPEN, 'open')   # pylint: disable=cell-var-from-loop
            source.close()
            del source
            if n == 100:
                gc.collect()
                run_until(lambda: self.server.server.get_n_subscribers() == 0, 'all are gone')
                descriptors = len(os.listdir('/proc/self/fd'))
        gc.collect()
        run_until(lambda: self.server.server.get_n_subscribers() == 0, 'all are gone')
        run_until(lambda: len(os.listdir('/proc/self/fd')) <= descriptors + 2, 'the descriptors are closed')


if __name__ == '__main__':
    unittest.main(verbosity=2)
