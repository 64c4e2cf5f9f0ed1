#!/usr/bin/python3
# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The checksums of all files below a folder. Threads read the files, the terminal shows
how far they are, and browsers get each result as an event."""

import argparse
import asyncio
import hashlib
import os
import signal
import sys

import gi
gi.require_version('Eric', '1')
gi.require_version('Soup', '3.0')
from gi.repository import Eric, Gio, GLib, Soup

MAX_WAITING = 1000            # files, and results
CHUNK_SIZE = 256 * 1024
HISTORY_BYTES = 256 * 2**20   # for browsers that come late


def checksum_file(message, cancellable):
    """Runs in a thread of the pool. What it returns is the result, and so is the exception
    of a file that cannot be read."""
    file = Gio.File.new_for_uri(message.payload)
    checksum, size = hashlib.sha256(), 0
    with open(file.get_path(), 'rb', buffering=0) as content:
        while chunk := content.read(CHUNK_SIZE):
            cancellable.set_error_if_cancelled()
            checksum.update(chunk)
            size += len(chunk)
    return Eric.Message('checksum', {'name': file.get_parse_name(), 'size': size, 'sha256': checksum.hexdigest()})


def files_below(folder):
    unreadable = []
    for path, _, names in os.walk(folder, onerror=lambda error: unreadable.append(error.filename)):
        for file in (os.path.join(path, name) for name in names):
            if os.path.isfile(file) and not os.path.islink(file):
                yield file
    yield from unreadable   # who reads them fails, too, and says so


class App:
    def __init__(self, port):
        self.server = Eric.SseServer(Soup.Server(), allow_publish=False)
        self.server.mount('/events')
        self.events = self.server.channels.add('checksums')
        self.events.history_size = GLib.MAXUINT32
        self.events.history_bytes = HISTORY_BYTES
        self.server.listen(Gio.InetSocketAddress.new_from_string('127.0.0.1', port))

        self.work = Eric.DataProcessingChannel()
        self.pool = self.work.add_threaded_listener(0, checksum_file)
        self.pool.max_pending = MAX_WAITING
        self.interrupted = asyncio.Event()
        # A window would have a progress bar: self.work.bind_property('fraction', bar, 'fraction')
        if sys.stdout.isatty():
            self.work.connect('notify::fraction', self.show_progress)

    async def run(self, folder, stay):
        for number in signal.SIGINT, signal.SIGTERM:
            asyncio.get_running_loop().add_signal_handler(number, self.interrupt)
        print(f'http://127.0.0.1:{self.server.listen_address.get_port()}/events/checksums?lastEventId=earliest',
              flush=True)
        async with self.server:
            # In a thread of its own: it is held up where too many files wait.
            walk = asyncio.create_task(asyncio.to_thread(self.walk, folder))
            await self.publish_results()
            await walk
            self.finish()
            failed = self.work.failed > 0 or self.interrupted.is_set()
            if stay:
                await self.interrupted.wait()
        return failed

    def walk(self, folder):
        for file in files_below(folder):
            if self.interrupted.is_set():
                break
            self.work.broadcast(Eric.Message('file', Gio.File.new_for_path(file).get_uri()))
        self.work.notify_end()

    async def publish_results(self):
        results = self.work.process_queue(self.pool, Eric.ResultOrder.COMPLETION)
        results.listener.capacity = MAX_WAITING
        async for message in results:
            if message.type == Eric.MESSAGE_TYPE_ERROR:
                print(f'checksums.py: {message.payload["reason"]}', file=sys.stderr)
                self.events.broadcast(Eric.Message('failure', message.payload))
            elif message.type != Eric.MESSAGE_TYPE_CLOSED:
                self.events.broadcast(message)

    def finish(self):
        done, failed = self.work.done, self.work.failed
        self.events.broadcast(Eric.Message('done', {'files': done, 'failures': failed}))
        ending = ', interrupted' if self.interrupted.is_set() else ''
        print('\r\033[K' if sys.stdout.isatty() else '', f'{done} files, {failed} failed{ending}', sep='', flush=True)

    def interrupt(self):
        self.interrupted.set()
        self.pool.cancellable.cancel()

    def show_progress(self, work, _property):
        print(f'\r{work.done} files, {work.failed} failed, {work.pending} wait, '
              f'{work.per_second:.0f} a second\033[K', end='', flush=True)


async def main(parser, arguments):
    if not os.path.isdir(arguments.folder):
        parser.error(f'{arguments.folder} is no folder')
    try:
        app = App(arguments.port)
    except GLib.Error as error:
        parser.error(error.message)
    return await app.run(arguments.folder, arguments.serve)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder', metavar='FOLDER')
    parser.add_argument('--port', '-p', type=int, default=0, help='serve on this port (default: any)')
    parser.add_argument('--serve', '-s', action='store_true', help='stay until Ctrl-C, for browsers that come late')
    sys.exit(asyncio.run(main(parser, parser.parse_args())))
