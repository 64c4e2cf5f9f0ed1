# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Work in threads, from Python: callbacks with the GIL, exceptions, results."""

import gc
import sys
import threading
import unittest
import weakref

try:
    import gi
    gi.require_version('Eric', '1')
    from gi.repository import Eric, Gio, GLib
except (ImportError, ValueError) as error:
    print(f'cannot be tested here: {error}')
    sys.exit(77)

N_MESSAGES = 500
PRIORITY = GLib.PRIORITY_DEFAULT


def message(event_type, number):
    return Eric.Message.new(event_type, GLib.Variant('x', number))


def double(task, _cancellable):
    return message('double', 2 * task.get_payload().unpack())


class Threads(unittest.TestCase):
    def results(self, func, order, numbers, workers=4):
        """What a channel makes of the numbers, without the message that ends it."""
        channel = Eric.DataProcessingChannel.new(None)
        listener = channel.add_threaded_listener(workers, func)
        stream = channel.process_queue(listener, order)
        for number in numbers:
            channel.broadcast(message('number', number))
        channel.notify_end()

        loop = GLib.MainLoop()
        results = []

        def read(stream, result=None):
            if result is not None:
                batch = stream.next_batch_finish(result)
                if not batch:
                    loop.quit()
                    return
                results.extend(batch)
            stream.next_batch_async(100, PRIORITY, None, read)

        read(stream)
        loop.run()
        self.assertEqual(results.pop().get_event_type(), Eric.MESSAGE_TYPE_CLOSED)
        return channel, results

    def test_results(self):
        channel, results = self.results(double, Eric.ResultOrder.INPUT, range(N_MESSAGES))
        self.assertEqual([result.get_payload().unpack() for result in results], list(range(0, 2 * N_MESSAGES, 2)))
        self.assertEqual((channel.get_done(), channel.get_failed(), channel.get_pending()), (N_MESSAGES, 0, 0))

    def test_other_threads(self):
        seen = set()

        def work(task, _cancellable):
            seen.add(threading.get_ident())
            return task

        self.results(work, Eric.ResultOrder.COMPLETION, range(50))
        self.assertNotIn(threading.get_ident(), seen)

    def test_concurrent(self):
        """Each waits for the other: one after the other they would wait in vain."""
        barrier = threading.Barrier(2, timeout=20)

        def work(task, _cancellable):
            barrier.wait()
            return task

        channel, _results = self.results(work, Eric.ResultOrder.COMPLETION, range(10), workers=2)
        self.assertEqual(channel.get_done(), 10)

    def test_exceptions(self):
        """A GLib.Error is the reason; of any other exception the task fails, too."""
        def work(task, _cancellable):
            number = task.get_payload().unpack()
            if number == 1:
                raise GLib.Error('no luck', 'tests', 1)
            if number == 2:
                raise ValueError('printed, and without a reason')
            return task

        channel, results = self.results(work, Eric.ResultOrder.INPUT, range(4))
        self.assertEqual([result.get_event_type() for result in results],
                         ['number', Eric.MESSAGE_TYPE_ERROR, Eric.MESSAGE_TYPE_ERROR, 'number'])
        self.assertEqual(results[1].get_payload().unpack(), {'reason': 'no luck', 'event': 'number', 'data': 1})
        self.assertEqual((channel.get_done(), channel.get_failed()), (2, 2))

    def test_signals(self):
        """They come in the main thread."""
        listener = Eric.ThreadPoolListener.new(2, double)
        loop = GLib.MainLoop()
        seen = []
        listener.connect('processed', lambda _listener, task, result: seen.append(
            (threading.get_ident(), task.get_payload().unpack(), result.get_payload().unpack())))
        listener.connect('drained', lambda _listener: loop.quit())
        listener.start()
        for number in range(10):
            listener.push(message('number', number))
        listener.push(Eric.Message.new(Eric.MESSAGE_TYPE_CLOSED, None))
        loop.run()
        self.assertEqual(sorted(seen), [(threading.get_ident(), number, 2 * number) for number in range(10)])

    def test_held_up(self):
        """Who is held up lets the tasks have the GIL."""
        listener = Eric.ThreadPoolListener.new(2, double)
        listener.set_max_pending(1)
        listener.start()
        for number in range(N_MESSAGES):
            listener.push(message('number', number))
        listener.push(Eric.Message.new(Eric.MESSAGE_TYPE_CLOSED, None))
        listener.wait(None)
        self.assertEqual(listener.get_n_done(), N_MESSAGES)

    def test_key_func(self):
        order = []

        def work(task, _cancellable):
            order.append(task.get_payload().unpack())
            return task

        listener = Eric.ThreadPoolListener.new(4, work)
        listener.set_key_func(lambda task: 'one for all')
        listener.start()
        for number in range(100):
            listener.push(message('number', number))
        listener.push(Eric.Message.new(Eric.MESSAGE_TYPE_CLOSED, None))
        listener.wait(None)
        self.assertEqual(order, list(range(100)))

    def test_subclass(self):
        class Doubler(Eric.ThreadPoolListener):
            def do_process(self, task, cancellable):
                assert isinstance(cancellable, Gio.Cancellable)
                return double(task, cancellable)

        listener = Doubler(max_workers=2)
        results = Eric.Listener.new()
        results.start()
        listener.set_results(results)
        listener.start()
        listener.push(message('number', 21))
        listener.push(Eric.Message.new(Eric.MESSAGE_TYPE_CLOSED, None))
        listener.wait(None)
        self.assertEqual(results.deliver_next().get_payload().unpack(), 42)

    def test_adapt(self):
        class Doubling(Eric.DataProcessingChannel):
            def do_adapt(self, result):
                if result.get_event_type() == Eric.MESSAGE_TYPE_CLOSED:
                    return result
                return double(result, None)

        channel = Doubling()
        stream = channel.process_queue(channel.add_threaded_listener(1, double), Eric.ResultOrder.INPUT)
        channel.broadcast(message('number', 10))
        channel.notify_end()
        loop = GLib.MainLoop()
        seen = []

        def read(stream, result):
            seen.append(stream.next_finish(result).get_payload().unpack())
            loop.quit()

        stream.next_async(PRIORITY, None, read)
        loop.run()
        self.assertEqual(seen, [40])

    def test_dropped(self):
        """The callback goes with its listener."""
        class Work:
            def __call__(self, task, _cancellable):
                return task

        alive = []
        work = Work()

        reference = weakref.ref(work, alive.append)
        listener = Eric.ThreadPoolListener.new(1, work)
        del listener, work
        gc.collect()
        self.assertEqual(alive, [reference])


if __name__ == '__main__':
    unittest.main(verbosity=2)
