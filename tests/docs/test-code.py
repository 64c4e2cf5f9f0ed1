# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Each block of code in a page works.

What is whole, in C or Vala, is compiled and run. Of C that is not whole, what is a function
stays one, and the rest becomes a function that takes the page's hidden declarations. Python
and JavaScript run in the order of the page, as one session for each language. Shell is run.
pages.py says what a page can say about a block.

All this happens beside an `eric-sse serve` that has something to say: on “news” messages of
type “greeting”, on “system” those of the demo. Where a page says port 8080, it is this server;
11434 is a language model; other ports from 8081 on are free ones, and /tmp is a folder of the
page's own.

Arguments: the page, or “comments” for the doc comments of the library."""

import concurrent.futures
import http.server
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import pages

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'command'))
import serve  # noqa: E402

ROOT = os.environ['ERIC_SOURCE_ROOT']
BUILD = os.environ['ERIC_BUILD_ROOT']
CC = shlex.split(os.environ['CC_COMMAND'])
PYTHON = sys.executable
TIMEOUT = 60

C_WARNINGS = ['-Wall', '-Wextra', '-Wno-unused-parameter', '-Wno-missing-field-initializers', '-Werror']
FRAGMENT_WARNINGS = ['-Wno-unused-variable', '-Wno-unused-but-set-variable', '-Wno-unused-function']
AT_FILE_SCOPE = re.compile(r'^(#|G_DEFINE_|G_DECLARE_|static |typedef |struct \w+$)')

BROWSER_ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking',
                     '--no-first-run', '--disable-sync', '--disable-extensions', '--disable-dev-shm-usage',
                     '--no-proxy-server']

ANSWER = ('data: {"choices": [{"delta": {"content": "Hello"}}]}\n\n'
          'data: {"choices": [{"delta": {"content": " there"}}]}\n\ndata: [DONE]\n\n')


class Model(http.server.BaseHTTPRequestHandler):
    """Stands in for a language model, to any request."""

    def do_POST(self):
        self.rfile.read(int(self.headers['Content-Length']))
        self.send_response(200)
        self.send_header('Content-Type', 'text/event-stream')
        self.end_headers()
        self.wfile.write(ANSWER.encode())

    def log_message(self, *arguments):
        pass


class Browser(http.server.BaseHTTPRequestHandler):
    """Serves a page with a script, and takes down what it logs."""

    PAGE = ('<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script>'
            'const report = text => fetch("/", { method: "POST", body: text });'
            'console.log = (...values) => report(values.join(" "));'
            'window.onerror = text => report(`failed: ${text}`);'
            '</script><script>%s</script>')

    def do_GET(self):
        body = (self.PAGE % self.server.script).encode()
        self.send_response(200)
        self.send_header('Content-Type', 'text/html; charset=utf-8')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        text = self.rfile.read(int(self.headers['Content-Length'])).decode()
        if not self.server.log.closed:
            print(text, flush=True, file=self.server.log)
            # Nothing more is to be waited for.
            if text.startswith('failed: '):
                self.server.log.close()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


class World:
    """What a page finds when it is read: a server that runs and has something to say."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix='eric-docs-')
        self.socket = os.path.join(self.folder, 'eric.sock')
        self.server = serve.Server('--socket', self.socket, '--cors', '*')
        self.model = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Model)
        self.model.daemon_threads = True
        threading.Thread(target=self.model.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True).start()
        self.ports = {'8080': self.server.port, '11434': self.model.server_port}
        self.taken = []
        self.ended = threading.Event()
        self.feeder = threading.Thread(target=self.feed)
        self.feeder.start()

    def feed(self):
        """Again and again, so that it does not matter when who listens has connected."""
        while not self.ended.wait(0.1):
            try:
                self.server.post('/events/news?event=greeting', b'hello')
                self.server.post('/events/system?event=system',
                                 json.dumps({'load': 0.25, 'host': 'here'}).encode(),
                                 {'Content-Type': 'application/json'})
            except (OSError, AssertionError) as error:
                print(f'fed again: {error}')    # a machine that is too busy

    def port(self, match):
        name = match[0]
        if name not in self.ports:
            # Kept until the end of the page, in a state in which others can have it.
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(('127.0.0.1', 0))
            self.taken.append(sock)
            self.ports[name] = sock.getsockname()[1]
            sock.close()
        return str(self.ports[name])

    def place(self, text):
        """The text with the ports and folders of this world."""
        text = re.sub(r'\b(80[89]\d|11434)\b', self.port, text)
        return text.replace('/tmp/', self.folder + '/')

    def close(self):
        self.ended.set()
        self.feeder.join()
        self.model.shutdown()
        self.model.server_close()
        self.server.stop()
        self.server.stderr.close()
        shutil.rmtree(self.folder)


def environment(folder):
    env = dict(os.environ, G_DEBUG='fatal-criticals', LC_ALL='C.UTF-8', PYTHONUNBUFFERED='1',
               XDG_RUNTIME_DIR=folder, HOME=folder)
    env['PATH'] = os.path.dirname(serve.command()) + os.pathsep + env['PATH']
    env['PKG_CONFIG_PATH'] = os.path.join(BUILD, 'meson-uninstalled')
    return env


def flags(kind):
    env = dict(os.environ, PKG_CONFIG_PATH=os.path.join(BUILD, 'meson-uninstalled'))
    return subprocess.run(['pkg-config', kind, 'eric-sse-1'], env=env, check=True, capture_output=True,
                          text=True).stdout.split()


def at_lines(blocks):
    """The blocks as one file in which each has the line numbers that it has in the page."""
    lines = []
    for block in blocks:
        lines += [''] * (block.line - 1 - len(lines)) + block.text.splitlines()
    return '\n'.join(lines) + '\n'


def split_fragment(text):
    """What of a piece of C is at file scope, and what is in a function; in both, a line that
    belongs to the other is an empty one."""
    outer, inner, held, depth = [], [], [], 0
    for line in text.splitlines():
        if not held and not AT_FILE_SCOPE.match(line):
            outer.append('')
            inner.append(line)
            continue
        held.append(line)
        depth += line.count('{') - line.count('}')
        is_whole = (line.startswith('#') or (depth == 0 and line.startswith('}')) or
                    (depth == 0 and line.endswith((';', ')')) and held[0].startswith('G_')) or
                    (depth == 0 and line.endswith(';') and '(' not in held[0].split('=')[0]))
        if is_whole:
            outer += held
            inner += [''] * len(held)
            held = []
    return outer + held, inner + [''] * len(held)


def make_fragment(declarations, block):
    outer, inner = split_fragment(block.text)
    return '\n'.join([
        '#include <eric-sse.h>', declarations,
        f'#line {block.line} "{block.page}"', *outer,
        'void fragment (void);', 'void fragment (void)', '{',
        f'#line {block.line} "{block.page}"', *inner, '}', ''])


class Running:
    """A command with a group of its own, and what it prints."""

    def __init__(self, command, world, cwd, descriptors):
        self.process = subprocess.Popen(command, env=environment(world.folder), cwd=cwd,
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, start_new_session=True,
                                        pass_fds=descriptors)
        self.output = b''
        self.changed = threading.Condition()
        self.at_end = False
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        while part := os.read(self.process.stdout.fileno(), 1 << 16):
            with self.changed:
                self.output += part
                self.changed.notify_all()
        with self.changed:
            self.at_end = True
            self.changed.notify_all()

    def text(self):
        return self.output.decode('utf-8', 'replace')

    def wait_text(self, text):
        with self.changed:
            self.changed.wait_for(lambda: text in self.text() or self.at_end, TIMEOUT)
            return text in self.text()

    def wait(self):
        try:
            return self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            return f'not within {TIMEOUT} s'

    def end(self):
        for number in signal.SIGTERM, signal.SIGKILL:
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(10)
                if number == signal.SIGTERM and not self.reader.is_alive():
                    break
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                pass
        self.reader.join()
        self.process.stdout.close()


class Code(unittest.TestCase):
    world = None

    @classmethod
    def setUpClass(cls):
        if PAGE == 'comments':
            cls.pages = [pages.read_comments(ROOT, name) for name in pages.source_names(ROOT)]
        else:
            cls.pages = [pages.read_page(ROOT, PAGE)]
        cls.blocks = [block for page in cls.pages for block in page.blocks]
        cls.world = World()
        cls.addClassCleanup(cls.world.close)
        # The folder is like the build directory, in which `meson devenv` begins.
        os.symlink(os.path.join(BUILD, 'eric-sse'), os.path.join(cls.world.folder, 'eric-sse'))
        for block in cls.blocks:
            if block.file:
                cls.write(block.file, cls.world.place(block.text))

    @classmethod
    def write(cls, name, text):
        path = os.path.join(cls.world.folder, name)
        with open(path, 'w', encoding='utf-8') as file:
            file.write(text)
        return path

    def of(self, *languages):
        return [block for block in self.blocks if block.language in languages and not block.skip]

    def run_command(self, where, command, until=None, descriptors=()):
        running = Running(command, self.world, self.world.folder, descriptors)
        try:
            if until is None:
                status = running.wait()
            else:
                status = 0 if running.wait_text(until) else f'“{until}” was not printed'
        finally:
            running.end()
        self.assertEqual(status, 0, f'{where}\n{running.text()}')
        self.assertNotRegex(running.text(), r'CRITICAL|WARNING \*\*|Traceback|JS ERROR|Gjs-WARNING', where)
        return running.text()

    def name(self, block, extension):
        return f'{os.path.basename(block.page).replace(".", "-")}-{block.line}{extension}'

    def test_something(self):
        """Nothing here tests nothing."""
        if PAGE != 'comments':
            self.assertTrue(self.blocks or not PAGE.startswith('doc/getting'))
        for block in self.blocks:
            if block.skip:
                print(f'{block.where}: skipped: {block.skip}')
                self.assertGreater(len(block.skip), 15, block.where)
            self.assertTrue(block.language in ('c', 'python', 'js', 'vala', 'sh') or
                            not (block.until or block.file or block.alone), block.where)

    # C

    def compile(self, path, where, *options):
        program = os.path.splitext(path)[0]
        done = subprocess.run([*CC, *C_WARNINGS, *options, path, '-o', program, *flags('--cflags'),
                               *flags('--libs'), '-Wl,-rpath,' + os.path.join(BUILD, 'eric-sse')],
                              capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual(done.returncode, 0, f'{where}\n{done.stderr}')
        return program

    def check_fragment(self, declarations, block):
        done = subprocess.run([*CC, *C_WARNINGS, *FRAGMENT_WARNINGS, '-fsyntax-only', '-x', 'c', '-', *flags('--cflags')],
                              input=make_fragment(declarations, block), capture_output=True, text=True,
                              timeout=TIMEOUT)
        return done.stderr if done.returncode else None

    def test_c_programs(self):
        for block in self.of('c'):
            if re.search(r'^main \(', block.text, re.M):
                with self.subTest(block.where):
                    text = f'#line {block.line} "{block.page}"\n{self.world.place(block.text)}'
                    program = self.compile(self.write(self.name(block, '.c'), text), block.where)
                    self.run_command(block.where, [program], block.until)

    def test_c_fragments(self):
        declarations, tasks = '', []
        for block in self.of('c'):
            if block.hidden:
                declarations += f'#line {block.line} "{block.page}"\n{block.text}'
            elif not re.search(r'^main \(', block.text, re.M):
                tasks.append((block, declarations))
        with concurrent.futures.ThreadPoolExecutor(2) as executor:
            results = list(executor.map(lambda task: self.check_fragment(task[1], task[0]), tasks))
        for (block, _), result in zip(tasks, results):
            with self.subTest(block.where):
                self.assertIsNone(result, f'{block.where}\n{result}')

    # Languages that are not compiled

    def run_session(self, language, command, extension, make):
        session = []
        for block in self.of(language):
            if block.browser:
                continue
            if block.alone or block.until or block.file:
                path = self.write(self.name(block, extension), self.world.place(make([block])))
                with self.subTest(block.where):
                    self.run_command(block.where, [*command, path], block.until)
            else:
                session.append(block)
        if session:
            path = self.write('session' + extension, self.world.place(make(session)))
            self.run_command(f'{PAGE}: the session in {language}', [*command, path])

    def test_python(self):
        self.run_session('python', [PYTHON], '.py', at_lines)

    def test_javascript(self):
        gjs = shutil.which('gjs')
        if gjs is None and self.of('js'):
            self.skipTest('there is no gjs')

        def make(blocks):
            """A module imports a thing once, its blocks may say so again."""
            seen, lines = set(), []
            for line in at_lines(blocks).splitlines():
                lines.append('' if line in seen else line)
                if line.startswith('import '):
                    seen.add(line)
            return '\n'.join(lines) + '\n'

        self.run_session('js', [gjs, '-m'], '.js', make)

    def run_in_browser(self, chromium, block):
        log_read, log_write = os.pipe()
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Browser)
        server.daemon_threads = True
        server.script = self.world.place(block.text)
        home = tempfile.mkdtemp(prefix='eric-docs-browser-')
        self.addCleanup(shutil.rmtree, home, ignore_errors=True)
        with open(log_write, 'w', encoding='utf-8') as server.log:
            threading.Thread(target=server.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True).start()
            browser = subprocess.Popen(
                [chromium, *BROWSER_ARGUMENTS, f'--user-data-dir={home}/data',
                 f'http://127.0.0.1:{server.server_port}/'],
                env=dict(os.environ, HOME=home), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, start_new_session=True)
            try:
                self.run_command(block.where, ['cat', f'/dev/fd/{log_read}'], block.until, (log_read,))
            finally:
                os.killpg(browser.pid, signal.SIGKILL)
                browser.wait()
                server.shutdown()
                server.server_close()
                os.close(log_read)

    def test_browser(self):
        blocks = [block for block in self.of('js') if block.browser]
        chromium = shutil.which('chromium')
        if chromium is None and blocks:
            self.skipTest('there is no chromium')
        for block in blocks:
            with self.subTest(block.where):
                self.run_in_browser(chromium, block)

    # The rest

    def test_vala(self):
        valac = shutil.which('valac')
        if valac is None and self.of('vala'):
            self.skipTest('there is no valac')
        for block in self.of('vala'):
            with self.subTest(block.where):
                path = self.write(self.name(block, '.vala'), self.world.place(block.text))
                program = os.path.splitext(path)[0]
                library = os.path.join(BUILD, 'eric-sse')
                options = [part for flag in [*flags('--cflags'), *flags('--libs'), '-w', f'-Wl,-rpath,{library}']
                           for part in ('-X', flag)]
                done = subprocess.run([valac, '--vapidir', library, '--pkg', 'gio-2.0', '--pkg', 'libsoup-3.0',
                                       '--pkg', 'eric-sse-1', *options, path, '-o', program],
                                      capture_output=True, text=True, timeout=TIMEOUT, cwd=self.world.folder)
                self.assertEqual(done.returncode, 0, f'{block.where}\n{done.stderr}')
                self.assertNotRegex(done.stderr, r'\.vala:\S+: warning', block.where)
                self.run_command(block.where, [program], block.until)

    def test_shell(self):
        for block in self.of('sh'):
            with self.subTest(block.where):
                self.run_command(block.where, ['sh', '-euc', self.world.place(block.text)], block.until)

    def test_json(self):
        for block in self.of('json'):
            with self.subTest(block.where):
                json.loads(block.text)


if __name__ == '__main__':
    PAGE = sys.argv.pop(1)
    unittest.main(verbosity=2)
