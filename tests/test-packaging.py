# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The packaging files go with the build: versions, options, names, and what is installed.

Arguments: the source directory; the version; the soname; then `dependency=version` for what
the build asks for."""

import fnmatch
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

# Debian's name for what meson calls by another.
PACKAGES = {
    'glib-2.0': 'libglib2.0-dev',
    'libsoup-3.0': 'libsoup-3.0-dev',
    'gobject-introspection-1.0': 'libgirepository1.0-dev',
}


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding='utf-8') as file:
        return file.read()


def get_meson_options():
    return set(re.findall(r"^option\('([\w-]+)'", read('meson_options.txt'), re.MULTILINE))


class TestDebian(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = os.path.join(SOURCE, 'build-aux', 'debian')
        source, *binaries = read('build-aux', 'debian', 'control').strip().split('\n\n')
        cls.source = source
        cls.binaries = {re.match(r'Package: (\S+)', binary)[1]: binary for binary in binaries}

    def test_version(self):
        self.assertRegex(read('build-aux', 'debian', 'changelog'), rf'^eric-sse \({re.escape(VERSION)}-\d+\) ')

    def test_library(self):
        """Debian names a library by its soname."""
        name, number = re.fullmatch(r'(.+)\.so\.(\d+)', SONAME).groups()
        package = f'{name}-{number}' if name[-1].isdigit() else name + number
        self.assertIn(package, self.binaries)
        self.assertTrue(read('build-aux', 'debian', f'{package}.symbols').startswith(f'{SONAME} {package} '))

    def test_dependencies(self):
        for name, version in DEPENDENCIES.items():
            for package in [self.source] + ([self.binaries['liberic-sse-1-dev']] if name in (
                    'glib-2.0', 'libsoup-3.0') else []):
                self.assertIn(f' {PACKAGES[name]} (>= {version}),\n', package)

    def test_options(self):
        used = set(re.findall(r'-D([\w-]+)=', read('build-aux', 'debian', 'rules')))
        self.assertGreater(len(used), 2)
        self.assertLessEqual(used, get_meson_options())

    def test_suites(self):
        """Those that are run exist."""
        written = ' '.join(read(os.path.relpath(path, SOURCE)) for path in glob.glob(
            os.path.join(SOURCE, 'tests', '**', 'meson.build'), recursive=True))
        suites = re.findall(r'--suite (\w+)', read('build-aux', 'debian', 'rules'))
        self.assertIn('core', suites)
        for suite in suites:
            self.assertRegex(written, rf"suite'?: \[?(?:'\w+', )*'{suite}'")

    def test_files(self):
        """Each list of files is of a package, each package with files has a list."""
        lists = {name[:-len('.install')] for name in os.listdir(self.folder) if name.endswith('.install')}
        self.assertEqual(lists, set(self.binaries))
        patterns = [line for name in lists for line in read('build-aux', 'debian', f'{name}.install').split()]
        for path in ['usr/bin/eric-sse', 'usr/share/man/man1/eric-sse.1', 'usr/lib/x/liberic-sse-1.so',
                     f'usr/lib/x/{SONAME}', 'usr/lib/x/girepository-1.0/Eric-1.typelib',
                     'usr/share/gir-1.0/Eric-1.gir', 'usr/share/vala/vapi/eric-sse-1.vapi',
                     'usr/lib/python3/dist-packages/gi/overrides/Eric/__init__.py',
                     'usr/lib/python3/dist-packages/eric_sse/__init__.py',
                     'usr/lib/python3/dist-packages/gi-stubs/repository/Eric.pyi',
                     'usr/share/gjs-1.0/overrides/Eric.js', 'usr/share/eric-sse-1/types/eric-1.d.ts',
                     'usr/include/eric-sse-1/eric-sse.h',
                     'usr/lib/x/pkgconfig/eric-sse-1.pc', 'usr/share/doc/eric-sse-1/index.html']:
            with self.subTest(path):
                found = [pattern for pattern in patterns
                         if fnmatch.fnmatch(path, pattern) or fnmatch.fnmatch(path, pattern + '/*')]
                self.assertEqual(len(found), 1, found)


class TestFlatpak(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.module = json.loads(read('build-aux', 'flatpak', 'eric-sse.json'))

    def test_options(self):
        options = [re.fullmatch(r'-D([\w-]+)=(enabled|disabled)', option)[1] for option in self.module['config-opts']]
        self.assertLessEqual(set(options), get_meson_options())

    def test_version(self):
        source, = self.module['sources']
        self.assertEqual(source['path'], f'eric-sse-{VERSION}.tar.xz')

    @unittest.skipIf(shutil.which('flatpak-builder') is None, 'there is no flatpak-builder')
    def test_manifest(self):
        """flatpak-builder reads it as a module of an application's manifest."""
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(os.path.join(SOURCE, 'build-aux', 'flatpak', 'eric-sse.json'), folder)
            manifest = os.path.join(folder, 'org.example.App.json')
            with open(manifest, 'w', encoding='ascii') as file:
                json.dump({'app-id': 'org.example.App', 'runtime': 'org.gnome.Platform', 'runtime-version': '43',
                           'sdk': 'org.gnome.Sdk', 'command': 'app', 'modules': ['eric-sse.json']}, file)
            done = subprocess.run(['flatpak-builder', '--show-manifest', manifest], capture_output=True, text=True,
                                  timeout=60, cwd=folder)
            self.assertEqual((done.returncode, done.stderr), (0, ''))
            module, = json.loads(done.stdout)['modules']
            self.assertEqual({name: module[name] for name in self.module}, self.module)


if __name__ == '__main__':
    SOURCE, VERSION, SONAME, *PAIRS = sys.argv[1:]
    DEPENDENCIES = dict(pair.split('=') for pair in PAIRS)
    unittest.main(argv=sys.argv[:1], verbosity=2)
