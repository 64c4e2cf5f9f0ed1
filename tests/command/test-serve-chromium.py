# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A browser as the client: its own EventSource, and the live page.

ERIC_TEST_SCREENSHOT names a file for a picture of the page, if set."""

import base64
import http.server
import json
import os
import queue
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import serve

CHROMIUM = shutil.which('chromium')
CHROMEDRIVER = shutil.which('chromedriver')

ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking',
             '--no-first-run', '--disable-component-update', '--disable-sync',
             '--disable-default-apps', '--disable-extensions', '--disable-dev-shm-usage',
             '--no-proxy-server', '--window-size=1200,1000']

# A browser on a busy machine is slow to start.
BROWSER_TIMEOUT = 40

PAGE = '''<!DOCTYPE html>
<meta charset="utf-8">
<title>EventSource</title>
<link rel="icon" href="data:,">
<script>
  let last = Promise.resolve();
  function report(what) {
    last = last.then(() => fetch("/report", { method: "POST", body: JSON.stringify(what) }));
  }
  const source = new EventSource("@URL@");
  function show(event) {
    report({ what: "event", type: event.type, data: event.data, id: event.lastEventId, origin: event.origin });
  }
  source.onopen = () => report({ what: "open" });
  source.onerror = () => report({ what: "error", state: source.readyState });
  source.onmessage = show;
  source.addEventListener("tick", show);
  source.addEventListener("last", (event) => { show(event); source.close(); report({ what: "closed" }); });
</script>
'''


class Reporter(http.server.ThreadingHTTPServer):
    """Serves the page and collects what it reports."""

    daemon_threads = True

    def __init__(self, page):
        super().__init__(('127.0.0.1', 0), ReportHandler)
        self.page = page
        self.reports = queue.Queue()
        self.url = f'http://127.0.0.1:{self.server_port}'
        threading.Thread(target=self.serve_forever, kwargs={'poll_interval': 0.05}, daemon=True).start()

    def next(self, timeout=BROWSER_TIMEOUT):
        try:
            return self.reports.get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f'the page reported nothing more within {timeout} s') from None

    def stop(self):
        self.shutdown()
        self.server_close()


class ReportHandler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.server.page.encode()
        self.send_response(200)
        self.send_header('Content-Type', 'text/html; charset=utf-8')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.server.reports.put(json.loads(self.rfile.read(int(self.headers['Content-Length']))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


class BrowserTest(serve.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix='eric-browser-')
        # The processes of a browser may write a little longer than it lives.
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith(('XDG_', 'DBUS_', 'G_', 'DISPLAY', 'WAYLAND'))}
        self.environment.update(HOME=self.home, LC_ALL='C.UTF-8')

    def spawn(self, *command, **named):
        """A process with a group of its own, as browsers have many children."""
        process = subprocess.Popen(command, env=self.environment, cwd=self.home, start_new_session=True,
                                   stdin=subprocess.DEVNULL, **named)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        for number in signal.SIGTERM, signal.SIGKILL:
            try:
                os.killpg(process.pid, number)
                process.wait(5)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
        if process.stdout is not None:
            process.stdout.close()


class EventSource(BrowserTest):
    def expect(self, reporter, **expected):
        report = reporter.next()
        self.assertEqual({name: report.get(name) for name in expected}, expected, report)
        return report

    def test_event_source(self):
        # The page comes from another port, which is another origin.
        reporter = Reporter('')
        self.addCleanup(reporter.stop)
        options = ['--cors', reporter.url, '--history', '100']
        server = self.start(*options)
        reporter.page = PAGE.replace('@URL@', f'{server.url}events/news')
        self.spawn(CHROMIUM, *ARGUMENTS, f'--user-data-dir={self.home}/data', '--remote-debugging-port=0',
                   f'{reporter.url}/', stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.expect(reporter, what='open')

        server.publish('news', 'plain')
        given = self.expect(reporter, what='event', type='message', data='plain',
                            origin=server.url.rstrip('/'))['id']
        self.assertNotEqual(given, '')
        server.publish('news?event=tick&id=own-1', 'first line\nsecond line\n')
        self.expect(reporter, what='event', type='tick', data='first line\nsecond line\n', id='own-1')
        # Nobody listens to this type.
        server.publish('news?event=unheard', 'x')
        server.publish('news?id=own-2', '{"grüße": "🎉"}', 'application/json')
        report = self.expect(reporter, what='event', type='message', id='own-2')
        self.assertEqual(json.loads(report['data']), {'grüße': '🎉'})

        server.stop()
        self.expect(reporter, what='error', state=0)   # it will come back by itself
        began = time.monotonic()

        again = self.start(*options, port=server.port)
        for n in range(1, 5):
            again.publish(f'news?id=own-{n}', f'after {n}')
        self.assertEqual(again.state()['n_subscribers'], 0, 'the browser was back too early')
        # It says that it has own-2, so only what follows is sent.
        while (report := reporter.next())['what'] == 'error':
            self.assertEqual(report['state'], 0)
        self.assertEqual(report['what'], 'open')
        # The stream was ended with a time to come back after, which differs from
        # one client to the other but is not shorter than the usual one.
        self.assertGreater(time.monotonic() - began, 2.5)
        for n in 3, 4:
            self.expect(reporter, what='event', type='message', id=f'own-{n}', data=f'after {n}')
        again.publish('news?event=tick&id=own-5', 'and on')
        self.expect(reporter, what='event', type='tick', id='own-5', data='and on')

        again.wait_subscribers(1)
        again.publish('news?event=last', 'bye')
        self.expect(reporter, what='event', type='last', data='bye')
        self.expect(reporter, what='closed')
        again.wait_subscribers(0)
        self.assertTrue(reporter.reports.empty(), reporter.reports.queue)

    def test_foreign_origin(self):
        reporter = Reporter('')
        self.addCleanup(reporter.stop)
        server = self.start('--cors', 'http://elsewhere.example')
        reporter.page = PAGE.replace('@URL@', f'{server.url}events/news')
        self.spawn(CHROMIUM, *ARGUMENTS, f'--user-data-dir={self.home}/data', '--remote-debugging-port=0',
                   f'{reporter.url}/', stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.expect(reporter, what='error', state=2)
        server.wait_subscribers(0)


class Driver:
    """The W3C protocol, as far as it is needed here."""

    def __init__(self, test):
        process = test.spawn(CHROMEDRIVER, '--port=0', bufsize=0, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + BROWSER_TIMEOUT
        match = None
        while match is None:
            if not select.select([process.stdout], [], [], deadline - time.monotonic())[0]:
                raise AssertionError('chromedriver does not start')
            line = process.stdout.readline().decode()
            if not line:
                raise AssertionError('chromedriver ended')
            match = re.search(r'on port (\d+)\.', line)
        self.base = f'http://127.0.0.1:{match[1]}'
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        options = {'args': ARGUMENTS + [f'--user-data-dir={test.home}/data'], 'binary': CHROMIUM}
        session = self.call('POST', '/session', {'capabilities': {'alwaysMatch': {
            'browserName': 'chrome', 'goog:chromeOptions': options,
            'goog:loggingPrefs': {'browser': 'ALL'}}}})
        self.base += f'/session/{session["sessionId"]}'
        test.addCleanup(self.call, 'DELETE', '')

    def call(self, method, path, arguments=None):
        data = None if method != 'POST' else json.dumps(arguments or {}).encode()
        request = urllib.request.Request(self.base + path, data, {'Content-Type': 'application/json'},
                                         method=method)
        try:
            with self.opener.open(request, timeout=BROWSER_TIMEOUT) as response:
                return json.load(response)['value']
        except urllib.error.HTTPError as error:
            raise AssertionError(f'{method} {path}: {error.read().decode()[:500]}') from None

    def run(self, script, *arguments):
        return self.call('POST', '/execute/sync', {'script': script, 'args': list(arguments)})

    def wait(self, script, what):
        """Waits until the script returns something true, and returns that."""
        return serve.wait_until(lambda: self.run(script), what, BROWSER_TIMEOUT)

    def console(self):
        return self.call('POST', '/se/log', {'type': 'browser'})


def row_with(text):
    return ('return [...document.querySelectorAll("#message-list li")].map((row) => row.innerText)'
            f'.find((text) => text.includes({json.dumps(text)}))')


class Page(BrowserTest):
    def setUp(self):
        if CHROMEDRIVER is None:
            self.skipTest('there is no chromedriver')
        super().setUp()

    def test_page(self):
        server = self.start()
        server.publish('system?event=system', '{"load": [0.42, 0.36, 0.3], "uptime": 86461}', 'application/json')
        server.publish('news', 'old')
        driver = Driver(self)
        driver.call('POST', '/url', {'url': f'{server.url}#channel=news'})
        driver.wait('return document.getElementById("connection").dataset.state === "live"',
                    'the page is connected')
        driver.wait('return document.getElementById("watch-state").dataset.state === "live"',
                    'the channel is watched')
        self.assertEqual(driver.run('return document.title'), 'news · eric-sse')

        server.publish('news?event=greeting&id=own-1', 'Hello, <b>world</b>')
        text = driver.wait(row_with('greeting'), 'a message')
        for part in 'greeting', 'own-1', 'Hello, <b>world</b>':
            self.assertIn(part, text)
        self.assertEqual(driver.run('return document.querySelectorAll("#message-list b").length'), 0)

        # The form publishes.
        driver.run('''document.getElementById("publish-type").value = "note";
                      const data = document.getElementById("publish-data");
                      data.value = '{"from": "the page"}';
                      data.dispatchEvent(new Event("input"));
                      document.getElementById("publish-send").click();''')
        driver.wait('return document.querySelector("#publish-result.good")', 'it is published')
        text = driver.wait(row_with('the page'), 'the message of the form')
        self.assertIn('note', text)

        # Somebody else comes, and is listed.
        other = server.stream('news', {'User-Agent': 'somebody-else/1.0'})
        driver.wait('return document.getElementById("people").innerText.includes("somebody-else")',
                    'the other one is listed')
        server.publish('system?event=system', '{"load": [0.5, 0.4, 0.3], "uptime": 86462}', 'application/json')
        driver.wait('return !document.getElementById("system-charts").hidden', 'the charts are shown')
        self.take_picture(driver)
        other.close()
        driver.wait('return !document.getElementById("people").innerText.includes("somebody-else")',
                    'the other one is gone')
        self.assertEqual([entry for entry in driver.console() if entry['level'] in ('SEVERE', 'WARNING')], [])

        # The page says so when the server ends, and comes back with it.
        server.stop()
        driver.wait('return document.getElementById("connection").dataset.state === "waiting"',
                    'the page waits')
        again = self.start(port=server.port)
        again.publish('news?id=own-1', 'again')
        again.publish('news?id=own-2', 'missed meanwhile')
        driver.run('document.getElementById("retry").click()')
        driver.wait('return document.getElementById("connection").dataset.state === "live"',
                    'the page is connected again')
        # It goes on after what it has, the message of the form, which this server
        # does not know.
        for text in 'again', 'missed meanwhile':
            driver.wait(row_with(text), 'what was missed')

    def take_picture(self, driver):
        path = os.environ.get('ERIC_TEST_SCREENSHOT')
        if path:
            picture = base64.b64decode(driver.call('GET', '/screenshot'))
            with open(path, 'wb') as file:
                file.write(picture)


if __name__ == '__main__':
    if CHROMIUM is None:
        print('there is no chromium')
        sys.exit(77)
    serve.main()
