# Copyright 2026 The eric-sse authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is installed is complete, has nothing private in it, and can be used.

Arguments: the command to run meson with, in one word or several; `--`; the build
directory; the directory of the consumer; the version; then those of `introspection`, `vapi`,
`python` and `javascript` that were built."""

import glob
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest


TIMEOUT = 600   # the library is built once more, perhaps on a busy machine


def run(*command, **named):
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, stdin=subprocess.DEVNULL,
                          **named)
    if done.returncode != 0:
        raise AssertionError(f'{shlex.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}')
    return done.stdout


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix='eric-install-')
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.root = os.path.join(cls.directory, 'root')
        run(*MESON, 'install', '-C', BUILD, '--no-rebuild', '--quiet', '--destdir', cls.root)
        cls.files = sorted(os.path.relpath(os.path.join(path, name), cls.root)
                           for path, _, names in os.walk(cls.root) for name in names)

    def find(self, name):
        found = [path for path in self.files if path.endswith('/' + name)]
        self.assertEqual(len(found), 1, f'{name} in {self.files}')
        return os.path.join(self.root, found[0])

    def test_complete(self):
        names = ['eric-sse-1.pc', 'eric-sse', 'eric-sse.1', 'liberic-sse-1.so', 'liberic-sse-1.so.0',
                 'eric-sse.h', 'eric-version.h', 'eric-enum-types.h']
        if 'introspection' in FEATURES:
            names += ['Eric-1.gir', 'Eric-1.typelib']
        if 'vapi' in FEATURES:
            names += ['eric-sse-1.vapi', 'eric-sse-1.deps']
        if 'python' in FEATURES:
            names += ['Eric.pyi', 'gi-stubs/py.typed', 'eric_sse/py.typed']
        for name in names:
            self.find(name)
        # Every header that <eric-sse.h> includes is there, beside it, and no other.
        main = self.find('eric-sse.h')
        with open(main, encoding='utf-8') as file:
            included = {line.split('"')[1] for line in file if 'include "' in line}
        self.assertEqual(set(os.listdir(os.path.dirname(main))), included | {'eric-sse.h'})
        self.assertIn('eric-sse-server.h', included)

    def test_nothing_private(self):
        for path in self.files:
            name = os.path.basename(path)
            for part in 'private', 'internal', 'test', 'config.h', 'bench', '.a', '.gresource':
                self.assertFalse(name.endswith(part) if part[0] == '.' else part in name, path)

    def test_no_path_of_the_build(self):
        for name in 'eric-sse-1.pc', 'Eric-1.gir', 'eric-sse-1.vapi', 'eric-enum-types.h':
            if any(path.endswith(name) for path in self.files):
                with open(self.find(name), encoding='utf-8') as file:
                    text = file.read()
                for directory in BUILD, self.root:
                    self.assertNotIn(directory, text, name)

    def test_javascript(self):
        """GJS finds the overrides where they are installed, and TypeScript its declarations."""
        gjs = shutil.which('gjs')
        if 'javascript' not in FEATURES or gjs is None:
            self.skipTest('there is no GJS, or nothing for it')
        self.assertIn("declare module 'gi://Eric?version=1'", read(self.find('eric-1.d.ts')))
        override = self.find('Eric.js')
        self.assertTrue(override.endswith('/share/gjs-1.0/overrides/Eric.js'), override)
        data = os.path.dirname(os.path.dirname(os.path.dirname(override)))
        environment = dict(os.environ, XDG_DATA_DIRS=f'{data}:/usr/share',
                           GI_TYPELIB_PATH=os.path.dirname(self.find('Eric-1.typelib')),
                           LD_LIBRARY_PATH=os.path.dirname(self.find('liberic-sse-1.so')))
        environment.pop('GJS_PATH', None)
        script = os.path.join(self.directory, 'script.js')
        with open(script, 'w', encoding='ascii') as file:
            file.write("import Eric from 'gi://Eric?version=1';\n"
                       "print(new Eric.Message({ type: 'a', payload: [1] }), imports.overrides.ericSse.message.__file__);\n")
        shown = run(gjs, '-m', script, env=environment)
        self.assertEqual(shown, f'Eric.Message("a", [1]) {os.path.dirname(override)}/ericSse/message.js\n')

    def test_command(self):
        environment = dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(self.find('liberic-sse-1.so')))
        self.assertEqual(run(self.find('eric-sse'), '--version', env=environment), f'eric-sse {VERSION}\n')

    def test_python(self):
        """Where the stub is, Python finds the overrides, all of them, and mypy the stub."""
        if 'python' not in FEATURES:
            self.skipTest('without Python')
        stub = self.find('Eric.pyi')
        packages = os.path.dirname(os.path.dirname(os.path.dirname(stub)))
        self.assertIn(os.path.basename(packages), ('dist-packages', 'site-packages'))
        self.assertEqual(os.path.relpath(stub, packages), 'gi-stubs/repository/Eric.pyi')
        with open(os.path.join(packages, 'gi-stubs/py.typed'), encoding='ascii') as file:
            self.assertEqual(file.read(), 'partial\n')     # PEP 561: others may have more of gi
        typelibs = os.path.dirname(self.find('Eric-1.typelib'))
        environment = dict(os.environ, LD_LIBRARY_PATH=os.path.dirname(self.find('liberic-sse-1.so')),
                           GI_TYPELIB_PATH=typelibs, PYTHONPATH=packages, PYTHONDONTWRITEBYTECODE='1')
        program = ('import gi; gi.require_version("Eric", "1"); from gi.repository import Eric; '
                   'import gi.overrides.Eric as o; print(o.__file__, Eric.Message("test", {"a": [1]}))')
        self.assertEqual(run(sys.executable, '-c', program, env=environment),
                         f"{packages}/gi/overrides/Eric/__init__.py Eric.Message('test', {{'a': [1]}})\n")
        source = os.path.join(os.path.dirname(CONSUMER), '..', 'bindings/python/gi/overrides/Eric')
        installed = os.listdir(os.path.join(packages, 'gi/overrides/Eric'))
        self.assertEqual({name for name in installed if name.endswith('.py')},
                         {name for name in os.listdir(source) if name.endswith('.py')})

    def test_python_package(self):
        if 'introspection' not in FEATURES:
            self.skipTest('there is no typelib')
        package = os.path.dirname(self.find('queues.py'))
        environment = dict(os.environ, PYTHONPATH=os.path.dirname(package),
                           GI_TYPELIB_PATH=os.path.dirname(self.find('Eric-1.typelib')),
                           LD_LIBRARY_PATH=os.path.dirname(self.find('liberic-sse-1.so')))
        program = ('import eric_sse.clients, eric_sse.interfaces, eric_sse.prefabs, eric_sse.servers; '
                   'print(eric_sse.__file__, len(eric_sse.prefabs.SSEChannel().add_listener().id))')
        self.assertEqual(run(sys.executable, '-c', program, env=environment),
                         f'{package}/__init__.py 36\n')

    def test_consumer(self):
        pc = self.find('eric-sse-1.pc')
        libraries = os.path.dirname(self.find('liberic-sse-1.so'))
        # Only the library itself is below the new root; what it needs is not, so
        # that its prefix is moved rather than the root of everything.
        prefix = run('pkg-config', '--variable=prefix', pc).strip()
        there = os.path.join(self.directory, 'pkgconfig')
        os.mkdir(there)
        with open(pc, encoding='utf-8') as file:
            text = file.read().replace(f'prefix={prefix}\n', f'prefix={self.root}{prefix}\n', 1)
        with open(os.path.join(there, 'eric-sse-1.pc'), 'w', encoding='utf-8') as file:
            file.write(text)
        environment = dict(os.environ, PKG_CONFIG_PATH=there, LD_LIBRARY_PATH=libraries)
        for name in 'CFLAGS', 'LDFLAGS', 'DESTDIR', 'MESON_BUILD_ROOT', 'MESON_SOURCE_ROOT':
            environment.pop(name, None)
        build = os.path.join(self.directory, 'build')
        run(*MESON, 'setup', build, CONSUMER, env=environment)
        run(*MESON, 'compile', '-C', build, env=environment)
        self.assertEqual(run(os.path.join(build, 'consumer'), env=environment), f'It works with {VERSION}\n')

        # By pkg-config alone, with no more than it says.
        flags = run('pkg-config', '--cflags', '--libs', 'eric-sse-1', env=environment).split()
        program = os.path.join(self.directory, 'program')
        run('cc', '-Wall', '-Werror', os.path.join(CONSUMER, 'main.c'), '-o', program, *flags, env=environment)
        self.assertEqual(run(program, env=environment), f'It works with {VERSION}\n')
        # The namespace for introspection tools is that which is installed.
        for variable, feature in ('introspection', 'introspection'), ('vapi', 'vapi'):
            self.assertEqual(run('pkg-config', f'--variable={variable}', 'eric-sse-1', env=environment).strip(),
                             'true' if feature in FEATURES else 'false')

    def test_subproject(self):
        """Another project has the sources below it, and builds them as a part of itself."""
        parent = os.path.join(self.directory, 'parent')
        os.makedirs(os.path.join(parent, 'subprojects'))
        os.symlink(os.path.dirname(os.path.dirname(os.path.realpath(CONSUMER))),
                   os.path.join(parent, 'subprojects', 'eric-sse'))
        shutil.copy(os.path.join(CONSUMER, 'main.c'), parent)
        with open(os.path.join(parent, 'meson.build'), 'w', encoding='ascii') as file:
            file.write("project('parent', 'c')\n"
                       "executable('consumer', 'main.c', dependencies:\n"
                       "  dependency('eric-sse-1', fallback: 'eric-sse',\n"
                       "             default_options: ['introspection=disabled']))\n")
        build = os.path.join(self.directory, 'build-parent')
        out = run(*MESON, 'setup', '--wrap-mode=forcefallback', build, parent)
        for feature in ('tests', 'examples', 'docs'):
            self.assertRegex(out, rf'{feature} +: NO')
        run(*MESON, 'compile', '-C', build, 'consumer')
        self.assertEqual(run(os.path.join(build, 'consumer')), f'It works with {VERSION}\n')

    def test_soname(self):
        library = self.find('liberic-sse-1.so.0')
        self.assertTrue(glob.glob(f'{os.path.dirname(library)}/liberic-sse-1.so.0.*'))
        if shutil.which('readelf') is not None:
            self.assertIn('[liberic-sse-1.so.0]', run('readelf', '-d', library))


if __name__ == '__main__':
    at = sys.argv.index('--')
    MESON = sys.argv[1:at]
    BUILD, CONSUMER, VERSION, *FEATURES = sys.argv[at + 1:]
    BUILD = os.path.realpath(BUILD)
    if shutil.which('pkg-config') is None:
        print('there is no pkg-config')
        sys.exit(77)
    unittest.main(argv=sys.argv[:1], verbosity=2)
