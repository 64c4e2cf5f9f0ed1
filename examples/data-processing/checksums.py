#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The checksums of all files below a folder. Threads read the files, the terminal shows
how far they are, and browsers get each result as an event."""

import argparse
import signal
import sys
import threading

import gi
gi.require_version('Eric', '1')
gi.require_version('Soup', '3.0')
from gi.repository import Eric, Gio, GLib, Soup

MAX_WAITING = 1000            # files, and results
BATCH = 100
CHUNK_SIZE = 256 * 1024
HISTORY_BYTES = 256 * 2**20   # for browsers that come late
DRAIN_TIMEOUT = 2000          # milliseconds, for browsers that are slow
PRIORITY = GLib.PRIORITY_DEFAULT


def checksum_file(message, cancellable):
    """Runs in a thread of the pool. The GLib.Error of a file that cannot be read becomes
    the result."""
    file = Gio.File.new_for_uri(message.get_text())
    stream = file.read(cancellable)
    checksum = GLib.Checksum.new(GLib.ChecksumType.SHA256)
    size = 0
    while chunk := stream.read_bytes(CHUNK_SIZE, cancellable).get_data():
        checksum.update(chunk)
        size += len(chunk)
    return Eric.Message.new('checksum', GLib.Variant('a{sv}', {
        'name': GLib.Variant('s', file.get_parse_name()),
        'size': GLib.Variant('x', size),
        'sha256': GLib.Variant('s', checksum.get_string()),
    }))


def files_below(folder, cancellable):
    try:
        children = folder.enumerate_children('standard::name,standard::type',
                                             Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, cancellable)
        for info in children:
            child = children.get_child(info)
            if info.get_file_type() == Gio.FileType.DIRECTORY:
                yield from files_below(child, cancellable)
            elif info.get_file_type() == Gio.FileType.REGULAR:
                yield child
    except GLib.Error:
        yield folder   # who reads it fails, too, and says so


class App:
    def __init__(self, folder, port, stay):
        self.folder = folder
        self.stay = stay
        self.finished = False
        self.loop = GLib.MainLoop()
        self.terminal = sys.stdout.isatty()

        self.server = Eric.SseServer.new(Soup.Server(), None)
        self.server.set_allow_publish(False)
        self.server.mount('/events')
        self.events = self.server.get_channels().add('checksums')
        self.events.set_history_size(GLib.MAXUINT32)
        self.events.set_history_bytes(HISTORY_BYTES)
        self.server.listen(Gio.InetSocketAddress.new_from_string('127.0.0.1', port))

        self.work = Eric.DataProcessingChannel.new(None)
        listener = self.work.add_threaded_listener(0, checksum_file)
        listener.set_max_pending(MAX_WAITING)
        self.cancellable = listener.get_cancellable()
        # A window would have a progress bar: self.work.bind_property('fraction', bar, 'fraction')
        if self.terminal:
            self.work.connect('notify::fraction', self.show_progress)

        stream = self.work.process_queue(listener, Eric.ResultOrder.COMPLETION)
        stream.get_listener().set_capacity(MAX_WAITING)
        stream.next_batch_async(BATCH, PRIORITY, None, self.on_results)

    def run(self):
        for number in signal.SIGINT, signal.SIGTERM:
            GLib.unix_signal_add(PRIORITY, number, self.interrupt)
        port = self.server.get_listen_address().get_port()
        print(f'http://127.0.0.1:{port}/events/checksums?lastEventId=earliest', flush=True)
        # In a thread of its own: it is held up where too many files wait.
        walk = threading.Thread(target=self.walk)
        walk.start()
        self.loop.run()
        walk.join()
        return self.work.get_failed() > 0 or self.cancellable.is_cancelled()

    def walk(self):
        for file in files_below(self.folder, self.cancellable):
            if self.cancellable.is_cancelled():
                break
            self.work.broadcast(Eric.Message.new_from_text('file', file.get_uri()))
        self.work.notify_end()

    def show_progress(self, work, _property):
        print(f'\r{work.props.done} files, {work.props.failed} failed, {work.props.pending} wait, '
              f'{work.props.per_second:.0f} a second\033[K', end='', flush=True)

    def on_results(self, stream, result):
        results = stream.next_batch_finish(result)
        if not results:   # an empty list is how PyGObject shows the end
            self.finish()
            return
        for message in results:
            if message.get_event_type() == Eric.MESSAGE_TYPE_ERROR:
                print(f'checksums.py: {message.get_payload()["reason"]}', file=sys.stderr)
                self.events.broadcast(Eric.Message.new('failure', message.get_payload()))
            elif message.get_event_type() != Eric.MESSAGE_TYPE_CLOSED:
                self.events.broadcast(message)
        stream.next_batch_async(BATCH, PRIORITY, None, self.on_results)

    def finish(self):
        done, failed = self.work.get_done(), self.work.get_failed()
        self.finished = True
        totals = {'files': GLib.Variant('x', done), 'failures': GLib.Variant('x', failed)}
        self.events.broadcast(Eric.Message.new('done', GLib.Variant('a{sv}', totals)))
        interrupted = ', interrupted' if self.cancellable.is_cancelled() else ''
        print('\r\033[K' if self.terminal else '', f'{done} files, {failed} failed{interrupted}', sep='', flush=True)
        if not self.stay or self.cancellable.is_cancelled():
            self.quit()

    def interrupt(self):
        if self.finished:
            self.quit()
        else:
            self.cancellable.cancel()
        return GLib.SOURCE_CONTINUE

    def quit(self):
        self.server.drain_async(DRAIN_TIMEOUT, None, lambda *_: self.loop.quit())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder', metavar='FOLDER')
    parser.add_argument('--port', '-p', type=int, default=0, help='serve on this port (default: any)')
    parser.add_argument('--serve', '-s', action='store_true', help='stay until Ctrl-C, for browsers that come late')
    arguments = parser.parse_args()
    folder = Gio.File.new_for_commandline_arg(arguments.folder)
    if folder.query_file_type(Gio.FileQueryInfoFlags.NONE, None) != Gio.FileType.DIRECTORY:
        parser.error(f'{arguments.folder} is no folder')
    try:
        app = App(folder, arguments.port, arguments.serve)
    except GLib.Error as error:
        parser.error(error.message)
    return app.run()


if __name__ == '__main__':
    sys.exit(main())
