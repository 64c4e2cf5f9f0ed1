# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The configurations of doc/proxies.md, each with its proxy, where that is installed."""

import glob
import os
import re
import shutil
import socket
import subprocess
import tempfile
import unittest

import serve

PAGE = os.path.join(os.path.dirname(__file__), '..', '..', 'doc', 'proxies.md')
MODULES = '/usr/lib/apache2/modules'
LINES = {'Content-Type': 'application/x-ndjson', 'Transfer-Encoding': 'chunked'}


def find(name):
    return shutil.which(name, path=os.environ.get('PATH', '') + ':/usr/sbin')


def block(heading):
    with open(PAGE, encoding='utf-8') as file:
        return re.search(rf'^## {heading}\n.*?^```text\n(.*?)^```', file.read(), re.M | re.S)[1]


def free_port():
    with socket.socket() as sock:
        sock.bind(('127.0.0.1', 0))
        return sock.getsockname()[1]


class Proxies(serve.TestCase):
    def run_proxy(self, hub, text, arguments):
        """Starts a proxy with a block of the page; arguments is called with the folder and the text."""
        port = free_port()
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        text = text.replace('127.0.0.1:8080', f'127.0.0.1:{hub.port}')
        text = text.replace('listen 80;', f'listen 127.0.0.1:{port};').replace('*:80', f'127.0.0.1:{port}')
        text = re.sub(r'^:80 ', f'http://:{port} ', text, flags=re.M)
        log = open(os.path.join(folder, 'log'), 'w+', encoding='utf-8')
        self.addCleanup(log.close)
        process = subprocess.Popen(arguments(folder, text, port), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env=dict(os.environ, HOME=folder, XDG_DATA_HOME=folder, XDG_CONFIG_HOME=folder))
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def listens():
            if process.poll() is not None:
                log.seek(0)
                self.fail(f'the proxy does not start: {log.read()}')
            try:
                return socket.create_connection(('127.0.0.1', port), serve.TIMEOUT)
            except ConnectionRefusedError:
                return None
        serve.wait_until(listens, 'the proxy listens').close()
        return port

    def connect(self, port, method, path, headers, body=b''):
        sock = socket.create_connection(('127.0.0.1', port), serve.TIMEOUT)
        self.addCleanup(sock.close)
        lines = ''.join(f'{name}: {value}\r\n' for name, value in headers.items())
        sock.sendall(f'{method} {path} HTTP/1.1\r\nHost: hub.example:{port}\r\n{lines}\r\n'.encode() + body)
        return sock

    def publish(self, port, origin):
        sock = self.connect(port, 'POST', '/events/news',
                            {'Origin': origin, 'Content-Length': 3, 'Connection': 'close'}, b'two')
        return serve.Response(serve.read_to_end(sock)).status

    def check(self, hub, port):
        stream = serve.Stream(self.connect(port, 'GET', '/events/news', {}))
        hub.wait_subscribers(1)
        hub.publish('news', 'one')
        self.assertEqual(stream.next().data, 'one')
        self.assertEqual(self.publish(port, f'http://hub.example:{port}'), 202)
        self.assertEqual(stream.next().data, 'two')
        self.assertEqual(self.publish(port, 'http://evil.example'), 403)
        # A line arrives while the request goes on.
        feed = self.connect(port, 'POST', '/events/news', LINES, b'2\r\n3\n\r\n')
        self.assertEqual(stream.next().data, '3')
        feed.sendall(b'2\r\n4\n\r\n')
        self.assertEqual(stream.next().data, '4')
        feed.sendall(b'0\r\n\r\n')
        self.assertIn(b' 202 ', feed.recv(4096).split(b'\r\n')[0])

    def nginx(self, hub, heading):
        def arguments(folder, text, port):
            paths = ''.join(f'{what}_temp_path {folder};\n'
                            for what in ('client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'))
            with open(f'{folder}/nginx.conf', 'w', encoding='utf-8') as file:
                file.write('daemon off;\nmaster_process off;\nevents { }\n'
                           f'pid {folder}/pid;\nerror_log stderr;\nhttp {{\naccess_log off;\n{paths}{text}}}\n')
            return [find('nginx'), '-e', 'stderr', '-p', folder, '-c', f'{folder}/nginx.conf']
        return self.run_proxy(hub, block(heading), arguments)

    @unittest.skipUnless(find('nginx'), 'there is no nginx')
    def test_nginx(self):
        hub = self.start()
        self.check(hub, self.nginx(hub, 'nginx'))

    @unittest.skipUnless(find('nginx'), 'there is no nginx')
    def test_nginx_with_another_name(self):
        hub = self.start('--trust-forwarded')
        self.check(hub, self.nginx(hub, 'The name of the server'))
        plain = self.start()
        port = self.nginx(plain, 'The name of the server')
        self.assertEqual(self.publish(port, f'http://hub.example:{port}'), 403)

    @unittest.skipUnless(find('caddy'), 'there is no Caddy')
    def test_caddy(self):
        def arguments(folder, text, port):
            with open(f'{folder}/Caddyfile', 'w', encoding='utf-8') as file:
                file.write('{\n  admin off\n  auto_https off\n}\n' + text)
            return [find('caddy'), 'run', '--adapter', 'caddyfile', '--config', f'{folder}/Caddyfile']
        hub = self.start()
        self.check(hub, self.run_proxy(hub, block('Caddy'), arguments))

    @unittest.skipUnless(find('apache2') and glob.glob(f'{MODULES}/mod_proxy_http.so'), 'there is no Apache')
    def test_apache(self):
        def arguments(folder, text, port):
            modules = ''.join(f'LoadModule {name}_module {MODULES}/mod_{name}.so\n'
                              for name in ('mpm_event', 'authz_core', 'env', 'proxy', 'proxy_http'))
            with open(f'{folder}/apache.conf', 'w', encoding='utf-8') as file:
                file.write(f'ServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/pid\n'
                           f'ServerName localhost\nErrorLog {folder}/errors\n{modules}'
                           f'Listen 127.0.0.1:{port}\n{text}')
            return [find('apache2'), '-X', '-f', f'{folder}/apache.conf']
        hub = self.start()
        self.check(hub, self.run_proxy(hub, block('Apache'), arguments))


if __name__ == '__main__':
    serve.main()
